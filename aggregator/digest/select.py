"""
What an edition tells: which articles it may tell from, which stories it leaves out, which it follows. Pure.

Keywords. Readers write a name as they know it, and Kazakh and Russian bend it: ``Токаев`` must find ``Токаевтың`` and
``Токаева``, ``tax`` must not find ``taxi``. So a word of Cyrillic letters, four or more, matches words that begin with
it and have at most ten letters more (Kazakh stacks plural, possession and case: ``мектеп``, ``мектептерімізден``); any
other word matches itself, and its English plural. Words of a keyword must stand next to each other, in any case. A
story is matched by its headline and lead in English and in the original, and by the headlines of all its reports.

What this misses: vowels that drop out in bending (``орын``, ``орны``). A keyword may be given twice then.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.models import DigestStory, Edition

__all__ = ["admits", "keywords_in", "wanted"]

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]{4,}")
_LONGEST_ENDING = 10


def admits(edition: Edition, *, outlet_id: str, language: str, official: bool) -> bool:
    """Say whether an edition may tell an article."""
    return (
        (official or not edition.official)
        and (not edition.outlets or outlet_id in edition.outlets)
        and (not edition.languages or language in edition.languages)
    )


def wanted(edition: Edition, story: DigestStory) -> bool:
    """Say whether a story's topic is one that the edition tells."""
    return not edition.topics or story.topic in edition.topics


def keywords_in(story: DigestStory, keywords: Iterable[str]) -> tuple[str, ...]:
    """Return the keywords that a story has, in the order given."""
    found = tuple(dict.fromkeys(keywords))
    if not found:
        return ()
    passages = (story.headline, story.lead)
    texts = [text for passage in passages for text in (passage.text, passage.original)]
    words = " ".join(_WORD.findall("\n".join([*texts, *(ref.title for ref in story.articles)]).casefold()))
    return tuple(keyword for keyword in found if _pattern(keyword).search(words))


@lru_cache(maxsize=1024)
def _pattern(keyword: str) -> re.Pattern[str]:
    parts = [_one_word(word) for word in _WORD.findall(keyword.casefold())]
    return re.compile(rf"(?<!\S){' '.join(parts)}(?!\S)" if parts else r"(?!)")


def _one_word(word: str) -> str:
    ending = rf"\w{{0,{_LONGEST_ENDING}}}" if _CYRILLIC.fullmatch(word) else "s?"
    return re.escape(word) + ending
