"""``tilshi alerts``: what is wrong, and word of it sent from here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.errors import SchemaError, StoreError
from aggregator.operations.alerts import list_current
from aggregator.operations.away import Link, Look
from aggregator.operations.snapshot import note_snapshot, take_snapshot
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json
from workers.cli.tables import pick_fields, tabulate_alerts
from workers.links import look_at_links
from workers.services import Services
from workers.snapshots import make_snapshot_scope
from workers.tell import find_look, judge_from_here, tell_from_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.models import Alert
    from workers.loaded_config import LoadedConfig

__all__ = ["alerts"]

_FIELDS = ("kind", "subject", "text", "raised")


def alerts(
    context: typer.Context,
    send: Annotated[
        bool,
        typer.Option(
            "--send",
            help="Judge now and tell operators, without any worker; for cron on another machine.",
        ),
    ] = False,
    accept_loss: Annotated[
        bool,
        typer.Option(
            "--accept-loss",
            help="Take the store as it is: what it lost until now is no alert any more.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """
    List what is raised. Exit code 1 if anything is.

    Workers judge once a minute. `--send` judges and tells from here, so that a newsroom whose
    workers and scheduler are all dead is told of too, and one whose store or broker is away: it
    needs neither. Each alert is still told once.

    Example: `tilshi alerts --json`
    """
    loaded = load_for_command(context)
    if accept_loss:
        _accept_loss(loaded)
    current = _tell(loaded) if send else _list_current(loaded)
    if json:
        forms = [pick_fields(alert, _FIELDS) for alert in current]
        print_json({"format": "tilshi.alerts/1", "alerts": forms})
    else:
        now = datetime.now(UTC)
        console().print(tabulate_alerts(current, now) if current else "nothing is wrong")
    if current:
        raise typer.Exit(Exit.FAILED)


def _list_current(loaded: LoadedConfig) -> Sequence[Alert]:
    with open_runtime(loaded) as runtime:
        return _take_current(runtime.services)


def _take_current(services: Services, looks: Sequence[Look] | None = None) -> Sequence[Alert]:
    """Return what is wrong; ``looks`` are None where nobody has looked yet."""
    scope = make_snapshot_scope(services)
    if looks is not None:
        scope = replace(scope, look_at_broker=lambda: find_look(looks, Link.BROKER))
    snapshot = take_snapshot(scope, services.clock.now())
    note_snapshot(scope, snapshot)
    return list_current(snapshot)


def _tell(loaded: LoadedConfig) -> Sequence[Alert]:
    """Judge and tell, with the store or without; returns what is wrong."""
    services = Services(loaded)
    looks: list[Look] = []
    # A private server is not looked at before it is started.
    if loaded.settings.store.url:
        looks = look_at_links(loaded.settings)
        store = find_look(looks, Link.STORE)
        if store is not None and store.error:
            return tell_from_file(services, looks)
    try:
        with open_runtime(loaded) as runtime:
            judge_from_here(runtime.services, looks)
            return _take_current(runtime.services, looks)
    except SchemaError:
        raise
    except StoreError as error:
        first_line = str(error).partition("\n")[0]
        address = loaded.settings.store.url or "the private server"
        return tell_from_file(services, [Look(link=Link.STORE, address=address, error=first_line)])


def _accept_loss(loaded: LoadedConfig) -> None:
    with open_runtime(loaded) as runtime:
        services = runtime.services
        scope = make_snapshot_scope(services)
        snapshot = take_snapshot(scope, services.clock.now())
        editions = [edition.id for edition in services.editions]
        now = services.clock.now()
        struck = services.store.mark.accept(snapshot.view.server, editions, now)
        judge_from_here(services, [])
    complain(
        f"the store is taken as it is, with {snapshot.view.taken_in:,} articles taken in; {struck} "
        "articles and digests that are gone were struck off the lists of their days"
    )
