"""
Guards: how many bad translations they stop, and how many good ones with them, on 320 labelled pairs
(``guards.tsv``).

Precision: of what is stopped, so much is bad. Recall: of what is bad, so much is stopped. A bad
pair that passes is fluent English about something else; only a better package helps there.
"""

from collections import Counter
from pathlib import Path

from aggregator.names.glossary import read_glossary
from aggregator.names.mend import find_missing_names
from aggregator.translate.guards import check
from aggregator.translate.packages.registry import read_registry
from config.settings import find_shipped_file

# What config/packages/packages.toml says of the shipped package.
[LEAST_CONFIDENCE] = {
    one.least_confidence for one in read_registry(find_shipped_file("packages")).values()
}
PAIRS = Path(__file__).with_name("guards.tsv")


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
        unsure = float(confidence) < LEAST_CONFIDENCE
        reasons = check(source, english, lost_names=lost, unsure=unsure)
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
