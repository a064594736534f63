"""
Every page, as text. Pure: digests in, HTML out; server and folder of files write the same pages.

A page stays small whatever a day brings: what stands in brief goes over several pages, and a
story's page holds whole texts up to a bound.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from importlib import resources
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from aggregator.digest.layout import TOPIC_TITLES, lay_out_digest
from aggregator.digest.render.html import read_style as digest_style
from aggregator.digest.templating import make_environment
from aggregator.languages import LANGUAGES, UNKNOWN
from aggregator.models import Account
from aggregator.web import chart, paths
from aggregator.web.links import Links
from aggregator.web.paths import name_english_feed, name_topic_feed
from aggregator.web.subject_table import list_sections
from aggregator.web.whole_state import NOT_WHOLE, WholeState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aggregator.digest.quotes import Quote
    from aggregator.models import (
        Digest,
        DigestStory,
        Edition,
        Outlet,
        PictureSize,
        StoryMention,
    )
    from aggregator.names.subjects import Subject
    from aggregator.search.hits import HitPage
    from aggregator.search.subject_index import SubjectCount
    from aggregator.translate.packages.installed import Package
    from aggregator.web.archive import StoryPlace
    from aggregator.web.listings import Listing, ListingPart
    from aggregator.web.search_form import SearchForm

__all__ = [
    "BRIEF_SIZE",
    "OutletRow",
    "Pages",
    "Site",
    "SiteEdition",
    "StoryContext",
    "count_brief_pages",
    "find_page",
    "list_week",
    "name_editions",
    "read_static_files",
]

BRIEF_SIZE = 60
"""Stories in brief on one page."""

_WHOLE_CHARS = 60_000
_WEEK = 7


@cache
def read_static_files() -> dict[str, bytes]:
    """Return the files that pages need, by name; the names of those that we change carry a hash."""
    folder = resources.files("aggregator.web").joinpath("static")
    files = {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()}
    sheet = digest_style().encode() + files.pop("web.css")
    script = files.pop("tilshi.js")
    return {
        _add_hash("tilshi.css", sheet): sheet,
        _add_hash("tilshi.js", script): script,
        **files,
    }


def _add_hash(name: str, body: bytes) -> str:
    stem, _, kind = name.rpartition(".")
    return f"{stem}-{sha256(body).hexdigest()[:10]}.{kind}"


def _find_hashed(ending: str) -> str:
    """Return the name of the file of ours that ends so."""
    ours = [name for name in read_static_files() if name.startswith("tilshi-")]
    return next(name for name in ours if name.endswith(ending))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryContext:
    """
    What stands on a story's page beside what its digest printed.

    Attributes:
        since: Where a later digest corrects it; None for nowhere.
        later: Stories of later days that go on with it, the oldest first.
        quotes: Of its reports.
        named: Ids of the subjects that it names.
        english: What there is of its whole article in English.
        picture: Of its outlet, which gave leave to show it; None for none.
    """

    since: StoryPlace | None = None
    later: Sequence[StoryMention] = ()
    quotes: Sequence[Quote] = ()
    named: Sequence[str] = ()
    english: WholeState = NOT_WHOLE
    picture: PictureSize | None = None


ALONE = StoryContext()
"""Nothing."""


@dataclass(frozen=True, slots=True)
class SiteEdition:
    """An edition as pages name it; ``short`` is for menus."""

    id: str
    title: str

    @property
    def short(self) -> str:
        """Return the title without the country, which all of them have."""
        head, _, tail = self.title.partition(", ")
        name = tail or head
        return name[:1].upper() + name[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """
    What all pages share.

    Attributes:
        editions: The first is the front page's.
        languages: BCP 47, of each outlet's sources, by outlet id.
        paused: Ids of outlets none of whose sources is polled.
        subjects: People, places and bodies that have a page, by id.
        address: Where readers reach the root, ending in ``/``; feeds name it.
        search: There is a server that searches.
        asking: There is a server that takes readers' wishes for whole articles.
    """

    version: str
    editions: tuple[SiteEdition, ...]
    outlets: Mapping[str, Outlet]
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    packages: tuple[Package, ...] = ()
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    address: str = ""
    search: bool = True
    asking: bool = False

    @property
    def name(self) -> str:
        """What the site is called."""
        return "Tilshi"

    @property
    def style(self) -> str:
        """Name of the style sheet."""
        return _find_hashed(".css")

    @property
    def script(self) -> str:
        """Name of the script."""
        return _find_hashed(".js")

    def find_edition(self, edition_id: str) -> SiteEdition | None:
        """Return an edition, None if there is none."""
        return next((edition for edition in self.editions if edition.id == edition_id), None)


def name_editions(editions: Sequence[Edition]) -> tuple[SiteEdition, ...]:
    """Return editions as pages name them."""
    return tuple(SiteEdition(edition.id, edition.title) for edition in editions)


@dataclass(frozen=True, slots=True)
class OutletRow:
    """An outlet's line in the table of outlets."""

    id: str
    name: str
    own_name: str
    home: str
    official: bool
    paused: bool
    languages: tuple[str, ...]
    articles: int


