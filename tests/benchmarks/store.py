"""
The store: memory for each article kept, as their number grows.

Articles of the demo, again and again under new names, go through ingest, text and planning as the
pipeline's steps do, with a vector and a sketch each; then the server is asked what it uses.
"""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import redis

from aggregator.clock import FixedClock
from aggregator.models import FeedItem, Identity, Stage
from aggregator.pipeline.text import choose_texts
from aggregator.store.article_records import Incoming
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from config.settings import find_shipped_file
from tests.support.demo import demo_articles
from tests.support.redis import private_redis
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold

NOW, DAY = datetime(2025, 8, 20, tzinfo=UTC), date(2025, 8, 20)
KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)


def main(_: list[str]) -> None:
    corpus = load_corpus(find_shipped_file("demo"))
    articles, _right = demo_articles(
        corpus, load_gold(find_shipped_file("demo") / "gold.toml", corpus)
    )
    print("| articles stored | MB | KB an article | ms for one more |\n|--:|--:|--:|--:|")
    with private_redis() as server, redis.Redis.from_url(server.url) as client:
        store = Store(server.url, namespace="b", clock=FixedClock(NOW), retention=KEPT)
        empty, stored, spent = client.info("memory")["used_memory"], 0, 0.0
        for goal in (1_000, 5_000, 20_000):
            began, before = time.perf_counter(), stored
            while stored < goal:
                article = articles[stored % len(articles)]
                key = f"{stored:032x}"
                item = FeedItem(
                    guid=key,
                    link=f"{article.link}/{stored}",
                    title=article.title,
                    content=article.html,
                )
                names = (f"guid:{key}", f"url:{article.url}/{stored}")
                store.articles.ingest(
                    Incoming(
                        identity=Identity(key, names, None),
                        item=item,
                        content_hash=key,
                        size=len(article.text),
                        source_id="s",
                        outlet_id="o",
                        run_id="r",
                        now=NOW,
                        ready=NOW,
                        day=DAY,
                    )
                )
                store.queues.take(Stage.TEXT, limit=1, token="t", lease=timedelta(minutes=1))
                whole = replace(
                    article, id=key, vector=bytes(768 * len(choose_texts(article))), day=DAY
                )
                store.articles.finish_text(whole, rev=1, token="t", stage=Stage.GROUP, now=NOW)
                stored += 1
            spent = (time.perf_counter() - began) / (stored - before)
            used = client.info("memory")["used_memory"] - empty
            print(
                f"| {stored:,} | {used / 1e6:.1f} | {used / stored / 1e3:.1f} | {spent * 1e3:.2f} |"
            )
        store.close()
