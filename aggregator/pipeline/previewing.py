"""
The first articles of a source as they would enter: known or new, copies, headlines in English. Stores nothing.

    look -> sources.sight -> embedder -> grouping.copies -> translator
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.dedup.identity import item_names
from aggregator.digest.days import day_of
from aggregator.grouping.copies import SHARED_RUNS, copied
from aggregator.grouping.pairs import read
from aggregator.models import Segment, SegmentKind
from aggregator.pipeline.reading import embed_articles
from aggregator.sources.sight import articles_of
from aggregator.text.language import detect_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from aggregator.grouping.pairs import Reading
    from aggregator.models import Article, Feed, Source, Translation
    from aggregator.ports import Embedder, Translator
    from aggregator.store.redis import Store

__all__ = ["Preview", "PreviewDesk", "preview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDesk:
    """
    What previewing works with.

    Attributes:
        store: To compare with, read only; None where there is none.
        embedder: For copies that stand in longer texts.
        translator: Segments in, English out; must remember nothing.
        now: Editorial time.
        zone: Of the digests' days.
        fresh: How old an article may be to be told.
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
        article: Cleaned.
        standing: ``new``, ``known`` (the store has it), ``stale`` (too old for a digest).
        copy_of: An article with the same text, of this source or of the store; None if there is none.
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


def preview(source: Source, feed: Feed, desk: PreviewDesk, *, limit: int) -> list[Preview]:
    """
    Show what the first items would become.

    Args:
        source: That listed them.
        feed: As parsed.
        desk: See there.
        limit: How many articles.

    Returns:
        In the feed's order; items that are one article once.

    Raises:
        StoreError: There is a store, and it is away.
        EmbeddingError: The engine cannot run here.
    """
    names = sorted({name for item in item_names(feed.items) for name in item})
    articles_store = desk.store.articles if desk.store else None
    seen = articles_store.seen(source.outlet.id, names) if articles_store else {}
    known = articles_store.known(seen.values()) if articles_store else {}
    once = {article.id: article for article in articles_of(source, feed, desk.now, seen, known)}
    shown = embed_articles(list(once.values())[:limit], desk.embedder)
    copies = _copies(shown, _stored(desk.store, {article.id for article in shown}))
    segments = [
        Segment(text=article.title, language=detect_within(article.title, article.language), kind=SegmentKind.HEADLINE)
        for article in shown
    ]
    headlines = desk.translator.translate(segments)
    return [
        Preview(
            article=article,
            standing=_standing(article, seen.values(), desk),
            copy_of=copies[article.id][0] if article.id in copies else None,
            why=copies[article.id][1] if article.id in copies else "",
            headline=headline,
            segment=segment,
        )
        for article, headline, segment in zip(shown, headlines, segments, strict=True)
    ]


def _standing(article: Article, seen: Iterable[str], desk: PreviewDesk) -> str:
    if article.id in set(seen):
        return "known"
    return "new" if day_of(article.published, desk.now, str(desk.zone), desk.fresh) else "stale"


def _stored(store: Store | None, without: set[str]) -> list[Article]:
    """Return the articles of the open days, with which new ones would be grouped."""
    if store is None:
        return []
    ids = {key for day in store.articles.open_days() for key in store.articles.day_ids(day)} - without
    return [stored.article for stored in store.articles.load(sorted(ids)).values()]


def _copies(shown: Sequence[Article], stored: Sequence[Article]) -> Mapping[str, tuple[Article, str]]:
    """Return for each article another one, earlier in the list or stored, that has the same text, and why."""
    by_run: dict[int, list[int]] = defaultdict(list)
    pool: list[Article] = [*stored, *shown]
    found: dict[str, tuple[Article, str]] = {}
    readings: dict[str, Reading] = {}
    for place, article in enumerate(pool):
        if place >= len(stored):
            shared = Counter(other for run in article.sketch for other in by_run[run])
            shared.update({n: SHARED_RUNS for n, other in enumerate(pool[:place]) if other.url == article.url != ""})
            for other, runs in shared.most_common():
                if runs < SHARED_RUNS:
                    break
                pair = [readings.setdefault(one.id, read(one)) for one in (article, pool[other])]
                if why := copied(*pair):
                    found[article.id] = (pool[other], why)
                    break
        for run in article.sketch:
            by_run[run].append(place)
    return found
