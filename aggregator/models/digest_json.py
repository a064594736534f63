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
from functools import cache

from pydantic import TypeAdapter, ValidationError

from aggregator.errors import SchemaError
from aggregator.models import Digest

__all__ = ["FORMAT", "read_digest", "write_digest"]

FORMAT = "tilshi.digest/1"


@cache
def _adapter() -> TypeAdapter[Digest]:
    return TypeAdapter(Digest)


def write_digest(digest: Digest) -> str:
    """Return a digest as one JSON document, indented, in UTF-8 without escapes."""
    value = {"format": FORMAT, **_adapter().dump_python(digest, mode="json")}
    return json.dumps(value, ensure_ascii=False, indent=1)


def read_digest(text: str) -> Digest:
    """
    Read a digest back.

    Raises:
        SchemaError: The text is not a digest of a format we know.
    """
    try:
        value = json.loads(text)
        digest_format = value.pop("format", None)
    except (json.JSONDecodeError, AttributeError, TypeError) as error:
        raise SchemaError(f"not a digest: {error}") from error
    if digest_format != FORMAT:
        raise SchemaError(f"format = {digest_format!r}: this program reads {FORMAT}")
    try:
        return _adapter().validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SchemaError(f"not a digest: {where}: {first['msg']}") from error
