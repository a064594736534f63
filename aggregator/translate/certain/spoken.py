"""
Numbers in words, of which it is certain that they are numbers. Pure.

Unlike ``translate.number_words``, which excuses digits and is generous, this knows whole words
alone: ordinals are none, nor are Kazakh бір («a») and Russian «пара». A number that is vague
(«несколько тысяч», «жүздеген мың») is none.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aggregator.translate.certain.pieces import Words

__all__ = ["read_spoken"]

_RUSSIAN: Final = {
    1: "один одна одного одной",
    2: "два две двух двое двоих двоим двум двумя",
    3: "три трех трёх трое троих троим трем трём тремя",
    4: "четыре четырех четырёх четырем четырём четырьмя четверо четверых четверым",
    5: "пять пяти пятью пятеро пятерых пятерым",
    6: "шесть шести шестью шестеро шестерых шестерым",
    7: "семь семи семеро семерых семерым",
    8: "восемь восьми",
    9: "девять девяти",
    10: "десять десяти",
    11: "одиннадцать одиннадцати",
    12: "двенадцать двенадцати",
    13: "тринадцать тринадцати",
    14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати",
    16: "шестнадцать шестнадцати",
    17: "семнадцать семнадцати",
    18: "восемнадцать восемнадцати",
    19: "девятнадцать девятнадцати",
    20: "двадцать двадцати",
    30: "тридцать тридцати",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти",
    60: "шестьдесят шестидесяти",
    70: "семьдесят семидесяти",
    80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот",
    300: "триста трехсот трёхсот",
    400: "четыреста четырехсот четырёхсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
    1_000: "тысяча тысячу тысячи тысяч",
    1_000_000: "миллион миллиона миллионов",
    1_000_000_000: "миллиард миллиарда миллиардов",
}
_KAZAKH: Final = {
    1: "бір",
    2: "екі",
    3: "үш",
    4: "төрт",
    5: "бес",
    6: "алты",
    7: "жеті",
    8: "сегіз",
    9: "тоғыз",
    10: "он",
    20: "жиырма",
    30: "отыз",
    40: "қырық",
    50: "елу",
    60: "алпыс",
    70: "жетпіс",
    80: "сексен",
    90: "тоқсан",
    100: "жүз",
    1_000: "мың",
    1_000_000: "миллион",
    1_000_000_000: "миллиард",
}
_HUNDRED: Final = 100
_THOUSAND: Final = 1_000
_DASHES: Final = frozenset("-–—")
# What makes a number behind it vague, or part of another.
_VAGUE: Final = frozenset(
    [
        "несколько",
        "нескольких",
        "сотни",
        "сотен",
        "десятки",
        "десятков",
        "полтора",
        "полутора",
        "много",
        "многих",
        "тысячи",
        "миллионы",
        "полмиллиона",
        "бірнеше",
        "жүздеген",
        "ондаған",
        "мыңдаған",
        "миллиондаған",
        "талай",
        "жарты",
        "әр",
        "каждые",
        "каждый",
        "каждую",
        "сразу",
        "из",
        "целых",
        "десятых",
        "половиной",
        "четверти",
        "сколько",
        "оннан",
        "жүзден",
        "мыңнан",
        "бүтін",
        "үтір",
        "жарым",
        "ширек",
        "қанша",
        "неше",
        "көп",
    ]
)
_VALUES: Final[dict[str, dict[str, int]]] = {KAZAKH: {}, RUSSIAN: {}}
for _language, _table in ((KAZAKH, _KAZAKH), (RUSSIAN, _RUSSIAN)):
    for _value, _forms in _table.items():
        _VALUES[_language].update(dict.fromkeys(_forms.split(), _value))
# «тысячи людей» are thousands; «бір» is «a» as often as one.
_NEVER_ALONE: Final = frozenset(
    ["бір", "тысячи", "тысяч", "миллиона", "миллионов", "миллиарда", "миллиардов"]
)


def read_spoken(words: Words) -> Iterator[tuple[int, int, Decimal]]:
    """Give where each number in words begins and ends, and its value."""
    values = _VALUES.get(words.language, {})
    number = 0
    while number < len(words.words):
        run = _find_run(words, number, values)
        if not run:
            number += 1
            continue
        last = number + len(run) - 1
        if _is_certain(words, number, run, values):
            total = _add_up([values[word] for word in run])
            if total is not None:
                yield words.words[number][1], words.words[last][2], Decimal(total)
        number = last + 1


def _find_run(words: Words, number: int, values: dict[str, int]) -> list[str]:
    """Return the words of number from one on that stand side by side."""
    run: list[str] = []
    while words.get(number + len(run)) in values:
        if run and not words.is_joined(number + len(run) - 1, 2):
            break
        run.append(words.get(number + len(run)))
    return run


def _is_certain(words: Words, number: int, run: Sequence[str], values: Mapping[str, int]) -> bool:
    if len(run) == 1 and run[0] in _NEVER_ALONE:
        return False
    before = words.get(number - 1)
    return before not in _VAGUE and not _ends_range(words, number, values)


def _ends_range(words: Words, number: int, values: Mapping[str, int]) -> bool:
    """Say whether other numbers stand before: «екі-үш мың», «двадцать — тридцать»."""
    if number == 0:
        return False
    before, _, end = words.words[number - 1]
    parts = before.lower().replace("\u2011", "-").split("-")
    if len(parts) > 1:
        return parts[-1] in values
    return before.lower() in values and words.text[end : words.words[number][1]].strip() in _DASHES


def _add_up(values: Sequence[int]) -> int | None:
    """Return the value of words of number in their order; None if they are no one number."""
    total = 0
    group = 0
    for value in values:
        if value >= _THOUSAND:
            if total and value >= _smallest_scale(total):
                return None
            total += max(group, 1) * value
            group = 0
        elif value == _HUNDRED and 1 < group < 10:  # noqa: PLR2004  (екі жүз)
            group *= _HUNDRED
        elif group and (group % 10 or value >= group or len(str(value)) >= _zeros(group) + 1):
            return None
        else:
            group += value
    return total + group


def _zeros(value: int) -> int:
    return len(str(value)) - len(str(value).rstrip("0"))


def _smallest_scale(total: int) -> int:
    return int(10 ** (_zeros(total) // 3 * 3))
