"""
TRANSLATE: headline and lead of the articles that tell stories, put into English in one batch.

    store.load -> text.sentences -> translator -> store.finish_translation
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.errors import LeaseLostError
from aggregator.models import Passage, Segment, SegmentKind, Stage, Translation
from aggregator.store.letters import letter
from aggregator.text.language import detect_within
from aggregator.text.sentences import first_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import Article
    from aggregator.ports import Translator
    from aggregator.store.redis import Store
    from aggregator.store.work import Taken

__all__ = ["GIVEN_UP", "TranslationDesk", "segments_of", "translate_articles"]

log = logging.getLogger(__name__)

GIVEN_UP = "translation failed several times"


def segments_of(article: Article, *, sentences: int, chars: int) -> list[Segment]:
    """Return the headline and the lead's first sentences, each in its own language."""
    lead = first_sentences(article.lead, article.language, count=sentences, max_chars=chars)
    texts = [(article.title, SegmentKind.HEADLINE), *((sentence, SegmentKind.SENTENCE) for sentence in lead)]
    return [Segment(text=text, language=detect_within(text, article.language), kind=kind) for text, kind in texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationDesk:
    """
    What translating works with.

    Attributes:
        store: Where articles are.
        translator: Segments in, English out.
        attempts: An article that ended its worker so often goes on in the original, and says so.
        sentences: Of the lead, at most.
        chars: Of the lead, at most.
    """

    store: Store
    translator: Translator
    attempts: int
    sentences: int
    chars: int


def translate_articles(taken: Sequence[Taken], desk: TranslationDesk, *, token: str, now: datetime) -> int:
    """
    Take articles through translation, all their segments in one batch.

    Args:
        taken: Under the token's lease.
        desk: See there.
        token: Of the lease.
        now: Real time.

    Returns:
        How many moved on.
    """
    tries = {item.id: item.tries for item in taken}
    stored = desk.store.articles.load(tries)
    batch = {key: segments_of(item.article, sentences=desk.sentences, chars=desk.chars) for key, item in stored.items()}
    tried = [segment for key, segments in batch.items() if tries[key] <= desk.attempts for segment in segments]
    english = iter(desk.translator.translate(tried))
    done = 0
    for key, segments in batch.items():
        if tries[key] <= desk.attempts:
            parts = tuple(next(english) for _ in segments)
        else:
            desk.store.letters.write(letter(key, Stage.TRANSLATE, tries[key], now))
            log.warning("article goes on in the original", extra={"article": key})
            parts = tuple(Translation(source=s.text, english=None, flags=(GIVEN_UP,)) for s in segments)
        passages = (Passage(segments=parts[:1]), Passage(segments=parts[1:]))
        item = stored[key]
        try:
            desk.store.articles.finish_translation(item.article, passages, rev=item.rev, token=token, now=now)
            done += 1
            log.info("article translated", extra={"article": key, "shown": passages[0].translated})
        except LeaseLostError:
            log.info("translation came too late", extra={"article": key})
    return done
