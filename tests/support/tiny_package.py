"""A tiny translation package: all that a package has but knowledge, made in a moment."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aggregator.translate.packages.marian import Release, import_marian
from tests.support.marian import write_release

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CAUTION", "write_tiny_package"]

CAUTION = "It knows nothing."


def write_tiny_package(folder: Path) -> Path:
    """
    Write a package that reads Kazakh and Russian, registered beside itself; returns its file.

    Args:
        folder: Made if it is not there.
    """
    release = write_release(folder / "release")
    file = import_marian(
        release, folder / "packages", Release(source="kk", licence="MIT", origin="nobody")
    )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (file.parent / "packages.toml").write_text(
        f'[[package]]\nfile = "{file.name}"\nsha256 = "{digest}"\nreads = ["kk", "ru"]\ncaution = '
        f'"{CAUTION}"\n'
    )
    return file
