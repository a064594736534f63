"""A newsroom without Celery: every stage called in order, over a real store and real HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.fulltext.process import PageProcess
from aggregator.models import Stage
from aggregator.pipeline.compose import compose_days
from aggregator.pipeline.fetch import fetch_sources
from aggregator.pipeline.group import group_days
from aggregator.pipeline.page import PageStep, read_pages
from aggregator.pipeline.text import text_articles
from aggregator.pipeline.translate import translate_articles
from aggregator.sources.catalog import read_catalog
from aggregator.sources.editions import read_editions
from config.places import find_glossary_file
from config.settings import Settings, find_shipped_file
from tests.support.packages import STARTER, share_models_folder
from tests.support.shipped import read_glossary_once
from workers.fetchers import open_fetcher
from workers.loaded_config import LoadedConfig
from workers.services import Services
from workers.steps import make_compose_step, make_fetch_step, make_text_step, make_translate_step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from aggregator.models import Digest, SourceReport
    from aggregator.ports import Clock

__all__ = ["compose", "newsroom", "poll", "process_articles", "read_teasers"]

_LEASE = timedelta(minutes=5)


def newsroom(
    folder: Path,
    redis_url: str,
    feeds: Mapping[str, str],
    as_of: str,
    *,
    lines: str = "",
    outlet_lines: str = "",
    clock: Clock | None = None,
    **environ: str,
) -> Services:
    """
    Set up a newsroom with one outlet for each feed.

    Args:
        folder: For data.
        redis_url: Of its store.
        feeds: Address by source id.
        as_of: Editorial time, ISO.
        lines: Of TOML, added to each source.
        outlet_lines: Of TOML, added to each outlet.
        clock: Of real time; None for the system's.
        environ: Further settings, as ``TILSHI_*``.
    """
    catalog = "".join(
        f'[[outlet]]\nid = "{name}"\nname = "{name}"\nhome = "https://{name}.example/"\n{outlet_lines}'
        f'[[outlet.source]]\nid = "{name}"\nurl = "{url}"\n{lines}'
        for name, url in feeds.items()
    )
    settings = Settings.load(
        {
            "TILSHI_DATA_FOLDER": str(folder),
            "TILSHI_DATA_MODELS": share_models_folder(),
            "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
            "TILSHI_STORE_URL": redis_url,
            "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
            "TILSHI_CLOCK_AS_OF": as_of,
            # All feeds of a test are on one host, and none of them is a stranger.
            "TILSHI_FETCH_HOST_AT_ONCE": "64",
            "TILSHI_FETCH_HOST_GAP_S": "0",
            **environ,
        },
        None,
    )
    editions = read_editions(find_shipped_file("editions.toml").read_text(), "editions.toml")
    loaded = LoadedConfig.assemble(settings, read_catalog(catalog, "sources.toml"), editions, ())
    vars(loaded)["glossary"] = read_glossary_once(find_glossary_file(settings))
    services = Services(loaded, clock=clock)
    services.store.check()
    services.store.queues.sync_sources(services.sources)
    return services


def poll(services: Services, run_id: str, as_of: datetime | None = None) -> dict[str, SourceReport]:
    """Poll every source now; returns the account by source id."""
    if as_of is not None:
        services.as_of = as_of.isoformat()
    services.store.queues.make_due(services.sources)
    taken = services.store.queues.take(Stage.FETCH, limit=1000, token=run_id, lease=_LEASE)

    async def polls() -> None:
        async with open_fetcher(services) as fetcher:
            step = make_fetch_step(services, fetcher, run_id=run_id, as_of=services.as_of)
            # Read here: a process for each newsroom of a test would cost more than the test.
            step = replace(step, process=None)
            await fetch_sources([services.sources[item.id] for item in taken], step, run_id)

    asyncio.run(polls())
    return {report.source_id: report for report in services.store.queues.load_run_reports(run_id)}


def process_articles(services: Services) -> None:
    """Read, group and translate whatever waits."""
    read_teasers(services)
    while taken := services.store.queues.take(Stage.TEXT, limit=64, token="text", lease=_LEASE):
        text_articles(taken, make_text_step(services), token="text", now=services.clock.now())
    group_days(services.group_step, token="plan", lease=_LEASE, now=services.clock.now())
    while taken := services.store.queues.take(
        Stage.TRANSLATE, limit=64, token="translate", lease=_LEASE
    ):
        translate_articles(
            taken, make_translate_step(services), token="translate", now=services.clock.now()
        )
        # What has no English to show comes back to be planned again.
        group_days(services.group_step, token="plan", lease=_LEASE, now=services.clock.now())


def read_teasers(services: Services) -> int:
    """Read the pages of articles whose feed gave a teaser, once each; returns how many moved on."""
    taken = services.store.queues.take(Stage.PAGE, limit=1000, token="page", lease=_LEASE)

    async def pages() -> int:
        async with open_fetcher(services) as fetcher, PageProcess() as process:
            step = PageStep(
                store=services.store,
                fetcher=fetcher,
                process=process,
                clock=services.clock,
                pictured=services.pictured,
            )
            return await read_pages(taken, step, token="page")

    return asyncio.run(pages()) if taken else 0


def compose(services: Services, as_of: datetime | None = None) -> list[Digest]:
    """Compose every open day that is ready; returns all digests there are, the newest day first."""
    press = make_compose_step(services, services.as_of)
    compose_days(replace(press, now=as_of) if as_of else press, token="compose", lease=_LEASE)
    digests = [
        services.store.digests.load_digest("daily", day)
        for day in services.store.digests.list_days("daily")
    ]
    return [digest for digest in digests if digest is not None]
