"""
What a machine must have: memory of each process, articles a second in each stage, the store's
memory and disk.

The crew is that of ``tilshi serve``, over a private store; the outlets are those of the fault
suite, 320 articles. The store alone is filled to 200,000 articles (``--most N`` for fewer), with
the words and vectors of real ones.
"""

import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import redis

from aggregator.clock import SystemClock
from aggregator.models import FeedItem, Identity, Stage
from aggregator.pipeline.text import choose_texts
from aggregator.store.article_records import Incoming
from aggregator.store.backup import back_up
from aggregator.store.client import Connection
from aggregator.store.keys import Keys
from aggregator.store.redis import Store
from aggregator.store.restore import restore
from config.settings import find_shipped_file
from tests.benchmarks.store import DAY, KEPT, NOW
from tests.faults.faults import children
from tests.faults.stage import stage
from tests.support.demo import demo_articles
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.redis import private_redis
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold

GOALS = (1_000, 20_000, 200_000)
IDLE_S = 30.0


def memory_mb(pid: int) -> tuple[float, float]:
    """
    Proportional and resident memory of a process, MB.

    A page shared by two counts half in the first.
    """
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        sizes[name.rstrip(":")] = int(value) * 1024 / 1e6
    return sizes["Pss"], sizes["Rss"]


def aof_bytes(folder: Path) -> int:
    return sum(
        path.stat().st_size for path in folder.rglob("*") if path.is_file() and "aof" in path.name
    )


def processes() -> None:
    print("| process | MB, its share | MB, resident |\n|---|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="tilshi-sizing-") as name, stage(Path(name)) as on:
        for wave in on.world.waves:
            on.publish(wave.number)
            on.settle(600)
        for worker, pid in sorted(on.pids().items()):
            for number, one in enumerate((pid, *children(pid))):
                share, resident = memory_mb(one)
                print(
                    f"| `{worker}`, {'main' if number == 0 else f'pool {number}'} | {share:.0f} | "
                    f"{resident:.0f} |"
                )
        share, resident = memory_mb(on.server.pid)
        print(f"| private server, {len(on.told())} articles | {share:.0f} | {resident:.0f} |\n")
        store = on.data / "store"
        whole, before = aof_bytes(store) / len(on.told()), aof_bytes(store)
        time.sleep(IDLE_S)
        idle = (aof_bytes(store) - before) / IDLE_S
        day = 86_400
        print(
            f"append-only file: {whole / 1e3:.1f} KB written an article through all stages, and "
            "by ticks (every 1 s"
        )
        print(
            f"here) {idle:.0f} bytes a second without any, {idle * day / 1e6:.0f} MB a day; at "
            "every 10 s a tenth\n"
        )


def stages() -> None:
    corpus = load_corpus(find_shipped_file("demo"))
    print("| stage | articles | articles a second, one process |\n|---|--:|--:|")
    from workers.demo.server import DemoServer

    with (
        tempfile.TemporaryDirectory() as name,
        private_redis() as server,
        DemoServer(corpus) as web,
    ):
        feeds = {key: web.base_url + source.path for key, source in corpus.sources.items()}
        services = newsroom(Path(name), server.url, feeds, corpus.polls[0].isoformat())
        services.embedder.embed(["Астана"])
        services.translator.warm()
        began = time.perf_counter()
        reports = poll(services, "r")
        articles = sum(report.new for report in reports.values())
        print(
            f"| fetch, parse, store | {articles} | {articles / (time.perf_counter() - began):.0f} |"
        )
        began = time.perf_counter()
        process_articles(services)
        print(
            f"| read, group, translate | {articles} | "
            f"{articles / (time.perf_counter() - began):.0f} |"
        )
        began = time.perf_counter()
        compose(services)
        print(f"| compose | {articles} | {articles / (time.perf_counter() - began):.0f} |\n")


def fill(store, articles, count, begin):
    for number in range(begin, count):
        article = articles[number % len(articles)]
        key = f"{number:032x}"
        item = FeedItem(
            guid=key, link=f"{article.link}/{number}", title=article.title, content=article.html
        )
        store.articles.ingest(
            Incoming(
                identity=Identity(key, (f"guid:{key}", f"url:{article.url}/{number}"), None),
                item=item,
                content_hash=key,
                size=len(article.text),
                source_id="s",
                outlet_id="o",
                run_id="r",
                now=NOW,
                ready=NOW,
                day=DAY + timedelta(days=number // 10_000),
            )
        )
        if number % 100 == 99 or number == count - 1:
            for taken in store.queues.take(
                Stage.TEXT, limit=100, token="t", lease=timedelta(minutes=9)
            ):
                one = articles[int(taken.id, 16) % len(articles)]
                whole = replace(
                    one, id=taken.id, vector=bytes(768 * len(choose_texts(one))), day=DAY
                )
                store.articles.finish_text(whole, rev=1, token="t", stage=Stage.GROUP, now=NOW)


def stored(most: int) -> None:
    corpus = load_corpus(find_shipped_file("demo"))
    articles, _ = demo_articles(corpus, load_gold(find_shipped_file("demo") / "gold.toml", corpus))
    print(
        "| articles | store, MB | KB an article | append-only file, MB | backup, s | backup, MB | "
        "restore, s |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|")
    with (
        tempfile.TemporaryDirectory() as name,
        private_redis() as server,
        redis.Redis.from_url(server.url) as client,
    ):
        store = Store(server.url, namespace="b", clock=SystemClock(), retention=KEPT)
        store.check()
        empty, done = client.info("memory")["used_memory"], 0
        folder = Path(client.config_get("dir")["dir"])
        for goal in [goal for goal in GOALS if goal <= most]:
            fill(store, articles, goal, done)
            done = goal
            used, file = client.info("memory")["used_memory"] - empty, aof_bytes(folder)
            connection, path = Connection(server.url), Path(name) / f"{goal}"
            began = time.perf_counter()
            back_up(connection, Keys("b"), path, now=NOW)
            wrote = time.perf_counter() - began
            began = time.perf_counter()
            restore(connection, Keys("c"), path)
            back = time.perf_counter() - began
            for key in client.scan_iter("{c}:*", count=10_000):
                client.unlink(key)
            connection.close()
            cells = (
                f"{used / 1e6:.0f}",
                f"{used / goal / 1e3:.1f}",
                f"{file / 1e6:.0f}",
                f"{wrote:.1f}",
            )
            print(
                f"| {goal:,} | {' | '.join(cells)} | {path.stat().st_size / 1e6:.0f} | {back:.1f} "
                "|",
                flush=True,
            )
        store.close()


def main(arguments: list[str]) -> None:
    most = int(arguments[arguments.index("--most") + 1]) if "--most" in arguments else GOALS[-1]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    stages()
    stored(most)
    processes()
