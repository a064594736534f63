"""
Which article an item of a feed is: one we know, or a new one.

Requirement. An edited article must update, not double; two articles must never become one. The
second mistake is worse: it loses an article for good, while a doubled one is still caught as a copy
by its text. So where the evidence is even, an item is an article of its own.

Theory. Every item has *names*: its guid and its canonical address, both within its outlet, so that
the main feed and a section feed of one outlet meet. A name is a claim, not a proof: outlets give
one guid to all items, the front page's address, the number of the item's place; one link to each
day's rates, or to all posts of a live page. So a name is believed as far as nothing speaks against
it:

- the words are those that are stored: the same article, and nothing else is asked;
- guid known, words changed: the same article unless the evidence (title, text, date, link:
  ``feeds.evidence``) is that of another, or the stored title stands in this very poll on another
  item;
- guid known but for what stands behind ``#`` or in parameters of no meaning: likewise, and
  something besides must speak for one article (equal dates, or like texts);
- guid new, address known: the same article if one side has no guid and the evidence allows it, or
  if the titles are much alike and the known guid is not in this feed beside the new one (outlets
  change guids when they move to another system);
- else: a new article. If the name that should decide was another's, it passes to the new one: the
  next poll shows what this one did. Its id is made of its words and of that other article's id, so
  that two workers, or one that is interrupted, make the same.

Names within one poll. A guid, or an address, that this poll gives to items which are not one
article names none of them; guids that differ only behind ``#`` are then taken as they are written.
What is left without a name goes by its address and title together, or by its title alone, and by
its date where those are several's too. Every item is looked up by all of these, whichever of them
names it today, since the next poll may show more or fewer of its neighbours. Two items that are one
article by their names are one, listed twice.

Title edits of items that have no other name: the old name leaves the feed in the poll that brings
the new one. A new title much like one that has just left, dated alike or with a like text, is that
article (one replayed feed, whose 24 items all link to its front page, has seven such edits in 60
polls).

Known exceptions. An article rewritten from title to text is told twice if its date or its address
changes too. A column without dates and numbers that keeps guid, link and title, and has no text,
is told once: it cannot be told from an item that stays. An article whose record is past its
retention cannot be compared, and is known by its names alone.

Learnt later. The page of an article names its canonical address, or a redirect leads to it: an
address of the same site, or one that the outlet's own link led to, which then names the article
too, so that another feed of the outlet that lists it meets it. It never takes a name that another
article has, and the front page is nobody's name.

Roads not taken. Identity by a hash of the text (every correction doubles the article); by title
within some days (regular columns and weather reports share titles); guids across outlets (WordPress
numbers collide: ``?p=123``); a score over all evidence (nobody can say why 0.58 is one article).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.feeds.evidence import Comparison, are_alike
from aggregator.models import Identity, KnownItem
from aggregator.urls.canonical import canonicalize_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.models import FeedItem

__all__ = ["identify", "list_lookups", "list_title_names", "name_items"]

# Articles of one title that an item is compared with; a feed of 2,000 namesakes would take minutes.
_MOST_NAMESAKES = 10
_TITLE_NAME = re.compile(r"^(?:url:\S*)? ?title:")


@dataclass(frozen=True, slots=True)
class _ItemNames:
    """
    What an item is called.

    Attributes:
        names: What it may be named by in this poll, the deciding one first; at least one.
        wide: Its guid and its address, shared or not, as the other items of other polls have them.
        exact: Its guid as it is written; empty if it has none, or that is ``wide`` already.
        titled: Its address and its title together; its title alone if it has none.
        dated: The same with its date; empty if it has none.
    """

    names: tuple[str, ...]
    wide: tuple[str, ...]
    exact: str
    titled: str
    dated: str

    def list_lookups(self) -> list[str]:
        """Return all names it may be known by, those first that are hardest to mistake."""
        lookups = (
            self.dated,
            self.titled,
            self.exact,
            *self.wide,
            *self.names,
        )
        given = filter(None, lookups)
        return list(dict.fromkeys(given))


def _name_by_guid(item: FeedItem) -> str:
    if not item.guid:
        return ""
    # A guid that is an address comes with http, https and www mixed when an outlet moves.
    guid = canonicalize_url(item.guid) or item.guid
    return f"guid:{guid}"


def _name_by_written_guid(item: FeedItem) -> str:
    return f"guid:{item.guid}" if item.guid else ""


class _Same:
    """Items of one poll, equal to none but themselves: to compare their words would take longer."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[FeedItem]) -> None:
        self.items = items

    def __hash__(self) -> int:
        return id(self.items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Same):
            return False
        return other.items is self.items


