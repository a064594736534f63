"""``tilshi source import``: the feeds of another program's list, proposed for the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.errors import ConfigError, Fault
from aggregator.sources.entries import add_outlet, add_source, write_outlet, write_source
from aggregator.sources.opml import make_sources, read_opml
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json
from workers.cli.source_catalog import (
    AddTo,
    choose_target,
    find_sources_file,
    read_sources,
    write_sources,
)

if TYPE_CHECKING:
    from aggregator.models import Outlet, Source
    from aggregator.sources.catalog import Catalog
    from aggregator.sources.opml import OpmlList

__all__ = ["append_sources", "import_list"]


def import_list(
    context: typer.Context,
    opml: Annotated[
        Path, typer.Argument(metavar="FILE", help="An OPML file, as feed readers export it.")
    ],
    write: Annotated[bool, typer.Option("--write", help="Add them to the sources file.")] = False,
    file: AddTo = None,
    json: AsJson = False,
) -> None:
    """
    Propose entries for the feeds of an OPML list.

    Nothing is changed without --write or --file; nothing is fetched. Each outline that cannot be
    taken is named with its line; the exit code is then 1, and the others are taken.

    Example: `tilshi source import reader.opml --write`
    """
    loaded = load_for_command(context, beginning=True)
    adding = write or file is not None
    path = choose_target(loaded, file) if adding else find_sources_file(loaded)
    text, catalog = read_sources(path)
    listed = read_opml(_read_bytes(opml), str(opml))
    made, there = make_sources(listed, catalog)
    written = str(path) if adding and made else None
    if written:
        write_sources(path, append_sources(text, catalog, made))
    if json:
        print_json(_write_json(made, there, listed, written))
    else:
        _print_imported(made, there, catalog, written)
        for fault in listed.faults:
            complain(str(fault))
    if listed.faults:
        raise typer.Exit(Exit.FAILED)


def _read_bytes(opml: Path) -> bytes:
    try:
        return opml.read_bytes()
    except OSError as error:
        fault = Fault(str(opml), None, "(opml)", "", f"a file that can be read ({error})")
        raise ConfigError((fault,)) from error


def append_sources(text: str, catalog: Catalog, made: list[Source]) -> str:
    """Return a catalogue's text with sources added, each to its outlet."""
    known = {outlet.id for outlet in catalog.outlets}
    new = _group_by_outlet([source for source in made if source.outlet.id not in known])
    for source in made:
        if source.outlet.id in known:
            text = add_source(text, source)
    for outlet, sources in new.items():
        text = add_outlet(text, outlet, sources)
    return text


def _group_by_outlet(sources: list[Source]) -> dict[Outlet, list[Source]]:
    groups: dict[Outlet, list[Source]] = {}
    for source in sources:
        groups.setdefault(source.outlet, []).append(source)
    return groups


def _write_json(
    made: list[Source],
    there: dict[str, str],
    listed: OpmlList,
    written: str | None,
) -> dict[str, object]:
    added = [
        {
            "id": source.id,
            "outlet": source.outlet.id,
            "url": source.url,
        }
        for source in made
    ]
    faults = [
        {
            "line": fault.line,
            "key": fault.key,
            "words": str(fault),
        }
        for fault in listed.faults
    ]
    return {
        "format": "tilshi.source-import/1",
        "added": added,
        "there": there,
        "faults": faults,
        "written": written,
    }


def _print_imported(
    made: list[Source],
    there: dict[str, str],
    catalog: Catalog,
    written: str | None,
) -> None:
    screen = console()
    known = {outlet.id for outlet in catalog.outlets}
    if written is None:
        for outlet, sources in _group_by_outlet(made).items():
            head = f"# of {outlet.id}, which is in the catalogue"
            if outlet.id not in known:
                head = write_outlet(outlet)
            entries = "\n".join([head, *map(write_source, sources)])
            screen.print(entries, markup=False, soft_wrap=True)
    for url, source_id in there.items():
        screen.print(f"# there already: {source_id}  {url}", markup=False, soft_wrap=True)
    done = f"added to {written}" if written else "would be added"
    screen.print(f"# {len(made)} {done}, {len(there)} there already", markup=False, soft_wrap=True)
    if written:
        screen.print("# next: tilshi source check", markup=False)
