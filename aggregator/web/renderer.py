"""
From an address to its answer: which page, feed or file.

No HTTP here; the server and the folder both ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from aggregator.digest.days import find_local_day
from aggregator.web import paths
from aggregator.web.feeds import atom, jsonfeed, opml, rss
from aggregator.web.feeds.entries import make_feed
from aggregator.web.links import Links
from aggregator.web.pages import Pages, count_brief_pages, list_week, read_static_files
from aggregator.web.paths import match_path
from aggregator.web.responses import TYPES, PageResponse, make_response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Account, Digest, DigestStory, Source
    from aggregator.ports import Clock
    from aggregator.web.archive import Archive
    from aggregator.web.feeds.entries import FeedOut
    from aggregator.web.pages import Site, SiteEdition
    from aggregator.web.paths import Address

__all__ = ["FEED_DAYS", "FORMS", "PageRenderer", "list_paths_of_day"]

FEED_DAYS = {"digests": 30, "stories": 3}
"""
How many digests each feed reaches back.

Those of topics reach as far as stories do, times three.
"""

FORMS: Mapping[str, Callable[[FeedOut], str]] = {
    "rss": rss.render_rss,
    "atom": atom.render_atom,
    "json": jsonfeed.render_json_feed,
}
"""Forms of feeds by the ending of their addresses."""

_SEARCH_SIZE = 20
_LONGEST_QUERY = 200
_MOST_PAGES = 500
_LONGEST_NUMBER = 5

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
    brief = [
        links.brief(edition, day, number) for number in range(2, count_brief_pages(digest) + 1)
    ]
    stories = [links.story(edition, day, story.id) for story in digest.stories]
    return [links.digest(edition, day), *brief, *stories]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a page is made for: its address's parameters, its query, and what renders it."""

    pages: Pages
    values: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class PageRenderer:
    """
    What answers are made with.

    Attributes:
        site: What pages share.
        archive: Copies of digests.
        sources: For OPML.
        clock: For the week when there is no digest.
        zone: IANA name of the zone whose days are told.
    """

    site: Site
    archive: Archive
    sources: Sequence[Source]
    clock: Clock
    zone: str

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
            return self.lost(pages)
        make = self._makers()[matched.address]
        return make(_Asked(pages, matched.values, query or {})) or self.lost(pages)

    def _makers(self) -> Mapping[Address, Callable[[_Asked], PageResponse | None]]:
        """Return what makes the answer of each kind of address."""
        return {
            paths.FRONT: self._make_front,
            paths.NEWEST: self._make_newest,
            paths.DIGEST: self._make_digest,
            paths.BRIEF: self._make_brief,
            paths.STORY: self._make_story,
            paths.ARCHIVE: self._make_archive,
            paths.YEAR: self._make_year,
            paths.FEED: self._make_feed,
            paths.SEARCH: self._make_search,
            paths.OUTLETS: self._make_outlets,
            paths.ABOUT: self._make_about,
            paths.SOURCES: self._make_sources,
            paths.STATIC: self._make_static,
        }

    def lost(self, pages: Pages) -> PageResponse:
        """Say that an address leads nowhere."""
        body = pages.error(
            "Nothing is here", "There is no such page, or it is older than digests are kept."
        )
        return make_response(
            body,
            TYPES["html"],
            fresh_s=_OPEN_FRESH_S,
            status=404,
            keep=False,
        )

    def _page(
        self,
        body: str,
        *,
        closed: bool = False,
        keep: bool = True,
    ) -> PageResponse:
        return make_response(
            body,
            TYPES["html"],
            fresh_s=_CLOSED_FRESH_S if closed else _OPEN_FRESH_S,
            keep=keep,
        )

    def _today(self) -> date:
        return find_local_day(self.clock.now(), self.zone)

    def _get_digest(self, asked: _Asked) -> Digest | None:
        edition = asked.values["edition"]
        day = _read_day(asked.values["day"])
        if day is None or self.site.edition(edition) is None:
            return None
        return self.archive.digest(edition, day)

    def _accounts(self, edition: str, last: date) -> dict[date, Account]:
        return self.archive.accounts(edition, list_week(last))

    def _make_front(self, asked: _Asked) -> PageResponse:
        return self._make_newest_of(asked.pages, self.site.editions[0], paths.FRONT)

    def _make_newest(self, asked: _Asked) -> PageResponse | None:
        known = self.site.edition(asked.values["edition"])
        return self._make_newest_of(asked.pages, known, paths.NEWEST) if known else None

    def _make_newest_of(
        self,
        pages: Pages,
        edition: SiteEdition,
        at: Address,
    ) -> PageResponse:
        days = self.archive.days(edition.id)
        digest = self.archive.digest(edition.id, days[0]) if days else None
        if digest is None:
            says = "The first appears after the first run: `tilshi run --all`, or `tilshi serve`."
            return self._page(pages.error("There is no digest yet", says, at.root))
        since = self.archive.corrected(edition.id, digest.day)
        accounts = self._accounts(edition.id, digest.day)
        return self._page(
            pages.digest(
                digest,
                days,
                accounts,
                root=at.root,
                since=since,
            )
        )

    def _make_digest(self, asked: _Asked) -> PageResponse | None:
        digest = self._get_digest(asked)
        if digest is None:
            return None
        since = self.archive.corrected(digest.edition, digest.day)
        days = self.archive.days(digest.edition)
        accounts = self._accounts(digest.edition, digest.day)
        body = asked.pages.digest(digest, days, accounts, since=since)
        return self._page(body, closed=digest.closed)

    def _make_brief(self, asked: _Asked) -> PageResponse | None:
        digest = self._get_digest(asked)
        number = int(asked.values["number"])
        if digest is None or not 1 < number <= count_brief_pages(digest):
            return None
        return self._page(asked.pages.brief(digest, number), closed=digest.closed)

    def _make_story(self, asked: _Asked) -> PageResponse | None:
        digest = self._get_digest(asked)
        story = _find_story(digest, asked.values["story"])
        if digest is None or story is None:
            return None
        since = self.archive.corrected(digest.edition, digest.day).get(story.id)
        return self._page(asked.pages.story(digest, story, since), closed=digest.closed)

    def _make_archive(self, asked: _Asked) -> PageResponse | None:
        days = self.archive.days(asked.values["edition"])
        newest = days[0] if days else self._today()
        return self._make_year_of(asked, days, newest, newest.year)

    def _make_year(self, asked: _Asked) -> PageResponse | None:
        days = self.archive.days(asked.values["edition"])
        year = int(asked.values["year"])
        if year not in {day.year for day in days}:
            return None
        return self._make_year_of(asked, days, days[0], year)

    def _make_year_of(
        self,
        asked: _Asked,
        days: Sequence[date],
        newest: date,
        year: int,
    ) -> PageResponse | None:
        edition = self.site.edition(asked.values["edition"])
        if edition is None:
            return None
        accounts = self._accounts(edition.id, newest)
        body = asked.pages.archive(
            edition,
            days,
            accounts,
            year=year,
            today=newest,
        )
        return self._page(body)

    def _make_feed(self, asked: _Asked) -> PageResponse | None:
        edition = self.site.edition(asked.values["edition"])
        if edition is None:
            return None
        name = asked.values["feed"]
        form = asked.values["form"]
        reach = FEED_DAYS.get(name, FEED_DAYS["stories"] * 3)
        digests = self._list_digests(edition.id, self.archive.days(edition.id)[:reach])
        feed = make_feed(name, digests, edition, self.site.address, self._epoch())
        return make_response(FORMS[form](feed), TYPES[form], fresh_s=_FEED_FRESH_S)

    def _list_digests(self, edition: str, days: Sequence[date]) -> list[Digest]:
        found = [self.archive.digest(edition, day) for day in days]
        return [digest for digest in found if digest]

    def _epoch(self) -> datetime:
        return self.archive.reached() or self.clock.now()

    def _make_search(self, asked: _Asked) -> PageResponse | None:
        if not self.site.search:
            return None
        query = asked.query
        edition = self.site.edition(query.get("edition", "")) or self.site.editions[0]
        words = query.get("q", "").strip()[:_LONGEST_QUERY]
        number = _read_page_number(query.get("page", "1"))
        offset = (number - 1) * _SEARCH_SIZE
        found = self.archive.search(
            words,
            edition=edition.id,
            offset=offset,
            limit=_SEARCH_SIZE,
        )
        body = asked.pages.search(
            edition,
            words,
            found,
            number=number,
            size=_SEARCH_SIZE,
        )
        return self._page(body, keep=False)

    def _make_outlets(self, asked: _Asked) -> PageResponse:
        edition = self.site.editions[0].id
        days = self.archive.days(edition)
        recent = [day for day in days if days[0] - day < timedelta(days=7)]
        return self._page(asked.pages.outlets(self._list_digests(edition, recent)))

    def _make_about(self, asked: _Asked) -> PageResponse:
        edition = self.site.editions[0].id
        days = self.archive.days(edition)
        last = days[0] if days else self._today()
        return self._page(asked.pages.about(last, self._accounts(edition, last)))

    def _make_sources(self, asked: _Asked) -> PageResponse:
        del asked
        return make_response(opml.render_opml(self.sources), TYPES["opml"], fresh_s=_FEED_FRESH_S)

    def _make_static(self, asked: _Asked) -> PageResponse | None:
        name = asked.values["name"]
        body = read_static_files().get(name)
        if body is None:
            return None
        fresh = _FOREVER_S if name.startswith("tilshi-") else _STATIC_FRESH_S
        return make_response(body, TYPES[name.rpartition(".")[2]], fresh_s=fresh)


def _find_story(digest: Digest | None, story_id: str) -> DigestStory | None:
    stories = digest.stories if digest else ()
    return next((story for story in stories if story.id == story_id), None)


def _read_page_number(text: str) -> int:
    """Return a page of the search's results that there may be, whatever was asked for."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return min(max(int(text), 1), _MOST_PAGES) if is_number else 1
