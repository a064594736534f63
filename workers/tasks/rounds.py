"""
``tilshi.round.*``: the canary's round, the whole way of an article in miniature.

    fetch       a feed of one item, served on loopback for the moment, through the real fetcher and the real parser
    text        cleaned, its language told, embedded
    translate   its headline put into English by the package that is installed
    back        noted in the store, by a worker that composes

Each leg is a task of the queue whose workers do that work, and hands on to the next. Nothing of it is an article, so no
digest can come to hold it. A leg that hangs, or a queue that nobody works, shows as a round that does not come back.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from aggregator.errors import FetchError, ParseError
from aggregator.feeds.parse import parse_feed
from aggregator.models import Segment, SegmentKind
from aggregator.text.html import to_text
from aggregator.text.language import detect
from aggregator.text.typography import tidy
from workers.momentary import served_once

if TYPE_CHECKING:
    from datetime import datetime

    from celery import Celery

    from workers.wiring import Newsroom

__all__ = ["register"]

log = logging.getLogger(__name__)

_TITLE = "Астанада жаңа мектеп ашылды"
_LANGUAGES = ("kk", "ru")


def _feed(round_id: str, now: datetime) -> bytes:
    """Return a feed of one item that names the round."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>canary</title>'
        f"<item><guid>{uuid5(NAMESPACE_URL, round_id)}</guid><link>http://canary.invalid/{round_id}</link>"
        f"<title>{_TITLE} &lt;b&gt;!&lt;/b&gt;</title><pubDate>{now:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        "</channel></rss>"
    ).encode()


async def _fetched(room: Newsroom, round_id: str) -> str:
    with served_once(_feed(round_id, room.clock.now().astimezone(UTC)), "application/rss+xml") as url:
        async with room.loopback_fetcher() as fetcher:
            result = await fetcher.fetch(url)
    feed = parse_feed(result.body, result.headers, result.url, default_zone=ZoneInfo("UTC"))
    [item] = feed.items
    if not item.link.endswith(round_id):
        raise ParseError(url, f"another round's feed came: {item.link}")
    return item.title


def register(app: Celery, room: Newsroom) -> None:  # noqa: C901 -- four small tasks
    """Add the legs to the application."""

    def hand_on(leg: str, round_id: str, **arguments: str) -> None:
        app.send_task(f"tilshi.round.{leg}", kwargs={"round_id": round_id, **arguments})

    @app.task(name="tilshi.round.fetch")
    def fetch(round_id: str) -> None:
        """Twice is harmless: a round that is over, or not the one on its way, is not noted."""
        room.hints.arrived("round.fetch")
        try:
            title = asyncio.run(_fetched(room, round_id))
        except (FetchError, ParseError) as error:
            log.warning("canary not fetched", extra={"round": round_id, "error": str(error)})
            return
        if room.store.pulse.passed(round_id, "fetch"):
            hand_on("text", round_id, title=title)

    @app.task(name="tilshi.round.text")
    def text(round_id: str, title: str) -> None:
        """Likewise."""
        words = tidy(to_text(title))
        language = detect(words, _LANGUAGES)
        room.embedder.embed([words])
        if room.store.pulse.passed(round_id, "text"):
            hand_on("translate", round_id, words=words, language=language)

    @app.task(name="tilshi.round.translate")
    def translate(round_id: str, words: str, language: str) -> None:
        """Likewise; past the memory of translations, so that the model itself works."""
        segment = Segment(text=words, language=language, kind=SegmentKind.HEADLINE)
        [made] = room.translator.translate_anew([segment])
        english = made.english or f"({', '.join(made.flags)})"
        if room.store.pulse.passed(round_id, "translate", english):
            hand_on("back", round_id)

    @app.task(name="tilshi.round.back")
    def back(round_id: str) -> None:
        """Likewise."""
        if room.store.pulse.passed(round_id, "back"):
            room.store.pulse.count("rounds:whole")
            log.info("canary came back", extra={"round": round_id})
