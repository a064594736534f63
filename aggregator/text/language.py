"""
Which language a text is written in: Kazakh (Cyrillic or Latin), Russian, English, or none of these.

Requirement. A foreign text called Kazakh or Russian is translated into nonsense and stands in the
digest as news; an own text called unknown is shown in the original. Both are bad, the first is
worse, but a Russian headline without a letter of its own is common and must not be lost: with
nothing against it, plain Cyrillic is Russian.

Theory. There are two judges. One has counted: how likely the text's runs of letters are in each of
27 languages (``likelihood``). The other has read grammars: a word votes for the languages whose
letters, common words and endings it shows (``marks``), and a letter that a language lacks votes
against it; what it says against a language counts for so much at most, since names are spelled as
their owners spell them. The sums of both are compared, among languages of the text's script. The
first alone takes a Ukrainian sentence of loan words for Russian, the second alone takes two
Bulgarian words for Russian.

Near ties are broken by the languages that the source is known to publish in, and by nothing else:
an outlet that prints in Russian may still quote a Ukrainian one in full. Ours are met far more
often than their neighbours, and get a small lead.

Measured (docs/benchmarks.md): Kazakh and Russian sentences 100% and 99.8%, word pairs 98% and 99%.
Roads not taken: letters alone (they fire on 97% of Tatar sentences, and say nothing of the two in
five Kazakh word pairs that hold none of Kazakh's own); py3langid (Kazakh pairs 90%); fastText's
lid.176 (81%); lingua (its wheel is 96 MB and knows neither Kyrgyz nor Tatar).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import TYPE_CHECKING

from aggregator.languages import LANGUAGES, UNKNOWN, WritingSystem
from aggregator.text import marks
from aggregator.text.grams import list_words
from aggregator.text.likelihood import load_likelihood

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["detect_language", "detect_segment"]

# A headline of a few words is enough; past this nothing changes but the time.
_MAX_CHARS = 2_000

# Against a language for each mark in a word that it never writes, at most so much a word: outlets
# that write Russian spell names with Kazakh letters, so one word must not outvote a sentence.
_FOREIGN_VOTE = -1.5
_FOREIGN_LEAST = -3.0
# A name within a text is spelled as its owner spells it, so its letters say little of the language
# around it.
_NAME_WEIGHT = 0.3
_RARE_VOTE = -0.3
_WORD_VOTE = 1.0
_ENDING_VOTE = 0.4
_ENDING_LETTERS = 5
_STEM_LETTERS = 2
# What the marks say against a language counts for so much at most.
_AGAINST_MOST = 4.0
# One vote of the marks beside one step of the counted logarithm. Chosen on lingua's sets and the
# tests' neighbours.
_MARKS_WEIGHT = 2.2
# The marks' code for letters that no language they name writes.
_NONE = "xx"
# A press review meets our languages far more often than their neighbours.
_OURS_FIRST = 0.8
# So far a language that the source publishes in may lie behind the best.
_HINTED_TIE = 1.5
# Tags of the counted languages that are written in Cyrillic.
_CYRILLIC_NEIGHBOURS = frozenset({
    "uk", "be", "bg", "mk", "sr", "mn", "ky", "tt", "tg", "uz-Cyrl", "tk-Cyrl", "cv", "sah", "tyv",
    "alt", "kjh", "kaa",
})  # fmt: skip
_CYRILLIC_OURS = (tag for tag, row in LANGUAGES.items() if row.script is WritingSystem.CYRILLIC)
_CYRILLIC_TAGS = _CYRILLIC_NEIGHBOURS.union(_CYRILLIC_OURS)
# A sentence of fewer words is taken to be in the language of its text: names and cries are in any.
_LEAST_WORDS = 4
# Counted languages that the marks know by the tag of another script.
_MARKS_CODES = {tag: row.read_as for tag, row in LANGUAGES.items() if row.read_as is not None}
_MARKS_TAGS: Mapping[str, str] = {**_MARKS_CODES, "uz-Cyrl": "uz"}


@dataclass(frozen=True, slots=True)
class _Script:
    """One script's marks, turned round for looking up."""

    letters: re.Pattern[str]
    marks: Mapping[str, frozenset[str]]
    rare: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]
    endings: Mapping[str, frozenset[str]]
    codes: tuple[str, ...]

    def list_own(self, words: Iterable[str]) -> list[str]:
        """Return the words with a letter of the script."""
        return [word for word in words if self.letters.search(word)]


