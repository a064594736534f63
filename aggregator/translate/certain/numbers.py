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
_PER: Final = frozenset(
    {
        ("в", "секунду"),
        ("в", "час"),
        ("в", "сек"),
    }
)
_PER_BEFORE: Final = frozenset({"секундына", "сағатына"})
_CLOCK_BEFORE: Final = frozenset({"в", "к", "до", "с", "после"})
_CLOCK_AFTER: Final = frozenset({"утра", "дня", "вечера", "ночи"})
_FROST: Final = frozenset(
    {
        "аяз",
        "аязға",
        "суық",
        "мороза",
        "холода",
        "ниже",
    }
)
_PEOPLE: Final = frozenset(
    {
        "person",
        "child",
        "miner",
        "pupil",
        "passenger",
        "tourist",
        "patient",
    }
)
_INDECLINABLE: Final = frozenset({"euro", "tenge", "cafe"})


def list_numbers(words: Words) -> Iterator[Piece]:
    """Give the numbers of a text with what they count, ages and scores."""
    for match in _AGE.finditer(words.text):
        yield from _make_age(words, match)
    for match in _FIGURE.finditer(words.text):
        piece = _make_figure(words, match)
        if piece is not None:
            yield piece
    yield from _list_spoken(words)
    for match in _SCORE.finditer(words.text):
        if not _is_time(words, match):
            start, end = match.span()
            yield Piece(start, end, match[0])


def _list_spoken(words: Words) -> Iterator[Piece]:
    """Give the numbers that are written in letters."""
    for start, end, value in read_spoken(words):
        before = words.look_back(start, _REACH)
        if _NUMBER_BEFORE.search(before):
            continue
        span = (start, end)
        text = _write(value)
        piece = _make_piece(words, span, text, value, said="")
        if piece is not None:
            yield piece


def _is_time(words: Words, match: re.Match[str]) -> bool:
    """Say whether what looks like a score may be a time of day."""
    start, end = match.span()
    before = words.look_back(start, _REACH)
    if _TIME_BEFORE.search(before):
        return True
    hours = int(match["one"])
    minutes = int(match["other"])
    could_be = hours < _HOURS and minutes < _MINUTES
    if not could_be or len(match["other"]) == 1:
        return False
    after = words.text[end : end + _REACH]
    return not _SCORED.search(before + after)


def _make_age(words: Words, match: re.Match[str]) -> Iterator[Piece]:
    """Give an age with the person of that age; in Russian the words may be of a plan otherwise."""
    start, end = match.span()
    aged = f"{match['age']}-year-old"
    person = _find_person(words, end)
    if person is not None:
        noun, person_end = person
        yield Piece(start, person_end, f"{aged} {noun.one}")
    elif words.language == KAZAKH:
        yield Piece(start, end, aged)


def _find_person(words: Words, age_end: int) -> tuple[Noun, int] | None:
    """Return who is of an age, and where the last word for that ends; None if it is not said."""
    number = words.find_word(age_end)
    if number is None:
        return None
    found = find_noun(words, number, counted=True)
    if found is None:
        return None
    noun, count, _ = found
    if noun.sort != "thing":
        return None
    return noun, _find_end(words, number + count)


def _find_end(words: Words, after: int) -> int:
    """Return where the word before a word ends."""
    _, _, end = words.words[after - 1]
    return end


def _make_figure(words: Words, match: re.Match[str]) -> Piece | None:
    before = words.look_back(match.start(), _REACH)
    if _NUMBER_BEFORE.search(before) or _PART_BEFORE.search(before):
        return None
    if _SCALE_BEGINS.match(words.text, match.end()):  # of a form that is not known
        return None
    start, text, value = _read_figure(match, before)
    said, end = _read_than(words, match)
    if not (match["dollar"] or match["percent"]):
        span = (start, end)
        return _make_piece(words, span, text, value, said)
    if is_denied(words, start, end):
        return None
    if not said:
        said = say_bound(words, start, end)
    figure = f"${text}" if match["dollar"] else f"{text}%"
    return Piece(start, end, said + figure)


def _read_than(words: Words, match: re.Match[str]) -> tuple[str, int]:
    """Return what «500-ден астам» says of a number, and where that ends."""
    said = ""
    if match["than"]:
        said = "more than "
    elif match["near"]:
        said = "nearly "
    end = match.end()
    following = words.find_word(end)
    if said and following is not None:
        _, _, end = words.words[following]
    return said, end


