"""
TEXT: articles cleaned, their language detected, their text fingerprinted and embedded.

    store.raws -> text.clean -> embedder -> store.finish_text
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from aggregator.embedding.vectors import pack_vectors
from aggregator.languages import Language
from aggregator.models import Stage
from aggregator.pipeline.finishing import finish_article, give_up_article
from aggregator.text.clean import clean, clean_least
from aggregator.text.latin import to_cyrillic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Article, RawArticle, Source
    from aggregator.ports import Embedder
    from aggregator.store.queues import Taken
    from aggregator.store.redis import Store

__all__ = ["TextStep", "choose_texts", "embed_articles", "text_articles"]

log = logging.getLogger(__name__)

# Title and lead say what happened; what follows is background, which draws different events
# together. Yet two leads of one event may share little where the texts share much: so a longer
# beginning is embedded too, and the two are kept apart, as grouping weighs them apart (a headline
# is all that many feeds give).
_SHORT_CHARS = 400
_LONG_CHARS = 1_500
# From this many characters more the longer beginning says something new.
_MORE_CHARS = 200


def choose_texts(article: Article) -> tuple[str, ...]:
    """
    Return the words by which an article's event is known.

    Headline and lead, and a longer beginning if there is one.
    """
    title = article.title
    lead = article.lead
    text = article.text
    if article.language == Language.KAZAKH_LATIN:
        title = to_cyrillic(title)
        lead = to_cyrillic(lead)
        text = to_cyrillic(text)
    short = f"{title}. {lead}"[:_SHORT_CHARS]
    return (short, text[:_LONG_CHARS]) if len(text) > len(lead) + _MORE_CHARS else (short,)


def embed_articles(articles: Sequence[Article], embedder: Embedder) -> list[Article]:
    """Return articles with the vectors of their texts, one or two."""
    texts = [choose_texts(article) for article in articles]
    flat = list(chain.from_iterable(texts))
    rows = iter(embedder.embed(flat))
    embedded = []
    for article, of_article in zip(articles, texts, strict=True):
        vectors = islice(rows, len(of_article))
        embedded.append(replace(article, vector=pack_vectors(*vectors)))
    return embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStep:
    """
    What the text stage works with.

    Attributes:
        sources: By id; for the languages an outlet is known to write.
        attempts: An article that ended its worker so often goes on with its headline alone, and
            says so.
    """

    store: Store
    embedder: Embedder
    sources: Mapping[str, Source]
    attempts: int


def text_articles(
    taken: Sequence[Taken],
    step: TextStep,
    *,
    token: str,
    now: datetime,
) -> int:
    """
    Take articles through their text stage.

    Args:
        taken: Under the token's lease.
        now: Real time, in UTC.

    Returns:
        How many moved on.
    """
    by_id = {item.id: item for item in taken}
    raws = step.store.articles.load_raw(list(by_id))
    if not raws:
        return 0
    cleaned = [_clean_article(raw, step, by_id[raw.id], now) for raw in raws]
    done = 0
    for raw, article in zip(raws, embed_articles(cleaned, step.embedder), strict=True):
        finish = partial(
            step.store.articles.finish_text,
            article,
            rev=raw.rev,
            token=token,
            stage=Stage.GROUP,
            now=now,
        )
        if finish_article(raw.id, finish, stage=Stage.TEXT):
            done += 1
            log.info("article read", extra={"article": raw.id, "language": article.language})
    return done


def _clean_article(
    raw: RawArticle,
    step: TextStep,
    item: Taken,
    now: datetime,
) -> Article:
    if item.is_spent(step.attempts):
        give_up_article(
            step.store,
            raw.id,
            stage=Stage.TEXT,
            lost=item.lost,
            now=now,
        )
        return clean_least(raw)
    source = step.sources.get(raw.source_id)
    return clean(raw, source.languages if source else ())
