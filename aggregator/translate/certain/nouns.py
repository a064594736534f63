"""
Nouns whose English is the same wherever they stand, found in any of their forms. Pure.

The table ``nouns.tsv`` leaves out every word with two meanings (Russian «граница» is in «за
границей», Kazakh «жол» in «жолға қойылды»): a word passed over costs a reader little, a wrong one
all trust. For the same reason a noun is passed over in quotation marks and with a capital that its
place does not explain, and what happens (a fire, an earthquake) in a text that denies, fears or
rehearses something.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.names.forms import is_form, split_words
from aggregator.translate.certain.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aggregator.translate.certain.pieces import Words

__all__ = ["Noun", "find_noun", "find_nouns", "happens", "list_counted", "list_nouns"]

_LANGUAGES: Final = (KAZAKH, RUSSIAN)
_WHOLE: Final = "="
_STEM_LETTERS: Final = 2
_COUNTED: Final = frozenset({"unit", "thing"})
# Ауылдық, мектептік: of villages, of schools.
_KAZAKH_ADJECTIVE = re.compile("[лдт][ыі][қкғг]|ш[ае]$")
_TITLES: Final = frozenset(
    {
        "deputy",
        "judge",
        "lawyer",
        "minister",
        "president",
        "prime minister",
        "prosecutor",
    }
)
# «Детей в здании не было»: who was not there is not told of.
_PEOPLE: Final = frozenset(
    {
        "boy",
        "child",
        "girl",
        "man",
        "passenger",
        "patient",
        "pupil",
        "teenager",
        "tourist",
        "woman",
    }
)
_NOT_SO = re.compile(
    r"(?<!\w)(?:не(?! (?:менее|более|меньше|больше)\b)|ни|нет|без|бы|могли|могут|может|едва|чудом"
    r"|опроверг\w*|отрица\w*|фейк\w*|ложн\w*|слух\w*|учени(?:я|й|ях|ям)|тренировк\w*|угроз\w*"
    r"|риск\w*|возможн\w*|вероятн\w*|предотвра\w*|предупре\w*|если|якобы|годовщин\w*|профилактик\w*"
    r"|жоқ|емес|жоққа|теріске|жалған|жаттығу\w*|қауіп\w*|қаупі\w*|мүмкін\w*|болжам\w*|алдын|ықтимал\w*)(?!\w)"
    r"|(?:ма|ме|ба|бе|па|пе)(?:й|йды|йді|ды|ді|ған|ген|с|йтын|йтін)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Noun:
    """
    A row of the table.

    Attributes:
        sort: ``unit``, ``thing``, ``topic`` or ``event``; see the table.
        one: English of one, and of the thing as such.
        many: English of several.
        also: How words begin that say it in other English.
    """

    sort: str
    one: str
    many: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Form:
    words: tuple[str, ...]
    whole: bool
    noun: Noun


def find_noun(words: Words, number: int, *, counted: bool) -> tuple[Noun, int, bool] | None:
    """
    Return the noun that begins with a word.

    Args:
        words: Of the text.
        number: Of the word.
        counted: Only what may stand behind a number; else only what may stand alone.

    Returns:
        The noun of the most words, how many those are, and whether they stand as in a dictionary;
        None if there is none.
    """
    best: tuple[Noun, int, bool] | None = None
    forms = _load_forms(words.language)
    stem = words.get(number)[:_STEM_LETTERS]
    for form in forms.get(stem, ()):
        noun = form.noun
        may_stand = noun.sort in _COUNTED if counted else noun.sort != "unit"
        if not may_stand:
            continue
        count = len(form.words)
        is_longer = best is None or count > best[1]
        if is_longer and _is_here(words, number, form):
            plain = _is_plain(words, number, form)
            best = noun, count, plain
    return best


def _is_plain(words: Words, number: int, form: _Form) -> bool:
    """Say whether words that are a noun's form stand as in a dictionary."""
    if form.whole:
        return False
    after = number + len(form.words)
    here = tuple(word.lower() for word, _, _ in words.words[number:after])
    return here == form.words


