"""
What a piece of work is about, for every line that is logged while it is done.

Bound to the context, not handed on: a line logged deep in a library tells of the task, run and
source that it is for. Each asyncio task has a context of its own; a thread that was started by hand
has an empty one.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["log_context", "read_log_context", "set_log_context"]

_NOTHING: Mapping[str, str] = MappingProxyType({})
_ABOUT: ContextVar[Mapping[str, str]] = ContextVar(
    "about",
    default=_NOTHING,
)


def read_log_context() -> Mapping[str, str]:
    """Return the fields bound here."""
    return _ABOUT.get()


def set_log_context(fields: Mapping[str, str]) -> None:
    """
    Bind exactly these fields, from here on.

    For callers that learn when work begins and when it ends, and have no block.
    """
    _ABOUT.set(MappingProxyType(dict(fields)))


@contextmanager
def log_context(**fields: str) -> Iterator[None]:
    """Bind these fields too, as long as the block lasts."""
    outer = _ABOUT.get()
    both = MappingProxyType({**outer, **fields})
    token = _ABOUT.set(both)
    try:
        yield
    finally:
        _ABOUT.reset(token)
