"""
Which language a text is written in: Kazakh (Cyrillic or Latin), Russian, English, or none of these.

Requirement. A foreign text called Kazakh or Russian is translated into nonsense and stands in the digest as news; an
own text called unknown is shown in the original. Both are bad, the first is worse, but a Russian headline without a
telling letter is common and must not be lost: with nothing against it, plain Cyrillic is Russian.

Theory. A word votes for the languages whose letters, common words and endings it shows (``text.marks``); a letter that
a language lacks votes against it. The votes of all words are added; the best language wins if it is one of ours. A
letter is worth more than a word and a word more than an ending, since letters cannot be shared by chance.

Ties and near ties are broken by the languages that the source is known to publish in, and by nothing else: an outlet
that prints in Russian may still quote a Ukrainian one in full.

Roads not taken. Letters alone cannot tell the two in five Kazakh word pairs that hold none of Kazakh's own, nor
Russian from Bulgarian. A statistical model of 97 languages (py3langid) is measured beside this rule in
``docs/decisions.md``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from aggregator.models import Language
from aggregator.text import marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["detect"]

_WORD = re.compile(r"[^\W\d_]+(?:[-'’ʻʼ][^\W\d_]+)*")

# A headline of a few words is enough; past this nothing changes but the time.
_MAX_CHARS = 2_000

# Against a language for each mark in a word that it never writes, at most so much a word: outlets that write Russian
# spell names with Kazakh letters, so one word must not outvote a sentence.
_FOREIGN_VOTE, _FOREIGN_LEAST = -1.5, -3.0
# A name within a text is spelled as its owner spells it, so its letters say little of the language around it.
_NAME_WEIGHT = 0.3
_RARE_VOTE, _WORD_VOTE, _ENDING_VOTE = -0.3, 1.0, 0.4
# Two languages closer than this are a tie.
_TIE = 0.2
# A press review meets our languages far more often than their neighbours.
_OURS_FIRST = 0.3
# So far a language that the source publishes in may lie behind the best.
_HINTED_TIE = 1.5


@dataclass(frozen=True, slots=True)
class _Script:
    """One script's marks, turned round for looking up; ``names`` are the languages that we name."""

    letters: re.Pattern[str]
    names: Mapping[str, Language]
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
        {"kk": Language.KAZAKH, "ru": Language.RUSSIAN},
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
        {"kk": Language.KAZAKH_LATIN, "en": Language.ENGLISH},
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
        hints: Languages the source is known to publish in, as values of ``Language``; they break ties only.

    Returns:
        A value of ``Language``; ``und`` for any other language and where nothing can be told.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text[:_MAX_CHARS]))
    script = _script(words)
    if script is None:
        return Language.UNKNOWN
    votes = _votes((word for word in words if script.letters.search(word)), script)
    best = max(votes.values())
    ours = [code for code in script.names if votes[code] >= best - _TIE]
    told = [code for code, name in script.names.items() if name in hints and votes[code] >= best - _HINTED_TIE]
    choice = max(told or ours or votes, key=lambda code: (votes[code], code == "ru"))
    return script.names.get(choice, Language.UNKNOWN)


def _script(words: list[str]) -> _Script | None:
    """Return the script: Kazakh and Russian headlines are full of Latin names, not the other way round."""
    cyrillic = sum(1 for word in words if _cyrillic().letters.search(word))
    latin = sum(1 for word in words if _latin().letters.search(word))
    if not words or (cyrillic + latin) * 2 < len(words):
        return None
    return _cyrillic() if cyrillic * 2 >= latin else _latin()


def _votes(words: Iterable[str], script: _Script) -> dict[str, float]:
    """Add the votes of all words for each language of a script."""
    votes = {code: _OURS_FIRST * (code in script.names) for code in script.codes}
    for position, written in enumerate(words):
        word = written.lower()
        weight = _NAME_WEIGHT if position and written.istitle() else 1.0
        seen = [codes for mark, codes in script.marks.items() if mark in word]
        odd = [codes for mark, codes in script.rare.items() if mark in word]
        said = script.words.get(word, frozenset())
        ended = _ending(word, script.endings)
        for code in votes:
            foreign = _FOREIGN_VOTE * sum(1 for codes in seen if code not in codes)
            foreign += _RARE_VOTE * any(code in codes for codes in odd)
            votes[code] += (
                weight * max(foreign, _FOREIGN_LEAST) + _WORD_VOTE * (code in said) + _ENDING_VOTE * (code in ended)
            )
    return votes


def _ending(word: str, endings: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the languages of the longest known ending, which leaves a stem of two letters or more."""
    for length in range(min(5, len(word) - 2), 0, -1):
        if (codes := endings.get(word[-length:])) is not None:
            return codes
    return frozenset()
