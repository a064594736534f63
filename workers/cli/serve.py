"""``tilshi serve``, ``worker``, ``beat``, ``health``: the long-running form."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

import httpx
import typer

from workers.app import QUEUES
from workers.cli.app import Exit, app, config_file, plan_of
from workers.cli.output import complain, console
from workers.office import Plan, crew, open_office
from workers.serving import run_beat, run_worker

_PAGE_S = 10.0
_QUEUE_S = 120

__all__ = ["beat", "health", "serve", "worker"]


@app.command()
def serve(
    context: typer.Context,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the page too, as `tilshi web` does.")] = True,
) -> None:
    """
    Run everything here until stopped: scheduler, workers, the page and, if no store is configured, a private server.

    A worker that dies is started again. Stop with Ctrl-C or SIGTERM; what was being worked on goes on next time.

    Example: `tilshi serve`
    """
    plan, file = plan_of(context, quiet=False), config_file(context)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    logs = plan.settings.data.folder / "logs"
    at = f"; the page is at http://{plan.settings.web.host}:{plan.settings.web.port}/" if page else ""
    with open_office(plan) as office, crew(office, file, beat=True, page=page, log_folder=logs):
        screen = console()
        screen.print(
            f"serving {len(office.room.sources)} sources{at}; logs in {logs}; stop with Ctrl-C", soft_wrap=True
        )
        stop.wait()


def _queues(value: str) -> str:
    for queue in value.split(","):
        if queue not in QUEUES:
            raise typer.BadParameter(f"{queue!r}: expected queues of {', '.join(QUEUES)}, joined by commas")
    return value


@app.command()
def worker(
    context: typer.Context,
    queues: Annotated[str, typer.Argument(metavar="QUEUE[,QUEUE...]", callback=_queues, help=", ".join(QUEUES))],
    concurrency: Annotated[int, typer.Option(min=1, help="Processes in the pool.")] = 1,
) -> None:
    """
    Run one worker for some queues until stopped.

    The model of a queue is loaded once in each of its processes; `translate` wants one process for each core that is
    to translate.

    Example: `tilshi worker translate --concurrency 2`
    """
    plan = plan_of(context, quiet=False)
    _need_store(plan.settings.store.url)
    with open_office(plan) as office:
        names = queues.split(",")
        run_worker(office.app, office.room, names, concurrency=concurrency, name="-".join(names))


@app.command()
def beat(context: typer.Context) -> None:
    """
    Run a scheduler until stopped. Any number may run at once.

    Example: `tilshi beat`
    """
    plan = plan_of(context, quiet=False)
    _need_store(plan.settings.store.url)
    with open_office(plan) as office:
        run_beat(office.app, office.room)


def _need_store(url: str) -> None:
    if not url:
        complain(
            "store.url (TILSHI_STORE_URL): expected the address of a store, because `worker` and `beat` share one; "
            "`tilshi serve` runs everything with a private server"
        )
        raise typer.Exit(Exit.USAGE)


@app.command()
def health(
    context: typer.Context,
    queue: Annotated[str | None, typer.Option(help=f"One of {', '.join((*QUEUES, 'beat'))}.")] = None,
    within_s: Annotated[
        int | None,
        typer.Option(
            "--within",
            metavar="SECONDS",
            min=1,
            help="How lately. Default: 120 for a queue, `alerts.canary_minutes` for --round.",
        ),
    ] = None,
    page: Annotated[bool, typer.Option("--page", help="Ask the page on this machine instead of a queue.")] = False,
    ready: Annotated[bool, typer.Option("--ready", help="Ask it whether readers can be served (`/readyz`).")] = False,
    whole: Annotated[
        bool, typer.Option("--round", help="Look at the canary's last round through all stages instead of a queue.")
    ] = False,
) -> None:
    """
    Exit with 0 if a queue's workers did real work lately, or if the page is served; else with 1.

    When there is nothing to do, a canary sent by the scheduler goes the way of real work: through the broker, into a
    worker process, through its model. So health also says that the scheduler and the broker work. `--round` looks at
    the canary that goes from fetch to text, translation and back, so it says that work gets from each to the next.

    Example: `tilshi health --queue translate --within 120`
    """
    if sum((queue is not None, page, ready, whole)) != 1:
        complain("health: expected one of --queue NAME, --page, --ready and --round")
        raise typer.Exit(Exit.USAGE)
    plan = plan_of(context)
    if queue is not None:
        _queue_health(plan, queue, within_s or _QUEUE_S)
    elif whole:
        _round_health(plan, within_s or plan.settings.alerts.canary_minutes * 60)
    elif ready:
        _readiness(plan.settings.web.port)
    else:
        _page_health(plan.settings.web.port)


def _round_health(plan: Plan, within_s: int) -> None:
    with open_office(plan) as office:
        rounds, now = office.room.store.pulse.rounds(), office.room.clock.now()
    came_back = rounds.came_back
    if rounds.last is None or came_back is None or now - came_back > timedelta(seconds=within_s):
        done = ", ".join(rounds.now.legs_s) if rounds.now else ""
        way = f"; the one on its way has done: {done or 'nothing'}" if rounds.now and not rounds.now.ended else ""
        complain(f"round: none came back in the last {within_s} s; the last did {came_back or 'never'}{way}")
        raise typer.Exit(Exit.FAILED)
    typer.echo(f"round: {rounds.last.legs_s['back']:.1f} s, {(now - came_back).total_seconds():.0f} s ago")


def _asked(path: str, port: int) -> httpx.Response:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=_PAGE_S, trust_env=False)
    except httpx.HTTPError as error:
        complain(f"page: no answer on port {port}: {error}")
        raise typer.Exit(Exit.FAILED) from None


def _readiness(port: int) -> None:
    answer = _asked("/readyz", port)
    if answer.status_code != HTTPStatus.OK:
        complain(f"page: port {port} cannot serve readers: {answer.status_code} {answer.text.strip()[:200]}")
        raise typer.Exit(Exit.FAILED)
    typer.echo(f"page: ready on port {port}: {answer.text.strip()[:200]}")


def _queue_health(plan: Plan, queue: str, within_s: int) -> None:
    with open_office(plan) as office:
        mark, now = office.room.store.work.last_alive(queue), office.room.clock.now()
    if mark is None or now - mark[0] > timedelta(seconds=within_s):
        complain(f"{queue}: no work in the last {within_s} s; the last was {mark[0] if mark else 'never'}")
        raise typer.Exit(Exit.FAILED)
    typer.echo(f"{queue}: {mark[1]}, {(now - mark[0]).total_seconds():.0f} s ago")


def _page_health(port: int) -> None:
    answer = _asked("/", port)
    if answer.status_code != HTTPStatus.OK or "Tilshi" not in answer.text:
        complain(f"page: port {port} answers {answer.status_code}, not as the page would")
        raise typer.Exit(Exit.FAILED)
    typer.echo(f"page: {len(answer.content)} bytes on port {port}")