def _find_names(items: Sequence[FeedItem]) -> list[_ItemNames]:
    """Name items; a poll asks three times for the same, which as a tuple cannot have changed."""
    if not isinstance(items, tuple):
        return _name_all(items)
    same = _Same(items)
    return _recall_names(same)


# Two: while one poll is remembered, the next may be stored already.
@lru_cache(maxsize=2)
def _recall_names(same: _Same) -> list[_ItemNames]:
    return _name_all(same.items)


def _name_all(items: Sequence[FeedItem]) -> list[_ItemNames]:
    wide = list(map(_name_by_guid, items))
    exact = list(map(_name_by_written_guid, items))
    guids = _choose_guids(items, wide, exact)
    addresses = list(map(_name_by_address, items))
    titled = list(map(_name_by_title, items, addresses))
    shared_addresses = _find_shared_addresses(items, guids, addresses)
    several = shared_addresses | _find_shared(items, titled)
    all_names = []
    guid_names = zip(guids, wide, exact, strict=True)
    rows = zip(items, guid_names, addresses, strict=True)
    for item, of_guid, address in rows:
        names = _make_names(item, of_guid, address, several)
        all_names.append(names)
    return all_names


def _make_names(
    item: FeedItem,
    of_guid: tuple[str, str, str],
    address: str,
    several: Collection[str],
) -> _ItemNames:
    """
    Name one item.

    Args:
        of_guid: The guid that names it in its poll, its guid as others have it, and as written;
            each empty if there is none.
        address: Empty if it has none.
        several: Addresses, and names by title, that items of this poll share and are not one.
    """
    guid, wide, exact = of_guid
    titled = _name_by_title(item, address)
    dated = _name_by_date(titled, item)
    is_several = not guid and titled in several
    is_shared = is_several or address in several
    unshared = "" if is_shared else address
    last = dated if dated and is_several else titled
    names = _keep_names(guid, unshared)
    return _ItemNames(
        names=names or (last,),
        wide=_keep_names(wide, address),
        exact=exact if exact != wide else "",
        titled=titled,
        dated=dated,
    )


def _keep_names(*names: str) -> tuple[str, ...]:
    return tuple(filter(None, names))


def _choose_guids(
    items: Sequence[FeedItem],
    wide: Sequence[str],
    exact: Sequence[str],
) -> list[str]:
    """Return for each item the guid that names it in its poll; empty where none does."""
    shared = _find_shared(items, wide)
    shared_exact = _find_shared(items, exact)
    chosen = []
    for guid, written in zip(wide, exact, strict=True):
        if guid not in shared:
            chosen.append(guid)
            continue
        own = "" if written in shared_exact else written
        chosen.append(own)
    return chosen


def _name_by_address(item: FeedItem) -> str:
    url = canonicalize_url(item.link)
    if not url:
        return ""
    return f"url:{url}"


def _name_by_title(item: FeedItem, address: str) -> str:
    title = item.title.strip()
    name = f"{address} title:{title}"
    return name.strip()


def _name_by_date(titled: str, item: FeedItem) -> str:
    date = item.published or item.updated
    if not date:
        return ""
    written = date.isoformat()
    return f"{titled} date:{written}"


def _find_shared(items: Sequence[FeedItem], names: Sequence[str]) -> frozenset[str]:
    """Return the names that items have which are not one article."""
    firsts: dict[str, FeedItem] = {}
    shared = set()
    for item, name in zip(items, names, strict=True):
        if not name or name in shared:
            continue
        first = firsts.setdefault(name, item)
        if first is item:
            continue
        comparison = Comparison(first, item)
        if not comparison.is_listed_twice():
            shared.add(name)
    return frozenset(shared)


def _find_shared_addresses(
    items: Sequence[FeedItem],
    guids: Sequence[str],
    addresses: Sequence[str],
) -> frozenset[str]:
    """Return the addresses that items with different names have."""
    marks: dict[str, set[str]] = defaultdict(set)
    for item, guid, address in zip(items, guids, addresses, strict=True):
        mark = guid or item.title
        marks[address].add(mark)
    shared = [address for address, found in marks.items() if len(found) > 1]
    return frozenset(shared)


