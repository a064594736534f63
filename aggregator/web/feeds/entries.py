"""
What feeds list: digests, one entry a day, or stories. Pure; ``rss``, ``atom`` and ``jsonfeed``
write it down.

Feed readers show an entry once, when they first see its id. So the feed of digests lists only
closed ones, which never change; and a story that goes on over several days has an entry for each.
Ids come from edition, day and story alone, never from the address, so that a site that moves does
not tell everything again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import NAMESPACE_URL, uuid5

from aggregator.digest import words
from aggregator.digest.days import find_midnight
from aggregator.digest.layout import TOPIC_TITLES, lay_out_digest
from aggregator.digest.templating import make_environment
from aggregator.text.typography import one_line, tidy
from aggregator.web.links import Links, make_absolute
from aggregator.web.paths import FORM_NAMES, read_topic_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Correction, Digest, DigestStory, Topic

__all__ = ["Entry", "FeedOut", "make_feed"]

_TITLE_CHARS = 300
_STORIES = 100


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
        addresses: Full address of the feed itself, by its form.
        updated: When its newest entry changed.
        entries: The newest first.
    """

    id: str
    title: str
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


def _make_urn(*parts: str) -> str:
    return uuid5(NAMESPACE_URL, "/".join(("tilshi", *parts))).urn


def _tidy_title(text: str) -> str:
    return one_line(tidy(text), _TITLE_CHARS)


def make_feed(
    name: str,
    digests: Sequence[Digest],
    edition: NamedEdition,
    address: str,
    epoch: datetime,
) -> FeedOut:
    """
    Return one of an edition's feeds.

    Args:
        name: One of ``paths.FEED_NAMES``.
        digests: Of the edition, the newest first; as many as it should reach back.
        edition: Its id and title.
        address: Of the site, ending in ``/``.
        epoch: When a feed without entries was updated.
    """
    topic = read_topic_feed(name)
    if name == "digests":
        title = edition.title
        entries = [_make_digest_entry(digest, address) for digest in digests if digest.closed]
    else:
        title = f"{edition.title}: {TOPIC_TITLES[topic] if topic else 'stories'}"
        entries = _list_story_entries(digests, topic, address)
    return FeedOut(
        id=_make_urn("feed", edition.id, name),
        title=_tidy_title(title),
        home=make_absolute(address, Links().newest(edition.id)),
        addresses=_list_addresses(edition.id, name, address),
        updated=max((entry.updated for entry in entries), default=epoch),
        entries=tuple(entries),
    )


def _list_addresses(edition: str, name: str, address: str) -> dict[str, str]:
    links = Links()
    return {form: make_absolute(address, links.feed(edition, name, form)) for form in FORM_NAMES}


def _list_story_entries(
    digests: Sequence[Digest], topic: Topic | None, address: str
) -> list[Entry]:
    """
    Return entries of stories, the newest first.

    Of all topics if none is named, with corrections.
    """
    newest = _list_newest(digests, topic)
    entries = [_make_story_entry(digest, story, address) for digest, story in newest]
    for digest in digests if topic is None else ():
        entries += [_make_correction_entry(digest, item, address) for item in digest.corrections]
    return sorted(entries, key=lambda entry: (entry.published, entry.id), reverse=True)


def _list_newest(
    digests: Iterable[Digest], wanted: Topic | None
) -> list[tuple[Digest, DigestStory]]:
    pairs = [
        (digest, story)
        for digest in digests
        for story in digest.stories
        if wanted in (None, story.topic)
    ]
    return pairs[:_STORIES]


def _make_correction_entry(digest: Digest, item: Correction, address: str) -> Entry:
    template = make_environment("aggregator.web.feeds").get_template("correction_entry.html.j2")
    # A later edit of the same article, told in the same digest, is the same correction gone on
    # with.
    return Entry(
        id=_make_urn("correction", digest.edition, digest.day.isoformat(), item.article.article_id),
        link=make_absolute(
            address, Links().correction(digest.edition, digest.day, item.article.article_id)
        ),
        title=_tidy_title(f"{words.CORRECTED}: {item.headline.text}"),
        html=template.render(digest=digest, item=item),
        published=find_midnight(digest.day, digest.zone),
        updated=digest.composed,
        author=_tidy_title(item.article.outlet),
    )


def _make_digest_entry(digest: Digest, address: str) -> Entry:
    template = make_environment("aggregator.web.feeds").get_template("digest_entry.html.j2")
    html = template.render(
        digest=digest,
        layout=lay_out_digest(digest),
        links=Links(address),
    )
    return Entry(
        id=_make_urn("digest", digest.edition, digest.day.isoformat()),
        link=make_absolute(address, Links().digest(digest.edition, digest.day)),
        title=_tidy_title(f"{digest.title}: {words.day_title(digest)}"),
        html=html,
        published=digest.composed,
        updated=digest.composed,
    )


def _make_story_entry(digest: Digest, story: DigestStory, address: str) -> Entry:
    template = make_environment("aggregator.web.feeds").get_template("story_entry.html.j2")
    page = Links(address).story(digest.edition, digest.day, story.id)
    best = story.best
    told = best.published or find_midnight(digest.day, digest.zone)
    about = words.topic(story)
    return Entry(
        id=_make_urn("story", digest.edition, digest.day.isoformat(), story.id),
        link=make_absolute(address, Links().story(digest.edition, digest.day, story.id)),
        title=_tidy_title(story.headline.text),
        html=template.render(
            digest=digest,
            story=story,
            page=page,
        ),
        published=told,
        updated=max([told, *(ref.published for ref in story.articles if ref.published)]),
        author=_tidy_title(best.outlet),
        categories=(about,) if about else (),
    )
