"""The catalogue as a table for people, in Markdown. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aggregator.sources.report import write_cell

if TYPE_CHECKING:
    from aggregator.models import Source
    from aggregator.sources.catalog import Catalog

__all__ = ["describe_counts", "write_listing"]

_WORDS = {
    "works": "worked when looked at",
    "listed": "listed, not tried",
    "disputed": "reports differ",
    "old": "an address of earlier years",
    "doubtful": "thought wrong by those who list it",
    "slow": "did not answer in time",
}


def write_listing(catalog: Catalog) -> str:
    """Write all sources down, one a row, in the catalogue's order."""
    head = [
        "| outlet | source | kind | languages | address | state | what is known |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = map(_write_row, catalog.sources)
    return "\n".join([*head, *rows]) + "\n"


def _write_row(source: Source) -> str:
    outlet = source.outlet
    name = f"{outlet.name}, official" if outlet.official else outlet.name
    cells = (
        name,
        f"`{source.id}`",
        source.kind,
        ", ".join(source.languages),
        source.url,
        "paused" if source.paused else "polled",
        _describe_standing(source),
    )
    return "| " + " | ".join(map(write_cell, cells)) + " |"


def _describe_standing(source: Source) -> str:
    words = _WORDS.get(source.standing, source.standing)
    if source.checked:
        words = f"{words}, {source.checked.isoformat()}"
    parts = filter(None, (words, source.note))
    return "; ".join(parts)


def describe_counts(catalog: Catalog) -> str:
    """Say in a sentence how many sources there are, of which kinds, and how many are polled."""
    sources = catalog.sources
    count = len(sources)
    by_kind = Counter(source.kind for source in sources)
    official = {source.outlet.id for source in sources if source.outlet.official}
    paused = sum(source.paused for source in sources)
    kinds = [f"{number} {kind}" for kind, number in by_kind.items()]
    return (
        f"{len(catalog.outlets)} outlets ({len(official)} official), "
        f"{count} sources ({', '.join(kinds)}); "
        f"{count - paused} polled, {paused} paused."
    )
