"""
What a search shows of the stories that it found. Pure.

A headline, and the lines that say why the story is here: each is there for a word that no line
before it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH
from aggregator.search.keys import Column
from aggregator.search.marks import MarkedText, mark_text
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from aggregator.models import DigestStory
    from aggregator.search.marks import SoughtWord
    from aggregator.search.names import NameKeys
    from aggregator.search.story_index import FoundStories

__all__ = ["Hit", "HitPage", "show_found"]


@dataclass(frozen=True, slots=True)
class Hit:
    """
    A story that a search found.

    Attributes:
        story: Without the texts of its articles.
        headline: In English where there is English.
        original: The headline as the outlet has it; None where that is the headline shown.
        lines: Sentences of the lead and other headlines that have words asked for which neither
            headline has.
    """

    edition: str
    day: date
    story: DigestStory
    headline: MarkedText
    original: MarkedText | None = None
    lines: tuple[MarkedText, ...] = ()


@dataclass(frozen=True, slots=True)
class HitPage:
    """
    Part of what a search found.

    Attributes:
        hits: The newest day first, within it the best match first.
        total: How many there are in all.
        loosened: Nothing had the words as given; these have words that begin like them.
        instead: Nothing had the words as given; these have these words, each at most one letter
            away. Else empty.
    """

    hits: tuple[Hit, ...]
    total: int
    loosened: bool = False
    instead: str = ""


def show_found(found: FoundStories, edition: str, names: NameKeys) -> HitPage:
    """Return what was found as it is shown."""
    sought = chain.from_iterable(word.keys for word in found.sought)
    names = names.narrow({key.text for key in sought if key.column is Column.NAME})
    marker = _Marker(found.sought, names)
    hits = []
    for item in found.stories:
        texts = _list_texts(item.story)
        first = marker.mark(next(texts))
        second = marker.mark(next(texts))
        original = second if second.text != first.text else None
        seen = first.words | second.words
        lines = tuple(marker.choose_lines(texts, seen))
        hits.append(Hit(edition, item.day, item.story, first, original, lines))
    return HitPage(tuple(hits), found.total, found.loosened, found.instead)


@dataclass(frozen=True, slots=True)
class _Marker:
    """Marks the words that were sought."""

    sought: tuple[SoughtWord, ...]
    names: NameKeys

    def mark(self, text: tuple[str, str]) -> MarkedText:
        """Mark a text of a language."""
        return mark_text(tidy(text[0]), text[1], self.sought, self.names)

    def choose_lines(
        self, texts: Iterable[tuple[str, str]], seen: frozenset[int]
    ) -> Iterator[MarkedText]:
        """Yield those texts that have a word that no text before them has, until all are seen."""
        for text in texts:
            if len(seen) == len(self.sought):
                return
            marked = self.mark(text)
            if marked.words - seen:
                seen |= marked.words
                yield marked


def _list_texts(story: DigestStory) -> Iterator[tuple[str, str]]:
    """Yield the headline as shown and as printed, then what else a story is found by."""
    language = story.best.language
    shown = ENGLISH if story.headline.translated or story.certain else language
    yield story.certain or story.headline.text, shown
    yield story.best.title, language
    for segment in story.lead.segments:
        if segment.english is not None:
            yield segment.english, ENGLISH
    for segment in chain(story.headline.segments, story.lead.segments):
        yield segment.source, language
    for ref in story.articles[1:]:
        yield ref.title, ref.language
