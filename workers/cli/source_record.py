"""``tilshi source record`` and ``test``: a source's bytes and what was read in them, kept."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.errors import ConfigError, Fault
from aggregator.sources.discover import read_sample, sample_source
from aggregator.sources.entries import read_kind_options
from aggregator.sources.fixtures import list_differences, read_fixture, write_fixture
from aggregator.toml.files import read_owner_text
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json
from workers.cli.source_catalog import (
    choose_sources,
    complete_source,
    find_sources_file,
    make_services,
)
from workers.fetchers import open_fetcher

if TYPE_CHECKING:
    from aggregator.models import Source
    from aggregator.sources.sample import SourceSample
    from workers.loaded_config import LoadedConfig
    from workers.services import Services

__all__ = ["record", "run_fixtures"]

_Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="DIR",
        help="Of the records. Default: fixtures/ beside the sources file.",
    ),
]


def _choose_folder(loaded: LoadedConfig, folder: Path | None) -> Path:
    return folder or find_sources_file(loaded).parent / "fixtures"


def record(
    context: typer.Context,
    source_id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            autocompletion=complete_source,
            help="Of a source.",
        ),
    ],
    folder: _Folder = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="You have looked: record without asking.")
    ] = False,
) -> None:
    """
    Keep what a source sends now and what is read in it, as a test.

    You are shown what was read and asked whether it is what the source says; nothing is kept
    otherwise.

    Example: `tilshi source record nur-kz-kk`
    """
    loaded = load_for_command(context)
    source = choose_sources(loaded.catalog, [source_id])[0]
    services = make_services(loaded)
    sample = asyncio.run(_sample(services, source))
    if sample.feed is None or sample.result is None or not sample.feed.items:
        complain(f"{source.url}: {sample.outcome.value}: {sample.detail}; nothing to record")
        raise typer.Exit(Exit.NO_SOURCE)
    place = _choose_folder(loaded, folder)
    catalog = find_sources_file(loaded).read_text(encoding="utf-8")
    options = read_kind_options(catalog, source)
    written = write_fixture(sample, services.now(services.as_of), options)
    console().print(written, markup=False, soft_wrap=True)
    if not yes and not (sys.stdin.isatty() and typer.confirm("Is this what the source says?")):
        complain("not recorded; look at the values above, then run it again with --yes")
        raise typer.Exit(Exit.FAILED)
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{source.id}.body").write_bytes(sample.result.body)
        (place / f"{source.id}.toml").write_text(written, encoding="utf-8")
    except OSError as error:
        expected = f"a folder to write to ({error})"
        fault = Fault("arguments", None, "--folder", str(place), expected)
        raise ConfigError((fault,)) from error
    console().print(
        f"recorded in {place}; `tilshi source test {source.id}` reads it again",
        markup=False,
        soft_wrap=True,
    )


async def _sample(services: Services, source: Source) -> SourceSample:
    async with open_fetcher(services, alone=True) as fetcher:
        return await sample_source(source, fetcher, services.zone)


def run_fixtures(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            autocompletion=complete_source,
            help="Default: all recorded.",
        ),
    ] = None,
    folder: _Folder = None,
    json: AsJson = False,
) -> None:
    """
    Read recorded sources again and compare with what a person agreed to.

    Nothing is fetched. Exit code 1 if one is read otherwise, or none is recorded.

    Example: `tilshi source test`
    """
    loaded = load_for_command(context)
    place = _choose_folder(loaded, folder)
    files = [place / f"{name}.toml" for name in ids] if ids else _list_records(place)
    if not files:
        complain(f"{place}: nothing is recorded; `tilshi source record ID` does")
        raise typer.Exit(Exit.FAILED)
    services = make_services(loaded)
    results = {file.stem: _find_differences(file, services) for file in files}
    if json:
        print_json(
            {
                "format": "tilshi.source-test/1",
                "folder": str(place),
                "differences": results,
            }
        )
    else:
        for name, lines in results.items():
            console().print(f"{'differs' if lines else 'same'}  {name}", markup=False)
            for line in lines:
                console().print(f"  {line}", markup=False, soft_wrap=True)
    if any(results.values()):
        raise typer.Exit(Exit.FAILED)


def _list_records(place: Path) -> list[Path]:
    try:
        return sorted(place.glob("*.toml"))
    except OSError as error:
        fault = Fault("arguments", None, "--folder", str(place), f"a folder of records ({error})")
        raise ConfigError((fault,)) from error


def _find_differences(file: Path, services: Services) -> list[str]:
    text = read_owner_text(file, "(record)")
    body_file = file.with_suffix(".body")
    try:
        body = body_file.read_bytes()
    except OSError as error:
        expected = f"the body of a record, which can be read ({error})"
        fault = Fault(str(body_file), None, "(record)", "", expected)
        raise ConfigError((fault,)) from error
    fixture = read_fixture(text, str(file), body)
    sample = read_sample(fixture.source, fixture.result, services.zone)
    return list_differences(fixture, sample)
