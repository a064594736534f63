"""``tilshi health``: does a queue work, does the canary come back, is the page served."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.models import AlertKind
from aggregator.web import paths
from workers.alive import NAMES
from workers.app import QUEUES
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.here import WITHIN_S, answer_here
from workers.cli.output import complain, say
from workers.loaded_config import LoadedConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from aggregator.store.counters import ProbeRuns
    from aggregator.store.redis import Store

__all__ = ["health"]

_PAGE_S = 10.0


_WORKERS = (*QUEUES, "beat")
"""Whose signs of work stand in the store."""


def _check_name(value: str | None) -> str | None:
    return _expect(value, NAMES)


def _check_worker(value: str | None) -> str | None:
    return _expect(value, _WORKERS)


def _expect(value: str | None, names: Sequence[str]) -> str | None:
    if value is not None and value not in names:
        raise typer.BadParameter(f"{value!r}: expected one of {', '.join(names)}")
    return value


def health(  # noqa: PLR0913, PLR0917 -- the options of a command
    context: typer.Context,
    queue: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"One of {', '.join(_WORKERS)}.", callback=_check_worker),
    ] = None,
    within_s: Annotated[
        int | None,
        typer.Option(
            "--within",
            metavar="SECONDS",
            min=1,
            help="How lately. Default: 120; `alerts.canary_minutes` for --round.",
        ),
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Ask the page on this machine instead of a queue.")
    ] = False,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask it whether readers can be served (`/readyz`).")
    ] = False,
    store: Annotated[
        bool,
        typer.Option(
            "--store", help="Ask whether the store answers, and keeps what it is given, instead."
        ),
    ] = False,
    here: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"Ask of this machine alone, without the store: one of {', '.join(NAMES)}.",
            callback=_check_name,
        ),
    ] = None,
    restart_after: Annotated[
        int | None,
        typer.Option(
            metavar="CHECKS",
            min=1,
            help="With --here, in a container: end its process when so many checks in a row "
            "failed, so that the engine starts it again.",
        ),
    ] = None,
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

    Where the store has lost something, that is said, and counts as ill for `--store` alone: no
    worker is the better for being started again.

    `--here` looks at what the process on this machine did, and takes a twentieth of the time: for
    the health checks of containers.

    Example: `tilshi health --queue translate --within 120`
    """
    if sum((queue is not None, here is not None, page, ready, store, whole)) != 1:
        complain(
            "health: expected one of --queue NAME, --here NAME, --page, --ready, --store and "
            "--round"
        )
        raise typer.Exit(Exit.USAGE)
    if restart_after is not None and here is None:
        complain("health: --restart-after ends what runs here, so it goes with --here NAME alone")
        raise typer.Exit(Exit.USAGE)
    if here is not None:
        raise typer.Exit(answer_here(here, within_s or WITHIN_S, restart_after))
    # Asked six times a minute: what is wrong with catalogue or glossary is for `tilshi
    # check-config` to say.
    loaded = load_for_command(context, check=False)
    if queue is not None:
        _check_queue(loaded, queue, within_s or WITHIN_S)
    elif store:
        _check_store(loaded)
    elif whole:
        _check_probes(loaded, within_s or loaded.settings.alerts.canary_minutes * 60)
    elif ready:
        _check_readiness(loaded.settings.web.port)
    else:
        _check_page(loaded.settings.web.port)


def _check_store(loaded: LoadedConfig) -> None:
    # Of all that is asked here, it alone reads editions.
    from workers.cli.store_findings import find_store_findings  # noqa: PLC0415

    with open_runtime(loaded) as runtime:
        findings = find_store_findings(runtime.services)
    for text in findings:
        complain(f"store: {text}")
    if findings:
        raise typer.Exit(Exit.FAILED)
    say("store: it answers, and keeps what it is given")


def _warn_of_losses(store: Store) -> None:
    """Say that something was lost; no worker is the better for being started again."""
    for name in store.notices.list_raised_names():
        kind, _, subject = name.partition("/")
        if kind == AlertKind.DATA_LOST:
            complain(f"data lost ({subject}): `tilshi alerts` says more")


def _check_probes(loaded: LoadedConfig, within_s: int) -> None:
    with open_runtime(loaded) as runtime:
        probes = runtime.services.store.counters.load_probe_runs()
        now = runtime.services.clock.now()
        _warn_of_losses(runtime.services.store)
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
    say(f"round: {took_s:.1f} s, {ago_s:.0f} s ago")


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
    say(f"page: ready on port {port}: {answer.text.strip()[:200]}")


def _check_queue(loaded: LoadedConfig, queue: str, within_s: int) -> None:
    with open_runtime(loaded) as runtime:
        mark = runtime.services.store.queues.load_last_alive(queue)
        now = runtime.services.clock.now()
        _warn_of_losses(runtime.services.store)
    if mark is None or now - mark[0] > timedelta(seconds=within_s):
        complain(
            f"{queue}: no work in the last {within_s} s; the last was "
            f"{mark[0] if mark else 'never'}"
        )
        raise typer.Exit(Exit.FAILED)
    when, did = mark
    say(f"{queue}: {did}, {(now - when).total_seconds():.0f} s ago")


def _check_page(port: int) -> None:
    answer = _ask_page("/", port)
    if answer.status_code != HTTPStatus.OK or "Tilshi" not in answer.text:
        complain(f"page: port {port} answers {answer.status_code}, not as the page would")
        raise typer.Exit(Exit.FAILED)
    say(f"page: {len(answer.content)} bytes on port {port}")
