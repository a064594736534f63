"""
A backup put back, wholly or not at all.

All keys are first written beside those in use, under ``{NS}:restoring:``, which nothing reads. Then
they change places with the old ones while the schema says "restoring", so that no program opens the
store in between. Killed before the change, the store is as it was; killed during it, the store says
what to do, and doing it again ends well.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.errors import SchemaError, StoreError
from aggregator.store.backup import Record, read_backup, scan_keys
from aggregator.store.keys import SCHEMA_VERSION
from aggregator.store.mark import make_mark_id, read_evictions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from aggregator.store.backup import BackupHead
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["RESTORING", "restore"]

RESTORING = "restoring"
_BATCH = 200
_SCAN_COUNT = 1000
_STAGED = "restoring:"


def restore(
    connection: Connection,
    keys: Keys,
    path: Path,
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> BackupHead:
    """
    Put a backup into a namespace.

    Args:
        connection: To the store; no worker may be at work on it.
        keys: Of the namespace, which may be another than the one it was made from.
        path: The backup; checked to its end before anything is written.
        replace: Take the place of what is there.
        progress: Called with how many keys are written, and of how many.

    Returns:
        What the backup says of itself.

    Raises:
        BackupError: The file is no whole backup.
        SchemaError: It was made by a newer version.
        StoreError: Something is there and ``replace`` was not asked for, or the server refuses.
    """
    head, records = read_backup(path)
    _check_schema(path, head)
    with connection.client() as client:
        names = _unique(scan_keys(client, keys))
        in_use = [name for name in names if not _shorten(keys, name).startswith(_STAGED)]
        # Every command that looks at an empty store leaves these two.
        own = {keys.schema.encode(), keys.mark.encode()}
        old = [name for name in in_use if name not in own]
        begun = client.get(keys.schema) == RESTORING.encode()
        if old and not (replace or begun):
            raise StoreError(
                f"{{{keys.namespace}}}: {len(in_use)} keys are there; restore into an empty "
                "store.namespace, or say --replace to lose what is there"
            )
        left_over = _list_staged(client, keys)
        _delete(client, left_over)
        _stage(client, keys, records, lambda done: progress(done, head.keys))
        client.set(keys.schema, RESTORING)
        _delete(client, old)
        _put_in_place(client, keys)
        _mark_anew(client, keys)
        client.set(keys.schema, head.schema)
    return head


def _check_schema(path: Path, head: BackupHead) -> None:
    if not head.schema.isdecimal() or int(head.schema) > SCHEMA_VERSION:
        raise SchemaError(
            f"{path}: holds schema version {head.schema}, this program knows {SCHEMA_VERSION}: "
            "run the version of tilshi that wrote it, or a newer one"
        )


def _mark_anew(client: Any, keys: Keys) -> None:
    """Have the store be another one from now on, by an operator's will: what it was is no loss."""
    seconds, micros = client.time()
    # To the millisecond: what was found lost within the second before is accepted too.
    now_ms = seconds * 1000 + micros // 1000
    fields = {"id": make_mark_id(), "accepted": now_ms, "seen": now_ms, **read_evictions(client)}
    client.hset(keys.mark, mapping=fields)


def _put_in_place(client: Any, keys: Keys) -> None:
    """Give all that is staged its own name."""
    staged = _list_staged(client, keys)
    for batch in _cut_batches(staged):
        pipe = client.pipeline(transaction=False)
        for name in batch:
            own_name = _shorten(keys, name).removeprefix(_STAGED)
            pipe.rename(name, keys.prefix + own_name)
        pipe.execute()


def _stage(
    client: Any,
    keys: Keys,
    records: Iterable[Record],
    progress: Callable[[int], None],
) -> None:
    done = 0
    for batch in _cut_batches(records):
        pipe = client.pipeline(transaction=False)
        for record in batch:
            name = f"{keys.prefix}{_STAGED}{record.key}"
            _put(pipe, name, record)
        pipe.execute()
        done += len(batch)
        progress(done)


def _put(pipe: Any, name: str, record: Record) -> None:
    # A hash, set or list without anything in it is no key to a server.
    if record.kind != "string" and not record.value:
        return
    if record.kind == "string":
        pipe.set(name, record.value)
    elif record.kind == "hash":
        pipe.hset(name, mapping=dict(record.value))
    elif record.kind == "set":
        pipe.sadd(name, *record.value)
    else:
        pipe.zadd(name, dict(record.value))
    if record.until is not None:
        # A moment that has passed deletes it at once, as it should.
        pipe.pexpireat(name, record.until)


def _list_staged(client: Any, keys: Keys) -> list[bytes]:
    pattern = f"{keys.prefix}{_STAGED}*"
    return _unique(client.scan_iter(pattern, count=_SCAN_COUNT))


def _shorten(keys: Keys, name: bytes) -> str:
    return name.decode().removeprefix(keys.prefix)


def _delete(client: Any, names: Iterable[bytes]) -> None:
    for batch in _cut_batches(names):
        client.unlink(*batch)


def _unique(names: Iterable[bytes]) -> list[bytes]:
    return list(dict.fromkeys(names))


def _cut_batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        yield batch
