"""
The connection to Redis or Valkey.

It is opened once, its errors are made ours, its scripts are loaded by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import NoScriptError, OutOfMemoryError
from redis.retry import Retry

from aggregator.errors import SchemaError, StoreError
from aggregator.store.keys import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.store.keys import Keys

__all__ = ["Connection", "ScriptCall"]

# Half a minute in all: a store that restarts with a large append-only file is away for seconds, and
# a worker that waits is cheaper than one that fails its whole batch.
_RETRIES = 8
_BACKOFF_CAP_S = 8.0
_BACKOFF_BASE_S = 0.1
_SOCKET_TIMEOUT_S = 30.0
_CONNECT_TIMEOUT_S = 5.0
_PROBE_MS = 10_000
_NO_ROOM = "-"


# A trip's commands are held in memory, on both sides, until all of them are answered.
_CALLS_A_TRIP = 100

ScriptCall = tuple[Sequence[str], Sequence[object]]
"""Keys and arguments of one run of a script."""


@cache
def _read_script(name: str) -> str:
    return resources.files("aggregator.store").joinpath("lua", f"{name}.lua").read_text()


class Connection:
    """
    One client of one server. Safe to share between threads, not across a fork.

    Raises:
        StoreError: From every method, when the server does not answer or refuses.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "",
        patient: bool = True,
        wait_s: float = _CONNECT_TIMEOUT_S,
    ) -> None:
        """
        Point at a server; nothing is opened yet.

        Args:
            url: ``redis://``, ``rediss://`` or ``unix://``.
            name: What the server's list of clients calls it; see ``others``.
            patient: Wait half a minute for a server that is away, as workers do; where somebody
                waits for the answer, try twice and no more.
            wait_s: How long an impatient one waits, each time, to connect and to be answered.

        Raises:
            StoreError: The address cannot be used.
        """
        self.url = url
        backoff = ExponentialBackoff(cap=_BACKOFF_CAP_S, base=_BACKOFF_BASE_S)
        retry = Retry(backoff, _RETRIES if patient else 1)
        try:
            self._client = redis.Redis.from_url(
                url,
                retry=retry,
                retry_on_error=[redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError],
                socket_timeout=_SOCKET_TIMEOUT_S if patient else wait_s,
                socket_connect_timeout=_CONNECT_TIMEOUT_S if patient else wait_s,
                client_name=name or None,
            )
        except ValueError as error:
            raise StoreError(f"store address cannot be used: {error}") from error
        self._scripts: dict[str, Any] = {}

    def close(self) -> None:
        """Close every socket; the connection may be used again after that."""
        self._client.close()

    @contextmanager
    def client(self) -> Iterator[Any]:
        """
        Give the plain client, its errors made ours.

        The type is Any: redis-py's answers are sync or async.
        """
        try:
            yield self._client
        except redis.RedisError as error:
            kind = type(error).__name__
            raise StoreError(f"the store did not do as asked: {kind}: {error}") from error

    def run_script(
        self,
        name: str,
        keys: Sequence[str],
        args: Sequence[object],
    ) -> Any:
        """Run ``lua/NAME.lua``. The server runs it whole or not at all."""
        with self.client() as client:
            return self._find_script(client, name)(keys=list(keys), args=list(args))

    def run_scripts(self, name: str, calls: Sequence[ScriptCall]) -> list[Any]:
        """
        Run ``lua/NAME.lua`` once for each call, in order, some hundred in one round trip.

        The server runs each whole or not at all, and may do something else between two.
        """
        answers: list[Any] = []
        with self.client() as client:
            script = self._find_script(client, name)
            for start in range(0, len(calls), _CALLS_A_TRIP):
                answers += _run_together(client, script, calls[start : start + _CALLS_A_TRIP])
        return answers

    def _find_script(self, client: Any, name: str) -> Any:
        if name not in self._scripts:
            self._scripts[name] = client.register_script(_read_script(name))
        return self._scripts[name]

    def ping(self) -> None:
        """Ask the server whether it is there, whatever it holds."""
        with self.client() as client:
            client.ping()

    def try_writing(self, keys: Keys) -> None:
        """Ask the server whether it takes anything: a full one answers, and refuses."""
        with self.client() as client:
            client.set(keys.slot("probe"), 1, px=_PROBE_MS)

    def check_schema(self, keys: Keys) -> str:
        """
        Claim an empty namespace for this schema version, or check the version found.

        Returns:
            Which store this is, as its mark says; empty if it has none and may be given one.

        Raises:
            SchemaError: The store was written by another version.
        """
        with self.client() as client:
            # Read first: a store that is full can still be looked at.
            pipe = client.pipeline(transaction=False)
            pipe.get(keys.schema)
            pipe.hget(keys.mark, "id")
            stored, mark_id = pipe.execute()
            if stored is None:
                try:
                    client.set(keys.schema, SCHEMA_VERSION, nx=True)
                except OutOfMemoryError:
                    # Full of other things, or emptied by evictions: that can be looked at too.
                    return _NO_ROOM
                stored = client.get(keys.schema)
        version = stored.decode()
        if version != str(SCHEMA_VERSION):
            advice = _advise(version)
            raise SchemaError(
                f"{keys.schema} = {version}: the store holds schema version {version}, this "
                f"program knows {SCHEMA_VERSION}: {advice}"
            )
        return mark_id.decode() if mark_id else ""

    def list_others(self, name: str) -> list[str]:
        """Return the addresses of clients of a name, apart from this connection's own."""
        with self.client() as client:
            mine = client.client_id()
            listed = client.client_list()
        addresses = []
        for item in listed:
            is_other = item["id"] != str(mine)
            if is_other and item.get("name") == name:
                addresses.append(item["addr"])
        return addresses


def _run_together(client: Any, script: Any, calls: Sequence[ScriptCall]) -> list[Any]:
    answers = _ask_together(client, script, calls)
    if any(isinstance(answer, NoScriptError) for answer in answers):
        # A server that was started again knows no scripts; it did nothing of what it was asked.
        client.script_load(script.script)
        places = [at for at, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        again = _ask_together(client, script, [calls[at] for at in places])
        for at, answer in zip(places, again, strict=True):
            answers[at] = answer
    for answer in answers:
        if isinstance(answer, redis.RedisError):
            raise answer
    return answers


def _ask_together(client: Any, script: Any, calls: Sequence[ScriptCall]) -> list[Any]:
    pipe = client.pipeline(transaction=False)
    for keys, args in calls:
        pipe.evalsha(script.sha, len(keys), *keys, *args)
    answers: list[Any] = pipe.execute(raise_on_error=False)
    return answers


def _advise(version: str) -> str:
    if version == "restoring":
        return "a restore was not finished: run `tilshi restore FILE` again"
    if ">" in version:
        return "an upgrade was not finished: run `tilshi upgrade` again"
    if version.isdecimal() and int(version) < SCHEMA_VERSION:
        return (
            "stop all workers, make a backup with `tilshi backup FILE`, then run `tilshi upgrade`"
        )
    return (
        "run the version of tilshi that wrote it, or a newer one, or name another store.namespace"
    )
