"""
Markup to plain text and to safe HTML, in time that grows with its length, whatever it holds.

A tree is needed for neither, and trees are where hostile markup bites: nh3 (ammonia over html5ever)
took 306 s for a megabyte of nested ``<div>`` and 17 s for 260 KB of crossed ``<b><i><a>``; the
standard library's ``html.parser`` is quadratic in some broken markup on early releases of Python
3.11. So one regular expression cuts markup into tokens here, each character looked at a few times
at most: 20 kinds of hostile megabytes take 0.7 s at worst. Safe HTML is written anew from those
tokens, shallow and balanced, and nh3 has the last word on it: that it is safe is nh3's promise,
that it is cheap is ours.
"""

from __future__ import annotations

import html
import re
from itertools import islice
from typing import TYPE_CHECKING

import nh3

from aggregator.text.typography import squeeze
from aggregator.urls.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["to_safe_html", "to_text"]

# Longer markup is cut. News articles have tens of thousands of characters; of their text 50,000 are
# kept.
_MAX_CHARS = 300_000
# Markup is cut at its 20,000th tag, and text at its 5,000th line: both cost more than their letters
# do. A table of two thousand names, which is as long as what is kept, has 12,000 and 2,000.
_MAX_TAGS = 20_000
_MAX_LINES = 5_000
# Elements open at once in safe HTML; deeper ones lose their tags, not their text.
_MAX_DEPTH = 30

# Gone with all they hold.
_DROPPED = frozenset({
    "applet", "audio", "button", "canvas", "figcaption", "figure", "form", "head", "iframe",
    "math", "nav", "noembed", "noframes", "noscript", "object", "option", "script", "select",
    "style", "svg", "template", "textarea", "title", "video", "xmp",
})  # fmt: skip
# They begin and end a paragraph.
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd",
    "details", "div", "dl", "dt", "fieldset", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_EMPTY = frozenset({"br", "hr"})
