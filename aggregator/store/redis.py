"""The store: one connection, its parts, how long things are kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from aggregator.store.client import Connection
from aggregator.store.keys import Keys
from aggregator.store.query import read_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.ports import Clock
    from aggregator.store.articles import ArticleStore
    from aggregator.store.corrections import CorrectionStore
    from aggregator.store.counters import CounterStore
    from aggregator.store.dead_letters import DeadLetterStore
    from aggregator.store.deliveries import DeliveryStore
    from aggregator.store.digests import DigestStore
    from aggregator.store.host_limits import HostLimitStore
    from aggregator.store.mark import MarkStore
    from aggregator.store.notices import NoticeStore
    from aggregator.store.overrides import OverrideStore
    from aggregator.store.pictures import PictureStore
    from aggregator.store.query import Query
    from aggregator.store.queues import QueueStore
    from aggregator.store.retention import Retention
    from aggregator.store.translations import TranslationStore
    from aggregator.store.wholes import WholeStore

__all__ = ["Store", "name_client"]


def name_client(namespace: str) -> str:
    """Return what the server's list of clients calls every process that works on a namespace."""
    return f"tilshi-{namespace}"


class Store:
    """
    Redis or Valkey 6.2 or later under one namespace.

    Each part is made, and what makes it imported, on first use: a health check reads but one.
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
        self._connection = Connection(url, name=name_client(namespace), patient=patient)
        self._keys = Keys(namespace)
        self._clock = clock
        self._retention = retention

    @cached_property
    def queues(self) -> QueueStore:
        """What waits where."""
        from aggregator.store.queues import QueueStore

        return QueueStore(self._connection, self._keys, self._clock)

    @cached_property
    def host_limits(self) -> HostLimitStore:
        """Who may ask which host when."""
        from aggregator.store.host_limits import HostLimitStore

        return HostLimitStore(self._connection, self._keys, self._clock)

    @cached_property
    def articles(self) -> ArticleStore:
        """Articles through their stages."""
        from aggregator.store.articles import ArticleStore

        return ArticleStore(self._connection, self._keys, self._retention)

    @cached_property
    def digests(self) -> DigestStore:
        """One for each edition and local day."""
        from aggregator.store.digests import DigestStore

        return DigestStore(self._connection, self._keys, self._retention)

    @cached_property
    def translations(self) -> TranslationStore:
        """What was translated before."""
        from aggregator.store.translations import TranslationStore

        return TranslationStore(self._connection, self._keys, most=self._retention.translations)

    @cached_property
    def wholes(self) -> WholeStore:
        """Whole articles in English."""
        from aggregator.store.wholes import WholeStore

        return WholeStore(self._connection, self._keys, self._clock, self._retention)

    @cached_property
    def pictures(self) -> PictureStore:
        """Pictures of outlets."""
        from aggregator.store.pictures import PictureStore

        return PictureStore(self._connection, self._keys, self._clock, self._retention)

    @cached_property
    def corrections(self) -> CorrectionStore:
        """What outlets changed after a digest had closed."""
        from aggregator.store.corrections import CorrectionStore

        return CorrectionStore(self._connection, self._keys, self._retention)

    @cached_property
    def overrides(self) -> OverrideStore:
        """What operators decided about stories."""
        from aggregator.store.overrides import OverrideStore

        return OverrideStore(self._connection, self._keys)

    @cached_property
    def deliveries(self) -> DeliveryStore:
        """What was sent to whom."""
        from aggregator.store.deliveries import DeliveryStore

        return DeliveryStore(self._connection, self._keys, self._clock, self._retention)

    @cached_property
    def dead_letters(self) -> DeadLetterStore:
        """Articles that went on without a stage."""
        from aggregator.store.dead_letters import DeadLetterStore

        return DeadLetterStore(self._connection, self._keys)

    @cached_property
    def counters(self) -> CounterStore:
        """What happened how often, and how long it took."""
        from aggregator.store.counters import CounterStore

        return CounterStore(self._connection, self._keys, self._clock)

    @cached_property
    def notices(self) -> NoticeStore:
        """Alerts, and what operators were notified of."""
        from aggregator.store.notices import NoticeStore

        return NoticeStore(self._connection, self._keys, self._clock)

    @cached_property
    def mark(self) -> MarkStore:
        """Which store this is, and how much of it can be seen to be there."""
        from aggregator.store.mark import MarkStore

        return MarkStore(self._connection, self._keys)

    def check(self) -> None:
        """
        Make sure that the server answers and holds a schema we know.

        Raises:
            StoreError: It does not answer.
            SchemaError: It was written by another version.
        """
        if not self._connection.check_schema(self._keys):
            self.mark.make()

    def read(self, queries: Mapping[str, Query[Any]]) -> dict[str, Any]:
        """
        Send queries of any of the parts in one round trip.

        Returns:
            Their values under the same names.

        Raises:
            StoreError: The store is away.
        """
        values = read_all(self._connection, list(queries.values()))
        return dict(zip(queries, values, strict=True))

    def close(self) -> None:
        """Close all sockets."""
        self._connection.close()
