"""
The port of delivery: a channel prepares a digest as parts, and sends one part at a time.

What may go wrong decides what is done next, so it has three names (``errors``):

    NotSentError    surely not sent: try again later
    RefusedError    will never be accepted as it is: a dead letter, for the operator
    InDoubtError    may have been sent, as the answer never came: not sent again, unless the channel
                    says so
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.models import Digest

__all__ = ["AlertChannel", "Channel", "Part", "Prepared"]


@dataclass(frozen=True, slots=True)
class Part:
    """
    What is sent at once.

    Attributes:
        key: Unique among the parts of a digest on this channel, the same every time it is prepared.
        recipient: Who gets it, as an operator would say it; no secret.
        text: What a person reads, for ``--dry-run``.
        payload: What is sent, in the channel's form.
    """

    key: str
    recipient: str
    text: str
    payload: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    A digest as a channel will send it.

    Attributes:
        parts: In the order in which they are sent.
        form: Names how it was cut. A digest that was begun in one form is not gone on with in
            another.
        in_order: A reader gets several, so each goes out only after those before it; False where
            each part is another reader's.
    """

    parts: tuple[Part, ...]
    form: str
    in_order: bool = True


class Channel(Protocol):
    """A way to readers."""

    @property
    def id(self) -> str:
        """Slug from ``channels.toml``."""

    def prepare(self, digest: Digest) -> Prepared:
        """
        Return what would be sent.

        Pure, so the same digest is prepared the same way every time.
        """

    def send(self, part: Part) -> str:
        """
        Send a part.

        Returns:
            The service's name for what it took; empty if it gives none.

        Raises:
            NotSentError: See the module.
            RefusedError: See the module.
            InDoubtError: See the module.
        """


@runtime_checkable
class AlertChannel(Channel, Protocol):
    """A channel that can also notify operators in a few words."""

    def prepare_notice(
        self,
        notice_id: str,
        text: str,
        at: datetime,
    ) -> tuple[Part, ...]:
        """
        Return a notice as it would be sent, each part to a recipient of its own; pure.

        Args:
            notice_id: Unique among notices.
            text: A sentence or two, plain.
            at: Real time at which the alert was raised or was over.
        """
