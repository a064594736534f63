"""``tilshi serve``: the long-running form, all of it beside one command."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.operations.away import Link
from workers.bootstrap import open_runtime, run_worker_processes
from workers.cli.config import find_config_file, keep_files_private, load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console
from workers.cli.store_findings import find_store_findings
from workers.ending import is_end_asked, run_until_stopped
from workers.link_watch import LinkWatch
from workers.links import look_at_links
from workers.listening import hold_address, join_host_port
from workers.services import Services
from workers.serving import hold_data_folder
from workers.tell import find_look, tell_from_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workers.loaded_config import LoadedConfig

__all__ = ["serve"]

_LOOK_S = 1.0


def serve(
    context: typer.Context,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Serve the page too, as `tilshi web` does.")
    ] = True,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Do not start on a store that may lose, or has lost, something."
        ),
    ] = False,
) -> None:
    """
    Run everything here until stopped: scheduler, workers, page, and a private store if need be.

    The private one is for where no store is configured. A worker that dies is started again. Stop
    with Ctrl-C or SIGTERM; what was being worked on goes on next time. A second one over the same
    data folder is refused. A store or broker that is away is waited for; it is said here, and
    operators are told.

    Example: `tilshi serve`
    """
    loaded = load_for_command(context, quiet=False)
    keep_files_private(loaded)
    file = find_config_file(context)
    folder = loaded.settings.data.folder
    logs = folder / "logs"
    web = loaded.settings.web
    address = f"http://{join_host_port(web.host, web.port)}/"
    _say_what_is_away(loaded)
    with (
        run_until_stopped(),
        hold_data_folder(folder, f"its page is at {address}" if page else "without a page"),
        _check_address(web.host, web.port if page else 0),
        open_runtime(loaded, patient=True) as runtime,
        _warn_of_store(runtime.services, strict=strict),
        LinkWatch(runtime.services, complain),
        run_worker_processes(
            runtime,
            file,
            beat=True,
            page=page,
            log_folder=logs,
        ),
    ):
        screen = console()
        where = f"; the page is at {address}" if page else ""
        screen.print(
            f"serving {len(runtime.services.sources)} sources{where}; logs in {logs}; stop with "
            "Ctrl-C",
            soft_wrap=True,
        )
        # A signal ends the wait by what it raises; and where that was lost, by what it notes.
        while not is_end_asked():
            time.sleep(_LOOK_S)


def _say_what_is_away(loaded: LoadedConfig) -> None:
    """Say, and tell operators, that the store is away before it is waited for."""
    # A private server is started here.
    if not loaded.settings.store.url:
        return
    looks = look_at_links(loaded.settings)
    store = find_look(looks, Link.STORE)
    if store is not None and store.error:
        complain(f"the store is away ({store.address}: {store.error}); waiting for it")
        tell_from_file(Services(loaded), looks)


@contextmanager
def _check_address(host: str, port: int) -> Iterator[None]:
    """Refuse to start where the page cannot be served; 0 if none is to be."""
    if port:
        # Let go at once: the page is a process of its own, and takes it for itself.
        with hold_address(host, port):
            pass
    yield


@contextmanager
def _warn_of_store(services: Services, *, strict: bool) -> Iterator[None]:
    """Say what the store may lose or has lost; ends the command there if it is strict."""
    findings = find_store_findings(services)
    for text in findings:
        complain(f"warning: {text}")
    if findings and strict:
        complain("not started, because of --strict")
        raise typer.Exit(Exit.FAILED)
    yield
