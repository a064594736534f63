"""
What can go wrong, each a small function that does it and returns when it is over.

A fault gets the stage, a source of chance and how long things may stay broken. What it needs that a
machine may lack (root for a disk of its own, libfaketime for the clock) is said by name, and the
fault is then left out by name.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import redis

from tests.faults.stage import LEASE_S, Stage
from tests.faults.sweep import name_disk
from tests.support.waiting import until
from workers.app import TASK_QUEUES

Strike = Callable[[Stage, Random, float], None]


@dataclass(frozen=True)
class Fault:
    """
    Something that goes wrong.

    Attributes:
        name: In the table.
        strike: Does it and returns when it is over.
        needs: What the stage must have, ``disk`` or ``clock``; empty for any stage.
    """

    name: str
    strike: Strike
    needs: str = ""


def children(pid: int) -> Iterator[int]:
    """Give the ids of all processes below one."""
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from children(int(child))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def nothing(stage: Stage, chance: Random, hold_s: float) -> None:
    """For comparison."""


def kill_main(name: str) -> Strike:
    def strike(stage: Stage, chance: Random, hold_s: float) -> None:
        if pid := stage.pids().get(name):
            _kill(pid)

    return strike


def kill_pool(name: str) -> Strike:
    def strike(stage: Stage, chance: Random, hold_s: float) -> None:
        processes = sorted(children(stage.pids().get(name, 0)))
        if processes:
            _kill(chance.choice(processes))

    return strike


def freeze(name: str) -> Strike:
    """Stop a worker with all its processes past its lease, then let it go on with what it holds."""

    def strike(stage: Stage, chance: Random, hold_s: float) -> None:
        pid = stage.pids().get(name, 0)
        frozen = [pid, *children(pid)] if pid else []
        for one in frozen:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
        # Longer than its lease, and not as long as a store may be away: nobody waits for it.
        time.sleep(min(max(hold_s, 2 * LEASE_S), 4 * LEASE_S))
        for one in frozen:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)

    return strike


def kill_store(stage: Stage, chance: Random, hold_s: float) -> None:
    _kill(stage.server.pid)


def freeze_store(seconds: float) -> Strike:
    """Stop the private server for so long, or six times the suite's hold; who it is may change."""

    def strike(stage: Stage, chance: Random, hold_s: float) -> None:
        pid = stage.server.pid
        os.kill(pid, signal.SIGSTOP)
        time.sleep(min(seconds, 6 * hold_s))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    return strike


def let_store_evict(stage: Stage, chance: Random, hold_s: float) -> None:
    """Let it throw keys away if it were full; an operator must hear of it before it is."""
    with stage.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        said = stage.call("alerts")
        client.config_set("maxmemory-policy", "noeviction")
    assert "maxmemory-policy" in said, f"an evicting store goes unsaid: {said}"


def serve_hostile_answer(stage: Stage, chance: Random, hold_s: float) -> None:
    stage.world.turn_hostile()
    stage.runtime.services.store.queues.make_due(["week-hostile"])


def publish_hostile_article(stage: Stage, chance: Random, hold_s: float) -> None:
    stage.world.poison()
    # A poll that had asked before sees none of it, and nobody fetches now what is in hand.
    until(lambda: "sources polled" not in stage.left())
    stage.runtime.services.store.queues.make_due(["week-poison"])


def start_without_broker(stage: Stage, chance: Random, hold_s: float) -> None:
    """All processes start while the broker refuses them."""
    stage.broker_way.cut()
    stage.stop()
    stage.start()
    time.sleep(hold_s)
    stage.broker_way.mend()


def restart_store(stage: Stage, chance: Random, hold_s: float) -> None:
    """Stop it cleanly, as an operator would; it comes back with its append-only file."""
    with stage.client() as client, suppress(redis.ConnectionError):
        client.shutdown(nosave=True)


def restart_broker_empty(stage: Stage, chance: Random, hold_s: float) -> None:
    stage.restart_broker_empty()


def cut(way: str) -> Strike:
    def strike(stage: Stage, chance: Random, hold_s: float) -> None:
        proxy = getattr(stage, way)
        proxy.cut()
        time.sleep(hold_s)
        proxy.mend()

    return strike


