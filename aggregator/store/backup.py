"""
A copy of everything under one namespace in one file, and the way back.

The file is gzip of lines of JSON:

    {"format": "tilshi.backup/1", "schema": "1", "namespace": "tilshi", "made":
    "2026-08-20T07:00:00+00:00", ...}
    {"key": "open", "type": "zset", "until": null, "value": [["2026-08-20", 739848.0]]}
    {"keys": 1, "sha256": "..."}

The middle line stands once for each key; the digest is of all lines before its own.

Values are written by their type, not by the server's own ``DUMP``, so that a file made from one
server is read by any other, older or newer, Redis or Valkey. Bytes that are no UTF-8 stand as
``{"b64": ...}``. ``until`` is the moment in milliseconds since 1970, UTC, at which a key expires.
Keys stand without their namespace, so that they may go into another one. What speaks of processes
that run (locks, wakeups, slots), and the store's mark, is left out.

A file is believed as far as it can be checked: names and forms of keys, ids of digests, and its
size, which is bound by that of the file, since a few bytes of gzip may hold a billion. One that is
written is checked likewise before it has its name, so that none is kept that no restore takes.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from base64 import b64decode, b64encode
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any

import redis

from aggregator.errors import BackupError, StoreError
from aggregator.store.backup_checks import PASSING, find_record_fault, is_backup_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys

__all__ = ["FORMAT", "BackupHead", "Record", "back_up", "read_backup"]

FORMAT = "tilshi.backup/1"

_TYPES = frozenset({"string", "hash", "set", "zset"})
_SCAN_COUNT = 1000
# PTTL's answer for a key that expired since it was scanned.
_EXPIRED = -2
_BATCH = 200
# A pause is renewed while the copy is made; if the copier dies, writers go on after this.
_PAUSE_MS = 10_000
_RENEW_S = 2.0
# What a file may unpack to: gzip makes an eighth of a store of articles that are all alike.
_MOST_RATIO = 30
_SMALL_BYTES = 4 << 20
# gzip's levels over 1 cost more processor time than the disk saves; vectors do not shrink anyway.
_LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupHead:
    """
    What a backup says of itself.

    Attributes:
        schema: Version of the store.
        namespace: The one it was made from.
        made: Moment in ISO 8601.
        server: Name and version of the server.
        keys: How many it holds.
    """

    schema: str
    namespace: str
    made: str
    server: str
    keys: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """
    One key of the store.

    Attributes:
        key: Name without namespace.
        kind: Its type, as the server calls it.
        until: When it expires, in milliseconds since 1970; None if never.
        value: Of the form of its type, with bytes in it.
    """

    key: str
    kind: str
    until: int | None
    value: Any


def back_up(
    connection: Connection,
    keys: Keys,
    path: Path,
    *,
    now: datetime,
    pause: bool = True,
    progress: Callable[[int], None] = lambda _: None,
) -> BackupHead:
    """
    Write a backup.

    While it is read, the server holds back writes (``CLIENT PAUSE WRITE``), so that the copy is of
    one moment: an article and the list it waits in never disagree. Readers go on; workers wait, and
    nothing of theirs fails. Once they go on, the copy is read back as a restore reads it.

    Args:
        connection: To the store.
        keys: Of the namespace.
        path: A new file; nothing is there before it is whole.
        now: The moment that stands in it.
        pause: False if nothing writes, or if the server does not allow pausing.
        progress: Called with how many keys are written.

    Raises:
        BackupError: The file exists or cannot be written, or the store holds what no restore takes.
        StoreError: The server does not answer, or refuses to pause.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        if path.exists():
            raise BackupError(str(path), "is there already; name a new file")
        with (
            _open_file(partial) as out,
            connection.client() as client,
            _hold_writers(client, wanted=pause) as renew,
        ):
            head = _make_head(client, keys, now)
            records = _read_records(client, keys, renew)
            count = _write(out, head, records, progress)
        _check_written(partial, path)
        partial.replace(path)
    except OSError as error:
        raise BackupError(str(path), f"cannot be written: {error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return replace(head, keys=count)


def _check_written(partial: Path, path: Path) -> None:
    """Raise unless a restore would take what was written for ``path``."""
    try:
        for _ in _read_lines(partial):
            pass
    except BackupError as error:
        raise BackupError(str(path), f"no restore would take it: {error.detail}") from error


@contextmanager
def _open_file(path: Path) -> Iterator[gzip.GzipFile]:
    # Digests are for readers, but channels and addresses of feeds may be private: the owner alone.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with gzip.GzipFile(
            fileobj=raw,
            mode="wb",
            compresslevel=_LEVEL,
            mtime=0,
            filename="",
        ) as out:
            yield out
        raw.flush()
        os.fsync(raw.fileno())


