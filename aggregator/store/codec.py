"""
Models to bytes and back. What cannot be read is an error that names the key; nothing is guessed.

Article records are Redis hashes, so that scripts can read ``stage`` and ``rev`` without knowing
JSON. All other values are JSON made from the dataclasses' own annotations. The version of all of it
is one number, ``keys.SCHEMA_VERSION``, kept in the store itself and checked when a store is opened.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from aggregator.errors import SchemaError
from aggregator.models import Article

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["decode", "decode_article", "encode", "encode_article"]


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def encode(kind: Any, value: object) -> bytes:
    """Return the JSON of a model, or of a container of models (``tuple[Story, ...]``)."""
    return _adapter(kind).dump_json(value)


def decode(kind: Any, data: bytes, key: str) -> Any:
    """
    Read a value back.

    Args:
        kind: What it must be: a dataclass of ``models`` or a container of them.
        data: As ``encode`` made it.
        key: Named in the error.

    Raises:
        SchemaError: The bytes are not such a value.
    """
    try:
        return _adapter(kind).validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SchemaError(f"{key}: cannot be read as {kind}: {where}: {first['msg']}") from error


def encode_article(article: Article) -> tuple[bytes, bytes]:
    """Return an ``Article`` as JSON without its vectors, and the vectors, which JSON would blow up fourfold."""
    return encode(Article, replace(article, vector=b"")), article.vector


def decode_article(record: Mapping[bytes, bytes], key: str) -> Article:
    """Put an ``Article`` together again from the fields ``body`` and ``vec`` of its record."""
    article: Article = decode(Article, record[b"body"], key)
    return replace(article, vector=record.get(b"vec", b""))
