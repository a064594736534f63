"""Writes the table of docs/sources.md anew from config/sources.toml: ``./run catalogue``."""

from __future__ import annotations

from pathlib import Path

from aggregator.sources.catalog import read_catalog
from aggregator.sources.listing import describe_counts, write_listing

__all__ = ["PAGE", "with_table"]

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "sources.md"
_BEGIN, _END = "<!-- catalogue: written by ./run catalogue -->\n", "<!-- catalogue ends -->"


def with_table(page: str) -> str:
    """Return the page with the table as the catalogue has it now."""
    file = ROOT / "config" / "sources.toml"
    catalog = read_catalog(file.read_text(encoding="utf-8"), str(file))
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return (
        f"{before}{_BEGIN}\n{describe_counts(catalog)}\n\n{write_listing(catalog)}\n{_END}{after}"
    )


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
