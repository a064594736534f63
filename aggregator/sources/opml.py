"""
OPML 1.0 and 2.0 (opml.org/spec2.opml) to sources: the lists that feed readers keep. Pure.

Such files come from strangers. expat reads them, element by element, without a tree; a document
type is refused, since it is the only way to declare entities; size, depth and number are bounded.
An outline that cannot be taken is a fault with its line, and the others go on.

Readers write such files by hand too: a bare ``&``, an entity of HTML, blanks or a byte order mark
before the declaration and characters that XML has no room for are mended in the bytes before they
are read, in any encoding that keeps ASCII.

In most lists a folder is a topic; in ours, and in those of people who follow many feeds of one
outlet, it is an outlet. So a folder counts as an outlet where it holds several feeds and all are of
one site; one of a single feed ("All") only where the feed itself is called so. Otherwise each site
is one.
"""

from __future__ import annotations

import codecs
import html
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.parsers import expat

from aggregator.errors import ConfigError, Fault
from aggregator.languages import Language
from aggregator.models import Outlet, Source
from aggregator.sources.propose import (
    add_suffix,
    find_free_id,
    find_home,
    find_owner,
    make_outlet_id,
)
from aggregator.sources.site_page import find_channel_page
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.canonical import canonicalize_url
from aggregator.urls.links import has_login, resolve_link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.sources.catalog import Catalog

__all__ = ["OpmlEntry", "OpmlList", "make_sources", "read_opml"]

