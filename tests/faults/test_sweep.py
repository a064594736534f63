"""What a broken-off fault run left at work is ended, and only that."""

import os
import subprocess
import sys

from tests.faults.sweep import RUN, end_left_overs, name_disk
from tests.support.waiting import until


def start_of_run(run):
    return subprocess.Popen(
        [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"],
        env={**os.environ, RUN: run},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def test_processes_of_a_run_that_is_over_are_killed_and_others_are_not():
    over = subprocess.Popen([sys.executable, "-c", ""])
    over.wait()
    left, at_work = start_of_run(str(over.pid)), start_of_run(str(os.getpid()))
    try:
        for process in (left, at_work):
            assert process.stdout.readline() == b"here\n"

        told = end_left_overs()

        until(lambda: left.poll() is not None, seconds=10)
        assert any(f"killed {left.pid}: {sys.executable}" in line for line in told)
        assert not any(f"killed {at_work.pid}:" in line for line in told)
        assert at_work.poll() is None
    finally:
        for process in (left, at_work):
            process.kill()
            process.wait()
            process.stdout.close()


def test_a_disk_is_called_after_its_run(monkeypatch):
    monkeypatch.setenv(RUN, "4711")

    assert name_disk() == "fault-run-4711"
