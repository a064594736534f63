"""``tilshi letters``: what went on without a stage, and a second try for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.operations.actions import ActionResult, discard_dead_letter, retry_dead_letter
from aggregator.operations.status import DeadLetterRow, list_dead_letters
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json
from workers.cli.tables import pick_fields, tabulate_dead_letters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aggregator.store.redis import Store

__all__ = ["letters"]

_FIELDS = ("id", "stage", "what", "reason", "at")


def letters(
    context: typer.Context,
    retry: Annotated[
        str | None, typer.Option(metavar="ID", help="Try this one again; `all` for all.")
    ] = None,
    discard: Annotated[
        str | None, typer.Option(metavar="ID", help="Forget this one; `all` for all.")
    ] = None,
    json: AsJson = False,
) -> None:
    """
    List dead letters: articles that went on without a stage, deliveries that were given up.

    `--retry` puts an article through its stage again, or takes a delivery up again; `--discard`
    forgets the letter.

    Example: `tilshi letters --retry text:0123456789abcdef0123456789abcdef`
    """
    with open_runtime(load_for_command(context)) as runtime:
        store = runtime.services.store
        now = runtime.services.clock.now()
        rows = _read_dead_letters(store)
        for row_id in _choose_dead_letters(rows, retry):
            _act_on_dead_letter(store, row_id, now, retry_dead_letter)
        for row_id in _choose_dead_letters(rows, discard):
            _act_on_dead_letter(store, row_id, now, discard_dead_letter)
        if retry or discard:
            rows = _read_dead_letters(store)
    if json:
        forms = [pick_fields(row, _FIELDS) for row in rows]
        print_json({"format": "tilshi.letters/1", "letters": forms})
    else:
        console().print(tabulate_dead_letters(rows, now) if rows else "no dead letters")


def _read_dead_letters(store: Store) -> tuple[DeadLetterRow, ...]:
    return list_dead_letters(store.dead_letters.load_all(), store.deliveries.load_recent())


def _choose_dead_letters(rows: Sequence[DeadLetterRow], wanted: str | None) -> list[str]:
    """Return the ids that an option names: one, all, or none where it is not given."""
    if wanted == "all":
        return [row.id for row in rows]
    return [wanted] if wanted else []


def _act_on_dead_letter(
    store: Store,
    row_id: str,
    now: datetime,
    act: Callable[[Store, str, datetime], ActionResult],
) -> None:
    result = act(store, row_id, now)
    if result is ActionResult.UNKNOWN:
        complain(f"{row_id}: no such letter; `tilshi letters` lists them")
        raise typer.Exit(Exit.USAGE)
    if result is not ActionResult.DONE:
        complain(f"{row_id}: {result.value}")
