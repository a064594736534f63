"""``tilshi deliveries``: what was sent lately, and a second try for what was not."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.delivery_table import print_deliveries
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain

__all__ = ["deliveries"]


def _read_delivery_id(value: str) -> DeliveryId:
    try:
        return DeliveryId.read(value)
    except ValueError:
        raise typer.BadParameter(
            f"{value!r}: expected EDITION/DAY/CHANNEL, as `tilshi deliveries` prints it"
        ) from None


_OneId = Annotated[
    DeliveryId | None, typer.Option(parser=_read_delivery_id, metavar="EDITION/DAY/CHANNEL")
]


def deliveries(
    context: typer.Context,
    retry: _OneId = None,
    discard: _OneId = None,
    json: AsJson = False,
) -> None:
    """
    List what was sent lately and what went wrong.

    `--retry` takes a delivery up again: what was sent stays sent, what is in doubt or was refused
    is sent with the next tick, or by `tilshi deliver`; refused while it is being sent. `--discard`
    gives it up.

    Example: `tilshi deliveries --retry daily/2025-08-20/family`
    """
    with open_runtime(load_for_command(context)) as runtime:
        ledger = runtime.services.store.deliveries
        known = {delivery.id for delivery in ledger.load_recent()}
        unknown = {retry, discard} - known - {None}
        for delivery_id in unknown:
            complain(f"{delivery_id}: no such delivery; `tilshi deliveries` lists them")
            raise typer.Exit(Exit.USAGE)
        if retry is not None:
            ledger.reopen(retry)
        if discard is not None:
            ledger.end(discard, DeliveryState.DONE, "discarded by an operator")
        recent = ledger.load_recent()
    print_deliveries(recent, json=json, nothing="nothing was sent yet")
