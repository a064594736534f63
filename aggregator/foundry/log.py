"""
What a training says of itself as it goes: a file of lines of JSON, and words for whoever looks on.

Every line has ``minutes`` of training and the ``step``; the rest differs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["LOG", "TrainingLog", "TrainingProgress", "read_log"]

LOG: Final = "log.jsonl"


def read_log(path: Path) -> list[dict[str, Any]]:
    """
    Read a log.

    Raises:
        FoundryError: There is none, or a line of it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise FoundryError(
            str(path), f"cannot be read, expected what `train` writes: {error}"
        ) from error


class TrainingLog:
    """
    The file of a training's log.

    Args:
        path: Made if need be.
        say: Called with each line as words.
    """

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._path = path
        self._say = say

    def write(
        self,
        spent_s: float,
        step: int,
        values: Mapping[str, float],
    ) -> None:
        """
        Add a line.

        Args:
            spent_s: Training time.
            step: Steps taken.
            values: What was found, by name.
        """
        line = {"minutes": round(spent_s / 60, 2), "step": step}
        for name, value in values.items():
            line[name] = round(value, 3)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        words = [f"{name} {value}" for name, value in line.items()]
        self._say("  ".join(words))

    def cut(self, step: int) -> None:
        """
        Forget what was said after a step, and a line that broke off.

        A training that was killed goes on from its last checkpoint, and says all later things
        again.
        """
        if not self._path.is_file():
            return
        kept = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                break
            if said["step"] > step:
                break
            kept.append(line + "\n")
        part = self._path.with_suffix(".part")
        part.write_text("".join(kept), encoding="utf-8")
        part.replace(self._path)


class TrainingProgress:
    """
    What was learnt since the last line of the log.

    Args:
        since: Training time of that line, in seconds.
    """

    def __init__(self, since: float) -> None:
        self.since = since
        self._losses: list[float] = []
        self._pieces = 0

    def add(self, loss: float, pieces: int) -> None:
        """Count one batch."""
        self._losses.append(loss)
        self._pieces += pieces

    def summarise(self, now: float) -> dict[str, float]:
        """Return the mean loss and the pieces a second; one batch at least was counted."""
        seconds = now - self.since
        return {
            "loss": sum(self._losses) / len(self._losses),
            "pieces_per_s": self._pieces / seconds,
        }
