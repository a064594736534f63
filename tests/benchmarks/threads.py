"""Threads: how many links are right, and how many right ones are found; time for a digest."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from aggregator.grouping.thread_marks import read_thread_marks
from aggregator.grouping.threads import (
    LOOK_BACK_DAYS,
    SHIPPED,
    ThreadEvidence,
    ToldStories,
    are_other_events,
    are_unjoined,
    gather_thread_evidence,
)
from aggregator.models import StoryMention, ToldStory
from aggregator.store.told import pack_told
from tests.support.threads import (
    find_links,
    list_right_links,
    load_gold_threads,
    load_sibling_threads,
    load_threads,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tests.support.threads import ThreadStory

_RIDGE = 0.45
_PIECES = [piece.name for piece in fields(ThreadEvidence)]
_STORIES = 30


def main(arguments: Sequence[str]) -> None:
    """Print the tables; with ``--fit`` the weights anew, with ``--show`` what is wrong."""
    if "--fit" in arguments:
        _print_fit()
        return
    written = load_threads()
    bare = tuple(_without_more(story) for story in written)
    gold = load_gold_threads()
    sys.stdout.write("stories                      half      links  precision  recall\n")
    for name, stories in (("written", written), ("headline and lead", bare), ("gold", gold)):
        _print_links(name, stories, show="--show" in arguments)
    _print_siblings(load_sibling_threads(), show="--show" in arguments)
    _print_time(written)


def _without_more(story: ThreadStory) -> ThreadStory:
    """Return a story whose reports give one sentence."""
    texts = [replace(text, text=text.text.split(". ")[0]) for text in story.texts]
    return replace(story, texts=tuple(texts))


def _print_links(name: str, stories: tuple[ThreadStory, ...], *, show: bool) -> None:
    links = find_links(stories)
    right = list_right_links(stories)
    names = {story.id: story.name for story in stories}
    for half in dict.fromkeys(map(_name_half, stories)):
        ids = {story.id for story in stories if _name_half(story) == half}
        ours = {link for link in links if link[0] in ids}
        theirs = {link for link in right if link[0] in ids}
        hits = len(ours & theirs)
        sys.stdout.write(
            f"{name:<28} {half:<9} {len(ours):>5}  {hits / max(1, len(ours)):>9.3f}  "
            f"{hits / len(theirs):>6.3f}\n"
        )
    if show:
        for one, other in sorted(links - right):
            sys.stdout.write(f"  wrong: {names[one]} <- {names[other]}\n")
        for one, other in sorted(right - links):
            sys.stdout.write(f"  missed: {names[one]} <- {names[other]}\n")


def _name_half(story: ThreadStory) -> str:
    if story.fresh:
        return "fresh"
    return "held out" if story.held_out else "tuned"


def _print_siblings(stories: tuple[ThreadStory, ...], *, show: bool) -> None:
    """Link siblings, of which each set has two events on two days, and none goes on with any."""
    links = find_links(stories)
    names = {story.id: story.name for story in stories}
    sets = {story.set for story in stories}
    sys.stdout.write(f"siblings: {len(links)} wrong links, {len(sets)} pairs of two events\n")
    if show:
        for one, other in sorted(links):
            sys.stdout.write(f"  wrong: {names[one]} <- {names[other]}\n")


def _print_time(stories: tuple[ThreadStory, ...]) -> None:
    """Link a digest of thirty stories against fourteen days of thirty."""
    wide = [replace(story, id=f"{number:016x}") for number, story in enumerate(_fill(stories))]
    new = wide[:_STORIES]
    told = []
    for number, story in enumerate(wide[_STORIES:]):
        day = new[0].day - timedelta(days=1 + number % LOOK_BACK_DAYS)
        mention = StoryMention(
            day=day, story=story.id, headline="x" * 60, language="en", outlets=("outlet",)
        )
        told.append(ToldStory(mention=mention, texts=story.texts))
    read_thread_marks.cache_clear()
    took = []
    for _ in range(2):
        start = process_time()
        linked = ToldStories(told)
        for story in new:
            linked.find_thread(story.id, story.texts)
        took.append(process_time() - start)
    texts = sum(len(story.texts) for story in told)
    packed = len(pack_told(told))
    sys.stdout.write(
        f"\n{len(new)} stories against {len(told)} ({texts} reports): {took[0]:.2f} s of "
        f"processor, again {took[1]:.2f} s; kept {packed / len(told):,.0f} bytes a story\n"
    )


def _fill(stories: tuple[ThreadStory, ...]) -> Iterator[ThreadStory]:
    """Give as many stories as a digest and what it is compared with have, no text twice."""
    for number in range(_STORIES * (LOOK_BACK_DAYS + 1)):
        story = stories[number % len(stories)]
        turn = number // len(stories)
        texts = [replace(text, text=f"{text.text} {turn}") for text in story.texts]
        yield replace(story, texts=tuple(texts))


class _Pairs:
    """
    Pairs of stories of two days that weights are fitted on.

    Attributes:
        rows: Evidence of the pairs of reports of each, one row a pair.
        same: Whether each of these is in one language.
        right: Whether the new story goes on with the old one.
    """

    def __init__(self) -> None:
        self.rows: list[NDArray[np.float64]] = []
        self.same: list[NDArray[np.bool_]] = []
        self.right: list[bool] = []

    def add(self, stories: tuple[ThreadStory, ...], *, whole: bool) -> None:
        """
        Add the pairs of the half that is tuned on.

        Args:
            stories: In order of days.
            whole: Also pairs whose old story is held out.
        """
        right = list_right_links(stories)
        for new, old in product(stories, stories):
            days = (new.day - old.day).days
            if not 0 < days <= LOOK_BACK_DAYS or new.held_out or (old.held_out and not whole):
                continue
            self._add_pair(new, old, right=(new.id, old.id) in right)

    def _add_pair(self, new: ThreadStory, old: ThreadStory, *, right: bool) -> None:
        rows = []
        same = []
        for one, other in product(new.texts, old.texts):
            marks, told = read_thread_marks(one), read_thread_marks(other)
            if are_other_events(marks, told):
                return
            if not are_unjoined(marks, told):
                evidence = gather_thread_evidence(marks, told)
                rows.append([getattr(evidence, name) for name in _PIECES])
                same.append(marks.language == told.language)
        if rows:
            self.rows.append(np.array(rows))
            self.same.append(np.array(same))
            self.right.append(right)

    def choose(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the best row of each right pair, in one language if there is one."""
        chosen = []
        for rows, same, right in zip(self.rows, self.same, self.right, strict=True):
            if right:
                usable = rows[same] if same.any() else rows
                chosen.append(usable[np.argmax(usable @ weights[1:])])
        return np.array(chosen)