@contextmanager
def _hold_writers(client: Any, *, wanted: bool) -> Iterator[Callable[[], None]]:
    """Hold back writers; gives a function that renews the pause, to be called often."""
    if not wanted:
        yield lambda: None
        return
    renewed = 0.0

    def renew() -> None:
        nonlocal renewed
        if monotonic() - renewed > _RENEW_S:
            client.client_pause(_PAUSE_MS, all=False)
            renewed = monotonic()

    try:
        renew()
    except redis.ResponseError as error:
        raise StoreError(
            f"the server does not let writers wait (CLIENT PAUSE: {error}); stop all workers and "
            "schedulers and ask for the backup again with --stopped"
        ) from error
    try:
        yield renew
    finally:
        with suppress(redis.RedisError):
            client.client_unpause()


def _make_head(client: Any, keys: Keys, now: datetime) -> BackupHead:
    schema = client.get(keys.schema)
    info = client.info("server")
    if schema is None:
        raise StoreError(f"{keys.schema}: there is nothing under this namespace to back up")
    name = "valkey" if "valkey_version" in info else "redis"
    version = info.get(f"{name}_version", "")
    return BackupHead(
        schema=schema.decode(),
        namespace=keys.namespace,
        made=now.isoformat(timespec="seconds"),
        server=f"{name} {version}",
    )


def _write(
    out: gzip.GzipFile,
    head: BackupHead,
    records: Iterable[Record],
    progress: Callable[[int], None],
) -> int:
    digest = sha256()
    count = 0

    def write_line(value: object) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        line = text.encode() + b"\n"
        digest.update(line)
        out.write(line)

    write_line(
        {
            "format": FORMAT,
            "schema": head.schema,
            "namespace": head.namespace,
            "made": head.made,
            "server": head.server,
        }
    )
    for record in records:
        value = _make_plain(record.value)
        write_line(
            {
                "key": record.key,
                "type": record.kind,
                "until": record.until,
                "value": value,
            }
        )
        count += 1
        if count % _BATCH == 0:
            progress(count)
    progress(count)
    last_line = json.dumps({"keys": count, "sha256": digest.hexdigest()})
    out.write(last_line.encode() + b"\n")
    return count


def _read_records(client: Any, keys: Keys, renew: Callable[[], None]) -> Iterator[Record]:
    names = scan_keys(client, keys)
    # SCAN may give a key twice; nothing is written meanwhile, but a rehashing table can.
    done: set[bytes] = set()
    while batch := list(islice(names, _BATCH)):
        renew()
        fresh = [name for name in dict.fromkeys(batch) if name not in done]
        done.update(fresh)
        yield from _read(client, keys, fresh)


def scan_keys(client: Any, keys: Keys) -> Iterator[bytes]:
    """Give the names of all keys of a namespace, whole, some perhaps twice."""
    return iter(client.scan_iter(f"{keys.prefix}*", count=_SCAN_COUNT))


def _read(client: Any, keys: Keys, names: list[bytes]) -> Iterator[Record]:
    short = {name: name.decode().removeprefix(keys.prefix) for name in names}
    wanted = [name for name in names if not short[name].startswith(PASSING)]
    kinds, lefts, clock = _read_kinds(client, wanted)
    pipe = client.pipeline(transaction=False)
    for name, kind in zip(wanted, kinds, strict=True):
        _ask_value(pipe, kind, name)
    values = pipe.execute()
    for name, kind, left, value in zip(wanted, kinds, lefts, values, strict=True):
        if left != _EXPIRED and value is not None:
            until = clock + left if left >= 0 else None
            yield Record(
                key=short[name],
                kind=kind,
                until=until,
                value=_sort_value(kind, value),
            )


def _read_kinds(client: Any, names: list[bytes]) -> tuple[list[str], list[int], int]:
    """
    Return the type of each key, its time left, and what the server's clock says.

    Times are in milliseconds; a negative time left is none.
    """
    pipe = client.pipeline(transaction=False)
    for name in names:
        pipe.type(name)
        pipe.pttl(name)
    pipe.time()
    *answers, (seconds, micros) = pipe.execute()
    kinds = [kind.decode() for kind in answers[::2]]
    return kinds, answers[1::2], seconds * 1000 + micros // 1000


