"""``tilshi deliver`` and ``deliveries``: send digests out, see what would be sent, what was, and what went wrong."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.pipeline.deliver import deliver as deliver_one
from aggregator.pipeline.deliver import deliver_due, due_deliveries
from aggregator.store.deliveries import Delivery, DeliveryId
from aggregator.store.outbox import DeliveryState, PartState
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.digest import day_option
from workers.cli.exits import Exit
from workers.cli.output import complain, console, print_json, table
from workers.leases import new_token

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.pipeline.deliver import DeliverStep, Route
    from workers.services import Services

__all__ = ["deliver", "deliveries"]

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def deliver(
    context: typer.Context,
    day: Annotated[
        date | None,
        typer.Option(
            "--date",
            parser=day_option,
            metavar="DAY",
            help="YYYY-MM-DD: this day's, whether due or not.",
        ),
    ] = None,
    channel: Annotated[str | None, typer.Option(help="This one alone, by its id.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show exactly what would go out, and send nothing.")
    ] = False,
    json: _AsJson = False,
) -> None:
    """
    Send what is due now. What was sent is never sent again.

    With `--dry-run` and no `--date`, the newest digest of each edition is shown, closed or not.

    Example: `tilshi deliver --dry-run --channel family`
    """
    loaded = load_for_command(context)
    if not loaded.channels:
        complain("no channels: deliver.file names none; docs/delivery.md says how to begin")
        raise typer.Exit(Exit.USAGE)
    known = [item.id for item in loaded.channels]
    if channel is not None and channel not in known:
        complain(f"--channel {channel}: expected one of: {', '.join(known)}")
        raise typer.Exit(Exit.USAGE)
    with open_runtime(loaded) as runtime:
        services = runtime.services
        routes = [
            route for route in services.deliver_step.routes if channel in (None, route.channel.id)
        ]
        if dry_run:
            _show(services, routes, day, json=json)
            return
        found = _send(services, routes, day)
    _tell(found, json=json)
    if any(item.state is not DeliveryState.DONE for item in found):
        raise typer.Exit(Exit.FAILED)


def _send(services: Services, routes: Sequence[Route], day: date | None) -> list[Delivery]:
    step = services.deliver_step
    now = services.clock.now()
    token = new_token()
    if day is not None:
        chosen = [(route, DeliveryId(route.edition.id, day, route.channel.id)) for route in routes]
    elif len(routes) == len(step.routes):
        return deliver_due(
            step,
            token=token,
            now=services.now(services.as_of),
            real_now=now,
        )
    else:
        wanted = {route.channel.id for route in routes}
        due = due_deliveries(step, now=services.now(services.as_of), real_now=now)
        chosen = [(route, delivery) for route, delivery in due if delivery.channel in wanted]
    return [
        _send_one(
            step,
            route,
            delivery,
            token=token,
            now=now,
        )
        for route, delivery in chosen
    ]


def _send_one(
    step: DeliverStep,
    route: Route,
    delivery: DeliveryId,
    *,
    token: str,
    now: datetime,
) -> Delivery:
    sent = deliver_one(
        step,
        route,
        delivery,
        token=token,
        now=now,
    )
    if sent is None:
        complain(f"{delivery}: there is no closed digest of that day, or another sender is at it")
        return Delivery(id=delivery, error="not closed, or being sent")
    return sent


def _show(
    services: Services,
    routes: Sequence[Route],
    day: date | None,
    *,
    json: bool,
) -> None:
    shown: list[dict[str, Any]] = []
    for route in routes:
        days = services.store.digests.days(route.edition.id)
        digest = (
            services.store.digests.digest(route.edition.id, day or days[0]) if day or days else None
        )
        if digest is None:
            complain(
                f"channel {route.channel.id}: edition {route.edition.id} has no "
                f"digest{f' of {day}' if day else ''}"
            )
            continue
        shown += [
            {
                "channel": route.channel.id,
                "day": str(digest.day),
                "to": part.recipient,
                "text": part.text,
            }
            for part in route.channel.prepare(digest).parts
        ]
    if json:
        print_json({"format": "tilshi.dry-run/1", "parts": shown})
        return
    for number, row in enumerate(shown, start=1):
        head = (
            f"--- {number}/{len(shown)}: {row['channel']} to {row['to']}, {len(row['text'])} "
            "characters"
        )
        typer.echo(f"{head}\n{row['text']}\n")


def _row(found: Delivery) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "state": found.state.value,
        "sent": found.count(PartState.SENT),
        "in_doubt": found.count(PartState.DOUBT) + found.count(PartState.BEGUN),
        "refused": found.count(PartState.SKIPPED),
        "tries": found.tries,
        "next": found.due.isoformat(timespec="seconds")
        if found.due and found.state is DeliveryState.WAITING
        else None,
        "error": found.error,
        "parts": {
            key: {"state": state.value, "note": note} for key, (state, note) in found.parts.items()
        },
    }


def _tell(found: Sequence[Delivery], *, json: bool, nothing: str = "nothing is due") -> None:
    rows = [_row(item) for item in found]
    if json:
        print_json({"format": "tilshi.deliveries/1", "deliveries": rows})
        return
    if not rows:
        console().print(nothing)
        return
    columns = ("delivery", "state", "sent", "in doubt", "refused", "next try", "what happened")
    names = ("id", "state", "sent", "in_doubt", "refused", "next", "error")
    console().print(
        table(columns, [[row[name] for name in names] for row in rows], right=columns[2:5])
    )


def _delivery_id(value: str) -> DeliveryId:
    try:
        return DeliveryId.read(value)
    except ValueError:
        raise typer.BadParameter(
            f"{value!r}: expected EDITION/DAY/CHANNEL, as `tilshi deliveries` prints it"
        ) from None


_OneId = Annotated[
    DeliveryId | None, typer.Option(parser=_delivery_id, metavar="EDITION/DAY/CHANNEL")
]


def deliveries(
    context: typer.Context,
    retry: _OneId = None,
    discard: _OneId = None,
    json: _AsJson = False,
) -> None:
    """
    List what was sent lately and what went wrong.

    `--retry` takes a delivery up again: what was sent stays sent, what is in doubt or was refused
    is sent with the next tick, or by `tilshi deliver`. `--discard` gives it up.

    Example: `tilshi deliveries --retry daily/2025-08-20/family`
    """
    with open_runtime(load_for_command(context)) as runtime:
        ledger = runtime.services.store.deliveries
        known = {item.id for item in ledger.recent()}
        for asked in (retry, discard):
            if asked is not None and asked not in known:
                complain(f"{asked}: no such delivery; `tilshi deliveries` lists them")
                raise typer.Exit(Exit.USAGE)
        if retry is not None:
            ledger.reopen(retry)
        if discard is not None:
            ledger.end(discard, DeliveryState.DONE, "discarded by an operator")
        found = ledger.recent()
    _tell(found, json=json, nothing="nothing was sent yet")