def name_items(items: Sequence[FeedItem]) -> list[tuple[str, ...]]:
    """
    Name the items of one poll of one feed.

    Returns:
        For each item its names, the deciding one first; at least one.
    """
    all_names = _find_names(items)
    return [names.names for names in all_names]


def list_lookups(items: Sequence[FeedItem]) -> list[tuple[str, ...]]:
    """Return for each item of one poll all names by which it may be known."""
    all_names = _find_names(items)
    return [tuple(names.list_lookups()) for names in all_names]


def _make_id(outlet_id: str, name: str) -> str:
    named = f"{outlet_id}\n{name}"
    digest = blake2b(named.encode(), digest_size=16)
    return digest.hexdigest()


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
        seen: Article id by name, for those names of ``list_lookups`` that are known.
        known: What is stored of those articles; one past its retention is absent. Where an item
            brings other words under a name of one, with its ``item``: what it was.
        gone: Articles known by their title alone that the last poll of this source listed and this
            one does not; with their ``item``.

    Returns:
        As many, in the feed's order. Items that are one article have one id.
    """
    all_names = _find_names(items)
    deciding = [names.names[0] for names in all_names]
    titles = [item.title for item in items]
    remaining = sorted(gone, key=lambda stored: stored.id)
    poll = _Poll(
        outlet_id=outlet_id,
        seen=seen,
        known=known,
        listed=frozenset(deciding),
        titles=Counter(titles),
        by_title=_sort_by_title(known.values()),
        remaining=remaining,
    )
    pairs = list(zip(items, all_names, strict=True))
    have_same_title = [poll.has_same_title(item, names) for item, names in pairs]
    in_order = range(len(items))
    # Whoever brings the stored title is the article before anyone who brings one like it.
    places = sorted(in_order, key=lambda place: not have_same_title[place])
    identities = {}
    for place in places:
        item, names = pairs[place]
        identities[place] = poll.identify(item, names)
    return [identities[place] for place in in_order]


def _sort_by_title(known: Iterable[KnownItem]) -> dict[str, list[KnownItem]]:
    by_title: dict[str, list[KnownItem]] = defaultdict(list)
    in_order = sorted(known, key=lambda stored: stored.id)
    for stored in in_order:
        by_title[stored.title].append(stored)
    return by_title


def _have_other_guids(stored: FeedItem, item: FeedItem) -> bool:
    if not stored.guid or not item.guid:
        return False
    return stored.guid != item.guid


def _is_surely_same(stored: KnownItem, item: FeedItem) -> bool:
    """Say whether an article has the same words as an item, or surely is the same."""
    if stored.item is None:
        return True
    comparison = Comparison(stored.item, item)
    return comparison.is_surely_same()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Poll:
    """
    What one poll's items are compared with; see ``identify``.

    Attributes:
        listed: The deciding names in this poll.
        titles: How often each title stands in this poll.
        by_title: What is stored, by its title.
        remaining: Of ``gone``, those that no item has followed yet.
        taken: The deciding name under which an article was found in this poll, by its id.
    """

    outlet_id: str
    seen: Mapping[str, str]
    known: Mapping[str, KnownItem]
    listed: frozenset[str]
    titles: Counter[str]
    by_title: Mapping[str, Sequence[KnownItem]]
    remaining: list[KnownItem]
    taken: dict[str, str] = field(default_factory=dict)

    def has_same_title(self, item: FeedItem, names: _ItemNames) -> bool:
        """Say whether an article that is known by a name of an item has its very title."""
        for name in names.list_lookups():
            article_id = self.seen.get(name)
            stored = None if article_id is None else self.known.get(article_id)
            if stored is not None and stored.title == item.title:
                return True
        return False

    def identify(self, item: FeedItem, names: _ItemNames) -> Identity:
        """Return whose item this is."""
        others: dict[str, None] = {}
        deciding = names.names[0]
        for name in names.list_lookups():
            article_id = self.seen.get(name)
            if article_id is None or article_id in others:
                continue
            stored = self.known.get(article_id)
            is_free = self.taken.get(article_id, deciding) == deciding
            if is_free and self._is_same(stored, item, name, names):
                return self._make_identity(article_id, names, stored, others)
            others[article_id] = None
        stored = self._find_by_title(item)
        if stored is not None:
            return self._make_identity(stored.id, names, stored, others)
        followed = self._follow_title(item, names)
        return followed or self._make_new(names, others)

    def _find_by_title(self, item: FeedItem) -> KnownItem | None:
        """
        Return the article with the very title of an item that has lost its names to others.

        Only those are looked at that other items of this poll have names of: places that moved on.
        """
        if not item.title:
            return None
        namesakes = self.by_title.get(item.title, ())
        free = [stored for stored in namesakes if stored.id not in self.taken]
        for stored in free[:_MOST_NAMESAKES]:
            if _is_surely_same(stored, item):
                return stored
        return None

    def _is_same(
        self,
        stored: KnownItem | None,
        item: FeedItem,
        name: str,
        names: _ItemNames,
    ) -> bool:
        """Say whether an item is the article that has a name of it."""
        if stored is None:
            return True
        is_by_title = name in (names.titled, names.dated)
        if not is_by_title and not self._may_be(stored, item, name):
            return False
        if stored.item is None:
            return True  # the same words
        comparison = Comparison(stored.item, item)
        if _have_other_guids(stored.item, item) and name != names.titled:
            return comparison.is_surely_same()
        return comparison.is_same()

    def _may_be(
        self,
        stored: KnownItem,
        item: FeedItem,
        name: str,
    ) -> bool:
        """Say whether an article may be meant by its guid or its address."""
        if stored.title != item.title and self.titles[stored.title]:
            return False  # it is another item of this poll
        if name.startswith("guid:"):
            return True
        return self._has_moved(stored, item)

    def _has_moved(self, stored: KnownItem, item: FeedItem) -> bool:
        """Say whether an article that is known by its address may have come with another guid."""
        if not stored.name.startswith("guid:") or not item.guid:
            return True
        if stored.item is not None and stored.item.guid == item.guid:
            return True
        # Beside the only item with the stored title, its old guid is now another's.
        has_same_title = stored.title == item.title
        is_only = has_same_title and self.titles[item.title] == 1
        if stored.name in self.listed and not is_only:
            return False
        return are_alike(stored.title, item.title)

    def _make_identity(
        self,
        article_id: str,
        names: _ItemNames,
        stored: KnownItem | None,
        others: Collection[str],
    ) -> Identity:
        """Return the identity of a known article, with the names that are its from now on."""
        self.taken[article_id] = names.names[0]
        own = self._list_own(names, article_id, others)
        return Identity(
            article_id,
            own or (names.titled,),
            stored,
            tuple(others),
        )

    def _list_own(
        self,
        names: _ItemNames,
        article_id: str,
        others: Collection[str],
    ) -> tuple[str, ...]:
        """Return those of an item's names that are an article's from now on."""
        own = [name for name in names.names if self._may_have(name, article_id, others)]
        return tuple(own)

    def _may_have(
        self,
        name: str,
        article_id: str,
        others: Collection[str],
    ) -> bool:
        """Say whether a name is free, or that of an article which this item shows not to be it."""
        owner_id = self.seen.get(name, article_id)
        if owner_id == article_id:
            return True
        if owner_id not in others:
            return False
        return self.taken.get(owner_id) != name

    def _make_new(self, names: _ItemNames, others: Collection[str]) -> Identity:
        """
        Return the identity of a new article.

        Where its deciding name was another's, that passes to it, and it keeps a name that only it
        can have.
        """
        name = names.names[0]
        if name not in self.seen:
            article_id = _make_id(self.outlet_id, name)
            others = ()
        else:
            told_apart = " after ".join((names.titled, *others))
            article_id = _make_id(self.outlet_id, told_apart)
        self.taken[article_id] = name
        own = self._list_own(names, article_id, others)
        if others:
            own = (*own, names.titled)
        distinct = dict.fromkeys(own)
        return Identity(
            article_id,
            tuple(distinct),
            None,
            tuple(others),
        )

    def _follow_title(self, item: FeedItem, names: _ItemNames) -> Identity | None:
        """
        Return the identity of the article that has just left under a title much like this.

        It is followed once. None if there is none, or the item has another name.
        """
        deciding = names.names[0]
        if not _TITLE_NAME.search(deciding):
            return None
        for stored in self.remaining:
            if not are_alike(stored.title, item.title):
                continue
            if _is_surely_same(stored, item):
                self.remaining.remove(stored)
                self.taken[stored.id] = deciding
                return Identity(stored.id, names.names, stored)
        return None
