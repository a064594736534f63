"""Readings of the store that can be sent together: what is asked, and what the answers mean."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aggregator.store.client import Connection

__all__ = ["Query", "Row", "query_each", "query_one", "read_all", "read_fields", "read_one"]

Row = Mapping[bytes, bytes]
"""A hash as the server gives it."""

_T = TypeVar("_T")
_Item = TypeVar("_Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Query(Generic[_T]):
    """
    A reading that has not been sent yet.

    Attributes:
        ask: Puts commands into a pipeline of redis-py, none where there is nothing to ask.
        parse: Makes the value of one answer for each command, in their order.
        tolerant: What the server refuses is an answer too, the error itself; else it is raised.
    """

    ask: Callable[[Any], object]
    parse: Callable[[list[Any]], _T]
    tolerant: bool = False


def query_one(
    ask: Callable[[Any], object],
    parse: Callable[[Any], _T],
) -> Query[_T]:
    """Return a query of a single command, whose answer alone is parsed."""

    def parse_first(answers: Sequence[Any]) -> _T:
        return parse(answers[0])

    return Query(ask, parse_first)


def query_each(
    items: Sequence[_Item],
    ask: Callable[[Any, _Item], object],
    parse: Callable[[Any], _T],
) -> Query[dict[_Item, _T]]:
    """
    Return a query of one command for each item, whose value is by item.

    Args:
        items: Hashable, each once.
        ask: Puts the command for one item into a pipeline.
        parse: Makes the value of one item of the answer to its command.
    """

    def ask_each(pipe: Any) -> None:
        for item in items:
            ask(pipe, item)

    def parse_each(answers: Sequence[Any]) -> dict[_Item, _T]:
        pairs = zip(items, answers, strict=True)
        return {item: parse(answer) for item, answer in pairs}

    return Query(ask_each, parse_each)


def read_one(connection: Connection, query: Query[_T]) -> _T:
    """
    Send a query, in one round trip.

    Raises:
        StoreError: The store is away.
    """
    values = read_all(connection, [query])
    value: _T = values[0]
    return value


def read_fields(row: Row) -> dict[str, str]:
    """Return the fields of a hash that holds texts alone."""
    return {name.decode(): value.decode() for name, value in row.items()}


def read_all(connection: Connection, queries: Sequence[Query[Any]]) -> list[Any]:
    """
    Send queries in one round trip and return their values in the same order.

    Raises:
        StoreError: The store is away.
    """
    ends = []
    with connection.client() as client:
        pipe = client.pipeline(transaction=False)
        for query in queries:
            query.ask(pipe)
            ends.append(len(pipe))
        answers = pipe.execute(raise_on_error=False)
        parts = list(_cut_answers(queries, ends, answers))
    return [query.parse(part) for query, part in zip(queries, parts, strict=True)]


def _cut_answers(
    queries: Sequence[Query[Any]],
    ends: Sequence[int],
    answers: Sequence[Any],
) -> Iterator[list[Any]]:
    """Give each query's answers; raises what the server refused to one that does not mind it."""
    start = 0
    for query, end in zip(queries, ends, strict=True):
        part = list(answers[start:end])
        errors = [answer for answer in part if isinstance(answer, Exception)]
        if errors and not query.tolerant:
            raise errors[0]
        yield part
        start = end
