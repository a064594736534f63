"""
Words in capitals, given back their usual case.

Requirement. A headline in capitals is read by four judges that all rest on case: the language, the
names, the model of English and the grouping. Each takes ПРЕЗИДЕНТ ПРИНЯЛ МИНИСТРА for a row of
abbreviations. Written as it is usually written, it is read as any other. A name that loses its
capital is the worse mistake (it is translated as a word), an abbreviation in small letters the
worst (АҚШ becomes nonsense); a word too many with a capital harms little.

Theory. A word in capitals is shouted unless it is an abbreviation. How it is usually written is
said, the first that knows it, by

- the article's own text, where it stands within a sentence;
- a table of the word forms of some 100,000 lines of news and of the glossary
  (``foundry.spellings``);
- a known name with another ending: Kazakh adds its endings, Russian changes them;
- the shape of family names and patronymics; the initial or the given name before it;
- length and sound: what no table holds and cannot be spoken is an abbreviation.

Else it is a common word. The beginning of a sentence and of what stands in quotes has a capital.

All of a line is read anew where most of its letters are shouted; in an ordinary line only what is
certain: words in a row, and single words that the table knows in small letters (СРОЧНО). Words in
Latin letters stay in a line of Cyrillic ones: they are brands. Kazakh in Latin letters is looked up
in Cyrillic ones; English stays as it is, as no table here tells its names from its words.

Measured: ``./run bench capitals``. Roads not taken: a model of case (the table has 150 KB and takes
0.05 s once), small letters throughout with a capital first (every name would be lost).
"""

from __future__ import annotations

import lzma
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from aggregator.languages import Language
from aggregator.names.forms import has_other_ending
from aggregator.text.language import detect_language
from aggregator.text.latin import to_cyrillic

if TYPE_CHECKING:
    from collections.abc import (
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

__all__ = ["SPELLINGS", "OwnSpellings", "is_usual", "list_inner_words", "restore_case"]

SPELLINGS = "spellings.txt.xz"
"""
The table beside this module: a word form a line, as it is usually written; sorted.

A line of two words is a person whose given name is a common word too.
"""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
# A capital is expected behind these; a few characters before a word are looked at.
_OPENED = re.compile(r"(?:[.!?…]\s++|[«“„\"(])[-–—\s]*+$|^\W*+$")
_LOOKED_BACK = 6
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]\.\s?$")
# Of all letters of a line so many are in capitals where the line is shouted as a whole.
_SHOUTED_SHARE = 0.6
# Shorter words that no table holds may well be abbreviations.
_CERTAIN_LETTERS = 5
_LEAST_LETTERS = 3
# Words in a row, of an ordinary line.
_ROW_WORDS = 2
_VOWELS = frozenset("аеёиоуыэюяәіөұүөaeiouyäöüūıáóúý")
_CONSONANTS_IN_A_ROW = 4
_FAMILY_NAME = re.compile(
    r"\w{2,}(?:баев|беков|ғалиев|галиев|алиев|ханов|жанов|молдин|қызы|ұлы|кызы|улы|ович|евич|овна"
    r"|евна)(?:а|у|ым|ой|е|тың|тің|ның|нің|дың|дің|қа|ке|ға|ге|ты|ті|ны|ні|ды|ді|пен|бен|мен"
    r"|тан|тен|дан|ден|нан|нен)?"
)
# Wider, for a word that nothing knows beside a name. Without endings of cases: Прическа Токаева is
# no given name.
_FAMILY_SHAPE = re.compile(r"\w{3,}(?:ов|ев|ин|ский)")
_STEM_LETTERS = 4
# As long as anything in a line of news; longer runs are no words.
_MAX_WORD = 40
# Kazakh in the Latin letters of 2021.
_OF_2021 = re.compile("[ÄĞÑÖŞŪÜ]")
_DOTLESS = str.maketrans("Iİ", "ıi")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it stands; ``is_shouted`` unless it is in small letters, or an abbreviation."""

    text: str
    start: int
    end: int
    is_capital: bool
    is_shouted: bool


class OwnSpellings:
    """How the words of one article's text are written; it is read when it is first asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def by_word(self) -> Mapping[str, str]:
        """By the word in small letters, where its case says something."""
        return _count_own(self._text)


@cache
def _load_spellings() -> Mapping[str, str]:
    """Return how word forms are usually written, by the form in small letters."""
    forms = [line for line in _read_table() if " " not in line]
    return {form.lower(): form for form in forms}


def is_usual(low: str) -> bool:
    """Say whether the table has a word form in small letters: Kazakh or Russian, no name."""
    return _load_spellings().get(low) == low


@cache
def _load_persons() -> Mapping[str, tuple[str, ...]]:
    """Return family names by the given names before them that are common words; small letters."""
    by_given: dict[str, list[str]] = defaultdict(list)
    for line in _read_table():
        low = line.lower()
        given, _, family = low.partition(" ")
        if family:
            by_given[given].append(family)
    return {given: tuple(families) for given, families in by_given.items()}


