"""
Whole articles in English, sentence by sentence beside the original.

A digest prints headline and lead in English; the rest of an article's text is put into English only
for those that readers ask for, or that lead a closed digest. A ``WholeArticle`` is made of the
words that a digest printed, and its id holds a hash of them: of an article that was edited there
are two, and English of old words never stands beside new ones.

See ``models`` for what holds of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from aggregator.models.digest import Passage
from aggregator.models.flag import Flag, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.models.article import Translation

__all__ = ["WholeArticle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeArticle:
    """
    The text of an article in sentences, as far as they are in English.

    Attributes:
        id: The article's id, a hyphen, and 16 hex digits of its language and text.
        article_id: 32 hex digits.
        language: A value of ``Language``.
        paragraphs: In order, none empty. A sentence that nobody has come to yet has neither English
            nor flags.
        made: Sentences, from the first, that have English or flags that say why not.
        left_out: Characters of the text, from its end, that are not put into English: it is longer
            than is done.
    """

    id: str
    article_id: str
    language: str
    paragraphs: tuple[Passage, ...]
    made: int = 0
    left_out: int = 0

    @property
    def sentences(self) -> tuple[Translation, ...]:
        """All sentences, in order."""
        return tuple(chain.from_iterable(paragraph.segments for paragraph in self.paragraphs))

    @property
    def size(self) -> int:
        """Number of sentences."""
        return sum(len(paragraph.segments) for paragraph in self.paragraphs)

    @property
    def finished(self) -> bool:
        """There is no sentence that nobody has come to."""
        return self.made >= self.size

    @property
    def withheld(self) -> int:
        """Number of sentences that somebody came to and that have no English to show."""
        return sum(part.english is None for part in self.sentences[: self.made])

    @property
    def packages(self) -> tuple[str, ...]:
        """Names and versions of the packages that made its English, each once."""
        return tuple(dict.fromkeys(part.package for part in self.sentences if part.package))

    def list_next(self, count: int) -> tuple[Translation, ...]:
        """Return the first sentences that nobody has come to, so many at most."""
        return self.sentences[self.made : self.made + count]

    def add(self, made: Sequence[Translation]) -> WholeArticle:
        """
        Return it with these in the places of the first sentences that nobody has come to.

        Raises:
            ValueError: They are of other sentences.
        """
        waiting = self.list_next(len(made))
        if [part.source for part in made] != [part.source for part in waiting]:
            raise ValueError(f"{self.id}: other sentences than those from {self.made} on")
        end = self.made + len(made)
        parts = iter((*self.sentences[: self.made], *made, *self.sentences[end:]))
        paragraphs = [
            Passage(segments=tuple(islice(parts, len(paragraph.segments))))
            for paragraph in self.paragraphs
        ]
        return replace(self, paragraphs=tuple(paragraphs), made=end)

    def give_up(self) -> WholeArticle:
        """Return it with all that nobody has come to left in the original, saying so."""
        flags = (Flag(Reason.GIVEN_UP),)
        rest = self.list_next(self.size)
        return self.add([replace(part, flags=flags) for part in rest])
