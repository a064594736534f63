"""
What is said beside a number: that it is more, nearly so many, at most so many, or not so. Pure.

«До» is up to («штраф до 500 тысяч тенге») and to («выросла до 500 тысяч тенге»): where the text has
a change or another end of it, the number alone is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH

if TYPE_CHECKING:
    from aggregator.translate.certain.pieces import Words

__all__ = ["UP_TO", "is_denied", "say_bound"]

UP_TO: Final = "up to "
_MORE: Final = "more than "
_LESS: Final = "less than "
_ABOUT: Final = "about "
_NEARLY: Final = "nearly "
_AT_LEAST: Final = "at least "
_AT_MOST: Final = "at most "

_BEFORE: Final = {
    "более": _MORE,
    "больше": _MORE,
    "свыше": _MORE,
    "около": _ABOUT,
    "примерно": _ABOUT,
    "приблизительно": _ABOUT,
    "ориентировочно": _ABOUT,
    "порядка": _ABOUT,
    "почти": _NEARLY,
    "менее": _LESS,
    "меньше": _LESS,
    "минимум": _AT_LEAST,
    "максимум": _AT_MOST,
    "шамамен": _ABOUT,
    "кемінде": _AT_LEAST,
}
_DENIED: Final = {
    "более": _AT_MOST,
    "больше": _AT_MOST,
    "свыше": _AT_MOST,
    "менее": _AT_LEAST,
    "меньше": _AT_LEAST,
}
_TWO_BEFORE: Final = {
    "меньшей мере": _AT_LEAST,
    "крайней мере": _AT_LEAST,
    "кем дегенде": _AT_LEAST,
    "аз дегенде": _AT_LEAST,
    "хотя бы": _AT_LEAST,
    "көп дегенде": _AT_MOST,
}
# «Почти в 2 раза», «более чем на 5%»; but «больше в 2 раза» is twice as much.
_BETWEEN: Final = frozenset({"в", "на", "за", "с", "у", "из", "о", "к"})
_COMPARED: Final = frozenset({"более", "больше", "менее", "меньше"})
_AFTER: Final = {
    "астам": _MORE,
    "артық": _MORE,
    "жуық": _NEARLY,
    "таяу": _NEARLY,
    "шамасында": _ABOUT,
    "и более": _AT_LEAST,
    "и больше": _AT_LEAST,
}
# Behind a noun in the ablative alone: «5 адамнан көп»; else «кем» is who, «көп» many.
_AFTER_ABLATIVE: Final = {
    "кем емес": _AT_LEAST,
    "аз емес": _AT_LEAST,
    "көп емес": _AT_MOST,
    "кем": _LESS,
    "аз": _LESS,
    "көп": _MORE,
    "аса": _MORE,
    "асты": _MORE,
    "асады": _MORE,
}
_ABLATIVE: Final = ("нан", "нен", "дан", "ден", "тан", "тен")
# Not five, none, instead of five, all but five.
_NOT_BEFORE = re.compile(
    r"(?<!\w)(?:(?:не|ни)\s+(?:(?:в|во|на|с|у|для|о|об|от|за|к|из|по)\s+)?"
    r"|(?:вместо|взамен|кроме|помимо|без)\s+(?:\w+\s+)?)$",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile(r"\s+(?:емес|жоқ|орнына|басқа)(?!\w)", re.IGNORECASE)
_CHANGE = re.compile(
    r"(?<!\w)(?:(?:с|со|от)\s+\d|(?:вы|воз|под|за)?рос|расти?\b|раст[уё]т|вырас|увелич|сни[зж]|сокра[тщ]|упал|упад|пада|"
    r"повы[сш]|подорож|подешев|до(?:ве[дл]|вести|шл|шё?л|йд|ход|росл|бра)|подн[яи]|подым|опус[тк]|достиг|подскоч|рухн|укреп|ослаб"
    r"|пони[зж]|продл|довё[лд]|сжал|удлин|расшир"
    r"|өс|арт(?!ық)|төменде|қысқар|көтеріл|көтер|жет[тке]|жоғарыла|арзанда|қымбатта|азай|көбей|түс|ұлғай|кеңей|ұзар)"
    r"|(?<!\S)(?=[^\s\d]{0,20}\d)\S*[дтн][ае]н\s++\d",
    re.IGNORECASE,
)
# As far as a word before a number is looked for, and a change on either side.
_REACH: Final = 40
_ENDING: Final = 3
_FAR: Final = 80


def is_denied(words: Words, start: int, end: int) -> bool:
    """
    Say whether a text says that it is not this number: «ни один», «вместо 5 школ».

    Args:
        words: Of the text.
        start: Where the number begins.
        end: Where what it counts ends.
    """
    if _NOT_BEFORE.search(words.look_back(start, _REACH)):
        return True
    return bool(_NOT_AFTER.match(words.text[end : end + _REACH]))


def say_bound(words: Words, start: int, end: int) -> str:
    """Return what is said of a number in English, a blank behind it; empty if nothing is."""
    said = _say_after(words, end) or _say_before(words, start)
    if said or not _is_up_to(words, start, end):
        return said
    return "" if _is_change(words, start, end) else UP_TO


def _say_after(words: Words, end: int) -> str:
    after = words.find_word(end)
    if after is None:
        return ""
    following = words.get(after)
    pair = f"{following} {words.get(after + 1)}"
    said = _AFTER.get(pair) or _AFTER.get(following, "")
    if said or not words.text[max(0, end - _ENDING) : end].endswith(_ABLATIVE):
        return said
    return _AFTER_ABLATIVE.get(pair) or _AFTER_ABLATIVE.get(following, "")


def _is_up_to(words: Words, start: int, end: int) -> bool:
    if words.language == KAZAKH:
        return words.get(words.find_word(end)) == "дейін"
    return words.get(words.find_last(start)) == "до"


def _is_change(words: Words, start: int, end: int) -> bool:
    around = words.text[max(0, start - _FAR) : start] + " " + words.text[end : end + _FAR]
    return bool(_CHANGE.search(around))


def _say_before(words: Words, start: int) -> str:
    number = words.find_last(start)
    if number is None:
        return ""
    between = words.get(number) in _BETWEEN
    number -= between
    compared = words.get(number) == "чем"
    number -= compared
    word = words.get(number)
    if between and not compared and word in _COMPARED:
        return ""
    pair = f"{words.get(number - 1)} {word}"
    if pair in _TWO_BEFORE:
        return _TWO_BEFORE[pair]
    if words.get(number - 1) in {"не", "кем"}:
        return _DENIED.get(word, "")
    return _BEFORE.get(word, "")
