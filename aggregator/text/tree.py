"""
Markup to a tree, in time and memory that grow with the length of the markup whatever it holds.

libxml2 alone does not promise that: one tag with 250,000 attributes costs its HTML parser more than
five minutes. So, as in ``text.html``, one regular expression cuts the markup into tags and text,
and the page is written anew from them: tags with few attributes, each value quoted, text escaped,
scripts and their kin gone. What libxml2 then reads was written here, so that no trick with quotes
or comments can show it something else than was counted.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from aggregator.text.charset import decode
from aggregator.text.typography import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

__all__ = ["MAX_CHARS", "read_inner_text", "read_tree"]

MAX_CHARS = 2_000_000
"""
Longer markup is cut.

Pages of Kazakhstan's press have 50,000 to 400,000 characters, scripts included.
"""

_MAX_ATTRIBUTES = 40
_MAX_VALUE_CHARS = 8000
# Elements in all, and open at once (libxml2 itself stops the page at 256).
_MAX_ELEMENTS = 50_000
_MAX_DEPTH = 200

_DROPPED = frozenset({
    "applet", "canvas", "iframe", "math", "noembed", "noframes", "object", "script", "select",
    "style", "svg", "template", "textarea", "xmp",
})  # fmt: skip
_EMPTY = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
# The next of their kind ends them, so that one left open does not stand around the rest.
_ENDED_BY_NEXT = frozenset(
    {"dd", "dt", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
_FLAT = _EMPTY | _ENDED_BY_NEXT
# Possessive throughout: nothing is looked at twice. Attributes as the HTML standard cuts them
# (13.2.5.33 to 37).
_TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z) | <[!?][^>]*+>? | </(?P<end>[a-zA-Z][^\s/>]*+)[^>]*+>?
    | <(?P<start>[a-zA-Z][^\s/><]*+)
      (?P<attributes>(?:
        [\s/]++ | [^\s/>=]++ | =\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+
      )*+)>?""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""([^\s/>=]++)(?:\s*+=\s*+(?:"([^"]*+)(?:"|\Z)|'([^']*+)(?:'|\Z)|([^\s>"'][^\s>]*+)))?+""",
    re.DOTALL,
)
_NAME = re.compile(r"[a-z][a-z0-9:_-]{0,60}")
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def read_tree(body: bytes | str, content_type: str = "") -> tuple[etree._Element | None, str]:
    """
    Read a page.

    Args:
        body: As fetched, or decoded.
        content_type: The header, which may name a charset.

    Returns:
        The root, without scripts, styles and comments, None if there is no element; and a note on
        the charset, empty if all was in order. Times for hostile pages: docs/benchmarks.md.
    """
    # Imported where it is used: kinds that read pages are also asked what they expect of a
    # catalogue.
    from lxml import etree  # noqa: PLC0415
    from lxml.html import HTMLParser  # noqa: PLC0415

    text = body
    note = ""
    if isinstance(text, bytes):
        # A character has four bytes at most.
        beginning = text[: MAX_CHARS * 4]
        text, note = decode(beginning, content_type)
    text = _BROKEN.sub("", text[:MAX_CHARS])
    written = "".join(_rewrite(text))
    parser = HTMLParser(
        encoding="utf-8",
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(written.encode(), parser) if written.strip() else None
    except (etree.XMLSyntaxError, ValueError):
        return None, note
    return root, note


def read_inner_text(element: etree._Element) -> str:
    """Return the words of an element, a paragraph a line; blocks and line breaks begin new ones."""
    from lxml import etree  # noqa: PLC0415  (as above)

    pieces: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        words = node.text if event == "start" else node.tail
        if event == "end" and node is element:
            words = None  # what stands behind it is not its own
        if node.tag in _BLOCKS:
            pieces.append("\n")
        pieces.append(squeeze(words or ""))
    text = "".join(pieces)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(filter(None, lines))


def _rewrite(text: str) -> Iterator[str]:
    position = 0
    page = _Page()
    while match := _TOKEN.search(text, position):
        before = text[position : match.start()]
        yield _escape(before)
        position = match.end()
        if match["end"]:
            yield page.end(match["end"].lower())
            continue
        name = (match["start"] or "").lower()
        if name in _DROPPED:
            position = page.skip(name, text, position)
        elif _NAME.fullmatch(name) and page.has_room:
            yield page.start(name, match["attributes"])
    yield _escape(text[position:])


def _escape(text: str) -> str:
    """Escape text but for its entities, which libxml2 reads."""
    return html.escape(text, quote=False).replace("&amp;", "&")


class _Page:
    """What has been written of a page: how many elements, how many of them open."""

    def __init__(self) -> None:
        self._elements = 0
        self._depth = 0
        self._unclosed: set[str] = set()

    @property
    def has_room(self) -> bool:
        """Whether one more element may be written here."""
        return self._elements < _MAX_ELEMENTS and self._depth < _MAX_DEPTH

    def start(self, name: str, attributes: str) -> str:
        """Return the tag that opens an element."""
        self._elements += 1
        if name not in _FLAT:
            self._depth += 1
        written = _write_attributes(attributes)
        return f"<{name}{written}>"

    def end(self, name: str) -> str:
        """Return the tag that closes an element; empty if it is no name."""
        if name not in _FLAT and self._depth > 0:
            self._depth -= 1
        return f"</{name}>" if _NAME.fullmatch(name) else ""

    def skip(
        self,
        name: str,
        text: str,
        position: int,
    ) -> int:
        """Return where the rest goes on behind a dropped element that began at ``position``."""
        if name in self._unclosed:
            return position
        close = re.compile(rf"</{name}\b[^>]*+>?", re.IGNORECASE).search(text, position)
        if close is not None:
            return close.end()
        self._unclosed.add(name)
        return position


def _write_attributes(text: str) -> str:
    written: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        name = match[1].lower()
        if _NAME.fullmatch(name):
            value = _read_value(match)
            written.setdefault(name, f' {name}="{html.escape(value)}"')
        if len(written) >= _MAX_ATTRIBUTES:
            break
    return "".join(written.values())


def _read_value(match: re.Match[str]) -> str:
    written = match[2] or match[3] or match[4] or ""
    value = html.unescape(written[:_MAX_VALUE_CHARS])
    return _BROKEN.sub("", value)
