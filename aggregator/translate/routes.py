"""Which package serves which language. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.translate.packages import Package

__all__ = ["plan_routes", "version_key"]

_TARGET: Final = "en"
_PART = re.compile(r"\d+|[A-Za-z]+")


def version_key(version: str) -> tuple[tuple[int, int, str], ...]:
    """
    Return what to compare versions by: 1.10 comes after 1.9, and 2.0rc1 before 2.0.

    Args:
        version: Numbers with dots; letters mark what comes before a release.
    """
    parts = [(1, int(part), "") if part.isdigit() else (-1, 0, part) for part in _PART.findall(version)]
    while parts and parts[-1] == (1, 0, ""):
        parts.pop()
    return (*parts, (0, 0, ""))


def plan_routes(packages: Iterable[Package]) -> dict[str, Package]:
    """
    Choose one package for each language that any of them translates into English.

    A package made for a language comes before one that reads it besides another: versions of different packages say
    nothing about each other. Then the highest version wins, then the first given.

    Returns:
        Packages by source language.
    """
    chosen: dict[str, Package] = {}
    for package in packages:
        held = chosen.get(package.source)
        if package.target == _TARGET and (held is None or _rank(package) > _rank(held)):
            chosen[package.source] = package
    return chosen


def _rank(package: Package) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
    return package.native, version_key(package.version)
