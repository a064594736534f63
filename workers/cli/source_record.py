"""``tilshi source record`` and ``test``: a source's bytes kept with what was read in them, and read again."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.errors import ConfigError, Fault
from aggregator.sources.discover import read_sample, sample_source
from aggregator.sources.entries import read_kind_options
from aggregator.sources.fixtures import differences, read_fixture, write_fixture
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console, print_json
from workers.cli.source_catalog import (
    AsJson,
    choose_sources,
    complete_source,
    find_sources_file,
    make_services,
)

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


def _folder(loaded: LoadedConfig, folder: Path | None) -> Path:
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
    look = asyncio.run(_look(services, source))
    if look.feed is None or look.result is None or not look.feed.items:
        complain(f"{source.url}: {look.outcome.value}: {look.detail}; nothing to record")
        raise typer.Exit(Exit.NO_SOURCE)
    place = _folder(loaded, folder)
    written = write_fixture(
        look,
        services.now(services.as_of),
        read_kind_options(find_sources_file(loaded).read_text(encoding="utf-8"), source),
    )
    console().print(written, markup=False, soft_wrap=True)
    if not yes and not (sys.stdin.isatty() and typer.confirm("Is this what the source says?")):
        complain("not recorded; look at the values above, then run it again with --yes")
        raise typer.Exit(Exit.FAILED)
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{source.id}.body").write_bytes(look.result.body)
        (place / f"{source.id}.toml").write_text(written, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            (Fault("arguments", None, "--folder", str(place), f"a folder to write to ({error})"),)
        ) from error
    console().print(
        f"recorded in {place}; `tilshi source test {source.id}` reads it again",
        markup=False,
        soft_wrap=True,
    )


async def _look(services: Services, source: Source) -> SourceSample:
    async with services.fetcher(alone=True) as fetcher:
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
    place = _folder(loaded, folder)
    files = [place / f"{name}.toml" for name in ids] if ids else sorted(place.glob("*.toml"))
    if not files:
        complain(f"{place}: nothing is recorded; `tilshi source record ID` does")
        raise typer.Exit(Exit.FAILED)
    found = {file.stem: _differences(file, make_services(loaded)) for file in files}
    if json:
        print_json(
            {
                "format": "tilshi.source-test/1",
                "folder": str(place),
                "differences": found,
            }
        )
    else:
        for name, lines in found.items():
            console().print(f"{'differs' if lines else 'same'}  {name}", markup=False)
            for line in lines:
                console().print(f"  {line}", markup=False, soft_wrap=True)
    if any(found.values()):
        raise typer.Exit(Exit.FAILED)


def _differences(file: Path, services: Services) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8")
        body = file.with_suffix(".body").read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            (Fault(str(file), None, "(record)", "", f"a record that can be read ({error})"),)
        ) from error
    fixture = read_fixture(text, str(file), body)
    return differences(fixture, read_sample(fixture.source, fixture.result, services.zone))
