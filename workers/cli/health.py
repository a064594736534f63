"""``tilshi health``: does a queue work, does the canary come back, is the page served."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.web import paths
from workers.app import QUEUES
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain
from workers.loaded_config import LoadedConfig

if TYPE_CHECKING:
    import httpx

    from aggregator.store.counters import ProbeRuns

__all__ = ["health"]

_PAGE_S = 10.0
_QUEUE_S = 120


def health(
    context: typer.Context,
    queue: Annotated[
        str | None, typer.Option(help=f"One of {', '.join((*QUEUES, 'beat'))}.")
    ] = None,
    within_s: Annotated[
        int | None,
        typer.Option(
            "--within",
            metavar="SECONDS",
            min=1,
            help="How lately. Default: 120 for a queue, `alerts.canary_minutes` for --round.",
        ),
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Ask the page on this machine instead of a queue.")
    ] = False,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask it whether readers can be served (`/readyz`).")
    ] = False,
    whole: Annotated[
        bool,
        typer.Option(
            "--round", help="Look at the canary's last round through all stages instead of a queue."
        ),
    ] = False,
) -> None:
    """
    Exit with 0 if a queue's workers did real work lately, or if the page is served; else with 1.

    When there is nothing to do, a canary sent by the scheduler goes the way of real work: through
    the broker, into a worker process, through its model. So health also says that the scheduler and
    the broker work. `--round` looks at the canary that goes from fetch to text, translation and
    back, so it says that work gets from each to the next.

    Example: `tilshi health --queue translate --within 120`
    """
    if sum((queue is not None, page, ready, whole)) != 1:
        complain("health: expected one of --queue NAME, --page, --ready and --round")
        raise typer.Exit(Exit.USAGE)
    # Asked six times a minute: what is wrong with catalogue or glossary is for `tilshi
    # check-config` to say.
    loaded = load_for_command(context, check=False)
    if queue is not None:
        _check_queue(loaded, queue, within_s or _QUEUE_S)
    elif whole:
        _check_probes(loaded, within_s or loaded.settings.alerts.canary_minutes * 60)
    elif ready:
        _check_readiness(loaded.settings.web.port)
    else:
        _check_page(loaded.settings.web.port)


def _check_probes(loaded: LoadedConfig, within_s: int) -> None:
    with open_runtime(loaded) as runtime:
        probes = runtime.services.store.counters.load_probe_runs()
        now = runtime.services.clock.now()
    last = probes.last
    came_back = probes.came_back
    if last is None or came_back is None or now - came_back > timedelta(seconds=within_s):
        complain(
            f"round: none came back in the last {within_s} s; the last did "
            f"{came_back or 'never'}{_describe_on_way(probes)}"
        )
        raise typer.Exit(Exit.FAILED)
    took_s = last.steps_s["back"]
    ago_s = (now - came_back).total_seconds()
    typer.echo(f"round: {took_s:.1f} s, {ago_s:.0f} s ago")


def _describe_on_way(probes: ProbeRuns) -> str:
    """Return how far the probe came that is on its way; nothing if none is."""
    if probes.now is None or probes.now.ended:
        return ""
    done = ", ".join(probes.now.steps_s) or "nothing"
    return f"; the one on its way has done: {done}"


def _ask_page(path: str, port: int) -> httpx.Response:
    # Imported here, as a queue is asked without it.
    import httpx  # noqa: PLC0415

    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=_PAGE_S, trust_env=False)
    except httpx.HTTPError as error:
        complain(f"page: no answer on port {port}: {error}")
        raise typer.Exit(Exit.FAILED) from None


def _check_readiness(port: int) -> None:
    answer = _ask_page(f"/{paths.READY}", port)
    if answer.status_code != HTTPStatus.OK:
        complain(
            f"page: port {port} cannot serve readers: {answer.status_code} "
            f"{answer.text.strip()[:200]}"
        )
        raise typer.Exit(Exit.FAILED)
    typer.echo(f"page: ready on port {port}: {answer.text.strip()[:200]}")


def _check_queue(loaded: LoadedConfig, queue: str, within_s: int) -> None:
    with open_runtime(loaded) as runtime:
        mark = runtime.services.store.queues.load_last_alive(queue)
        now = runtime.services.clock.now()
    if mark is None or now - mark[0] > timedelta(seconds=within_s):
        complain(
            f"{queue}: no work in the last {within_s} s; the last was "
            f"{mark[0] if mark else 'never'}"
        )
        raise typer.Exit(Exit.FAILED)
    when, did = mark
    typer.echo(f"{queue}: {did}, {(now - when).total_seconds():.0f} s ago")


def _check_page(port: int) -> None:
    answer = _ask_page("/", port)
    if answer.status_code != HTTPStatus.OK or "Tilshi" not in answer.text:
        complain(f"page: port {port} answers {answer.status_code}, not as the page would")
        raise typer.Exit(Exit.FAILED)
    typer.echo(f"page: {len(answer.content)} bytes on port {port}")
