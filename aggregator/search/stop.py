"""Words that a query is not searched by if it has others: they stand in every text."""

from __future__ import annotations

from typing import Final

__all__ = ["STOP_WORDS"]

_ENGLISH: Final = (
    "a about an and are as at be been by for from has have in into is it its of on or that the"
    " this to was were will with"
)
_RUSSIAN: Final = (
    "а без был была были было в во для до его ее её и из или их к как ко на над не о об от по под"
    " при про с со то у что это"
)
_KAZAKH: Final = "бен бұл да де дейін және кейін мен осы пен та те туралы үшін"
STOP_WORDS: Final = frozenset(f"{_ENGLISH} {_RUSSIAN} {_KAZAKH}".split())
