"""
The glossary: names whose English is settled, and where a text speaks of them.

    [[group]]
    kind = "person"
    source = "akorda.kz, English edition"
    names = [
      ["Kassym-Jomart Tokayev", "Қасым-Жомарт Тоқаев", "Касым-Жомарт Токаев"],
    ]

A row is English, Kazakh, Russian; several forms of one language stand between `` | ``, and a
language without a form has an empty text. Forms are those of the dictionary; ``forms`` knows the
others. Of two names at one place the longer wins, then the one that stands there as the dictionary
has it (Сулейменов is a form of Сулейменова too).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import ConfigError, Fault
from aggregator.languages import ENGLISH, GLOSSARY_LANGUAGES, readers_name
from aggregator.names.countries import HOME
from aggregator.names.forms import has_words, is_adjective, is_form, split_words
from aggregator.toml.files import read_owner_text
from aggregator.toml.tables import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    _Word = tuple[str, int, int]  # with where it begins and ends

__all__ = ["KINDS", "Glossary", "Name", "NameMatch", "read_glossary"]

KINDS: Final = (
    "person",
    "region",
    "city",
    "place",
    "body",
    "company",
    "agency",
    "party",
    "country",
    "currency",
    "event",
    "office",
)
_ROW: Final = 1 + len(GLOSSARY_LANGUAGES)
_COLUMNS: Final = f"[{', '.join(map(readers_name, (ENGLISH, *GLOSSARY_LANGUAGES)))}]"
_SEPARATOR: Final = " | "
# Of a word, what no ending changes: what names are looked up by.
_STEM_LETTERS: Final = 3
_SEVERAL: Final = " and "


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """
    One entry.

    Attributes:
        english: The official form.
        kind: One of ``KINDS``.
        forms: Of the dictionary, by language code; the main one first.
    """

    english: str
    kind: str
    forms: tuple[tuple[str, tuple[str, ...]], ...]

    def list_forms(self, language: str) -> tuple[str, ...]:
        """Return the forms of a language."""
        return dict(self.forms).get(language, ())


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name in a text: which, and where it begins and ends."""

    name: Name
    start: int
    end: int


class Glossary:
    """Names, ready to be looked for."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(names)

    @cached_property
    def _index(self) -> Mapping[tuple[str, str], Sequence[tuple[tuple[str, ...], Name]]]:
        """Names by language and stem; most processes check a glossary and look nothing up."""
        index = defaultdict(list)
        for name in self.names:
            for language, forms in name.forms:
                for form in forms:
                    words = tuple(word for word, _, _ in split_words(form))
                    index[language, _cut_stem(words[0])].append((words, name))
        return index

    @cached_property
    def fingerprint(self) -> str:
        """Text that differs when any entry does; asked for with every segment."""
        return blake2b(repr(self.names).encode(), digest_size=8).hexdigest()

    def find(
        self,
        text: str,
        language: str,
    ) -> list[NameMatch]:
        """
        Find the names that a text speaks of, in its order; none overlaps another.

        Минторговли is Kazakhstan's Ministry of Trade and Integration, and China's is not: a short
        name before another country is nobody's here.

        Args:
            text: Of one segment.
            language: Its code; of others than Kazakh and Russian nothing is found.
        """
        words = split_words(text)
        matches: list[NameMatch] = []
        place = 0
        while place < len(words):
            best = self._find_at(words[place:], language)
            if best is None:
                place += 1
                continue
            name, length = best
            last = place + length - 1
            matches.append(NameMatch(name, words[place][1], words[last][2]))
            place = last + 1
        kept = [one for one, after in pairwise(matches) if not _is_foreign(one, after, text)]
        return [*kept, *matches[-1:]]

    def _find_at(
        self,
        words: list[_Word],
        language: str,
    ) -> tuple[Name, int] | None:
        """Return the best name that these words begin with, and how many words it has."""
        best: tuple[Name, int] | None = None
        best_rank = (0, False)
        for parts, name in self._index.get((language, _cut_stem(words[0][0])), ()):
            here = tuple(word for word, _, _ in words[: len(parts)])
            rank = (len(parts), here == parts)
            if rank > best_rank and _speaks_of(name, parts, here, language):
                best = name, len(parts)
                best_rank = rank
        return best


def _is_foreign(match: NameMatch, after: NameMatch, text: str) -> bool:
    """Say whether a short name of a body of several tasks stands before another country's."""
    if match.name.kind != "body" or _SEVERAL not in match.name.english:
        return False
    if after.name.kind != "country" or after.name.english in HOME:
        return False
    is_short = " " not in text[match.start : match.end]
    return is_short and text[match.end : after.start].isspace()


