"""``tilshi source export``: the catalogue in other forms."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.sources.listing import describe_counts, write_listing
from aggregator.web.feeds.opml import render_opml
from workers.cli.config import load_for_command
from workers.cli.output import complain, print_document, print_file, print_json
from workers.cli.source_catalog import find_sources_file

if TYPE_CHECKING:
    from aggregator.models import Source

__all__ = ["Form", "export_sources"]


class Form(StrEnum):
    """Forms in which the catalogue goes out."""

    TOML = "toml"
    OPML = "opml"
    MARKDOWN = "markdown"
    JSON = "json"


def export_sources(
    context: typer.Context,
    form: Annotated[Form, typer.Option("--format", "-f", help="In which form.")] = Form.OPML,
) -> None:
    """
    Print the catalogue in other forms.

    As it is (toml), for feed readers (opml: the feeds that are polled), as a table (markdown), for
    programs (json).

    Example: `tilshi source export --format opml > feeds.opml`
    """
    loaded = load_for_command(context)
    catalog = loaded.catalog
    if form is Form.TOML:
        print_file(find_sources_file(loaded).read_text(encoding="utf-8"))
    elif form is Form.MARKDOWN:
        print_document(f"{describe_counts(catalog)}\n\n{write_listing(catalog)}")
    elif form is Form.JSON:
        rows = [_write_source(source) for source in catalog.sources]
        print_json({"format": "tilshi.sources/1", "sources": rows})
    else:
        print_document(render_opml(catalog.sources))
        left_out = sum(source.kind != "feed" and not source.paused for source in catalog.sources)
        if left_out:
            complain(
                f"{left_out} sources are no feeds, and no feed reader can follow them: left out"
            )


def _write_source(source: Source) -> dict[str, object]:
    return {
        "id": source.id,
        "outlet": source.outlet.id,
        "name": source.outlet.name,
        "official": source.outlet.official,
        "kind": source.kind,
        "url": source.url,
        "languages": list(source.languages),
        "paused": source.paused,
        "standing": source.standing,
        "checked": source.checked,
        "note": source.note,
    }
