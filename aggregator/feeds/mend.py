"""
Text of a feed to XML that a strict parser takes. It repairs and never renames.

Only what a strict parser refuses comes here (``feeds.tree``). feedparser has a lenient parser of
its own, but it is slow, it guesses, and hostile input can make it slower still; libxml2's recovery
loses words at every entity it does not know. Nearly all that is wrong with real feeds can be mended
in one pass over their tokens, each looked at once: HTML entities and bare ampersands, characters
that XML forbids, nested CDATA, tags that do not match, attributes without quotes, prefixes that
nobody declared, junk before and after, a missing end. The same pass keeps bombs out: every DOCTYPE
and declaration is dropped, so that no entity can expand; items, nesting and tags are counted.

A feed that ends within an item loses that item: half a text would be translated, and seen as edited
at the next poll.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

from aggregator.feeds.namespaces import CONVENTIONAL

__all__ = ["MAX_ITEMS", "MAX_TOKENS", "TOO_MANY_ITEMS", "NotXMLError", "find_feed", "mend"]

# Items read of one feed. The largest seen has 200; a million empty ones would take feedparser
# minutes.
MAX_ITEMS = 2000
"""Items of one feed that are read."""
TOO_MANY_ITEMS = f"items after the first {MAX_ITEMS:,} dropped"
"""The note that says so."""
# Elements open within an item. Real feeds have one or two, and what XHTML they carry.
_MAX_DEPTH = 100
# 2,000 items of 100 tags each. An element of the tree takes 120 bytes.
MAX_TOKENS = 200_000
"""Tags, comments and sections of one feed."""
# Ampersands of one feed. A full-text feed of escaped HTML has one in fifty characters; expat hands
# on the text between them piece by piece, so that a feed of nothing else took 17 s and 1.3 GB.
_MAX_REFERENCES = 400_000
# Characters of all attributes of one tag: two addresses of 8,000 and what stands around them.
_MAX_ATTRIBUTES_CHARS = 20_000

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|rdf)(?=[\s>/])", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
# What may stand before and after a root; a byte order mark in the middle comes of files put
# together.
_AROUND = re.compile(
    r"(?:<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|[\s\ufeff]+)*+",
    re.DOTALL | re.IGNORECASE,
)
_AROUND_CHARS = 10_000

# XML 1.0, 2.2; lone surrogates could not be sent on as UTF-8.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Possessive, and tags end at the next "<" outside of quotes, so that nothing is scanned twice.
_TOKEN = re.compile(
    r"""
    (?P<cdata><!\[CDATA\[(?P<inner>.*?)(?:\]\]>|\Z))
    | <!--.*?(?:-->|\Z)
    | <\?.*?(?:\?>|\Z)
    | <![A-Za-z][^<>]*+>?
    | <(?P<end>/?)(?P<name>[A-Za-z_][\w:.-]*+)(?P<rest>(?:[^<>"']|"[^"]*"|'[^']*')*+)>
    | (?P<stray>\]\]>|<)
    """,
    re.DOTALL | re.VERBOSE,
)
_REFERENCE = re.compile(
    r"&(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31})|#(?:(?P<dec>[0-9]{1,7})|[xX](?P<hex>[0-9A-Fa-f]{1,6})));"
)
_BARE = re.compile(r"&(?![A-Za-z][A-Za-z0-9]{1,31};|#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};)")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_SURROUNDINGS = frozenset({"channel", "rss", "feed", "rdf"})
_STRAYS = {"]]>": "]]&gt;", "<": "&lt;"}
_LAST_CHARACTER = 0x10FFFF

_NAME = r"[A-Za-z_][\w.-]*+(?::[A-Za-z_][\w.-]*+)?+"
_GOOD_ATTRIBUTES = re.compile(rf"""(?:\s++{_NAME}\s*+=\s*+(?:"[^"]*+"|'[^']*+'))*+\s*+""")
_ATTRIBUTE = re.compile(
    rf"""(?P<name>{_NAME})(?:\s*+=\s*+(?:(?P<quoted>"[^"]*+"|'[^']*+')|(?P<bare>[^\s"']++)))?+"""
)
_PREFIX = re.compile(r"(?:^|\s)([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=")
_DECLARES = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_DECLARATION = ' xmlns:{0}="{1}"'
_MAX_UNDECLARED = 20

# Of an item, without a prefix; none may stand in another, so that one without its end ends there.
_FIELDS = frozenset({"title", "link", "guid", "pubdate"})
# Of an item, with words and no items in them.
_TEXTS = _FIELDS | {"description", "summary", "content", "author", "category"}
# HTML elements that have no end, in markup that a feed forgot to escape.
_VOID = frozenset({"br", "hr", "img", "input", "meta", "source", "wbr"})


class NotXMLError(ValueError):
    """There is no feed in the text, or one that only an attacker writes."""


def find_feed(text: str) -> tuple[str, tuple[str, ...]]:
    """
    Cut off what stands before the root of a feed.

    Args:
        text: Decoded, from wherever the bytes began.

    Returns:
        The text from the root on, and notes on what was dropped.

    Raises:
        NotXMLError: No root of a feed, or past what a feed may hold.
    """
    start, is_first = _find_root(text)
    notes = _judge_head(text[:start], is_first=is_first)
    feed = text[start:]
    if feed.count("&") > _MAX_REFERENCES:
        raise NotXMLError(f"more than {_MAX_REFERENCES:,} entities and ampersands")
    return feed, tuple(notes)


def mend(text: str) -> tuple[str, tuple[str, ...]]:
    """
    Make a feed well-formed.

    Args:
        text: Decoded, from wherever the bytes began.

    Returns:
        XML from its declaration to the end of its root, and notes on what was mended.

    Raises:
        NotXMLError: No root of a feed, or past what a feed may hold.
    """
    feed, notes = find_feed(text)
    mender = _Mender()
    for note in notes:
        mender.note(note)
    allowed = _FORBIDDEN.sub("", feed)
    if len(allowed) != len(feed):
        mender.note("control characters dropped")
    return mender.mend(allowed), tuple(mender.notes)


def _find_root(text: str) -> tuple[int, bool]:
    """Return where the root begins, and whether nothing stands before it that may not."""
    # A comment before the root may well speak of <rss>.
    prolog = _AROUND.match(text, 0, _AROUND_CHARS)
    root = _ROOT.match(text, prolog.end()) if prolog else None
    if root:
        return root.start(), True
    root = _ROOT.search(text)
    if not root:
        raise NotXMLError("no <rss>, <feed> or <rdf:RDF> in it")
    return root.start(), False


def _judge_head(text: str, *, is_first: bool) -> list[str]:
    """Return notes on what stands before the root; raise if that makes it no feed."""
    # Some give a feed the DOCTYPE of a page.
    if not is_first and _PAGE.search(text):
        raise NotXMLError("the feed stands inside an HTML page")
    notes = []
    if "<!ENTITY" in text:
        notes.append("declarations of entities dropped")
    if not is_first and not _may_surround(text):
        notes.append("junk before the feed dropped")
    return notes


def _may_surround(text: str) -> bool:
    beginning = text[:_AROUND_CHARS]
    return _AROUND.fullmatch(beginning) is not None


class _Mender:
    """One pass over the tokens of one feed."""

    def __init__(self) -> None:
        self.notes: dict[str, None] = {}
        self._pieces: list[str] = ['<?xml version="1.0" encoding="utf-8"?>\n']
        self._open: list[str] = []  # names as written out
        self._item = 0  # index into _open of the open item; 0, the root's, if none is
        self._item_piece = 0  # index into _pieces of its start
        self._items = 0
        self._used: set[str] = set()
        self._declared = {"xml", "xmlns"}
        self._text = ""
        self._nested_until = 0  # position in the text up to which items belong to the open one
        self._endless: set[str] = set()  # elements that no end tag was found for

    def note(self, words: str) -> None:
        """Remember what was mended, once."""
        self.notes[words] = None

    def mend(self, text: str) -> str:
        """Return the mended feed."""
        self._text = text
        position = 0
        for count, match in enumerate(_TOKEN.finditer(text)):
            if count > MAX_TOKENS:
                raise NotXMLError(f"more than {MAX_TOKENS:,} tags")
            before = text[position : match.start()]
            self._write_text(before)
            self._write_token(match)
            position = match.end()
            if not self._open:
                break
        if self._open:
            self._cut()
        elif self._items <= MAX_ITEMS and not _may_surround(text[position:]):
            self.note("junk after the feed dropped")
        feed = "".join(self._pieces)
        return self._declare_prefixes(feed)

    def _write_token(self, match: re.Match[str]) -> None:
        name = match["name"]
        stray = match["stray"]
        if name and match["end"]:
            self._end(name)
        elif name:
            self._read_start(name, match["rest"], match.start())
        elif match["cdata"]:
            inner = match["inner"]
            self._pieces.append(f"<![CDATA[{inner}]]>")
        elif stray:
            self.note("characters that belong to markup escaped")
            self._pieces.append(_STRAYS[stray])

    def _write_text(self, text: str) -> None:
        if text:
            mended = self._mend_references(text)
            self._pieces.append(mended)

    def _read_start(self, name: str, rest: str, position: int) -> None:
        local = name.rpartition(":")[2].lower()
        is_item = local in {"item", "entry"} and not self._is_nested(name, position)
        if is_item and not self._start_item():
            return
        if self._item and local in _FIELDS and self._open[-1].lower() in _FIELDS:
            self.note("tags that do not match mended")
            self._close_from(len(self._open) - 1)
        depth = len(self._open) - self._item
        if depth > _MAX_DEPTH:
            raise NotXMLError(f"elements nested more than {_MAX_DEPTH} deep")
        self._start(name, rest)

    def _is_nested(self, name: str, position: int) -> bool:
        """
        Say whether an item belongs to an element of the open one, as the pictures of a gallery do.

        Else it is the next item, and what is still open should have ended before.
        """
        if position < self._nested_until:
            return True
        around = self._open[-1] if self._open else ""
        is_direct = not self._item or len(self._open) - 1 == self._item
        if is_direct or around.lower() in _TEXTS or around in self._endless:
            return False
        end = self._text.find(f"</{around}", position)
        if end < 0:
            self._endless.add(around)
            return False
        inside = self._text[position:end]
        if inside.count(f"<{name}") != inside.count(f"</{name}"):
            return False
        self._nested_until = end
        return True

    def _start_item(self) -> bool:
        """Make room for an item; False if there were enough of them."""
        if self._item:
            self._end(self._open[self._item])
        self._items += 1
        if self._items > MAX_ITEMS:
            self.note(TOO_MANY_ITEMS)
            self._close_from(0)
            return False
        self._item = len(self._open)
        self._item_piece = len(self._pieces)
        return True

    def _start(self, name: str, rest: str) -> None:
        is_unescaped_html = self._item > 0 and name.lower() in _VOID
        is_empty = is_unescaped_html or rest.endswith("/")
        attributes = self._mend_attributes(rest)
        self._note_prefixes(name, attributes)
        if not is_empty:
            self._pieces.append(f"<{name}{attributes}>")
            self._open.append(name)
            return
        self._pieces.append(f"<{name}{attributes}/>")
        is_item = self._item == len(self._open)
        if is_item:
            self._item = 0

    def _mend_attributes(self, rest: str) -> str:
        """Return what stands behind a name in its tag, without the slash at its end."""
        if len(rest) > _MAX_ATTRIBUTES_CHARS:
            self.note("attributes that are too long dropped")
            return ""
        attributes = self._quote_attributes(rest.removesuffix("/"))
        mended = self._mend_references(attributes)
        return mended.replace("<", "&lt;")

    def _quote_attributes(self, attributes: str) -> str:
        """Return attributes that XML takes, each once; those that are right stay as they are."""
        matches = list(_ATTRIBUTE.finditer(attributes))
        names = {match["name"] for match in matches}
        if len(names) == len(matches) and _GOOD_ATTRIBUTES.fullmatch(attributes):
            return attributes
        self.note("attributes mended")
        mended: dict[str, str] = {}
        for match in matches:
            value = match["quoted"] or match["bare"] or match["name"]
            written = value if value[0] in "\"'" else f'"{value}"'
            mended.setdefault(match["name"], f" {match['name']}={written}")
        return "".join(mended.values())

    def _note_prefixes(self, name: str, attributes: str) -> None:
        used = _PREFIX.findall(attributes)
        declared = _DECLARES.findall(attributes)
        prefixes = name.split(":")[:-1]
        self._used.update(used, prefixes)
        self._declared.update(declared)

    def _end(self, name: str) -> None:
        """Close an element, with all that is still open in it; drop the end of what is not open."""
        index = self._find_open(name)
        # Whatever is still open in it should have ended before; so should what is not open at all.
        if index is None or index < len(self._open) - 1:
            self.note("tags that do not match mended")
        if index is None:
            return
        self._close_from(index)
        if index <= self._item:
            self._item = 0

    def _find_open(self, name: str) -> int | None:
        """Return where the innermost open element of a name stands, that its end may close."""
        wanted = name.lower()
        local = wanted.rpartition(":")[2]
        # An item's innards may not close the item's surroundings.
        lowest = 0 if local in _SURROUNDINGS else self._item
        for index in reversed(range(lowest, len(self._open))):
            if self._open[index].lower() == wanted:
                return index
        return None

    def _close_from(self, index: int) -> None:
        self._pieces += [f"</{name}>" for name in reversed(self._open[index:])]
        del self._open[index:]

    def _cut(self) -> None:
        self.note("the feed ends too early")
        if self._item:
            self.note("an item that is cut was left for the next poll")
            del self._pieces[self._item_piece :]
            del self._open[self._item :]
        self._close_from(0)

    def _declare_prefixes(self, feed: str) -> str:
        undeclared = self._used - self._declared
        missing = sorted(undeclared)[:_MAX_UNDECLARED]
        if not missing:
            return feed
        note = f"prefixes declared: {', '.join(missing)}"
        self.note(note[:200])
        addresses = (CONVENTIONAL.get(prefix, f"urn:undeclared:{prefix}") for prefix in missing)
        declarations = "".join(map(_DECLARATION.format, missing, addresses))
        root = _ROOT.search(feed)
        position = root.end() if root else 0
        return feed[:position] + declarations + feed[position:]

    def _mend_references(self, text: str) -> str:
        if "&" not in text:
            return text
        text, bare = _BARE.subn("&amp;", text)
        if bare:
            self.note("entities and ampersands mended")
        return _REFERENCE.sub(self._mend_reference, text)

    def _mend_reference(self, match: re.Match[str]) -> str:
        name = match["name"]
        if name in _XML_ENTITIES:
            return match[0]
        if name:
            return self._write_entity(name)
        decimal = match["dec"]
        number = int(decimal) if decimal else int(match["hex"], 16)
        if number > _LAST_CHARACTER or _FORBIDDEN.match(chr(number)):
            self.note("control characters dropped")
            return ""
        return match[0].lower()  # XML knows no capital X

    def _write_entity(self, name: str) -> str:
        """Return what an entity of HTML means, or its name as plain words if HTML has none such."""
        self.note("entities and ampersands mended")
        meaning = html5.get(f"{name};")
        return html.escape(meaning) if meaning else f"&amp;{name};"
