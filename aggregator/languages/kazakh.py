"""Kazakh in Cyrillic letters, in which most of it is printed."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from aggregator.languages.row import Language, LanguageRow, Month, WritingSystem

__all__ = ["KAZAKH_ROW"]

_MONTHS: Final = (
    Month("қаңтар", ("қаң",)),
    Month("ақпан", ("ақп",)),
    Month("наурыз", ("нау",)),
    Month("сәуір", ("сәу",)),
    Month("мамыр", ("мам",)),
    Month("маусым", ("мау",)),
    Month("шілде", ("шіл",)),
    Month("тамыз", ("там",)),
    Month("қыркүйек", ("қыр",)),
    # A kettle too, and the beginning of Қазанғап, a name.
    Month("қазан", ("қаз",), in_date="қазан(?!ғ)"),
    Month("қараша", ("қар",)),
    Month("желтоқсан", ("жел",)),
)

# Whole words: Kazakh number words begin many others.
_NUMBER_WORDS: Final = {
    "0.5": "жарты жарым",
    "1": "бір",
    "2": "екі қос қосар",
    "3": "үш",
    "4": "төрт ширек",
    "5": "бес",
    "6": "алты",
    "7": "жеті",
    "8": "сегіз",
    "9": "тоғыз",
    "10": "он",
    "20": "жиырма",
    "30": "отыз",
    "40": "қырық",
    "50": "елу",
    "60": "алпыс",
    "70": "жетпіс",
    "80": "сексен",
    "90": "тоқсан",
    "100": "жүз",
    "1000": "мың",
    "1000000": "миллион млн",
    "1000000000": "миллиард млрд",
    "1000000000000": "триллион трлн",
}

KAZAKH_ROW: Final = LanguageRow(
    code=Language.KAZAKH,
    name="Kazakh",
    iso_639_3="kaz",
    script=WritingSystem.CYRILLIC,
    letters="а-яёәіңғүұқөһ",
    months=_MONTHS,
    weekdays=("дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі"),
    number_words=MappingProxyType(_NUMBER_WORDS),
    never_last="көш даң ықш ауд мыс қ.ғ т.а а.т",
    perhaps_last="ж жж ғ ғғ б.з т.б т.с.с т.ж ж.т сағ тг тнг теңг мың",
    sample="Астанада жаңа мектеп ашылды.",
    has_glossary=True,
)
