"""
Text of a feed to XML that a strict parser takes.

feedparser has a lenient parser for what is not well-formed, but it is slow, it guesses, and hostile
input can make it slower still. Nearly all that is wrong with real feeds can be mended in one pass
over their tokens, each looked at once: HTML entities and bare ampersands, characters that XML
forbids, nested CDATA, tags that do not match, prefixes that nobody declared, junk before and after,
a missing end. The same pass keeps bombs out: every DOCTYPE and declaration is dropped, so that no
entity can expand; items, nesting, tags and categories are counted.

It also renames what feedparser would confuse: it knows no ``yandex:full-text``, and it takes
``media:description`` and ``itunes:summary`` for the item's teaser, or for its full text where they
come second.

A feed that ends within an item loses that item: half a text would be translated, and seen as edited
at the next poll.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from html.entities import html5

__all__ = ["MAX_ITEMS", "NotXMLError", "mend"]

# Items read of one feed. The largest seen has 200; a million empty ones would take feedparser
# minutes.
MAX_ITEMS = 2000
# Elements open within an item. Real feeds have one or two, and what XHTML they carry.
_MAX_DEPTH = 100
# Tags, comments and sections of one feed: 2,000 items of 100 tags each. feedparser takes 12
# microseconds for each.
_MAX_TOKENS = 200_000
# Ampersands of one feed. A full-text feed of escaped HTML has one in fifty characters; expat hands
# on the text between them piece by piece, so that a feed of nothing else took 17 s and 1.3 GB.
_MAX_REFERENCES = 400_000
# Characters of all attributes of one tag: two addresses of 8,000 and what stands around them.
_MAX_ATTRIBUTES_CHARS = 20_000
# feedparser compares each category, link and enclosure of an item with all before it. Of each name.
_MAX_REPEATED = 50
_REPEATED = frozenset({"category", "enclosure", "keywords", "link", "subject", "tag", "tags"})

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|rdf)(?=[\s>/])", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
# What may stand before and after a root; a byte order mark in the middle comes of files put
# together.
_AROUND = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|[\s\ufeff]+", re.DOTALL | re.IGNORECASE
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

_PREFIX = re.compile(r"(?:^|\s)([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=")
_DECLARES = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
# feedparser goes by the prefix where it does not know the namespace.
_UNDECLARED = ' xmlns:{0}="urn:undeclared:{0}"'
_MAX_UNDECLARED = 20

# An element that nobody asks for.
_ASIDE = "tilshi-aside"
# Names as outlets write them; ``fullitem`` is feedparser's own for full text, in no namespace.
_FULL_TEXTS = ("yandex:full-text", "yandex:fulltext")
_CONFUSED = (
    "title",
    "description",
    "summary",
    "subtitle",
    "keywords",
    "text",
    "category",
)
_CONFUSED_NAMES = [f"{prefix}:{name}" for prefix in ("media", "itunes") for name in _CONFUSED]
_RENAMED = {
    **dict.fromkeys(_FULL_TEXTS, "fullitem"),
    **dict.fromkeys(_CONFUSED_NAMES, _ASIDE),
}
# HTML elements that have no end, in markup that a feed forgot to escape.
_VOID = frozenset({"br", "hr", "img", "input", "meta", "source", "wbr"})


class NotXMLError(ValueError):
    """There is no feed in the text, or one that only an attacker writes."""


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
    root = _ROOT.search(text)
    if not root:
        raise NotXMLError("no <rss>, <feed> or <rdf:RDF> in it")
    start = root.start()
    before = text[:start]
    feed = text[start:]
    mender = _Mender()
    for note in _judge_head(before):
        mender.note(note)
    if feed.count("&") > _MAX_REFERENCES:
        raise NotXMLError(f"more than {_MAX_REFERENCES:,} entities and ampersands")
    allowed = _FORBIDDEN.sub("", feed)
    if len(allowed) != len(feed):
        mender.note("control characters dropped")
    return mender.mend(allowed), tuple(mender.notes)


def _judge_head(text: str) -> list[str]:
    """Return notes on what stands before the root; raise if that makes it no feed."""
    if _PAGE.search(text):
        raise NotXMLError("the feed stands inside an HTML page")
    notes = []
    if "<!ENTITY" in text:
        notes.append("declarations of entities dropped")
    if not _may_surround(text):
        notes.append("junk before the feed dropped")
    return notes


def _may_surround(text: str) -> bool:
    beginning = text[:_AROUND_CHARS]
    return not _AROUND.sub("", beginning)


def _rename(name: str) -> tuple[str, str]:
    """Return as what an element is written, and its name without a prefix in lower case."""
    written = _RENAMED.get(name.lower(), name)
    local = written.rpartition(":")[2]
    return written, local.lower()


class _Mender:
    """One pass over the tokens of one feed."""

    def __init__(self) -> None:
        self.notes: dict[str, None] = {}
        self._pieces: list[str] = ['<?xml version="1.0" encoding="utf-8"?>\n']
        self._open: list[str] = []  # names as written out
        self._item = 0  # index into _open of the open item; 0, the root's, if none is
        self._item_piece = 0  # index into _pieces of its start
        self._items = 0
        self._repeated: Counter[str] = Counter()
        self._used: set[str] = set()
        self._declared = {"xml", "xmlns"}

    def note(self, words: str) -> None:
        """Remember what was mended, once."""
        self.notes[words] = None

    def mend(self, text: str) -> str:
        """Return the mended feed."""
        position = 0
        for count, match in enumerate(_TOKEN.finditer(text)):
            if count > _MAX_TOKENS:
                raise NotXMLError(f"more than {_MAX_TOKENS:,} tags")
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
            self._read_end(name)
        elif name:
            self._read_start(name, match["rest"])
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

    def _read_start(self, name: str, rest: str) -> None:
        name, local = _rename(name)
        if local in {"item", "entry"} and not self._start_item():
            return
        name = self._name_start(name, local)
        depth = len(self._open) - self._item
        if depth > _MAX_DEPTH:
            raise NotXMLError(f"elements nested more than {_MAX_DEPTH} deep")
        self._start(name, rest)

    def _read_end(self, name: str) -> None:
        name, local = _rename(name)
        self._end(self._name_end(name, local))

    def _name_end(self, name: str, local: str) -> str:
        """Return as what an element ends: as it began, aside if there were too many of its name."""
        too_many = local in _REPEATED and self._open[-1] == _ASIDE
        return _ASIDE if too_many else name

    def _name_start(self, name: str, local: str) -> str:
        """
        Count an element of those that may repeat.

        Return its name, aside if there were enough.
        """
        if local not in _REPEATED:
            return name
        self._repeated[local] += 1
        count = self._repeated[local]
        return name if count <= _MAX_REPEATED else _ASIDE

    def _start_item(self) -> bool:
        """Make room for an item; False if there were enough of them."""
        if self._item:
            self._end(self._open[self._item])
        self._items += 1
        if self._items > MAX_ITEMS:
            self.note(f"items after the first {MAX_ITEMS:,} dropped")
            self._close_from(0)
            return False
        self._repeated.clear()
        self._item = len(self._open)
        self._item_piece = len(self._pieces)
        return True

    def _start(self, name: str, rest: str) -> None:
        is_unescaped_html = self._item > 0 and name.lower() in _VOID
        is_empty = is_unescaped_html or rest.endswith("/")
        attributes = self._mend_attributes(name, rest)
        self._note_prefixes(name, attributes)
        if not is_empty:
            self._pieces.append(f"<{name}{attributes}>")
            self._open.append(name)
            return
        self._pieces.append(f"<{name}{attributes}/>")
        is_item = self._item == len(self._open)
        if is_item:
            self._item = 0

    def _mend_attributes(self, name: str, rest: str) -> str:
        """Return what stands behind a name in its tag, without the slash at its end."""
        if len(rest) > _MAX_ATTRIBUTES_CHARS:
            self.note("attributes that are too long dropped")
            return ""
        if name in _RENAMED.values():
            return ""
        attributes = rest.removesuffix("/")
        mended = self._mend_references(attributes)
        return mended.replace("<", "&lt;")

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
        declarations = "".join(map(_UNDECLARED.format, missing))
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
        return match[0]

    def _write_entity(self, name: str) -> str:
        """Return what an entity of HTML means, or its name as plain words if HTML has none such."""
        self.note("entities and ampersands mended")
        meaning = html5.get(f"{name};")
        return html.escape(meaning) if meaning else f"&amp;{name};"
