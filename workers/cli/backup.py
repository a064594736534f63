"""``tilshi backup``, ``restore``, ``upgrade``: the store in one file, back again, and in the form of this version."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from aggregator.store.backup import back_up, read_backup
from aggregator.store.client import Connection
from aggregator.store.keys import SCHEMA_VERSION, Keys
from aggregator.store.redis import client_name
from aggregator.store.restore import restore as put_back
from aggregator.store.upgrade import at_work, stored_version
from aggregator.store.upgrade import upgrade as bring_up_to_date
from workers.bootstrap import open_store_address
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, print_json, progress_console
from workers.leases import new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workers.loaded_config import LoadedConfig

__all__ = ["backup", "restore", "upgrade"]

_Json = Annotated[bool, typer.Option("--json", help="Print JSON, without progress.")]
_MB = 1e6


@contextmanager
def _vault(loaded: LoadedConfig) -> Iterator[tuple[Connection, Keys]]:
    """Give the store as it is, whatever version wrote it."""
    with open_store_address(loaded) as url:
        # Another name than workers have, so that we do not count as one.
        connection = Connection(url, name="tilshi-keeper")
        try:
            yield connection, Keys(loaded.settings.store.namespace)
        finally:
            connection.close()


@contextmanager
def _shown(what: str, *, wanted: bool) -> Iterator[Callable[[int, int | None], None]]:
    screen = progress_console() if wanted else None
    if screen is None:
        yield lambda _done, _of: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, of: bars.update(bar, completed=done, total=of)


def _alone(loaded: LoadedConfig, connection: Connection, keys: Keys) -> None:
    others = at_work(
        connection, keys, client_name(loaded.settings.store.namespace), datetime.now(UTC)
    )
    if others:
        complain(
            "\n  ".join(
                (
                    "somebody works on this store; stop all workers, schedulers and pages first:",
                    *others,
                )
            )
        )
        raise typer.Exit(Exit.FAILED)


def backup(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A new file, e.g. tilshi-2026-08-20.backup.")
    ],
    stopped: Annotated[
        bool, typer.Option("--stopped", help="Do not hold back writers: none is at work.")
    ] = False,
    json: _Json = False,
) -> None:
    """
    Copy everything in the store into one file, also while everything runs.

    Writers wait while it is read, so that the copy is of one moment. Also copy your settings,
    `packages/` of the data folder if you installed any, and the files that secrets stand in.

    Example: `tilshi backup /var/backups/tilshi-$(date +%F).backup`
    """
    loaded = load_for_command(context)
    with _vault(loaded) as (connection, keys), _shown("keys copied", wanted=not json) as shown:
        head = back_up(
            connection,
            keys,
            file,
            now=datetime.now(UTC),
            pause=not stopped,
            progress=lambda done: shown(done, None),
        )
    size = file.stat().st_size
    if json:
        print_json(
            {
                "file": str(file.resolve()),
                "keys": head.keys,
                "bytes": size,
                "schema": head.schema,
            }
        )
    else:
        typer.echo(
            f"{file}: {head.keys} keys of {head.server}, schema {head.schema}, {size / _MB:.1f} MB"
        )


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made by `tilshi backup`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Lose what is in the store now.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the file is whole.")
    ] = False,
    json: _Json = False,
) -> None:
    """
    Put a backup into the store, wholly or not at all. Nothing may be at work on it.

    The file is checked to its end first. What was delivered after it was made may be delivered
    again; see docs/operations.md.

    Example: `tilshi restore tilshi-2026-08-20.backup`
    """
    loaded = load_for_command(context)
    if check:
        head, _ = read_backup(file)
    else:
        with (
            _vault(loaded) as (connection, keys),
            _shown("keys put back", wanted=not json) as shown,
        ):
            _alone(loaded, connection, keys)
            head = put_back(
                connection,
                keys,
                file,
                replace=replace,
                progress=shown,
            )
    old = head.schema != str(SCHEMA_VERSION)
    if json:
        print_json(
            {
                "file": str(file.resolve()),
                "keys": head.keys,
                "schema": head.schema,
                "made": head.made,
            }
        )
        return
    typer.echo(
        f"{file}: {'whole, ' if check else ''}{head.keys} keys of {head.made}, schema {head.schema}"
    )
    if old and not check:
        typer.echo("it was made by an older version: run `tilshi upgrade`")


def upgrade(context: typer.Context, json: _Json = False) -> None:
    """
    Bring what an older version stored into the form of this one. Nothing may be at work on it.

    Make a backup first: there is no way back. Killed, it goes on when it is run again.

    Example: `tilshi backup before.backup && tilshi upgrade`
    """
    loaded = load_for_command(context)
    with _vault(loaded) as (connection, keys), _shown("", wanted=not json) as shown:
        _alone(loaded, connection, keys)
        before = stored_version(connection, keys)
        done = bring_up_to_date(
            connection,
            keys,
            token=new_token(),
            progress=lambda _what, some, of: shown(some, of),
        )
    if json:
        print_json(
            {
                "before": before or None,
                "schema": SCHEMA_VERSION,
                "done": done,
            }
        )
    elif not done:
        typer.echo(
            f"nothing to do: {f'schema {before} is current' if before else 'the store is empty'}"
        )
    for line in [] if json else done:
        typer.echo(f"done: {line}")
