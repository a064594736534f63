"""``tilshi alerts``: what is wrong, and word of it sent from here."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator.pipeline.alert import judge_alerts, send_notices
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import console, print_json
from workers.cli.tables import pick_fields, tabulate_alerts
from workers.leases import make_token
from workers.outgoing import make_alert_step

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
    json: AsJson = False,
) -> None:
    """
    List what is raised. Exit code 1 if anything is.

    Workers judge once a minute. `--send` judges and tells from here, so that a newsroom whose
    workers and scheduler are all dead is told of too; each alert is still told once.

    Example: `tilshi alerts --json`
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        if send:
            step = make_alert_step(services, with_channels=True)
            judge_alerts(step, token=make_token(), now=services.clock.now())
            send_notices(step, token=make_token(), now=services.clock.now())
        raised = list(services.store.notices.load_raised().values())
        now = services.clock.now()
    if json:
        forms = [pick_fields(alert, _FIELDS) for alert in raised]
        print_json({"format": "tilshi.alerts/1", "alerts": forms})
    else:
        console().print(tabulate_alerts(raised, now) if raised else "nothing is wrong")
    if raised:
        raise typer.Exit(Exit.FAILED)
