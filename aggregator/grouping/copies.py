"""
Whether two articles repeat one text, whole or cut. Pure.

Requirement. What stands together here is never parted again, except by an operator, so a wrong pair
is worse than a missed one, which grouping by meaning usually catches.

Theory. Two articles of one canonical address are one text, except of one outlet: that outlet's
items were told apart on purpose (a live blog gives one link to all its items). Otherwise the
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

from aggregator.grouping.features import contradict, same_frame
from aggregator.grouping.pairs import cosines, meeting
from aggregator.text.sketch import containment, repeats

if TYPE_CHECKING:
    from aggregator.grouping.pairs import Reading

__all__ = ["SHARED_RUNS", "copied"]

# Pairs that share fewer runs of words than this are not looked at: ten runs are the least that can
# match, and two in three of them must.
SHARED_RUNS = 6
# From this share of runs in common two items of one outlet are one text under two addresses.
_WHOLE = 0.9


def copied(one: Reading, other: Reading) -> str:
    """Say why two articles are one text, in words; empty if they are not taken for one."""
    same_outlet = one.article.outlet_id == other.article.outlet_id
    if not same_outlet and _share_address(one, other):
        return "one address"
    if _differ_on_purpose(one, other):
        return ""
    left = one.article.sketch
    right = other.article.sketch
    ways = repeats(left, right) + repeats(right, left)
    if same_outlet:
        whole = min(containment(left, right)[0], containment(right, left)[0]) >= _WHOLE
        return "one text of one outlet" if ways and whole else ""
    if ways > 1:
        return "one text"
    return "the text of one stands in the other" if ways and _are_near(one, other) else ""


def _share_address(one: Reading, other: Reading) -> bool:
    return bool(one.article.url) and one.article.url == other.article.url


def _differ_on_purpose(one: Reading, other: Reading) -> bool:
    """Their numbers differ, or their headlines are one frame with other names in it."""
    if contradict(one.marks, other.marks):
        return True
    return one.article.language == other.article.language and same_frame(one.marks, other.marks)


def _are_near(one: Reading, other: Reading) -> bool:
    bar = meeting(one.article.language, other.article.language)
    return bool(cosines(one.row[None], other.row)[0] >= bar)
