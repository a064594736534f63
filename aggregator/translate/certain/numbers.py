"""
Numbers with what they count, and dates, in English. Pure.

Only a number whose noun the table knows is told: «38 млн кубометров», not «38 млн». What is said of
it (``certain.bounds``) is kept where that is certain, and a range stays a range. A number that is
part of a larger one, an ordinal, a temperature below zero, a time of day, or one that is denied is
passed over.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.translate.certain.bounds import UP_TO, is_denied, say_bound
from aggregator.translate.certain.nouns import find_noun, happens
from aggregator.translate.certain.pieces import Piece
from aggregator.translate.certain.spoken import read_spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.translate.certain.nouns import Noun
    from aggregator.translate.certain.pieces import Words

__all__ = ["list_numbers"]

_NUM: Final = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?(?![\d])"
_SCALE: Final = (
    r"тыс\b\.?|тысяч[аиу]?\b|мың|млн\b\.?|миллион(?:а|ов)?|млрд\b\.?|миллиард(?:а|ов)?"
    r"|трлн\b\.?|триллион(?:а|ов)?"
)
_FIGURE: Final = re.compile(
    rf"(?<![\w.,:/№#+−–-])(?P<dollar>\$ ?)?(?P<first>{_NUM})(?:\s?[–—-]\s?(?P<second>{_NUM}))?"
    rf"(?:[ \u00a0]?(?P<scale>{_SCALE}))?"
    r"(?:-?(?P<than>[нтд][ае]н)(?= (?:астам|артық|көп)\b)"
    r"|-?(?P<near>[ғгқк][ае])(?= (?:жуық|таяу)\b))?"
    r"(?P<percent> ?%)?(?![\w:/]|[.,]\d|-[^\W_])",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"(?<![\d:.,/])(?P<one>\d{1,2}):(?P<other>\d{1,2})"
    r"(?![\d:.]|\s*(?:час|сағат)|\s?-?(?:д[ае]|т[ае]|[дт][ае]н|[гқк][ае]|ға)(?!\w))"
)
# «В 10:30», «с 9:00–18:00».
_TIME_BEFORE = re.compile(
    r"(?:(?<!\w)(?:в|к|до|с|со|после|около|на|по|от|сағат|уақыт\w*)\s*|\d\s?[–—-]\s?)$",
    re.IGNORECASE,
)
_SCORED = re.compile(r"сч[её]т|есеп|есеб", re.IGNORECASE)
_HOURS: Final = 24
_MINUTES: Final = 60
# «От 5 до 10 лет».
_RANGE_BEFORE = re.compile(rf"(?<!\w)от\s(?P<first>{_NUM})\s+до\s*$", re.IGNORECASE)
_AGE = re.compile(r"(?<![\w.,–-])(?P<age>\d{1,3})(?:-летн\w+| жастағы| жасар)(?!\w)")
_NEW: Final = frozenset(
    [
        "новых",
        "новые",
        "новая",
        "новый",
        "новую",
        "нового",
        "новой",
        "новыми",
        "новым",
        "новому",
        "жаңа",
    ]
)
_NUMBER_BEFORE = re.compile(rf"(?:\d|{_SCALE}|минус|№|номер)\s*$", re.IGNORECASE)
# «12 из 40 человек пострадали»: not the forty.
_PART_BEFORE = re.compile(
    r"(?:\d|(?<!\w)(?:оба|обе|од(?:ин|на|ного|ной)|дв[ае]|двое|двух|тр[иё]|трое|тр[её]х|четыре|четверо"
    r"|пять|пятеро|шесть|шестеро|семь|семеро|восемь|девять|десять|никто|кажд\w{2}|половин\w|треть"
    r"|часть|больш\w{1,7}|многие|некоторые))\s+из\s*$",
    re.IGNORECASE,
)
_SCALE_BEGINS = re.compile(r"\s?(?:тыс|мың|мил|мл|трил|трлн)", re.IGNORECASE)
# What stands right before a number: two long words.
_REACH: Final = 40
_THOUSAND: Final = 1000
_SCALES: Final = (
    ("тыс", Decimal(1_000)),
    ("мың", Decimal(1_000)),
    ("млн", Decimal(1_000_000)),
    ("миллион", Decimal(1_000_000)),
    ("млрд", Decimal(1_000_000_000)),
    ("миллиард", Decimal(1_000_000_000)),
    ("тр", Decimal(1_000_000_000_000)),
)
_LARGE: Final = (
    (Decimal(1_000_000_000_000), "trillion"),
    (Decimal(1_000_000_000), "billion"),
    (Decimal(1_000_000), "million"),
)
# What is said of people beside their number, in English that holds whatever happened to them.
_FATES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    KAZAKH: (
        (r"(?:қаза (?:тапты|болды)|мерт болды|көз жұмды|опат болды|қайтыс болды)", "died"),
        (r"(?:жарақат алды|жарақаттанды|жараланды)", "injured"),
        (r"зардап шекті", "affected"),
        (r"эвакуацияланды", "evacuated"),
        (r"құтқарылды", "rescued"),
        (r"ұсталды", "detained"),
        (r"сотталды", "convicted"),
    ),
    RUSSIAN: (
        (r"(?:погиб(?:ли|ло|ла)?|скончал(?:ись|ось)|умерл[ио])", "died"),
        (r"пострадал[ио]", "affected"),
        (r"(?:ранены|травмированы|получили (?:травмы|ранения))", "injured"),
        (r"эвакуирован[ыо]", "evacuated"),
        (r"спасен[ыо]|спасён|спасены", "rescued"),
        (r"задержан[ыо]", "detained"),
        (r"осужден[ыо]|осуждён", "convicted"),
        (r"госпитализирован[ыо]", "taken to hospital"),
    ),
}
_PER: Final = frozenset({("в", "секунду"), ("в", "час"), ("в", "сек")})
_CLOCK_BEFORE: Final = frozenset({"в", "к", "до", "с", "после"})
_CLOCK_AFTER: Final = frozenset({"утра", "дня", "вечера", "ночи"})
_FROST: Final = frozenset({"аяз", "аязға", "суық", "мороза", "холода", "ниже"})
_PEOPLE: Final = frozenset({"person", "child", "miner", "pupil", "passenger", "tourist", "patient"})


def list_numbers(words: Words) -> Iterator[Piece]:
    """Give the numbers of a text with what they count, ages and scores."""
    for match in _AGE.finditer(words.text):
        yield from _make_age(words, match)
    for match in _FIGURE.finditer(words.text):
        piece = _make_figure(words, match)
        if piece is not None:
            yield piece
    for start, end, value in read_spoken(words):
        if not _NUMBER_BEFORE.search(words.look_back(start, _REACH)):
            piece = _make_piece(words, (start, end), _write(value), value, "")
            if piece is not None:
                yield piece
    for match in _SCORE.finditer(words.text):
        if not _is_time(words, match):
            yield Piece(match.start(), match.end(), match[0])


def _is_time(words: Words, match: re.Match[str]) -> bool:
    """Say whether what looks like a score may be a time of day."""
    before = words.look_back(match.start(), _REACH)
    if _TIME_BEFORE.search(before):
        return True
    could_be = int(match["one"]) < _HOURS and int(match["other"]) < _MINUTES
    if not could_be or len(match["other"]) == 1:
        return False
    return not _SCORED.search(before + words.text[match.end() : match.end() + _REACH])


def _make_age(words: Words, match: re.Match[str]) -> Iterator[Piece]:
    """Give an age with the person of that age; in Russian the words may be of a plan otherwise."""
    number = words.find_word(match.end())
    found = None if number is None else find_noun(words, number, counted=True)
    if found is not None and number is not None and found[0].sort == "thing":
        end = words.words[number + found[1] - 1][2]
        yield Piece(match.start(), end, f"{match['age']}-year-old {found[0].one}")
    elif words.language == KAZAKH:
        yield Piece(match.start(), match.end(), f"{match['age']}-year-old")


def _make_figure(words: Words, match: re.Match[str]) -> Piece | None:
    before = words.look_back(match.start(), _REACH)
    if _NUMBER_BEFORE.search(before) or _PART_BEFORE.search(before):
        return None
    if _SCALE_BEGINS.match(words.text, match.end()):  # of a form that is not known
        return None
    start, text, value = _read_figure(match, before)
    said, end = _read_than(words, match)
    if not (match["dollar"] or match["percent"]):
        return _make_piece(words, (start, end), text, value, said)
    if is_denied(words, start, end):
        return None
    said = said or say_bound(words, start, end)
    return Piece(start, end, said + (f"${text}" if match["dollar"] else f"{text}%"))


def _read_than(words: Words, match: re.Match[str]) -> tuple[str, int]:
    """Return what «500-ден астам» says of a number, and where that ends."""
    said = "more than " if match["than"] else "nearly " if match["near"] else ""
    following = words.find_word(match.end())
    if said and following is not None:
        return said, words.words[following][2]
    return said, match.end()


def _read_figure(match: re.Match[str], before: str) -> tuple[int, str, Decimal]:
    """Return where a number or a range begins, its English, and its value, or its last."""
    last = match["second"] or match["first"]
    value = _read(last) * _read_scale(match["scale"])
    if match["second"]:
        text = _write_range(_read(match["first"]), _read(last), match["scale"])
        return match.start(), text, value
    if found := _RANGE_BEFORE.search(before):
        text = _write_range(_read(found["first"]), _read(last), match["scale"])
        return match.start() - len(before) + found.start(), text, value
    return match.start(), _write(value), value


def _make_piece(
    words: Words,
    span: tuple[int, int],
    text: str,
    value: Decimal,
    said: str,
) -> Piece | None:
    """Return a number with the noun behind it; None if the table knows none."""
    start, end = span
    number = words.find_word(end)
    new = ""
    if words.get(number) in _NEW and number is not None:
        new = "new "
        number += 1
    found = None if number is None else find_noun(words, number, counted=True)
    if found is None or number is None:
        return None
    noun, count, plain = found
    if _is_ordinal(words, value, noun, plain=plain) or _is_other(
        words, start, number + count, noun
    ):
        return None
    end = words.words[number + count - 1][2]
    said = said or say_bound(words, start, end)
    several = words.get(number) == "лет"
    named = _name(text, value, noun, new, several=several)
    if said == UP_TO and named == text:  # «до 2030 года»
        said = ""
    fate, (start, end) = _find_fate(words, (start, end), noun)
    return Piece(start, end, f"{said}{named}{fate}")


def _is_other(words: Words, start: int, after: int, noun: Noun) -> bool:
    """Say whether it is a time, a rate, or denied; ``after`` is the word behind its noun."""
    if _is_hour(words, start, after, noun) or _is_rate(words, start, after, noun):
        return True
    return is_denied(words, start, words.words[after - 1][2])


def _name(text: str, value: Decimal, noun: Noun, new: str, *, several: bool) -> str:
    if noun.one == "percent":
        return f"{text}%"
    if noun.one == "year" and _is_year(value) and not several:
        return text
    return f"{text} {new}{noun.one if value == 1 else noun.many}"


def _is_year(value: Decimal) -> bool:
    return value == int(value) and 1900 <= value < 2100  # noqa: PLR2004  (what the press writes of)


def _is_ordinal(words: Words, value: Decimal, noun: Noun, *, plain: bool) -> bool:
    """Say whether a Russian number counts in order: «5 класс», «5 место»."""
    if words.language != RUSSIAN or not plain or noun.one in {"euro", "tenge", "cafe"}:
        return False
    last = int(value) % 100
    one = last % 10 == 1 and last != 11  # noqa: PLR2004  (одиннадцать)
    return not one and not _is_year(value)


def _is_rate(words: Words, start: int, after: int, noun: Noun) -> bool:
    """Say whether what follows makes another unit of it: a second, an hour, degrees of frost."""
    if noun.one == "degree":
        return words.get(after) in _FROST
    if noun.one == "tenge":  # 1 теңге 85 тиын
        return words.get(after + 1).startswith(("тиын", "тиин", "тыйын"))
    if noun.one in {"metre", "kilometre"}:
        per = (words.get(after), words.get(after + 1))
        return per in _PER or words.get(words.find_last(start)) in {"секундына", "сағатына"}
    return False


def _is_hour(words: Words, start: int, after: int, noun: Noun) -> bool:
    """Say whether it is a time of day: «в 15 часов», «5 часов утра»."""
    if noun.one != "hour":
        return False
    return words.get(words.find_last(start)) in _CLOCK_BEFORE or words.get(after) in _CLOCK_AFTER


def _find_fate(words: Words, span: tuple[int, int], noun: Noun) -> tuple[str, tuple[int, int]]:
    """Return what became of people, and the stretch with the words that say so."""
    start, end = span
    if noun.one not in _PEOPLE or not happens(words.text):
        return "", span
    before, after = words.look_back(start, 2 * _REACH), words.text[end : end + _REACH]
    if re.search(r"(?<!\w)(?:не|никто|чуть|едва|могли)\s+\w+\s*$", before):
        return "", span
    for pattern, english in _FATES.get(words.language, ()):
        if found := re.match(rf"\s(?:{pattern})(?!\w)", after):
            return f" {english}", (start, end + found.end())
        if words.language == RUSSIAN and (
            found := re.search(rf"(?<!\w)(?:{pattern})\s(?:\w+\s)?$", before, re.IGNORECASE)
        ):
            return f" {english}", (start - len(before) + found.start(), end)
    return "", span


def _read_scale(text: str | None) -> Decimal:
    if text is None:
        return Decimal(1)
    low = text.lower()
    return next(value for beginning, value in _SCALES if low.startswith(beginning))


def _read(digits: str) -> Decimal:
    return Decimal("".join(digits.split()).replace(",", "."))


def _write(value: Decimal) -> str:
    """Return a number as English writes it: 12,500, 1.5 million."""
    for size, name in _LARGE:
        if value >= size:
            return f"{_write_plain(value / size)} {name}"
    return _write_plain(value)


def _write_plain(value: Decimal) -> str:
    if value == int(value):
        number = int(value)
        return f"{number:,}" if number >= 10_000 or number % _THOUSAND == 0 else str(number)  # noqa: PLR2004
    return f"{value.normalize():f}"


def _write_range(first: Decimal, second: Decimal, scale: str | None) -> str:
    size = _read_scale(scale)
    if size in (_THOUSAND, 1):
        return f"{_write(first * size)}–{_write(second * size)}"
    name = _write(size).split()[-1]
    return f"{_write_plain(first)}–{_write_plain(second)} {name}"
