"""
The log of a training drawn as a picture.

Loss over minutes, and that of the sentences kept aside, by language.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import matplotlib.pyplot as plt

from aggregator.foundry.log import LOG, read_log

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CURVES", "draw_curves"]

CURVES: Final = "curves.png"
_ASIDE: Final = "aside_"


def draw_curves(work: Path, *, learning: str = "learning, labels smoothed") -> Path:
    """
    Draw ``curves.png`` into the work folder.

    Args:
        work: Holds the log.
        learning: What the curve of the training itself is called.

    Raises:
        FoundryError: There is no log, or a line of it cannot be read.
    """
    lines = read_log(work / LOG)
    mpl.use("Agg")
    figure, axes = plt.subplots(figsize=(8, 4.5), dpi=120)
    for name in _list_losses(lines):
        points = [line for line in lines if name in line]
        minutes = [line["minutes"] for line in points]
        losses = [line[name] for line in points]
        is_learning = name == "loss"
        language = name.removeprefix(_ASIDE)
        axes.plot(
            minutes,
            losses,
            label=learning if is_learning else f"kept aside, {language}",
            marker="" if is_learning else "o",
            markersize=3,
        )
    axes.set_xlabel("minutes of training")
    axes.set_ylabel("nats a piece")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(work / CURVES)
    plt.close(figure)
    return work / CURVES


def _list_losses(lines: list[dict[str, Any]]) -> list[str]:
    """Return the names of losses that a log has, in the order of their first line."""
    names = dict.fromkeys(chain.from_iterable(lines))
    return [name for name in names if name == "loss" or name.startswith(_ASIDE)]
