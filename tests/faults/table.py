"""What the faults came to, as a table for the docs, and what was done before if a run goes on."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Try:
    """One fault: what was lost and doubled after it, seconds until all was well again."""

    name: str
    lost: int
    doubled: int
    recovery_s: float


class Table:
    """
    Tries, and rounds that are done.

    Args:
        file: The table, written anew after each try; beside it ``FILE.rows`` holds the tries of all
            processes that write it, a line each, so that rounds may run beside each other and a run
            that was broken off goes on where it was. None keeps them here.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lines: list[str] = []

    def add(self, one: Try) -> None:
        self._append(asdict(one))

    def finish(self, round_name: str) -> None:
        """Note that a round is over, and all was well in it."""
        self._append({"round": round_name})

    def is_finished(self, round_name: str) -> bool:
        return {"round": round_name} in self._read()

    @property
    def tries(self) -> list[Try]:
        return [Try(**row) for row in self._read() if "name" in row]

    def markdown(self) -> str:
        lines = [
            "| fault | tried | lost | doubled | s until all is told, p50 | longest |",
            "|---|--:|--:|--:|--:|--:|",
        ]
        tries = self.tries
        for name in sorted({one.name for one in tries}):
            own = [one for one in tries if one.name == name]
            times = [one.recovery_s for one in own]
            lost, doubled = sum(one.lost for one in own), sum(one.doubled for one in own)
            spread = f"{median(times):.1f} | {max(times):.1f}"
            lines.append(f"| {name} | {len(own)} | {lost} | {doubled} | {spread} |")
        return "\n".join(lines)

    @property
    def _rows(self) -> Path | None:
        return self._file and self._file.with_name(f"{self._file.name}.rows")

    def _append(self, row: dict[str, object]) -> None:
        line = json.dumps(row)
        if self._rows is None or self._file is None:
            self._lines.append(line)
            return
        # One write of a line, at the end, whoever else writes.
        with self._rows.open("ab", buffering=0) as out:
            out.write(line.encode() + b"\n")
        made = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        made.write_text(self.markdown() + "\n")
        made.replace(self._file)

    def _read(self) -> list[dict[str, object]]:
        lines = self._lines
        if self._rows is not None:
            lines = self._rows.read_text().splitlines() if self._rows.exists() else []
        return [json.loads(line) for line in lines]