@lru_cache(maxsize=64)
def happens(text: str) -> bool:
    """Say whether a text tells what it tells as a fact: not denied, possible, feared or heard."""
    return not _NOT_SO.search(text)


def find_nouns(words: Words) -> Iterator[tuple[Noun, int, int]]:
    """Give the nouns of a text that stand alone, with where each begins and ends."""
    may_be = happens(words.text)
    for number, (word, start, _) in enumerate(words.words):
        found = find_noun(words, number, counted=False)
        if found is None:
            continue
        noun, count, _ = found
        _, _, end = words.words[number + count - 1]
        if _is_name(words, word, start) or words.is_quoted(start, end):
            continue
        if not may_be and _is_of_event(noun):
            continue
        if noun.one in _TITLES and words.is_another(number, count):
            continue
        yield noun, start, end


def _is_name(words: Words, word: str, start: int) -> bool:
    """Say whether a word has a capital that its place does not explain."""
    if not word[0].isupper() or word.isupper():
        return False
    return not words.begins_sentence(start)


def _is_of_event(noun: Noun) -> bool:
    """Say whether a noun is told of what happened: an event, or who was there."""
    return noun.sort == "event" or noun.one in _PEOPLE


def list_nouns(words: Words) -> Iterator[Piece]:
    """Give the same in English."""
    for noun, start, end in find_nouns(words):
        yield Piece(start, end, noun.one)


def _is_here(words: Words, number: int, form: _Form) -> bool:
    count = len(form.words)
    here = words.words[number : number + count]
    if len(here) < count or not words.is_joined(number, count):
        return False
    last = count - 1
    for place, part in enumerate(form.words):
        word, _, _ = here[place]
        is_last = place == last
        is_word = _is_word(
            word,
            part,
            words.language,
            exact=form.whole and is_last,
            last=is_last,
        )
        if not is_word:
            return False
    return True


@lru_cache(maxsize=20_000)
def _is_word(
    word: str,
    part: str,
    language: str,
    *,
    exact: bool,
    last: bool,
) -> bool:
    if part.isupper():
        return word == part
    small = word.lower()
    if exact:
        return part in {word, small}
    if not is_form(small, part, language, last=last):
        return False
    if language != KAZAKH:
        return True
    return not _KAZAKH_ADJECTIVE.search(small, len(part) - 1)


@cache
def list_counted() -> Mapping[str, str]:
    """Return what may stand behind a number in English, one and many, with the word for one."""
    counted: dict[str, str] = {}
    for noun, _ in _read_rows():
        if noun.sort in _COUNTED:
            counted[noun.one] = noun.one
            counted[noun.many] = noun.one
    return counted


def _read_rows() -> Iterator[tuple[Noun, list[str]]]:
    """Give the nouns of the table, each with its forms by language."""
    folder = files("aggregator.translate.certain")
    text = folder.joinpath("nouns.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        sort, one, many, *columns, also = line.split("\t")
        beginnings = tuple(also.split())
        noun = Noun(sort, one, many, beginnings)
        yield noun, columns


@cache
def _load_forms(language: str) -> Mapping[str, tuple[_Form, ...]]:
    """Return the forms of a language by the first letters of their first word."""
    forms: dict[str, list[_Form]] = defaultdict(list)
    column = _LANGUAGES.index(language)
    for noun, columns in _read_rows():
        for form in columns[column].split(", "):
            parts = tuple(word for word, _, _ in split_words(form))
            if not parts:
                continue
            whole = form.endswith(_WHOLE)
            stem = parts[0][:_STEM_LETTERS].lower()
            forms[stem].append(_Form(parts, whole, noun))
    return {stem: tuple(made) for stem, made in forms.items()}
