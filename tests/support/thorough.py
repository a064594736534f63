"""How much the suite tries: as much as finds a fault at once, or, asked for, much more."""

from __future__ import annotations

import os

__all__ = ["choose_count"]

_IS_THOROUGH = os.environ.get("TILSHI_THOROUGH", "") not in {"", "0"}


def choose_count(usual: int, *, thorough: int) -> int:
    """Return how many examples to try: ``thorough`` many with TILSHI_THOROUGH=1."""
    return thorough if _IS_THOROUGH else usual