_SAFE = frozenset({
    "a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p",
    "pre", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip

# A comment; what is left of a CDATA section; a declaration; a tag; a tag that the end of a cut
# teaser broke off. A tag ends at "<" too, and quantifiers are possessive: no start of a tag is
# scanned further than to the next one.
_TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z) | <!\[CDATA\[ | \]\]> | <[!?][^<>]*+>
    | <(?P<end>/?)(?P<name>[a-zA-Z][^\s/<>"']*+)(?P<rest>(?:[^<>"']|"[^"]*"|'[^']*')*+)>
    | <(?P<sloppy_end>/?)(?P<sloppy>[a-zA-Z][^\s/<>"']*+)[^<>]*+(?:>|\Z)""",
    re.DOTALL | re.VERBOSE,
)
_HREF = re.compile(
    r"""(?:^|[\s/"'])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE
)
_LOOKS_LIKE_MARKUP = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9]*[\s/>]|/[a-zA-Z]|!--|!\[CDATA\[)")
# Feeds that escape twice: with XML undone the text still shows its tags.
_COMMON_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|strong|em|img|ul|ol|li|h[1-6]|table|blockquote|figure|iframe)"
    r"(?:\s[^<>]*+|/)?>",
    re.IGNORECASE,
)
_ESCAPED_ENTITY = re.compile(
    r"&(?:nbsp|quot|apos|laquo|raquo|mdash|ndash|hellip|amp|#\d{2,6}|#x[0-9a-fA-F]{2,5});"
)


def to_text(markup: str) -> str:
    """
    Return the words of a text that may be HTML.

    Args:
        markup: HTML, or plain text whose lines are paragraphs; entities in either.

    Returns:
        Plain text, a paragraph a line, no blank lines. Scripts, styles, forms, figures and their
        captions are gone.
    """
    markup = _prepare(markup)
    if not _LOOKS_LIKE_MARKUP.search(markup):
        return _split_paragraphs(_unescape(markup))
    pieces: list[str] = []
    for kind, value in _read_tokens(markup):
        if kind == "text":
            pieces.append(squeeze(_unescape(value)))
        elif value in _BLOCKS:
            pieces.append("\n")
        elif value in _CELLS:
            pieces.append(" ")
    return _split_paragraphs("".join(pieces))


def to_safe_html(markup: str, base_url: str = "") -> str:
    """
    Return HTML that may stand in our own page.

    Args:
        markup: HTML, or plain text whose lines become paragraphs.
        base_url: What relative links are relative to.

    Returns:
        Elements of a short list; links to http and https only, opened without a referrer; no
        images, no styles.
    """
    markup = _prepare(markup)
    if not _LOOKS_LIKE_MARKUP.search(markup):
        lines = _split_paragraphs(_unescape(markup)).splitlines()
        escaped = [html.escape(line, quote=False) for line in lines]
        return "".join(map("<p>{}</p>".format, escaped))
    return nh3.clean(
        _rewrite(markup, base_url),
        tags=set(_SAFE),
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


def _prepare(markup: str) -> str:
    markup = _cut_tags(markup[:_MAX_CHARS].replace("\0", ""))
    # Markup that has real tags too may be about HTML; then the escaped tags are meant to be seen.
    if "&lt;" not in markup or _LOOKS_LIKE_MARKUP.search(markup):
        return markup
    unescaped = html.unescape(markup)
    return _cut_tags(unescaped) if _COMMON_TAG.search(unescaped) else markup


def _cut_tags(markup: str) -> str:
    """Return markup up to as many tags as are read."""
    if markup.count("<") <= _MAX_TAGS:
        return markup
    rest = markup.split("<", _MAX_TAGS)[-1]
    return markup[: -len(rest) - 1]


def _unescape(text: str) -> str:
    text = html.unescape(text)
    return html.unescape(text) if _ESCAPED_ENTITY.search(text) else text


def _split_paragraphs(text: str) -> str:
    """Return a text with a paragraph a line, blanks squeezed, no line empty."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(islice(filter(None, lines), _MAX_LINES))


def _read_tokens(markup: str) -> Iterator[tuple[str, str]]:
    """
    Cut markup into pieces, each of a kind.

    Yields:
        ("text", words), ("start", name), ("end", name) and, before the start of a link,
        ("href", address).
    """
    position = 0
    unclosed: set[str] = set()
    while match := _TOKEN.search(markup, position):
        if match.start() > position:
            yield "text", markup[position : match.start()]
        position = match.end()
        name = (match["name"] or match["sloppy"] or "").lower()
        if name in _DROPPED and name not in unclosed and not _is_end(match):
            position = _skip_dropped(
                name,
                markup,
                position,
                unclosed,
            )
        elif name:
            yield from _read_tag(name, match)
    if position < len(markup):
        yield "text", markup[position:]


def _is_end(match: re.Match[str]) -> bool:
    return bool(match["end"] or match["sloppy_end"])


def _skip_dropped(
    name: str,
    markup: str,
    position: int,
    unclosed: set[str],
) -> int:
    """Return where the rest goes on; one that is never closed is noted in ``unclosed``."""
    close = re.compile(rf"</{name}\b[^<>]*+>?", re.IGNORECASE).search(markup, position)
    if close is not None:
        return close.end()
    # It loses its tag only: a forgotten </form> must not swallow the article.
    unclosed.add(name)
    return position


def _read_tag(name: str, match: re.Match[str]) -> Iterator[tuple[str, str]]:
    if _is_end(match):
        yield "end", name
        return
    rest = match["rest"] or ""
    href = _HREF.search(rest) if name == "a" else None
    if href is not None:
        address = href[1] or href[2] or href[3] or ""
        yield "href", html.unescape(address)
    yield "start", name


def _rewrite(markup: str, base_url: str) -> str:
    """Write markup anew: safe elements only, each closed, none deeper than the cap."""
    page = _SafePage()
    href = ""
    for kind, value in _read_tokens(markup):
        if kind == "text":
            words = html.unescape(value)
            page.write(html.escape(words, quote=False))
        elif kind == "href":
            href = resolve_link(base_url, value)
        elif kind == "start":
            page.start(value, href)
            href = ""
        else:
            page.end(value)
    return page.finish()


class _SafePage:
    """HTML being written: what is written and what is open."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._open: list[str] = []

    def write(self, text: str) -> None:
        """Write text that is escaped."""
        self._written.append(text)

    def start(
        self,
        name: str,
        href: str,
    ) -> None:
        """
        Write the start of an element as far as it is safe.

        ``href`` is that of a link, or empty.
        """
        if name == "a":
            self._open_element("a", f'<a href="{html.escape(href)}">' if href else "")
        elif name in _EMPTY:
            self.write(f"<{name}>")
        elif name in _SAFE:
            self._open_element(name, f"<{name}>")
        elif name in _BLOCKS:
            self.write("\n")

    def end(self, name: str) -> None:
        """Write the end of an element as far as it is safe."""
        if name in _EMPTY:
            return
        if name in _SAFE:
            self._close_element(name)
        elif name in _BLOCKS:
            self.write("\n")

    def _open_element(
        self,
        name: str,
        tag: str,
    ) -> None:
        """Open an element, and close what it cannot stand in; an empty tag writes nothing."""
        if name in _BLOCKS:
            self._close_element("p")
        if name == "a" or (name == "li" and self._open[-1:] == ["li"]):
            self._close_element(name)
        if tag and len(self._open) < _MAX_DEPTH:
            self.write(tag)
            self._open.append(name)

    def _close_element(self, name: str) -> None:
        """Close an element with all that is open in it; nothing happens if it is not open."""
        while name in self._open:
            last = self._open.pop()
            self.write(f"</{last}>")
            if last == name:
                return

    def finish(self) -> str:
        """Close everything and return the whole."""
        self._written += [f"</{name}>" for name in reversed(self._open)]
        return "".join(self._written)
