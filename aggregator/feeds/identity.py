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
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.models import Identity, KnownItem
from aggregator.urls.canonical import canonical_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.models import FeedItem

__all__ = ["alike", "identify", "item_names", "titled"]

# Share of words in common (Jaccard) from which two titles count as versions of one. Corrections
# seen in replayed feeds change a word or two of eight to twelve; other items of one live blog share
# almost none.
_SAME_TITLE = 0.5
_TITLE_NAME = re.compile(r"^(?:url:\S*)? ?title:")


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.casefold()))


def alike(a: str, b: str) -> bool:
    """Say whether two titles may be versions of one."""
    left = _words(a)
    right = _words(b)
    every = left | right
    if not every:
        return False
    share = len(left & right) / len(every)
    return share >= _SAME_TITLE


def _guid_name(item: FeedItem) -> str:
    if not item.guid:
        return ""
    # A guid that is an address comes with http, https and www mixed when an outlet moves.
    guid = canonical_url(item.guid) or item.guid
    return f"guid:{guid}"


def item_names(items: Sequence[FeedItem]) -> list[tuple[str, ...]]:
    """
    Name the items of one poll of one feed.

    Returns:
        For each item its names, the deciding one first; at least one.
    """
    urls = [canonical_url(item.link) for item in items]
    titles: dict[str, set[str]] = {}
    for item, url in zip(items, urls, strict=True):
        titles.setdefault(url, set()).add(item.guid or item.title)
    names = []
    for item, url in zip(items, urls, strict=True):
        shared = len(titles[url]) > 1
        names.append(_names(item, url, shared=shared))
    return names


def _names(
    item: FeedItem,
    url: str,
    *,
    shared: bool,
) -> tuple[str, ...]:
    guid = _guid_name(item)
    address = f"url:{url}" if url else ""
    title = f"title:{item.title.strip()}"
    if shared:
        return (guid,) if guid else (f"{address} {title}",)
    names = tuple(name for name in (guid, address) if name)
    return names or (title,)


def _new_id(outlet_id: str, name: str) -> str:
    named = f"{outlet_id}\n{name}"
    return blake2b(named.encode(), digest_size=16).hexdigest()


def titled(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of items that have nothing but a title to be known by."""
    return tuple(name for name, *_ in names if _TITLE_NAME.search(name))


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
    all_names = item_names(items)
    poll = _Poll(
        outlet_id=outlet_id,
        seen=seen,
        known=known,
        here=Counter(names[0] for names in all_names),
    )
    left = sorted(gone, key=lambda stored: stored.id)
    identities = []
    for item, names in zip(items, all_names, strict=True):
        identity = poll.identify(item, names)
        if names[0] not in seen and _TITLE_NAME.search(names[0]):
            identity = _follow_title(item, identity, left)
        identities.append(identity)
    return identities


def _follow_title(
    item: FeedItem,
    identity: Identity,
    left: list[KnownItem],
) -> Identity:
    """
    Return the identity of the article that has just left under a title much like this.

    Else the one given.
    """
    for stored in left:
        if alike(stored.title, item.title):
            left.remove(stored)
            return Identity(stored.id, identity.names, stored)
    return identity


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class _Poll:
    """
    What one poll's items are compared with; see ``identify``.

    Attributes:
        here: How often each deciding name stands in this poll.
    """

    outlet_id: str
    seen: Mapping[str, str]
    known: Mapping[str, KnownItem]
    here: Mapping[str, int]

    def identify(
        self,
        item: FeedItem,
        names: tuple[str, ...],
    ) -> Identity:
        """Return whose item this is, by its guid or its address."""
        name = next((name for name in names if name in self.seen), None)
        if name is None:
            return self._make_new(names)
        article_id = self.seen[name]
        stored = self.known.get(article_id)
        if name == names[0] or stored is None or self._has_moved(stored, item):
            free = tuple(other for other in names if self.seen.get(other, article_id) == article_id)
            return Identity(article_id, free or names[:1], stored)
        # The address belongs to another item: this one is known by its guid alone.
        return self._make_new(names[:1])

    def _make_new(self, names: tuple[str, ...]) -> Identity:
        article_id = _new_id(self.outlet_id, names[0])
        return Identity(article_id, names, None)

    def _has_moved(
        self,
        stored: KnownItem,
        item: FeedItem,
    ) -> bool:
        """Say whether a known article has come with another guid."""
        if not stored.name.startswith("guid:") or not item.guid:
            return True
        is_listed = stored.name in self.here
        return not is_listed and alike(stored.title, item.title)
