"""
The form in which whole articles are kept, in the store and in copies: JSON, packed.

A third of its size: sentences of one article have most of their words in common.
"""

from __future__ import annotations

import zlib
from functools import cache

from pydantic import TypeAdapter, ValidationError

from aggregator.errors import SchemaError
from aggregator.models.whole import WholeArticle

__all__ = ["pack_whole", "unpack_whole"]

# Of one unpacked: a backup that was put back may hold anything.
_MOST_BYTES = 4_000_000


@cache
def _adapter() -> TypeAdapter[WholeArticle]:
    return TypeAdapter(WholeArticle)


def pack_whole(whole: WholeArticle) -> bytes:
    """Return a whole article as bytes."""
    return zlib.compress(_adapter().dump_json(whole), 6)


def unpack_whole(packed: bytes, place: str) -> WholeArticle:
    """
    Read a whole article back.

    Args:
        packed: As ``pack_whole`` made it.
        place: Where it was kept, for the error.

    Raises:
        SchemaError: The bytes are not one.
    """
    try:
        body = zlib.decompressobj().decompress(packed, _MOST_BYTES)
        return _adapter().validate_json(body)
    except zlib.error as error:
        raise SchemaError(f"{place}: cannot be unpacked: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SchemaError(f"{place}: not a whole article: {first['msg']}") from error
