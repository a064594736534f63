"""``tilshi deliver``: send digests out, or see what would be sent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.pipeline.deliver import deliver as deliver_one
from aggregator.pipeline.deliver import deliver_due, find_due_deliveries
from aggregator.store.deliveries import Delivery, DeliveryId
from aggregator.store.outbox import DeliveryState
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.delivery_table import print_deliveries
from workers.cli.digest import read_day
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, print_json, say
from workers.leases import make_token

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import Digest
    from aggregator.pipeline.deliver import DeliverStep, Route
    from workers.services import Services

__all__ = ["deliver"]


def deliver(
    context: typer.Context,
    day: Annotated[
        date | None,
        typer.Option(
            "--date",
            parser=read_day,
            metavar="DAY",
            help="YYYY-MM-DD: this day's, whether due or not.",
        ),
    ] = None,
    channel: Annotated[str | None, typer.Option(help="This one alone, by its id.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show exactly what would go out, and send nothing.")
    ] = False,
    json: AsJson = False,
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
    known = [plan.id for plan in loaded.channels]
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
        tried = _send(services, routes, day)
    print_deliveries(tried, json=json, nothing="nothing is due")
    if any(delivery.state is not DeliveryState.DONE for delivery in tried):
        raise typer.Exit(Exit.FAILED)


def _send(services: Services, routes: Sequence[Route], day: date | None) -> list[Delivery]:
    step = services.deliver_step
    now = services.clock.now()
    editorial_now = services.now(services.as_of)
    if day is None and len(routes) == len(step.routes):
        return deliver_due(
            step,
            token=make_token(),
            now=editorial_now,
            real_now=now,
        )
    if day is not None:
        chosen = [(route, DeliveryId(route.edition.id, day, route.channel.id)) for route in routes]
    else:
        wanted = {route.channel.id for route in routes}
        due = find_due_deliveries(step, now=editorial_now, real_now=now)
        chosen = [(route, delivery) for route, delivery in due if delivery.channel in wanted]
    token = make_token()
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
        digest = _find_digest(services, route, day)
        if digest is None:
            which = f" of {day}" if day else ""
            complain(f"channel {route.channel.id}: edition {route.edition.id} has no digest{which}")
            continue
        shown += _list_parts(route, digest)
    if json:
        print_json({"format": "tilshi.dry-run/1", "parts": shown})
        return
    for number, row in enumerate(shown, start=1):
        place = f"{number}/{len(shown)}: {row['channel']} to {row['to']}"
        say(f"--- {place}, {len(row['text'])} characters\n{row['text']}\n")


def _find_digest(services: Services, route: Route, day: date | None) -> Digest | None:
    """Return an edition's digest of a day, or else its newest."""
    digests = services.store.digests
    days = [day] if day else digests.list_days(route.edition.id)
    return digests.load_digest(route.edition.id, days[0]) if days else None


def _list_parts(route: Route, digest: Digest) -> list[dict[str, Any]]:
    return [
        {
            "channel": route.channel.id,
            "day": str(digest.day),
            "to": part.recipient,
            "text": part.text,
        }
        for part in route.channel.prepare(digest).parts
    ]
