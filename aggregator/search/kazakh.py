"""
Stems of Kazakh words. Pure.

Kazakh adds its endings behind each other and changes their first sound by what stands before them
(кітап-тан, қала-дан, ән-нен), so most letters that look like an ending are not one: Алматы has no
ending ты, as т follows no vowel. The endings of number, possession and case, and those of the verb
that stand in news, are taken off one by one from the end, each only behind a sound that it may
follow and where the word's last vowel agrees with its own.

What is left is a key, not a word of the dictionary: a voiced last letter is made what it is without
an ending (кітабы, кітап), and the vowel that some words lose is left out of all (халық, халқы).
Mistaking one word for another is the worse error, since readers then get what they did not ask for;
so the infinitive, and endings that make other words (-шы, -лық), stay.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["stem_kazakh"]

_VOWEL: Final = "аәеёоөуұүыіиэюя"
_VOICELESS: Final = "пкқтсшщчцхфһбвгд"  # б в г д end loans only, and are spoken so
_AFTER_VOWEL: Final = f"[{_VOWEL}]"
_AFTER_CONSONANT: Final = f"[^{_VOWEL}]"
_AFTER_VOICELESS: Final = f"[{_VOICELESS}]"
_AFTER_VOICED: Final = f"[{_VOWEL}лрймнңзж]"
_AFTER_POSSESSED: Final = "[ыі]"
# Sounds with what may follow one of them. Endings that may follow the same stand in one line.
_ENDINGS: Final = (
    # Case.
    (_AFTER_VOWEL, "ның нің ны ні"),
    ("[мнң]", "ның нің нан нен"),
    ("[лрйуизж]", "дың дің"),
    ("[лрйуимнңзж]", "ды ді"),
    (_AFTER_VOICELESS, "тың тің ты ті қа ке та те тан тен"),
    (_AFTER_VOICED, "ға ге да де дағы дегі"),
    (_AFTER_VOICELESS, "тағы тегі"),
    (f"[{_VOWEL}лрйзж]", "дан ден"),
    (_AFTER_POSSESSED, "на не нда нде нан нен ндағы ндегі"),
    # Number.
    (f"[{_VOWEL}рй]", "лар лер"),
    ("[лмнңзж]", "дар дер"),
    (_AFTER_VOICELESS, "тар тер"),
    # Possession, with the accusative behind it.
    ("[аәеёоэюя]", "сы сі сын сін"),
    (_AFTER_VOWEL, "мыз міз"),
    (f"[^{_VOWEL}]|[уи]", "ы і ын ін ымыз іміз ыңыз іңіз"),
    # Nouns in ы and і that stand in news; behind others с is the noun's own (облысы, жұмысы).
    ("шы|ші|қы|лі", "сы сі сын сін"),
    # The verb: past, participles, converbs, what happens or will.
    (_AFTER_VOICED, "ған ген"),
    (_AFTER_VOICELESS, "қан кен"),
    (_AFTER_CONSONANT, "ады еді ып іп атын етін"),
    (_AFTER_VOWEL, "йтын йтін"),
)
# Behind whatever they follow, since they agree with nothing.
_INSTRUMENTAL: Final = (
    (f"[{_VOWEL}лрймнң]", "мен"),
    ("[зж]", "бен"),
    (_AFTER_VOICELESS, "пен"),
)
# Words that end as if they had an ending.
_WHOLE: Final = frozenset(
    [
        "ақын",
        "алтын",
        "алты",
        "бұрын",
        "бүгін",
        "дейін",
        "жақын",
        "кейін",
        "мүмкін",
        "сайын",
        "тегін",
        "түтін",
        "үлкен",
        "апта",
        "басты",
        "бөлме",
        "жаңа",
        "кеңес",
        "қазан",
        "негізгі",
        "соңғы",
        "тағы",
    ]
)
_SHORTEST: Final = 2
_SHORTEST_WITH_LOST_VOWEL: Final = 4
_MOST_ENDINGS: Final = 5
_BACK: Final = frozenset("аоұыяё")
_FRONT: Final = frozenset("әеөүіэ")
_VOICED: Final = str.maketrans("бгғ", "пкқ")
_LOST_VOWEL = re.compile(f"(?<=[^{_VOWEL}йь])[ыі](?=[^{_VOWEL}ңйь]$)|(?<=у)[ыі](?=[лн]$)")


def _compile() -> re.Pattern[str]:
    pieces = []
    for sounds, endings in (*_ENDINGS, *_INSTRUMENTAL):
        before = [f"(?<={sound})" for sound in sounds.split("|")]
        ordered = sorted(endings.split(), key=len, reverse=True)
        pieces.append(f"(?:{'|'.join(before)})(?:{'|'.join(ordered)})")
    return re.compile(f"(?:{'|'.join(pieces)})$")


_ENDING = _compile()


@lru_cache(maxsize=50_000)
def stem_kazakh(word: str) -> str:
    """
    Return the key that the forms of a Kazakh word share.

    Args:
        word: In small Cyrillic letters.
    """
    for _ in range(_MOST_ENDINGS):
        shorter = word if word in _WHOLE else _take_ending(word)
        if shorter == word:
            break
        word = shorter
    if len(word) <= _SHORTEST:
        return word
    word = word.removesuffix("ь")  # фестиваль, фестивалі
    voiceless = word[:-1] + word[-1].translate(_VOICED)
    return _LOST_VOWEL.sub("", voiceless) if len(word) >= _SHORTEST_WITH_LOST_VOWEL else voiceless


def _take_ending(word: str) -> str:
    """Return a word without its last ending, as it is if it has none."""
    match = _ENDING.search(word)
    if match is None:
        return word
    rest = word[: match.start()]
    return rest if _is_root(rest, match[0]) and _agree(rest, match[0]) else word


def _is_root(rest: str, ending: str) -> bool:
    """Say whether what is left is long enough; a root of two letters is су or ел, none is ба."""
    if len(rest) == _SHORTEST:
        return rest[-1] in "уи" or (rest[-1] not in _VOWEL and len(ending) > 1)
    return len(rest) > _SHORTEST


def _agree(rest: str, ending: str) -> bool:
    """Say whether an ending's vowel is of the kind of the last one before it."""
    if ending in ("мен", "бен", "пен"):
        return any(letter in _VOWEL for letter in rest)
    if rest.endswith("л") and _find_kind(ending) == "front":
        return True  # a loan's soft л, without its sign: фестивалі
    kind = _find_kind(rest)
    return kind is not None and kind in ("", _find_kind(ending))


def _find_kind(text: str) -> str | None:
    """Return which kind the last vowel is of; empty if of either, None if there is none."""
    for letter in reversed(text):
        if letter in _BACK:
            return "back"
        if letter in _FRONT:
            return "front"
        if letter in _VOWEL:
            return ""
    return None
