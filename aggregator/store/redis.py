"""The store: one connection, its parts, how long things are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator.store.articles import ArticleStore
from aggregator.store.client import Connection
from aggregator.store.corrections import CorrectionStore
from aggregator.store.counters import CounterStore
from aggregator.store.dead_letters import DeadLetterStore
from aggregator.store.deliveries import DeliveryStore
from aggregator.store.digests import DigestStore
from aggregator.store.host_limits import HostLimitStore
from aggregator.store.keys import Keys
from aggregator.store.notices import NoticeStore
from aggregator.store.overrides import OverrideStore
from aggregator.store.query import read_all
from aggregator.store.queues import QueueStore
from aggregator.store.translations import TranslationStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.ports import Clock
    from aggregator.store.query import Query
    from aggregator.store.retention import Retention

__all__ = ["Store", "client_name"]


def client_name(namespace: str) -> str:
    """Return what the server's list of clients calls every process that works on a namespace."""
    return f"tilshi-{namespace}"


class Store:
    """
    Redis or Valkey 6.2 or later under one namespace.

    Attributes:
        work: What waits where.
        hosts: Who may ask which host when.
        articles: Articles through their stages.
        digests: Digests.
        translations: What was translated before.
        corrections: What outlets changed after a digest had closed.
        overrides: What operators ruled about stories.
        deliveries: What was told to whom.
        letters: Articles that went on without a stage.
        pulse: What happened how often, and how long it took.
        notices: Alerts, and what operators were told of them.
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str,
        clock: Clock,
        retention: Retention,
        patient: bool = True,
    ) -> None:
        self._connection = Connection(url, name=client_name(namespace), patient=patient)
        self._keys = Keys(namespace)
        self.queues = QueueStore(self._connection, self._keys, clock)
        self.host_limits = HostLimitStore(self._connection, self._keys, clock)
        self.articles = ArticleStore(self._connection, self._keys, retention)
        self.digests = DigestStore(self._connection, self._keys, retention)
        self.translations = TranslationStore(
            self._connection, self._keys, most=retention.translations
        )
        self.corrections = CorrectionStore(self._connection, self._keys, retention)
        self.overrides = OverrideStore(self._connection, self._keys)
        self.deliveries = DeliveryStore(self._connection, self._keys, clock, retention)
        self.dead_letters = DeadLetterStore(self._connection, self._keys)
        self.counters = CounterStore(self._connection, self._keys, clock)
        self.notices = NoticeStore(self._connection, self._keys, clock)

    def check(self) -> None:
        """
        Make sure that the server answers and holds a schema we know.

        Raises:
            StoreError: It does not answer.
            SchemaError: It was written by another version.
        """
        self._connection.check_schema(self._keys)

    def read(self, queries: Mapping[str, Query[Any]]) -> dict[str, Any]:
        """
        Send queries of any of the parts in one round trip; returns their values under the same
        names.

        Raises:
            StoreError: The store is away.
        """
        values = read_all(self._connection, list(queries.values()))
        return dict(zip(queries, values, strict=True))

    def close(self) -> None:
        """Close all sockets."""
        self._connection.close()
