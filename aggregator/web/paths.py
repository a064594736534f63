"""
Every address of the page, once, for the server, for links, for feeds and for the site's files.

Addresses are written from the root, without the first slash. Nothing of a server is needed to know
them, so whoever only writes a link, as a mail does, loads none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.models import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ABOUT",
    "ADDRESSES",
    "API",
    "ARCHIVE",
    "ASK_WHOLE",
    "BRIEF",
    "DIGEST",
    "ENGLISH_FEED",
    "FEED",
    "FEED_NAMES",
    "FORM_NAMES",
    "FRONT",
    "HEALTH",
    "METRICS",
    "NEWEST",
    "OPENAPI",
    "OPERATOR",
    "OUTLET",
    "OUTLETS",
    "OUTLET_PART",
    "PICTURE",
    "READY",
    "SEARCH",
    "SOURCES",
    "STATIC",
    "STORY",
    "SUBJECT",
    "SUBJECTS",
    "SUBJECT_PART",
    "TOPIC",
    "TOPIC_PART",
    "YEAR",
    "Address",
    "MatchedPath",
    "match_path",
    "name_english_feed",
    "name_outlet_feed",
    "name_subject_feed",
    "name_topic_feed",
    "read_english_feed",
    "read_outlet_feed",
    "read_subject_feed",
    "read_topic_feed",
]

_TOPIC_FEED = "topic-"
_OUTLET_FEED = "outlet-"
_SUBJECT_FEED = "name-"
_ENGLISH_PART = "english-"


def name_topic_feed(topic: Topic) -> str:
    """Name the feed of a topic's stories."""
    return f"{_TOPIC_FEED}{topic.value}"


def read_topic_feed(name: str) -> Topic | None:
    """Return the topic whose stories a feed lists; None if it is not a topic's."""
    return Topic(name.removeprefix(_TOPIC_FEED)) if name.startswith(_TOPIC_FEED) else None


def name_outlet_feed(outlet: str) -> str:
    """Name the feed of the stories that the outlet of this id reports."""
    return f"{_OUTLET_FEED}{outlet}"


def read_outlet_feed(name: str) -> str:
    """Return the id of the outlet whose stories a feed lists; empty if it is not an outlet's."""
    return name.removeprefix(_OUTLET_FEED) if name.startswith(_OUTLET_FEED) else ""


def name_subject_feed(subject: str) -> str:
    """Name the feed of the stories that name the subject of this id."""
    return f"{_SUBJECT_FEED}{subject}"


def read_subject_feed(name: str) -> str:
    """Return the id of the subject whose stories a feed lists; empty if it is not a subject's."""
    return name.removeprefix(_SUBJECT_FEED) if name.startswith(_SUBJECT_FEED) else ""


def name_english_feed(name: str) -> str:
    """Name the feed of those of a feed's stories whose headlines are in English."""
    return f"{_ENGLISH_PART}{name}"


def read_english_feed(name: str) -> str:
    """Return the name of the feed of which one lists those in English; empty if it lists all."""
    return name.removeprefix(_ENGLISH_PART) if name.startswith(_ENGLISH_PART) else ""


ENGLISH_FEED = "english"
"""The feed of the stories whose headlines are in English."""

FEED_NAMES = ("digests", "stories", ENGLISH_FEED, *map(name_topic_feed, Topic))
"""
Feeds of an edition, by the names in their addresses.

Each outlet's and each subject's are beside them, and what is in English of each of these and of the
topics'.
"""

FORM_NAMES = ("rss", "atom", "json")
"""Forms of each feed, by the ending of its address."""

_INDEX = "index.html"
_SLUG = r"[a-z0-9-]{2,40}"
_SUBJECT = r"[a-z0-9-]{2,80}"
_LISTINGS = "|".join(
    (*map(name_topic_feed, Topic), name_outlet_feed(_SLUG), name_subject_feed(_SUBJECT))
)
_PARAMETERS = {
    "edition": _SLUG,
    "day": r"\d{4}-\d{2}-\d{2}",
    "number": r"[1-9]\d{0,4}",
    "story": r"[0-9a-f]{16}",
    "year": r"\d{4}",
    "topic": "|".join(Topic),
    "outlet": _SLUG,
    "subject": _SUBJECT,
    "feed": "|".join((*FEED_NAMES, _LISTINGS, name_english_feed(f"(?:{_LISTINGS})"))),
    "form": "|".join(FORM_NAMES),
    "name": r"[\w.-]+",
    "article": r"[0-9a-f]{32}",
    "hash": r"[0-9a-f]{16}",
}


