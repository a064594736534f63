"""A store beside which something happens whenever its articles are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["InterruptedStore"]


class InterruptedStore:
    """
    Stands for a store in all else.

    Args:
        inner: The store.
        reading: Methods of its articles behind which something happens, before they return.
        meanwhile: Does it.
    """

    def __init__(
        self, inner: Any, reading: Collection[str], meanwhile: Callable[[], object]
    ) -> None:
        self._inner = inner
        self.articles = _InterruptedArticles(inner.articles, reading, meanwhile)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _InterruptedArticles:
    def __init__(
        self, inner: Any, reading: Collection[str], meanwhile: Callable[[], object]
    ) -> None:
        self._inner = inner
        self._reading = reading
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in self._reading:
            return method

        def read(*arguments: Any) -> Any:
            answer = method(*arguments)
            self._meanwhile()
            return answer

        return read
