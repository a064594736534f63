"""
The stored form brought up to date: a table of steps, each from one schema version to the next.

While a step is at work the schema says "1>2", so that no program, old or new, opens a store that is
half of each. Steps may be done twice: one that was killed is begun again from its start and ends
the same.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aggregator.clock import from_millis, span_to_millis
from aggregator.errors import SchemaError, StoreError
from aggregator.store.keys import SCHEMA_VERSION
from aggregator.store.restore import RESTORING
from aggregator.store.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.steps import Step

__all__ = ["find_workers", "read_stored_version", "upgrade"]

_LOCK = "upgrade"
_LEASE = timedelta(seconds=60)
# A queue's mark is as young as its last canary, which comes with each tick: a minute of silence is
# a stopped service.
_SILENT = timedelta(seconds=60)
_NAMELESS = "1"
_SCAN_COUNT = 1000


def read_stored_version(connection: Connection, keys: Keys) -> str:
    """Return the stored schema version, as it stands there; empty if the namespace is empty."""
    with connection.client() as client:
        version = client.get(keys.schema)
    return version.decode() if version else ""


def find_workers(
    connection: Connection,
    keys: Keys,
    name: str,
    now: datetime,
) -> list[str]:
    """
    Say who else works on a store, in words.

    Args:
        connection: To the store.
        keys: Of the namespace.
        name: Of clients that work on it; the server's list of clients knows them while they are
            connected.
        now: Real time. The first version gave its clients no name; it is known by its last sign of
            life.
    """
    alive = f"{keys.prefix}alive:"
    places = [address or "the socket" for address in connection.list_others(name)]
    workers = [f"a process connected from {place}" for place in places]
    version, _, _ = read_stored_version(connection, keys).partition(">")
    if version != _NAMELESS:
        return workers
    with connection.client() as client:
        for key in client.scan_iter(f"{alive}*", count=_SCAN_COUNT):
            mark = client.hget(key, "at")
            age = now - from_millis(int(mark)) if mark else _SILENT
            if age < _SILENT:
                queue = key.decode().removeprefix(alive)
                workers.append(f"{queue} worked {age.total_seconds():.0f} s ago")
    return workers


def upgrade(
    connection: Connection,
    keys: Keys,
    *,
    token: str,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _of: None,
    steps: Sequence[Step] = STEPS,
    wanted: int = SCHEMA_VERSION,
) -> list[str]:
    """
    Do what is left of the way to the version that this program knows.

    Args:
        connection: To the store; nobody may be at work on it.
        keys: Of the namespace.
        token: Becomes the holder of the lock ``upgrade``.
        progress: Called with what is being done, how much of it is, and of how much.
        steps: The table.
        wanted: Where it ends.

    Returns:
        What was done, in words; empty if nothing was to do.

    Raises:
        SchemaError: The stored version is none that a step begins from.
        StoreError: Another upgrade is at work.
    """
    done: list[str] = []
    with connection.client() as client:
        if not client.set(
            keys.lock(_LOCK),
            token,
            nx=True,
            px=span_to_millis(_LEASE),
        ):
            raise StoreError(
                f"{keys.lock(_LOCK)}: another upgrade is at work, or one died lately; "
                f"it is given back {_LEASE.seconds} s after its death"
            )
        try:
            while (version := client.get(keys.schema)) not in (None, str(wanted).encode()):
                step = _find_step(version.decode(), steps, keys, wanted)
                next_version = step.version + 1
                client.set(keys.schema, f"{step.version}>{next_version}")
                renew_and_report = _make_progress(client, keys, step, progress)
                step.alter(client, keys, renew_and_report)
                client.set(keys.schema, next_version)
                done.append(f"{step.version} to {next_version}: {step.what}")
        finally:
            connection.run_script("unlock", [keys.lock(_LOCK)], [token])
    return done


def _make_progress(
    client: Any,
    keys: Keys,
    step: Step,
    progress: Callable[[str, int, int], None],
) -> Callable[[int, int], None]:
    def renew_and_report(done: int, of: int) -> None:
        client.pexpire(keys.lock(_LOCK), span_to_millis(_LEASE))
        progress(step.what, done, of)

    return renew_and_report


def _find_step(
    version: str,
    steps: Sequence[Step],
    keys: Keys,
    wanted: int,
) -> Step:
    begun, _, _ = version.partition(">")
    for step in steps:
        if str(step.version) == begun:
            return step
    if version == RESTORING:
        raise SchemaError(
            f"{keys.schema} = {version}: a restore was not finished: "
            "run `tilshi restore FILE` again"
        )
    known = ", ".join(str(step.version) for step in steps) or "none"
    raise SchemaError(
        f"{keys.schema} = {version}: expected a version that can be brought to {wanted} ({known}): "
        "a newer version of tilshi wrote this store"
    )
