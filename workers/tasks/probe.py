"""
``tilshi.round.*``: a probe goes the whole way of an article in miniature.

    fetch       a feed of one item, served on loopback for the moment, fetched and parsed for real
    text        cleaned, its language detected, embedded
    translate   its headline put into English by the package that is installed
    back        noted in the store, by a worker that composes

Each step is a task of the queue whose workers do that work, and hands on to the next. Nothing of it
is an article, so no digest can come to hold it. A step that hangs, or a queue that nobody works,
shows as a probe that does not come back.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from aggregator.errors import FetchError, ParseError
from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.models import Segment, SegmentKind
from workers.one_shot_server import serve_once
from workers.tasks.step import StepResult, TaskStep, run_step

if TYPE_CHECKING:
    from datetime import datetime

    from celery import Celery

    from workers.services import Services

__all__ = ["register"]

log = logging.getLogger(__name__)

_FETCH = TaskStep(task="round.fetch")
_TEXT = TaskStep(task="round.text")
_TRANSLATE = TaskStep(task="round.translate")
_BACK = TaskStep(task="round.back")

_TITLE = "Астанада жаңа мектеп ашылды"
_LANGUAGES = (KAZAKH, RUSSIAN)


def register(app: Celery, services: Services) -> None:
    """Add the steps; a probe's name goes from one to the next as ``round_id``."""

    @app.task(name="tilshi.round.fetch", shared=False)
    def fetch(round_id: str) -> None:
        """Twice is harmless: a probe that is over, or not the one on its way, is not noted."""
        run_step(services, _FETCH, lambda _: _fetch(app, services, round_id))

    @app.task(name="tilshi.round.text", shared=False)
    def text(round_id: str, title: str) -> None:
        """Likewise."""
        run_step(services, _TEXT, lambda _: _prepare_text(app, services, round_id, title))

    @app.task(name="tilshi.round.translate", shared=False)
    def translate(round_id: str, words: str, language: str) -> None:
        """Likewise; past the memory of translations, so that the model itself works."""
        segment = Segment(
            text=words,
            language=language,
            kind=SegmentKind.HEADLINE,
        )
        run_step(services, _TRANSLATE, lambda _: _translate(app, services, round_id, segment))

    @app.task(name="tilshi.round.back", shared=False)
    def back(round_id: str) -> None:
        """Likewise."""
        run_step(services, _BACK, lambda _: _come_back(services, round_id))


def _hand_on(app: Celery, step: TaskStep, round_id: str, **arguments: str) -> StepResult:
    app.send_task(f"tilshi.{step.task}", kwargs={"round_id": round_id, **arguments})
    return StepResult(1)


def _fetch(app: Celery, services: Services, round_id: str) -> StepResult | None:
    try:
        title = asyncio.run(_fetch_title(services, round_id))
    except (FetchError, ParseError) as error:
        log.warning("canary not fetched", extra={"round": round_id, "error": str(error)})
        return None
    if not services.store.counters.pass_probe_step(round_id, "fetch"):
        return None
    return _hand_on(app, _TEXT, round_id, title=title)


def _prepare_text(
    app: Celery,
    services: Services,
    round_id: str,
    title: str,
) -> StepResult | None:
    from aggregator.text.html import to_text
    from aggregator.text.language import detect_language
    from aggregator.text.typography import tidy

    words = tidy(to_text(title))
    language = detect_language(words, _LANGUAGES)
    services.embedder.embed([words])
    if not services.store.counters.pass_probe_step(round_id, "text"):
        return None
    return _hand_on(
        app,
        _TRANSLATE,
        round_id,
        words=words,
        language=language,
    )


def _translate(
    app: Celery,
    services: Services,
    round_id: str,
    segment: Segment,
) -> StepResult | None:
    [translation] = services.translator.translate_anew([segment])
    flags = ", ".join(map(str, translation.flags))
    english = translation.english or f"({flags})"
    if not services.store.counters.pass_probe_step(round_id, "translate", english):
        return None
    return _hand_on(app, _BACK, round_id)


def _come_back(services: Services, round_id: str) -> StepResult | None:
    if not services.store.counters.pass_probe_step(round_id, "back"):
        return None
    services.store.counters.count("rounds:whole")
    log.info("canary came back", extra={"round": round_id})
    return StepResult(1)


def _write_feed(round_id: str, now: datetime) -> bytes:
    """Return a feed of one item that names the probe."""
    guid = uuid5(NAMESPACE_URL, round_id)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0">'
        f"<channel><title>canary</title><item><guid>{guid}</guid>"
        f"<link>http://canary.invalid/{round_id}</link>"
        f"<title>{_TITLE} &lt;b&gt;!&lt;/b&gt;</title>"
        f"<pubDate>{now:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item></channel></rss>"
    ).encode()


async def _fetch_title(services: Services, round_id: str) -> str:
    from aggregator.feeds.parse import parse_feed
    from workers.fetchers import make_loopback_fetcher

    body = _write_feed(round_id, services.clock.now().astimezone(UTC))
    with serve_once(body, "application/rss+xml") as url:
        async with make_loopback_fetcher(services) as fetcher:
            result = await fetcher.fetch(url)
    feed = parse_feed(result.body, result.headers, result.url, default_zone=ZoneInfo("UTC"))
    [item] = feed.items
    if not item.link.endswith(round_id):
        raise ParseError(url, f"another probe's feed came: {item.link}")
    return item.title
