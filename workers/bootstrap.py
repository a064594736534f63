"""
Where a command works: settings read, catalogue checked, and a store that answers.

With no store configured, a private server is started in the data folder, or the one that runs there
is joined; a command that brings workers starts them beside itself. The same code then runs against
any Redis by one setting.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aggregator.errors import StoreError
from config.places import find_broker_url
from workers.private_files import make_private_file, make_private_folder
from workers.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from celery import Celery

    from config.settings import Settings
    from workers.embedded import PrivateServer
    from workers.loaded_config import LoadedConfig
    from workers.supervise import Supervisor

__all__ = [
    "WORKER_PROCESSES",
    "Runtime",
    "keep_server_alive",
    "open_runtime",
    "open_store_address",
    "run_worker_processes",
]

log = logging.getLogger(__name__)

_WATCH_S = 1.0
_LONGEST_WATCH_S = 30.0  # between two tries to start one that does not start

WORKER_PROCESSES: Mapping[str, tuple[str, int]] = {
    "fetch": ("fetch,deliver", 2),
    "text": ("text,compose", 2),
    "translate": ("translate", 1),
}
"""
Workers beside a command: name -> queues, pool processes. Fetching and delivering stand apart,
because they wait for strangers; translating, because its model is loaded once; reading and
composing share what processors are left.
"""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where a command works: the configuration with the store's address filled in, and services."""

    loaded: LoadedConfig
    services: Services

    @property
    def app(self) -> Celery:
        """The Celery application, made when it is first asked for."""
        return self.services.app

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a worker process, so that it works in the same place."""
        settings = self.loaded.settings
        return {
            "TILSHI_STORE_URL": settings.store.url,
            "TILSHI_BROKER_URL": find_broker_url(settings),
            "TILSHI_DATA_FOLDER": str(settings.data.folder),
        }


@contextmanager
def open_runtime(
    loaded: LoadedConfig, *, check: bool = True, patient: bool = False
) -> Iterator[Runtime]:
    """
    Give a place to work in, with a private server for as long if no store is configured.

    Args:
        loaded: Settings, and the files they name.
        check: Ask a configured store whether it answers; what only reads copies goes on without it.
        patient: Wait half a minute for a configured store that is away, as what runs until it is
            stopped does. Else five seconds at most: somebody waits. Once it has answered, all wait
            for one that restarts, so that no work is left half done.

    Raises:
        StoreError: The store does not answer, or the private server does not start.
        SchemaError: The store was written by another version.
    """
    if loaded.settings.store.url:
        if check and not patient:
            _ask_store(loaded.settings)
        with _open_services(loaded, check=check) as runtime:
            yield runtime
        return
    with _make_private_server(loaded) as server, keep_server_alive(server):
        settings = loaded.settings
        store = replace(settings.store, url=server.url)
        broker = replace(settings.broker, url=settings.broker.url or server.broker_url)
        moved = loaded.move_to(replace(settings, store=store, broker=broker))
        with _open_services(moved, check=True) as runtime:
            yield runtime


@contextmanager
def open_store_address(
    loaded: LoadedConfig,
    *,
    before_set_aside: Callable[[], object] | None = None,
) -> Iterator[str]:
    """
    Give the store's address, whatever it holds.

    A private server is started, or joined, if none is configured; one that is configured answers.

    Args:
        loaded: Settings.
        before_set_aside: See ``PrivateServer``.

    Raises:
        StoreError: The store does not answer within five seconds, or the private server does not
            start.
    """
    if loaded.settings.store.url:
        _ask_store(loaded.settings)
        yield loaded.settings.store.url
        return
    with _make_private_server(loaded, before_set_aside) as server:
        if server.set_aside:
            log.error(
                "private server does not start with its files, they were set aside",
                extra={"files": str(server.set_aside)},
            )
        yield server.url


def _ask_store(settings: Settings) -> None:
    """Raise StoreError, with the address and what to do, unless the store answers soon."""
    from workers.links import look_at_store  # noqa: PLC0415 -- a private server needs none

    look = look_at_store(settings)
    if look.error:
        raise StoreError(
            f"the store did not do as asked: {look.error}\n{_describe_since(settings)}"
            f"store.url (TILSHI_STORE_URL) = {look.address}: expected a store that answers; start "
            "it, or set the address of one that runs"
        )


def _describe_since(settings: Settings) -> str:
    """Say since when the store is away, on a line of its own, if it was told before."""
    # All is well, as a rule.
    from aggregator.models import AlertKind  # noqa: PLC0415
    from aggregator.operations.known import KnownFile  # noqa: PLC0415

    away = KnownFile(settings.data.folder, settings.store.namespace).load().away
    alert = away.get(f"{AlertKind.STORE_AWAY}/")
    return f"it was found away at {alert.raised:%d %B %H:%M} UTC\n" if alert else ""


def _make_private_server(
    loaded: LoadedConfig,
    before_set_aside: Callable[[], object] | None = None,
) -> PrivateServer:
    from workers.embedded import PrivateServer  # noqa: PLC0415 -- takes a client of the store along

    return PrivateServer(loaded.settings.data.folder, before_set_aside=before_set_aside)


@contextmanager
def keep_server_alive(server: PrivateServer, every_s: float = _WATCH_S) -> Iterator[None]:
    """
    Start the private server again whenever it dies or freezes, as long as the block lasts.

    Args:
        server: With a user.
        every_s: Seconds between two looks; more after failures.
    """
    done = threading.Event()

    def watch() -> None:
        pause_s = every_s
        while not done.wait(pause_s):
            try:
                if server.revive():
                    log.warning("private server started again")
                pause_s = every_s
            except StoreError as error:
                pause_s = min(2 * pause_s, _LONGEST_WATCH_S)
                log.error("private server does not start", extra={"error": str(error)})  # noqa: TRY400 -- says all
            except Exception:
                # A full disk, say: whatever it is, nobody else would start the server again.
                pause_s = min(2 * pause_s, _LONGEST_WATCH_S)
                log.exception("private server cannot be looked after")

    watcher = threading.Thread(
        target=watch,
        name="private-server",
        daemon=True,
    )
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


@contextmanager
def _open_services(loaded: LoadedConfig, *, check: bool) -> Iterator[Runtime]:
    services = Services(loaded)
    try:
        if check:
            services.store.check()
        yield Runtime(loaded, services)
    finally:
        services.close()


@contextmanager
def run_worker_processes(
    runtime: Runtime,
    config_file: Path | None,
    *,
    beat: bool,
    log_folder: Path,
    page: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Iterator[Supervisor]:
    """
    Keep workers running beside a command, and stop them with it.

    Args:
        runtime: Where they work.
        config_file: Settings that they read too; None for the defaults.
        beat: Also keep a scheduler.
        log_folder: For a log file of each.
        page: Also serve the page.
        environ: What they inherit, beside what says where they work.
    """
    from workers.supervise import Supervisor  # noqa: PLC0415 -- for the few commands with workers

    make_private_folder(log_folder)
    environment = {**environ, **runtime.environment}
    command = [
        sys.executable,
        "-m",
        "workers.cli",
        *(["--config", str(config_file)] if config_file else []),
    ]
    commands: dict[str, Sequence[str]] = {
        name: [*command, "worker", queues, "--concurrency", str(count)]
        for name, (queues, count) in WORKER_PROCESSES.items()
    }
    if beat:
        commands["beat"] = [*command, "beat"]
    if page:
        commands["web"] = [*command, "web"]
    for name in commands:
        make_private_file(log_folder / f"{name}.log")
    logs = runtime.loaded.settings.log
    supervised = Supervisor(log_folder, log_bytes=logs.max_bytes, log_files=logs.files)
    with supervised as supervisor:
        for name, argv in commands.items():
            supervisor.start(name, argv, env=environment)
        yield supervisor