def _print_fit() -> None:
    """Fit the weights: a ridge, and the signs that the theory gives them."""
    pairs = _Pairs()
    pairs.add(load_threads(), whole=False)
    pairs.add(load_gold_threads(), whole=True)
    shipped = [SHIPPED.start, *(getattr(SHIPPED.weights, name) for name in _PIECES)]
    weights = np.array(shipped)
    signs = np.sign(weights)
    signs[0] = 0
    wrong = np.concatenate(
        [rows for rows, right in zip(pairs.rows, pairs.right, strict=True) if not right]
    )
    for _ in range(5):
        right = pairs.choose(weights)
        rows = np.vstack([right, wrong])
        rows = np.hstack([np.ones((len(rows), 1)), rows])
        labels = np.repeat([1.0, 0.0], [len(right), len(wrong)])
        weights = _fit(rows, labels, weights, signs)
    for name, weight in zip(["start", *_PIECES], weights, strict=True):
        sys.stdout.write(f"{name:<10} {weight:>6.2f}\n")


def _fit(
    rows: NDArray[np.float64],
    labels: NDArray[np.float64],
    weights: NDArray[np.float64],
    signs: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Newton's method with halved steps; a weight of the wrong sign stays 0."""
    ridge = np.full(len(weights), _RIDGE)
    ridge[0] = 0.01

    def lose(at: NDArray[np.float64]) -> float:
        scores = rows @ at
        loss = np.logaddexp(0, scores) - labels * scores
        return float(loss.sum() + (ridge * at * at).sum() / 2)

    for _ in range(80):
        odds = 1 / (1 + np.exp(-np.clip(rows @ weights, -35, 35)))
        slope = rows.T @ (odds - labels) + ridge * weights
        bend = (rows * (odds * (1 - odds))[:, None]).T @ rows + np.diag(ridge)
        free = ~((weights == 0) & (slope * signs > 0))
        step = np.zeros(len(weights))
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        before = lose(weights)
        for halving in range(14):
            moved = weights - step / 2**halving
            moved = np.where(moved * signs < 0, 0, moved)
            if lose(moved) <= before - 1e-9:
                weights = moved
                break
        else:
            break
    return weights
