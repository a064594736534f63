"""
Which whole articles are put into English, and what of them. Pure.

The words are those that a digest printed: they stay when the article's record is past its
retention, and they are what the reader has before him.

What is made ahead is chosen when a digest closes: its words change no more then, so that nothing is
made twice, and its first stories are those that most readers will open.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.digest.reader import list_stories
from aggregator.languages import ENGLISH, LANGUAGES
from aggregator.models import Passage, Translation, WholeArticle
from aggregator.text.sentences import split_sentences
from aggregator.urls.canonical import canonicalize_url

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aggregator.models import ArticleRef, Digest, DigestStory

__all__ = [
    "choose_ahead",
    "find_stories",
    "is_readable",
    "name_whole_article",
    "plan_whole_article",
]

_HASH_BYTES = 8
_NUMBER = re.compile("[1-9][0-9]{0,4}")


def name_whole_article(ref: ArticleRef) -> str:
    """Return the id of the whole article that a digest's words make."""
    words = f"{ref.language}\n{ref.text}".encode()
    return f"{ref.article_id}-{blake2b(words, digest_size=_HASH_BYTES).hexdigest()}"


def is_readable(ref: ArticleRef, languages: Collection[str]) -> bool:
    """
    Say whether there is a text that a package puts into English.

    Args:
        ref: As a digest printed it.
        languages: That packages read.
    """
    if ref.language == ENGLISH or not ref.text.strip():
        return False
    row = LANGUAGES.get(ref.language)
    return ref.language in languages or (row is not None and row.read_as in languages)


def find_stories(digest: Digest, text: str) -> list[DigestStory]:
    """
    Return the stories that somebody may mean.

    Args:
        text: A number as ``tilshi digest`` gives it, from 1; a link of one of its articles; an id
            or the beginning of one.
    """
    in_order = [story for _section, story in list_stories(digest)]
    if _NUMBER.fullmatch(text) and int(text) <= len(in_order):
        return [in_order[int(text) - 1]]
    if url := canonicalize_url(text):
        return [story for story in in_order if url in _list_urls(story)]
    start = text.strip().lower()
    return [story for story in in_order if start and story.id.startswith(start)]


def _list_urls(story: DigestStory) -> set[str]:
    return {canonicalize_url(ref.link) for ref in story.articles}


def plan_whole_article(ref: ArticleRef, *, chars: int) -> WholeArticle:
    """
    Cut the text that a digest printed of an article into sentences.

    Args:
        ref: With its text.
        chars: Of it, at most; whole sentences.
    """
    # What is longer is not even cut up: it may be megabytes.
    beginning = ref.text[:chars]
    paragraphs = [split_sentences(line, ref.language) for line in beginning.split("\n")]
    paragraphs = [sentences for sentences in paragraphs if sentences]
    if paragraphs and len(ref.text) > chars:
        # Its last sentence may be half a one.
        paragraphs[-1].pop()
    done = sum(len(text) for sentences in paragraphs for text in sentences)
    return WholeArticle(
        id=name_whole_article(ref),
        article_id=ref.article_id,
        language=ref.language,
        paragraphs=tuple(_make_passage(sentences) for sentences in paragraphs if sentences),
        left_out=max(0, len(ref.text) - done) if len(ref.text) > chars else 0,
    )


def _make_passage(sentences: Sequence[str]) -> Passage:
    return Passage(segments=tuple(Translation(source=text, english=None) for text in sentences))


def choose_ahead(digest: Digest, languages: Collection[str], count: int) -> tuple[ArticleRef, ...]:
    """
    Return the articles of a closed digest that are put into English unasked.

    Those of the weightiest stories, in their order.

    Args:
        digest: One that is open gives none.
        languages: That packages read.
        count: At most.
    """
    if not digest.closed:
        return ()
    refs = [story.best for story in digest.stories]
    return tuple([ref for ref in refs if is_readable(ref, languages)][:count])
