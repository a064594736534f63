"""
What feeds list: digests, one entry a day, or stories. ``rss``, ``atom``, ``jsonfeed`` write it.

Feed readers show an entry once, when they first see its id. So the feed of digests lists only
closed ones, which never change; and a story that goes on over several days has an entry for each.
Ids come from edition, day and story alone, never from the address, so that readers of a site that
moves do not get everything again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import NAMESPACE_URL, uuid5

from aggregator.digest import words
from aggregator.digest.days import find_midnight
from aggregator.digest.layout import lay_out_digest
from aggregator.digest.templating import make_environment
from aggregator.text.typography import fit_line, tidy
from aggregator.web.links import Links, make_absolute
from aggregator.web.paths import ENGLISH_FEED, FORM_NAMES, read_english_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from jinja2 import Template

    from aggregator.models import Correction, Digest, DigestStory
    from aggregator.web.listings import ListedStories, Listing

__all__ = ["Entry", "FeedOut", "StoryEntries", "make_feed"]

_TITLE_CHARS = 300
_DESCRIPTION = "Kazakhstan's press in English, by machine translation."
_STORIES = 100
# More than the feeds of a large newsroom's week have. An entry takes some kilobytes, and keeps its
# story as long.
_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One entry.

    Attributes:
        id: A URN, the same for ever.
        link: Full address of its page.
        title: Plain text, one line.
        html: Its content, safe.
        published: When it was first in a digest, or its best report came out.
        updated: When it last changed.
        author: Outlet of the best report; empty for a digest.
        categories: Plain words.
    """

    id: str
    link: str
    title: str
    html: str
    published: datetime
    updated: datetime
    author: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedOut:
    """
    A feed of ours.

    Attributes:
        id: A URN, the same for ever.
        title: Plain text, one line.
        description: What it is, and what readers should know of its English; one line.
        home: Full address of the page it belongs to.
        addresses: Full address of the feed itself, by its form.
        updated: When its newest entry changed.
        entries: The newest first.
    """

    id: str
    title: str
    description: str
    home: str
    addresses: Mapping[str, str]
    updated: datetime
    entries: tuple[Entry, ...]


class NamedEdition(Protocol):
    """An edition as feeds name it."""

    @property
    def id(self) -> str:
        """As in addresses."""

    @property
    def title(self) -> str:
        """As readers know it."""


def _get_template(name: str) -> Template:
    environment = make_environment("aggregator.web.feeds")
    return environment.get_template(f"{name}.html.j2")


def _make_urn(*parts: str) -> str:
    return uuid5(NAMESPACE_URL, "/".join(("tilshi", *parts))).urn


def _tidy_title(text: str) -> str:
    return fit_line(tidy(text), _TITLE_CHARS)


