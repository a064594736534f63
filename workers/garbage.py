"""
How often a process of ours looks for garbage.

What a command imports are a hundred thousand objects and more that live as long as it does. Python
looks through them at every 700th, and once more as it ends, to find nothing: together a sixth of
what the start and the end of a worker cost (measured with Python 3.11).
"""

from __future__ import annotations

import atexit
import gc
from functools import cache

__all__ = ["keep_loaded", "look_for_garbage_seldom"]

# Objects that hold others, made since the last look. Ten thousand small ones are a megabyte.
_YOUNG = 10_000


@cache
def look_for_garbage_seldom() -> None:
    """Look for garbage among new objects seldom, and among what lives to the end not as it ends."""
    gc.set_threshold(_YOUNG)
    atexit.register(gc.freeze)


def keep_loaded() -> None:
    """
    Leave all that is loaded out of every later look.

    For what goes on to fork: a look writes to every object, and so the processes of a pool would
    each get a copy of what they share.
    """
    gc.freeze()
