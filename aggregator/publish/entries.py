"""
What feeds list: digests, one entry a day, or stories. Pure; ``rss``, ``atom`` and ``jsonfeed`` write it down.

Feed readers show an entry once, when they first see its id. So the feed of digests lists only closed ones, which never
change; and a story that goes on over several days has an entry for each. Ids come from edition, day and story alone,
never from the address, so that a site that moves does not tell everything again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from aggregator.digest.days import midnight_of
from aggregator.digest.layout import TOPIC_TITLES, lay_out
from aggregator.digest.templating import environment
from aggregator.digest.words import CORRECTED, day_title, topic
from aggregator.models import Topic
from aggregator.text.typography import one_line, tidy
from aggregator.web.links import Links, absolute

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aggregator.models import Correction, Digest, DigestStory
    from aggregator.web.pages import SiteEdition

__all__ = ["FEED_NAMES", "Entry", "FeedOut", "feed_named"]

_TITLE_CHARS = 300
_STORIES = 100

FEED_NAMES = ("digests", "stories", *(f"topic-{topic.value}" for topic in Topic))
"""Feeds of an edition, by the names in their addresses."""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One entry.

    Attributes:
        id: A URN, the same for ever.
        link: Full address of its page.
        title: Plain text.
        html: Its content, safe.
        published: When it was first told.
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
        id: A URN.
        title: Plain text.
        home: Full address of the page it belongs to.
        address: Full address of the feed itself, without the ending that names its form.
        updated: When its newest entry changed.
        entries: The newest first.
    """

    id: str
    title: str
    home: str
    address: str
    updated: datetime
    entries: tuple[Entry, ...]


def _urn(*parts: str) -> str:
    return uuid5(NAMESPACE_URL, "/".join(("tilshi", *parts))).urn


def _title(text: str) -> str:
    return one_line(tidy(text), _TITLE_CHARS)


def feed_named(name: str, digests: Sequence[Digest], edition: SiteEdition, address: str, epoch: datetime) -> FeedOut:
    """
    Return one of an edition's feeds.

    Args:
        name: One of ``FEED_NAMES``.
        digests: Of the edition, the newest first; as many as it should reach back.
        edition: Its id and title.
        address: Of the site, ending in ``/``.
        epoch: When a feed without entries was updated.
    """
    if name == "digests":
        title, entries = edition.title, [_digest_entry(digest, address) for digest in digests if digest.closed]
    else:
        wanted = Topic(name.removeprefix("topic-")) if name.startswith("topic-") else None
        title = f"{edition.title}: {TOPIC_TITLES[wanted] if wanted else 'stories'}"
        entries = [_story_entry(digest, story, address) for digest, story in _newest(digests, wanted)]
        if wanted is None:
            entries += [_correction_entry(digest, item, address) for digest in digests for item in digest.corrections]
        entries.sort(key=lambda entry: (entry.published, entry.id), reverse=True)
    return FeedOut(
        id=_urn("feed", edition.id, name),
        title=_title(title),
        home=absolute(address, Links().newest(edition.id)),
        address=absolute(address, f"{edition.id}/{name}"),
        updated=max((entry.updated for entry in entries), default=epoch),
        entries=tuple(entries),
    )


def _newest(digests: Iterable[Digest], wanted: Topic | None) -> list[tuple[Digest, DigestStory]]:
    pairs = [(digest, story) for digest in digests for story in digest.stories if wanted in (None, story.topic)]
    return pairs[:_STORIES]


def _correction_entry(digest: Digest, item: Correction, address: str) -> Entry:
    template = environment("aggregator.publish").get_template("correction_entry.html.j2")
    # A later edit of the same article, told in the same digest, is the same correction gone on with.
    return Entry(
        id=_urn("correction", digest.edition, digest.day.isoformat(), item.article.article_id),
        link=absolute(address, Links().correction(digest.edition, digest.day, item.article.article_id)),
        title=_title(f"{CORRECTED}: {item.headline.text}"),
        html=template.render(digest=digest, item=item),
        published=midnight_of(digest.day, digest.zone),
        updated=digest.composed,
        author=_title(item.article.outlet),
    )


def _digest_entry(digest: Digest, address: str) -> Entry:
    template = environment("aggregator.publish").get_template("digest_entry.html.j2")
    html = template.render(digest=digest, layout=lay_out(digest), links=Links(address))
    return Entry(
        id=_urn("digest", digest.edition, digest.day.isoformat()),
        link=absolute(address, Links().digest(digest.edition, digest.day)),
        title=_title(f"{digest.title}: {day_title(digest)}"),
        html=html,
        published=digest.composed,
        updated=digest.composed,
    )


def _story_entry(digest: Digest, story: DigestStory, address: str) -> Entry:
    template = environment("aggregator.publish").get_template("story_entry.html.j2")
    page = Links(address).story(digest.edition, digest.day, story.id)
    best = story.best
    told = best.published or midnight_of(digest.day, digest.zone)
    about = topic(story)
    return Entry(
        id=_urn("story", digest.edition, digest.day.isoformat(), story.id),
        link=absolute(address, Links().story(digest.edition, digest.day, story.id)),
        title=_title(story.headline.text),
        html=template.render(digest=digest, story=story, page=page),
        published=told,
        updated=max([told, *(ref.published for ref in story.articles if ref.published)]),
        author=_title(best.outlet),
        categories=(about,) if about else (),
    )
