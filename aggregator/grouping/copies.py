"""
Which articles repeat one text, whole or cut. Pure.

Requirement. What stands together here is never parted again, so a wrong pair is worse than a missed one, which
grouping by meaning usually catches.

Theory. Two articles of one canonical address are one text, except of one outlet: that outlet's items were told apart on
purpose (a live blog gives one link to all its items). Otherwise the fingerprints decide, with three guards:

- texts whose numbers differ, or whose headlines are one frame with other names in it, are no copies: the exchange rates
  of two days are one text but for the figures;
- items of one outlet must be one text nearly whole: its follow-up begins with the news and repeats yesterday's article
  below (seen: "former husband makes a video", and the day after "former husband arrested", with two thirds in common);
- a text that is only a part of the other must also be near it in meaning: a teaser is about what its text is about,
  while a summary of the day holds ten leads word for word and would glue ten events into one.

Known exceptions. A correction that changes the only number of a short text is left to grouping by meaning. A summary
whose own headline is its first item's is taken for a longer version of that item.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from aggregator.dedup.sketch import containment, repeats
from aggregator.grouping.features import contradict, same_frame
from aggregator.grouping.pairs import cosine, meeting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aggregator.grouping.features import Marks
    from aggregator.grouping.pairs import Pair
    from aggregator.models import Article

__all__ = ["copy_units"]

# A run of words that stands in more texts than this is a phrase of the trade, and would pair everything with
# everything. An agency's text in forty outlets of one country is still found.
_COMMON_RUN = 40
_SHARED_RUNS = 6
# From this share of runs in common two items of one outlet are one text under two addresses.
_WHOLE = 0.9


def copy_units(
    articles: Sequence[Article], grid: NDArray[np.float32], marked: Sequence[Marks]
) -> tuple[tuple[int, ...], ...]:
    """
    Put copies together.

    Args:
        articles: In the order of ``pairs.time_of``.
        grid: Their vectors, see ``pairs.on_grid``.
        marked: Their marks.

    Returns:
        Units of one or more places whose articles are one text, each in order; every place stands in exactly one.
    """
    parent = list(range(len(articles)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    near = (pair for pair in _sharing_runs(articles) if _is_copy(pair, articles, grid, marked))
    for i, j in (*_sharing_address(articles), *near):
        low, high = sorted((root(i), root(j)))
        parent[high] = low
    units: dict[int, list[int]] = defaultdict(list)
    for at in range(len(articles)):
        units[root(at)].append(at)
    return tuple(tuple(members) for members in units.values())


def _sharing_address(articles: Sequence[Article]) -> Iterable[Pair]:
    by_url: dict[str, list[int]] = defaultdict(list)
    for at, article in enumerate(articles):
        if article.url:
            by_url[article.url].append(at)
    for places in by_url.values():
        for i, j in combinations(places, 2):
            if articles[i].outlet_id != articles[j].outlet_id:
                yield i, j


def _sharing_runs(articles: Sequence[Article]) -> Iterable[Pair]:
    by_run: dict[int, list[int]] = defaultdict(list)
    for at, article in enumerate(articles):
        for run in article.sketch:
            by_run[run].append(at)
    shared: Counter[Pair] = Counter()
    for places in by_run.values():
        if len(places) <= _COMMON_RUN:
            shared.update(combinations(places, 2))
    return [pair for pair, count in shared.items() if count >= _SHARED_RUNS]


def _is_copy(pair: Pair, articles: Sequence[Article], grid: NDArray[np.float32], marked: Sequence[Marks]) -> bool:
    i, j = pair
    a, b = articles[i], articles[j]
    if contradict(marked[i], marked[j]) or (a.language == b.language and same_frame(marked[i], marked[j])):
        return False
    if a.outlet_id == b.outlet_id:
        return min(containment(a.sketch, b.sketch)[0], containment(b.sketch, a.sketch)[0]) >= _WHOLE
    ways = repeats(a.sketch, b.sketch) + repeats(b.sketch, a.sketch)
    return ways > 1 or (ways > 0 and cosine(grid, i, j) >= meeting(a, b))
