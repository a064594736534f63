"""
Which articles are of one event.

Requirement. Merging two events loses one of them: the reader never learns of it. Telling one event
twice costs the reader a glance. So the first mistake is the worse one, and in doubt articles stay
apart.

Theory. Copies of one text are found first (``copies``) and stand or fall together. For every two
articles that could be one event a score is formed (``pairs``) from

- the cosine of their embeddings, counted from where pairs of their two languages begin to be of one
  event (e5 puts everything between 0.7 and 1, and pairs in different languages lower than pairs in
  one): of headlines and leads, of longer beginnings where there are any, and of the mean of the
  two, each with a weight of its own;
- how much longer one text is, for, where both give more than a lead: a report and a note of one
  event lie farther apart than two notes, and the length makes up for what it cost the cosine;
- names and numbers in common (``features.measure_overlap``), which embeddings blur: two fires are
  alike, two towns are not. Names meet across Kazakh in both scripts, Russian and English
  (``words``); the rarer, the more (``rarity``);
- names in a headline of which the other article does not speak, against;
- headlines that are one frame with other names in it, against;
- other days named in the text, against ("weather on the 8th", "weather on the 18th");
- what contradicts in any languages, against: places, kinds of thing, outcomes; of bare headlines
  also numbers, names, and words that the other does not say (``contradictions``);
- time apart, against: what is reported again days later is usually the next event of the same
  story.

The weights are a logistic regression over 128 labelled Russian pairs (the public pairs of the
Telegram contest's clustering data) and the gold of seven invented days; those of contradictions a
second one behind it, over these and pairs of siblings (two events of one kind within hours), which
must not teach what one event looks like. A score over 0 says that one event is likelier than two.
Stories are then formed by average linkage (``linkage``): two groups join while the mean score of
their pairs is over 0, so that a chain of neighbours does not glue a day together. The result
depends on the articles alone, not on their order, and a ``window`` keeps it up to date as articles
come. What an operator has decided (``overrides``) goes before all of it.

Measured (docs/benchmarks.md). Labelled pairs, five-fold: F1 0.89. B-cubed on days the weights were
not fitted on: precision 0.99 and 1.00, recall 1.00 and 0.91; on siblings not fitted on 1.00 and
0.99.

Known exceptions. Reports of one event that choose other details and share no name: a president's
speech under five headlines stays two or three stories. Several agencies doing the same thing on one
day in one programme (who moves to which messenger) are near in meaning and share all names. A match
announced and the match played differ in tense alone.

Roads not taken. Single linkage (chains). A threshold on the cosine alone (the dollar's rate on two
days: 0.99; on the labelled pairs its F1 is the same 0.85, on the gold it merges two towns' fires).
Rarity counted among the articles at hand: a pair's score would change with every other article, and
with it the stories. Numbers that differ, and how much of a headline the other text repeats: both
got weights near 0 once names missing were counted. The length of texts that are leads alone: it
shows how generous a feed is. The short beginning of one with the long one of the other, and the
nearest of all: nothing beyond the mean. DBSCAN (one density for quiet and loud stories). A language
model as judge (it would have to run here, for every pair).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.grouping.overrides import NONE
from aggregator.grouping.window import StoryView, Window

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aggregator.models import Article, Overrides, Story

__all__ = ["group"]


def group(
    articles: Sequence[Article],
    *,
    official: Collection[str] = (),
    preferred: Sequence[str] = (),
    overrides: Overrides = NONE,
) -> tuple[Story, ...]:
    """
    Form stories.

    Args:
        articles: All of a window of days, embedded; one without a vector is grouped by its text
            alone.
        official: Ids of outlets that speak for a state body; they are preferred to lead a story.
        preferred: Languages whose articles are preferred to lead a story, the best first.
        overrides: What an operator has decided.

    Returns:
        Stories by their first article's time; every article stands in exactly one.
    """
    window = Window(overrides)
    window.update(articles)
    return window.stories(StoryView(official=official, preferred=preferred))
