"""
What is kept of a digest's stories for threads, as bytes and back.

Packed JSON, and behind it the vectors, which JSON would blow up: each text has one, of a length of
its own.
"""

from __future__ import annotations

import zlib
from base64 import b85decode, b85encode
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.errors import SchemaError
from aggregator.models import ToldStory
from aggregator.store.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["pack_told", "unpack_told"]

# Of what is unpacked: a backup that was put back may hold anything. Two hundred stories with three
# texts each make some 2 MB.
_MOST_BYTES = 16_000_000

_STORIES = tuple[ToldStory, ...]


def pack_told(told: Sequence[ToldStory]) -> bytes:
    """Return stories as bytes; nothing for none."""
    if not told:
        return b""
    bare = []
    vectors = []
    for story in told:
        vectors += [b85encode(text.vector) for text in story.texts]
        texts = tuple(replace(text, vector=b"") for text in story.texts)
        bare.append(replace(story, texts=texts))
    return zlib.compress(b"\n".join([encode(_STORIES, tuple(bare)), *vectors]))


def unpack_told(value: bytes, key: str) -> list[ToldStory]:
    """
    Read stories back.

    Args:
        value: As ``pack_told`` made it.
        key: Named in the error.

    Raises:
        SchemaError: The bytes are no such stories.
    """
    try:
        body, *lines = zlib.decompressobj().decompress(value, _MOST_BYTES).split(b"\n")
        vectors = iter([b85decode(line) for line in lines])
        stories: Sequence[ToldStory] = decode(_STORIES, body, key)
        return [_put_vectors(story, vectors) for story in stories]
    except (zlib.error, ValueError) as error:
        raise SchemaError(f"{key}: cannot be read as stories that were told: {error}") from error


def _put_vectors(story: ToldStory, vectors: Iterator[bytes]) -> ToldStory:
    texts = [replace(text, vector=next(vectors, b"")) for text in story.texts]
    return replace(story, texts=tuple(texts))
