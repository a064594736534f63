"""
From an address to its answer: which page, feed or file.

No HTTP here; the server and the folder both ask.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from aggregator.digest.days import find_local_day
from aggregator.digest.quotes import find_quotes
from aggregator.names.glossary import Glossary
from aggregator.web import paths
from aggregator.web.feeds import (
    atom,
    jsonfeed,
    opml,
    rss,
)
from aggregator.web.feeds.entries import StoryEntries, make_feed
from aggregator.web.links import Links
from aggregator.web.listings import (
    ListedStories,
    find_feed_listing,
    find_listing,
    find_part,
)
from aggregator.web.pages import (
    Pages,
    StoryContext,
    count_brief_pages,
    list_week,
    read_static_files,
)
from aggregator.web.paths import FEED_NAMES, match_path
from aggregator.web.responses import TYPES, PageResponse, make_response
from aggregator.web.search_form import read_search_form
from aggregator.web.whole_state import find_whole_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aggregator.models import (
        Account,
        Digest,
        DigestStory,
        PictureSize,
        Source,
    )
    from aggregator.ports import Clock
    from aggregator.search.subject_index import SubjectCount
    from aggregator.web.archive import Archive
    from aggregator.web.feeds.entries import FeedOut
    from aggregator.web.listings import Listing
    from aggregator.web.pages import Site, SiteEdition
    from aggregator.web.paths import Address

__all__ = ["FEED_DAYS", "FORMS", "LISTING_DAYS", "PageRenderer", "list_paths_of_day"]

FEED_DAYS = {"digests": 30, "stories": 3}
"""How many digests these feeds reach back; all others ``LISTING_DAYS``."""
LISTING_DAYS = 9
"""How many digests the feeds of topics, outlets and subjects reach back."""

FORMS: Mapping[str, Callable[[FeedOut], str]] = {
    "rss": rss.render_rss,
    "atom": atom.render_atom,
    "json": jsonfeed.render_json_feed,
}
"""Forms of feeds by the ending of their addresses."""

_SEARCH_SIZE = 20
_OUTLET_SPAN = timedelta(days=7)
_SUBJECT_DAYS = 7

_OPEN_FRESH_S = 30
_CLOSED_FRESH_S = 300
_FEED_FRESH_S = 300
_FOREVER_S = 31_536_000
_STATIC_FRESH_S = 86_400


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def list_paths_of_day(digest: Digest) -> list[str]:
    """Return the addresses of all pages of a digest."""
    links = Links()
    edition = digest.edition
    day = digest.day
    last_number = count_brief_pages(digest)
    numbers = range(2, last_number + 1)
    brief = [links.brief(edition, day, number) for number in numbers]
    stories = [links.story(edition, day, story.id) for story in digest.stories]
    return [links.digest(edition, day), *brief, *stories]


@dataclass(frozen=True, slots=True)
class _PageRequest:
    """What is request for: the parameters of an address, its query, and what renders its page."""

    pages: Pages
    values: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRenderer:
    """
    What answers are made with.

    Attributes:
        site: What pages share.
        archive: Copies of digests.
        sources: For OPML.
        clock: Says which week is drawn when there is no digest.
        zone: IANA name of the zone whose days they are.
        glossary: Says how those who are quoted are called in English.
    """

    site: Site
    archive: Archive
    sources: Sequence[Source]
    clock: Clock
    zone: str
    glossary: Glossary = field(default_factory=partial(Glossary, ()))
    _told: StoryEntries = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make room for what is made once."""
        object.__setattr__(self, "_told", StoryEntries(self.site.address))

    def find(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        notice: str = "",
    ) -> PageResponse:
        """
        Answer an address; one that leads nowhere is answered by a page that says so.

        Args:
            path: Without the first slash.
            query: Of the search.
            notice: Stands on top of every page.

        Raises:
            ArchiveError: The copies cannot be read.
        """
        pages = Pages(self.site, notice)
        matched = match_path(path)
        if matched is None:
            return self.make_not_found(pages)
        makers = self._list_makers()
        make = makers[matched.address]
        request = _PageRequest(pages, matched.values, query or {})
        response = make(request)
        return response or self.make_not_found(pages)

    def count_subjects(self, edition: str, days: int) -> dict[str, SubjectCount]:
        """
        Count the stories that name each subject, of those that any of an edition names.

        Args:
            days: Up to its newest that are recent, at least 1.
        """
        digests = self.archive.list_days(edition)
        newest = digests[0] if digests else self._find_today()
        since = newest - timedelta(days=days - 1)
        return self.archive.count_subjects(edition, since)

    def find_pictures(self, digest: Digest) -> dict[str, PictureSize]:
        """Return the pictures that a digest's stories are shown with, by article id."""
        refs = [story.best for story in digest.stories]
        shown_ids = (ref.article_id for ref in refs if self._has_leave(ref.outlet_id))
        return self.archive.find_picture_sizes(shown_ids)

    def list_picture_names(self) -> set[str]:
        """Return the names of all pictures that may be shown."""
        pictures = self.archive.list_pictures()
        return {name for name, outlet_id in pictures if self._has_leave(outlet_id)}

    def _has_leave(self, outlet_id: str) -> bool:
        """Say whether an outlet's pictures may be shown; one that took its leave back has none."""
        outlet = self.site.outlets.get(outlet_id)
        return outlet is not None and outlet.pictures

    def _list_makers(self) -> Mapping[Address, Callable[[_PageRequest], PageResponse | None]]:
        """Return what makes the answer of each kind of address."""
        return {
            paths.FRONT: self._make_front,
            paths.NEWEST: self._make_newest,
            paths.DIGEST: self._make_digest,
            paths.BRIEF: self._make_brief,
            paths.STORY: self._make_story,
            paths.ARCHIVE: self._make_archive,
            paths.YEAR: self._make_year,
            paths.TOPIC: self._make_listing,
            paths.TOPIC_PART: self._make_listing,
            paths.OUTLET: self._make_listing,
            paths.OUTLET_PART: self._make_listing,
            paths.SUBJECT: self._make_listing,
            paths.SUBJECT_PART: self._make_listing,
            paths.SUBJECTS: self._make_subjects,
            paths.FEED: self._make_feed,
            paths.SEARCH: self._make_search,
            paths.OUTLETS: self._make_outlets,
            paths.ABOUT: self._make_about,
            paths.SOURCES: self._make_sources,
            paths.STATIC: self._make_static,
            paths.PICTURE: self._make_picture,
        }

    def make_not_found(self, pages: Pages) -> PageResponse:
        """Say that an address leads nowhere."""
        body = pages.render_error(
            "Nothing is here", "There is no such page, or it is older than digests are kept."
        )
        return make_response(
            body,
            TYPES["html"],
            fresh_s=_OPEN_FRESH_S,
            status=404,
            keep=False,
        )

    def _make_page(
        self,
        body: str,
        *,
        closed: bool = False,
        keep: bool = True,
    ) -> PageResponse:
        fresh_s = _CLOSED_FRESH_S if closed else _OPEN_FRESH_S
        return make_response(
            body,
            TYPES["html"],
            fresh_s=fresh_s,
            keep=keep,
        )

    def _find_today(self) -> date:
        now = self.clock.now()
        return find_local_day(now, self.zone)

    def _find_digest(self, request: _PageRequest) -> Digest | None:
        edition = request.values["edition"]
        day = _read_day(request.values["day"])
        if day is None or self.site.find_edition(edition) is None:
            return None
        return self.archive.find_digest(edition, day)

    def _read_week(self, edition: str, last: date) -> dict[date, Account]:
        week = list_week(last)
        return self.archive.read_accounts(edition, week)

    def _make_front(self, request: _PageRequest) -> PageResponse:
        return self._make_newest_of(request.pages, self.site.editions[0], paths.FRONT)

    def _make_newest(self, request: _PageRequest) -> PageResponse | None:
        edition = self.site.find_edition(request.values["edition"])
        if edition is None:
            return None
        return self._make_newest_of(request.pages, edition, paths.NEWEST)

    def _make_newest_of(
        self,
        pages: Pages,
        edition: SiteEdition,
        address: Address,
    ) -> PageResponse:
        days = self.archive.list_days(edition.id)
        digest = self.archive.find_digest(edition.id, days[0]) if days else None
        if digest is None:
            text = "The first appears after the first run: `tilshi run --all`, or `tilshi serve`."
            body = pages.render_error("There is no digest yet", text, address.root)
            return self._make_page(body)
        since = self.archive.find_corrected(edition.id, digest.day)
        accounts = self._read_week(edition.id, digest.day)
        pictures = self.find_pictures(digest)
        body = pages.render_digest(
            digest,
            days,
            accounts,
            root=address.root,
            since=since,
            pictures=pictures,
        )
        return self._make_page(body)

    def _make_digest(self, request: _PageRequest) -> PageResponse | None:
        digest = self._find_digest(request)
        if digest is None:
            return None
        since = self.archive.find_corrected(digest.edition, digest.day)
        days = self.archive.list_days(digest.edition)
        accounts = self._read_week(digest.edition, digest.day)
        pictures = self.find_pictures(digest)
        body = request.pages.render_digest(
            digest,
            days,
            accounts,
            since=since,
            pictures=pictures,
        )
        return self._make_page(body, closed=digest.closed)

    def _make_brief(self, request: _PageRequest) -> PageResponse | None:
        digest = self._find_digest(request)
        number = int(request.values["number"])
        if digest is None or not 1 < number <= count_brief_pages(digest):
            return None
        body = request.pages.render_brief(digest, number)
        return self._make_page(body, closed=digest.closed)

    def _make_story(self, request: _PageRequest) -> PageResponse | None:
        digest = self._find_digest(request)
        story = _find_story(digest, request.values["story"])
        if digest is None or story is None:
            return None
        edition = digest.edition
        day = digest.day
        corrected = self.archive.find_corrected(edition, day)
        later = self.archive.find_later(edition, day)
        quotes = find_quotes(story, self.glossary)
        named = self.archive.list_subjects_of(edition, day, story.id)
        english = find_whole_state(self.archive, self.site, story.best)
        pictures = self.find_pictures(digest)
        context = StoryContext(
            since=corrected.get(story.id),
            later=later.get(story.id, ()),
            quotes=quotes,
            named=named,
            english=english,
            picture=pictures.get(story.best.article_id),
        )
        body = request.pages.render_story(digest, story, context)
        if context.english.waits:
            # Whoever looks again wants to know.
            return make_response(
                body,
                TYPES["html"],
                fresh_s=0,
                keep=False,
            )
        return self._make_page(body, closed=digest.closed)

    def _make_archive(self, request: _PageRequest) -> PageResponse | None:
        days = self.archive.list_days(request.values["edition"])
        newest = days[0] if days else self._find_today()
        return self._make_year_of(
            request,
            days,
            newest,
            newest.year,
        )

    def _make_year(self, request: _PageRequest) -> PageResponse | None:
        days = self.archive.list_days(request.values["edition"])
        year = int(request.values["year"])
        years = {day.year for day in days}
        if year not in years:
            return None
        return self._make_year_of(
            request,
            days,
            days[0],
            year,
        )

    def _make_year_of(
        self,
        request: _PageRequest,
        days: Sequence[date],
        newest: date,
        year: int,
    ) -> PageResponse | None:
        edition = self.site.find_edition(request.values["edition"])
        if edition is None:
            return None
        accounts = self._read_week(edition.id, newest)
        body = request.pages.render_archive(
            edition,
            days,
            accounts,
            year=year,
            today=newest,
        )
        return self._make_page(body)

    def _make_listing(self, request: _PageRequest) -> PageResponse | None:
        listing = find_listing(self.site, request.values)
        if listing is None:
            return None
        total = self.archive.count_passing(listing.wanted)
        number = int(request.values.get("number", "0"))
        part = find_part(total, number)
        if part is None:
            return None
        hits = self.archive.search(
            "",
            listing.wanted,
            offset=part.offset,
            limit=part.size,
        )
        body = request.pages.render_listing(listing, part, hits)
        return self._make_page(body, closed=part.number > 0)

    def _make_feed(self, request: _PageRequest) -> PageResponse | None:
        edition = self.site.find_edition(request.values["edition"])
        if edition is None:
            return None
        name = request.values["feed"]
        form = request.values["form"]
        listing = find_feed_listing(self.site, edition.id, name)
        if listing is None and name not in FEED_NAMES:
            return None
        reach = FEED_DAYS.get(name, LISTING_DAYS)
        days = self.archive.list_days(edition.id)[:reach]
        digests = self._read_digests(edition.id, days)
        # A feed without entries is as old as what is known.
        epoch = self.archive.read_last_reached() or self.clock.now()
        stories = self._list_stories(listing, days) if listing else None
        feed = make_feed(
            name,
            digests,
            edition,
            self._told,
            epoch,
            stories,
        )
        render = FORMS[form]
        body = render(feed)
        return make_response(body, TYPES[form], fresh_s=_FEED_FRESH_S)

    def _list_stories(self, listing: Listing, days: Sequence[date]) -> ListedStories:
        """Return a listing with its stories of some days, the newest first."""
        since = days[-1] if days else None
        wanted = replace(listing.wanted, since=since)
        places = self.archive.list_places(wanted)
        return ListedStories(listing, places)

    def _read_digests(self, edition: str, days: Sequence[date]) -> list[Digest]:
        digests = [self.archive.find_digest(edition, day) for day in days]
        return [digest for digest in digests if digest]

    def _make_search(self, request: _PageRequest) -> PageResponse | None:
        if not self.site.search:
            return None
        form = read_search_form(request.query, self.site)
        hits = self.archive.search(
            form.words,
            form.wanted,
            offset=(form.number - 1) * _SEARCH_SIZE,
            limit=_SEARCH_SIZE,
        )
        body = request.pages.render_search(form, hits, _SEARCH_SIZE)
        return self._make_page(body, keep=False)

    def _make_outlets(self, request: _PageRequest) -> PageResponse:
        edition = self.site.editions[0].id
        days = self.archive.list_days(edition)
        recent = [day for day in days if days[0] - day < _OUTLET_SPAN]
        digests = self._read_digests(edition, recent)
        body = request.pages.render_outlets(digests)
        return self._make_page(body)

    def _make_subjects(self, request: _PageRequest) -> PageResponse | None:
        edition = self.site.find_edition(request.values["edition"])
        if edition is None:
            return None
        counts = self.count_subjects(edition.id, _SUBJECT_DAYS)
        body = request.pages.render_subjects(edition, counts)
        return self._make_page(body)

    def _make_about(self, request: _PageRequest) -> PageResponse:
        edition = self.site.editions[0].id
        days = self.archive.list_days(edition)
        last = days[0] if days else self._find_today()
        accounts = self._read_week(edition, last)
        body = request.pages.render_about(last, accounts)
        return self._make_page(body)

    def _make_sources(self, request: _PageRequest) -> PageResponse:
        del request
        body = opml.render_opml(self.sources)
        return make_response(body, TYPES["opml"], fresh_s=_FEED_FRESH_S)

    def _make_picture(self, request: _PageRequest) -> PageResponse | None:
        picture = self.archive.find_picture(request.values["article"])
        if picture is None or not self._has_leave(picture.outlet_id):
            return None
        if not picture.name.endswith(request.values["hash"]):
            return None
        return make_response(
            picture.body,
            TYPES["webp"],
            fresh_s=_FOREVER_S,
            keep=False,
        )

    def _make_static(self, request: _PageRequest) -> PageResponse | None:
        name = request.values["name"]
        body = read_static_files().get(name)
        if body is None:
            return None
        ending = name.rpartition(".")[2]
        # A name that carries a hash never has another body.
        fresh_s = _FOREVER_S if name.startswith("tilshi-") else _STATIC_FRESH_S
        return make_response(body, TYPES[ending], fresh_s=fresh_s)


def _find_story(digest: Digest | None, story_id: str) -> DigestStory | None:
    stories = digest.stories if digest else ()
    return next((story for story in stories if story.id == story_id), None)