def _invert(by_language: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return by entry the languages that list it."""
    by_entry: dict[str, set[str]] = defaultdict(set)
    for code, entries in by_language.items():
        for entry in entries.split():
            by_entry[entry].add(code)
    return {entry: frozenset(codes) for entry, codes in by_entry.items()}


def _split_codes(by_mark: Mapping[str, str]) -> dict[str, frozenset[str]]:
    codes_by_mark = {}
    for mark, codes in by_mark.items():
        codes_by_mark[mark] = frozenset(codes.split())
    return codes_by_mark


@cache
def _load_cyrillic() -> _Script:
    return _Script(
        letters=re.compile("[\u0400-\u052f]"),
        marks=_split_codes(marks.CYRILLIC_LETTERS),
        rare=_split_codes(marks.CYRILLIC_RARE),
        words=_invert(marks.CYRILLIC_WORDS),
        endings=_invert(marks.CYRILLIC_ENDINGS),
        codes=tuple(marks.CYRILLIC_WORDS),
    )


@cache
def _load_latin() -> _Script:
    return _Script(
        letters=re.compile("[A-Za-z\u00c0-\u024f\u0259\u1e00-\u1eff]"),
        marks=_split_codes(marks.LATIN_LETTERS),
        rare=_split_codes(marks.LATIN_RARE),
        words=_invert(marks.LATIN_WORDS),
        endings=_invert(marks.LATIN_ENDINGS),
        codes=tuple(marks.LATIN_WORDS),
    )


def detect_language(text: str, hints: tuple[str, ...] = ()) -> str:
    """
    Detect the language of a text.

    Args:
        text: Plain text; only its first 2,000 characters are looked at.
        hints: Languages the source is known to publish in, as values of ``Language``; they break
            ties only.

    Returns:
        A value of ``Language``; ``und`` for any other language and where nothing is clear.
    """
    beginning = text[:_MAX_CHARS]
    words = list_words(beginning)
    script = _choose_script(words)
    if script is None:
        return UNKNOWN
    votes = _count_votes(script.list_own(words), script)
    counted = load_likelihood().scores(beginning)
    scores = _add_votes(counted, votes, script)
    least = max(scores.values()) - _HINTED_TIE
    expected = [tag for tag in LANGUAGES if tag in hints]
    tied = [tag for tag in expected if scores.get(tag, -inf) >= least]
    choice = max(tied or scores, key=lambda tag: scores[tag])
    if choice not in LANGUAGES:
        return UNKNOWN
    return LANGUAGES[choice].code


def detect_segment(segment: str, language: str) -> str:
    """
    Detect the language of a headline or sentence of a text whose language is known.

    Outlets quote in the other language, and put a Kazakh release whole into a Russian article. A
    segment is taken for another language only where it is clearly one of ours; a list of foreign
    names in Cyrillic, or a few words, says nothing.

    Args:
        segment: Plain text; of fewer than four words nothing is said.
        language: Of the text around it, a value of ``Language``.

    Returns:
        A value of ``Language``; ``language`` where nothing speaks against it.
    """
    words = list_words(segment)
    if len(words) < _LEAST_WORDS:
        return language
    detected = detect_language(segment, (language,))
    is_latin = _choose_script(words) is _load_latin()
    is_mixed = is_latin and bool(_load_cyrillic().list_own(words))
    if detected == UNKNOWN or is_mixed:
        return language
    return detected


def _add_votes(
    counted: Mapping[str, float],
    votes: Mapping[str, float],
    script: _Script,
) -> dict[str, float]:
    """Return both judges' sum for each language of the script."""
    most = max(votes.values())

    def weigh(code: str) -> float:
        behind = votes.get(code, most) - most
        return _MARKS_WEIGHT * max(behind, -_AGAINST_MOST)

    is_cyrillic = script is _load_cyrillic()
    scores = {}
    neighbours = []
    for tag, score in counted.items():
        is_ours = tag in LANGUAGES
        if not is_ours:
            neighbours.append(score)
        if (tag in _CYRILLIC_TAGS) == is_cyrillic:
            code = _MARKS_TAGS.get(tag, tag)
            scores[tag] = score + weigh(code) + _OURS_FIRST * is_ours
    # What the marks know to be none of the languages they name has been counted for none either: it
    # is given the benefit of the best of those that are not ours.
    scores[_NONE] = max(neighbours) + weigh(_NONE)
    return scores


def _choose_script(words: list[str]) -> _Script | None:
    """
    Return the script of a text; None if it has hardly any of the two.

    Kazakh and Russian headlines are full of Latin names, not the other way round.
    """
    cyrillic = len(_load_cyrillic().list_own(words))
    latin = len(_load_latin().list_own(words))
    is_other = (cyrillic + latin) * 2 < len(words)
    if not words or is_other:
        return None
    return _load_cyrillic() if cyrillic * 2 >= latin else _load_latin()


def _count_votes(words: Iterable[str], script: _Script) -> dict[str, float]:
    """Add the votes of all words for each language of a script."""
    votes = dict.fromkeys(script.codes, 0.0)
    for position, word in enumerate(words):
        is_name = position > 0 and word.istitle()
        weight = _NAME_WEIGHT if is_name else 1.0
        for code, vote in _vote(word.lower(), weight, script):
            votes[code] += vote
    return votes


def _vote(
    word: str,
    weight: float,
    script: _Script,
) -> Iterator[tuple[str, float]]:
    """Yield a word's vote for each language; what its letters say against one counts ``weight``."""
    written = _find_codes(word, script.marks)
    rare = _find_codes(word, script.rare)
    known = script.words.get(word, frozenset())
    ended = _find_ending(word, script.endings)
    for code in script.codes:
        foreign = sum(code not in codes for codes in written)
        is_rare = any(code in codes for codes in rare)
        against = _FOREIGN_VOTE * foreign + _RARE_VOTE * is_rare
        vote = weight * max(against, _FOREIGN_LEAST)
        vote += _WORD_VOTE * (code in known)
        vote += _ENDING_VOTE * (code in ended)
        yield code, vote


def _find_codes(word: str, codes_by_mark: Mapping[str, frozenset[str]]) -> list[frozenset[str]]:
    """Return for each mark in a word the languages that write it."""
    return [codes for mark, codes in codes_by_mark.items() if mark in word]


def _find_ending(word: str, endings: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """
    Return the languages of the longest known ending of a word.

    It leaves a stem of two letters or more.
    """
    longest = min(_ENDING_LETTERS, len(word) - _STEM_LETTERS)
    for length in range(longest, 0, -1):
        ending = word[-length:]
        if ending in endings:
            return endings[ending]
    return frozenset()
