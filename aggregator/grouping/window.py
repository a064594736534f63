"""
Articles of some days and their stories, kept as articles come, change and go.

The stories depend on the articles and the overrides alone: whatever the order in which articles
were put in, and whether they were put in at once or one by one, ``stories`` gives the same (a
property test holds this). It follows from three things. A pair's score depends on the pair
(``pairs``). Groups can only join where some pair of theirs scores over 0, so the parts of the graph
whose links are such pairs, copies and pins never meet, and each part is grouped by itself. Within a
part articles are taken in order of time.

So one more article costs a product of its vector with the others', a look at the few that are near,
and a new grouping of its own part.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, combinations, product
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from aggregator.grouping.best import choose_best
from aggregator.grouping.copies import SHARED_RUNS, explain_copy
from aggregator.grouping.linkage import link
from aggregator.grouping.overrides import NONE
from aggregator.grouping.pairs import (
    SHIPPED,
    STEP,
    compute_cosines,
    find_even_cosine,
    gather_evidence,
    is_likely,
    make_order_key,
    read_article,
)
from aggregator.grouping.postings import Postings
from aggregator.grouping.rows import ROWS_AT_FIRST, Rows
from aggregator.grouping.units import Units
from aggregator.grouping.words import drop_script
from aggregator.languages import Language
from aggregator.models import Copy, Story, pair_of

if TYPE_CHECKING:
    from collections.abc import (
        Collection,
        Iterable,
        Iterator,
        Sequence,
    )

    from numpy.typing import NDArray

    from aggregator.grouping.pairs import Model, Reading
    from aggregator.models import Article, Overrides

    _IdPair = tuple[str, str]
    # By article id, whether it is a copy.
    _Links = dict[str, bool]
    # Places of two articles, and their score.
    _ScoredPair = tuple[tuple[int, int], float]
    # The units of one story, each an article and its copies.
    _Group = list[list[Reading]]
    # A story behind what it is put in order by: seconds since 1970, then an id.
    _PlacedStory = tuple[tuple[float, str], Story]

__all__ = ["StoryView", "Window"]

# A mean of scores with one of these among them is far below 0, however many others there are.
_NEVER = -1e9
# Articles whose vectors are compared with all others in one product.
_PORTION = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """
    What decides which article leads a story.

    Attributes:
        official: Ids of outlets that speak for a state body.
        preferred: Languages, those translated best first.
    """

    official: Collection[str] = ()
    preferred: Sequence[str] = ()


class Window:
    """
    See the module. Not for several threads.

    Args:
        overrides: What an operator has decided.
        model: What evidence is worth.
    """

    def __init__(
        self,
        overrides: Overrides = NONE,
        model: Model = SHIPPED,
    ) -> None:
        self._overrides = overrides
        self._model = model
        self._pins = _map_pins(overrides)
        self._languages = sorted(Language)
        self._bars = _make_bars(model, self._languages)
        self._readings: dict[str, Reading] = {}
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []
        self._rows = Rows()
        self._postings = Postings()
        self._addresses: dict[str, set[str]] = defaultdict(set)
        self._links: dict[str, _Links] = {}  # to whom, and whether as a copy
        self._changed: set[str] = set()
        self._parts: dict[str, str] = {}
        self._groups: dict[str, list[_Group]] = {}
        self._stories: dict[str, list[_PlacedStory]] = {}
        self._view = StoryView()

    def __len__(self) -> int:
        return len(self._readings)

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._readings

    def update(
        self,
        articles: Iterable[Article],
        gone: Iterable[str] = (),
    ) -> None:
        """Put articles in, new ones and new versions, and take others out."""
        for article_id in gone:
            self._drop(article_id)
        newest = {article.id: article for article in articles}
        for article_id in newest:
            self._drop(article_id)
        readings = [read_article(article) for article in newest.values()]
        self._put(readings)
        most_slots = 2 * len(self._readings) + ROWS_AT_FIRST
        if len(self._ids) > most_slots:
            self._compact()

    def _compact(self) -> None:
        """Give slots anew to the articles that are there; what was found out about them stays."""
        self._slots = {}
        self._ids = []
        self._rows = Rows()
        self._postings = Postings()
        for article_id, reading in self._readings.items():
            kind = self._find_kind(reading)
            slot = self._rows.add(reading.row, kind)
            self._slots[article_id] = slot
            sketch = reading.article.sketch
            self._postings.add(slot, sketch)
            self._ids.append(article_id)

    def _put(self, readings: Sequence[Reading]) -> None:
        for start in range(0, len(readings), _PORTION):
            portion = readings[start : start + _PORTION]
            slots = []
            for reading in portion:
                kind = self._find_kind(reading)
                slot = self._rows.add(reading.row, kind)
                slots.append(slot)
            all_near = self._find_near(portion, slots)
            looked_up = zip(portion, slots, all_near, strict=True)
            for reading, slot, near in looked_up:
                links = self._find_links(reading, near)
                self._place(reading, slot, links)

    def _find_kind(self, reading: Reading) -> int:
        """Return the row and column of ``_bars`` for an article."""
        language = Language(reading.article.language)
        place = self._languages.index(language)
        return 2 * place + reading.longer

    def _place(
        self,
        reading: Reading,
        slot: int,
        links: _Links,
    ) -> None:
        article = reading.article
        self._ids.append(article.id)
        self._readings[article.id] = reading
        self._slots[article.id] = slot
        self._postings.add(slot, article.sketch)
        if article.url:
            same_address = self._addresses[article.url]
            same_address.add(article.id)
        self._links[article.id] = links
        for other_id, is_copy in links.items():
            self._links[other_id][article.id] = is_copy
        self._changed.add(article.id)

    def _drop(self, article_id: str) -> None:
        reading = self._readings.pop(article_id, None)
        if reading is None:
            return
        # The slot stays in the postings and is passed over; its row answers no question any more.
        slot = self._slots.pop(article_id)
        self._rows.clear(slot)
        self._drop_address(reading.article)
        links = self._links.pop(article_id)
        for other_id in links:
            del self._links[other_id][article_id]
            self._changed.add(other_id)
        self._changed.add(article_id)

    def _drop_address(self, article: Article) -> None:
        if not article.url:
            return
        same_address = self._addresses[article.url]
        same_address.discard(article.id)
        if not same_address:
            del self._addresses[article.url]

    def _find_links(
        self,
        reading: Reading,
        near: Iterable[int],
    ) -> _Links:
        """Return the articles this one may stand with, and whether as a copy."""
        article = reading.article
        events = self._find_events(reading, near)
        links = dict.fromkeys(events, False)
        pinned = self._pins.get(article.id, ())
        for other_id in pinned:
            if other_id in self._readings:
                links[other_id] = False
        for other_id in self._find_copies(article):
            other = self._readings[other_id]
            if explain_copy(reading, other):
                links[other_id] = True
        for other_id in list(links):
            if self._is_split(other_id, article.id):
                del links[other_id]
        return links

    def _find_events(
        self,
        reading: Reading,
        near: Iterable[int],
    ) -> list[str]:
        """Return the ids of the articles in some slots that are likelier one event than not."""
        likely = []
        for slot in near:
            other_id = self._ids[slot]
            if self._slots.get(other_id) != slot:
                continue
            other = self._readings[other_id]
            if is_likely(self._model, reading, other):
                likely.append(other_id)
        return likely

    def _find_near(
        self,
        portion: Sequence[Reading],
        slots: Sequence[int],
    ) -> list[list[int]]:
        """Return for each of a portion the slots before its own that are worth a look."""
        used = self._rows.used
        kinds = self._rows.kinds
        stacked = np.stack([reading.row for reading in portion])
        grid = self._rows.grid[:used]
        cosines = compute_cosines(grid, stacked.T)
        all_near = []
        for place, reading in enumerate(portion):
            near: list[int] = []
            if reading.row.any():
                slot = slots[place]
                kind = self._find_kind(reading)
                earlier_kinds = kinds[:slot]
                bars = self._bars[kind][earlier_kinds]
                earlier_cosines = cosines[:slot, place]
                is_near = earlier_cosines >= bars
                near = np.flatnonzero(is_near).tolist()
            all_near.append(near)
        return all_near

    def _find_copies(self, article: Article) -> set[str]:
        """Return the ids of the articles that share an address or enough runs of words."""
        same_address = self._addresses.get(article.url, ())
        candidates = set(same_address)
        sharing = self._postings.find_sharing(article.sketch, SHARED_RUNS)
        for slot in sharing:
            other_id = self._ids[slot]
            if self._slots.get(other_id) == slot:
                candidates.add(other_id)
        candidates.discard(article.id)
        return candidates

    def _is_split(
        self,
        one_id: str,
        other_id: str,
    ) -> bool:
        pair = pair_of(one_id, other_id)
        return pair in self._overrides.split

    def stories(self, view: StoryView | None = None) -> tuple[Story, ...]:
        """Return the stories by their first article's time; every article stands in exactly one."""
        self._regroup()
        view = view or StoryView()
        if view != self._view:
            self._stories = {}
            self._view = view
        grouped = self._groups.keys()
        new_parts = grouped - self._stories.keys()
        for part in new_parts:
            groups = self._groups[part]
            part_stories = [_make_story(group, view) for group in groups]
            self._stories[part] = part_stories
        stories = chain.from_iterable(self._stories.values())
        placed = sorted(stories, key=itemgetter(0))
        return tuple(story for _, story in placed)

    def _regroup(self) -> None:
        waiting = set(self._changed)
        for part in self._find_parts(self._changed):
            waiting.update(self._forget(part))
        waiting &= self._readings.keys()
        while waiting:
            start = next(iter(waiting))
            reached = self._reach(start)
            waiting -= reached
            # A part that was not stale is joined by what is new.
            for part in self._find_parts(reached):
                self._forget(part)
            name = min(reached)
            for article_id in reached:
                self._parts[article_id] = name
            ordered = self._order(reached)
            self._groups[name] = self._group(ordered)
        self._changed = set()

    def _find_parts(self, article_ids: Iterable[str]) -> set[str]:
        """Return the parts that some articles were in when they were last grouped."""
        parts = set()
        for article_id in article_ids:
            part = self._parts.get(article_id)
            if part is not None:
                parts.add(part)
        return parts

    def _order(self, article_ids: Iterable[str]) -> list[str]:
        """Return ids by the time of their articles."""
        articles = [self._readings[key].article for key in article_ids]
        articles.sort(key=make_order_key)
        return [article.id for article in articles]

    def _forget(self, part: str) -> list[str]:
        """Forget how a part was grouped; returns the articles that were in it."""
        groups = self._groups.pop(part)
        units = chain.from_iterable(groups)
        readings = chain.from_iterable(units)
        members = [reading.article.id for reading in readings]
        self._stories.pop(part, None)
        for article_id in members:
            del self._parts[article_id]
        return members

    def _reach(self, start: str) -> set[str]:
        """Return all that links lead to from one article, itself included."""
        reached = {start}
        edge = [start]
        while edge:
            article_id = edge.pop()
            for other_id in self._links[article_id]:
                if other_id not in reached:
                    reached.add(other_id)
                    edge.append(other_id)
        return reached

    def _group(self, part: Sequence[str]) -> list[_Group]:
        """Group one part: stories of units of copies."""
        readings = [self._readings[article_id] for article_id in part]
        units = self._make_units(part)
        scores = self._score_pairs(readings, units)
        groups = []
        for group in link(units, scores, unseen=_NEVER):
            members = [units[number] for number in sorted(group)]
            picked = [_pick(readings, places) for places in members]
            groups.append(picked)
        return groups

    def _score_pairs(
        self,
        readings: Sequence[Reading],
        units: Sequence[Sequence[int]],
    ) -> Iterator[_ScoredPair]:
        """Give places and score of every two articles that are of two units."""
        unit_of: dict[int, int] = {}
        for number, unit in enumerate(units):
            unit_of.update(dict.fromkeys(unit, number))
        places = range(len(readings))
        for i, j in combinations(places, 2):
            if unit_of[i] == unit_of[j]:
                continue
            one = readings[i]
            other = readings[j]
            yield (i, j), self._score(one, other)

    def _score(
        self,
        one: Reading,
        other: Reading,
    ) -> float:
        one_id = one.article.id
        other_id = other.article.id
        if self._is_split(one_id, other_id):
            return _NEVER
        evidence = gather_evidence(one, other)
        return self._model.score(evidence)

    def _make_units(self, part: Sequence[str]) -> list[list[int]]:
        """Put copies and pinned articles together, unless that puts together what was split."""
        places = {article_id: place for place, article_id in enumerate(part)}
        units = Units(len(part))
        pins = self._list_pins(places)
        copies = self._list_copies(part)
        for one, other in pins + copies:
            one_place = places[one]
            other_place = places[other]
            low, high = units.find_roots(one_place, other_place)
            if self._overrides.split:
                together = units.list_members(low, high)
                ids = [part[place] for place in together]
                if self._any_split(ids):
                    continue
            units.join(low, high)
        return units.list_units()

    def _list_pins(self, article_ids: Collection[str]) -> list[_IdPair]:
        """Return the pairs of some articles that are pinned, in order."""
        pins = []
        for one, other in self._overrides.pinned:
            if one in article_ids and other in article_ids:
                pins.append((one, other))
        return sorted(pins)

    def _list_copies(self, part: Sequence[str]) -> list[_IdPair]:
        """Return the pairs of one part that are one text, in order."""
        copies = []
        for article_id in part:
            links = self._links[article_id]
            for other_id, is_copy in links.items():
                if is_copy and article_id < other_id:
                    copies.append((article_id, other_id))
        return sorted(copies)

    def _any_split(self, article_ids: Iterable[str]) -> bool:
        pairs = combinations(article_ids, 2)
        return any(self._is_split(one, other) for one, other in pairs)


