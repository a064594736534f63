"""
How long the store keeps what.

Apart from the store, so that settings can be read without a client of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["Retention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """
    How long things are kept, and how many translations.

    Attributes:
        articles: Articles and their stories; at least as long as an open day can last.
        identity: Names of articles seen, so that an old item that is still in a feed is not news
            again.
        digests: Digests.
        translations: Translations remembered, at most; 0 for none.
        told: What later stories are compared with; longer than ``grouping.threads`` looks back, so
            that a digest that is late finds what it would have found.
    """

    articles: timedelta = timedelta(days=30)
    identity: timedelta = timedelta(days=90)
    digests: timedelta = timedelta(days=3650)
    translations: int = 50_000
    told: timedelta = timedelta(days=21)

    @property
    def articles_s(self) -> int:
        """Seconds."""
        return int(self.articles.total_seconds())

    @property
    def identity_s(self) -> int:
        """Seconds."""
        return int(self.identity.total_seconds())

    @property
    def told_s(self) -> int:
        """Seconds."""
        return int(self.told.total_seconds())

    @property
    def digests_s(self) -> int:
        """Seconds."""
        return int(self.digests.total_seconds())
