"""
A digest as JSON and back: the form in which digests are kept and handed to machines.

It stands below both: the store that keeps digests, and the commands and pages that hand them out.

    {"format": "tilshi.digest/1", "edition": "daily", "day": "2025-08-20", ..., "stories": [...],
    "account": {...}}

The fields are those of ``models.Digest``, all of them, so that reading back gives the same digest.
An unknown format is an error, never a guess.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from aggregator.errors import SchemaError
from aggregator.models import Digest, DigestStory

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FORMAT", "read_digest", "read_story", "write_digest", "write_story"]

FORMAT = "tilshi.digest/1"

# Ids become addresses of pages, and names of files and folders.
_EDITION = re.compile("[a-z0-9-]{2,40}")
_STORY = re.compile("[0-9a-f]{16}")


@cache
def _adapter() -> TypeAdapter[Digest]:
    return TypeAdapter(Digest)


@cache
def _story_adapter() -> TypeAdapter[DigestStory]:
    return TypeAdapter(DigestStory)


def write_story(story: DigestStory) -> bytes:
    """Return a story as a line of JSON, for whoever reads it back with the same version."""
    return _story_adapter().dump_json(story)


def read_story(text: bytes) -> DigestStory:
    """
    Read a story back.

    Raises:
        SchemaError: The text is not a story.
    """
    try:
        return _story_adapter().validate_json(text)
    except ValidationError as error:
        raise SchemaError(f"not a story: {error.errors(include_url=False)[0]['msg']}") from error


def write_digest(digest: Digest) -> str:
    """Return a digest as one JSON document, indented, in UTF-8 without escapes."""
    value = {"format": FORMAT, **_adapter().dump_python(digest, mode="json")}
    return json.dumps(value, ensure_ascii=False, indent=1)


def read_digest(text: str) -> Digest:
    """
    Read a digest back.

    Raises:
        SchemaError: The text is not a digest of a format we know, or has an id that none of ours
            has.
    """
    try:
        value = json.loads(text)
        digest_format = value.pop("format", None)
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise SchemaError(f"not a digest: {error}") from error
    if digest_format != FORMAT:
        raise SchemaError(f"format = {digest_format!r}: this program reads {FORMAT}")
    try:
        digest = _adapter().validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SchemaError(f"not a digest: {where}: {first['msg']}") from error
    for name, value, form in _list_ids(digest):
        if not form.fullmatch(value):
            raise SchemaError(f"not a digest: {name} = {value!r}: expected {form.pattern}")
    return digest


def _list_ids(digest: Digest) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Give each id that becomes a part of an address: where it stands, itself, what it must be."""
    yield "edition", digest.edition, _EDITION
    for place, story in enumerate(digest.stories):
        yield f"stories.{place}.id", story.id, _STORY
        for mention in story.thread:
            yield f"stories.{place}.thread", mention.story, _STORY
    for place, item in enumerate(digest.corrections):
        yield f"corrections.{place}.told.edition", item.told.edition, _EDITION
        yield f"corrections.{place}.told.story", item.told.story, _STORY