def _read_figure(match: re.Match[str], before: str) -> tuple[int, str, Decimal]:
    """Return where a number or a range begins, its English, and its value, or its last."""
    start = match.start()
    scale = match["scale"]
    last = _read(match["second"] or match["first"])
    value = last * _read_scale(scale)
    if match["second"]:
        first = _read(match["first"])
        text = _write_range(first, last, scale)
        return start, text, value
    if found := _RANGE_BEFORE.search(before):
        first = _read(found["first"])
        text = _write_range(first, last, scale)
        range_start = start - len(before) + found.start()
        return range_start, text, value
    return start, _write(value), value


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
    if number is None:
        return None
    new = ""
    if words.get(number) in _NEW:
        new = "new "
        number += 1
    found = find_noun(words, number, counted=True)
    if found is None:
        return None
    noun, count, plain = found
    after = number + count
    if _is_ordinal(words, value, noun, plain=plain):
        return None
    if _is_other(words, start, after, noun):
        return None
    end = _find_end(words, after)
    if not said:
        said = say_bound(words, start, end)
    several = words.get(number) == "лет"
    named = _name(text, value, noun, new, several=several)
    if said == UP_TO and named == text:  # «до 2030 года»
        said = ""
    counted = (start, end)
    fate, (start, end) = _find_fate(words, counted, noun)
    return Piece(start, end, f"{said}{named}{fate}")


def _is_other(
    words: Words,
    start: int,
    after: int,
    noun: Noun,
) -> bool:
    """Say whether it is a time, a rate, or denied; ``after`` is the word behind its noun."""
    if _is_hour(words, start, after, noun):
        return True
    if _is_rate(words, start, after, noun):
        return True
    end = _find_end(words, after)
    return is_denied(words, start, end)


def _name(
    text: str,
    value: Decimal,
    noun: Noun,
    new: str,
    *,
    several: bool,
) -> str:
    if noun.one == "percent":
        return f"{text}%"
    if noun.one == "year" and _is_year(value) and not several:
        return text
    counted = noun.one if value == 1 else noun.many
    return f"{text} {new}{counted}"


def _is_year(value: Decimal) -> bool:
    is_whole = value == int(value)
    return is_whole and 1900 <= value < 2100  # noqa: PLR2004  (what the press writes of)


def _is_ordinal(
    words: Words,
    value: Decimal,
    noun: Noun,
    *,
    plain: bool,
) -> bool:
    """Say whether a Russian number counts in order: «5 класс», «5 место»."""
    if words.language != RUSSIAN or not plain:
        return False
    if noun.one in _INDECLINABLE:
        return False
    last = int(value) % 100
    one = last % 10 == 1 and last != 11  # noqa: PLR2004  (одиннадцать)
    return not one and not _is_year(value)


def _is_rate(
    words: Words,
    start: int,
    after: int,
    noun: Noun,
) -> bool:
    """Say whether what follows makes another unit of it: a second, an hour, degrees of frost."""
    if noun.one == "degree":
        return words.get(after) in _FROST
    if noun.one == "tenge":  # 1 теңге 85 тиын
        coins = words.get(after + 1)
        return coins.startswith(("тиын", "тиин", "тыйын"))
    if noun.one not in {"metre", "kilometre"}:
        return False
    per = (words.get(after), words.get(after + 1))
    if per in _PER:
        return True
    before = words.find_last(start)
    return words.get(before) in _PER_BEFORE


def _is_hour(
    words: Words,
    start: int,
    after: int,
    noun: Noun,
) -> bool:
    """Say whether it is a time of day: «в 15 часов», «5 часов утра»."""
    if noun.one != "hour":
        return False
    before = words.find_last(start)
    if words.get(before) in _CLOCK_BEFORE:
        return True
    return words.get(after) in _CLOCK_AFTER


def _find_fate(words: Words, span: tuple[int, int], noun: Noun) -> tuple[str, tuple[int, int]]:
    """Return what became of people, and the stretch with the words that say so."""
    start, end = span
    if noun.one not in _PEOPLE or not happens(words.text):
        return "", span
    before = words.look_back(start, 2 * _REACH)
    after = words.text[end : end + _REACH]
    if re.search(r"(?<!\w)(?:не|никто|чуть|едва|могли)\s+\w+\s*$", before):
        return "", span
    for pattern, english in _FATES.get(words.language, ()):
        fate = f" {english}"
        if found := re.match(rf"\s(?:{pattern})(?!\w)", after):
            return fate, (start, end + found.end())
        if words.language != RUSSIAN:
            continue
        found = re.search(rf"(?<!\w)(?:{pattern})\s(?:\w+\s)?$", before, re.IGNORECASE)
        if found:
            fate_start = start - len(before) + found.start()
            return fate, (fate_start, end)
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
            share = _write_plain(value / size)
            return f"{share} {name}"
    return _write_plain(value)


def _write_plain(value: Decimal) -> str:
    number = int(value)
    if value != number:
        return f"{value.normalize():f}"
    if number >= 10_000 or number % _THOUSAND == 0:  # noqa: PLR2004
        return f"{number:,}"
    return str(number)


def _write_range(first: Decimal, second: Decimal, scale: str | None) -> str:
    size = _read_scale(scale)
    if size in (_THOUSAND, 1):
        least = _write(first * size)
        most = _write(second * size)
        return f"{least}–{most}"
    name = _write(size).split()[-1]
    least = _write_plain(first)
    most = _write_plain(second)
    return f"{least}–{most} {name}"
