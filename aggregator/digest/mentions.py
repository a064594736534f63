"""How one day's digest names a story of another's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.digest.words import outlet
from aggregator.languages import ENGLISH
from aggregator.models import StoryMention

if TYPE_CHECKING:
    from aggregator.models import Digest, DigestStory

__all__ = ["mention_story"]

_MOST_OUTLETS = 6


def mention_story(digest: Digest, story: DigestStory) -> StoryMention:
    """Return a story of a digest as a thread names it."""
    names = dict.fromkeys(outlet(ref) for ref in story.articles)
    language = ENGLISH if story.headline.translated else story.best.language
    return StoryMention(
        day=digest.day,
        story=story.id,
        headline=story.headline.text,
        language=language,
        outlets=tuple(names)[:_MOST_OUTLETS],
        certain=story.certain,
    )