def _ask_value(pipe: Any, kind: str, name: bytes) -> None:
    if kind == "hash":
        pipe.hgetall(name)
    elif kind == "set":
        pipe.smembers(name)
    elif kind == "zset":
        pipe.zrange(name, 0, -1, withscores=True)
    elif kind in {"string", "none"}:
        pipe.get(name)
    else:
        raise StoreError(f"{name.decode()}: is a {kind}, and the table of keys knows no such key")


def _sort_value(kind: str, value: Any) -> Any:
    if kind == "hash":
        return sorted(value.items())
    return sorted(value) if kind == "set" else value


def _make_plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"b64": b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [_make_plain(item) for item in value]
    return value


def _restore_bytes(value: Any) -> Any:
    """Return a value as the store has it."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict):
        return b64decode(value["b64"], validate=True)
    if isinstance(value, list):
        return [_restore_bytes(item) for item in value]
    return value


def read_backup(path: Path) -> tuple[BackupHead, Iterator[Record]]:
    """
    Check a backup from its first line to its last, then give its records.

    Raises:
        BackupError: It cannot be read, is no backup, was cut or changed. Nothing was given then.
    """
    count = 0
    for record in _read_lines(path):
        count += isinstance(record, Record)
    first = next(iter(_read_lines(path)))
    assert isinstance(first, BackupHead)
    records = (record for record in _read_lines(path) if isinstance(record, Record))
    return replace(first, keys=count), records


def _read_lines(path: Path) -> Iterator[BackupHead | Record]:
    """Give the head, then the records; raises unless the last line agrees with all before it."""
    digest = sha256()
    number = 0
    end = None
    try:
        with gzip.open(path, "rb") as packed:
            for number, line in enumerate(_cut_lines(path, packed), 1):
                if end is not None:
                    what = f"line {number}: expected nothing after the last line"
                    raise BackupError(str(path), what)
                item = _parse_line(path, number, line)
                if isinstance(item, (BackupHead, Record)):
                    digest.update(line)
                    yield item
                else:
                    end = item
    except (OSError, EOFError, zlib.error) as error:
        raise BackupError(str(path), f"cannot be read to its end: {error}") from error
    if end != (number - 2, digest.hexdigest()):
        raise BackupError(
            str(path), "was cut or changed: its last line does not agree with what is before it"
        )


def _cut_lines(path: Path, packed: gzip.GzipFile) -> Iterator[bytes]:
    """Give the lines of a backup, as long as they are not more than its size can hold."""
    left = _SMALL_BYTES + _MOST_RATIO * path.stat().st_size
    while line := packed.readline(left + 1):
        left -= len(line)
        if left < 0:
            what = f"unpacks to more than {_MOST_RATIO} times its size: no backup does"
            raise BackupError(str(path), what)
        yield line


def _parse_line(path: Path, number: int, line: bytes) -> BackupHead | Record | tuple[int, str]:
    try:
        fields = json.loads(line)
        if number == 1:
            return _parse_head(path, fields)
        if "sha256" in fields:
            return fields["keys"], fields["sha256"]
        return _parse_record(path, number, fields)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = "is no backup of tilshi" if number == 1 else "was cut or changed"
        kind = type(error).__name__
        raise BackupError(str(path), f"{what}: line {number}: {kind}: {error}") from error


def _parse_head(path: Path, fields: dict[str, Any]) -> BackupHead:
    form = fields.get("format")
    if form != FORMAT:
        raise BackupError(str(path), f"is of form {form!r}; expected {FORMAT}")
    return BackupHead(
        schema=str(fields["schema"]),
        namespace=str(fields["namespace"]),
        made=str(fields["made"]),
        server=str(fields["server"]),
    )


def _parse_record(
    path: Path,
    number: int,
    fields: dict[str, Any],
) -> Record:
    kind = fields["type"]
    key = fields["key"]
    if kind not in _TYPES:
        expected = f"expected one of {sorted(_TYPES)}"
        raise BackupError(str(path), f"line {number}: type {kind!r}: {expected}")
    if not is_backup_key(key):
        raise BackupError(str(path), f"line {number}: key {key!r}: is none that a backup holds")
    value = _restore_bytes(fields["value"])
    fault = find_record_fault(key, kind, fields["until"], value)
    if fault:
        raise BackupError(str(path), f"line {number}: key {key!r}: {fault}")
    return Record(
        key=key,
        kind=kind,
        until=fields["until"],
        value=value,
    )
