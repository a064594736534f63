"""Words of a text that were asked for, marked as whole words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.search.keys import Column, Key, key_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.search.keys import KeyedWord
    from aggregator.search.names import NameKeys

__all__ = ["MarkedText", "SoughtWord", "mark_text"]


@dataclass(frozen=True, slots=True)
class SoughtWord:
    """
    How a word was looked for when it was found.

    Attributes:
        keys: Any of them.
        beginning: Or a word that begins so; empty if none was looked for.
    """

    keys: frozenset[Key]
    beginning: str = ""


@dataclass(frozen=True, slots=True)
class MarkedText:
    """
    A text in pieces.

    Attributes:
        pieces: In order, each with whether it is a word that was asked for.
        language: BCP 47 tag.
        words: Numbers of the words asked for that it has.
    """

    pieces: tuple[tuple[str, bool], ...]
    language: str
    words: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """All of it, without marks."""
        return "".join(piece for piece, _ in self.pieces)


def mark_text(
    text: str,
    language: str,
    sought: Iterable[SoughtWord],
    names: NameKeys,
) -> MarkedText:
    """
    Mark the words of a text that were asked for.

    Args:
        text: As readers will see it.
        language: BCP 47 tag.
        sought: In the order of ``MarkedText.words``.
    """
    numbered = list(enumerate(sought))
    pieces: list[tuple[str, bool]] = []
    found = set()
    end = 0
    for word in key_text(text, language, names):
        here = {number for number, one in numbered if _is_sought(word, one)}
        if here:
            pieces += [(text[end : word.start], False), (text[word.start : word.end], True)]
            found |= here
            end = word.end
    pieces.append((text[end:], False))
    shown = tuple(piece for piece in pieces if piece[0])
    return MarkedText(shown, language, frozenset(found))


def _is_sought(word: KeyedWord, sought: SoughtWord) -> bool:
    if not sought.keys.isdisjoint(word.keys):
        return True
    if not sought.beginning:
        return False
    forms = [key.text for key in word.keys if key.column is Column.FORM]
    return any(form.startswith(sought.beginning) for form in forms)