def _cut_stem(word: str) -> str:
    return word[:_STEM_LETTERS].lower()


def _speaks_of(
    name: Name,
    parts: tuple[str, ...],
    words: tuple[str, ...],
    language: str,
) -> bool:
    """Say whether words are a form of a name's words, or the adjective of a city."""
    if name.kind == "city" and len(parts) == 1 and is_adjective(words[0], parts[0], language):
        return True
    if name.kind == "body" and len(parts) > 1:
        # Министерство финансов and министерство финансов: the press writes both.
        parts = tuple(map(_begin_small, parts))
        words = tuple(map(_begin_small, words))
    return _matches_name(parts, words, language)


def _begin_small(word: str) -> str:
    return word if word.isupper() else word[:1].lower() + word[1:]


def _matches_name(
    parts: tuple[str, ...],
    words: tuple[str, ...],
    language: str,
) -> bool:
    """
    Say whether words are forms of the words of a name.

    The last alone takes endings in Kazakh.
    """
    if len(words) < len(parts):
        return False
    last = len(parts) - 1
    for number, (part, word) in enumerate(zip(parts, words, strict=True)):
        if not is_form(word, part, language, last=number == last):
            return False
    return True


def read_glossary(path: Path) -> Glossary:
    """
    Read a glossary.

    Raises:
        ConfigError: Lists everything that is wrong with it, and where.
    """
    table = parse_toml(read_owner_text(path, "(glossary)"), str(path))
    faults: list[Fault] = []
    names: list[Name] = []
    taken: dict[tuple[str, str], str] = {}
    for key, english, row, kind in _read_rows(table, path, faults):
        columns = map(_split_forms, row)
        forms = tuple(zip(map(str, GLOSSARY_LANGUAGES), columns, strict=True))
        for code, texts in forms:
            for form in texts:
                if not has_words(form):
                    faults.append(_make_fault(path, key, form, "words"))
                elif taken.setdefault((code, form), english) != english:
                    expected = f"once; {taken[code, form]} has it too"
                    faults.append(_make_fault(path, key, form, expected))
        names.append(
            Name(
                english=english,
                kind=kind,
                forms=forms,
            )
        )
    if faults:
        raise ConfigError(tuple(faults))
    return Glossary(names)


def _split_forms(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(_SEPARATOR)))


def _read_rows(
    table: dict[str, Any],
    path: Path,
    faults: list[Fault],
) -> Iterator[tuple[str, str, list[str], str]]:
    """Yield key, English, the other languages' texts and kind of every row that is of the form."""
    groups = table.get("group", [])
    unknown = sorted(set(table) - {"group"})
    faults += [_make_fault(path, key, "", "[[group]] tables only") for key in unknown]
    if not isinstance(groups, list):
        faults.append(_make_fault(path, "group", repr(groups), "[[group]] tables only"))
        return
    for number, group in enumerate(groups):
        key = f"group[{number}]"
        kind = group.get("kind") if isinstance(group, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            expected = f"one of {', '.join(KINDS)}"
            faults.append(_make_fault(path, f"{key}.kind", repr(kind), expected))
            continue
        if not isinstance(group.get("source"), str) or not group["source"]:
            expected = "where the English forms are from"
            faults.append(_make_fault(path, f"{key}.source", "", expected))
        rows = group.get("names", [])
        if not isinstance(rows, list):
            faults.append(_make_fault(path, f"{key}.names", repr(rows), f"a list, of {_COLUMNS}"))
            continue
        for place, row in enumerate(rows):
            if _is_row(row):
                yield f"{key}.names[{place}]", row[0], row[1:], kind
            else:
                faults.append(_make_fault(path, f"{key}.names[{place}]", repr(row), _COLUMNS))


def _is_row(row: Any) -> bool:
    if not isinstance(row, list) or len(row) != _ROW:
        return False
    return all(isinstance(text, str) for text in row) and row[0] != ""


def _make_fault(
    path: Path,
    key: str,
    found: str,
    expected: str,
) -> Fault:
    return Fault(str(path), None, key, found, expected)
