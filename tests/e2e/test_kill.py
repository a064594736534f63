"""
``kill -9`` of workers at random moments: the finished digests equal the undisturbed ones.

``./run faults`` kills twenty times; the suite itself fewer, with TILSHI_KILLS.
"""

import os
import random
import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.conftest import demo_stage, play_demo
from tests.support.same_digests import list_differences

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("TILSHI_KILLS", "6"))
MOST_RUNS = 12
SHORTEST_S, LONGEST_S = 0.2, 2.5


def children(pid):
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from children(int(child))


class Killer(threading.Thread):
    """Kills one process of one worker, main or pool, again and again until stopped."""

    def __init__(self, workers, chance, most):
        super().__init__(daemon=True)
        self.workers, self.chance, self.most = workers, chance, most
        self.stopping, self.killed = threading.Event(), []

    def run(self):
        while len(self.killed) < self.most and not self.stopping.wait(
            self.chance.uniform(SHORTEST_S, LONGEST_S)
        ):
            living = sorted(self.workers.pids().items())
            if not living:
                continue  # all of them are between two lives
            name, pid = self.chance.choice(living)
            victim = self.chance.choice([pid, *children(pid)])
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                self.killed.append(name)


def test_killing_workers_changes_nothing(played_few, tmp_path, capsys):
    """
    Seeded, so that a failure can be looked at again.

    The moments themselves depend on the machine.
    """
    chance, killed = random.Random(20250820), []

    for number in range(MOST_RUNS):
        if len(killed) >= KILLS:
            break
        folder = tmp_path / str(number)
        folder.mkdir()
        with demo_stage(folder, corpus=played_few.corpus, lease_s=3) as stage:
            killer = Killer(stage.workers, chance, KILLS - len(killed))
            killer.start()
            disturbed = play_demo(stage)
            killer.stopping.set()
            killer.join()
        killed += killer.killed

        changed = list_differences(played_few.run.digests, disturbed.run.digests)
        assert changed == [], killer.killed

    with capsys.disabled():
        print(f"\n{len(killed)} kills in {number} runs: {', '.join(killed)}")
    assert len(killed) >= KILLS
