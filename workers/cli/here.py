"""
``tilshi health --here``, without the parser of commands.

Asked by every container each minute: the parser alone takes several times as long as the answer.
What is typed otherwise than health checks do goes the usual way (``health``), to the same answer.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workers.alive import NAMES, check_here

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WITHIN_S", "answer_here", "parse_here"]

WITHIN_S = 120


def parse_here(arguments: Sequence[str]) -> tuple[str, int, int | None] | None:
    """
    Read the arguments after ``health``.

    Returns:
        What ``check_here`` takes; None if the usual parser shall read them.
    """
    given = dict(zip(arguments[::2], arguments[1::2], strict=False))
    if len(arguments) != 2 * len(given) or given.get("--here") not in NAMES:
        return None
    numbers = {name: given[name] for name in ("--within", "--restart-after") if name in given}
    plain = all(number.isdecimal() and int(number) > 0 for number in numbers.values())
    if not plain or len(given) != len(numbers) + 1:
        return None
    after = numbers.get("--restart-after")
    within_s = int(numbers.get("--within", WITHIN_S))
    return given["--here"], within_s, int(after) if after else None


def answer_here(name: str, within_s: int, end_after: int | None) -> int:
    """Say how it is; returns the exit code."""
    well, words = check_here(name, within_s, end_after)
    if well:
        sys.stdout.write(f"{words}\n")
        return 0
    sys.stderr.write(f"tilshi: {words}\n")
    return 1
