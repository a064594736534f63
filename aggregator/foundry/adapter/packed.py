"""
How good an adapter is as it is installed: built by CTranslate2 in eight bits. Needs no torch.

Its prompts are those of ``translate.adapter``, so a draft is the one that it would be shown, not
one sampled for training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.errors import FoundryError
from aggregator.foundry.evaluate import EvaluationSet, score_english
from aggregator.translate.adapter.note import find_writer
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause, EngineOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aggregator.foundry.adapter.labelled import LabelledSet
    from aggregator.foundry.evaluate import EvaluationScore
    from aggregator.translate.model import TranslationModel
    from aggregator.translate.packages.installed import Package

__all__ = ["describe_packed", "evaluate_packed"]


def describe_packed(package: Package) -> str:
    """Say what ``evaluate_packed`` scores."""
    return (
        f"Scored is {package.label} as it is installed: built by CTranslate2 {find_writer()} in "
        "eight bits, greedy, with neither guards nor glossary."
    )


def evaluate_packed(
    packages: Sequence[Package],
    tests: Sequence[LabelledSet],
    *,
    say: Callable[[str], None],
    base: Path | None = None,
    drafters: Sequence[Package] = (),
) -> list[EvaluationScore]:
    """
    Translate sets and score the English; where a package drafts, once more with its drafts.

    Args:
        packages: The adapter's, one for each language that it reads; built here if need be.
        tests: One or more.
        say: Called with a line of progress at a time.
        base: What the model is built from; None for the pinned wheel's.
        drafters: A package that drafts, one for each language that it reads.

    Raises:
        FoundryError: The package is no adapter's, or does not read a set's language.
        PackageError: A package cannot be built or loaded.
    """
    first = packages[0]
    if first.adapter is None:
        raise FoundryError(str(first.file), "holds a whole model, expected an adapter's package")
    reads = [package.source for package in packages]
    for one in tests:
        if one.language not in reads:
            text = f"{one.language!r}, expected one that the package reads: {', '.join(reads)}"
            raise FoundryError(f"--test {one.test.name}", text)
    options = EngineOptions()
    plain = make_model(first, options, base=base)
    drafts = {package.source: make_model(package, options) for package in drafters}
    drafted = make_model(first, options, base=base, drafters=drafts)
    scores: list[EvaluationScore] = []
    for one in tests:
        say(f"{one.test.name}: {len(one.test.sources):,} sentences")
        scores.append(score_english(one.test, _translate(plain, one)))
        if one.language in drafts:
            test = EvaluationSet(
                name=f"{one.test.name}, with drafts",
                sources=one.test.sources,
                references=one.test.references,
            )
            scores.append(score_english(test, _translate(drafted, one)))
    return scores


def _translate(model: TranslationModel, one: LabelledSet) -> list[str]:
    clauses = [Clause(source, one.language) for source in one.test.sources]
    raw = model.translate(clauses)
    return [raw[clause].text for clause in clauses]
