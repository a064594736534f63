"""
Where a command works: settings read, catalogue checked, and a store that answers.

With no store configured, a private server is started in the data folder, or the one that runs there is joined; a
command that brings workers starts them beside itself. The same code then runs against any Redis by one setting.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from aggregator.delivery.channels import read_channels
from aggregator.errors import ConfigError, Fault, StoreError
from aggregator.names.glossary import read_glossary
from aggregator.net.secrets import login_of
from aggregator.sources.catalog import Catalog, read_catalog
from aggregator.sources.editions import read_editions
from config.secrets import operator_token, secret
from config.settings import Settings, described, shipped
from workers.embedded import PrivateServer
from workers.supervise import Supervisor
from workers.wiring import Newsroom, broker_url_for, build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from celery import Celery

    from aggregator.delivery.channels import ChannelPlan
    from aggregator.models import Edition

_T = TypeVar("_T")

__all__ = ["CREWS", "Office", "Plan", "crew", "open_office", "read_plan", "secrets_of", "store_address"]

log = logging.getLogger(__name__)

_WATCH_S = 1.0

CREWS: Mapping[str, tuple[str, int]] = {
    "fetch": ("fetch,deliver", 2),
    "desk": ("text,compose", 2),
    "translate": ("translate", 1),
}
"""
Workers beside a command: name -> queues, pool processes. Fetching and delivering stand apart, because they wait for
strangers; translating, because its model is loaded once; reading and composing share what processors are left.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command was told: settings, sources, editions and channels, all checked."""

    settings: Settings
    catalog: Catalog
    editions: tuple[Edition, ...]
    channels: tuple[ChannelPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """A place to work in: the plan with the store's address filled in, the Celery application and the newsroom."""

    plan: Plan
    app: Celery
    room: Newsroom

    @property
    def environment(self) -> dict[str, str]:
        """Return what a worker process must be told so that it works in the same place."""
        settings = self.plan.settings
        return {
            "TILSHI_STORE_URL": settings.store.url,
            "TILSHI_BROKER_URL": broker_url_for(settings),
            "TILSHI_DATA_FOLDER": str(settings.data.folder),
        }


