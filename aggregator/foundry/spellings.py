"""
The table of how words are usually written, made from news text and the glossary's names.

Only words are kept, in the order of the alphabet: of a text nothing can be read back.
"""

from __future__ import annotations

import lzma
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.names.forms import split_words
from aggregator.text.capitals import list_inner_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aggregator.names.glossary import Glossary

__all__ = ["SPELLING_TEXTS", "make_spellings"]

SPELLING_TEXTS = (
    "kaznu_titles.kk-en.tsv.xz",
    "kaznerd.kk.txt.xz",
    "mixed_sentences.kk.txt.xz",
    "wmt13_17.ru-en.tsv.xz",
    "apertium_kazrus.kk-ru.tsv.xz",
    "nerel_wikinews.ru.txt.xz",
)
"""News and official texts with case; licences in the corpora's own notes."""

_CYRILLIC = re.compile("[\u0400-\u052f]")
_LEAST_LETTERS = 2
# A name seen twice is one; a common word that is hardly ever seen is told by the rules as well.
_LEAST_NAME = 2
_LEAST_WORD = 3
_SHOUTED_LETTERS = 5
# Names whose words are written with capitals wherever they stand.
_PROPER = frozenset({"person", "region", "city", "place", "company", "agency", "party", "country"})


def make_spellings(texts: Iterable[str], glossary: Glossary) -> bytes:
    """
    Return the packed table: a word form a line, and persons by both names where one is not enough.

    Args:
        texts: Read for the words within their sentences; those in capitals only are left out.
        glossary: Its names of persons, places and companies; a word that the texts know is written
            as they have it.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        if text.isupper():
            continue
        for word in list_inner_words(text):
            if _CYRILLIC.search(word) and len(word) >= _LEAST_LETTERS:
                counts[word.lower()][word] += 1
    forms = {}
    for low, spellings in counts.items():
        usual = _choose_spelling(low, spellings)
        least = _LEAST_WORD if usual == low else _LEAST_NAME
        if spellings.total() >= least:
            forms[low] = usual
    for word in _list_names(glossary):
        forms.setdefault(word.lower(), word)
    lines = [*forms.values(), *_list_persons(glossary, forms)]
    table = "\n".join(sorted(lines))
    return lzma.compress(table.encode(), preset=9)


def _list_persons(glossary: Glossary, forms: Mapping[str, str]) -> Iterable[str]:
    """Give the persons whose given name is a common word too: Женіс, a victory."""
    persons = [name for name in glossary.names if name.kind == "person"]
    for name in persons:
        for form in name.list_forms(KAZAKH) + name.list_forms(RUSSIAN):
            given, _, family = form.partition(" ")
            is_pair = bool(family) and " " not in family
            if is_pair and forms.get(given.lower(), "").islower():
                yield form


def _choose_spelling(low: str, spellings: Counter[str]) -> str:
    """Return the commonest spelling; of equals the first of the alphabet."""
    if low in spellings and len(low) >= _SHOUTED_LETTERS:
        # What is a common word too is shouted where it stands in capitals.
        spellings = Counter(
            {word: count for word, count in spellings.items() if not word.isupper()}
        )
    most = max(spellings.values())
    return min(word for word, count in spellings.items() if count == most)


def _list_names(glossary: Glossary) -> Iterable[str]:
    """Give the words of the glossary's names that have a capital and are more than a letter."""
    for name in glossary.names:
        forms = [form for _, of_language in name.forms for form in of_language]
        for form in forms if name.kind in _PROPER else ():
            for word, _, _ in split_words(form):
                if not word.islower() and _CYRILLIC.search(word) and len(word) >= _LEAST_LETTERS:
                    yield word