@dataclass(frozen=True, slots=True)
class Address:
    """
    One kind of address.

    Attributes:
        path: With the names of its parameters in braces.
        has_file: The site of files has it too, as a file of this name; else it is the server's
            alone.
    """

    path: str
    has_file: bool = True

    def fill(self, **values: object) -> str:
        """Write an address with these values of its parameters."""
        return self.path.format(**values)

    @property
    def root(self) -> str:
        """The way from a page at such an address to the root: empty, or ``../`` for each folder."""
        return "../" * self.path.count("/")


FRONT = Address(_INDEX)
"""The newest digest of the first edition."""
NEWEST = Address("{edition}/" + _INDEX)
"""The newest digest of an edition."""
DIGEST = Address("{edition}/{day}.html")
BRIEF = Address("{edition}/{day}/all-{number}.html")
"""What a digest has in brief, page by page."""
STORY = Address("{edition}/{day}/{story}.html")
ARCHIVE = Address("{edition}/archive.html")
"""Days of the newest year."""
YEAR = Address("{edition}/archive-{year}.html")
"""Days of any year."""
TOPIC = Address("{edition}/topic/{topic}/" + _INDEX)
"""A topic's stories across days, the newest of them."""
TOPIC_PART = Address("{edition}/topic/{topic}/page-{number}.html")
"""Older ones, page by page."""
OUTLET = Address("{edition}/outlet/{outlet}/" + _INDEX)
"""The stories that an outlet reports, the newest of them."""
OUTLET_PART = Address("{edition}/outlet/{outlet}/page-{number}.html")
"""Older ones, page by page."""
SUBJECT = Address("{edition}/name/{subject}/" + _INDEX)
"""The stories that name a person, a place or a body, the newest of them."""
SUBJECT_PART = Address("{edition}/name/{subject}/page-{number}.html")
"""Older ones, page by page."""
SUBJECTS = Address("{edition}/names.html")
"""Who and what was in the news of late."""
FEED = Address("{edition}/{feed}.{form}")
SEARCH = Address("search.html", has_file=False)
OUTLETS = Address("outlets.html")
ABOUT = Address("about.html")
SOURCES = Address("sources.opml")
ASK_WHOLE = Address("{edition}/{day}/{story}/whole", has_file=False)
"""Where the form is sent that asks for a story's whole article in English."""
STATIC = Address("static/{name}")
"""Files that pages need."""
PICTURE = Address("picture/{article}-{hash}.webp")
"""An outlet's picture, by a name that never has other bytes; ``models.PictureSize.name``."""

ADDRESSES = (
    FRONT,
    NEWEST,
    DIGEST,
    BRIEF,
    STORY,
    ARCHIVE,
    YEAR,
    TOPIC,
    TOPIC_PART,
    OUTLET,
    OUTLET_PART,
    SUBJECT,
    SUBJECT_PART,
    SUBJECTS,
    FEED,
    SEARCH,
    OUTLETS,
    ABOUT,
    SOURCES,
    STATIC,
    PICTURE,
)
"""All that the page itself answers."""

# What stands beside the page on a server, each answered by what is mounted there.
API = "api/v1"
OPENAPI = Address(f"{API}/openapi.json", has_file=False)
OPERATOR = "operator"
HEALTH = "healthz"
READY = "readyz"
METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class MatchedPath:
    """An address that was asked for: its kind, and its parameters as they stand in it."""

    address: Address
    values: Mapping[str, str]


def _compile(path: str) -> re.Pattern[str]:
    """Return the pattern of a path; a folder stands for its index, as on any web server."""
    pieces = []
    for number, piece in enumerate(re.split(r"\{(\w+)\}", path.removesuffix(_INDEX))):
        is_parameter = number % 2
        pieces.append(f"(?P<{piece}>{_PARAMETERS[piece]})" if is_parameter else re.escape(piece))
    if path.endswith(_INDEX):
        pieces.append(f"({re.escape(_INDEX)})?")
    return re.compile("".join(pieces))


_PATTERNS = tuple((_compile(address.path), address) for address in ADDRESSES)


def match_path(path: str) -> MatchedPath | None:
    """Find the kind of an address, None if the page has none such."""
    for pattern, address in _PATTERNS:
        if match := pattern.fullmatch(path):
            return MatchedPath(address, match.groupdict())
    return None