def stall(way: str) -> Strike:
    """Connections stay and nothing passes: the network that swallows, the host that hangs."""

    def strike(stage: Stage, chance: Random, hold_s: float) -> None:
        proxy = getattr(stage, way)
        proxy.stall()
        time.sleep(hold_s)
        proxy.mend()

    return strike


def two_schedulers(stage: Stage, chance: Random, hold_s: float) -> None:
    """Two more schedulers, until the editorial time changes."""
    for number in (2, 3):
        if f"beat-{number}" not in stage.pids():
            stage.start_scheduler(f"beat-{number}")


def messages_again(stage: Stage, chance: Random, hold_s: float) -> None:
    """Every wakeup many times over, in any order, straight into the queues."""
    names = [name for name in TASK_QUEUES if not name.startswith("tilshi.canary")] * 12
    chance.shuffle(names)
    as_of = (stage.folder / "as_of").read_text()
    for name in names:
        arguments: dict[str, str] = {}
        if name in {"tilshi.fetch", "tilshi.compose", "tilshi.deliver"}:
            arguments["as_of"] = as_of
        if name == "tilshi.fetch":
            arguments["run_id"] = f"again-{chance.randrange(3)}"
        stage.runtime.app.send_task(name, kwargs=arguments)


def step_clock(seconds: int) -> Strike:
    """The wall clock of every process but the test's, stepped; monotonic clocks go on."""

    def strike(stage: Stage, chance: Random, hold_s: float) -> None:
        stage.step_clock(seconds)

    return strike


def fill_disk(stage: Stage, chance: Random, hold_s: float) -> None:
    """Not a byte left in the data folder, then space again."""
    filler = stage.data / "filler"
    with filler.open("wb", buffering=0) as out, suppress(OSError):
        while out.write(b"\0" * 4096):
            pass
    time.sleep(hold_s)
    filler.unlink()


FAULTS: tuple[Fault, ...] = (
    Fault("nothing, for comparison", nothing),
    *(
        Fault(f"kill -9 of `{name}`, main process", kill_main(name))
        for name in ("fetch", "text", "translate")
    ),
    *(
        Fault(f"kill -9 of `{name}`, pool process", kill_pool(name))
        for name in ("fetch", "text", "translate")
    ),
    Fault("kill -9 of the scheduler", kill_main("beat")),
    Fault("kill -9 of the private server", kill_store),
    Fault("store restarted", restart_store),
    Fault("broker killed and empty", restart_broker_empty),
    Fault("store refuses connections", cut("store_way")),
    Fault("store silent", stall("store_way")),
    Fault("broker refuses connections", cut("broker_way")),
    Fault("broker silent", stall("broker_way")),
    Fault("broker away at the start", start_without_broker),
    Fault("store frozen for 30 s", freeze_store(30)),
    Fault("store frozen for 120 s", freeze_store(120)),
    Fault("store would evict", let_store_evict),
    Fault("hostile answer among good ones", serve_hostile_answer),
    Fault("hostile article among good ones", publish_hostile_article),
    Fault("three schedulers", two_schedulers),
    Fault("messages doubled and shuffled", messages_again),
    *(
        Fault(f"`{name}` frozen past its lease", freeze(name))
        for name in ("fetch", "text", "translate")
    ),
    Fault("disk full", fill_disk, "disk"),
    Fault("clock an hour forward", step_clock(3600), "clock"),
    Fault("clock an hour back", step_clock(-3600), "clock"),
)

_FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def why_no_disk() -> str:
    """Why a disk of our own cannot be had here; empty if it can."""
    return "" if os.getuid() == 0 and shutil.which("mount") else "a disk of its own needs root"


def why_no_clock() -> str:
    """Why the clock cannot be stepped here; empty if it can."""
    return (
        ""
        if Path(_FAKETIME).exists()
        else f"no libfaketime ({_FAKETIME}; Debian: apt-get install faketime)"
    )


def clock_environ(file: Path) -> dict[str, str]:
    """What a process must be given to go by a clock that a file steps."""
    return {
        "LD_PRELOAD": _FAKETIME,
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        # A step of the wall clock does not touch the monotonic one.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def mounted(folder: Path, megabytes: int) -> Callable[[], None]:
    """Put a small disk of its own at a folder; returns what takes it away."""
    folder.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", name_disk(), str(folder)], check=True
    )
    return lambda: subprocess.run(["umount", "-l", str(folder)], check=False) and None
