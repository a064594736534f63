"""
Guards: how many bad translations they stop, and how many good ones with them, on labelled pairs.

``guards.tsv`` holds 320 of the starter package. Precision: of what is stopped, so much is bad.
Recall: of what is bad, so much is stopped. A bad pair that passes is fluent English about something
else; only a better package helps there.

``guards_english.tsv`` holds 426 of the adapter, each labelled twice by reading, by two readers who
did not see each other's labels. How sure the model must be was chosen on one half; what that does
is said of the other.

    ./run bench guards
    ./run bench guards --renew FILE     the adapter's pairs as it translates them now, into a file;
                                        labels stay where the English does, and are ? elsewhere
"""

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.models import SegmentKind
from aggregator.names.glossary import Glossary, read_glossary
from aggregator.names.mend import (
    find_doubled_names,
    find_missing_names,
    keep_names,
    romanise_names,
)
from aggregator.names.put import put_names
from aggregator.text.sentences import split_sentences
from aggregator.translate.guards import check, check_things
from aggregator.translate.model import Clause, RawTranslation
from aggregator.translate.packages.installed import open_packages
from aggregator.translate.packages.registry import read_registry
from aggregator.translate.polish import polish, prepare
from config.settings import find_shipped_file
from tests.benchmarks.quality import list_models

# What config/packages/packages.toml says of the shipped packages.
_LISTED = read_registry(find_shipped_file("packages"))
LEAST_CONFIDENCE = _LISTED["starter-1.argosmodel"].least_confidence
ENGLISH = _LISTED["english-3.argosmodel"]
PAIRS = Path(__file__).with_name("guards.tsv")
ENGLISH_PAIRS = Path(__file__).with_name("guards_english.tsv")


@dataclass(frozen=True)
class Labelled:
    """
    A pair of the adapter's.

    Attributes:
        half: 1 to choose by, 2 to report.
        labels: Of two readers: t true, h a harmless flaw, m misleading; ? not read yet.
        text: Of which set its original is.
    """

    half: int
    labels: tuple[str, str]
    text: str
    language: str
    kind: str
    confidence: float
    source: str
    english: str

    @property
    def misleads(self) -> bool:
        """Either reader was misled."""
        return "m" in self.labels


def read_labelled() -> list[Labelled]:
    made = []
    for line in ENGLISH_PAIRS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        half, first, second, text, language, kind, sure, source, english = line.split("\t")
        labels = (first, second)
        made.append(Labelled(int(half), labels, text, language, kind, float(sure), source, english))
    return made


def renew_pairs(pairs: Iterable[Labelled]) -> list[Labelled]:
    """Return pairs as the shipped adapter translates them now, before any guard."""
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    cut = {pair: cut_sentences(pair, glossary) for pair in pairs}
    raw: dict[Clause, RawTranslation] = {}
    with tempfile.TemporaryDirectory() as name:
        packages = open_packages([find_shipped_file("packages")], Path(name))
        adapters = {package.label for package in packages if package.adapter}
        for label, language, model in list_models(packages):
            wanted = [one for own in cut.values() for one in own if one.language == language]
            if label in adapters:
                raw |= model.translate(wanted)
    return [renew_pair(pair, [raw[one] for one in own], glossary) for pair, own in cut.items()]


def cut_sentences(pair: Labelled, glossary: Glossary) -> list[Clause]:
    """Return what the model is asked with: the names are in English already."""
    sentences = split_sentences(prepare(pair.source, SegmentKind(pair.kind)), pair.language)
    named = [put_names(one, glossary.find(one, pair.language), pair.language) for one in sentences]
    return [Clause(text, pair.language) for text in named]


def renew_pair(pair: Labelled, made: list[RawTranslation], glossary: Glossary) -> Labelled:
    words = " ".join(one.text for one in made)
    names = [match.name for match in glossary.find(pair.source, pair.language)]
    english = keep_names(polish(words, pair.source, SegmentKind(pair.kind)), names)
    english = romanise_names(english, pair.language)
    labels = pair.labels if english == pair.english else ("?", "?")
    confidence = min(one.guesses[0].confidence for one in made)
    return replace(pair, labels=labels, confidence=confidence, english=english)


