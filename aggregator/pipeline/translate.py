"""
TRANSLATE: what readers see of articles, put into English in one batch.

Of those that lead stories that is headline and lead, of other reports the headline.

    store.load -> text.sentences -> translator -> store.finish_translation
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from aggregator.models import Extent, Passage, Segment, SegmentKind, Stage, Translation
from aggregator.models.flag import Flag, Reason
from aggregator.pipeline.finishing import finish_article, give_up_article
from aggregator.text.language import detect_segment
from aggregator.text.sentences import take_sentences
from aggregator.text.typography import fit_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.models import Article
    from aggregator.ports import Translator
    from aggregator.store.article_records import StoredArticle
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
    by_id = {item.id: item for item in taken}
    stored = step.store.articles.load(by_id)
    spent = [key for key in stored if by_id[key].is_spent(step.attempts)]
    batch = {key: _list_segments(item, step) for key, item in stored.items() if key not in spent}
    english = _translate_batch(batch, step)
    for key in spent:
        give_up_article(
            step.store,
            key,
            stage=Stage.TRANSLATE,
            lost=by_id[key].lost,
            now=now,
        )
        english[key] = _keep_original(stored[key].article, step)
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
            extent=item.asked,
        )
        if finish_article(key, finish, stage=Stage.TRANSLATE):
            done += 1
            shown = passages[0].translated
            log.info("article translated", extra={"article": key, "shown": shown})
    return done


def _list_segments(item: StoredArticle, step: TranslateStep) -> list[Segment]:
    sentences = 0 if item.asked is Extent.HEADLINE else step.sentences
    return list_segments(item.article, sentences=sentences, chars=step.chars)


def _translate_batch(
    batch: Mapping[str, Sequence[Segment]],
    step: TranslateStep,
) -> dict[str, tuple[Translation, ...]]:
    """Translate the segments of articles at one go."""
    segments = list(chain.from_iterable(batch.values()))
    english = iter(step.translator.translate(segments)) if segments else iter(())
    return {key: tuple(islice(english, len(of_it))) for key, of_it in batch.items()}


def _keep_original(article: Article, step: TranslateStep) -> tuple[Translation, ...]:
    """
    Return headline and lead of an article that is given up, in its own words.

    The lead is cut and not split: splitting may be what ended its workers.
    """
    lead = fit_line(article.lead[: step.chars + 1], step.chars)
    flags = (Flag(Reason.GIVEN_UP),)
    texts = filter(None, (article.title, lead))
    return tuple(Translation(source=text, english=None, flags=flags) for text in texts)


def _split_passages(parts: tuple[Translation, ...]) -> tuple[Passage, Passage]:
    """Return the headline and the lead."""
    return Passage(segments=parts[:1]), Passage(segments=parts[1:])
