"""
A backup put back, wholly or not at all.

All keys are first written beside those in use, under ``{NS}:restoring:``, where nothing looks. Then
they change places with the old ones while the schema says "restoring", so that no program opens the
store in between. Killed before the change, the store is as it was; killed during it, the store says
what to do, and doing it again ends well.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.errors import SchemaError, StoreError
from aggregator.store.backup import Record, namespaced, read_backup
from aggregator.store.keys import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from aggregator.store.backup import BackupHead
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["RESTORING", "restore"]

RESTORING = "restoring"
_BATCH = 200
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
        progress: Told how many keys are written, and of how many.

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
        names = _unique(namespaced(client, keys))
        in_use = [name for name in names if not _short(keys, name).startswith(_STAGED)]
        old = [name for name in in_use if name != keys.schema.encode()]
        begun = client.get(keys.schema) == RESTORING.encode()
        if old and not (replace or begun):
            raise StoreError(
                f"{{{keys.namespace}}}: {len(in_use)} keys are there; restore into an empty "
                "store.namespace, or say "
                "--replace to lose what is there"
            )
        _delete(client, _staged(client, keys))
        _stage(client, keys, records, lambda done: progress(done, head.keys))
        client.set(keys.schema, RESTORING)
        _delete(client, old)
        _put_in_place(client, keys)
        client.set(keys.schema, head.schema)
    return head


def _check_schema(path: Path, head: BackupHead) -> None:
    if not head.schema.isdecimal() or int(head.schema) > SCHEMA_VERSION:
        raise SchemaError(
            f"{path}: holds schema version {head.schema}, this program knows {SCHEMA_VERSION}: "
            "run the version of "
            "tilshi that wrote it, or a newer one"
        )


def _put_in_place(client: Any, keys: Keys) -> None:
    """Give all that is staged its own name."""
    for batch in _batches(_staged(client, keys)):
        pipe = client.pipeline(transaction=False)
        for name in batch:
            pipe.rename(name, keys.prefix + _short(keys, name).removeprefix(_STAGED))
        pipe.execute()


def _stage(
    client: Any,
    keys: Keys,
    records: Iterable[Record],
    progress: Callable[[int], None],
) -> None:
    done = 0
    for batch in _batches(records):
        pipe = client.pipeline(transaction=False)
        for record in batch:
            _put(pipe, f"{keys.prefix}{_STAGED}{record.key}", record)
        pipe.execute()
        done += len(batch)
        progress(done)


def _put(pipe: Any, name: str, record: Record) -> None:
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


def _staged(client: Any, keys: Keys) -> list[bytes]:
    return _unique(client.scan_iter(f"{keys.prefix}{_STAGED}*", count=1000))


def _short(keys: Keys, name: bytes) -> str:
    return name.decode().removeprefix(keys.prefix)


def _delete(client: Any, names: Iterable[bytes]) -> None:
    for batch in _batches(names):
        client.unlink(*batch)


def _unique(names: Iterable[bytes]) -> list[bytes]:
    return list(dict.fromkeys(names))


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        yield batch
