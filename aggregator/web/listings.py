"""
Stories across days: of a topic, of an outlet, or that name somebody. What is on which page. Pure.

Pages are numbered from the oldest story, so that what one holds stays on it when new stories come:
a link to it keeps its meaning, and the site of files writes the last pages alone. The newest page
has no number; it holds the last full page and what fills none yet, so it never holds only a few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aggregator.digest.layout import TOPIC_TITLES
from aggregator.models import Topic
from aggregator.search.story_index import SearchFilter
from aggregator.web.paths import (
    name_outlet_feed,
    name_subject_feed,
    name_topic_feed,
    read_english_feed,
    read_outlet_feed,
    read_subject_feed,
    read_topic_feed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from aggregator.models import Outlet
    from aggregator.names.subjects import Subject
    from aggregator.web.links import Links
    from aggregator.web.pages import Site

__all__ = [
    "LISTING_SIZE",
    "ListedStories",
    "Listing",
    "ListingPart",
    "count_numbered",
    "find_feed_listing",
    "find_listing",
    "find_part",
    "list_listings",
    "list_subject_listings",
]

LISTING_SIZE: Final = 40
"""Stories on a numbered page; the newest page has fewer than twice as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """
    Stories of an edition that have something in common: their topic, an outlet, or a name.

    Attributes:
        edition: Id.
        title: As readers know it.
        topic: What they are about; None for others.
        outlet: That has a report in each; None for others.
        subject: That each of them names; None for others.
    """

    edition: str
    title: str
    topic: Topic | None = None
    outlet: Outlet | None = None
    subject: Subject | None = None

    @property
    def feed(self) -> str:
        """Name of its feed."""
        if self.outlet is not None:
            return name_outlet_feed(self.outlet.id)
        if self.subject is not None:
            return name_subject_feed(self.subject.id)
        return name_topic_feed(self.topic or Topic.OTHER)

    @property
    def wanted(self) -> SearchFilter:
        """What its stories pass."""
        outlet = self.outlet.id if self.outlet else ""
        subject = self.subject.id if self.subject else ""
        return SearchFilter(edition=self.edition, topic=self.topic, outlet=outlet, subject=subject)

    def link(
        self,
        links: Links,
        number: int = 0,
        edition: str = "",
    ) -> str:
        """Link to one of its pages, 0 for the newest; to the same of another edition if given."""
        edition = edition or self.edition
        if self.outlet is not None:
            return links.outlet(edition, self.outlet.id, number)
        if self.subject is not None:
            return links.subject(edition, self.subject.id, number)
        return links.topic(edition, self.topic or Topic.OTHER, number)


@dataclass(frozen=True, slots=True)
class ListedStories:
    """A listing, with day and id of each of its stories as far back as somebody looks."""

    listing: Listing
    held: frozenset[tuple[date, str]]


@dataclass(frozen=True, slots=True)
class ListingPart:
    """
    A page of a listing.

    Attributes:
        number: From 1, the oldest; 0 for the newest.
        offset: Stories passed over, from the newest.
        size: Stories on it, if none goes meanwhile.
        total: Stories of the listing.
    """

    number: int
    offset: int
    size: int
    total: int

    @property
    def older(self) -> int | None:
        """Number of the page that goes on; None on the oldest."""
        before = self.number - 1 if self.number else count_numbered(self.total)
        return before or None

    @property
    def newer(self) -> int | None:
        """Number of the page before it, 0 for the newest; None on the newest."""
        if not self.number:
            return None
        return self.number + 1 if self.number < count_numbered(self.total) else 0


def count_numbered(total: int) -> int:
    """Return how many numbered pages so many stories fill, beside the newest page."""
    return max(total // LISTING_SIZE - 1, 0)


def find_part(total: int, number: int) -> ListingPart | None:
    """Return a page of so many stories, the newest for 0; None if there is no such page."""
    numbered = count_numbered(total)
    if number > numbered:
        return None
    if number:
        return ListingPart(number, total - number * LISTING_SIZE, LISTING_SIZE, total)
    return ListingPart(0, 0, total - numbered * LISTING_SIZE, total)


def find_listing(site: Site, values: Mapping[str, str]) -> Listing | None:
    """Find a listing by its address: ``edition``, and ``topic``, ``outlet`` or ``subject``."""
    edition = values["edition"]
    if site.find_edition(edition) is None:
        return None
    if "topic" in values:
        return _list_topic(edition, Topic(values["topic"]))
    return _find_other(site, edition, values.get("outlet", ""), values.get("subject", ""))


def find_feed_listing(site: Site, edition: str, feed: str) -> Listing | None:
    """Find the listing whose feed this is; None for a feed of all stories or of digests."""
    feed = read_english_feed(feed) or feed
    topic = read_topic_feed(feed)
    if topic is not None:
        return _list_topic(edition, topic)
    return _find_other(site, edition, read_outlet_feed(feed), read_subject_feed(feed))


def list_listings(site: Site, edition: str) -> list[Listing]:
    """Return the listings of an edition that are always there: of topics and of outlets."""
    topics = [_list_topic(edition, topic) for topic in Topic]
    outlets = [_list_outlet(edition, outlet) for outlet in site.outlets.values()]
    return topics + outlets


def list_subject_listings(site: Site, edition: str, subjects: Iterable[str]) -> list[Listing]:
    """Return the listings of some subjects, by their ids, as far as these are known."""
    known = [site.subjects[subject] for subject in subjects if subject in site.subjects]
    return [_list_subject(edition, subject) for subject in known]


def _find_other(site: Site, edition: str, outlet_id: str, subject_id: str) -> Listing | None:
    """Find the listing of an outlet or a subject; empty for none of its kind."""
    outlet = site.outlets.get(outlet_id)
    if outlet is not None:
        return _list_outlet(edition, outlet)
    subject = site.subjects.get(subject_id)
    return _list_subject(edition, subject) if subject else None


def _list_topic(edition: str, topic: Topic) -> Listing:
    return Listing(edition=edition, title=TOPIC_TITLES[topic], topic=topic)


def _list_outlet(edition: str, outlet: Outlet) -> Listing:
    return Listing(edition=edition, title=outlet.readers_name, outlet=outlet)


def _list_subject(edition: str, subject: Subject) -> Listing:
    return Listing(edition=edition, title=subject.english, subject=subject)
