"""
Which article an item of a feed is: one we know, or a new one.

Requirement. An edited article must update, not double; two articles must never become one. The
second mistake is worse: it loses an article for good, while a doubled one is still caught as a copy
by its text.

Theory. Every item has *names*: its guid and its canonical address, both within its outlet, so that
the main feed and a section feed of one outlet meet. The first name decides; the address alone
decides only where it cannot mislead:

- guid known: the same article, whatever became of its link and words;
- guid new, address known: the same article if one side has no guid, or if the words are much the
  same and the known guid is not in this very feed beside the new one (outlets change guids when
  they move to another system; live blogs and galleries, though, give one link to several items);
- neither known: a new article.

Known exceptions. In a feed without guids that gives one link to several items, the title joins the
address; items with neither guid nor link are named by their title alone. When such a title is
edited, the old name leaves the feed in the poll that brings the new one: a new title much like one
that has just left is that article (one replayed feed, whose 24 items all link to its front page,
has seven such edits in 60 polls).

Learnt later. The page of an article names its canonical address, or a redirect leads to it: an
address of the same site, or one that the outlet's own link led to, which then names the article
too, so that another feed of the outlet that lists it meets it. It never takes a name that another
article has, and the front page is nobody's name.

Roads not taken. Identity by a hash of the text (every correction doubles the article); by title
within some days (regular columns and weather reports share titles); guids across outlets (WordPress
numbers collide: ``?p=123``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.models import Identity, KnownItem
from aggregator.urls.canonical import canonicalize_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.models import FeedItem

__all__ = ["are_alike", "identify", "list_title_names", "name_items"]

# Share of words in common (Jaccard) from which two titles count as versions of one. Corrections
# seen in replayed feeds change a word or two of eight to twelve; other items of one live blog share
# almost none.
_SAME_TITLE = 0.5
_TITLE_NAME = re.compile(r"^(?:url:\S*)? ?title:")


def _list_words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.casefold()))


def are_alike(title: str, other: str) -> bool:
    """Say whether two titles may be versions of one."""
    left = _list_words(title)
    right = _list_words(other)
    every = left | right
    if not every:
        return False
    share = len(left & right) / len(every)
    return share >= _SAME_TITLE


def _name_by_guid(item: FeedItem) -> str:
    if not item.guid:
        return ""
    # A guid that is an address comes with http, https and www mixed when an outlet moves.
    guid = canonicalize_url(item.guid) or item.guid
    return f"guid:{guid}"


def name_items(items: Sequence[FeedItem]) -> list[tuple[str, ...]]:
    """
    Name the items of one poll of one feed.

    Returns:
        For each item its names, the deciding one first; at least one.
    """
    urls = [canonicalize_url(item.link) for item in items]
    pairs = list(zip(items, urls, strict=True))
    marks_of_url: dict[str, set[str]] = defaultdict(set)
    for item, url in pairs:
        mark = item.guid or item.title
        marks_of_url[url].add(mark)
    names = []
    for item, url in pairs:
        shared = len(marks_of_url[url]) > 1
        names.append(_name_item(item, url, shared=shared))
    return names


def _name_item(
    item: FeedItem,
    url: str,
    *,
    shared: bool,
) -> tuple[str, ...]:
    guid = _name_by_guid(item)
    address = f"url:{url}" if url else ""
    title = f"title:{item.title.strip()}"
    if shared:
        name = guid or f"{address} {title}"
        return (name,)
    names = tuple(name for name in (guid, address) if name)
    return names or (title,)


def _make_id(outlet_id: str, name: str) -> str:
    named = f"{outlet_id}\n{name}"
    return blake2b(named.encode(), digest_size=16).hexdigest()


def list_title_names(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of items that have nothing but a title to be known by."""
    deciding = [names_of_item[0] for names_of_item in names]
    by_title = filter(_TITLE_NAME.search, deciding)
    return tuple(by_title)


def identify(
    outlet_id: str,
    items: Sequence[FeedItem],
    seen: Mapping[str, str],
    known: Mapping[str, KnownItem],
    gone: Collection[KnownItem] = (),
) -> list[Identity]:
    """
    Decide for every item of one poll which article it is.

    Args:
        outlet_id: Names hold within one outlet.
        items: In the feed's order.
        seen: Article id by name, for the names of these items that are known.
        known: What is stored of those articles; one past its retention is absent.
        gone: Articles known by their title alone that the last poll of this source listed and this
            one does not.
    """
    all_names = name_items(items)
    deciding = frozenset(names[0] for names in all_names)
    poll = _Poll(
        outlet_id=outlet_id,
        seen=seen,
        known=known,
        listed=deciding,
    )
    remaining = sorted(gone, key=lambda stored: stored.id)
    identities = []
    for item, names in zip(items, all_names, strict=True):
        identity = poll.identify(item, names)
        name = names[0]
        if name not in seen and _TITLE_NAME.search(name):
            identity = _follow_title(item, identity, remaining)
        identities.append(identity)
    return identities


def _follow_title(
    item: FeedItem,
    identity: Identity,
    remaining: list[KnownItem],
) -> Identity:
    """
    Return the identity of the article that has just left under a title much like this.

    Else the one given. An article that is followed is taken out of ``remaining``.
    """
    for stored in remaining:
        if are_alike(stored.title, item.title):
            remaining.remove(stored)
            return Identity(stored.id, identity.names, stored)
    return identity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Poll:
    """
    What one poll's items are compared with; see ``identify``.

    Attributes:
        listed: The deciding names in this poll.
    """

    outlet_id: str
    seen: Mapping[str, str]
    known: Mapping[str, KnownItem]
    listed: frozenset[str]

    def identify(
        self,
        item: FeedItem,
        names: tuple[str, ...],
    ) -> Identity:
        """Return whose item this is, by its guid or its address."""
        seen = [name for name in names if name in self.seen]
        if not seen:
            return self._make_new(names)
        name = seen[0]
        article_id = self.seen[name]
        stored = self.known.get(article_id)
        if name == names[0] or stored is None or self._has_moved(stored, item):
            own = tuple(other for other in names if self._may_have(article_id, other))
            return Identity(article_id, own or names[:1], stored)
        # The address belongs to another item: this one is known by its guid alone.
        return self._make_new(names[:1])

    def _may_have(self, article_id: str, name: str) -> bool:
        """Say whether no other article has a name."""
        owner_id = self.seen.get(name, article_id)
        return owner_id == article_id

    def _make_new(self, names: tuple[str, ...]) -> Identity:
        article_id = _make_id(self.outlet_id, names[0])
        return Identity(article_id, names, None)

    def _has_moved(
        self,
        stored: KnownItem,
        item: FeedItem,
    ) -> bool:
        """Say whether a known article has come with another guid."""
        if not stored.name.startswith("guid:") or not item.guid:
            return True
        is_listed = stored.name in self.listed
        return not is_listed and are_alike(stored.title, item.title)
