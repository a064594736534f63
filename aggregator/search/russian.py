"""
Stems of Russian words. Pure.

The steps and tables of Snowball's Russian stemmer (https://snowballstem.org/algorithms/russian/
stemmer.html): the ending of a gerund, else a reflexive and the ending of an adjective, a verb or a
noun; then и, the endings of -ость and of superlatives, a doubled н, the soft sign. Added: the vowel
that comes and goes before the last consonant is left out of every stem (окно and окон, рынок and
рынка), which hardly any two words differ by.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["list_russian_stems", "stem_russian"]

_VOWEL: Final = "аеиоуыэюя"
_GERUND = re.compile("(?:(?:ив|ыв)(?:ши(?:сь)?)?|(?<=[ая])в(?:ши(?:сь)?)?)$")
_REFLEXIVE = re.compile("с[яь]$")
_ADJECTIVE = re.compile(
    "(?:ее|ие|ые|ое|ими|ыми|ей|ий|ый|ой|ем|им|ым|ом|его|ого|ему|ому|их|ых|ую|юю|ая|яя|ою|ею)$"
)
_PARTICIPLE = re.compile("(?:ивш|ывш|ующ|(?<=[ая])(?:ем|нн|вш|ющ|щ))$")
_VERB = re.compile(
    "(?:ила|ыла|ена|ейте|уйте|ите|или|ыли|ей|уй|ил|ыл|им|ым|ен|ило|ыло|ено|ят|ует|уют|ит|ыт|ены"
    "|ить|ыть|ишь|ую|ю|(?<=[ая])(?:ла|на|ете|йте|ли|й|л|ем|н|ло|но|ет|ют|ны|ть|ешь|нно))$"
)
_NOUN = re.compile(
    "(?:а|ев|ов|ие|ье|е|иями|ями|ами|еи|ии|и|ией|ей|ой|ий|й|иям|ям|ием|ем|ам|ом|о|у|ах|иях|ях|ы|ь"
    "|ию|ью|ю|ия|ья|я)$"
)
_QUALITY = re.compile("ость?$")
_SUPERLATIVE = re.compile("(?:ейш|ейше)$")
_SHORTEST_NOUN: Final = 4
_AFTER_VOWEL = re.compile(f".*?[{_VOWEL}]")
_REGION = re.compile(f".*?[{_VOWEL}][^{_VOWEL}]")
_FLEETING = re.compile(f"(?<=[^{_VOWEL}йь])ь?[ео](?=[^{_VOWEL}йьъ]$)")
_UNCHANGED: Final = frozenset(
    ["бюро", "депо", "евро", "кафе", "кино", "метро", "радио", "такси", "фото", "шоссе"]
)
# Nouns whose stem ends in е, of which Snowball takes more in one case than in another.
_IN_VOWEL = re.compile(
    "(алле|галере|иде|лице|музе|трофе|хокке|юбиле)(?:[йяюеи]|ем|ев|ям|ями|ях|ю)$"
)
_SOFT = re.compile(f"ь(?=[^{_VOWEL}]$)")


@lru_cache(maxsize=50_000)
def stem_russian(word: str) -> str:
    """
    Return the key that the forms of a Russian word share.

    Args:
        word: In small Cyrillic letters.
    """
    word = word.replace("ё", "е")
    start = _AFTER_VOWEL.match(word)
    if start is None or word in _UNCHANGED:
        return word
    if in_vowel := _IN_VOWEL.search(word):
        return word[: in_vowel.end(1)]
    head = word[: start.end()]
    rest = _take_ending(word[start.end() :]).removesuffix("и")
    quality = _QUALITY.search(rest)
    if quality and start.end() + quality.start() >= _find_second_region(word):
        rest = rest[: quality.start()]
    stem = head + _take_superlative(rest).removesuffix("ь")
    return _SOFT.sub("", _FLEETING.sub("", stem))


def list_russian_stems(word: str) -> tuple[str, ...]:
    """
    Return the keys that a Russian word may have.

    A noun without an ending may look as if it had one (аким beside акима), so what ends in a
    consonant is its own stem too.
    """
    stem = stem_russian(word)
    bare = word.replace("ё", "е").removesuffix("ь")
    if len(word) < _SHORTEST_NOUN or bare[-1] in f"{_VOWEL}й":
        return (stem,)
    own = _SOFT.sub("", _FLEETING.sub("", bare))
    return (stem,) if own == stem else (stem, own)


def _take_ending(rest: str) -> str:
    """
    Return what is left of the letters behind a word's first vowel without their ending.

    An ending lies there wholly, and so does what it may follow.
    """
    if (shorter := _cut(_GERUND, rest)) is not None:
        return shorter
    rest = _REFLEXIVE.sub("", rest)
    if (shorter := _cut(_ADJECTIVE, rest)) is not None:
        return _PARTICIPLE.sub("", shorter)
    for endings in (_VERB, _NOUN):
        if (shorter := _cut(endings, rest)) is not None:
            return shorter
    return rest


def _take_superlative(rest: str) -> str:
    if rest.endswith("нн"):
        return rest[:-1]
    shorter = _SUPERLATIVE.sub("", rest)
    return shorter[:-1] if shorter != rest and shorter.endswith("нн") else shorter


def _cut(endings: re.Pattern[str], rest: str) -> str | None:
    """Return what stands before an ending; None if there is none."""
    match = endings.search(rest)
    return rest[: match.start()] if match else None


def _find_second_region(word: str) -> int:
    """Return where Snowball's region R2 begins."""
    first = _REGION.match(word)
    second = _REGION.match(word, first.end()) if first else None
    return second.end() if second else len(word)
