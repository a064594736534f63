"""A whole batch of hostile feeds, beside a good one, through a real fetcher into a real store."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

from aggregator.feeds.kinds.feed import FeedKind
from aggregator.models import Outcome, Stage
from aggregator.pipeline.fetch import fetch_sources
from tests.support.hostile import KINDS
from tests.support.newsroom import newsroom
from tests.support.redis import private_redis
from tests.support.servers import FeedServer, Reply, gzip_bomb
from workers.fetchers import open_fetcher
from workers.steps import make_fetch_step

GOOD = (
    '<rss version="2.0"><channel><item><guid>1</guid><title>Астанада мектеп '
    "ашылды</title></item></channel></rss>"
)
BAD = (
    "ampersands enough",
    "tags enough",
    "billion laughs",
    "HTML: open tags",
    "many attributes",
    "nested elements",
)


class CountingKind(FeedKind):
    """A feed, read while others count how many are."""

    def __init__(self) -> None:
        self.now, self.most, self._lock = 0, 0, threading.Lock()

    def find_kind(self, name: str) -> CountingKind:
        assert name == "feed"
        return self

    def parse(self, result, source, *, default_zone):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            return super().parse(result, source, default_zone=default_zone)
        finally:
            with self._lock:
                self.now -= 1


def test_hostile_feeds_are_read_one_at_a_time_and_a_good_one_gets_through(tmp_path):
    kind = CountingKind()
    with private_redis() as redis, FeedServer() as server:
        server.route("/good", Reply(body=GOOD))
        server.route("/bomb", gzip_bomb(50))
        for number, name in enumerate(BAD):
            server.route(f"/bad-{number}", Reply(body=KINDS[name](300_000)))
        paths = ["good", "bomb", *(f"bad-{number}" for number in range(len(BAD)))]
        feeds = {path: server.url(f"/{path}") for path in paths}
        services = newsroom(tmp_path, redis.url, feeds, "2025-08-20T12:00:00+05:00")
        taken = services.store.queues.take(
            Stage.FETCH, limit=100, token="t", lease=timedelta(minutes=5)
        )

        async def polls():
            async with open_fetcher(services) as fetcher:
                step = make_fetch_step(services, fetcher, run_id="r", as_of=services.as_of)
                step = replace(step, kinds=kind, process=None)
                return await fetch_sources([services.sources[item.id] for item in taken], step, "t")

        outcomes = {report.source_id: report.outcome for report in asyncio.run(polls())}
    assert outcomes.pop("good") == Outcome.OK
    assert outcomes.pop("bomb") == Outcome.TOO_LARGE
    assert set(outcomes.values()) <= {Outcome.OK, Outcome.NOT_A_FEED, Outcome.EMPTY}
    assert len(outcomes) == len(BAD)
    assert kind.most == 1
