"""The product's sources, each parsed once, for tests that name all offenders among them at once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ROOT", "assert_no_offender", "imported_names", "module_name", "modules", "parse_module"]

ROOT = Path(__file__).resolve().parents[2]


@cache
def modules(*packages: str) -> tuple[Path, ...]:
    """
    Return the files of packages, by name.

    Fails where there is none, since nothing would be looked at.
    """
    paths = tuple(path for package in packages for path in sorted((ROOT / package).rglob("*.py")))
    assert paths, packages
    return paths


def module_name(path: Path) -> str:
    """Return a file's path from the root of the project, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def parse_module(path: Path) -> ast.Module:
    """Return a file's syntax tree; not to be changed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported_names(path: Path) -> frozenset[str]:
    """
    Return the full names of all modules that a file imports, anywhere in it.

    A relative one with its dots.
    """
    modules = set()
    for node in ast.walk(parse_module(path)):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules.add("." * node.level + (node.module or ""))
    return frozenset(modules)


def assert_no_offender(paths: Iterable[Path], find_fault: Callable[[Path], object]) -> None:
    """
    Look at every file, and fail with all that is wrong in any.

    Args:
        paths: One or more.
        find_fault: Returns what is wrong in a file; anything false if nothing is.
    """
    looked_at = list(paths)
    assert looked_at, "no file to look at"
    faults = [(module_name(path), find_fault(path)) for path in looked_at]
    offenders = [f"{name}: {fault}" for name, fault in faults if fault]
    assert not offenders, "\n".join([f"{len(offenders)} of {len(looked_at)} files:", *offenders])
