"""
Which stories of earlier days a story goes on with, as a trial with an arrest.

Requirement. A wrong "Earlier" tells a reader that two events are one; a missing one costs a search.
So the first mistake is the worse one by far, and in doubt nothing is linked. A story is never
merged with what it goes on with: each was news of its day.

Theory. A follow-up has another headline, other words, often another place (the court's) and always
another outcome, so what makes one event of two reports (``pairs``) does not hold here. What stays
are those whom it concerns, and that the new report tells the old news once more. So for a new
report and one that was told a score is formed from

- names in common, rarer ones by far more: a surname that nobody else has says nearly all. Towns
  that the lexicon knows say little: they only speak against having no name in common at all;
- other rare words of either headline that the other report says;
- how much of the old headline, and of the old beginning, the new report says anywhere; across
  languages by translations, kinds and beginnings of names (``bridges``, ``lexicon``);
- numbers in common that are no years and no small ones;
- the cosine of their embeddings, from where pairs in their languages begin to be of one event;
- whether the new headline says that something goes on, ends or has its price ("after", "charged",
  "the toll"), or tells anew what the old one told ("a market burns"): the second fire;
- names of the old headline of which the new report says none, other kinds of thing, other days, a
  headline that is repeated: against.

Outcomes do not speak against: that they change is what a thread is about. A story's score is the
mean of its best pair of reports in one language and its best pair of all: across languages less of
what speaks against is seen. A story with the id of an earlier day's is that story, gone on.

Four rules stand above the score, because what they know is not in it. Rates, magnitudes, prices and
storms come again and again by themselves and in the same words: other values of one measure are
another event (``are_other_events``). Towns that shut each other out, or no name at all in common,
are made up for by a rare name alone (``are_unjoined``).

What a linked story went on with is gone on with too, so a thread grows longer than the days that
are looked at.

The weights are a logistic regression over half of the threads of ``tests/data/threads`` and five
days of the gold, with every pair of their stories on two days (``./run bench threads --fit``);
``start`` is 1 lower than it gave: so much surer than likelier than not a link must be. What comes
of it stands in docs/benchmarks.md.

Known exceptions. A report that names nobody and gives a sentence ("The suspect was arrested") is
not linked. What one company or one person does next is linked if much of the old news is told with
it.

Roads not taken. A model that reads both texts: minutes a digest on a processor. Clustering of all
days at once: a chain of fires becomes a thread. Links among stories of one day: that is grouping.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from aggregator.embedding.vectors import unpack_vectors
from aggregator.grouping.dates import measure_days_apart
from aggregator.grouping.lexicon import OUTCOMES, are_apart
from aggregator.grouping.pairs import STEP, find_even_cosine
from aggregator.grouping.thread_marks import read_thread_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from aggregator.grouping.thread_marks import ThreadMarks
    from aggregator.models import StoryMention, ThreadText, ToldStory

__all__ = [
    "LOOK_BACK_DAYS",
    "MOST_MENTIONS",
    "SHIPPED",
    "ThreadEvidence",
    "ThreadModel",
    "ToldStories",
    "are_other_events",
    "are_unjoined",
    "gather_thread_evidence",
    "join_scores",
]

LOOK_BACK_DAYS = 14
"""How many days before a digest's are looked at."""

MOST_MENTIONS = 12
"""Stories that a thread names, the newest."""

