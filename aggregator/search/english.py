"""
Stems of English words. Pure.

A light stemmer: plurals, the past and -ing, with the changes they bring (cities, stopped), and a
table of words that are irregular in news. What makes another word (-ion, -ment, -er) stays:
Porter's stemmer takes those too, and makes one word of news and new, of organ and organization.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["stem_english"]

_IRREGULAR: Final = {
    form: word
    for word, forms in {
        "become": "became",
        "begin": "began begun",
        "break": "broke broken",
        "bring": "brought",
        "build": "built",
        "buy": "bought",
        "child": "children",
        "come": "came",
        "die": "died dies dying",
        "draw": "drew drawn",
        "drive": "drove driven",
        "fall": "fell fallen",
        "fight": "fought",
        "find": "found",
        "flee": "fled",
        "fly": "flew flown flies",
        "foot": "feet",
        "give": "gave given",
        "go": "went gone goes",
        "grow": "grew grown",
        "hold": "held",
        "keep": "kept",
        "know": "knew known",
        "lead": "led",
        "leave": "left",
        "lose": "lost",
        "make": "made",
        "man": "men",
        "meet": "met",
        "pay": "paid",
        "rise": "rose risen",
        "say": "said",
        "see": "saw seen",
        "sell": "sold",
        "send": "sent",
        "shoot": "shot",
        "speak": "spoke spoken",
        "spend": "spent",
        "steal": "stole stolen",
        "strike": "struck",
        "take": "took taken",
        "teach": "taught",
        "think": "thought",
        "use": "used using",
        "win": "won",
        "wolf": "wolves",
        "woman": "women",
        "write": "wrote written",
    }.items()
    for form in forms.split()
}
# They end as if they were forms of others.
_WHOLE: Final = frozenset(
    {"news", "series", "species", "during", "king", "spring", "string", "hundred"}
)
_VOWEL: Final = "aeiouy"
_HISSED = re.compile("(?<=[sxz])es$|(?<=[cs]h)es$")
_PLURAL = re.compile("(?<=[^sui])s$")
_PAST = re.compile("(?:(?<=e)d|(?<!e)ed|ing)$")
_DOUBLED = re.compile(r"([^aeiou])\1$")
# British spellings, which the press of the region mixes with American ones.
_SPELLINGS: Final = (
    (re.compile("(?<=[a-z]{3})our$"), "or"),
    (re.compile("(?<=[nt])re$"), "er"),
    (re.compile("(?<=[a-z]{3})is(?=e$|ation$)"), "iz"),
    (re.compile("gramme$"), "gram"),
)
_SHORTEST: Final = 3


@lru_cache(maxsize=50_000)
def stem_english(word: str) -> str:
    """
    Return the key that the forms of an English word share.

    Args:
        word: In small letters.
    """
    word = _IRREGULAR.get(word, word)
    if word in _WHOLE or len(word) <= _SHORTEST:
        return word
    word = _take_past(_take_plural(word))
    for british, american in _SPELLINGS:
        word = british.sub(american, word)
    if len(word) > _SHORTEST:
        word = word.removesuffix("e")
    return _DOUBLED.sub(r"\1", word) if len(word) > _SHORTEST else word


def _take_plural(word: str) -> str:
    if word.endswith(("ies", "ied")) and len(word) > _SHORTEST + 1:
        return word[:-3] + "y"
    shorter = _HISSED.sub("", word)
    return shorter if shorter != word else _PLURAL.sub("", word)


def _take_past(word: str) -> str:
    """Return a verb without -ed or -ing; of what has no vowel before it (king), the word."""
    rest = _PAST.sub("", word)
    if rest == word or len(rest) < _SHORTEST or not any(letter in _VOWEL for letter in rest):
        return word
    return rest
