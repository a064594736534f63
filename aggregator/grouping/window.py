"""
Articles of some days and their stories, kept as articles come, change and go.

The stories depend on the articles and the rulings alone: whatever the order in which articles were
put in, and whether they were put in at once or one by one, ``stories`` gives the same (a property
test holds this). It follows from three things. A pair's score depends on the pair (``pairs``).
Groups can only join where some pair of theirs scores over 0, so the parts of the graph whose links
are such pairs, copies and pins never meet, and each part is grouped by itself. Within a part
articles are taken in order of time.

So one more article costs a product of its vector with the others', a look at the few that are near,
and a new grouping of its own part.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from aggregator.grouping.best import choose_best
from aggregator.grouping.copies import SHARED_RUNS, copied
from aggregator.grouping.linkage import link
from aggregator.grouping.overrides import NONE
from aggregator.grouping.pairs import (
    SHIPPED,
    STEP,
    cosines,
    evidence,
    meeting,
    read,
    time_of,
    tongue,
)
from aggregator.grouping.postings import Postings
from aggregator.languages import Language
from aggregator.models import Copy, Story, pair_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from aggregator.grouping.pairs import Model, Reading
    from aggregator.models import Article, Overrides

__all__ = ["StoryView", "Window"]

# A mean of scores with one of these among them is far below 0, however many others there are.
_NEVER = -1e9
_ROWS_AT_FIRST = 256
# Articles whose vectors are compared with all others in one product.
_PORTION = 128


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class StoryView:
    """
    Whom a story is preferably told by.

    Attributes:
        official: Ids of outlets that speak for a state body.
        preferred: Languages, those translated best first.
    """

    official: Collection[str] = ()
    preferred: Sequence[str] = ()


@dataclass(slots=True)
class _Rows:
    """
    Vectors of the grid by slot, with the kinds of articles that decide how near is near.

    Grows by doubling.
    """

    grid: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((_ROWS_AT_FIRST, 0), dtype=np.float32)
    )
    kinds: NDArray[np.intp] = field(default_factory=lambda: np.zeros(_ROWS_AT_FIRST, dtype=np.intp))
    used: int = 0

    def add(self, row: NDArray[np.float32], kind: int) -> int:
        if self.used == len(self.kinds) or row.size != self.grid.shape[1]:
            grid = np.zeros((max(2 * self.used, _ROWS_AT_FIRST), row.size), dtype=np.float32)
            kinds = np.zeros(len(grid), dtype=np.intp)
            grid[: self.used, : self.grid.shape[1]] = self.grid[: self.used]
            kinds[: self.used] = self.kinds[: self.used]
            self.grid = grid
            self.kinds = kinds
        self.grid[self.used], self.kinds[self.used] = row, kind
        self.used += 1
        return self.used - 1


class Window:
    """
    See the module. Not for several threads.

    Args:
        overrides: What an operator has decided.
        model: What evidence is worth.
    """

    def __init__(self, overrides: Overrides = NONE, model: Model = SHIPPED) -> None:
        self._rulings = overrides
        self._model = model
        self._ruled: dict[str, set[str]] = defaultdict(set)
        for one, other in overrides.pinned:
            self._ruled[one].add(other)
            self._ruled[other].add(one)
        self._languages = sorted(Language)
        kinds = [(language, longer) for language in self._languages for longer in (False, True)]
        self._bars = np.array(
            [[_bar(model, one, other) for other in kinds] for one in kinds], dtype=np.float32
        )
        self._readings: dict[str, Reading] = {}
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []
        self._rows = _Rows()
        self._postings = Postings()
        self._addresses: dict[str, set[str]] = defaultdict(set)
        self._links: dict[str, dict[str, bool]] = {}  # to whom, and whether as a copy
        self._changed: set[str] = set()
        self._part: dict[str, str] = {}
        self._groups: dict[str, list[list[list[Reading]]]] = {}
        self._told: dict[str, list[tuple[tuple[float, str], Story]]] = {}
        self._telling = StoryView()

    def __len__(self) -> int:
        return len(self._readings)

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._readings

    def update(self, articles: Iterable[Article], gone: Iterable[str] = ()) -> None:
        """Put articles in, new ones and new versions, and take others out."""
        for article_id in gone:
            self._drop(article_id)
        newest = {article.id: article for article in articles}
        for article_id in newest:
            self._drop(article_id)
        self._put([read(article) for article in newest.values()])
        if len(self._ids) > 2 * len(self._readings) + _ROWS_AT_FIRST:
            self._compact()

    def _compact(self) -> None:
        """Give slots anew to the articles that are there; what was found out about them stays."""
        self._slots = {}
        self._ids = []
        self._rows = _Rows()
        self._postings = Postings()
        for key, reading in self._readings.items():
            self._slots[key] = self._rows.add(reading.row, self._kind(reading))
            self._postings.add(self._slots[key], reading.article.sketch)
            self._ids.append(key)

    def _put(self, readings: Sequence[Reading]) -> None:
        for start in range(0, len(readings), _PORTION):
            portion = readings[start : start + _PORTION]
            slots = [self._rows.add(item.row, self._kind(item)) for item in portion]
            for reading, slot, near in zip(portion, slots, self._near(portion, slots), strict=True):
                self._place(reading, slot, self._links_of(reading, near))

    def _kind(self, reading: Reading) -> int:
        return 2 * self._languages.index(Language(reading.article.language)) + reading.longer

    def _place(
        self,
        reading: Reading,
        slot: int,
        links: dict[str, bool],
    ) -> None:
        article = reading.article
        self._ids.append(article.id)
        self._readings[article.id], self._slots[article.id] = reading, slot
        self._postings.add(slot, article.sketch)
        if article.url:
            self._addresses[article.url].add(article.id)
        self._links[article.id] = links
        for other, copy in links.items():
            self._links[other][article.id] = copy
        self._changed.add(article.id)

    def _drop(self, article_id: str) -> None:
        reading = self._readings.pop(article_id, None)
        if reading is None:
            return
        # The slot stays in the postings and is passed over; its row answers no question any more.
        self._rows.grid[self._slots.pop(article_id)] = 0.0
        if url := reading.article.url:
            self._addresses[url].discard(article_id)
            if not self._addresses[url]:
                del self._addresses[url]
        for other in self._links.pop(article_id):
            del self._links[other][article_id]
            self._changed.add(other)
        self._changed.add(article_id)

    def _links_of(self, reading: Reading, near: Iterable[int]) -> dict[str, bool]:
        """Return the articles this one may stand with, and whether as a copy."""
        article = reading.article
        found = {}
        for slot in near:
            other = self._ids[slot]
            if self._slots.get(other) != slot:
                continue
            if self._model.score(evidence(reading, self._readings[other])) > 0:
                found[other] = False
        found.update(
            {other: False for other in self._ruled.get(article.id, ()) if other in self._readings}
        )
        for other in self._may_be_copies(article):
            if copied(reading, self._readings[other]):
                found[other] = True
        return {
            key: copy
            for key, copy in found.items()
            if pair_of(key, article.id) not in self._rulings.split
        }

    def _near(self, portion: Sequence[Reading], slots: Sequence[int]) -> list[list[int]]:
        """Return for each of a portion the slots before its own that are near enough in meaning to be looked at."""
        used = self._rows.used
        kinds = self._rows.kinds
        all_cosines = cosines(self._rows.grid[:used], np.stack([item.row for item in portion]).T)
        found = []
        for place, (reading, slot) in enumerate(zip(portion, slots, strict=True)):
            bars = self._bars[self._kind(reading)][kinds[:slot]]
            near = np.flatnonzero(all_cosines[:slot, place] >= bars) if reading.row.any() else ()
            found.append([int(at) for at in near])
        return found

    def _may_be_copies(self, article: Article) -> set[str]:
        slots = self._postings.sharing(article.sketch, SHARED_RUNS)
        shared = {key for slot in slots if self._slots.get(key := self._ids[slot]) == slot}
        return (shared | self._addresses.get(article.url, set())) - {article.id}

    def stories(self, with_channels: StoryView | None = None) -> tuple[Story, ...]:
        """Return the stories by their first article's time; every article stands in exactly one."""
        self._regroup()
        with_channels = with_channels or StoryView()
        if with_channels != self._telling:
            self._told = {}
            self._telling = with_channels
        for part in self._groups.keys() - self._told.keys():
            self._told[part] = [_story(group, with_channels) for group in self._groups[part]]
        told = [item for items in self._told.values() for item in items]
        return tuple(story for _, story in sorted(told, key=lambda item: item[0]))

    def _regroup(self) -> None:
        stale = {self._part[key] for key in self._changed if key in self._part}
        waiting = {key for part in stale for key in self._forget(part)} | self._changed
        waiting &= self._readings.keys()
        while waiting:
            reached = self._reach(next(iter(waiting)))
            waiting -= reached
            # A part that was not stale is joined by what is new.
            for part in {self._part[key] for key in reached if key in self._part}:
                self._forget(part)
            name = min(reached)
            self._part.update(dict.fromkeys(reached, name))
            self._groups[name] = self._group(
                sorted(reached, key=lambda key: time_of(self._readings[key].article))
            )
        self._changed = set()

    def _forget(self, part: str) -> list[str]:
        """Forget how a part was grouped; returns the articles that were in it."""
        members = [
            reading.article.id
            for group in self._groups.pop(part)
            for unit in group
            for reading in unit
        ]
        self._told.pop(part, None)
        for key in members:
            del self._part[key]
        return members

    def _reach(self, start: str) -> set[str]:
        found = {start}
        edge = [start]
        while edge:
            for other in self._links[edge.pop()]:
                if other not in found:
                    found.add(other)
                    edge.append(other)
        return found

    def _group(self, part: Sequence[str]) -> list[list[list[Reading]]]:
        """Group one part: stories of units of copies."""
        readings = [self._readings[key] for key in part]
        units = self._units(part)
        unit_of = {place: number for number, unit in enumerate(units) for place in unit}
        scores = (
            ((i, j), self._score(readings[i], readings[j]))
            for i, j in combinations(range(len(part)), 2)
            if unit_of[i] != unit_of[j]
        )
        groups = link(units, scores, unseen=_NEVER)
        return [
            [[readings[place] for place in units[unit]] for unit in sorted(group)]
            for group in groups
        ]

    def _score(self, one: Reading, other: Reading) -> float:
        if pair_of(one.article.id, other.article.id) in self._rulings.split:
            return _NEVER
        return self._model.score(evidence(one, other))

    def _units(self, part: Sequence[str]) -> list[list[int]]:
        """Put copies and pinned articles together, unless that puts together what was split."""
        places = {key: place for place, key in enumerate(part)}
        joined = _Joined(len(part))
        pins = sorted(pair for pair in self._rulings.pinned if places.keys() >= {*pair})
        for one, other in (*pins, *self._copies_in(part)):
            low, high = joined.roots_of(places[one], places[other])
            members = (
                [part[place] for place in joined.members_of(low, high)]
                if self._rulings.split
                else []
            )
            if not self._any_split(members):
                joined.parents[high] = low
        return joined.list_units()

    def _copies_in(self, part: Sequence[str]) -> list[tuple[str, str]]:
        """Return the pairs of one part that are one text, in order."""
        copies = []
        for key in part:
            links = self._links[key].items()
            copies += [(key, other) for other, copy in links if copy and key < other]
        return sorted(copies)

    def _any_split(self, article_ids: Iterable[str]) -> bool:
        return any(
            pair_of(one, other) in self._rulings.split
            for one, other in combinations(article_ids, 2)
        )


