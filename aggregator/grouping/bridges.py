"""
Stems that translate each other, between every two languages, from a table that ships.

Made of parallel text and word lists (``foundry.bridges``); a stem is that of ``words``.
"""

from __future__ import annotations

import lzma
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    # Stems between blanks: as sets they take six times the memory.
    _Stems = Mapping[str, str]

__all__ = ["TABLE", "Bridges", "load_bridges"]

TABLE = "bridges.tsv.xz"


class Bridges:
    """
    The table, both ways.

    Args:
        tables: By two languages, for stems of the first those of the second.
    """

    def __init__(self, tables: Mapping[tuple[str, str], _Stems]) -> None:
        self._tables = tables
        self.find_translations = lru_cache(maxsize=20_000)(self._find_translations)
        self.find_synonyms = lru_cache(maxsize=20_000)(self._find_synonyms)

    def _find_translations(self, language: str, other: str, stem: str) -> frozenset[str]:
        """Return the stems of another language that may translate a stem."""
        table = self._tables.get((language, other), {})
        return frozenset(table.get(stem, "").split())

    def _find_synonyms(self, language: str, stem: str) -> frozenset[str]:
        """Return the stems of the same language that have a translation in common with a stem."""
        found: set[str] = set()
        for (one, other), table in self._tables.items():
            if one == language:
                back = self._tables[other, one]
                for translation in table.get(stem, "").split():
                    found.update(back.get(translation, "").split())
        return frozenset(found)


@cache
def load_bridges() -> Bridges:
    """Read the table that ships with the library."""
    packed = files("aggregator.grouping").joinpath(TABLE).read_bytes()
    tables: dict[tuple[str, str], dict[str, str]] = {}
    there: dict[str, str] = {}
    back: dict[str, str] = {}
    for line in lzma.decompress(packed).decode().splitlines():
        stem, tab, stems = line.partition("\t")
        if not tab:
            one, other = line.split()
            there = tables[one, other] = {}
            back = tables[other, one] = {}
            continue
        there[stem] = stems
        for translation in stems.split():
            back[translation] = f"{back[translation]} {stem}" if translation in back else stem
    return Bridges(tables)
