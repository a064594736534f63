"""
The order of stories in a digest. Pure, total, the same every time.

Requirement. What concerns most people comes first, and a reader who stops after ten stories has
seen the day. Nobody's judgement is asked: the press has judged already, by how many newsrooms took
the trouble to write a story themselves.

    weight = outlets that reported it in their own words
           + 1/3 for each outlet that reprinted another's text
           + 1   if an official source is among them
           + 1/2 for each further language
           + up to 1/2 for how late in the day it was last reported, by full hours

A reprint costs an outlet nothing, so it says little; an official source makes a story certain
rather than large, so it counts as one more outlet; an event reported in both languages reaches both
publics; what is still reported in the evening is still going on. Of equal weights, the one reported
last comes first, and then the id decides, so that the order never depends on anything else.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from aggregator.models import Copy, DigestStory

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

__all__ = ["order_stories", "weigh_story"]

_REPRINT = Fraction(1, 3)
_OFFICIAL = Fraction(1)
_LANGUAGE = Fraction(1, 2)
_FRESH = Fraction(1, 2)
_DAY_HOURS = 24
_HOUR_S = 3_600


def weigh_story(story: DigestStory, midnight: datetime) -> Fraction:
    """
    Return how much a story weighs; see the module.

    Args:
        story: As printed on one day.
        midnight: The moment at which that local day began.
    """
    refs = story.articles
    outlets = {ref.outlet_id for ref in refs}
    own = {ref.outlet_id for ref in refs if ref.relation is not Copy.SAME_TEXT}
    reprints = outlets - own
    languages = {ref.language for ref in refs}
    official = any(ref.official for ref in refs)
    seconds = _find_last_report(story) - midnight.timestamp()
    hours = int(seconds // _HOUR_S)
    weight = len(own) + _REPRINT * len(reprints)
    weight += _OFFICIAL * official
    weight += _LANGUAGE * (len(languages) - 1)
    weight += _FRESH * min(max(hours, 0), _DAY_HOURS) / _DAY_HOURS
    return weight


def _find_last_report(story: DigestStory) -> float:
    """Return when the last article of a story was published, seconds since 1970; 0 if unknown."""
    moments = [ref.published for ref in story.articles if ref.published]
    return max(moments).timestamp() if moments else 0.0


def order_stories(
    stories: Iterable[DigestStory],
    midnight: datetime,
) -> tuple[DigestStory, ...]:
    """Return stories of the local day that began at ``midnight`` in reading order."""

    def make_key(story: DigestStory) -> tuple[Fraction, float, str]:
        return -weigh_story(story, midnight), -_find_last_report(story), story.id

    return tuple(sorted(stories, key=make_key))