def secrets_of(plan: Plan, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return every secret that a plan names, so that logs can hide it wherever it turns up."""
    settings = plan.settings
    addresses = (settings.store.url, settings.broker.url, settings.fetch.proxy, settings.deliver.proxy)
    found = [form for address in addresses for form in login_of(address)]
    found += [secret(reference, environ) for channel in plan.channels for reference in channel.secrets]
    # Settings that are tokens themselves, or say where one stands.
    for value in (
        str(getattr(getattr(settings, section), key))
        for section, keys in described().items()
        for key in keys
        if "token" in key
    ):
        found.append(secret(value, environ) if value.startswith(("env:", "file:")) else value)
    return tuple(dict.fromkeys(found))


def _read(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((Fault(str(path), None, key, str(path), f"a file that can be read ({error})"),)) from error


def read_plan(environ: Mapping[str, str], file: Path | None, *, beginning: bool = False) -> Plan:
    """
    Read and check everything that can be wrong before anything starts.

    Args:
        environ: Environment variables.
        file: Of settings; None if there is none.
        beginning: The catalogue may not be there yet, or be empty; for commands that add to it.

    Raises:
        ConfigError: Lists every fault of settings, or of catalogue and editions together.
    """
    settings = Settings.load(environ, file)
    faults: list[Fault] = []
    sources_file = settings.sources.file or shipped("sources.toml")
    editions_file = settings.editions.file or shipped("editions.toml")
    catalog = _noted(faults, lambda: _catalog(sources_file, beginning=beginning))
    editions = _noted(faults, lambda: read_editions(_read(editions_file, "editions.file"), str(editions_file)))
    _noted(faults, lambda: read_glossary(settings.translate.glossary or shipped("glossary.toml")))
    _noted(faults, lambda: operator_token(settings.web.operator_token, environ))
    channels = _noted(faults, lambda: _channels(settings, editions or (), environ))
    if catalog is not None and catalog.outlets and editions is not None:
        faults += _unknown_outlets(catalog, editions, str(editions_file))
    if faults or catalog is None or editions is None:
        raise ConfigError(tuple(faults))
    return Plan(settings, catalog, editions, channels or ())


def _catalog(path: Path, *, beginning: bool) -> Catalog:
    if beginning and not path.exists():
        return Catalog((), ())
    text = _read(path, "sources.file")
    return Catalog((), ()) if beginning and not text.strip() else read_catalog(text, str(path))


def _noted(faults: list[Fault], read: Callable[[], _T]) -> _T | None:
    """Return what is read; its faults are noted with the others instead of raised."""
    try:
        return read()
    except ConfigError as error:
        faults += error.faults
        return None


def _channels(settings: Settings, editions: Sequence[Edition], environ: Mapping[str, str]) -> tuple[ChannelPlan, ...]:
    file = settings.deliver.file
    # Without editions every channel would seem to name a wrong one.
    if file is None or not editions:
        return ()
    found = read_channels(_read(file, "deliver.file"), str(file), [edition.id for edition in editions])
    for reference in (item for channel in found for item in channel.secrets):
        secret(reference, environ)
    return found


def _unknown_outlets(catalog: Catalog, editions: Sequence[Edition], file: str) -> list[Fault]:
    known = sorted(outlet.id for outlet in catalog.outlets)
    found = []
    for number, edition in enumerate(editions):
        for outlet in edition.outlets:
            if outlet not in known:
                near = get_close_matches(outlet, known, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                key = f"edition[{number}].outlets"
                found.append(Fault(file, None, key, repr(outlet), f"the id of an outlet of the catalogue{hint}"))
    return found


@contextmanager
def open_office(plan: Plan, *, check: bool = True) -> Iterator[Office]:
    """
    Give a place to work in; a private server is started and stopped with it if no store is configured.

    Args:
        plan: What to work by.
        check: Ask a configured store whether it answers; what only reads copies goes on without it.

    Raises:
        StoreError: The store does not answer, or the private server does not start.
        SchemaError: The store was written by another version.
    """
    if plan.settings.store.url:
        with _office(plan, check=check) as office:
            yield office
        return
    with PrivateServer(plan.settings.data.folder) as server, _watched(server):
        settings = plan.settings
        broker = settings.broker if settings.broker.url else replace(settings.broker, url=server.broker_url)
        settings = replace(settings, store=replace(settings.store, url=server.url), broker=broker)
        with _office(replace(plan, settings=settings), check=True) as office:
            yield office


@contextmanager
def store_address(plan: Plan) -> Iterator[str]:
    """
    Give the store's address, whatever it holds; a private server is started, or joined, if none is configured.

    Raises:
        StoreError: The private server does not start.
    """
    if plan.settings.store.url:
        yield plan.settings.store.url
        return
    with PrivateServer(plan.settings.data.folder) as server:
        yield server.url


@contextmanager
def _watched(server: PrivateServer) -> Iterator[None]:
    """Start the private server again whenever it dies, as long as the block lasts."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_WATCH_S):
            try:
                if server.revive():
                    log.warning("private server started again")
            except StoreError as error:
                log.error("private server does not start", extra={"error": str(error)})  # noqa: TRY400 -- says all

    watcher = threading.Thread(target=watch, name="private-server", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


@contextmanager
def _office(plan: Plan, *, check: bool) -> Iterator[Office]:
    app, room = build(plan.settings, plan.catalog, plan.editions, plan.channels)
    try:
        if check:
            room.store.check()
        yield Office(plan, app, room)
    finally:
        room.store.close()
        app.close()


@contextmanager
def crew(
    office: Office,
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
        office: Where they work.
        config_file: Handed on to them.
        beat: Also keep a scheduler.
        page: Also serve the page.
        log_folder: For a log file of each.
        environ: That they inherit.
    """
    log_folder.mkdir(parents=True, exist_ok=True)
    environment = {**environ, **office.environment}
    command = [sys.executable, "-m", "workers.cli", *(["--config", str(config_file)] if config_file else [])]
    commands: dict[str, Sequence[str]] = {
        name: [*command, "worker", queues, "--concurrency", str(count)] for name, (queues, count) in CREWS.items()
    }
    if beat:
        commands["beat"] = [*command, "beat"]
    if page:
        commands["web"] = [*command, "web"]
    with Supervisor(log_folder=log_folder) as supervisor:
        for name, argv in commands.items():
            supervisor.start(name, argv, env=environment)
        yield supervisor
