"""
Which language a text is written in: Kazakh (Cyrillic or Latin), Russian, English, or none of these.

Requirement. A foreign text called Kazakh or Russian is translated into nonsense and stands in the
digest as news; an own text called unknown is shown in the original. Both are bad, the first is
worse, but a Russian headline without a telling letter is common and must not be lost: with nothing
against it, plain Cyrillic is Russian.

Theory. Two judges are heard. One has counted: how likely the text's runs of letters are in each of
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
Roads not taken: letters alone (they fire on 97% of Tatar sentences, and cannot tell the two in five
Kazakh word pairs that hold none of Kazakh's own); py3langid (Kazakh pairs 90%); fastText's lid.176
(81%); lingua (its wheel is 96 MB and knows neither Kyrgyz nor Tatar).
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
from aggregator.text.grams import words_of
from aggregator.text.likelihood import load_likelihood

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["detect", "detect_within"]

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
_CYRILLIC_NEIGHBOURS = frozenset(
    [
        "uk",
        "be",
        "bg",
        "mk",
        "sr",
        "mn",
        "ky",
        "tt",
        "tg",
        "uz-Cyrl",
        "tk-Cyrl",
        "cv",
        "sah",
        "tyv",
        "alt",
        "kjh",
        "kaa",
    ]
)
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


def _turn(by_language: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for code, entries in by_language.items():
        for entry in entries.split():
            found[entry].add(code)
    return {entry: frozenset(codes) for entry, codes in found.items()}


def _split(by_mark: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {mark: frozenset(codes.split()) for mark, codes in by_mark.items()}


@cache
def _cyrillic() -> _Script:
    return _Script(
        re.compile("[\u0400-\u052f]"),
        _split(marks.CYRILLIC_LETTERS),
        _split(marks.CYRILLIC_RARE),
        _turn(marks.CYRILLIC_WORDS),
        _turn(marks.CYRILLIC_ENDINGS),
        tuple(marks.CYRILLIC_WORDS),
    )


@cache
def _latin() -> _Script:
    return _Script(
        re.compile("[A-Za-z\u00c0-\u024f\u0259\u1e00-\u1eff]"),
        _split(marks.LATIN_LETTERS),
        _split(marks.LATIN_RARE),
        _turn(marks.LATIN_WORDS),
        _turn(marks.LATIN_ENDINGS),
        tuple(marks.LATIN_WORDS),
    )


def detect(text: str, hints: tuple[str, ...] = ()) -> str:
    """
    Tell the language of a text.

    Args:
        text: Plain text; only its first 2,000 characters are looked at.
        hints: Languages the source is known to publish in, as values of ``Language``; they break
            ties only.

    Returns:
        A value of ``Language``; ``und`` for any other language and where nothing can be told.
    """
    text = text[:_MAX_CHARS]
    words = words_of(text)
    script = _script(words)
    if script is None:
        return UNKNOWN
    votes = _votes((word for word in words if script.letters.search(word)), script)
    scores = _judged(load_likelihood().scores(text), votes, script)
    best = max(scores.values())
    hinted = [tag for tag in LANGUAGES if tag in hints]
    tied = [tag for tag in hinted if scores.get(tag, -inf) >= best - _HINTED_TIE]
    choice = max(tied or scores, key=lambda tag: scores[tag])
    return LANGUAGES[choice].code if choice in LANGUAGES else UNKNOWN


def detect_within(segment: str, language: str) -> str:
    """
    Tell the language of a headline or sentence of a text whose language is known.

    Newsrooms quote in the other language, and put a Kazakh release whole into a Russian article. A
    segment is taken for another language only where it can be told to be one of ours; of a list of
    foreign names in Cyrillic, or of a few words, nothing can be told.

    Args:
        segment: Plain text.
        language: Of the text around it, a value of ``Language``.

    Returns:
        A value of ``Language``; ``language`` where nothing speaks against it.
    """
    words = words_of(segment)
    if len(words) < _LEAST_WORDS:
        return language
    found = detect(segment, (language,))
    mixed = _script(words) is _latin() and any(_cyrillic().letters.search(word) for word in words)
    return language if found == UNKNOWN or mixed else found


def _judged(
    counted: Mapping[str, float],
    votes: Mapping[str, float],
    script: _Script,
) -> dict[str, float]:
    """Return both judges' sum for each language of the script."""
    most = max(votes.values())

    def against(code: str) -> float:
        return _MARKS_WEIGHT * max(votes.get(code, most) - most, -_AGAINST_MOST)

    found = {
        tag: score + against(_MARKS_TAGS.get(tag, tag)) + _OURS_FIRST * (tag in LANGUAGES)
        for tag, score in counted.items()
        if (tag in _CYRILLIC_TAGS) == (script is _cyrillic())
    }
    # What the marks know to be none of the languages they name has been counted for none either: it
    # is given the benefit of the best of those that are not ours.
    found[_NONE] = max(score for tag, score in counted.items() if tag not in LANGUAGES) + against(
        _NONE
    )
    return found


def _script(words: list[str]) -> _Script | None:
    """Return the script: Kazakh and Russian headlines are full of Latin names, not the other way round."""
    cyrillic = sum(1 for word in words if _cyrillic().letters.search(word))
    latin = sum(1 for word in words if _latin().letters.search(word))
    if not words or (cyrillic + latin) * 2 < len(words):
        return None
    return _cyrillic() if cyrillic * 2 >= latin else _latin()


def _votes(words: Iterable[str], script: _Script) -> dict[str, float]:
    """Add the votes of all words for each language of a script."""
    votes = dict.fromkeys(script.codes, 0.0)
    for position, word in enumerate(words):
        weight = _NAME_WEIGHT if position and word.istitle() else 1.0
        for code, vote in _vote(word.lower(), weight, script):
            votes[code] += vote
    return votes


def _vote(
    word: str,
    weight: float,
    script: _Script,
) -> Iterator[tuple[str, float]]:
    """Yield a word's vote for each language; what its letters say against one counts ``weight``."""
    written = [codes for mark, codes in script.marks.items() if mark in word]
    rare = [codes for mark, codes in script.rare.items() if mark in word]
    known = script.words.get(word, frozenset())
    ended = _find_ending(word, script.endings)
    for code in script.codes:
        against = _FOREIGN_VOTE * sum(code not in codes for codes in written)
        against += _RARE_VOTE * any(code in codes for codes in rare)
        vote = weight * max(against, _FOREIGN_LEAST)
        vote += _WORD_VOTE * (code in known)
        vote += _ENDING_VOTE * (code in ended)
        yield code, vote


def _find_ending(word: str, endings: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the languages of the longest known ending, which leaves a stem of two letters or more."""
    for length in range(min(5, len(word) - 2), 0, -1):
        if (codes := endings.get(word[-length:])) is not None:
            return codes
    return frozenset()
