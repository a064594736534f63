"""
Whether the store may lose what it is given, by what its server says of itself. Pure.

The store is the truth: an article, a digest or the note that a digest was sent is nowhere else. So
a server that throws keys away at its bound of memory, or forgets them when it ends, is named before
anything is lost. What a server does not say is named too, as something that cannot be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.store.server import ServerFacts

__all__ = ["FULL", "Risk", "find_risks"]

FULL = "full"
"""Name of the risk that the bound of memory is near; an alert of its own, ``store full``."""

_SAFE_POLICY = "noeviction"


@dataclass(frozen=True, slots=True)
class Risk:
    """
    One way in which the store may lose something.

    Attributes:
        name: Unique among the risks of one server.
        text: A sentence for an operator, with what was expected.
        certain: It is so; else it cannot be known.
    """

    name: str
    text: str
    certain: bool = True


def find_risks(server: ServerFacts, most: float) -> tuple[Risk, ...]:
    """Return the risks of a server; ``most`` is the share of its bound of memory that is well."""
    return (*_judge_policy(server), *_judge_file(server), *_judge_memory(server, most))


def _judge_policy(server: ServerFacts) -> Iterator[Risk]:
    if server.policy is None:
        yield Risk(
            "policy not known",
            "whether the store throws keys away cannot be known: its INFO does not say "
            "maxmemory_policy; expected noeviction",
            certain=False,
        )
    elif server.policy != _SAFE_POLICY:
        yield Risk(
            "evicts",
            f"the store may throw away articles, digests and what waits: maxmemory-policy = "
            f"{server.policy}, expected {_SAFE_POLICY}",
        )


def _judge_file(server: ServerFacts) -> Iterator[Risk]:
    if server.append_only is None:
        yield Risk(
            "file not known",
            "whether the store keeps what it is given when it ends cannot be known: its INFO does "
            "not say aof_enabled; expected an append-only file",
            certain=False,
        )
    elif not server.append_only:
        saved = (
            f"its last snapshot, {server.saved:%d %B %H:%M} UTC," if server.saved else "it began"
        )
        yield Risk(
            "no append-only file",
            f"the store loses what came since {saved} when it ends: appendonly = no, expected yes",
        )
    elif server.writing is False:
        yield Risk(
            "file not written",
            "the store cannot write its append-only file (aof_last_write_status = err): is its "
            "disk full?",
        )


def _judge_memory(server: ServerFacts, most: float) -> Iterator[Risk]:
    if server.used is not None and server.used > most:
        yield Risk(FULL, f"the store uses {server.used:.0%} of the memory it may")
