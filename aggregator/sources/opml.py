"""
OPML 1.0 and 2.0 (opml.org/spec2.opml) to sources: the lists that feed readers keep. Pure.

Such files come from strangers. expat reads them, element by element, without a tree; a document
type is refused, since it is the only way to declare entities; size, depth and number are bounded.
An outline that cannot be taken is a fault with its line, and the others go on.

In most lists a folder is a topic; in ours, and in those of people who follow many feeds of one
outlet, it is an outlet. So a folder counts as an outlet where all its feeds are of one site, and
otherwise each site is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.parsers import expat

from aggregator.errors import ConfigError, Fault
from aggregator.languages import Language
from aggregator.models import Outlet, Source
from aggregator.sources.propose import find_free_id, find_home, find_owner, make_outlet_id
from aggregator.sources.site_page import find_channel_page
from aggregator.text.typography import one_line, tidy
from aggregator.urls.canonical import canonical_url

if TYPE_CHECKING:
    from aggregator.sources.catalog import Catalog

__all__ = ["OpmlEntry", "OpmlList", "make_sources", "read_opml"]

_MAX_BYTES = 5 * 1024 * 1024
_MAX_DEPTH = 50
_MAX_OUTLINES = 10_000
_MAX_URL_CHARS = 2_000
_NAME_CHARS = 80
_EVERY = timedelta(minutes=30)
_TYPES = frozenset({"", "rss", "atom", "rss1", "feed", "link"})
_LANGUAGES = frozenset(language.value for language in Language if language is not Language.UNKNOWN)


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class OpmlEntry:
    """
    One feed of a list.

    Attributes:
        line: In the file.
        name: As the list calls it.
        url: Of the feed.
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


@dataclass(frozen=True, slots=True)
class OpmlList:
    """A list as it was read: its feeds in order, and the outlines that could not be taken."""

    feeds: tuple[OpmlEntry, ...]
    faults: tuple[Fault, ...]


def read_opml(body: bytes, name: str) -> OpmlList:
    """
    Read a list.

    Args:
        body: Of the file.
        name: Of the file, for faults.

    Raises:
        ConfigError: It is not OPML, or not safe to read; names the line.
    """
    if len(body) > _MAX_BYTES:
        raise _refused(name, None, f"{len(body):,} bytes", f"at most {_MAX_BYTES:,} bytes")
    reader = _Reader(name)
    parser = expat.ParserCreate()
    reader.listen(parser)
    try:
        parser.Parse(body, True)  # noqa: FBT003  expat's own signature
    except expat.ExpatError as error:
        raise _refused(
            name, error.lineno, expat.ErrorString(error.code), "well-formed XML"
        ) from error
    except (
        LookupError,
        UnicodeError,
        ValueError,
    ) as error:  # an encoding that Python does not know, or that lies
        raise _refused(name, None, str(error), "an encoding that can be read") from error
    if not reader.is_opml:
        raise _refused(name, 1, "", "an OPML document, which begins with <opml>")
    return OpmlList(tuple(reader.feeds), tuple(reader.faults))


def _refused(
    name: str,
    line: int | None,
    value: str,
    expected: str,
) -> ConfigError:
    return ConfigError((Fault(name, line, "(opml)", value, expected),))


