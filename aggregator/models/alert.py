"""
What an operator must know: one ``Alert`` for each thing that is wrong.

``operations.alerts`` raises them from a snapshot; the alert stage sends them to channels.

See ``models`` for what holds of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Alert", "AlertKind"]


class AlertKind(StrEnum):
    """What may be wrong with an installation. A closed set: the labels of metrics."""

    SOURCE_SILENT = "source silent"
    SOURCE_FAILING = "source failing"
    QUEUE_AGES = "queue ages"
    DIGEST_LATE = "digest late"
    CANARY_LATE = "canary late"
    DEAD_LETTERS = "dead letters"
    STORE_FULL = "store full"
    STORE_UNSAFE = "store unsafe"
    STORE_AWAY = "store away"
    BROKER_AWAY = "broker away"
    DATA_LOST = "data lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    Something an operator must know.

    Attributes:
        subject: Source, stage, digest, risk or loss; empty where there is one of a kind.
        text: A sentence for an operator.
        raised: When it was first judged to be wrong.
    """

    kind: AlertKind
    subject: str
    text: str
    raised: datetime

    @property
    def name(self) -> str:
        """Unique among alerts raised at one time."""
        return f"{self.kind}/{self.subject}"
