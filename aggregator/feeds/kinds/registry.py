"""
Kinds by name: those that ship, and those of installed packages.

A kind is loaded when a source asks for it. So a catalogue of feeds takes no reader of pages along,
and a broken package stops those who use it, with the line of the source that does, and nobody else.
The names of the kinds that ship cannot be taken.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from aggregator.feeds.kinds.kind import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "SHIPPED", "Kinds"]

GROUP = "tilshi.source_kinds"
"""Group of the entry points that name kinds."""

_CLASSES = {
    "feed": "FeedKind",
    "telegram": "TelegramKind",
    "json": "JsonKind",
    "page": "PageKind",
    "sitemap": "SitemapKind",
}
SHIPPED = tuple(_CLASSES)
"""Names of the kinds that ship."""

_DETAIL_CHARS = 200


class Kinds:
    """
    Kinds by name.

    Args:
        entries: Entry points of packages; by default those of all that is installed.
    """

    def __init__(self, entries: Iterable[EntryPoint] | None = None) -> None:
        self._loaded: dict[str, SourceKind] = {}
        self._entries = entries

    def names(self) -> tuple[str, ...]:
        """Return all names, those that ship first."""
        installed = {entry.name for entry in self._list_entries()}
        others = installed.difference(SHIPPED)
        return (*SHIPPED, *sorted(others))

    def find_kind(self, name: str) -> SourceKind:
        """
        Return a kind.

        Raises:
            LookupError: There is none of this name, or its package is broken; says what is
                expected, in words.
        """
        if name not in self._loaded:
            self._loaded[name] = _load_shipped(name) if name in _CLASSES else self._load(name)
        return self._loaded[name]

    def _list_entries(self) -> list[EntryPoint]:
        if self._entries is not None:
            return list(self._entries)
        # Imported where it is used: it reads what every installed package says of itself.
        from importlib.metadata import entry_points  # noqa: PLC0415

        return list(entry_points(group=GROUP))

    def _load(self, name: str) -> SourceKind:
        entry = self._find_entry(name)
        try:
            made = entry.load()
            kind = made() if isinstance(made, type) else made
        except Exception as error:
            # A stranger's module may raise anything when it is imported.
            why = f"{type(error).__name__}: {error}"[:_DETAIL_CHARS]
            raise LookupError(
                f"a kind whose package can be loaded; {_describe_origin(entry)}: {why}"
            ) from error
        if not isinstance(kind, SourceKind) or kind.name != name:
            said = getattr(kind, "name", None)
            raise LookupError(
                "a kind that is called so and has the port's methods "
                "(aggregator/feeds/kinds/kind.py); "
                f"{_describe_origin(entry)} gives {type(kind).__name__} with the name {said!r}"
            )
        return kind

    def _find_entry(self, name: str) -> EntryPoint:
        entries = {entry.value: entry for entry in self._list_entries() if entry.name == name}
        if not entries:
            near = get_close_matches(name, self.names(), 1)
            question = f"; did you mean {near[0]}?" if near else ""
            raise LookupError(f"one of {', '.join(self.names())}{question}")
        if len(entries) > 1:
            origins = " and ".join(map(_describe_origin, entries.values()))
            raise LookupError(f"a kind that one package gives; given by {origins}")
        return next(iter(entries.values()))


@cache
def _load_shipped(name: str) -> SourceKind:
    """Import a kind that ships; each stands in the module of its name."""
    module = import_module(f"aggregator.feeds.kinds.{name}")
    made: SourceKind = getattr(module, _CLASSES[name])()
    return made


def _describe_origin(entry: EntryPoint) -> str:
    package = f"package {entry.dist.name} {entry.dist.version}" if entry.dist else "a package"
    return f"{package}, {entry.name} = {entry.value}"
