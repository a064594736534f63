"""
Which article an item of a feed is: one we know, or a new one.

Requirement. An edited article must update, not double; two articles must never become one. The second mistake is
worse: it loses an article for good, while a doubled one is still caught as a copy by its text.

Theory. Every item has *names*: its guid and its canonical address, both within its outlet, so that the main feed and
a section feed of one outlet meet. The first name decides; the address alone decides only where it cannot mislead:

- guid known: the same article, whatever became of its link and words;
- guid new, address known: the same article if one side has no guid, or if the words are much the same and the known
  guid is not in this very feed beside the new one (outlets change guids when they move to another system; live blogs
  and galleries, though, give one link to several items);
- neither known: a new article.

Known exceptions. In a feed without guids that gives one link to several items, the title joins the address; items
with neither guid nor link are named by their title alone. When such a title is edited, the old name leaves the feed in
the poll that brings the new one: a new title much like one that has just left is that article (one replayed feed, whose
24 items all link to its front page, has seven such edits in 60 polls).

Learnt later. The page of an article names its canonical address, or a redirect leads to it: an address of the same
site, or one that the outlet's own link led to, which then names the article too, so that another feed of the outlet
that lists it meets it. It never takes a name that another article has, and the front page is nobody's name.

Roads not taken. Identity by a hash of the text (every correction doubles the article); by title within some days
(regular columns and weather reports share titles); guids across outlets (WordPress numbers collide: ``?p=123``).
"""

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.dedup.urls import canonical_url
from aggregator.models import Identity, KnownItem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.models import FeedItem

__all__ = ["Identity", "KnownItem", "alike", "identify", "item_names", "titled"]

# Share of words in common (Jaccard) from which two titles count as versions of one. Corrections seen in replayed feeds
# change a word or two of eight to twelve; other items of one live blog share almost none.
_SAME_TITLE = 0.5
_TITLE_NAME = re.compile(r"^(?:url:\S*)? ?title:")


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.casefold()))


def alike(a: str, b: str) -> bool:
    """Say whether two titles may be versions of one."""
    left, right = _words(a), _words(b)
    return bool(left or right) and len(left & right) / len(left | right) >= _SAME_TITLE


def _guid_name(item: FeedItem) -> str:
    # A guid that is an address comes with http, https and www mixed when an outlet moves.
    return f"guid:{canonical_url(item.guid) or item.guid}" if item.guid else ""


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
    return [_names(item, url, shared=len(titles[url]) > 1) for item, url in zip(items, urls, strict=True)]


def _names(item: FeedItem, url: str, *, shared: bool) -> tuple[str, ...]:
    guid, address = _guid_name(item), f"url:{url}" if url else ""
    if shared:
        return (guid,) if guid else (f"{address} title:{item.title.strip()}",)
    return tuple(name for name in (guid, address) if name) or (f"title:{item.title.strip()}",)


def _new_id(outlet_id: str, name: str) -> str:
    return blake2b(f"{outlet_id}\n{name}".encode(), digest_size=16).hexdigest()


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
        gone: Articles known by their title alone that the last poll of this source listed and this one does not.
    """
    all_names = item_names(items)
    here = Counter(names[0] for names in all_names)
    left = sorted(gone, key=lambda stored: stored.id)
    found = []
    for item, names in zip(items, all_names, strict=True):
        identity = _identify(outlet_id, item, names, (seen, known, here))
        if names[0] not in seen and _TITLE_NAME.search(names[0]):
            identity = _retitled(item, identity, left)
        found.append(identity)
    return found


def _retitled(item: FeedItem, identity: Identity, left: list[KnownItem]) -> Identity:
    for stored in left:
        if alike(stored.title, item.title):
            left.remove(stored)
            return Identity(stored.id, identity.names, stored)
    return identity


def _identify(
    outlet_id: str,
    item: FeedItem,
    names: tuple[str, ...],
    state: tuple[Mapping[str, str], Mapping[str, KnownItem], Mapping[str, int]],
) -> Identity:
    seen, known, here = state
    for name in names:
        found = seen.get(name)
        if found is None:
            continue
        stored = known.get(found)
        if name == names[0] or stored is None or _moved(stored, item, here):
            free = tuple(other for other in names if seen.get(other, found) == found)
            return Identity(found, free or names[:1], stored)
        # The address belongs to another item: this one is known by its guid alone.
        return Identity(_new_id(outlet_id, names[0]), names[:1], None)
    return Identity(_new_id(outlet_id, names[0]), names, None)


def _moved(stored: KnownItem, item: FeedItem, here: Iterable[str]) -> bool:
    if not stored.name.startswith("guid:") or not item.guid:
        return True
    return stored.name not in here and alike(stored.title, item.title)
