"""
Words of number in English, Kazakh and Russian, as far as they excuse digits in the other text.

Which words there are says ``languages``; here is how a text's words are known to be one of them.
Words side by side are read alone and in every sum they may be part of («сто двадцать пять»: 100,
20, 5, 25, 120, 125).

Generous on purpose: a word wrongly taken for a number lets one invented digit pass; a word not
known rejects a good translation. What a word may stand for but hardly ever must (a decade for ten
years) excuses digits and is never asked for.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH, KAZAKH, LANGUAGES, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "read_english_numbers",
    "read_english_tens",
    "read_local_numbers",
    "read_local_tens",
    "read_local_words",
]

_WORD = re.compile(r"[^\W\d_]+")
_TEN = 10
_HUNDRED = 100
_THOUSAND = 1000
# «Одна тысяча девятьсот восемьдесят пять», and as long again for what stands around it.
_MOST_WORDS = 8

# Words that begin like a number and are none, and names: Сорокин, Третьяк, Стоянов, Шестаков.
_NOT_RUSSIAN = re.compile(
    r"семина|семей|семья|семьи|семью|семье|семён|семип|стои|стор|стол(?!ет)|стоя|стом|стоп|сток"
    r"|парал|парам|парт|двер|обед|обез|обес|обещ|обаян|обанк|однак|однаж"
    r"|вторник|четверг|третьяк|третьяч|шестак|шеств|трибун|триумф|трикот|трилл(?!ион)|тринид|триат"
    # Forty in its forms and in «сорокалетний», and not Сорокин.
    r"|сорок(?!а?$|а\w{4}|ов(?:ой|ый|ая|ое|ые|ого|ому|ым|ом|ых|ую)$)"
)

# Kazakh number words begin many others (үшін, алтын, бірақ), so a whole word is asked for: bare,
# ordinal, collective or in a case. ``он`` takes no case here: онда, оны, оған are pronouns.
_KAZAKH_WORD = re.compile(
    r"(?P<stem>бір|екі|үш|төрт|бес|алты|жеті|сегіз|тоғыз|жиырма|отыз|қырық|елу|алпыс|жетпіс|сексен|тоқсан|жүз|мың"
    r"|миллион|миллиард|триллион|млн|млрд|трлн|жарты|жарым|қос|қосар|ширек)"
    r"(?:с?[іы]н[шc][іы]|н[шc][іы]|еу|ау|[гқк][еа]|ға|[дт][еа]н?|[дт][іы]|[дтн][іы]ң|н[ае]н|с[іы]|[мпб]ен|да[ғй]ан|деген)?"
    r"|(?P<ten>он)(?:ыншы|даған)?"
)
# Тоқсан is ninety and a quarter of the year. A quarter for certain: the second, IV, each.
_QUARTER = re.compile(
    r"(?<!\w)(?P<which>(?:бірінші|екінші|үшінші|төртінші|әр|әрбір|бір|екі|үш|төрт)\s+"
    r"|(?:[1-4]|[ivі]{1,3})\s?(?:[-–—]\s?(?:ші|шы)?\s?)?)тоқсан\w*"
    r"|(?<!\w)тоқсан(?=\s+сайын)"
)
# Perhaps one: «өткен тоқсанда», «тоқсан қорытындысы».
_MAYBE_QUARTER = re.compile(
    r"(?<!\w)(?:осы|өткен|соңғы|келесі|алғашқы|биылғы|ағымдағы|алдыңғы|есепті|жылдың)\s+тоқсан\w*"
    r"|(?<!\w)тоқсан(?:да|дағы|дың|ның|ды)(?!\w)"
    r"|(?<!\w)тоқсан(?=\s+(?:қорытынды|бойынша|бойы|ішінде|басы|соңы|аяғы))"
)
# In its place: a word that is no number.
_QUARTER_WORD = "кезең"

# What may stand for so many, and for so many times the number before it: «два десятка».
_LOOSE_ENGLISH: Final[Mapping[str, Decimal]] = {
    # An hour and a half.
    "half": Decimal("1.5"),
    "decade": Decimal(10),
    "decades": Decimal(10),
    "dozen": Decimal(12),
    "dozens": Decimal(12),
}
_LOOSE_LOCAL: Final = (
    ("десятк", 10),
    ("десяток", 10),
    ("десятилет", 10),
    ("онжылды", 10),
    ("сутк", 24),
    ("суток", 24),
    ("тәулі", 24),
    ("полчас", 30),
    ("полгод", 6),
)

_ROMAN = re.compile(r"(?<!\w)[IVX]{1,6}(?!\w)")
_ROMAN_VALUES: Final = {
    "I": 1,
    "V": 5,
    "X": 10,
}


def read_english_numbers(text: str) -> frozenset[Decimal]:
    """Return all values that words of an English text may stand for."""
    values, loose = _read_english(text)
    return frozenset(value for value, _ in _add_runs(values)) | _multiply(values, loose)


def read_english_tens(text: str) -> frozenset[Decimal]:
    """Return the values of what an English text says with a word from eleven to ninety-nine."""
    return _keep_tens(_read_english(text)[0])


def read_local_words(text: str) -> frozenset[Decimal]:
    """Return all values that words of a Kazakh or Russian text may stand for."""
    words = _split_local(_name_quarters(text))
    known: frozenset[Decimal] = frozenset()
    loose = [_read_loose(word) for word in words]
    for values in (_read_all_russian(words), _read_all_kazakh(words)):
        known |= frozenset(value for value, _ in _add_runs(values)) | _multiply(values, loose)
    return known


def read_local_tens(text: str) -> frozenset[Decimal]:
    """Return the same of a Kazakh or Russian text, of what can be nothing else."""
    words = _split_local(_MAYBE_QUARTER.sub(_QUARTER_WORD, _name_quarters(text)))
    return _keep_tens(_read_all_russian(words)) | _keep_tens(_read_all_kazakh(words))


def read_local_numbers(text: str) -> frozenset[Decimal]:
    """Return the same as ``read_local_words`` with Roman numerals."""
    # Typed with Cyrillic letters more often than not.
    latin = text.replace("І", "I").replace("Х", "X")
    roman = {Decimal(_read_roman(numeral)) for numeral in _ROMAN.findall(latin)}
    return read_local_words(text) | roman


def _read_english(text: str) -> tuple[list[Decimal | None], list[Decimal | None]]:
    """Return the value of each word, and what it may stand for; «two and a half» is two words."""
    low = re.sub(r"\b(?:and )?(?:an? )?half(?: an?)?\b", "half", text.lower())
    words = [word for word in _WORD.findall(low) if word != "and"]
    known = _load_values(ENGLISH)
    return [known.get(word) for word in words], [_LOOSE_ENGLISH.get(word) for word in words]


def _name_quarters(text: str) -> str:
    """Return a text in small letters, with another word for quarters of the year."""
    return _QUARTER.sub(rf"\g<which>{_QUARTER_WORD}", text.lower())


def _split_local(low: str) -> list[str]:
    """Return the words of a text; «два с половиной» is two."""
    return _WORD.findall(re.sub(r"(?<!\w)с (?=половин)", "", low))


def _read_loose(word: str) -> Decimal | None:
    return next((Decimal(value) for stem, value in _LOOSE_LOCAL if word.startswith(stem)), None)


def _read_all_russian(words: Sequence[str]) -> list[Decimal | None]:
    return [_read_russian(word) for word in words]


def _read_all_kazakh(words: Sequence[str]) -> list[Decimal | None]:
    return [_read_kazakh(word) for word in words]


@cache
def _load_values(language: str) -> Mapping[str, Decimal]:
    """Return the value of each word or stem of a language."""
    values: dict[str, Decimal] = {}
    for value, words in LANGUAGES[language].number_words.items():
        for word in words.split():
            values[word] = Decimal(value)
    return values


def _read_russian(word: str) -> Decimal | None:
    if _NOT_RUSSIAN.match(word):
        return None
    stems = _load_values(RUSSIAN)
    longest = max(
        (stem for stem in stems if word.startswith(stem)),
        key=len,
        default=None,
    )
    return None if longest is None else stems[longest]


def _read_kazakh(word: str) -> Decimal | None:
    match = _KAZAKH_WORD.fullmatch(word)
    if match is None:
        return None
    return _load_values(KAZAKH)[match["stem"] or match["ten"]]


def _read_roman(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    total = values[-1]
    for value, after in pairwise(values):
        total += -value if value < after else value
    return total


def _keep_tens(values: Sequence[Decimal | None]) -> frozenset[Decimal]:
    return frozenset(value for value, has_ten in _add_runs(values) if has_ten)


def _multiply(
    values: Sequence[Decimal | None], loose: Sequence[Decimal | None]
) -> frozenset[Decimal]:
    """Return what the loose words may stand for, alone and times the number before: two decades."""
    known = {value for value in loose if value is not None}
    for times, value in zip(values, loose[1:], strict=False):
        if times is not None and value is not None:
            known.add(times * value)
    return frozenset(known)


def _add_runs(values: Sequence[Decimal | None]) -> list[tuple[Decimal, bool]]:
    """Return every number that words side by side may be, and whether it has one of the tens."""
    found: list[tuple[Decimal, bool]] = []
    for start in range(len(values)):
        run: list[Decimal] = []
        has_ten = False
        for value in values[start : start + _MOST_WORDS]:
            if value is None:
                break
            run.append(value)
            total = _add_up(run)
            if total is None:
                break
            has_ten = has_ten or total % _HUNDRED > _TEN
            found.append((total, has_ten))
    return found


def _add_up(values: Sequence[Decimal]) -> Decimal | None:
    """Return what words say together, if one number: ``forty seven``, ``two hundred five``."""
    total = group = Decimal(0)
    least: Decimal | None = None
    for value in values:
        if value >= _THOUSAND:
            if least is not None and value >= least:
                return None
            total += (group or 1) * value
            group, least = Decimal(0), value
        elif not group or _is_added(group, value):
            group += value
        elif value == _HUNDRED and group < _HUNDRED:
            group *= value
        else:
            return None
    return total + group


def _is_added(group: Decimal, value: Decimal) -> bool:
    """Say whether a word fills what is empty of those before: a half, ones of tens, of hundreds."""
    if value < 1:
        return group == int(group)
    place = _TEN if value < _TEN else _HUNDRED
    return value < _HUNDRED and group >= place and group % place == 0
