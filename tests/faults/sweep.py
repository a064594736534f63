"""
What a fault run that was broken off left at work: its worlds' servers, workers, nodes and disks.

    python -m tests.faults.sweep

Every process of a run has the run's process ID among its variables, and every disk has it in its
name. What belongs to a run that is over is ended; runs that go on are left alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RUN", "end_left_overs", "name_disk"]

# Not TILSHI_: the product's own variables are kept out of what tests start.
RUN = "FAULT_RUN"
_DISK = "fault-run-"


def name_disk() -> str:
    """Return what a disk of this run is called in the table of mounts."""
    return f"{_DISK}{os.environ.get(RUN, os.getpid())}"


def end_left_overs() -> list[str]:
    """Kill the processes and take away the disks of runs that are over; says which."""
    return [*_kill_processes(), *_take_disks_away()]


def _kill_processes() -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        # Gone meanwhile, or somebody else's.
        with suppress(OSError):
            run = _read_run(folder)
            if run and not _is_alive(run):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                os.kill(int(folder.name), signal.SIGKILL)
                yield f"killed {folder.name}: {command[:80]}"


def _read_run(folder: Path) -> str:
    """Return the run that a process belongs to, empty if none."""
    for one in (folder / "environ").read_bytes().split(b"\0"):
        name, _, value = one.decode(errors="replace").partition("=")
        if name == RUN:
            return value
    return ""


def _take_disks_away() -> Iterator[str]:
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        device, place, *_ = line.split()
        if device.startswith(_DISK) and not _is_alive(device.removeprefix(_DISK)):
            subprocess.run(["umount", "-l", place], check=False)
            yield f"unmounted {place}"


def _is_alive(run: str) -> bool:
    return run.isdecimal() and Path("/proc", run).is_dir()


if __name__ == "__main__":
    for line in end_left_overs():
        sys.stdout.write(f"left by a run that was broken off: {line}\n")