class StoryEntries:
    """
    Entries of stories, each made once: a story stands in a dozen feeds, and each in three forms.

    Args:
        address: Of the site, ending in ``/``.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        # By identity: what changed comes out of the archive as another digest, with other stories.
        self._kept: dict[int, tuple[Digest, DigestStory, Entry]] = {}

    def find(self, digest: Digest, story: DigestStory) -> Entry:
        """Return the entry of a story of a digest."""
        kept = self._kept.get(id(story))
        if kept is not None and kept[0] is digest and kept[1] is story:
            return kept[2]
        entry = _make_story_entry(digest, story, self.address)
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[id(story)] = digest, story, entry
        return entry


def make_feed(
    name: str,
    digests: Sequence[Digest],
    edition: NamedEdition,
    told: StoryEntries,
    epoch: datetime,
    listed: ListedStories | None = None,
) -> FeedOut:
    """
    Return one of an edition's feeds.

    Args:
        name: One of ``paths.FEED_NAMES``, or that of a listing's feed.
        digests: Of the edition, the newest first; as many as it should reach back.
        told: What its stories are told by.
        epoch: When a feed without entries was updated.
        listed: The listing whose stories it lists, and which these are; None for all stories.
    """
    listing = listed.listing if listed else None
    links = Links()
    address = told.address
    home = listing.link(links) if listing else links.newest(edition.id)
    if name == "digests":
        title = edition.title
        entries = [_make_digest_entry(digest, address) for digest in digests if digest.closed]
    else:
        title = f"{edition.title}: {_name_stories(name, listing)}"
        english = name == ENGLISH_FEED or bool(read_english_feed(name))
        stories = _list_newest(digests, listed.held if listed else None, english=english)
        entries = _list_story_entries(digests, stories, told, corrections=name == "stories")
    moments = [entry.updated for entry in entries]
    return FeedOut(
        id=_make_urn("feed", edition.id, name),
        title=_tidy_title(title),
        description=_tidy_title(f"{title}: {_DESCRIPTION} {words.CAUTION}"),
        home=make_absolute(address, home),
        addresses=_list_addresses(edition.id, name, address),
        updated=max(moments, default=epoch),
        entries=tuple(entries),
    )


def _list_addresses(edition: str, name: str, address: str) -> dict[str, str]:
    links = Links()
    return {form: make_absolute(address, links.feed(edition, name, form)) for form in FORM_NAMES}


def _name_stories(name: str, listing: Listing | None) -> str:
    if listing is not None:
        return f"{listing.title}, in English" if read_english_feed(name) else listing.title
    return "stories in English" if name == ENGLISH_FEED else "stories"


def _list_story_entries(
    digests: Sequence[Digest],
    stories: Sequence[tuple[Digest, DigestStory]],
    told: StoryEntries,
    *,
    corrections: bool,
) -> list[Entry]:
    """Return entries of stories, the newest first; with corrections if these are wanted."""
    entries = [told.find(digest, story) for digest, story in stories]
    if corrections:
        for digest in digests:
            items = digest.corrections
            entries += [_make_correction_entry(digest, item, told.address) for item in items]
    return sorted(entries, key=lambda entry: (entry.published, entry.id), reverse=True)


def _list_newest(
    digests: Iterable[Digest],
    held: frozenset[tuple[date, str]] | None,
    *,
    english: bool,
) -> list[tuple[Digest, DigestStory]]:
    """Return the newest stories of those held, or of all; in English only if that is wanted."""
    pairs: list[tuple[Digest, DigestStory]] = []
    for digest in digests:
        day = digest.day
        wanted = [story for story in digest.stories if held is None or (day, story.id) in held]
        if english:
            wanted = [story for story in wanted if story.headline.translated]
        pairs += [(digest, story) for story in wanted]
    return pairs[:_STORIES]


def _make_correction_entry(digest: Digest, item: Correction, address: str) -> Entry:
    template = _get_template("correction_entry")
    article_id = item.article.article_id
    link = Links().correction(digest.edition, digest.day, article_id)
    # A later edit of the same article, in the same digest, is the same correction gone on with.
    return Entry(
        id=_make_urn("correction", digest.edition, digest.day.isoformat(), article_id),
        link=make_absolute(address, link),
        title=_tidy_title(
            f"{words.CORRECTED}: {words.listed(item.headline, item.article.language)}"
        ),
        html=template.render(digest=digest, item=item),
        published=find_midnight(digest.day, digest.zone),
        updated=digest.composed,
        author=_tidy_title(words.outlet(item.article)),
    )


def _make_digest_entry(digest: Digest, address: str) -> Entry:
    template = _get_template("digest_entry")
    link = Links().digest(digest.edition, digest.day)
    html = template.render(
        digest=digest,
        layout=lay_out_digest(digest),
        links=Links(address),
    )
    return Entry(
        id=_make_urn("digest", digest.edition, digest.day.isoformat()),
        link=make_absolute(address, link),
        title=_tidy_title(f"{digest.title}: {words.day_title(digest)}"),
        html=html,
        published=digest.composed,
        updated=digest.composed,
    )


def _make_story_entry(digest: Digest, story: DigestStory, address: str) -> Entry:
    template = _get_template("story_entry")
    page = Links(address).story(digest.edition, digest.day, story.id)
    link = Links().story(digest.edition, digest.day, story.id)
    best = story.best
    published = best.published or find_midnight(digest.day, digest.zone)
    updates = [ref.published for ref in story.articles if ref.published]
    about = words.topic(story)
    return Entry(
        id=_make_urn("story", digest.edition, digest.day.isoformat(), story.id),
        link=make_absolute(address, link),
        title=_tidy_title(words.listed_story(story)),
        html=template.render(
            digest=digest,
            story=story,
            page=page,
            links=Links(address),
        ),
        published=published,
        updated=max([published, *updates]),
        author=_tidy_title(words.outlet(best)),
        categories=(about,) if about else (),
    )
