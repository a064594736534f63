"""What ``backup``, ``restore`` and ``upgrade`` share: the store as it is, and progress."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from aggregator.store.client import Connection
from aggregator.store.keys import Keys
from aggregator.store.redis import name_client
from aggregator.store.upgrade import find_workers
from workers.bootstrap import open_store_address
from workers.cli.exits import Exit
from workers.cli.output import complain, progress_console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workers.loaded_config import LoadedConfig

__all__ = ["AsQuietJson", "open_raw_store", "refuse_others_at_work", "show_progress"]

AsQuietJson = Annotated[bool, typer.Option("--json", help="Print JSON, without progress.")]


@contextmanager
def open_raw_store(
    loaded: LoadedConfig,
    *,
    before_set_aside: Callable[[], object] | None = None,
) -> Iterator[tuple[Connection, Keys]]:
    """
    Give the store as it is, whatever version wrote it.

    Args:
        loaded: Settings.
        before_set_aside: A private server's files that it does not start with may be set aside; see
            ``PrivateServer``.
    """
    with open_store_address(loaded, before_set_aside=before_set_aside) as url:
        # Another name than workers have, so that we do not count as one.
        connection = Connection(url, name="tilshi-keeper")
        try:
            yield connection, Keys(loaded.settings.store.namespace)
        finally:
            connection.close()


@contextmanager
def show_progress(what: str, *, wanted: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Give what is called with how much is done, and of how much; None if that is not known."""
    screen = progress_console() if wanted else None
    if screen is None:
        yield lambda _done, _of: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def refuse_others_at_work(loaded: LoadedConfig, connection: Connection, keys: Keys) -> None:
    """Stop the command if somebody else works on the store; says who."""
    name = name_client(loaded.settings.store.namespace)
    others = find_workers(connection, keys, name, datetime.now(UTC))
    if not others:
        return
    lines = ["somebody works on this store; stop all workers, schedulers and pages first:", *others]
    complain("\n  ".join(lines))
    raise typer.Exit(Exit.FAILED)
