"""What the foundry's commands share: arguments, how they speak, what they say without its extra."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.errors import FoundryError
from workers.cli.output import console

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RecipeFile", "WorkFolder", "print_line", "require_extra"]

RecipeFile = Annotated[
    Path, typer.Argument(metavar="RECIPE", help="TOML file: what to make, from what, how.")
]
WorkFolder = Annotated[
    Path, typer.Option("--work", metavar="FOLDER", help="For what the steps leave each other.")
]

_EXTRA = ("torch", "sacrebleu", "matplotlib", "google", "gguf")


def print_line(line: str) -> None:
    """Print a line of progress as it is."""
    console().print(line, markup=False)


@contextmanager
def require_extra() -> Iterator[None]:
    """
    Say what to install where the extra is missing.

    Any other missing module is a fault of ours and stays one.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise FoundryError(
            str(error.name), "is not installed, expected the extra: pip install 'tilshi[foundry]'"
        ) from error
