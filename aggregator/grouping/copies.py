"""
Whether two articles repeat one text, whole or cut. Pure.

Requirement. What stands together here is never parted again, except by an operator, so a wrong pair
is worse than a missed one, which grouping by meaning usually catches.

Theory. Two articles of one canonical address are one text, except of one outlet: that outlet's
items were kept apart on purpose (a live blog gives one link to all its items). Otherwise the
fingerprints decide, with three guards:

- texts whose numbers differ, or whose headlines are one frame with other names in it, are no
  copies: the exchange rates of two days are one text but for the figures;
- items of one outlet must be one text nearly whole: its follow-up begins with the news and repeats
  yesterday's article below (seen: "former husband makes a video", and the day after "former husband
  arrested", with two thirds in common);
- a text that is only a part of the other must also be near it in meaning: a teaser is about what
  its text is about, while a summary of the day holds ten leads word for word and would glue ten
  events into one.

Known exceptions. A correction that changes the only number of a short text is left to grouping by
meaning. A summary whose own headline is its first item's is taken for a longer version of that
item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.grouping.features import contradict, share_frame
from aggregator.grouping.pairs import compute_cosines, find_even_cosine
from aggregator.text.sketch import is_contained, measure_containment

if TYPE_CHECKING:
    from aggregator.grouping.pairs import Reading

    _Sketch = tuple[int, ...]

__all__ = ["SHARED_RUNS", "explain_copy"]

# Pairs that share fewer runs of words than this are not looked at: ten runs are the least that can
# match, and two in three of them must.
SHARED_RUNS = 6
# From this share of runs in common two items of one outlet are one text under two addresses.
_WHOLE = 0.9


def explain_copy(one: Reading, other: Reading) -> str:
    """Say why two articles are one text, in words; empty if they are not taken for one."""
    same_outlet = one.article.outlet_id == other.article.outlet_id
    if not same_outlet and _share_address(one, other):
        return "one address"
    if _differ_on_purpose(one, other):
        return ""
    left = one.article.sketch
    right = other.article.sketch
    ways = is_contained(left, right) + is_contained(right, left)
    if not ways:
        return ""
    if same_outlet:
        return "one text of one outlet" if _are_whole(left, right) else ""
    if ways > 1:
        return "one text"
    return "the text of one stands in the other" if _are_near(one, other) else ""


def _are_whole(left: _Sketch, right: _Sketch) -> bool:
    """Say whether each of two fingerprints is nearly all in the other."""
    left_share, _ = measure_containment(left, right)
    right_share, _ = measure_containment(right, left)
    return min(left_share, right_share) >= _WHOLE


def _share_address(one: Reading, other: Reading) -> bool:
    address = one.article.url
    return bool(address) and address == other.article.url


def _differ_on_purpose(one: Reading, other: Reading) -> bool:
    """Say whether numbers differ, or headlines are one frame with other names in it."""
    if contradict(one.marks, other.marks):
        return True
    same_language = one.article.language == other.article.language
    return same_language and share_frame(one.marks, other.marks)


def _are_near(one: Reading, other: Reading) -> bool:
    even = find_even_cosine(one.article.language, other.article.language)
    cosine = compute_cosines(one.row[None], other.row)[0]
    return bool(cosine >= even)
