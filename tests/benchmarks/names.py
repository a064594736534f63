"""
Names: how many come through translation, of 300 names of the glossary in 940 sentences (names.tsv).

Each name stands in one language in three cases; forty sentences more have a city's adjective. Right
is the official form once, or a body's initials; wrong a name that is spoken of otherwise; doubled
one that stands there more often than in the original; lost one that is not spoken of at all. The
rows add what the engine does, in its order: nothing, mending, names in English in the source, both,
and a second try at what lost or doubled a name, where any guess of the beam that does not will do.
What fails again is not shown to readers, but for a body's name, which may be lost.

The first try is greedy, the second has a beam of four. With the language model's base installed and
an adapter among the packages the translations are made anew (``--keep`` writes them down), else
they are those of names-made.tsv.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.models import SegmentKind
from aggregator.names.glossary import Glossary, Name, read_glossary
from aggregator.names.mend import (
    find_doubled_names,
    find_missing_names,
    keep_names,
    romanise_names,
)
from aggregator.names.put import put_names
from aggregator.translate.adapter.place import leave_out_baseless
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause, EngineOptions
from aggregator.translate.packages.installed import open_packages
from aggregator.translate.polish import polish, prepare
from config.settings import find_shipped_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.translate.packages.installed import Package

SENTENCES = Path(__file__).with_name("names.tsv")
MADE = Path(__file__).with_name("names-made.tsv")
KIND = SegmentKind.SENTENCE
SMALL = {"of", "the", "and", "for"}
VERDICTS = ("right", "wrong", "doubled", "lost")


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, the English of its name, and the names that the glossary finds in it."""

    language: str
    case: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """The raw English of a sentence: as it stands, with names put in, and of a second try."""

    plain: str
    put: str
    again: tuple[str, ...] = ()


def read_cases() -> list[Case]:
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [Case(*line.split("\t")) for line in lines if not line.startswith("#")]


def read_made() -> list[Made]:
    lines = MADE.read_text(encoding="utf-8").splitlines()
    made = []
    for line in lines:
        plain, put, *again = line.split("\t")
        made.append(Made(plain, put, tuple(again)))
    return made


def find_names(glossary: Glossary, case: Case) -> list[Name]:
    return [match.name for match in glossary.find(case.text, case.language)]


def finish(case: Case, raw: str, names: list[Name]) -> str:
    """Return English as a page shows it; mended if names are given."""
    english = keep_names(polish(raw, case.text, KIND), names)
    return romanise_names(english, case.language)


def judge(english: str, name: Name) -> str:
    """Return one of ``VERDICTS``."""
    said = count_words(english, name.english)
    if name.kind == "body":
        words = [word for word in re.findall(r"\w+", name.english) if word not in SMALL]
        initials = "".join(word[0] for word in words)
        said += count_words(english, initials) if len(initials) > 1 else 0
    if said == 1:
        return "right"
    if said > 1:
        return "doubled"
    return "lost" if find_missing_names(english, [name]) else "wrong"


def count_words(english: str, words: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(words)}(?!\w)", english))


def choose_guess(case: Case, made: Made, names: list[Name]) -> str:
    """Return the first guess that lost no name; the first try's if all did."""
    guesses = [finish(case, raw, names) for raw in (made.put, *made.again)]
    return next((guess for guess in guesses if keeps_all(guess, names)), guesses[0])


def keeps_all(english: str, names: list[Name]) -> bool:
    """Say whether the guard of names lets a translation pass."""
    return not find_missing_names(english, names) and not find_doubled_names(english, names)


def judge_all(cases: list[Case], made: list[Made]) -> dict[str, Counter[tuple[str, str]]]:
    """Return counts by (language, verdict), by what is done."""
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    by_key = {name.english: name for name in glossary.names}
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for case, one in zip(cases, made, strict=True):
        names = find_names(glossary, case)
        rows = {
            "nothing done": finish(case, one.plain, []),
            "mended": finish(case, one.plain, names),
            "put into the source": finish(case, one.put, []),
            "both": finish(case, one.put, names),
            "both, second try": choose_guess(case, one, names),
        }
        if keeps_all(rows["both, second try"], names):
            rows["... of those shown"] = rows["both, second try"]
        for row, english in rows.items():
            verdict = judge(english, by_key[case.key])
            counts.setdefault(row, Counter())[case.language, verdict] += 1
    return counts


def make_all(package: Package, cases: list[Case]) -> list[Made]:
    """Translate all, which takes some four minutes of one core."""
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    plain = [Clause(prepare(case.text, KIND), case.language) for case in cases]
    put = []
    for clause in plain:
        matches = glossary.find(clause.text, clause.language)
        text = put_names(clause.text, matches, clause.language)
        put.append(Clause(text, clause.language))
    greedy = make_model(package, EngineOptions(beam=1))
    first = greedy.translate([*plain, *put])
    lost = []
    for case, clause in zip(cases, put, strict=True):
        names = find_names(glossary, case)
        if not keeps_all(finish(case, first[clause].text, names), names):
            lost.append(clause)
    again = make_model(package, EngineOptions(beam=4)).translate(lost, again=True)
    made = []
    for before, after in zip(plain, put, strict=True):
        guesses: Sequence[str] = ()
        if after in again:
            guesses = [guess.text for guess in again[after].guesses]
        made.append(Made(first[before].text, first[after].text, tuple(guesses)))
    return made


def find_adapter(folder: Path) -> Package | None:
    """Return the shipped adapter if it can be built here."""
    found = open_packages([find_shipped_file("packages")], into=folder)
    packages, _ = leave_out_baseless(found, None)
    return next((package for package in packages if package.adapter), None)


def main(options: list[str]) -> None:
    cases = read_cases()
    with tempfile.TemporaryDirectory() as folder:
        adapter = find_adapter(Path(folder))
        made = make_all(adapter, cases) if adapter else read_made()
    if adapter and "--keep" in options:
        keep_made(made)
    sys.stdout.write(f"{len(cases)} sentences, {'made anew' if adapter else 'as kept'}.\n\n")
    columns = list(product(("kk", "ru"), VERDICTS))
    heads = [" ".join(column) for column in columns]
    sys.stdout.write(f"| | right, share | {' | '.join(heads)} |\n|---|--:{'|--:' * len(heads)}|\n")
    for row, counts in judge_all(cases, made).items():
        right = counts["kk", "right"] + counts["ru", "right"]
        cells = [f"{right / counts.total():.3f}", *(str(counts[column]) for column in columns)]
        sys.stdout.write(f"| {row} | {' | '.join(cells)} |\n")


def keep_made(made: list[Made]) -> None:
    lines = ["\t".join([one.plain, one.put, *one.again]) for one in made]
    MADE.write_text("\n".join(lines) + "\n", encoding="utf-8")
