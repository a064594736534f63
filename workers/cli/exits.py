"""Exit codes of the command."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """What the command says to the shell; 130, interrupted, is the shell's own."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_SOURCE = 3
    NOT_FINISHED = 4