class _Joined:
    """
    Places joined into units; the lowest place of a unit stands for it.

    Attributes:
        parents: Of each place, a lower one of its unit; itself for the lowest.
    """

    def __init__(self, count: int) -> None:
        self.parents = list(range(count))

    def roots_of(self, one: int, other: int) -> tuple[int, int]:
        """Return the places that stand for the units of two, the lower first."""
        roots = self._root(one), self._root(other)
        return min(roots), max(roots)

    def members_of(self, *roots: int) -> list[int]:
        """Return the places of some units, unit by unit."""
        members = []
        for root in dict.fromkeys(roots):
            members += [place for place in range(len(self.parents)) if self._root(place) == root]
        return members

    def list_units(self) -> list[list[int]]:
        """Return the places of each unit, the units by their lowest place."""
        units: dict[int, list[int]] = defaultdict(list)
        for place in range(len(self.parents)):
            units[self._root(place)].append(place)
        return list(units.values())

    def _root(self, place: int) -> int:
        while self.parents[place] != place:
            place = self.parents[place]
        return place


def _bar(model: Model, one: tuple[str, bool], other: tuple[str, bool]) -> float:
    """Return the cosine, between two languages with or without longer beginnings, that leaves no hope below it."""
    least = model.least_meaning(
        across=tongue(one[0]) != tongue(other[0]), longer=one[1] and other[1]
    )
    return meeting(one[0], other[0]) + least * STEP


def _story(
    units: Sequence[Sequence[Reading]], with_channels: StoryView
) -> tuple[tuple[float, str], Story]:
    """
    Make a story.

    Of each unit of copies one article tells it in words of its own, the best or else the first.
    """
    articles = [[reading.article for reading in unit] for unit in units]
    every = sorted((article for unit in articles for article in unit), key=time_of)
    best = choose_best(every, official=with_channels.official, preferred=with_channels.preferred)
    relation = {}
    for unit in articles:
        own = best if best in unit else unit[0]
        relation.update(
            {article.id: Copy.SAME_EVENT if article is own else Copy.SAME_TEXT for article in unit}
        )
    relation[best.id] = Copy.BEST
    return time_of(every[0]), Story(
        id=blake2b(every[0].id.encode(), digest_size=8).hexdigest(),
        best=best.id,
        articles=tuple(
            (article.id, relation[article.id])
            for article in sorted(
                every, key=lambda article: (article is not best, time_of(article))
            )
        ),
    )
