"""
The glossary's names in an English text, by their English forms. Pure.

``Glossary.find`` knows the forms of Kazakh and Russian alone. English has none but the possessive;
what differs is the spelling (Tokaev, Tokayev), which the folded letters of ``names.likeness`` make
one for people. All else is compared as it is spelt, since folded Oman would be Omman too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from aggregator.names.forms import split_words
from aggregator.names.glossary import NameMatch
from aggregator.names.likeness import fold_letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.names.glossary import Name

__all__ = ["EnglishNames"]

# What a headline in English writes with a capital for another reason.
_WORDS_TOO: Final = frozenset(
    {"apple", "aral", "auyl", "eni", "oral", "osh", "saran", "senate", "shar", "shell", "shu"}
)


class EnglishNames:
    """
    Names by their English forms.

    Args:
        names: Of a glossary; a later one of the same words is passed over.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Name]]] = defaultdict(list)
        for name in names:
            words = tuple(_read_word(word, name) for word, _, _ in split_words(name.english))
            if words and (len(words) > 1 or words[0] not in _WORDS_TOO):
                self._by_first[words[0]].append((words, name))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str) -> list[NameMatch]:
        """Find the names that a text speaks of, in its order; none overlaps another."""
        words = split_words(text)
        spelt = [word.removesuffix("'s").removesuffix("’s") for word, _, _ in words]
        matches = []
        place = 0
        while place < len(words):
            found = self._find_at(spelt[place:])
            if found is None:
                place += 1
                continue
            name, length = found
            last = place + length - 1
            matches.append(NameMatch(name, words[place][1], words[last][1] + len(spelt[last])))
            place = last + 1
        return matches

    def _find_at(self, spelt: list[str]) -> tuple[Name, int] | None:
        """Return the longest name that these words begin with, and how many words it has."""
        if not spelt[0][:1].isupper():
            return None
        entries = [
            *self._by_first.get(spelt[0].lower(), ()),
            *self._by_first.get(fold_letters(spelt[0]), ()),
        ]
        best: tuple[Name, int] | None = None
        for words, name in entries:
            here = tuple(_read_word(word, name) for word in spelt[: len(words)])
            if here == words and (best is None or len(words) > best[1]):
                best = name, len(words)
        return best


def _read_word(word: str, name: Name) -> str:
    return fold_letters(word) if name.kind == "person" else word.lower()
