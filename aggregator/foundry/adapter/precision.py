"""
In which numbers the base computes: float32, or bfloat16 where the machine is faster with it.

A GPU says so itself. A CPU is asked with a watch: every one computes in bfloat16, and those without
instructions for it are slower at it than in float32.
"""

from __future__ import annotations

import time
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812  (as everybody calls it)

__all__ = ["choose_precision"]

_TYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16}
# A product of a feed-forward layer: long enough for the watch, over in a moment.
_ROWS: Final = 1_024
_INPUTS: Final = 640
_OUTPUTS: Final = 2_048
_TRIES: Final = 5
# Casting costs too, so a little faster is not faster.
_LEAST_GAIN: Final = 1.25


def choose_precision(wanted: str, device: torch.device) -> torch.dtype:
    """
    Return the type of the base's arithmetic.

    Args:
        wanted: As a recipe says: ``float32``, ``bfloat16`` or ``auto``.
        device: To compute on.
    """
    if wanted in _TYPES:
        return _TYPES[wanted]
    if device.type == "cuda":
        is_faster = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        is_faster = _time_product(torch.bfloat16) * _LEAST_GAIN < _time_product(torch.float32)
    return torch.bfloat16 if is_faster else torch.float32


def _time_product(dtype: torch.dtype) -> float:
    """Return the seconds of a product on the CPU, the best of a few."""
    x = torch.ones(_ROWS, _INPUTS, dtype=dtype)
    weight = torch.ones(_OUTPUTS, _INPUTS, dtype=dtype)
    F.linear(x, weight)  # the first makes room
    best = float("inf")
    for _ in range(_TRIES):
        begun = time.perf_counter()
        F.linear(x, weight)
        best = min(best, time.perf_counter() - begun)
    return best