def _read_table() -> list[str]:
    file = files("aggregator.text").joinpath(SPELLINGS)
    unpacked = lzma.decompress(file.read_bytes())
    table = unpacked.decode()
    return table.split("\n")


@cache
def _load_stems() -> Mapping[str, tuple[str, ...]]:
    """Return the forms of the table by their first letters, the longest first."""
    by_stem: dict[str, list[str]] = defaultdict(list)
    for low, form in _load_spellings().items():
        if len(low) >= _STEM_LETTERS:
            stem = low[:_LEAST_LETTERS]
            by_stem[stem].append(form)
    for forms in by_stem.values():
        forms.sort(key=_rank_form)
    return {stem: tuple(forms) for stem, forms in by_stem.items()}


def _rank_form(form: str) -> tuple[int, bool]:
    """Return by what forms are ordered: the longest first, of one length the common word first."""
    return -len(form), not form.islower()


def restore_case(line: str, own: OwnSpellings | None = None) -> str:
    """
    Return a line with its shouted words as they are usually written.

    Args:
        line: Plain text, tidy: a headline or a paragraph.
        own: How the words of its article are written, which is counted if anything is shouted.

    Returns:
        The line as it was where nothing is shouted; the same when it is restored again.
    """
    words = _split_words(line)
    chosen = _choose_words(words)
    if not chosen:
        return line
    spellings = own.by_word if own else {}
    written = [word.text for word in words]
    for place, word in enumerate(words):
        if word in chosen:
            written[place] = _restore_word(word, line, spellings)
    for place in _find_persons(words, written, spellings):
        word = words[place]
        if word in chosen:
            low = _lower(word.text)
            written[place] = _capitalise(low)
    pieces = []
    end = 0
    for word, spelling in zip(words, written, strict=True):
        between = line[end : word.start]
        pieces += [between, spelling]
        end = word.end
    pieces.append(line[end:])
    return "".join(pieces)


def list_inner_words(text: str) -> Iterator[str]:
    """Give the words of a text that stand within sentences, where a capital says something."""
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) > _MAX_WORD:
            continue
        start = match.start()
        looked_from = max(0, start - _LOOKED_BACK)
        before = text[looked_from:start]
        is_first = start == 0 or _OPENED.search(before) or "\n" in before
        if not is_first or word.isupper():
            yield word


def _split_words(line: str) -> list[_Word]:
    words = []
    is_cyrillic = _CYRILLIC.search(line) is not None
    if not is_cyrillic and not _is_kazakh(line):
        return []
    for match in _WORD.finditer(line):
        text = match[0]
        is_brand = is_cyrillic and _LATIN.search(text) is not None
        is_capital = text.isupper() and len(text) <= _MAX_WORD and not is_brand
        is_shouted = is_capital and _is_shouted(text)
        word = _Word(
            text,
            match.start(),
            match.end(),
            is_capital,
            is_shouted,
        )
        words.append(word)
    return words


def _is_kazakh(line: str) -> bool:
    """Say whether a line without Cyrillic letters is Kazakh in Latin ones, and in capitals."""
    if not line.isupper():
        return False
    language = detect_language(_lower(line))
    return language == Language.KAZAKH_LATIN


def _is_shouted(text: str) -> bool:
    """Say whether a word in capitals is more than an abbreviation."""
    if len(text) < _LEAST_LETTERS:
        return False
    low = _lower(text)
    known = _load_spellings().get(low)
    if known is None:
        return len(text) >= _CERTAIN_LETTERS and not _is_short_form(low)
    return known != text


def _choose_words(words: Sequence[_Word]) -> frozenset[_Word]:
    """Return the words of a line that are to be restored."""
    shouted = [word for word in words if word.is_shouted]
    if not shouted:
        return frozenset()
    capital = [word for word in words if word.is_capital]
    capital_letters = _count_letters(capital)
    all_letters = _count_letters(words)
    if capital_letters >= _SHOUTED_SHARE * all_letters:
        return frozenset(capital)
    certain = [word for word in shouted if _is_certain(word.text)]
    return frozenset(_find_rows(words) + certain)


def _count_letters(words: Iterable[_Word]) -> int:
    return sum(len(word.text) for word in words)


def _find_rows(words: Sequence[_Word]) -> list[_Word]:
    """Return the words in capitals of each row that holds two shouted ones or more."""
    found: list[_Word] = []
    row: list[_Word] = []
    line_end = _Word(
        "",
        0,
        0,
        is_capital=False,
        is_shouted=False,
    )
    for word in (*words, line_end):
        if word.is_capital:
            row.append(word)
            continue
        shouted = sum(one.is_shouted for one in row)
        if shouted >= _ROW_WORDS:
            found += row
        row = []
    return found


