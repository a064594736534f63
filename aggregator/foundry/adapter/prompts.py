"""
Prompts as training reads them: ids of the pieces that ``translate.adapter.prompts`` asks with.

Behind a prompt stands the translation, and the end. No text may hold a newline, which parts the
labels. The blank lines that bring prompts to like lengths in use are taught as they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH, RUSSIAN, readers_name
from aggregator.translate.adapter.prompts import (
    BLANK_LINE,
    DRAFT_LABEL,
    ENGLISH_LABEL,
    count_blank_lines,
    label_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sentencepiece

__all__ = ["LANGUAGE_NAMES", "PromptEncoder", "label_source"]

# Languages that teach and are not read: relatives of those that are.
_NEIGHBOURS: Final = {
    "az": "Azerbaijani",
    "ky": "Kyrgyz",
    "tr": "Turkish",
    "tt": "Tatar",
    "uk": "Ukrainian",
    "uz": "Uzbek",
}
LANGUAGE_NAMES: Final = {
    KAZAKH.value: readers_name(KAZAKH),
    RUSSIAN.value: readers_name(RUSSIAN),
    **_NEIGHBOURS,
}


def label_source(language: str, source: str) -> str:
    """Return a source as it stands in a prompt; the language is one of ``LANGUAGE_NAMES``."""
    return label_text(LANGUAGE_NAMES[language], source)


class PromptEncoder:
    """
    Texts to the pieces of prompts.

    Args:
        tokenizer: The base's own, or what is left of it.
    """

    def __init__(self, tokenizer: sentencepiece.SentencePieceProcessor) -> None:
        self._tokenizer = tokenizer
        self._start: int = tokenizer.bos_id()
        self._blank_line: int = tokenizer.piece_to_id(BLANK_LINE)
        self._draft: list[int] = tokenizer.encode(DRAFT_LABEL)
        self._end: list[int] = tokenizer.encode(ENGLISH_LABEL)

    def encode_sources(self, rows: Sequence[tuple[str, str]]) -> list[list[int]]:
        """Return what stands in a prompt for languages and sources."""
        labelled = [label_source(language, source) for language, source in rows]
        return list(self._tokenizer.encode(labelled))

    def encode_english(self, texts: Sequence[str]) -> list[list[int]]:
        """Return English, a translation or a draft, as it follows its label."""
        return list(self._tokenizer.encode([f" {text}" for text in texts]))

    def join(self, source: list[int], draft: list[int]) -> list[int]:
        """Return a whole prompt, without a draft if that has no pieces."""
        middle = [*self._draft, *draft] if draft else []
        asked = [*source, *middle, *self._end]
        return [self._start, *[self._blank_line] * count_blank_lines(len(asked) + 1), *asked]
