"""
The first articles of a source as they would enter; stores nothing.

Which are known or new, which are copies, and their headlines in English.

    sources.sample -> embedder -> grouping.copies -> translator
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.digest.days import choose_day
from aggregator.feeds.identity import list_lookups
from aggregator.grouping.copies import SHARED_RUNS, explain_copy
from aggregator.grouping.pairs import read_article
from aggregator.models import Segment, SegmentKind
from aggregator.pipeline.ingest import load_known
from aggregator.pipeline.text import embed_articles
from aggregator.sources.sample import make_articles
from aggregator.text.language import detect_segment
from aggregator.text.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from aggregator.grouping.pairs import Reading
    from aggregator.models import Article, Feed, KnownItem, Source, Translation
    from aggregator.ports import Embedder, Translator
    from aggregator.store.redis import Store

__all__ = ["Preview", "PreviewStep", "preview_articles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewStep:
    """
    What previewing works with.

    Attributes:
        store: To compare with, read only; None where there is none.
        embedder: For copies that stand in longer texts.
        translator: Segments in, English out; must remember nothing.
        now: Editorial time, in UTC.
        zone: Of the digests' days.
        fresh: How old an article may be to be printed.
    """

    store: Store | None
    embedder: Embedder
    translator: Translator
    now: datetime
    zone: ZoneInfo
    fresh: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    One article as it would enter.

    Attributes:
        article: As the text stage would leave it.
        standing: ``new``, ``known`` (the store has it), ``stale`` (too old for a digest).
        copy_of: An article with the same text, of this source or of the store; None if there is
            none.
        why: Why that is taken for the same text.
        headline: In English, or the reason why not.
        segment: The headline as it was translated.
    """

    article: Article
    standing: str
    copy_of: Article | None
    why: str
    headline: Translation
    segment: Segment


def preview_articles(
    source: Source,
    feed: Feed,
    step: PreviewStep,
    *,
    limit: int,
) -> list[Preview]:
    """
    Show what the first items would become.

    Returns:
        In the feed's order; items that are one article once.

    Raises:
        StoreError: There is a store, and it is away.
        EmbeddingError: The engine cannot run here.
    """
    seen, known = _look_up_items(source, feed, step.store)
    articles = make_articles(source, feed, step.now, seen, known)
    by_id = {article.id: article for article in articles}
    shown = embed_articles(list(by_id.values())[:limit], step.embedder)
    stored = _load_stored(step.store, [article.id for article in shown])
    copies = _find_copies(shown, stored)
    segments = [_make_headline(article) for article in shown]
    headlines = step.translator.translate(segments)
    ids = frozenset(seen.values())
    previews = []
    for article, headline, segment in zip(shown, headlines, segments, strict=True):
        copy_of, why = copies.get(article.id, (None, ""))
        previews.append(
            Preview(
                article=article,
                standing=_judge_status(article, ids, step),
                copy_of=copy_of,
                why=why,
                headline=headline,
                segment=segment,
            )
        )
    return previews


def _look_up_items(
    source: Source, feed: Feed, store: Store | None
) -> tuple[Mapping[str, str], Mapping[str, KnownItem]]:
    """Return the articles of a feed's items by name, and what is known of each."""
    if store is None:
        return {}, {}
    lookups = list_lookups(feed.items)
    names = frozenset(chain.from_iterable(lookups))
    seen = store.articles.find_seen(source.outlet.id, sorted(names))
    plains = [read_plain(item) for item in feed.items]
    return seen, load_known(store.articles, seen, lookups, plains)


def _make_headline(article: Article) -> Segment:
    language = detect_segment(article.title, article.language)
    return Segment(
        text=article.title,
        language=language,
        kind=SegmentKind.HEADLINE,
    )


def _judge_status(article: Article, seen: Collection[str], step: PreviewStep) -> str:
    if article.id in seen:
        return "known"
    day = choose_day(article.published, step.now, str(step.zone), step.fresh)
    return "new" if day else "stale"


def _load_stored(store: Store | None, without: Collection[str]) -> list[Article]:
    """Return the articles of the open days, with which new ones would be grouped."""
    if store is None:
        return []
    ids: set[str] = set()
    for day in store.articles.list_open_days():
        ids.update(store.articles.list_day_ids(day))
    loaded = store.articles.load(sorted(ids.difference(without)))
    return [stored.article for stored in loaded.values()]


def _find_copies(
    shown: Sequence[Article], stored: Sequence[Article]
) -> Mapping[str, tuple[Article, str]]:
    """
    Find an article with the same text for each, earlier in the list or stored.

    Returns:
        By article id: the other article, and why it is taken for the same text.
    """
    earlier = _EarlierArticles()
    for article in stored:
        earlier.add(article)
    copies: dict[str, tuple[Article, str]] = {}
    for article in shown:
        copy = earlier.find_copy(article)
        if copy is not None:
            copies[article.id] = copy
        earlier.add(article)
    return copies


class _EarlierArticles:
    """Articles that came before, among which another one's text is searched."""

    def __init__(self) -> None:
        self._articles: list[Article] = []
        self._places_by_run: dict[int, list[int]] = defaultdict(list)
        self._readings: dict[str, Reading] = {}

    def add(self, article: Article) -> None:
        for run in article.sketch:
            self._places_by_run[run].append(len(self._articles))
        self._articles.append(article)

    def find_copy(self, article: Article) -> tuple[Article, str] | None:
        reading = self._read_article(article)
        for other in self._list_likely(article):
            why = explain_copy(reading, self._read_article(other))
            if why:
                return other, why
        return None

    def _list_likely(self, article: Article) -> list[Article]:
        """Return those with enough words in common, or the same address; the likeliest first."""
        shared: Counter[int] = Counter()
        for run in article.sketch:
            shared.update(self._places_by_run[run])
        for place, other in enumerate(self._articles):
            if other.url == article.url != "":
                shared[place] += SHARED_RUNS
        likely = [place for place, runs in shared.most_common() if runs >= SHARED_RUNS]
        return [self._articles[place] for place in likely]

    def _read_article(self, article: Article) -> Reading:
        return self._readings.setdefault(article.id, read_article(article))