@dataclass(slots=True)
class _Reader:
    """Outlines as expat finds them."""

    name: str
    feeds: list[OpmlEntry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_opml: bool = False
    _open: list[str] = field(default_factory=list)
    _seen: int = 0
    _first: dict[str, int] = field(default_factory=dict)
    _parser: expat.XMLParserType | None = None

    def listen(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype

    def _line(self) -> int:
        return self._parser.CurrentLineNumber if self._parser else 0

    def _doctype(self, *_declared: object) -> None:
        raise _refused(
            self.name,
            self._line(),
            "<!DOCTYPE>",
            "OPML without a document type, which may declare entities",
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _MAX_DEPTH:
            raise _refused(self.name, self._line(), "", f"elements at most {_MAX_DEPTH} deep")
        if not self._open:
            self.is_opml = tag.lower() == "opml"
        given = {key.lower(): value.strip() for key, value in attributes.items()}
        name = one_line(tidy(given.get("title") or given.get("text") or ""), _NAME_CHARS)
        if tag.lower() == "outline" and self.is_opml:
            self._outline(given, name)
        self._open.append(name if tag.lower() == "outline" else "")

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _outline(self, given: dict[str, str], name: str) -> None:
        self._seen += 1
        if self._seen > _MAX_OUTLINES:
            raise _refused(self.name, self._line(), "", f"at most {_MAX_OUTLINES:,} outlines")
        url = given.get("xmlurl", "")
        kind = given.get("type", "").lower()
        if not url:
            if kind and kind in _TYPES - {"link"}:
                self._fault("xmlUrl", "", "the address of a feed")
            return
        if kind not in _TYPES:
            self._fault("type", kind, "rss or atom")
        elif expected := self._wrong(url):
            self._fault("xmlUrl", url, expected)
        else:
            folder = next((open_name for open_name in reversed(self._open) if open_name), "")
            self.feeds.append(self._listed(given, name, url, folder))

    def _listed(
        self,
        given: dict[str, str],
        name: str,
        url: str,
        folder: str,
    ) -> OpmlEntry:
        language = given.get("language", "")
        home = given.get("htmlurl", "")
        return OpmlEntry(
            line=self._line(),
            name=name,
            url=find_channel_page(url) or url,
            home=home if canonical_url(home) and not urlsplit(home).username else "",
            language=language if language in _LANGUAGES else "",
            folder=folder,
        )

    def _wrong(self, url: str) -> str:
        """Say what would be right instead of an address; empty if it is right."""
        canonical = canonical_url(url)
        if not canonical or len(url) > _MAX_URL_CHARS or urlsplit(url).username:
            return "an http or https address with a host, without user and password"
        first = self._first.setdefault(canonical, self._line())
        return f"another address than line {first} has" if first != self._line() else ""

    def _fault(
        self,
        key: str,
        value: str,
        expected: str,
    ) -> None:
        self.faults.append(
            Fault(self.name, self._line(), key, repr(value[:120]) if value else "", expected)
        )


def make_sources(found: OpmlList, catalog: Catalog) -> tuple[list[Source], dict[str, str]]:
    """
    Make sources of a list.

    Args:
        found: As read.
        catalog: What is there already.

    Returns:
        The sources that are new, with their outlets, and by address the id of those that are there
        already.
    """
    known = {canonical_url(source.url): source.id for source in catalog.sources}
    there: dict[str, str] = {}
    fresh = []
    for feed in found.feeds:
        source_id = known.get(canonical_url(feed.url))
        if source_id is None:
            fresh.append(feed)
        else:
            there[feed.url] = source_id
    outlets = _Outlets(catalog, found.feeds)
    taken = {source.id for source in catalog.sources}
    return [_make_source(feed, outlets.of(feed), taken) for feed in fresh], there


def _make_source(feed: OpmlEntry, outlet: Outlet, taken: set[str]) -> Source:
    """Make a source; its id is noted as taken."""
    kind = "telegram" if find_channel_page(feed.url) else "feed"
    suffix = "telegram" if kind == "telegram" else feed.language.lower()
    wanted = f"{outlet.id[: 39 - len(suffix)]}-{suffix}" if suffix else outlet.id
    source_id = find_free_id(wanted, taken)
    taken.add(source_id)
    return Source(
        id=source_id,
        outlet=outlet,
        url=feed.url,
        every=_EVERY,
        adaptive=True,
        languages=(feed.language,) if feed.language else (),
        kind=kind,
        standing="listed",
    )


class _Outlets:
    """Whose feed is it: an outlet we know, one made before, or a new one."""

    def __init__(self, catalog: Catalog, feeds: tuple[OpmlEntry, ...]) -> None:
        self._known: dict[str, Outlet] = {}
        for source in reversed(catalog.sources):
            for url in (source.outlet.home, source.url):
                self._known[find_owner(url)] = source.outlet
        self._ids = {outlet.id for outlet in catalog.outlets}
        sites: dict[str, set[str]] = {}
        for feed in feeds:
            if not find_channel_page(feed.url):
                sites.setdefault(feed.folder, set()).add(find_owner(feed.home or feed.url))
        self._folders = {
            folder: next(iter(found))
            for folder, found in sites.items()
            if folder and len(found) == 1
        }

    def of(self, feed: OpmlEntry) -> Outlet:
        owner = self._folders.get(feed.folder) or find_owner(feed.home or feed.url)
        if owner not in self._known:
            name = (feed.folder if feed.folder in self._folders else "") or feed.name or owner
            wanted = make_outlet_id(name, feed.home or feed.url)
            self._known[owner] = Outlet(
                id=find_free_id(wanted, self._ids),
                name=name,
                home=feed.home or find_home(feed.url),
                official=False,
            )
            self._ids.add(self._known[owner].id)
        return self._known[owner]
