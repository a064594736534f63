"""Pictures as outlets have them, drawn here, and what fetches them for a newsroom."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from PIL import Image

from aggregator.models import Picture, Stage
from aggregator.pictures.process import PictureProcess
from aggregator.pipeline.picture import PictureStep, ask_pictures, fetch_pictures, limit_fetch
from tests.support.builders import NOON
from workers.fetchers import open_fetcher

if TYPE_CHECKING:
    from aggregator.feeds.limits import FetchLimits
    from aggregator.models import Digest
    from aggregator.web.renderer import PageRenderer
    from workers.services import Services

__all__ = [
    "ask_and_fetch",
    "draw_bomb",
    "draw_picture",
    "draw_scans",
    "fetch_waiting",
    "make_kept",
    "show_pictures",
]


def draw_picture(
    form: str = "JPEG", size: tuple[int, int] = (1600, 900), **options: object
) -> bytes:
    """Return a file with a picture that is red above and blue below."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (0, size[1] // 2, *size))
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


@cache
def draw_bomb(side: int = 30_000) -> bytes:
    """Return a PNG of some kilobytes that says, and has, ``side`` times ``side`` pixels."""

    def make_chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    row = bytes(1 + side // 8)
    pixels = zlib.compress(row * side, 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = [make_chunk(b"IHDR", head), make_chunk(b"IDAT", pixels), make_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def draw_scans(count: int = 600) -> bytes:
    """Return a JPEG of which each pixel is refined ``count`` times, from the same bytes."""
    written = io.BytesIO()
    Image.new("L", (6_300, 6_300), 90).save(written, "JPEG", progressive=True)
    start, end = b"\xff\xda", b"\xff\xd9"
    parts = written.getvalue().removesuffix(end).split(start)
    return start.join([*parts, *[parts[-1]] * count]) + end


def make_kept(article_id: str, outlet_id: str, *, body: bytes | None = None) -> Picture:
    """Return a picture as it is kept."""
    size = (640, 360)
    drawn = draw_picture("WEBP", size) if body is None else body
    return Picture(
        article_id=article_id, outlet_id=outlet_id, width=size[0], height=size[1], body=drawn
    )


def show_pictures(renderer: PageRenderer, *pictures: Picture, leave: bool = True) -> PageRenderer:
    """Return a renderer with these pictures, whose outlets gave leave or took it back."""
    for picture in pictures:
        renderer.archive.put_picture(picture, NOON)
    outlets = {
        key: replace(outlet, pictures=leave) for key, outlet in renderer.site.outlets.items()
    }
    return replace(renderer, site=replace(renderer.site, outlets=outlets))


def ask_and_fetch(services: Services, digests: list[Digest]) -> int:
    """Do what follows a digest; returns how many pictures came to an end."""
    ask_pictures(services.store, digests, services.pictured)
    return fetch_waiting(services)


def fetch_waiting(services: Services, limits: FetchLimits | None = None, **process: Any) -> int:
    """
    Fetch what waits, once each; returns how many came to an end.

    Args:
        limits: Of each fetch; None for those of workers.
        process: What the process that makes pictures is given.
    """
    queues = services.store.queues
    taken = queues.take(Stage.PICTURE, limit=100, token="picture", lease=timedelta(minutes=5))

    async def fetch() -> int:
        bounds = limits or limit_fetch(services.settings.fetch.limits())
        async with (
            open_fetcher(services, limits=bounds) as fetcher,
            PictureProcess(**process) as maker,
        ):
            step = PictureStep(
                store=services.store,
                fetcher=fetcher,
                process=maker,
                pictured=services.pictured,
                attempts=services.settings.schedule.attempts,
                clock=services.clock,
            )
            return await fetch_pictures(taken, step, token="picture")

    return asyncio.run(fetch()) if taken else 0