def _pick(
    readings: Sequence[Reading],
    places: Iterable[int],
) -> list[Reading]:
    return [readings[place] for place in places]


def _map_pins(overrides: Overrides) -> dict[str, set[str]]:
    """Return by article id the articles it is pinned to."""
    pins: dict[str, set[str]] = defaultdict(set)
    for one, other in overrides.pinned:
        pins[one].add(other)
        pins[other].add(one)
    return pins


def _make_bars(
    model: Model,
    languages: Sequence[str],
) -> NDArray[np.float32]:
    """Return the cosine below which two articles are not compared, by kind and kind."""
    longer = (False, True)
    kinds = list(product(languages, longer))
    bars = []
    for one in kinds:
        row = [_find_bar(model, one, other) for other in kinds]
        bars.append(row)
    return np.array(bars, dtype=np.float32)


def _find_bar(
    model: Model,
    one: tuple[str, bool],
    other: tuple[str, bool],
) -> float:
    """Return the cosine of two kinds (language, has a longer beginning) that leaves no hope."""
    one_language, one_longer = one
    other_language, other_longer = other
    across = drop_script(one_language) != drop_script(other_language)
    least_steps = model.find_least_meaning(
        across=across,
        longer=one_longer and other_longer,
    )
    even = find_even_cosine(one_language, other_language)
    return even + least_steps * STEP


def _make_story(units: _Group, view: StoryView) -> _PlacedStory:
    """
    Make a story, and what it is put in order by.

    Of each unit of copies one article has words of its own, the best or else the first.
    """
    readings = chain.from_iterable(units)
    articles = [reading.article for reading in readings]
    articles.sort(key=make_order_key)
    first = articles[0]
    best = choose_best(
        articles,
        official=view.official,
        preferred=view.preferred,
    )
    relations = {}
    for unit in units:
        ids = [reading.article.id for reading in unit]
        same_text = dict.fromkeys(ids, Copy.SAME_TEXT)
        relations.update(same_text)
        own = best.id if best.id in ids else ids[0]
        relations[own] = Copy.SAME_EVENT
    relations[best.id] = Copy.BEST
    ids = [article.id for article in articles if article is not best]
    ids.insert(0, best.id)
    related = [(article_id, relations[article_id]) for article_id in ids]
    first_id = first.id.encode()
    fingerprint = blake2b(first_id, digest_size=8)
    story = Story(
        id=fingerprint.hexdigest(),
        best=best.id,
        articles=tuple(related),
    )
    return make_order_key(first), story
