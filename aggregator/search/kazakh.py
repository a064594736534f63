"""
Stems of Kazakh words. Pure.

Kazakh adds its endings behind each other and changes their first sound by what stands before them
(кітап-тан, қала-дан, ән-нен), so most letters that look like an ending are not one: Алматы has no
ending ты, as т follows no vowel. The endings of number, possession and case, and those of the verb
that stand in news, are taken off one by one from the end, each only behind a sound that it may
follow and where the word's last vowel agrees with its own.

Where a noun's own last consonant and the vowel of possession look like another ending (өзен-і and
өзе-ні, бас-ы and ба-сы, құжат-ын and құж-атын), nothing in the word says which it is. Such a word
has the keys of both readings, and two words meet in any; a word of the table of those that only
look as if they had an ending (алтын-ы) has one.

What is left is a key, not a word of the dictionary: a voiced last letter is made what it is without
an ending (кітабы, кітап), and the vowel that some words lose is left out of all (халық, халқы).
Mistaking one word for another is the worse error, since readers then get what they did not ask for;
so the infinitive, and endings that make other words (-шы, -лық), stay.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["list_kazakh_stems", "stem_kazakh"]

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
    ("шы|ші|қы|лі|гі|ғы|нды|нді|ржы|рты|кті|улы|тері", "сы сі сын сін"),
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
        "буын",
        "егін",
        "жауын",
        "жиын",
        "кәсіпорын",
        "келін",
        "қарқын",
        "құйын",
        "мұрын",
        "ойын",
        "орын",
        "отын",
        "тасқын",
        "тиын",
        "толқын",
        "түйін",
        "шығын",
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
_LOST_VOWEL = re.compile(f"(?<=[^{_VOWEL}йь])[ыі](?=[^{_VOWEL}ңйь]$)|(?<=у)[ыі](?=[лнз]$)")
# Behind a noun's own consonant, which may look like the beginning of another ending.
_POSSESSED: Final = frozenset({"ы", "і", "ын", "ін"})
_CONVERB: Final = ("ып", "іп")
# Loans are soft there whatever their vowels: фестивалі, банкі, пункті, педагогтер.
_SOFT_LOAN: Final = ("л", "к", "г", "кт")


def _compile() -> Mapping[str, re.Pattern[str]]:
    """Return what may stand before each ending."""
    before: dict[str, list[str]] = defaultdict(list)
    for sounds, endings in (*_ENDINGS, *_INSTRUMENTAL):
        for ending in endings.split():
            before[ending].append(sounds)
    return {ending: re.compile(f"(?:{'|'.join(sounds)})$") for ending, sounds in before.items()}


_BEFORE = _compile()
_LENGTHS: Final = sorted({len(ending) for ending in _BEFORE}, reverse=True)


def stem_kazakh(word: str) -> str:
    """
    Return the key of a Kazakh word's likeliest reading.

    Args:
        word: In small Cyrillic letters.
    """
    return list_kazakh_stems(word)[0]


@lru_cache(maxsize=50_000)
def list_kazakh_stems(word: str) -> tuple[str, ...]:
    """
    Return the keys that a Kazakh word may have, the likeliest first.

    Args:
        word: In small Cyrillic letters.
    """
    roots = list(_list_roots(word, _MOST_ENDINGS))
    if word.endswith(_CONVERB):
        roots.append(word)  # тәртіп is a noun
    return tuple(dict.fromkeys(map(_finish, roots)))


def _list_roots(word: str, most: int) -> Iterator[str]:
    """Yield what is left of a word without its endings, of which there are so many at most."""
    rests = [] if word in _WHOLE or not most else _list_rests(word)
    if most < _MOST_ENDINGS and word.endswith(_CONVERB):
        rests = []  # nothing stands behind a converb
    if not rests:
        yield word
    for rest in rests:
        yield from _list_roots(rest, most - 1)


def _list_rests(word: str) -> list[str]:
    """Return a word without its last ending, the likeliest first; empty if it has none."""
    rests = list(_cut_endings(word))
    whole = [rest for rest, _ in rests if rest in _WHOLE]
    if whole:
        return whole[-1:]
    others = [rest for rest, ending in rests[1:] if ending in _POSSESSED]
    return [rest for rest, _ in rests[:1]] + others


def _cut_endings(word: str) -> Iterator[tuple[str, str]]:
    """Yield what is left of a word, and each ending that it may have; the longest first."""
    for length in _LENGTHS:
        rest, ending = word[:-length], word[-length:]
        before = _BEFORE.get(ending)
        if before is not None and before.search(rest) and _fits(rest, ending):
            yield rest, ending


def _fits(rest: str, ending: str) -> bool:
    return _is_root(rest, ending) and _agree(rest, ending)


def _finish(word: str) -> str:
    """Return the key of what is left."""
    if len(word) <= _SHORTEST:
        return word
    word = word.removesuffix("ь")  # фестиваль, фестивалі
    voiceless = word[:-1] + word[-1].translate(_VOICED)
    return _LOST_VOWEL.sub("", voiceless) if len(word) >= _SHORTEST_WITH_LOST_VOWEL else voiceless


def _is_root(rest: str, ending: str) -> bool:
    """Say whether what is left is long enough; a root of two letters is су or ел, none is ба."""
    if len(rest) == _SHORTEST:
        return rest[-1] in "уи" or (rest[-1] not in _VOWEL and len(ending) > 1)
    return len(rest) > _SHORTEST


def _agree(rest: str, ending: str) -> bool:
    """Say whether an ending's vowel is of the kind of the last one before it."""
    if ending in ("мен", "бен", "пен"):
        return any(letter in _VOWEL for letter in rest)
    if rest.endswith(_SOFT_LOAN) and _find_kind(ending) == "front":
        return True
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
