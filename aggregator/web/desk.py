"""From an address to its answer: which page, feed or file. No HTTP here; the server and the folder both ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from aggregator.digest.days import local_day
from aggregator.publish import atom, jsonfeed, opml, rss
from aggregator.publish.entries import FEED_NAMES, feed_named
from aggregator.web.answers import TYPES, Answer, answer
from aggregator.web.pages import Pages, brief_pages, static_files, week_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Account, Digest, DigestStory, Source
    from aggregator.ports import Clock
    from aggregator.publish.entries import FeedOut
    from aggregator.web.archive import Archive
    from aggregator.web.pages import Site, SiteEdition

__all__ = ["FEED_DAYS", "FORMS", "PageDesk", "paths_of_day"]

FEED_DAYS = {"digests": 30, "stories": 3}
"""How many digests each feed reaches back; those of topics reach as far as stories do, times three."""

FORMS: Mapping[str, Callable[[FeedOut], str]] = {"rss": rss.render, "atom": atom.render, "json": jsonfeed.render}
"""Forms of feeds by the ending of their addresses."""

_SEARCH_SIZE = 20
_LONGEST_QUERY = 200
_MOST_PAGES = 500

_OPEN_FRESH_S = 30
_CLOSED_FRESH_S = 300
_FEED_FRESH_S = 300
_FOREVER_S = 31_536_000
_STATIC_FRESH_S = 86_400

_DAY = r"(?P<day>\d{4}-\d{2}-\d{2})"
_EDITION = r"(?P<edition>[a-z0-9-]{2,40})"
_ROUTES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"(index\.html)?", "front"),
        (rf"{_EDITION}/(index\.html)?", "newest"),
        (rf"{_EDITION}/{_DAY}\.html", "digest"),
        (rf"{_EDITION}/{_DAY}/all-(?P<number>[1-9]\d{{0,4}})\.html", "brief"),
        (rf"{_EDITION}/{_DAY}/(?P<story>[0-9a-f]{{16}})\.html", "story"),
        (rf"{_EDITION}/archive(-(?P<year>\d{{4}}))?\.html", "archive"),
        (rf"{_EDITION}/(?P<feed>{'|'.join(FEED_NAMES)})\.(?P<form>{'|'.join(FORMS)})", "feed"),
        (r"search\.html", "search"),
        (r"outlets\.html", "outlets"),
        (r"about\.html", "about"),
        (r"sources\.opml", "opml"),
        (r"static/(?P<name>[\w.-]+)", "static"),
    )
)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def paths_of_day(digest: Digest) -> list[str]:
    """Return the addresses of all pages of a digest."""
    base = f"{digest.edition}/{digest.day}"
    brief = [f"{base}/all-{number}.html" for number in range(2, brief_pages(digest) + 1)]
    return [f"{base}.html", *brief, *(f"{base}/{story.id}.html" for story in digest.stories)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDesk:
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

    def find(self, path: str, query: Mapping[str, str] | None = None, notice: str = "") -> Answer:
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
        for pattern, name in _ROUTES:
            if (match := pattern.fullmatch(path)) is None:
                continue
            found = getattr(self, f"_{name}")(pages, query or {}, **{k: v for k, v in match.groupdict().items() if v})
            if found is not None:
                return found  # type: ignore[no-any-return]
            break
        return self.lost(pages)

    def lost(self, pages: Pages) -> Answer:
        """Say that an address leads nowhere."""
        body = pages.error("Nothing is here", "There is no such page, or it is older than digests are kept.")
        return answer(body, TYPES["html"], fresh_s=_OPEN_FRESH_S, status=404, keep=False)

    def _page(self, body: str, *, closed: bool = False, keep: bool = True) -> Answer:
        return answer(body, TYPES["html"], fresh_s=_CLOSED_FRESH_S if closed else _OPEN_FRESH_S, keep=keep)

    def _today(self) -> date:
        return local_day(self.clock.now(), self.zone)

    def _get(self, edition: str, day: str) -> Digest | None:
        found = _day(day)
        return self.archive.digest(edition, found) if found and self.site.edition(edition) else None

    def _accounts(self, edition: str, last: date) -> dict[date, Account]:
        return self.archive.accounts(edition, week_of(last))

    def _front(self, pages: Pages, query: Mapping[str, str]) -> Answer | None:
        del query
        return self._newest_of(pages, self.site.editions[0], "")

    def _newest(self, pages: Pages, query: Mapping[str, str], *, edition: str) -> Answer | None:
        del query
        known = self.site.edition(edition)
        return self._newest_of(pages, known, "../") if known else None

    def _newest_of(self, pages: Pages, edition: SiteEdition, root: str) -> Answer:
        days = self.archive.days(edition.id)
        digest = self.archive.digest(edition.id, days[0]) if days else None
        if digest is None:
            says = "The first appears after the first run: `tilshi run --all`, or `tilshi serve`."
            return self._page(pages.error("There is no digest yet", says, root))
        since = self.archive.corrected(edition.id, digest.day)
        return self._page(pages.digest(digest, days, self._accounts(edition.id, digest.day), root=root, since=since))

    def _digest(self, pages: Pages, query: Mapping[str, str], *, edition: str, day: str) -> Answer | None:
        del query
        digest = self._get(edition, day)
        if digest is None:
            return None
        since = self.archive.corrected(edition, digest.day)
        body = pages.digest(digest, self.archive.days(edition), self._accounts(edition, digest.day), since=since)
        return self._page(body, closed=digest.closed)

    def _brief(self, pages: Pages, query: Mapping[str, str], *, edition: str, day: str, number: str) -> Answer | None:
        del query
        digest = self._get(edition, day)
        if digest is None or not 1 < int(number) <= brief_pages(digest):
            return None
        return self._page(pages.brief(digest, int(number)), closed=digest.closed)

    def _story(self, pages: Pages, query: Mapping[str, str], *, edition: str, day: str, story: str) -> Answer | None:
        del query
        digest = self._get(edition, day)
        found = _story_of(digest, story)
        if digest is None or found is None:
            return None
        since = self.archive.corrected(edition, digest.day).get(story)
        return self._page(pages.story(digest, found, since), closed=digest.closed)

    def _archive(self, pages: Pages, query: Mapping[str, str], *, edition: str, year: str = "") -> Answer | None:
        del query
        known, days = self.site.edition(edition), self.archive.days(edition)
        years = {day.year for day in days}
        if known is None or (year and int(year) not in years):
            return None
        today = days[0] if days else self._today()
        wanted = int(year) if year else today.year
        return self._page(pages.archive(known, days, self._accounts(edition, today), year=wanted, today=today))

    def _feed(self, pages: Pages, query: Mapping[str, str], *, edition: str, feed: str, form: str) -> Answer | None:
        del pages, query
        known = self.site.edition(edition)
        if known is None:
            return None
        reach = FEED_DAYS.get(feed, FEED_DAYS["stories"] * 3)
        digests = [self.archive.digest(edition, day) for day in self.archive.days(edition)[:reach]]
        present = [digest for digest in digests if digest]
        made = feed_named(feed, present, known, self.site.address, self._epoch())
        return answer(FORMS[form](made), TYPES[form], fresh_s=_FEED_FRESH_S)

    def _epoch(self) -> datetime:
        return self.archive.reached() or self.clock.now()

    def _search(self, pages: Pages, query: Mapping[str, str]) -> Answer | None:
        if not self.site.search:
            return None
        edition = self.site.edition(query.get("edition", "")) or self.site.editions[0]
        words = query.get("q", "").strip()[:_LONGEST_QUERY]
        asked = query.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1  # noqa: PLR2004
        number = min(max(number, 1), _MOST_PAGES)
        offset = (number - 1) * _SEARCH_SIZE
        found = self.archive.search(words, edition=edition.id, offset=offset, limit=_SEARCH_SIZE)
        return self._page(pages.search(edition, words, found, number=number, size=_SEARCH_SIZE), keep=False)

    def _outlets(self, pages: Pages, query: Mapping[str, str]) -> Answer | None:
        del query
        edition = self.site.editions[0].id
        days = self.archive.days(edition)
        recent = [day for day in days if days[0] - day < timedelta(days=7)]
        digests = [self.archive.digest(edition, day) for day in recent]
        return self._page(pages.outlets([digest for digest in digests if digest]))

    def _about(self, pages: Pages, query: Mapping[str, str]) -> Answer | None:
        del query
        edition = self.site.editions[0].id
        days = self.archive.days(edition)
        last = days[0] if days else self._today()
        return self._page(pages.about(last, self._accounts(edition, last)))

    def _opml(self, pages: Pages, query: Mapping[str, str]) -> Answer | None:
        del pages, query
        return answer(opml.render(self.sources), TYPES["opml"], fresh_s=_FEED_FRESH_S)

    def _static(self, pages: Pages, query: Mapping[str, str], *, name: str) -> Answer | None:
        del pages, query
        body = static_files().get(name)
        if body is None:
            return None
        fresh = _FOREVER_S if name.startswith("tilshi-") else _STATIC_FRESH_S
        return answer(body, TYPES[name.rpartition(".")[2]], fresh_s=fresh)


def _story_of(digest: Digest | None, story_id: str) -> DigestStory | None:
    stories = digest.stories if digest else ()
    return next((story for story in stories if story.id == story_id), None)
