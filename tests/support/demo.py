"""
The demo's articles, cleaned as the pipeline would, with the story each belongs to.

Without embeddings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.models import FeedItem, RawArticle
from aggregator.text.clean import clean

if TYPE_CHECKING:
    from aggregator.models import Article
    from workers.demo.corpus import Corpus
    from workers.demo.gold import Gold

__all__ = ["demo_articles"]

_LAST_POLL = 2


def demo_articles(corpus: Corpus, gold: Gold) -> tuple[list[Article], dict[str, str]]:
    """
    Return all articles of the demo's three days as of its last poll, and the name of each one's
    story by its id.

    Article ids here are made from keys; in the store they are made from guids.
    """
    first_day = corpus.polls[0].year
    story = {key: item.name for item in gold.stories for key in item.articles}
    articles, right = [], {}
    for number, article in enumerate(
        item for item in corpus.articles if item.published.year == first_day
    ):
        seen = article.at(_LAST_POLL)
        source = corpus.sources[seen.source_id]
        body = seen.markup or "".join(f"<p>{part}</p>" for part in (seen.lead, *seen.body))
        raw = RawArticle(
            id=f"{number:032x}",
            rev=1,
            edits=0,
            source_id=seen.source_id,
            outlet_id=corpus.outlet_of(seen.source_id).id,
            item=FeedItem(
                guid=seen.guid,
                link=corpus.link(seen, source),
                title=seen.title,
                summary=seen.lead,
                content=body,
                published=seen.published,
            ),
            first_seen=seen.published,
            day=seen.published.date(),
        )
        articles.append(clean(raw, source.languages))
        right[raw.id] = story[seen.key]
    return articles, right
