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

from aggregator.errors import SchemaError
from aggregator.models import Article

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter

__all__ = ["decode", "decode_article", "encode", "encode_article"]


@cache
def _make_adapter(kind: Any) -> TypeAdapter[Any]:
    # Whoever reads counts and times alone has no need of it, and it takes long to load.
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(kind)


def encode(kind: Any, value: object) -> bytes:
    """Return the JSON of a model, or of a container of models (``tuple[Story, ...]``)."""
    return _make_adapter(kind).dump_json(value)


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
    from pydantic import ValidationError  # noqa: PLC0415  (as above)

    try:
        return _make_adapter(kind).validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        what = first["msg"]
        raise SchemaError(f"{key}: cannot be read as {kind}: {where}: {what}") from error


def encode_article(article: Article) -> tuple[bytes, bytes]:
    """
    Return an ``Article`` as JSON without its vectors, and the vectors.

    JSON would blow the vectors up fourfold.
    """
    without_vector = replace(article, vector=b"")
    return encode(Article, without_vector), article.vector


def decode_article(record: Mapping[bytes, bytes], key: str) -> Article:
    """Put an ``Article`` together again from the fields ``body`` and ``vec`` of its record."""
    article: Article = decode(Article, record[b"body"], key)
    vector = record.get(b"vec", b"")
    return replace(article, vector=vector)
