"""
A large file from an address to a path: resumed, tried again, checked.

The bytes gather in ``NAME.part`` beside the target. A second process that wants the same file waits
for the first's lock and then finds the file there. What a server claims is believed only as far as
it can be checked: a part is resumed only if the server answers 206 with the very range asked for,
else it is begun anew; the hash decides at the end.
"""

from __future__ import annotations

import errno
import fcntl
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import httpx

from aggregator.errors import PackageError
from aggregator.net.client import NETWORK_ERRORS, GuardedClient, TooManyRedirectsError
from aggregator.net.guard import AddressGuard, PrivateAddressError, RefusedAddressError
from aggregator.translate.packages.archive import hash_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aggregator.net.proxy import Proxy

__all__ = ["Download", "fetch_file"]

_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
_WORTH_ANOTHER_TRY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
# Another try would end the same way.
_FINAL: Final = (RefusedAddressError, TooManyRedirectsError, httpx.InvalidURL)
_LONGEST_WAIT_S: Final = 30.0
# Kept free on the disk besides the file itself: what unpacking it takes comes later, and a full
# disk stops the store.
_SPARE_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """
    What to fetch and how.

    Attributes:
        address: Of the file; http or https.
        sha256: 64 hex digits; empty if it is not known, which only a file of the operator's own
            choice may be.
        size: Bytes; 0 if not known.
        max_bytes: Refused above this, whatever the server says.
        user_agent: Sent with every request.
        tries: In a row without a new byte before it gives up; 1 or more.
        timeout_s: For each connection and each wait for bytes.
        allow_private: Host names, addresses or networks allowed although not public.
        proxy: Through which it is fetched; None for none.
    """

    address: str
    sha256: str = ""
    size: int = 0
    max_bytes: int = 3_000_000_000
    user_agent: str = "tilshi"
    tries: int = 5
    timeout_s: float = 30.0
    allow_private: tuple[str, ...] = ()
    proxy: Proxy | None = None


class _BrokenOffError(Exception):
    """The connection ended early, or the server asks for patience: worth another try."""


