"""What the faults came to, as a table for the docs."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Row:
    """One fault: its tries, what was lost and doubled, seconds until all was well again."""

    tried: int = 0
    lost: int = 0
    doubled: int = 0
    recovery_s: list[float] = field(default_factory=list)


@dataclass
class Table:
    """Rows by name of fault."""

    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, name: str, *, lost: int, doubled: int, recovery_s: float) -> None:
        row = self.rows.setdefault(name, Row())
        row.tried += 1
        row.lost += lost
        row.doubled += doubled
        row.recovery_s.append(recovery_s)

    def markdown(self) -> str:
        lines = [
            "| fault | tried | lost | doubled | s until all is told, p50 | longest |",
            "|---|--:|--:|--:|--:|--:|",
        ]
        for name, row in self.rows.items():
            times = f"{median(row.recovery_s):.1f} | {max(row.recovery_s):.1f}"
            lines.append(f"| {name} | {row.tried} | {row.lost} | {row.doubled} | {times} |")
        return "\n".join(lines)
