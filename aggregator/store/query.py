"""Readings of the store that can be sent together: what is asked, and what the answers mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aggregator.store.client import Connection

__all__ = ["Query", "query_one", "read_all", "read_one"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Query(Generic[_T]):
    """
    A reading that has not been sent yet.

    Attributes:
        ask: Puts commands into a pipeline of redis-py, none where there is nothing to ask.
        parse: Makes the value of one answer for each command, in their order.
    """

    ask: Callable[[Any], object]
    parse: Callable[[list[Any]], _T]


def query_one(ask: Callable[[Any], object], parse: Callable[[Any], _T]) -> Query[_T]:
    """Return a query of a single command, whose answer alone is parsed."""
    return Query(ask, lambda answers: parse(answers[0]))


def read_one(connection: Connection, query: Query[_T]) -> _T:
    """
    Send a query, in one round trip.

    Raises:
        StoreError: The store is away.
    """
    [value] = read_all(connection, [query])
    found: _T = value
    return found


def read_all(connection: Connection, queries: Sequence[Query[Any]]) -> list[Any]:
    """
    Send queries, all of them in one round trip; returns their values in the same order.

    Raises:
        StoreError: The store is away.
    """
    ends = []
    with connection.client() as client:
        pipe = client.pipeline(transaction=False)
        for query in queries:
            query.ask(pipe)
            ends.append(len(pipe))
        answers = pipe.execute()
    starts = [0, *ends]
    return [
        query.parse(answers[start:end])
        for query, start, end in zip(queries, starts, ends, strict=False)
    ]
