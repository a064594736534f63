"""The catalogue as a table for people, in Markdown. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.sources.report import cell

if TYPE_CHECKING:
    from aggregator.models import Source
    from aggregator.sources.catalog import Catalog

__all__ = ["counted", "markdown_table"]

_WORDS = {
    "works": "worked when looked at",
    "listed": "listed, not tried",
    "disputed": "reports differ",
    "old": "an address of earlier years",
    "doubtful": "thought wrong by those who list it",
    "slow": "did not answer in time",
}


def markdown_table(catalog: Catalog) -> str:
    """Write all sources down, one a row, in the catalogue's order."""
    head = [
        "| outlet | source | kind | languages | address | state | what is known |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *map(_row, catalog.sources)]) + "\n"


def _row(source: Source) -> str:
    outlet = f"{source.outlet.name}, official" if source.outlet.official else source.outlet.name
    state = "paused" if source.paused else "polled"
    cells = (
        outlet,
        f"`{source.id}`",
        source.kind,
        ", ".join(source.languages),
        source.url,
        state,
        _known(source),
    )
    return "| " + " | ".join(map(cell, cells)) + " |"


def _known(source: Source) -> str:
    standing = _WORDS.get(source.standing, source.standing)
    day = f", {source.checked.isoformat()}" if source.checked else ""
    return "; ".join(part for part in (f"{standing}{day}", source.note) if part)


def counted(catalog: Catalog) -> str:
    """Say in a sentence how many sources there are, of which kinds, and how many are polled."""
    kinds: dict[str, int] = {}
    for source in catalog.sources:
        kinds[source.kind] = kinds.get(source.kind, 0) + 1
    polled = sum(not source.paused for source in catalog.sources)
    official = len({source.outlet.id for source in catalog.sources if source.outlet.official})
    shown = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return (
        f"{len(catalog.outlets)} outlets ({official} official), {len(catalog.sources)} sources "
        f"({shown}); "
        f"{polled} polled, {len(catalog.sources) - polled} paused."
    )
