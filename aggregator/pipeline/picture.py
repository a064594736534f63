"""
PICTURE: pictures of outlets that gave leave are fetched, for the stories that digests tell.

    digest composed -> store.pictures -> fetcher.fetch -> pictures.process -> store.pictures

After the digest, and never in its way: nothing is fetched while a digest waits for an article, and
a digest without its pictures is whole. Asked for once: what an outlet refuses, or what is no
picture, is noted in words and left alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.errors import FetchError, LeaseLostError
from aggregator.models import Picture, Stage
from aggregator.pictures.verdict import UnfitPictureError
from aggregator.pipeline.page import NextTry, find_next_try
from aggregator.store.pictures import PictureAddress
from aggregator.urls.host import find_host

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aggregator.feeds.limits import FetchLimits
    from aggregator.models import Digest, FetchResult
    from aggregator.pictures.process import PictureProcess
    from aggregator.ports import Clock, Fetcher
    from aggregator.store.pictures import PictureRecord
    from aggregator.store.queues import Taken
    from aggregator.store.redis import Store

__all__ = ["PictureStep", "ask_pictures", "fetch_pictures", "limit_fetch"]

log = logging.getLogger(__name__)

# The largest that news sites give for previews have 2 MB.
_MOST_BYTES = 6 * 1024 * 1024
_TOTAL_S = 20.0
# Of types that say nothing, the bytes are looked at.
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStep:
    """
    What fetching pictures works with.

    Attributes:
        fetcher: The way out.
        process: Makes our pictures of theirs.
        pictured: Ids of the outlets whose pictures may be shown.
        attempts: A picture that ended its worker so often is given up.
        clock: For real time, which tries go by.
    """

    store: Store
    fetcher: Fetcher
    process: PictureProcess
    pictured: Collection[str]
    attempts: int
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """
    What came of one picture.

    Attributes:
        said: In words.
        picture: None if there is none to show.
        again: Another try, if one may help; None if this is the end.
    """

    said: str
    picture: Picture | None = None
    again: NextTry | None = None


def limit_fetch(limits: FetchLimits) -> FetchLimits:
    """Return what fetching a picture may cost: no more than a feed, and less of both."""
    return replace(
        limits,
        max_bytes=min(limits.max_bytes, _MOST_BYTES),
        total_timeout_s=min(limits.total_timeout_s, _TOTAL_S),
    )


def ask_pictures(store: Store, digests: Iterable[Digest], pictured: Collection[str]) -> int:
    """
    Ask for the pictures of the articles that digests tell their stories from, each once.

    Args:
        pictured: Ids of the outlets whose pictures may be shown.

    Returns:
        How many wait now that did not.
    """
    stories = chain.from_iterable(digest.stories for digest in digests)
    told = {story.best.article_id: story.best.outlet_id for story in stories}
    wanted = {key: outlet_id for key, outlet_id in told.items() if outlet_id in pictured}
    items = store.articles.load_items(wanted) if wanted else {}
    addresses = {
        key: PictureAddress(url=item.picture, outlet_id=wanted[key])
        for key, item in items.items()
        if item.picture
    }
    return store.pictures.ask(addresses)


async def fetch_pictures(taken: Sequence[Taken], step: PictureStep, *, token: str) -> int:
    """
    Fetch pictures: those of one host one after the other, hosts beside each other.

    Args:
        taken: Under the token's lease.

    Returns:
        How many came to an end, with a picture or without.
    """
    records = step.store.pictures.load_records([item.id for item in taken])
    by_host: dict[str, list[Taken]] = defaultdict(list)
    for item in taken:
        record = records.get(item.id)
        by_host[find_host(record.url) if record else ""].append(item)
    visits = [_visit_host(items, records, step, token) for items in by_host.values()]
    return sum(await asyncio.gather(*visits))


async def _visit_host(
    items: Sequence[Taken],
    records: Mapping[str, PictureRecord],
    step: PictureStep,
    token: str,
) -> int:
    done = 0
    for item in items:
        outcome = await _try_picture(item, records.get(item.id), step)
        log.info("picture fetched", extra={"article": item.id, "said": outcome.said})
        if outcome.again is not None:
            step.store.queues.release(
                Stage.PICTURE,
                [item.id],
                token=token,
                ready=step.clock.now() + outcome.again.wait,
                untried=outcome.again.untried,
            )
            continue
        try:
            step.store.pictures.finish(
                item.id, said=outcome.said, token=token, picture=outcome.picture
            )
        except LeaseLostError:
            log.info("picture came too late", extra={"article": item.id})
            continue
        done += 1
    return done


async def _try_picture(item: Taken, record: PictureRecord | None, step: PictureStep) -> _Outcome:
    if record is None or record.outlet_id not in step.pictured:
        # Asked for, and the leave was taken back meanwhile.
        return _Outcome(said="its outlet gives no leave")
    if item.is_spent(step.attempts):
        return _Outcome(said=f"given up: it ended its worker {item.lost} times")
    try:
        result = await step.fetcher.fetch(record.url)
    except FetchError as error:
        said = f"{error.outcome}: {error.detail}"
        return _Outcome(said=said, again=find_next_try(error, item.tries))
    return await _make_picture(item.id, record.outlet_id, result, step)


async def _make_picture(
    article_id: str,
    outlet_id: str,
    result: FetchResult,
    step: PictureStep,
) -> _Outcome:
    kind, _, _ = result.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind not in _UNSAID and not kind.startswith("image/"):
        return _Outcome(said=f"not a picture: {kind}")
    try:
        made = await step.process.make(result.body)
    except UnfitPictureError as error:
        return _Outcome(said=f"not shown: {error}")
    picture = Picture(
        article_id=article_id,
        outlet_id=outlet_id,
        width=made.width,
        height=made.height,
        body=made.body,
    )
    said = f"{made.width} × {made.height}, {len(made.body):,} of {len(result.body):,} bytes"
    return _Outcome(said=said, picture=picture)
