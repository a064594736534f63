"""
Which articles tell one event.

Requirement. Merging two events loses one of them: the reader never learns of it. Telling one event twice costs the
reader a glance. So the first mistake is the worse one, and in doubt articles stay apart.

Theory. Copies of one text are found first (``copies``) and stand or fall together. For every two articles that could be
one event a score is formed (``pairs``) from

- the cosine of their embeddings, counted from where pairs of their two languages begin to be of one event (e5 puts
  everything between 0.7 and 1, and pairs in different languages lower than pairs in one);
- names and numbers in common (``features.overlap``), which embeddings blur: two fires are alike, two towns are not;
- headlines that are one frame with other names in it, against;
- other numbers in headline and lead, against;
- time apart, against: what is told again days later is usually the next event of the same story.

The weights are a logistic regression over 128 labelled Russian pairs (the public pairs of the Telegram contest's
clustering data) and the demo's corpus; a score over 0 says that one event is likelier than two. Stories are then formed
by average linkage (``linkage``): two groups join while the mean score of their pairs is over 0, so that a chain of
neighbours does not glue a day together. The result depends on the articles alone, not on their order.

Measured. Labelled pairs, five-fold: F1 0.83 (cosine alone with the best threshold for all of them 0.85 on the same
pairs; a baseline of 3-grams 0.74). Demo, 120 articles of three days in three languages: see docs/benchmarks.md. The
demo's articles were among those the weights were fitted on, so its figures are no promise.

Known exceptions. Several agencies doing the same thing on one day in one programme (who moves to which messenger) are
near in meaning and share all names. A match announced and the match played differ in tense alone.

Roads not taken. Single linkage (chains). A threshold on the cosine alone (the dollar's rate on two days: 0.99). DBSCAN
(one density for quiet and loud stories). A language model as judge (it would have to run here, for every pair).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.grouping.rulings import NONE
from aggregator.grouping.window import Telling, Window

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aggregator.grouping.rulings import Rulings
    from aggregator.models import Article, Story

__all__ = ["group"]


def group(
    articles: Sequence[Article],
    *,
    official: Collection[str] = (),
    preferred: Sequence[str] = (),
    rulings: Rulings = NONE,
) -> tuple[Story, ...]:
    """
    Form stories.

    Args:
        articles: All of a window of days, embedded; one without a vector is grouped by its text alone.
        official: Ids of outlets that speak for a state body; they are preferred to tell a story.
        preferred: Languages whose articles are preferred to tell a story, the best first.
        rulings: What an operator has decided.

    Returns:
        Stories by their first article's time; every article stands in exactly one.
    """
    window = Window(rulings)
    window.update(articles)
    return window.stories(Telling(official=official, preferred=preferred))
