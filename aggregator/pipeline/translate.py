"""
TRANSLATE: headline and lead of the articles that lead stories, put into English in one batch.

    store.load -> text.sentences -> translator -> store.finish_translation
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from aggregator.models import Passage, Segment, SegmentKind, Stage, Translation
from aggregator.models.flag import Flag, Reason
from aggregator.pipeline.finishing import finish_article, give_up_article
from aggregator.text.language import detect_segment
from aggregator.text.sentences import take_sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Article
    from aggregator.ports import Translator
    from aggregator.store.queues import Taken
    from aggregator.store.redis import Store

__all__ = ["TranslateStep", "list_segments", "translate_articles"]

log = logging.getLogger(__name__)


def list_segments(article: Article, *, sentences: int, chars: int) -> list[Segment]:
    """Return the headline and the lead's first sentences, each in its own language."""
    lead = take_sentences(
        article.lead,
        article.language,
        count=sentences,
        max_chars=chars,
    )
    segments = [_make_segment(article.title, article, SegmentKind.HEADLINE)]
    segments += [_make_segment(text, article, SegmentKind.SENTENCE) for text in lead]
    return segments


def _make_segment(text: str, article: Article, kind: SegmentKind) -> Segment:
    return Segment(
        text=text,
        language=detect_segment(text, article.language),
        kind=kind,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateStep:
    """
    What translating works with.

    Attributes:
        translator: Segments in, English out.
        attempts: An article that ended its worker so often goes on in the original, and says so.
        sentences: At most so many of the lead are translated.
        chars: Of the lead, at most.
    """

    store: Store
    translator: Translator
    attempts: int
    sentences: int
    chars: int


def translate_articles(
    taken: Sequence[Taken],
    step: TranslateStep,
    *,
    token: str,
    now: datetime,
) -> int:
    """
    Take articles through translation, all their segments in one batch.

    Args:
        taken: Under the token's lease.
        now: Real time, in UTC.

    Returns:
        How many moved on.
    """
    tries = {item.id: item.tries for item in taken}
    stored = step.store.articles.load(tries)
    batch = {key: _list_segments(item.article, step) for key, item in stored.items()}
    english = _translate_batch(batch, tries, step, now)
    done = 0
    for key, item in stored.items():
        passages = _split_passages(english[key])
        finish = partial(
            step.store.articles.finish_translation,
            item.article,
            passages,
            rev=item.rev,
            token=token,
            now=now,
        )
        if finish_article(key, finish, stage=Stage.TRANSLATE):
            done += 1
            shown = passages[0].translated
            log.info("article translated", extra={"article": key, "shown": shown})
    return done


def _list_segments(article: Article, step: TranslateStep) -> list[Segment]:
    return list_segments(article, sentences=step.sentences, chars=step.chars)


def _translate_batch(
    batch: Mapping[str, Sequence[Segment]],
    tries: Mapping[str, int],
    step: TranslateStep,
    now: datetime,
) -> dict[str, tuple[Translation, ...]]:
    """Translate the segments of articles at one go; those given up stay in the original."""
    tried = [key for key in batch if tries[key] <= step.attempts]
    segments = list(chain.from_iterable(batch[key] for key in tried))
    english = iter(step.translator.translate(segments))
    made = {key: tuple(islice(english, len(batch[key]))) for key in tried}
    for key in batch:
        if key in made:
            continue
        give_up_article(
            step.store,
            key,
            stage=Stage.TRANSLATE,
            tries=tries[key],
            now=now,
        )
        made[key] = tuple(_keep_original(segment) for segment in batch[key])
    return made


def _keep_original(segment: Segment) -> Translation:
    return Translation(
        source=segment.text,
        english=None,
        flags=(Flag(Reason.GIVEN_UP),),
    )


def _split_passages(parts: tuple[Translation, ...]) -> tuple[Passage, Passage]:
    """Return the headline and the lead."""
    return Passage(segments=parts[:1]), Passage(segments=parts[1:])
