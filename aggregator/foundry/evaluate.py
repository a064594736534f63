"""
Fourth step: how good a package is, by the figures that others publish.

They are sacrebleu's chrF and BLEU with their signatures.

A package is measured as it is used: through ``make_model``, in eight bits, with its own decoding
options, without guards (they withhold bad translations, which would flatter). Evaluation needs no
torch, so any installed package can be measured, whoever made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from aggregator.errors import FoundryError
from aggregator.foundry.corpora import read_lines
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause, EngineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aggregator.translate.packages.installed import Package

__all__ = [
    "EvaluationScore",
    "EvaluationSet",
    "evaluate",
    "format_table",
    "read_columns",
    "read_sides",
    "score_english",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """Sentences and their human translations, as many of each."""

    name: str
    sources: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationScore:
    """
    What a package reached on a set.

    Attributes:
        name: Of the set.
        lines: In it.
        chrf: 0 to 100.
        bleu: 0 to 100.
        signatures: Of both, as sacrebleu gives them.
    """

    name: str
    lines: int
    chrf: float
    bleu: float
    signatures: tuple[str, str]


def read_sides(
    name: str,
    source: Path,
    reference: Path,
) -> EvaluationSet:
    """
    Read a set of two files, one sentence a line.

    Raises:
        FoundryError: A file cannot be read, or they differ in length.
    """
    sources = read_lines(source)
    references = read_lines(reference)
    if len(sources) != len(references):
        raise FoundryError(
            str(reference),
            f"has {len(references)} lines, expected {len(sources)} as {source.name} has",
        )
    return EvaluationSet(
        name=name,
        sources=tuple(sources),
        references=tuple(references),
    )


def read_columns(name: str, path: Path) -> EvaluationSet:
    """
    Read a set of one file whose last two columns are source and English.

    ``prepare`` writes ``held.tsv`` so.

    Raises:
        FoundryError: It cannot be read, or a line has one column.
    """
    rows = [line.split("\t") for line in read_lines(path)]
    for number, row in enumerate(rows, 1):
        if len(row) < 2:  # noqa: PLR2004  (source and English)
            raise FoundryError(f"{path}:{number}", "has one column, expected source<TAB>English")
    sources = [row[-2] for row in rows]
    references = [row[-1] for row in rows]
    return EvaluationSet(
        name=name,
        sources=tuple(sources),
        references=tuple(references),
    )


def evaluate(
    package: Package,
    tests: Sequence[EvaluationSet],
    options: EngineOptions | None = None,
) -> list[EvaluationScore]:
    """
    Translate sets with a package and score it.

    Raises:
        PackageError: The package cannot be loaded.
    """
    model = make_model(package, options or EngineOptions())
    scores = []
    for test in tests:
        clauses = [Clause(source, package.source) for source in test.sources]
        raw = model.translate(clauses)
        made = [raw[clause].text for clause in clauses]
        scores.append(score_english(test, made))
    return scores


def score_english(test: EvaluationSet, made: list[str]) -> EvaluationScore:
    """Score English that was made of a set's sources, in their order."""
    chrf = CHRF()
    bleu = BLEU()
    references = [list(test.references)]
    chrf_score = chrf.corpus_score(made, references)
    bleu_score = bleu.corpus_score(made, references)
    # A metric knows its signature once it has scored.
    return EvaluationScore(
        name=test.name,
        lines=len(made),
        chrf=chrf_score.score,
        bleu=bleu_score.score,
        signatures=(str(chrf.get_signature()), str(bleu.get_signature())),
    )


def format_table(scores: Sequence[EvaluationScore], scored: str = "") -> str:
    """
    Return scores as a Markdown table with their signatures below.

    Args:
        scored: What was scored, a sentence to stand above; empty for none.
    """
    head = "| set | lines | chrF | BLEU |\n|---|--:|--:|--:|\n"
    rows = ""
    signatures: dict[str, None] = {}
    for one in scores:
        rows += f"| {one.name} | {one.lines:,} | {one.chrf:.1f} | {one.bleu:.1f} |\n"
        signatures.update(dict.fromkeys(one.signatures))
    quoted = "; ".join(f"`{signature}`" for signature in signatures)
    above = f"{scored}\n\n" if scored else ""
    return f"{above}{head}{rows}\nsacrebleu: {quoted}\n"
