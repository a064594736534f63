"""Which package serves which language. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aggregator.translate.packages.installed import Package

__all__ = ["make_version_key", "plan_drafts", "plan_routes"]

_RELEASE = re.compile(r"\d+(?:\.\d+)*")


def make_version_key(version: str) -> tuple[tuple[int, ...], bool, str]:
    """
    Return what to compare versions by: 1.10 comes after 1.9, 2.0rc1 before 2.0, and 2 is 2.0.

    Args:
        version: Numbers with dots; what follows them marks what comes before a release.
    """
    release = _RELEASE.match(version)
    if release is None:
        return (), not version, version
    numbers = [int(part) for part in release[0].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    suffix = version[release.end() :]
    return tuple(numbers), not suffix, suffix


def plan_routes(packages: Iterable[Package]) -> dict[str, Package]:
    """
    Choose one package for each language that any of them translates into English.

    A package made for a language comes before one that reads it besides another: versions of
    different packages say nothing about each other. Then the highest version wins, then the first
    given.

    Returns:
        Packages by source language.
    """
    chosen: dict[str, Package] = {}
    for package in packages:
        if package.target != ENGLISH:
            continue
        held = chosen.get(package.source)
        if held is None or _make_rank(package) > _make_rank(held):
            chosen[package.source] = package
    return chosen


def plan_drafts(
    packages: Iterable[Package],
    routes: Mapping[str, Package],
) -> dict[str, Package]:
    """
    Choose the package whose English an adapter is shown, for each language where that helps it.

    Returns:
        Packages that hold a model of their own, by source language; none for a language that only
        the adapter reads.
    """
    whole = plan_routes(package for package in packages if package.adapter is None)
    drafts: dict[str, Package] = {}
    for language, package in routes.items():
        if package.adapter is None or language not in package.adapter.drafted:
            continue
        if language in whole:
            drafts[language] = whole[language]
    return drafts


def _make_rank(package: Package) -> tuple[bool, tuple[tuple[int, ...], bool, str]]:
    return package.native, make_version_key(package.version)
