"""
Signs of life on this machine: files that say which of its processes worked, and when.

For health checks of containers. One that asks the store reads settings and loads a client of it
first, which takes ten times as long as the question; and it hears of all workers of a queue, so it
cannot say which of them hangs. A file for each queue, touched whenever work of it was done here,
costs a system call, and tells of the process beside it. Where several newsrooms of one user run on
one machine, they share these files: ask the store there.

Nothing is imported here but what is loaded anyway or in milliseconds, so no ``pathlib``.
"""

# ruff: noqa: PTH102, PTH108, PTH116, PTH123

from __future__ import annotations

import os
import signal
import socket
import time

__all__ = ["NAMES", "check_here", "note_alive", "note_start"]

NAMES = ("fetch", "text", "translate", "compose", "deliver", "beat", "page")
_PAGE_S = 10.0
_MOST_BYTES = 100_000
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- compared with, and not listened on


def note_start(name: str, where: str = "") -> None:
    """
    Note which process works for a queue here, before it does.

    Args:
        name: One of ``NAMES``.
        where: For the page: its host and port.
    """
    folder = _find_folder()
    if folder is None:
        return
    for ending in ("", ".failed"):
        _remove(f"{folder}/{name}{ending}")
    _write(f"{folder}/{name}.process", f"{os.getpid()} {where}")


def note_alive(name: str) -> None:
    """Note that a queue's work was done here just now."""
    folder = _find_folder()
    if folder is not None:
        _write(f"{folder}/{name}", "")


def check_here(name: str, within_s: int, end_after: int | None) -> tuple[bool, str]:
    """
    Ask whether what runs here works.

    Args:
        name: One of ``NAMES``.
        within_s: Seconds that its last work may be ago; not for the page, which is asked now.
        end_after: So many failed checks in a row end the process, by SIGTERM, and each one after
            that by SIGKILL; None for never.

    Returns:
        Whether it does, and what to say of it.
    """
    folder = _find_folder()
    if folder is None:
        return False, f"{name}: {_name_folder()} is not ours: expected a folder of this user's"
    well, words = _ask_page(folder) if name == "page" else _ask_mark(folder, name, within_s)
    if well:
        _remove(f"{folder}/{name}.failed")
        return True, words
    failed = int(_read(f"{folder}/{name}.failed") or 0) + 1
    _write(f"{folder}/{name}.failed", str(failed))
    if end_after is None or failed < end_after:
        return False, words
    number = signal.SIGTERM if failed == end_after else signal.SIGKILL
    done = _end_process(folder, name, number)
    return False, f"{words}; {failed} checks failed in a row, so {done}"


def _ask_mark(folder: str, name: str, within_s: int) -> tuple[bool, str]:
    try:
        age_s = max(0.0, time.time() - os.stat(f"{folder}/{name}").st_mtime)
    except FileNotFoundError:
        return False, f"{name}: no work here yet"
    words = f"{name}: the last work here was {age_s:.0f} s ago"
    return age_s <= within_s, words


def _ask_page(folder: str) -> tuple[bool, str]:
    words = _read(f"{folder}/page.process").split()
    if len(words) != 3:  # noqa: PLR2004 -- process, host, port
        return False, "page: none was started here"
    host, port = ("127.0.0.1" if words[1] in _EVERYWHERE else words[1]), int(words[2])
    try:
        with socket.create_connection((host, port), timeout=_PAGE_S) as client:
            client.sendall(f"GET / HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
            answer = _read_answer(client)
    except OSError as error:
        return False, f"page: no answer on port {port}: {error}"
    if b" 200 " not in answer[:20] or b"Tilshi" not in answer:
        return False, f"page: port {port} answers {answer[:40]!r}, not as the page would"
    return True, f"page: {len(answer)} bytes on port {port}"


def _read_answer(client: socket.socket) -> bytes:
    """Read to the answer's end, or as much as is looked at, within the time of one check."""
    deadline = time.monotonic() + _PAGE_S
    answer = b""
    while len(answer) < _MOST_BYTES and time.monotonic() < deadline:
        piece = client.recv(65_536)
        if not piece:
            break
        answer += piece
    return answer


def _end_process(folder: str, name: str, number: signal.Signals) -> str:
    words = _read(f"{folder}/{name}.process").split()
    if not words:
        return "there is nothing to end"
    pid = int(words[0])
    # The note may be of a process that is gone, and its number another's.
    if not any(word in _read(f"/proc/{pid}/cmdline") for word in ("tilshi", "workers.cli")):
        return f"process {pid} would be ended, and is gone"
    try:
        os.kill(pid, number)
    except OSError as error:
        return f"process {pid} would be ended, and cannot be: {error}"
    return f"process {pid} is ended by {number.name}"


def _name_folder() -> str:
    return f"{os.environ.get('TMPDIR') or '/tmp'}/tilshi-alive-{os.getuid()}"  # noqa: S108 -- whose it is is checked


def _find_folder() -> str | None:
    """Return the folder, made if need be; None if somebody else made it."""
    folder = _name_folder()
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    except OSError:
        return None
    return folder if os.lstat(folder).st_uid == os.getuid() else None


def _write(path: str, words: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(words)
            # Written or not, it is of now.
            os.utime(file.fileno())
    except OSError:
        return  # a full disk must not end the work that is told of


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