# A name in one text of 150 weighs 5: what is more common is a town, a ministry, a president.
_COMMON_WEIGHT = 5.0
_SCALE = 10.0
_MOST_NAMES = 3.0
_MOST_MEANING = 6.0
_MOST_NUMBERS = 3
_MOST_UNSAID = 2.0
# Of the names in common: one of a rare surname is 0.5, one of a middling one 0.2.
_JOINING_NAMES = 0.5
_ANY_NAMES = 0.2
_TELLING_NAMES = 0.8
_NAMELESS = 0.85
# Looked at of all that was told: the nearest in meaning, for each new report.
_MOST_NEAR = 40
# Families that say what became of something, or whom it befell: a follow-up names other members.
_OUTCOMES = OUTCOMES | {"role", "who"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEvidence:
    """
    What speaks for and against a new report going on with one that was told.

    Attributes:
        meaning: Steps of cosine above where pairs in their languages begin to be of one event.
        names: Weights of the old names that the new report says, but for places of the lexicon,
            over that of a common one, in tens, 3 at most.
        words: The same of the headlines' other words that the other report says.
        told: Share of the old headline, by weight, that the new report says.
        lead: Share of the old beginning, by weight, that the new report says.
        numbers: In common, 3 at most.
        again: The new headline tells a beginning or a mishap as the old one did, 0 to 1.
        kinds: Families of which the headlines name other members, but for outcomes; one that the
            other report mentions makes a half.
        unnamed: Weight of the old headline's names if the new report says none, in tens, 2 at most.
        dates: Days between those they name, 3 at most.
        echo: How much more than half of the shorter headline the other repeats, 0 to 1.
        nameless: How far they are from having a name or a town in common, 0 to 1.
        follows: The new headline says that something goes on, ends, or has its price.
    """

    meaning: float
    names: float
    words: float
    told: float
    lead: float
    numbers: float
    again: float
    kinds: float
    unnamed: float
    dates: float
    echo: float
    nameless: float
    follows: float


_PIECES = tuple(item.name for item in fields(ThreadEvidence))


@dataclass(frozen=True, slots=True)
class ThreadModel:
    """
    What evidence is worth.

    Attributes:
        start: Of every score.
        weights: Points for one of each.
    """

    start: float
    weights: ThreadEvidence

    def score(self, evidence: ThreadEvidence) -> float:
        """Return the log odds that a report goes on with another; over 0 it is linked."""
        points = [self.start]
        for name in _PIECES:
            weight = getattr(self.weights, name)
            amount = getattr(evidence, name)
            points.append(weight * amount)
        return math.fsum(points)


SHIPPED = ThreadModel(
    start=-5.0,
    weights=ThreadEvidence(
        meaning=1.11,
        names=2.98,
        words=2.0,
        told=1.35,
        lead=2.48,
        numbers=1.48,
        again=-1.28,
        kinds=-0.5,
        unnamed=-1.53,
        dates=-0.13,
        echo=-0.31,
        nameless=-1.52,
        follows=1.41,
    ),
)


def gather_thread_evidence(new: ThreadMarks, told: ThreadMarks) -> ThreadEvidence:
    """Return what speaks for and against a new report going on with one that was told."""
    shared_numbers = new.numbers & told.numbers
    days_apart = measure_days_apart(new.days, told.days)
    return ThreadEvidence(
        meaning=_count_steps(new, told),
        names=_weigh_shared(told.names, new),
        words=_weigh_shared_words(new, told),
        told=_share_said(told.title, told, new),
        lead=_share_said(told.lead, told, new),
        numbers=float(min(_MOST_NUMBERS, len(shared_numbers))),
        again=_happens_again(new, told),
        kinds=_count_other_kinds(new, told),
        unnamed=_weigh_unsaid_names(told, new),
        nameless=_measure_namelessness(new, told),
        follows=float(new.goes_on),
        dates=float(days_apart),
        echo=_measure_echo(new, told),
    )


def join_scores(scores: Iterable[tuple[float, bool]]) -> float:
    """
    Return the score of two stories from those of their pairs of reports.

    Args:
        scores: At least one, each with whether the pair is in one language.
    """
    every = list(scores)
    best = max(score for score, _ in every)
    of_one_language = [score for score, same in every if same]
    if not of_one_language:
        return best
    return (best + max(of_one_language)) / 2


def _count_steps(new: ThreadMarks, told: ThreadMarks) -> float:
    even = find_even_cosine(new.language, told.language)
    cosine = float(new.row @ told.row)
    steps = (cosine - even) / STEP
    capped = min(_MOST_MEANING, steps)
    return max(-_MOST_MEANING, capped)


def _weigh_shared(names: Mapping[str, float], new: ThreadMarks) -> float:
    """Return what the names of a report that was told weigh that a new one says."""
    shared = [weight for stem, weight in names.items() if stem in new.said]
    return _weigh_rare(shared)


def _weigh_rare(weights: Iterable[float]) -> float:
    over = [max(0.0, weight - _COMMON_WEIGHT) for weight in weights]
    tens = math.fsum(over) / _SCALE
    return min(_MOST_NAMES, tens)


def _weigh_shared_words(new: ThreadMarks, told: ThreadMarks) -> float:
    shared = {}
    for one, other in ((new, told), (told, new)):
        words = one.title.keys() - one.title_names
        for stem in words:
            if other.says(stem, one):
                shared[stem] = one.title[stem]
    return _weigh_rare(shared.values())


def _share_said(
    stems: Mapping[str, float],
    one: ThreadMarks,
    other: ThreadMarks,
) -> float:
    """Return the share of some stems of a report, by weight, that another says."""
    total = math.fsum(stems.values())
    if not total:
        return 0.0
    said = [weight for stem, weight in stems.items() if other.says(stem, one)]
    return math.fsum(said) / total


def _count_other_kinds(new: ThreadMarks, told: ThreadMarks) -> float:
    others = 0.0
    families = new.title_kinds.keys() & told.title_kinds.keys()
    for family in families - _OUTCOMES:
        ours = new.title_kinds[family]
        theirs = told.title_kinds[family]
        if ours.isdisjoint(theirs):
            ours_unsaid = ours.isdisjoint(told.concepts)
            theirs_unsaid = theirs.isdisjoint(new.concepts)
            others += (ours_unsaid + theirs_unsaid) / 2
    return others


def are_other_events(new: ThreadMarks, told: ThreadMarks) -> bool:
    """
    Say whether the stories of two reports are two events, whatever else they have in common.

    They are if the reports give other values of one measure and share none, or if what they tell
    comes again and again by itself, and no value or rare name says that it is the same.
    """
    both = new.measures.keys() & told.measures.keys()
    shared = []
    for name in both:
        new_values = new.measures[name]
        told_values = told.measures[name]
        if not new_values.isdisjoint(told_values):
            shared.append(name)
    if both and not shared:
        return True
    if new.rows.isdisjoint(told.rows) or shared:
        return False
    names = _weigh_shared(told.names, new)
    return names < _JOINING_NAMES


def are_unjoined(new: ThreadMarks, told: ThreadMarks) -> bool:
    """
    Say whether nothing joins two reports that likeness could make up for.

    Their places shut each other out, and they share no rare name; or they share no name and no
    town, and the new one does not say that something goes on.
    """
    names = _weigh_shared(told.names, new)
    if names < _ANY_NAMES and are_apart(new.places, told.places):
        return True
    if names < _TELLING_NAMES and _are_far(new, told):
        return True
    if new.goes_on or new.recalls:
        return False
    return _measure_namelessness(new, told) > _NAMELESS


def _are_far(new: ThreadMarks, told: ThreadMarks) -> bool:
    """Say whether neither report says anywhere a place of the other's headline."""
    if not are_apart(new.places, told.places):
        return False
    if not new.concepts.isdisjoint(told.places):
        return False
    return told.concepts.isdisjoint(new.places)


def _measure_namelessness(new: ThreadMarks, told: ThreadMarks) -> float:
    """Return how far two reports are from having a name or a town in common, 0 to 1."""
    names = _weigh_shared(told.names, new)
    towns = _weigh_shared(told.towns, new)
    shared = 2 * names + 3 * towns
    return max(0.0, 1.0 - shared)


def _happens_again(new: ThreadMarks, told: ThreadMarks) -> float:
    """Say whether the new headline tells anew what the old one did."""
    both_begin = new.begins and told.begins
    if new.goes_on:
        return float(both_begin) / 2
    if both_begin:
        return 1.0
    shares_mishap = not new.mishaps.isdisjoint(told.mishaps)
    return float(shares_mishap)


def _measure_echo(new: ThreadMarks, told: ThreadMarks) -> float:
    """Return how far the headlines say the same over a half, 0 to 1."""
    ours = new.title.keys()
    theirs = told.title.keys()
    shared = [stem for stem in ours if stem in theirs]
    shorter = min(len(ours), len(theirs))
    share = len(shared) / max(1, shorter)
    return max(0.0, 2 * share - 1)


def _weigh_unsaid_names(one: ThreadMarks, other: ThreadMarks) -> float:
    names = one.title_names & one.names.keys()
    if any(other.says(stem, one) for stem in names):
        return 0.0
    weights = [one.title[stem] for stem in names]
    tens = math.fsum(weights) / _SCALE
    return min(_MOST_UNSAID, tens)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text of a story that was told stands: the story, and the text."""

    told: ToldStory
    text: ThreadText


class ToldStories:
    """
    Stories that earlier digests told, put in order for looking up.

    Args:
        told: Of the days that are looked at; in any order.
        model: What evidence is worth.
    """

    def __init__(
        self,
        told: Sequence[ToldStory],
        model: ThreadModel = SHIPPED,
    ) -> None:
        self._told = sorted(told, key=_sort_key, reverse=True)
        self._model = model
        self._places: list[_Place] = []
        for story in self._told:
            self._places += [_Place(story, text) for text in story.texts]
        vectors = [place.text.vector for place in self._places]
        self._rows = unpack_vectors(vectors)

    def find_thread(
        self,
        story_id: str,
        texts: Sequence[ThreadText],
    ) -> tuple[StoryMention, ...]:
        """
        Find what a story goes on with.

        Args:
            story_id: A story of this id is the same, gone on.
            texts: A report in each language, with all their text.

        Returns:
            The newest first, at most ``MOST_MENTIONS``.
        """
        linked = {story_id, *self._find_linked(texts)}
        mentions: dict[tuple[date, str], StoryMention] = {}
        for story in self._told:
            if story.mention.story not in linked:
                continue
            for mention in (story.mention, *story.thread):
                where = (mention.day, mention.story)
                mentions.setdefault(where, mention)
        newest = sorted(mentions, reverse=True)
        return tuple(mentions[where] for where in newest[:MOST_MENTIONS])

    def _find_linked(self, texts: Sequence[ThreadText]) -> set[str]:
        if not self._places:
            return set()
        scores: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        others: set[str] = set()
        for text in texts:
            marks = read_thread_marks(text)
            for number in self._list_near(marks):
                place = self._places[number]
                told = read_thread_marks(place.text)
                story = place.told.mention.story
                if are_other_events(marks, told):
                    others.add(story)
                if are_unjoined(marks, told):
                    continue
                evidence = gather_thread_evidence(marks, told)
                score = self._model.score(evidence)
                in_one_language = marks.language == told.language
                scores[story].append((score, in_one_language))
        linked = {story for story, pairs in scores.items() if join_scores(pairs) > 0}
        return linked - others

    def _list_near(self, marks: ThreadMarks) -> Iterable[int]:
        """Return the places of the texts that are nearest in meaning."""
        language = marks.language
        evens = [find_even_cosine(language, place.text.language) for place in self._places]
        bars = np.array(evens, dtype=np.float32)
        above = self._rows @ marks.row - bars
        by_nearness = np.argsort(-above, kind="stable")
        nearest: list[int] = by_nearness[:_MOST_NEAR].tolist()
        return nearest


def _sort_key(story: ToldStory) -> tuple[date, str]:
    return story.mention.day, story.mention.story