_MAX_BYTES = 5 * 1024 * 1024
_MAX_DEPTH = 50
_MAX_OUTLINES = 10_000
_MAX_URL_CHARS = 2_000
_NAME_CHARS = 80
_EVERY = timedelta(minutes=30)
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Characters that XML 1.0 has no place for (2.2).
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# What XML itself knows is left alone (4.1, 4.6).
_BARE_AND = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)([a-zA-Z][a-zA-Z0-9]{1,30};)?"
)
_SHOWN_CHARS = 120
_FEED_TYPES = frozenset({"rss", "atom", "rss1", "feed"})
_TYPES = _FEED_TYPES | {"", "link"}
_LANGUAGES = frozenset(language.value for language in Language if language is not Language.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlEntry:
    """
    One feed of a list.

    Attributes:
        line: In the file, from 1.
        name: As the list calls it.
        url: Of the feed; of a Telegram channel its public page.
        home: Of the site; empty if not given.
        language: A value of ``Language``; empty if not given or not one of ours.
        folder: Name of the folder it stands in; empty if in none.
    """

    line: int
    name: str
    url: str
    home: str = ""
    language: str = ""
    folder: str = ""

    @property
    def site(self) -> str:
        """An address of its site: the front page if it is given, else the feed."""
        return self.home or self.url


@dataclass(frozen=True, slots=True)
class OpmlList:
    """A list as it was read: its feeds in order, and the outlines that could not be taken."""

    feeds: tuple[OpmlEntry, ...]
    faults: tuple[Fault, ...]


def read_opml(body: bytes, name: str) -> OpmlList:
    """
    Read a list.

    Args:
        body: Content of the file, in any encoding that it declares.
        name: Of the file, for faults.

    Raises:
        ConfigError: It is not OPML, or not safe to read; names the line.
    """
    size = len(body)
    if size > _MAX_BYTES:
        raise _make_refusal(name, None, f"{size:,} bytes", f"at most {_MAX_BYTES:,} bytes")
    reader = _Reader(name)
    parser = expat.ParserCreate()
    reader.listen(parser)
    is_final = True
    try:
        parser.Parse(_mend(body), is_final)
    except expat.ExpatError as error:
        fault = expat.ErrorString(error.code)
        raise _make_refusal(
            name,
            error.lineno,
            fault,
            "well-formed XML",
        ) from error
    except (LookupError, UnicodeError, ValueError) as error:
        # An encoding that Python does not know, or that lies.
        raise _make_refusal(
            name,
            None,
            str(error),
            "an encoding that can be read",
        ) from error
    if not reader.is_opml:
        raise _make_refusal(name, 1, "", "an OPML document, which begins with <opml>")
    return OpmlList(tuple(reader.feeds), tuple(reader.faults))


def _mend(body: bytes) -> bytes:
    """Return a list with what is commonly written wrong put right; lines stay where they are."""
    if body.startswith(_WIDE_MARKS):
        return body
    body = body.removeprefix(codecs.BOM_UTF8)
    body = body.lstrip(b" \t\r\n")
    body = _NO_XML.sub(b" ", body)
    return _BARE_AND.sub(_mend_and, body)


def _mend_and(match: re.Match[bytes]) -> bytes:
    """Write an entity of HTML as its number, and any other ``&`` as one."""
    entity = match[1] or b""
    letters = html.unescape(f"&{entity.decode()}") if entity else ""
    if entity and not letters.startswith("&"):
        numbered = "".join(f"&#{ord(letter)};" for letter in letters)
        return numbered.encode()
    return b"&amp;" + entity


def _make_refusal(
    name: str,
    line: int | None,
    value: str,
    expected: str,
) -> ConfigError:
    fault = Fault(name, line, "(opml)", value, expected)
    return ConfigError((fault,))


@dataclass(slots=True)
class _Reader:
    """Outlines as expat finds them."""

    name: str
    feeds: list[OpmlEntry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_opml: bool = False
    _open: list[str] = field(default_factory=list)
    _outlines: int = 0
    _first: dict[str, int] = field(default_factory=dict)
    _parser: expat.XMLParserType | None = None

    def listen(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber if self._parser else 0

    def _make_refusal(self, value: str, expected: str) -> ConfigError:
        return _make_refusal(
            self.name,
            self._line,
            value,
            expected,
        )

    def _refuse_doctype(self, *_declared: object) -> None:
        expected = "OPML without a document type, which may declare entities"
        raise self._make_refusal("<!DOCTYPE>", expected)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.lower()
        if len(self._open) >= _MAX_DEPTH:
            raise self._make_refusal("", f"elements at most {_MAX_DEPTH} deep")
        if not self._open:
            self.is_opml = tag == "opml"
        name = ""
        if tag == "outline":
            given = {key.lower(): value.strip() for key, value in attributes.items()}
            name = _read_name(given)
            self._take_outline(given, name)
        self._open.append(name)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _take_outline(self, given: dict[str, str], name: str) -> None:
        if not self.is_opml:
            return
        self._outlines += 1
        if self._outlines > _MAX_OUTLINES:
            raise self._make_refusal("", f"at most {_MAX_OUTLINES:,} outlines")
        self._read_outline(given, name)

    def _read_outline(self, given: dict[str, str], name: str) -> None:
        url = given.get("xmlurl", "")
        kind = given.get("type", "").lower()
        if not url:
            if kind in _FEED_TYPES:
                self._note_fault("xmlUrl", "", "the address of a feed")
            return
        if kind not in _TYPES:
            self._note_fault("type", kind, "rss or atom")
            return
        expected = self._judge_url(url)
        if expected:
            self._note_fault("xmlUrl", url, expected)
            return
        entry = self._make_entry(given, name, url)
        self.feeds.append(entry)

    def _make_entry(
        self,
        given: dict[str, str],
        name: str,
        url: str,
    ) -> OpmlEntry:
        language = given.get("language", "")
        home = given.get("htmlurl", "")
        folders = list(filter(None, self._open))
        return OpmlEntry(
            line=self._line,
            name=name,
            url=find_channel_page(url) or url,
            home=home if _is_safe(home) else "",
            language=language if language in _LANGUAGES else "",
            folder=folders[-1] if folders else "",
        )

    def _judge_url(self, url: str) -> str:
        """Say what would be right instead of an address; empty if it is right."""
        if len(url) > _MAX_URL_CHARS or not _is_safe(url):
            return "an http or https address with a host, without user and password"
        canonical = canonicalize_url(url)
        first = self._first.setdefault(canonical, self._line)
        if first == self._line:
            return ""
        return f"another address than line {first} has"

    def _note_fault(
        self,
        key: str,
        value: str,
        expected: str,
    ) -> None:
        shown = repr(value[:_SHOWN_CHARS]) if value else ""
        fault = Fault(
            self.name,
            self._line,
            key,
            shown,
            expected,
        )
        self.faults.append(fault)


def _read_name(given: dict[str, str]) -> str:
    name = given.get("title") or given.get("text") or ""
    return fit_line(tidy(name), _NAME_CHARS)


def _is_safe(url: str) -> bool:
    """Say whether an address is one of the web, without a user."""
    is_of_web = bool(canonicalize_url(url) and resolve_link("", url))
    return is_of_web and not has_login(url)


def make_sources(listed: OpmlList, catalog: Catalog) -> tuple[list[Source], dict[str, str]]:
    """
    Make sources of a list.

    Args:
        listed: As read, with the entries that could be taken.
        catalog: What is there already.

    Returns:
        The sources that are new, with their outlets, and by address the id of those that are there
        already.
    """
    known = {canonicalize_url(source.url): source.id for source in catalog.sources}
    taken = {source.id for source in catalog.sources}
    outlets = _OutletFinder(catalog, listed.feeds)
    there: dict[str, str] = {}
    sources = []
    for entry in listed.feeds:
        url = canonicalize_url(entry.url)
        if url in known:
            there[entry.url] = known[url]
            continue
        outlet = outlets.find(entry)
        source = _make_source(entry, outlet, taken)
        sources.append(source)
    return sources, there


def _make_source(entry: OpmlEntry, outlet: Outlet, taken: set[str]) -> Source:
    """Make a source; its id is noted as taken."""
    kind = "telegram" if find_channel_page(entry.url) else "feed"
    suffix = "telegram" if kind == "telegram" else entry.language.lower()
    wanted = add_suffix(outlet.id, suffix)
    source_id = find_free_id(wanted, taken)
    taken.add(source_id)
    return Source(
        id=source_id,
        outlet=outlet,
        url=entry.url,
        every=_EVERY,
        adaptive=True,
        languages=(entry.language,) if entry.language else (),
        kind=kind,
        standing="listed",
    )


class _OutletFinder:
    """
    Whose feed is it: an outlet we know, one made before, or a new one.

    Args:
        catalog: With the outlets that we know.
        entries: All feeds of the list, which show what its folders are.
    """

    def __init__(self, catalog: Catalog, entries: Iterable[OpmlEntry]) -> None:
        self._outlets: dict[str, Outlet] = {}
        for source in reversed(catalog.sources):
            outlet = source.outlet
            for url in (outlet.home, source.url):
                owner = find_owner(url)
                self._outlets[owner] = outlet
        self._ids = {outlet.id for outlet in catalog.outlets}
        self._owners = _find_folder_owners(entries)

    def find(self, entry: OpmlEntry) -> Outlet:
        owner = self._owners.get(entry.folder) or find_owner(entry.site)
        if owner not in self._outlets:
            self._outlets[owner] = self._make_outlet(entry, owner)
        return self._outlets[owner]

    def _make_outlet(self, entry: OpmlEntry, owner: str) -> Outlet:
        """Make an outlet; its id is noted as taken."""
        folder = entry.folder if entry.folder in self._owners else ""
        name = folder or entry.name or owner
        wanted = make_outlet_id(name, entry.site)
        outlet = Outlet(
            id=find_free_id(wanted, self._ids),
            name=name,
            home=entry.home or find_home(entry.url),
            official=False,
        )
        self._ids.add(outlet.id)
        return outlet


def _find_folder_owners(entries: Iterable[OpmlEntry]) -> dict[str, str]:
    """Return the owner of each folder whose feeds are all of one; channels are of any."""
    feeds_by_folder: dict[str, list[OpmlEntry]] = defaultdict(list)
    for entry in entries:
        if entry.folder and not find_channel_page(entry.url):
            feeds_by_folder[entry.folder].append(entry)
    single = {}
    for folder, feeds in feeds_by_folder.items():
        owners = {find_owner(entry.site) for entry in feeds}
        # "All", "News" and the like: one feed says nothing of whose its folder is but by its name.
        is_named = folder.casefold() in feeds[0].name.casefold()
        if len(owners) == 1 and (len(feeds) > 1 or is_named):
            single[folder] = min(owners)
    return single
