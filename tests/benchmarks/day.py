"""
A day of a large newsroom: how many segments its digest shows, and what translating them costs.

The stories of the demo and the tests' week, put together by hand, stand for a day's: of each, the
headline and the lead of the article that leads it and the headlines of the other reports, as many
as are translated. Their mean an article, times 2,500, is the day. What it costs is measured on a
stream of these segments, in their order, through the whole engine: drafts, names, guards, second
tries. Processor time of all threads, so that what else runs here matters little.
"""

import itertools
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from aggregator.digest.lead_article import MOST_TRIED, list_reports, rank_leads
from aggregator.models import Article, Copy, Segment, SegmentKind
from aggregator.names.glossary import read_glossary
from aggregator.pipeline.translate import list_segments
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.model import EngineOptions
from aggregator.translate.packages.installed import open_packages
from config.sections import DigestSection
from config.settings import find_shipped_file
from tests.support.demo import demo_articles
from tests.support.week import load_week
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold

ARTICLES_A_DAY = 2500
CORES = 2
BATCH = 100


def list_stories() -> list[list[tuple[Article, Copy]]]:
    """The articles of each story with how they relate to its first, in the order they came."""
    corpus = load_corpus(find_shipped_file("demo"))
    gold = load_gold(find_shipped_file("demo") / "gold.toml", corpus)
    articles, told = demo_articles(corpus, gold)
    keys = [item.key for item in corpus.articles if item.published.year == corpus.polls[0].year]
    copied = set(itertools.chain(*(story.copies for story in gold.stories)))
    repeats = {one.id for one, key in zip(articles, keys, strict=True) if key in copied}
    week = load_week()
    repeats |= week.copies.keys()
    stories: dict[str, list[tuple[Article, Copy]]] = defaultdict(list)
    for article in (*articles, *week.articles):
        name = told.get(article.id) or f"week {week.stories[article.id]}"
        relation = Copy.SAME_TEXT if article.id in repeats else Copy.SAME_EVENT
        stories[name].append((article, relation))
    return list(stories.values())


def list_shown(
    story: Sequence[tuple[Article, Copy]], digest: DigestSection, *, tried: int = 1
) -> Iterator[Segment]:
    """Give the segments of a story that are translated, when so many articles are tried."""
    ids = [(article.id, relation) for article, relation in story]
    leads = rank_leads(ids, {article.id: article.language for article, _ in story})[:tried]
    reports = set(list_reports(ids, {article.id: article.language for article, _ in story}))
    for article, _ in story:
        if article.id in leads:
            yield from list_segments(
                article,
                sentences=digest.lead_sentences,
                chars=digest.lead_chars,
            )
        elif article.id in reports:
            yield from list_segments(article, sentences=0, chars=0)


def main(arguments: Sequence[str]) -> None:
    count = int(arguments[0]) if arguments else 240
    digest = DigestSection()
    stories = list_stories()
    articles = sum(map(len, stories))
    segments = list_foreign(stories, digest)
    tried = list_foreign(stories, digest, tried=MOST_TRIED)
    headlines = [segment for segment in segments if segment.kind is SegmentKind.HEADLINE]
    longest = len(headlines) + len(stories) * digest.lead_sentences
    stream = list(dict.fromkeys(segments))[:count]
    with tempfile.TemporaryDirectory() as name:
        packages = open_packages([find_shipped_file("packages")], Path(name))
        translator = ArgosTranslator(
            packages, EngineOptions(), read_glossary(find_shipped_file("glossary.toml"))
        )
        translator.load()
        began = time.process_time()
        withheld = 0
        for start in range(0, len(stream), BATCH):
            made = translator.translate(stream[start : start + BATCH])
            withheld += sum(one.english is None for one in made)
        spent = (time.process_time() - began) / len(stream)
    sys.stdout.write(
        f"{articles} articles, {len(stories)} stories; {len(segments)} segments shown, "
        f"{len(segments) / articles:.2f} an article.\n"
        f"{len(stream)} segments through the engine, {withheld} withheld: "
        f"{spent:.3f} s of processor time a segment.\n\n"
        f"| {ARTICLES_A_DAY} articles a day | segments | minutes of two cores |\n|---|--:|--:|\n"
    )
    rows = (
        ("what the digest shows", len(segments)),
        ("no headline passes, so that three articles a story are tried", len(tried)),
        ("every lead has three sentences", longest),
    )
    for name, number in rows:
        a_day = ARTICLES_A_DAY * number / articles
        sys.stdout.write(f"| {name} | {a_day:.0f} | {a_day * spent / CORES / 60:.1f} |\n")


def list_foreign(
    stories: Sequence[Sequence[tuple[Article, Copy]]], digest: DigestSection, *, tried: int = 1
) -> list[Segment]:
    """The segments of all stories that need a translation."""
    shown = itertools.chain(*(list_shown(story, digest, tried=tried) for story in stories))
    return [segment for segment in shown if segment.language in ("kk", "ru")]
