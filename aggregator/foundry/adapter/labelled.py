"""Sets to evaluate an adapter on, each with its language. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.prompts import LANGUAGE_NAMES
from aggregator.foundry.evaluate import EvaluationSet, read_columns, read_sides

__all__ = ["LabelledSet", "read_labelled"]


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set with the language of its sources, one of ``LANGUAGE_NAMES``."""

    language: str
    test: EvaluationSet


def read_labelled(definition: str, lines: int | None = None) -> LabelledSet:
    """
    Read a set.

    Args:
        definition: ``LANGUAGE:NAME=SOURCE,ENGLISH``, two files with a sentence a line, or
            ``LANGUAGE:NAME=FILE``, one whose last two columns are source and English.
        lines: Only so many; None for all.

    Raises:
        FoundryError: The definition is not of that form, or a file is not.
    """
    language, _, rest = definition.partition(":")
    name, _, paths = rest.partition("=")
    if language not in LANGUAGE_NAMES:
        known = ", ".join(sorted(LANGUAGE_NAMES))
        raise FoundryError(f"--test {definition}", f"{language!r}, expected one of {known}")
    match paths.split(","):
        case [path] if path:
            test = read_columns(name, Path(path))
        case [source, english]:
            test = read_sides(name, Path(source), Path(english))
        case _:
            raise FoundryError(
                f"--test {definition}",
                "expected LANGUAGE:NAME=FILE or LANGUAGE:NAME=SOURCE,ENGLISH",
            )
    first = EvaluationSet(
        name=name, sources=test.sources[:lines], references=test.references[:lines]
    )
    return LabelledSet(language, first)