def fetch_file(
    wanted: Download,
    target: Path,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    sleep: Callable[[float], None] = time.sleep,
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
) -> Path:
    """
    Fetch a file; afterwards it stands under its name, whole and checked, or not at all.

    Args:
        wanted: Address, size and hash.
        target: Its path; left alone if it is there with the hash wanted.
        progress: Called with the bytes there are and the bytes there will be, 0 if not known.
        sleep: Waits between tries, seconds.
        free_bytes: Of the disk that a folder is on.

    Raises:
        PackageError: It cannot be had, is not what was meant, is too large, or the disk is full;
            says what to do.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with _lock_target(target):
        if target.is_file() and wanted.sha256 and hash_file(target) == wanted.sha256:
            return target
        try:
            _gather(
                wanted,
                part,
                progress,
                sleep,
                free_bytes,
            )
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise PackageError(
                    wanted.address, f"the disk of {target.parent} is full; make room, run it again"
                ) from error
            raise PackageError(wanted.address, f"cannot be written to {part}: {error}") from error
        _check(wanted, part)
        part.replace(target)
    return target


@contextmanager
def _lock_target(target: Path) -> Iterator[None]:
    """Keep other processes from the same target."""
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _gather(
    wanted: Download,
    part: Path,
    progress: Callable[[int, int], None],
    sleep: Callable[[float], None],
    free_bytes: Callable[[Path], int],
) -> None:
    """Fetch until all bytes are there; gives up after so many tries that brought nothing."""
    failures = 0
    with GuardedClient(
        user_agent=wanted.user_agent,
        timeout=httpx.Timeout(wanted.timeout_s),
        guard=AddressGuard(wanted.allow_private),
        proxy=wanted.proxy,
    ) as client:
        while True:
            before = _find_size(part)
            try:
                _read_stream(
                    client,
                    wanted,
                    part,
                    progress,
                    free_bytes,
                )
            except (*NETWORK_ERRORS, _BrokenOffError) as error:
                failures = 0 if _find_size(part) > before else failures + 1
                if failures >= wanted.tries or isinstance(error, _FINAL):
                    detail = str(error) or type(error).__name__
                    if isinstance(error, PrivateAddressError):
                        raise PackageError(
                            wanted.address, f"{detail}; fetch.allow_private may allow it"
                        ) from error
                    raise PackageError(
                        wanted.address,
                        f"{detail}; {_find_size(part):,} bytes are kept, run it again to go on",
                    ) from error
                sleep(min(_LONGEST_WAIT_S, 2.0**failures))
            else:
                return


def _read_stream(
    client: GuardedClient,
    wanted: Download,
    part: Path,
    progress: Callable[[int, int], None],
    free_bytes: Callable[[Path], int],
) -> None:
    have = _find_size(part)
    if wanted.size and have == wanted.size:
        return
    with client.get(wanted.address, _make_range_header(have)) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            part.unlink()  # longer than the file: it is a part of another
            raise _BrokenOffError("the part kept does not fit the file")
        have = _open_part(response, wanted, have)
        length = _find_length(response)
        total = have + length if length else wanted.size
        _check_space(
            wanted,
            part,
            total,
            have,
            free_bytes,
        )
        with part.open("ab" if have else "wb") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                have += len(chunk)
                _check_length(wanted, have, file)
                progress(have, total)
        if length and have < total:
            raise _BrokenOffError(f"broke off at {have:,} of {total:,} bytes")


def _make_range_header(have: int) -> dict[str, str]:
    return {"Range": f"bytes={have}-"} if have else {}


def _check_length(
    wanted: Download,
    have: int,
    file: BinaryIO,
) -> None:
    """Give up a download that is longer than was said."""
    limit = wanted.size or wanted.max_bytes
    if have > min(wanted.max_bytes, limit):
        file.truncate(0)  # what is wrong must not be resumed
        raise PackageError(wanted.address, f"sent more than {limit:,} bytes; nothing was kept")


def _find_length(response: httpx.Response) -> int:
    """Return what the server promises; 0 if that cannot be read."""
    promised = response.headers.get("Content-Length", "")
    return int(promised[:20]) if promised.isascii() and promised.isdigit() else 0


def _open_part(
    response: httpx.Response,
    wanted: Download,
    have: int,
) -> int:
    """Return how many bytes of the part may stay; the status is judged here."""
    status = response.status_code
    if status in _WORTH_ANOTHER_TRY:
        raise _BrokenOffError(f"the server answered {status}")
    if status == httpx.codes.PARTIAL_CONTENT:
        span = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if span is None or int(span[1]) != have:
            raise PackageError(
                wanted.address,
                f"sent another range than bytes={have}-; remove the .part file, run it again",
            )
        return have
    if status != httpx.codes.OK:
        raise PackageError(wanted.address, f"the server answered {status}, expected 200")
    return 0


def _check_space(
    wanted: Download,
    part: Path,
    total: int,
    have: int,
    free_bytes: Callable[[Path], int],
) -> None:
    limit = wanted.size or wanted.max_bytes
    if total > limit:
        raise PackageError(wanted.address, f"is {total:,} bytes, expected {limit:,} at most")
    needed = total - have + _SPARE_BYTES
    if total and (free := free_bytes(part.parent)) < needed:
        raise PackageError(
            wanted.address, f"needs {needed:,} bytes in {part.parent}, {free:,} are free; make room"
        )


def _check(wanted: Download, part: Path) -> None:
    """Check size and hash; a part that fails is removed, for resuming it would fail for ever."""
    size = _find_size(part)
    sha256 = hash_file(part)
    if wanted.size and size < wanted.size:
        part.unlink()
        raise PackageError(
            wanted.address, f"is truncated: {size:,} bytes came, expected {wanted.size:,}"
        )
    if wanted.sha256 and sha256 != wanted.sha256:
        part.unlink()
        raise PackageError(
            wanted.address, f"its SHA-256 is {sha256}, expected {wanted.sha256}; nothing was kept"
        )


def _find_size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
