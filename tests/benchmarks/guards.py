"""
Guards: how many bad translations they stop, and how many good ones with them, on labelled pairs.

``guards.tsv`` holds 320 of the starter package. Precision: of what is stopped, so much is bad.
Recall: of what is bad, so much is stopped. A bad pair that passes is fluent English about something
else; only a better package helps there.

``guards_english.tsv`` holds 426 of the adapter, each labelled twice by reading, by two readers who
did not see each other's labels. How sure the model must be was chosen on one half; what that does
is said of the other.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aggregator.names.glossary import read_glossary
from aggregator.names.mend import find_doubled_names, find_missing_names
from aggregator.translate.guards import check, check_things
from aggregator.translate.packages.registry import read_registry
from config.settings import find_shipped_file

# What config/packages/packages.toml says of the shipped packages.
_LISTED = read_registry(find_shipped_file("packages"))
LEAST_CONFIDENCE = _LISTED["starter-1.argosmodel"].least_confidence
ENGLISH = _LISTED["english-1.argosmodel"]
PAIRS = Path(__file__).with_name("guards.tsv")
ENGLISH_PAIRS = Path(__file__).with_name("guards_english.tsv")


@dataclass(frozen=True)
class Labelled:
    """
    A pair of the adapter's.

    Attributes:
        half: 1 to choose by, 2 to report.
        labels: Of two readers: t true, h a harmless flaw, m misleading.
    """

    half: int
    labels: tuple[str, str]
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
        half, first, second, _, language, kind, confidence, source, english = line.split("\t")
        labels = (first, second)
        made.append(Labelled(int(half), labels, language, kind, float(confidence), source, english))
    return made


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


def main(_: list[str]) -> None:
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
