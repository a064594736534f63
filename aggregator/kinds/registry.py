"""
Kinds by name: those that ship, and those of installed packages.

A package's kind is loaded when a source asks for it, so that a broken package stops those who use it, with the line
of the source that does, and nobody else. The names of the kinds that ship cannot be taken.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from aggregator.kinds.feed import FeedKind
from aggregator.kinds.json import JsonKind
from aggregator.kinds.kind import SourceKind
from aggregator.kinds.page import PageKind
from aggregator.kinds.sitemap import SitemapKind
from aggregator.kinds.telegram import TelegramKind

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GROUP", "SHIPPED", "Kinds"]

GROUP = "tilshi.source_kinds"
"""Group of the entry points that name kinds."""

_SHIPPED: tuple[SourceKind, ...] = (FeedKind(), TelegramKind(), JsonKind(), PageKind(), SitemapKind())
SHIPPED = tuple(kind.name for kind in _SHIPPED)
"""Names of the kinds that ship."""

_DETAIL_CHARS = 200


class Kinds:
    """
    Kinds by name.

    Args:
        entries: Entry points of packages; by default those of all that is installed.
    """

    def __init__(self, entries: Iterable[EntryPoint] | None = None) -> None:
        self._loaded: dict[str, SourceKind] = {kind.name: kind for kind in _SHIPPED}
        self._entries = entries

    def names(self) -> tuple[str, ...]:
        """Return all names, those that ship first."""
        return (*SHIPPED, *sorted({entry.name for entry in self._found()} - set(SHIPPED)))

    def named(self, name: str) -> SourceKind:
        """
        Return a kind.

        Raises:
            LookupError: There is none of this name, or its package is broken; says what is expected, in words.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def _found(self) -> list[EntryPoint]:
        return list(entry_points(group=GROUP) if self._entries is None else self._entries)

    def _load(self, name: str) -> SourceKind:
        found = {entry.value: entry for entry in self._found() if entry.name == name}
        if not found:
            near = get_close_matches(name, self.names(), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise LookupError(f"one of {', '.join(self.names())}{hint}")
        if len(found) > 1:
            raise LookupError(f"a kind that one package gives; given by {' and '.join(map(_origin, found.values()))}")
        entry = next(iter(found.values()))
        try:
            made = entry.load()
            kind = made() if isinstance(made, type) else made
        except Exception as error:
            # A stranger's module may raise anything when it is imported.
            why = f"{type(error).__name__}: {error}"[:_DETAIL_CHARS]
            raise LookupError(f"a kind whose package can be loaded; {_origin(entry)}: {why}") from error
        if not isinstance(kind, SourceKind) or kind.name != name:
            said = getattr(kind, "name", None)
            raise LookupError(
                f"a kind that is called so and has the port's methods (aggregator/kinds/kind.py); "
                f"{_origin(entry)} gives {type(kind).__name__} with the name {said!r}"
            )
        return kind


def _origin(entry: EntryPoint) -> str:
    package = f"package {entry.dist.name} {entry.dist.version}" if entry.dist else "a package"
    return f"{package}, {entry.name} = {entry.value}"