@dataclass(frozen=True, slots=True)
class _DayRow:
    day: date
    account: Account | None

    @property
    def groups(self) -> tuple[int, ...]:
        """Articles by the groups of the chart; none without a digest."""
        return chart.count_by_group(self.account) if self.account else ()


def list_week(last: date) -> tuple[date, ...]:
    """Return the seven days that end with a day."""
    return tuple(last - timedelta(days=ago) for ago in reversed(range(_WEEK)))


def count_brief_pages(digest: Digest) -> int:
    """
    Return how many pages what stands in brief takes, the digest's own page included.

    At least 1.
    """
    in_brief = len(lay_out_digest(digest).brief)
    return max(1, math.ceil(in_brief / BRIEF_SIZE))


def find_page(digest: Digest, story: DigestStory) -> int:
    """Return on which page of a digest a story stands: 1 is the digest's own."""
    ids = [one.id for one in lay_out_digest(digest).brief]
    return 1 + ids.index(story.id) // BRIEF_SIZE if story.id in ids else 1


class Pages:
    """
    Renders pages.

    Args:
        site: What they share.
        notice: Stands on top of each, e.g. that the store is away; empty for none.
    """

    def __init__(self, site: Site, notice: str = "") -> None:
        self._site = site
        self._notice = notice

    def _render(self, template: str, root: str, current: str = "", **values: object) -> str:
        page = make_environment("aggregator.web").get_template(template)
        return page.render(
            site=self._site,
            links=Links(root),
            notice=self._notice,
            current=current,
            **values,
        )

    def _draw_week(self, last: date, accounts: Mapping[date, Account]) -> dict[str, object]:
        """Return the chart of a week and its numbers, as templates name them."""
        days = list_week(last)
        known = {day: accounts[day] for day in days if day in accounts}
        rows = [_DayRow(day, accounts.get(day)) for day in days]
        return {"chart": chart.draw_week(days, known), "numbers": rows}

    def render_digest(
        self,
        digest: Digest,
        days: Sequence[date],
        accounts: Mapping[date, Account],
        *,
        root: str = paths.DIGEST.root,
        since: Mapping[str, StoryPlace] = MappingProxyType({}),
        pictures: Mapping[str, PictureSize] = MappingProxyType({}),
    ) -> str:
        """
        Render a digest.

        Args:
            days: Of its edition, in any order.
            accounts: Of the week that ends with it, as far as there are digests.
            root: From the page to the root.
            since: Where later digests correct its stories, by story id.
            pictures: Of the articles that its stories are told from, by article id.
        """
        before = [day for day in days if day < digest.day]
        after = [day for day in days if day > digest.day]
        return self._render(
            "digest_page.html.j2",
            root,
            digest.edition,
            digest=digest,
            since=since,
            pictures=pictures,
            layout=lay_out_digest(digest),
            brief_size=BRIEF_SIZE,
            topics=frozenset(TOPIC_TITLES),
            previous=max(before, default=None),
            following=min(after, default=None),
            **self._draw_week(digest.day, accounts),
        )

    def render_brief(self, digest: Digest, number: int) -> str:
        """Render page ``number`` (2 or more) of what a digest has in brief."""
        end = number * BRIEF_SIZE
        part = lay_out_digest(digest).brief[end - BRIEF_SIZE : end]
        values = {
            "digest": digest,
            "part": part,
            "number": number,
            "pages": count_brief_pages(digest),
        }
        return self._render("brief_page.html.j2", paths.BRIEF.root, digest.edition, **values)

    def render_story(
        self,
        digest: Digest,
        story: DigestStory,
        context: StoryContext = ALONE,
    ) -> str:
        """
        Render a story with its originals.

        Args:
            digest: That prints it.
            context: What stands beside it.
        """
        whole = set()
        # Its English is about as long as the article itself.
        times = 2 if context.english.article else 1
        chars_left = _WHOLE_CHARS - len(story.best.text) * times
        for ref in story.articles[1:]:
            chars_left -= len(ref.text)
            if chars_left > 0:
                whole.add(ref.article_id)
        return self._render(
            "story_page.html.j2",
            paths.STORY.root,
            digest.edition,
            digest=digest,
            story=story,
            page=find_page(digest, story),
            context=context,
            named=[self._site.subjects[key] for key in context.named if key in self._site.subjects],
            whole=frozenset(whole),
        )

    def render_archive(
        self,
        edition: SiteEdition,
        days: Sequence[date],
        accounts: Mapping[date, Account],
        *,
        year: int,
        today: date,
    ) -> str:
        """
        Render the days of a year.

        Args:
            edition: Whose days they are.
            days: Of all years, the newest first.
            accounts: Of the last week.
            year: The one whose days are listed.
            today: For the week when there is no digest yet.
        """
        of_year = [day for day in days if day.year == year]
        by_month = groupby(of_year, key=lambda day: f"{day:%B %Y}")
        months = [(title, list(group)) for title, group in by_month]
        topics = [(topic, name_topic_feed(topic), title) for topic, title in TOPIC_TITLES.items()]
        years = {day.year for day in days}
        newest = days[0] if days else today
        return self._render(
            "archive_page.html.j2",
            paths.ARCHIVE.root,
            edition.id,
            edition=edition,
            year=year,
            years=sorted(years, reverse=True),
            months=months,
            topics=topics,
            **self._draw_week(newest, accounts),
        )

    def render_search(
        self,
        form: SearchForm,
        hits: HitPage,
        size: int,
    ) -> str:
        """Render the search, and a page of its hits, ``size`` on a page."""
        outlets = [(outlet.id, outlet.readers_name) for outlet in self._site.outlets.values()]
        values = {
            "form": form,
            "edition": form.edition,
            "query": form.words,
            "page": hits,
            "number": form.number,
            "pages": max(1, math.ceil(hits.total / size)),
            "topics": [(topic.value, title) for topic, title in TOPIC_TITLES.items()],
            "outlets": sorted(outlets, key=lambda row: row[1].casefold()),
            "tags": [tag for tag in LANGUAGES if tag != UNKNOWN],
        }
        return self._render("search_page.html.j2", paths.SEARCH.root, "search", **values)

    def render_listing(
        self,
        listing: Listing,
        part: ListingPart,
        hits: HitPage,
    ) -> str:
        """Render a page of the stories of a listing, by day, the newest first."""
        by_day = groupby(hits.hits, key=lambda hit: hit.day)
        return self._render(
            "listing_page.html.j2",
            paths.TOPIC.root,
            listing.edition,
            edition=self._site.find_edition(listing.edition),
            listing=listing,
            part=part,
            days=[(day, tuple(of_day)) for day, of_day in by_day],
            topics=tuple(TOPIC_TITLES.items()) if listing.topic else (),
            english_feed=name_english_feed(listing.feed),
        )

    def render_subjects(self, edition: SiteEdition, counts: Mapping[str, SubjectCount]) -> str:
        """Render the people, places and bodies that stories of an edition name."""
        return self._render(
            "subjects_page.html.j2",
            paths.SUBJECTS.root,
            "names",
            edition=edition,
            sections=list_sections(self._site.subjects, counts),
        )

    def render_outlets(self, digests: Sequence[Digest]) -> str:
        """Render the table of outlets, with their articles in some digests."""
        counts = _count_by_outlet(digests)
        rows = [self._make_outlet_row(outlet, counts) for outlet in self._site.outlets.values()]
        rows.sort(key=lambda row: (-row.articles, row.name))
        values = {"rows": rows, "edition": self._site.editions[0].id}
        return self._render("outlets_page.html.j2", paths.OUTLETS.root, "outlets", **values)

    def _make_outlet_row(self, outlet: Outlet, counts: Mapping[str, int]) -> OutletRow:
        return OutletRow(
            id=outlet.id,
            name=outlet.readers_name,
            own_name=outlet.name if outlet.name_en else "",
            home=outlet.home,
            official=outlet.official,
            paused=outlet.id in self._site.paused,
            languages=self._site.languages.get(outlet.id, ()),
            articles=counts.get(outlet.id, 0),
        )

    def render_about(self, last: date, accounts: Mapping[date, Account]) -> str:
        """Render how this is made, with the figures of the week that ends with a day."""
        packages = self._site.packages
        cautions = {package.caution for package in packages if package.caution}
        return self._render(
            "about_page.html.j2",
            paths.ABOUT.root,
            "about",
            outlets=len(self._site.outlets),
            packages=packages,
            cautions=sorted(cautions),
            total=_add_up(accounts.values()),
            **self._draw_week(last, accounts),
        )

    def render_error(
        self,
        title: str,
        message: str,
        root: str = "/",
    ) -> str:
        """Render what went wrong."""
        return self._render(
            "error_page.html.j2",
            root,
            title=title,
            message=message,
        )


def _count_by_outlet(digests: Iterable[Digest]) -> Counter[str]:
    """Count the articles of some digests by outlet id."""
    counts: Counter[str] = Counter()
    for digest in digests:
        for story in digest.stories:
            counts.update(ref.outlet_id for ref in story.articles)
    return counts


def _add_up(accounts: Iterable[Account]) -> Account:
    """Return the figures of some days in one."""
    total = Account()
    for account in accounts:
        total = Account(
            articles=total.articles + account.articles,
            stories=total.stories + account.stories,
            duplicates=total.duplicates + account.duplicates,
            translated=total.translated + account.translated,
            original=total.original + account.original,
            written=total.written + account.written,
            partly=total.partly + account.partly,
        )
    return total