def write_labelled(path: Path, pairs: Iterable[Labelled]) -> None:
    lines = ENGLISH_PAIRS.read_text(encoding="utf-8").splitlines(keepends=True)
    told = [line for line in lines if line.startswith("#")]
    rows = [
        "\t".join(
            (
                str(pair.half),
                *pair.labels,
                pair.text,
                pair.language,
                pair.kind,
                f"{pair.confidence:.3f}",
                pair.source,
                pair.english,
            )
        )
        for pair in pairs
    ]
    path.write_text("".join([*told, *(f"{row}\n" for row in rows)]), encoding="utf-8")


def part_shown(pairs: Iterable[Labelled]) -> dict[str, list[Labelled]]:
    """Return what is shown as sure, shown as doubtful, and withheld."""
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    parts: dict[str, list[Labelled]] = {"sure": [], "doubtful": [], "withheld": []}
    for pair in pairs:
        names = [match.name for match in glossary.find(pair.source, pair.language)]
        lost = bool(find_missing_names(pair.english, names))
        unsure = pair.confidence < ENGLISH.least_confidence
        doubtful = pair.confidence < ENGLISH.sure_confidence
        wrong = check(pair.source, pair.english, lost_names=lost, unsure=unsure)
        wrong += check_things(pair.source, pair.english, pair.language, doubtful=doubtful)
        if wrong:
            parts["withheld"].append(pair)
        elif doubtful:
            parts["doubtful"].append(pair)
        else:
            parts["sure"].append(pair)
    return parts


def print_english() -> None:
    pairs = read_labelled()
    print(f"\n{len(pairs)} pairs of the adapter, {share_misleading(pairs):.0%} misleading.\n")
    print("| half | of | pairs | sure, misleading | doubtful, misleading | withheld, misleading |")
    print("|---|---|--:|--:|--:|--:|")
    for half, label in ((1, "chosen by"), (2, "reported")):
        for kind in ("headline", "sentence"):
            some = [pair for pair in pairs if pair.half == half and pair.kind == kind]
            parts = part_shown(some).values()
            cells = [f"{len(part) / len(some):.0%}, {share_misleading(part):.0%}" for part in parts]
            print(f"| {label} | {kind}s | {len(some)} | {' | '.join(cells)} |")


def share_misleading(pairs: list[Labelled]) -> float:
    return sum(pair.misleads for pair in pairs) / len(pairs) if pairs else 0.0


def pairs() -> list[list[str]]:
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def judge() -> tuple[Counter[tuple[bool, bool]], dict[str, Counter[bool]]]:
    """Return counts by (is bad, is stopped), and of what each flag stopped, how many are bad."""
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    counts: Counter[tuple[bool, bool]] = Counter()
    flags: dict[str, Counter[bool]] = {}
    for label, language, confidence, source, english in pairs():
        names = [reasons.name for reasons in glossary.find(source, language)]
        lost = bool(find_missing_names(english, names))
        doubled = bool(find_doubled_names(english, names))
        unsure = float(confidence) < LEAST_CONFIDENCE
        reasons = check(source, english, lost_names=lost, doubled_names=doubled, unsure=unsure)
        reasons = tuple(dict.fromkeys((*reasons, *check_things(source, english, language))))
        counts[label == "bad", bool(reasons)] += 1
        for flag in reasons:
            flags.setdefault(str(flag), Counter())[label == "bad"] += 1
    return counts, flags


def precision_and_recall() -> tuple[float, float]:
    counts, _ = judge()
    caught = counts[True, True]
    return caught / (caught + counts[False, True]), caught / (caught + counts[True, False])


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--renew"]:
        write_labelled(Path(arguments[1]), renew_pairs(read_labelled()))
        return
    counts, flags = judge()
    precision, recall = precision_and_recall()
    total = sum(counts.values())
    print(f"{total} pairs, {counts[True, True] + counts[True, False]} bad.")
    good, shown = (
        counts[False, False] + counts[False, True],
        counts[True, False] + counts[False, False],
    )
    print(
        f"Precision {precision:.2f}, recall {recall:.2f}; of {good} good {counts[False, True]} "
        "stopped;",
        end=" ",
    )
    print(f"of what is shown {counts[True, False] / shown:.0%} is bad.\n")
    print("| guard | stops bad | stops good |\n|---|--:|--:|")
    for flag, stopped in sorted(flags.items(), key=lambda item: -item[1][True]):
        print(f"| {flag} | {stopped[True]} | {stopped[False]} |")
    print_english()
