"""
Sentences of Kazakh, Russian and English news.

Requirement. A sentence cut in two is translated into two pieces of nonsense; two sentences in one cost the model some
quality. So a boundary needs a reason: in doubt there is none.

Theory. A boundary stands after ``.``, ``!``, ``?`` or ``…`` (and the quotes and brackets that close after them) if white
space follows and the next word begins like a sentence: with a capital, a digit, a dash or an opening quote. Against it: an
initial (А. Б. Иванов), an abbreviation that is never last (ул., им., тов.), one that may be last (г., т.г., ж., млн.)
unless a capital follows, and the dash with which Russian and Kazakh go on after direct speech («...», – деді министр).

Joining the pieces with single spaces gives the text back, but for white space.

Roads not taken. Punkt and its kin must be trained for each language and know no Kazakh; argostranslate's own splitter
falls back to English rules for it.
"""

from __future__ import annotations

import re

__all__ = ["first_sentences", "split_sentences"]

# Never the end of a sentence: a name or a number follows.
_NEVER_LAST = frozenset(
    ["ул", "пр", "просп", "пер", "им", "тов", "г-н", "г-жа", "гл", "стр", "рис", "табл", "см", "ср", "напр", "т.е", "т.к", "т.н", "т.ч", "обл", "респ", "акад", "проф", "доц", "зам", "көш", "ауд", "обл", "мыс", "қ.а", "mr", "mrs", "ms", "dr", "prof", "st", "no", "vs", "e.g", "i.e", "gen", "col"]
)
# May end a sentence: then what follows begins with a capital.
_PERHAPS_LAST = frozenset(
    ["г", "гг", "в", "вв", "руб", "коп", "тыс", "млн", "млрд", "трлн", "т.д", "т.п", "т.г", "с.г", "др", "пр", "и.о", "м", "км", "см", "кг", "ж", "жж", "ғ", "т.б", "т.с.с", "т.ж", "ж.т", "мың", "сағ", "мин", "тг", "тенге", "inc", "ltd", "co", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "a.m", "p.m", "u.s"]
)
_END = re.compile(r"[.!?…]+[»”\"')\]]*(?=\s)")
_BEGINS = re.compile(r"\s+[«“„\"'(\[]*[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ0-9]|\s+[«“„]|\s+[-–—]\s+[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ]")
_LAST_WORD = re.compile(r"([\w.\-]+)\.$")
_INITIAL = re.compile(r"(?:^|[\s.(«\"])[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ]$")


def split_sentences(text: str, language: str = "") -> list[str]:
    """
    Split a text.

    Args:
        text: Plain; newlines always end a sentence.
        language: The rules of the three languages do not contradict each other, so it is not asked.

    Returns:
        Sentences without white space around them, none empty.
    """
    del language
    return [piece for line in text.splitlines() for piece in _split_line(line)]


def _split_line(line: str) -> list[str]:
    found, start = [], 0
    for match in _END.finditer(line):
        if _is_end(line[start : match.end()], match.group(), line[match.end() :]):
            found.append(line[start : match.end()].strip())
            start = match.end()
    found.append(line[start:].strip())
    return [piece for piece in found if piece]


def _is_end(before: str, mark: str, after: str) -> bool:
    if not _BEGINS.match(after):
        return False
    if mark != ".":
        return True
    if _INITIAL.search(before[:-1]):
        return False
    word = _LAST_WORD.search(before)
    if word is None:
        return True
    # A capital or a digit follows, so an abbreviation that may be last is taken as last, unless it is a number's.
    last = word[1].casefold()
    if last in _NEVER_LAST:
        return False
    return not (last in _PERHAPS_LAST and after.lstrip()[:1].isdigit())


def first_sentences(text: str, language: str, *, count: int, max_chars: int) -> list[str]:
    """
    Return the first sentences of a text, for a lead.

    Args:
        text: Plain.
        language: Of the text.
        count: At most so many.
        max_chars: No further sentence once so many characters are there; the first one is given whole.
    """
    found: list[str] = []
    size = 0
    for sentence in split_sentences(text, language)[:count]:
        if found and size + len(sentence) > max_chars:
            break
        found.append(sentence)
        size += len(sentence)
    return found
