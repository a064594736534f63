"""``tilshi source import`` and ``export``: lists of other programs in, the catalogue out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.errors import ConfigError, Fault
from aggregator.publish.opml import render
from aggregator.sources.entries import add_outlet, add_source, outlet_entry, source_entry
from aggregator.sources.listing import counted, markdown_table
from aggregator.sources.opml import as_sources, read_opml
from workers.cli.app import Exit, plan_of, source_app
from workers.cli.output import complain, console, print_json
from workers.cli.source import AddTo, AsJson, read_sources, sources_file, target, write_sources

if TYPE_CHECKING:
    from aggregator.models import Outlet, Source
    from aggregator.sources.catalog import Catalog

__all__ = ["export_sources", "import_list"]


class Form(StrEnum):
    """Forms in which the catalogue goes out."""

    TOML = "toml"
    OPML = "opml"
    MARKDOWN = "markdown"
    JSON = "json"


@source_app.command("import")
def import_list(
    context: typer.Context,
    opml: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file, as feed readers export it.")],
    write: Annotated[bool, typer.Option("--write", help="Add them to the sources file.")] = False,
    file: AddTo = None,
    json: AsJson = False,
) -> None:
    """
    Propose entries for the feeds of an OPML list.

    Nothing is changed without --write or --file; nothing is fetched. Each outline that cannot be taken is named with
    its line; the exit code is then 1, and the others are taken.

    Example: `tilshi source import reader.opml --write`
    """
    plan = plan_of(context, beginning=True)
    path = target(plan, file) if write or file else sources_file(plan)
    text, catalog = read_sources(path)
    try:
        body = opml.read_bytes()
    except OSError as error:
        raise ConfigError((Fault(str(opml), None, "(opml)", "", f"a file that can be read ({error})"),)) from error
    found = read_opml(body, str(opml))
    made, there = as_sources(found, catalog)
    if (write or file) and made:
        write_sources(path, with_sources(text, catalog, made))
    written = str(path) if (write or file) and made else None
    if json:
        print_json(
            {
                "format": "tilshi.source-import/1",
                "added": [{"id": source.id, "outlet": source.outlet.id, "url": source.url} for source in made],
                "there": there,
                "faults": [{"line": fault.line, "key": fault.key, "words": str(fault)} for fault in found.faults],
                "written": written,
            }
        )
    else:
        _say_imported(made, there, catalog, written)
        for fault in found.faults:
            complain(str(fault))
    if found.faults:
        raise typer.Exit(Exit.FAILED)


def with_sources(text: str, catalog: Catalog, made: list[Source]) -> str:
    """Return a catalogue's text with sources added, each to its outlet."""
    known = {outlet.id for outlet in catalog.outlets}
    new = _by_outlet([source for source in made if source.outlet.id not in known])
    for source in made:
        if source.outlet.id in known:
            text = add_source(text, source)
    entries = [add_outlet("", outlet, sources) for outlet, sources in new.items()]
    return "\n".join([text.rstrip() + "\n", *entries] if text.strip() else entries)


def _by_outlet(sources: list[Source]) -> dict[Outlet, list[Source]]:
    found: dict[Outlet, list[Source]] = {}
    for source in sources:
        found.setdefault(source.outlet, []).append(source)
    return found


def _say_imported(made: list[Source], there: dict[str, str], catalog: Catalog, written: str | None) -> None:
    screen, known = console(), {outlet.id for outlet in catalog.outlets}
    if written is None:
        for outlet, sources in _by_outlet(made).items():
            entry = f"# of {outlet.id}, which is in the catalogue" if outlet.id in known else outlet_entry(outlet)
            screen.print("\n".join([entry, *map(source_entry, sources)]), markup=False, soft_wrap=True)
    for url, source_id in there.items():
        screen.print(f"# there already: {source_id}  {url}", markup=False, soft_wrap=True)
    done = f"added to {written}" if written else "would be added"
    screen.print(f"# {len(made)} {done}, {len(there)} there already", markup=False, soft_wrap=True)
    if written:
        screen.print("# next: tilshi source check", markup=False)


@source_app.command("export")
def export_sources(
    context: typer.Context,
    form: Annotated[Form, typer.Option("--format", "-f", help="In which form.")] = Form.OPML,
) -> None:
    """
    Print the catalogue in other forms.

    As it is (toml), for feed readers (opml: the feeds that are polled), as a table (markdown), for programs (json).

    Example: `tilshi source export --format opml > feeds.opml`
    """
    plan = plan_of(context)
    catalog = plan.catalog
    if form is Form.TOML:
        typer.echo(sources_file(plan).read_text(encoding="utf-8"), nl=False)
    elif form is Form.MARKDOWN:
        typer.echo(f"{counted(catalog)}\n\n{markdown_table(catalog)}", nl=False)
    elif form is Form.JSON:
        print_json({"format": "tilshi.sources/1", "sources": [_row(source) for source in catalog.sources]})
    else:
        typer.echo(render(catalog.sources), nl=False)
        left_out = sum(source.kind != "feed" and not source.paused for source in catalog.sources)
        if left_out:
            complain(f"{left_out} sources are no feeds, and no feed reader can follow them: left out")


def _row(source: Source) -> dict[str, object]:
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
