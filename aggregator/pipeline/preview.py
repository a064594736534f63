"""
The first articles of a source as they would enter: known or new, copies, headlines in English.
Stores nothing.

    look -> sources.sight -> embedder -> grouping.copies -> translator
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.digest.days import choose_day
from aggregator.feeds.identity import item_names
from aggregator.grouping.copies import SHARED_RUNS, copied
from aggregator.grouping.pairs import read
from aggregator.models import Segment, SegmentKind
from aggregator.pipeline.text import embed_articles
from aggregator.sources.sample import make_articles
from aggregator.text.language import detect_within

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from aggregator.grouping.pairs import Reading
    from aggregator.models import Article, Feed, KnownItem, Source, Translation
    from aggregator.ports import Embedder, Translator
    from aggregator.store.redis import Store

__all__ = ["Preview", "PreviewStep", "preview_articles"]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class PreviewStep:
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


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Preview:
    """
    One article as it would enter.

    Attributes:
        article: Cleaned.
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
    seen, known = _look_up(source, feed, step.store)
    once = {article.id: article for article in make_articles(source, feed, step.now, seen, known)}
    shown = embed_articles(list(once.values())[:limit], step.embedder)
    copies = _find_copies(shown, _load_stored(step.store, {article.id for article in shown}))
    segments = [_make_headline(article) for article in shown]
    headlines = step.translator.translate(segments)
    ids = frozenset(seen.values())
    previews = []
    for article, headline, segment in zip(shown, headlines, segments, strict=True):
        copy_of, why = copies.get(article.id, (None, ""))
        previews.append(
            Preview(
                article=article,
                standing=_judge_standing(article, ids, step),
                copy_of=copy_of,
                why=why,
                headline=headline,
                segment=segment,
            )
        )
    return previews


def _look_up(
    source: Source, feed: Feed, store: Store | None
) -> tuple[Mapping[str, str], Mapping[str, KnownItem]]:
    """Return the articles of a feed's items by name, and what is known of each."""
    if store is None:
        return {}, {}
    names = {name for item in item_names(feed.items) for name in item}
    seen = store.articles.seen(source.outlet.id, sorted(names))
    return seen, store.articles.known(seen.values())


def _make_headline(article: Article) -> Segment:
    language = detect_within(article.title, article.language)
    return Segment(
        text=article.title,
        language=language,
        kind=SegmentKind.HEADLINE,
    )


def _judge_standing(article: Article, seen: Collection[str], step: PreviewStep) -> str:
    if article.id in seen:
        return "known"
    day = choose_day(article.published, step.now, str(step.zone), step.fresh)
    return "new" if day else "stale"


def _load_stored(store: Store | None, without: set[str]) -> list[Article]:
    """Return the articles of the open days, with which new ones would be grouped."""
    if store is None:
        return []
    ids = {key for day in store.articles.open_days() for key in store.articles.day_ids(day)}
    return [stored.article for stored in store.articles.load(sorted(ids - without)).values()]


def _find_copies(
    shown: Sequence[Article], stored: Sequence[Article]
) -> Mapping[str, tuple[Article, str]]:
    """Return for each article another one, earlier in the list or stored, that has the same text, and why."""
    earlier = _Earlier()
    for article in stored:
        earlier.add(article)
    found: dict[str, tuple[Article, str]] = {}
    for article in shown:
        if copy := earlier.find_copy(article):
            found[article.id] = copy
        earlier.add(article)
    return found


class _Earlier:
    """Articles that came before, in which another one's text is looked for."""

    def __init__(self) -> None:
        self._articles: list[Article] = []
        self._by_run: dict[int, list[int]] = defaultdict(list)
        self._readings: dict[str, Reading] = {}

    def add(self, article: Article) -> None:
        for run in article.sketch:
            self._by_run[run].append(len(self._articles))
        self._articles.append(article)

    def find_copy(self, article: Article) -> tuple[Article, str] | None:
        for other in self._list_likely(article):
            if why := copied(self._read(article), self._read(other)):
                return other, why
        return None

    def _list_likely(self, article: Article) -> list[Article]:
        """Return those with enough words in common, or the same address; the likeliest first."""
        shared = Counter(other for run in article.sketch for other in self._by_run[run])
        for place, other in enumerate(self._articles):
            if other.url == article.url != "":
                shared[place] += SHARED_RUNS
        return [
            self._articles[place] for place, runs in shared.most_common() if runs >= SHARED_RUNS
        ]

    def _read(self, article: Article) -> Reading:
        return self._readings.setdefault(article.id, read(article))
