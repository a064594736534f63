"""
What changed between two wordings of a sentence, word by word. Pure.

Requirement. A reader who is told that words were corrected wants to see which: two injured, now
three. Words are compared without regard to the commas around them and to capitals, so that a mark
stands only where something else is said; what is shown is as it was written. A text that was
written anew is said to be so, not taken apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["REWORDED", "WordRun", "compare_words", "describe_changes"]

REWORDED: Final = "reworded throughout"
"""What is said of a text of which less than half of the words stayed."""

_LEAST_SAME: Final = 0.5
_MOST_CHANGES: Final = 6
_EDGES: Final = " .,;:!?…\"'«»“”„()[]–—-"


@dataclass(frozen=True, slots=True)
class WordRun:
    """
    Words that stand beside each other.

    Attributes:
        text: As written, one blank between words.
        changed: They stand in one of two texts alone.
    """

    text: str
    changed: bool = False


def compare_words(old: str, new: str) -> tuple[tuple[WordRun, ...], tuple[WordRun, ...]]:
    """Return both texts in runs of words that stayed and words that did not."""
    old_words = old.split()
    new_words = new.split()
    old_runs = []
    new_runs = []
    for tag, old_from, old_to, new_from, new_to in _match_words(old_words, new_words):
        changed = tag != "equal"
        if old_to > old_from:
            old_runs.append(WordRun(" ".join(old_words[old_from:old_to]), changed))
        if new_to > new_from:
            new_runs.append(WordRun(" ".join(new_words[new_from:new_to]), changed))
    return tuple(old_runs), tuple(new_runs)


def describe_changes(old: str, new: str) -> str:
    """
    Say what changed, for where no marks can be set.

    Returns:
        For example ``“two” is now “three”; “at night” is new``; ``REWORDED``; empty if no word
        changed.
    """
    old_words = old.split()
    new_words = new.split()
    blocks = _match_words(old_words, new_words)
    same = sum(old_to - old_from for tag, old_from, old_to, _, _ in blocks if tag == "equal")
    changes = []
    for tag, old_from, old_to, new_from, new_to in blocks:
        if tag != "equal":
            gone = " ".join(old_words[old_from:old_to]).strip(_EDGES)
            come = " ".join(new_words[new_from:new_to]).strip(_EDGES)
            changes.append(_describe_change(gone, come))
    if not changes:
        return ""
    longest = max(len(old_words), len(new_words))
    if same < _LEAST_SAME * longest or len(changes) > _MOST_CHANGES:
        return REWORDED
    return "; ".join(changes)


def _describe_change(gone: str, come: str) -> str:
    if not gone:
        return f"“{come}” is new"
    if not come:
        return f"“{gone}” is gone"
    return f"“{gone}” is now “{come}”"


def _match_words(
    old: Sequence[str],
    new: Sequence[str],
) -> list[tuple[str, int, int, int, int]]:
    """Return ``SequenceMatcher``'s blocks: a tag, and where it stands in both."""
    matcher = SequenceMatcher(
        None,
        [_fold(word) for word in old],
        [_fold(word) for word in new],
        autojunk=False,
    )
    return list(matcher.get_opcodes())


def _fold(word: str) -> str:
    # A dash or a quotation mark that stands alone is no word.
    return word.strip(_EDGES).casefold()
