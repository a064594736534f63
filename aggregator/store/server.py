"""
What the store's server says of itself: whether it may throw keys away, or lose them when it ends.

All of it stands in ``INFO``, which is allowed where ``CONFIG GET`` is not. What a server does not
say is None: not known, which is not the same as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aggregator.clock import from_millis
from aggregator.store.query import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

__all__ = ["ServerFacts", "query_server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """
    What is known of the server.

    Attributes:
        run_id: Another one after each start; empty if not known.
        policy: What is done at ``maxmemory``: ``noeviction`` or the name of what evicts.
        append_only: Each write goes to a file.
        writing: Writes to that file succeed.
        saved: When its last snapshot of everything was made.
        used: Share of ``maxmemory`` in use; None without a bound, too.
        evicted: Keys thrown away since it started, of all that it holds.
    """

    run_id: str = ""
    policy: str | None = None
    append_only: bool | None = None
    writing: bool | None = None
    saved: datetime | None = None
    used: float | None = None
    evicted: int | None = None


def query_server() -> Query[ServerFacts]:
    """Ask what the server says of itself."""
    return Query(lambda pipe: pipe.info(), _parse_facts, tolerant=True)


def _parse_facts(answers: Sequence[Any]) -> ServerFacts:
    info = answers[0]
    if isinstance(info, Exception):
        return ServerFacts()
    enabled = _read_number(info, "aof_enabled")
    status = info.get("aof_last_write_status")
    saved_s = _read_number(info, "rdb_last_save_time")
    most = _read_number(info, "maxmemory")
    used = _read_number(info, "used_memory")
    return ServerFacts(
        run_id=str(info.get("run_id", "")),
        policy=info.get("maxmemory_policy"),
        append_only=None if enabled is None else bool(enabled),
        writing=None if status is None else status == "ok",
        saved=from_millis(saved_s * 1000) if saved_s else None,
        used=used / most if most and used is not None else None,
        evicted=_read_number(info, "evicted_keys"),
    )


def _read_number(info: Mapping[str, Any], name: str) -> int | None:
    value = info.get(name)
    return int(value) if value is not None else None
