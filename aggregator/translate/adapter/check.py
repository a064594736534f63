"""
Whether what an adapter needs beside its package is here and whole: the base, and the built model.

The base is looked at only by its bytes and its shapes; the model built of it, by the hash that the
package knows, or that was noted when it was built (``note``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aggregator.errors import PackageError
from aggregator.translate.adapter.base import open_base
from aggregator.translate.adapter.note import find_writer, read_built_note
from aggregator.translate.adapter.place import WHEEL, find_built, list_wheel_parts, name_place
from aggregator.translate.packages.archive import hash_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aggregator.translate.adapter.facts import AdapterFacts

__all__ = ["PartCheck", "PartCondition", "check_base", "check_model"]

_CHUNK: Final = 1 << 20
_WEIGHTS: Final = "model.bin"
# What CTranslate2 reads of a generator's folder.
_MODEL_FILES: Final = (_WEIGHTS, "config.json", "vocabulary.json")
_MEND: Final = "`tilshi packages build` makes it anew"


class PartCondition(StrEnum):
    """How a part was found."""

    WHOLE = "whole"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCheck:
    """
    What came of looking at a part.

    Attributes:
        part: ``base`` or ``model``.
        place: File, folder or module of the part.
        sha256: Of its bytes, of the model's weights; empty if they were not read.
        says: In words for the operator: what it is, or what is wrong and what mends it.
    """

    part: str
    state: PartCondition
    place: str
    sha256: str = ""
    says: str = ""


def check_base(facts: AdapterFacts, base: Path | None) -> PartCheck:
    """
    Look for what an adapter's model is built from, and read all of it: a second for 253 MB.

    Args:
        base: The owner's file; None for the pinned wheel.
    """
    return _check_wheel(facts) if base is None else _check_file(facts, base)


def _check_wheel(facts: AdapterFacts) -> PartCheck:
    try:
        parts = list_wheel_parts()
    except PackageError as error:
        return _find_missing("base", WHEEL, error.detail)
    try:
        sha256 = _hash_together(parts)
    except OSError as error:
        return _find_broken("base", WHEEL, f"cannot be read: {error}; install it again: ./run base")
    if sha256 != facts.base_sha256:
        text = (
            f"its SHA-256 is {sha256}, expected {facts.base_sha256}; install it again: ./run base"
        )
        return _find_broken("base", WHEEL, text, sha256)
    return PartCheck(
        part="base",
        state=PartCondition.WHOLE,
        place=WHEEL,
        sha256=sha256,
        says="the pinned base",
    )


def _check_file(facts: AdapterFacts, base: Path) -> PartCheck:
    if not base.is_file():
        text = "is no file; correct translate.base, or install the pinned one: ./run base"
        return _find_missing("base", str(base), text)
    try:
        open_base(base)
        sha256 = hash_file(base)
    except PackageError as error:
        return _find_broken("base", str(base), error.detail)
    except OSError as error:
        return _find_broken("base", str(base), f"cannot be read: {error}")
    says = "a file of yours, the very base that the adapter was trained on"
    if sha256 != facts.base_sha256:
        says = (
            "a file of yours, of the right shapes; what it knows is tried when the model is built"
        )
    return PartCheck(
        part="base",
        state=PartCondition.WHOLE,
        place=str(base),
        sha256=sha256,
        says=says,
    )


def check_model(
    folder: Path,
    facts: AdapterFacts,
    base: Path | None,
) -> PartCheck:
    """
    Look at the built model's bytes: a fifth of a second of a core for 156 MB.

    Args:
        folder: The unpacked package.
        base: The owner's file; None for the pinned wheel.
    """
    try:
        model = find_built(folder, base)
    except PackageError as error:
        return _find_missing("model", error.subject, error.detail)
    if model is None:
        text = "not built yet: it is when first needed, or now by `tilshi packages build`"
        return _find_missing("model", str(name_place(folder, base)), text)
    lacking = [name for name in _MODEL_FILES if not (model / name).is_file()]
    if lacking:
        return _find_broken("model", str(model), f"has no {', '.join(lacking)}; {_MEND}")
    try:
        sha256 = hash_file(model / _WEIGHTS)
        fault = _find_fault(model, sha256, facts if base is None else None)
    except OSError as error:
        return _find_broken("model", str(model), f"cannot be read: {error}; {_MEND}")
    if fault:
        return _find_broken("model", str(model), f"{fault}; {_MEND}", sha256)
    return PartCheck(
        part="model",
        state=PartCondition.WHOLE,
        place=str(model),
        sha256=sha256,
        says="built, the bytes that were meant",
    )


def _find_fault(
    model: Path,
    sha256: str,
    facts: AdapterFacts | None,
) -> str:
    """Return what is wrong with a built model; without facts, its note alone is asked."""
    writer = find_writer()
    note = read_built_note(model)
    known = dict(facts.built).get(writer) if facts is not None else None
    if note is not None:
        for name, noted in note.files.items():
            found = hash_file(model / name) if name != _WEIGHTS else sha256
            if found != noted:
                return f"{name} was damaged on disk: its SHA-256 is {found}, noted {noted}"
    if known is not None:
        if sha256 == known:
            return ""
        built_by = f" (built by CTranslate2 {note.writer})" if note is not None else ""
        return f"{_WEIGHTS} has the SHA-256 {sha256}{built_by}, expected {known}"
    if note is None:
        return f"its hash was never noted, nor is one known for CTranslate2 {writer}"
    if note.writer != writer:
        return f"was built by CTranslate2 {note.writer}, this is {writer}"
    return ""


def _hash_together(parts: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(_CHUNK):
                digest.update(block)
    return digest.hexdigest()


def _find_missing(part: str, place: str, says: str) -> PartCheck:
    return PartCheck(
        part=part,
        state=PartCondition.MISSING,
        place=place,
        says=says,
    )


def _find_broken(
    part: str,
    place: str,
    says: str,
    sha256: str = "",
) -> PartCheck:
    return PartCheck(
        part=part,
        state=PartCondition.BROKEN,
        place=place,
        sha256=sha256,
        says=says,
    )