def _is_certain(text: str) -> bool:
    """Say whether a single word is known to be a common one."""
    if len(text) < _CERTAIN_LETTERS:
        return False
    return is_usual(_lower(text))


def _restore_word(
    word: _Word,
    line: str,
    own: Mapping[str, str],
) -> str:
    text = word.text
    start = word.start
    looked_from = max(0, start - _LOOKED_BACK)
    before = line[looked_from:start]
    is_begun = start == 0 or _OPENED.search(before) is not None
    if len(text) == 1:
        behind = line[word.end : word.end + 1]
        is_initial = behind == "."
        return text if is_begun or is_initial else _lower(text)
    written = _spell(text, own)
    if is_begun or _INITIAL.search(before):
        return _capitalise(written)
    return written


def _find_persons(
    words: Sequence[_Word],
    written: Sequence[str],
    own: Mapping[str, str],
) -> Iterator[int]:
    """Give the places of given and family names that only the other of the two makes known."""
    for place in range(len(words) - 1):
        given = words[place]
        family = words[place + 1]
        is_beside = family.start == given.end + 1
        if not is_beside or len(given.text) < _LEAST_LETTERS:
            continue
        if _is_person(given.text, family.text):
            yield from (place, place + 1)
        elif _FAMILY_SHAPE.fullmatch(_lower(family.text)):
            is_given_name = written[place][:1].isupper()
            is_family_name = written[place + 1][:1].isupper()
            unsaid, at = (family, place + 1) if is_given_name else (given, place)
            if is_given_name is not is_family_name and not _is_known(unsaid.text, own):
                yield at


def _is_person(given: str, family: str) -> bool:
    """Say whether two words are a person of the table; the second may have an ending."""
    low = _lower(family)
    families = _load_persons().get(_lower(given), ())
    return any(low == name or has_other_ending(low, name) for name in families)


def _is_known(text: str, own: Mapping[str, str]) -> bool:
    """Say whether a word is known by itself or by another ending of it."""
    low = _lower(text)
    if low in own or low in _load_spellings():
        return True
    return _find_relative(low) != ""


def _spell(text: str, own: Mapping[str, str]) -> str:
    """Return how a word in capitals is usually written within a sentence."""
    low = _lower(text)
    if low in own:
        return own[low]
    if not _CYRILLIC.search(low):
        return _spell_latin(text, low)
    known = _load_spellings().get(low)
    if known is not None:
        return known
    if "-" in low:
        parts = [_spell_part(part, own) for part in text.split("-")]
        return "-".join(parts)
    return _spell_unknown(text, low)


def _spell_part(part: str, own: Mapping[str, str]) -> str:
    low = _lower(part)
    return _spell(part, own) if len(part) > 1 else low


def _spell_unknown(text: str, low: str) -> str:
    if _FAMILY_NAME.fullmatch(low):
        return _capitalise(low)
    relative = _find_relative(low)
    if relative.islower():
        return low
    if relative:
        return relative[0] + low[1:]
    return text if _is_short_form(low) else low


def _find_relative(low: str) -> str:
    """Return the longest form of the table that a word is another ending of; empty for none."""
    stem = low[:_LEAST_LETTERS]
    for form in _load_stems().get(stem, ()):
        if has_other_ending(low, form.lower()):
            return form
    return ""


def _spell_latin(text: str, low: str) -> str:
    """Return a word in Latin letters in the case that the same in Cyrillic ones has."""
    cyrillic = to_cyrillic(low)
    usual = _spell(cyrillic.upper(), {})
    if usual.isupper():
        return text
    if usual.islower():
        return low
    return _capitalise(low)


def _is_short_form(low: str) -> bool:
    """Say whether a word that no table holds is an abbreviation by its length and its sound."""
    if len(low) <= _LEAST_LETTERS:
        return True
    sounds = "".join("v" if letter in _VOWELS else "c" for letter in low)
    if "v" not in sounds:
        return True
    if len(low) > _CERTAIN_LETTERS:
        return False
    consonants = "c" * _CONSONANTS_IN_A_ROW
    return sounds.startswith("vv") or consonants in sounds


def _count_own(text: str) -> dict[str, str]:
    """Return how the words of a text are written in it, where its case says something."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word in list_inner_words(text):
        low = _lower(word)
        counts[low][word] += 1
    own = {}
    for low, spellings in counts.items():
        usual = [word for word in spellings if not word.isupper() or len(word) < _CERTAIN_LETTERS]
        if usual:
            own[low] = max(usual, key=lambda word: spellings[word])
    return own


def _lower(text: str) -> str:
    """Return a word in small letters; in Kazakh of 2021 ``I`` is ``ı``, and ``İ`` is ``i``."""
    if "İ" in text or _OF_2021.search(text):
        text = text.translate(_DOTLESS)
    return text.lower()


def _capitalise(word: str) -> str:
    return word[:1].upper() + word[1:]
