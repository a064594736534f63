"""Children kept running, and gone when they should be."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import until
from workers.supervise import ChildNotStartedError, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
FAMILY = [
    sys.executable,
    "-c",
    (
        "import subprocess, sys, time;"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, "
        "flush=True);"
        "time.sleep(600)"
    ),
]
# Ignoring a signal is inherited.
STUBBORN = [
    *FAMILY[:2],
    f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FAMILY[2]}",
]


# Takes a moment over what it has in hand when it is asked to end.
BUSY = [
    sys.executable,
    "-c",
    (
        "import os, signal, sys, time;"
        # Not ``print``: the signal may come while its first line is still being written.
        "ask = lambda *_: (time.sleep(0.2), os.write(1, b'finished\\n'), sys.exit());"
        "signal.signal(signal.SIGTERM, ask);"
        "os.write(1, b'at work\\n');"
        "time.sleep(600)"
    ),
]


def lives(pid):
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().split(")")[1].split()[0] != "Z"


def test_a_child_that_was_killed_is_started_again(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("a", SLEEP, env=os.environ)
        first = supervisor.pids()["a"]
        os.kill(first, signal.SIGKILL)
        until(lambda: supervisor.pids().get("a", first) != first)
        second = supervisor.pids()["a"]

    assert not lives(second)


@pytest.mark.parametrize("revived", [False, True], ids=["the first", "one started again"])
def test_a_child_may_finish_its_batch_when_all_is_stopped(tmp_path, revived):
    said = tmp_path / "a.log"
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("a", BUSY, env=os.environ)
        until(lambda: said.read_text() == "at work\n")
        if revived:
            os.kill(supervisor.pids()["a"], signal.SIGKILL)
            until(lambda: said.read_text() == "at work\n" * 2)

    assert said.read_text().endswith("at work\nfinished\n")


def test_a_child_that_cannot_be_started_now_is_tried_again_and_holds_up_no_other(tmp_path, caplog):
    program = tmp_path / "program"
    write_program(program)
    with Supervisor(tmp_path) as supervisor:
        for name, argv in (("a", [str(program)]), ("b", SLEEP)):
            supervisor.start(name, argv, env=os.environ)
        program.unlink()
        first = supervisor.pids()
        for pid in first.values():
            os.kill(pid, signal.SIGKILL)
        until(lambda: "worker not started" in caplog.messages)
        until(lambda: supervisor.pids().get("b", first["b"]) != first["b"])
        write_program(program)

        until(lambda: supervisor.pids().get("a", first["a"]) != first["a"])


def test_a_child_that_cannot_be_started_at_all_is_named(tmp_path):
    with (
        Supervisor(tmp_path) as supervisor,
        pytest.raises(ChildNotStartedError, match=r"a cannot be started: .*program.* room for an"),
    ):
        supervisor.start("a", [str(tmp_path / "program")], env=os.environ)
    (tmp_path / "b.log").mkdir()
    with (
        Supervisor(tmp_path) as supervisor,
        pytest.raises(ChildNotStartedError, match=r"b cannot be started: .*b\.log: Is a directory"),
    ):
        supervisor.start("b", SLEEP, env=os.environ)


def write_program(path):
    path.write_text("#!/bin/sh\nexec sleep 600\n")
    path.chmod(0o700)


def test_what_is_left_of_a_dead_childs_group_is_killed(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("a", FAMILY, env=os.environ)
        until(lambda: (tmp_path / "a.log").read_text().endswith("\n"))
        grandchild = int((tmp_path / "a.log").read_text())
        os.kill(supervisor.pids()["a"], signal.SIGKILL)

        until(lambda: not lives(grandchild))


@pytest.mark.parametrize(
    ("argv", "grace_s"), [(FAMILY, 60), (STUBBORN, 0.2)], ids=["heeded", "ignored"]
)
def test_a_child_is_stopped_with_its_group_whether_or_not_it_heeds_the_polite_signal(
    tmp_path, argv, grace_s
):
    with Supervisor(tmp_path, grace_s=grace_s) as supervisor:
        supervisor.start("a", argv, env=os.environ)
        until(lambda: (tmp_path / "a.log").read_text().endswith("\n"))
        pids = [supervisor.pids()["a"], int((tmp_path / "a.log").read_text())]

    # The leader is gone when we are back; its group was sent the signal, and dies when the system
    # gets to it.
    assert not lives(pids[0])
    until(lambda: not lives(pids[1]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
def test_children_die_with_a_killed_supervisor(tmp_path):
    code = (
        "import os, sys, pathlib, time; from workers.supervise import Supervisor;"
        "s = Supervisor(pathlib.Path(sys.argv[1])).__enter__();"
        "s.start('a', [sys.executable, '-c', 'import time; time.sleep(600)'], env=os.environ);"
        "print(s.pids()['a'], flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    with parent:
        child = int(parent.stdout.readline())
        parent.kill()

    until(lambda: not lives(child))


def test_logs_have_an_end_and_a_child_started_again_goes_on_with_its_own(tmp_path):
    talkative = (
        "import os; print(f'begun by {os.getpid()}', flush=True); print('x' * 99, flush=True)"
    )
    talk = [sys.executable, "-c", f"{talkative}; import time; time.sleep(600)"]
    path = tmp_path / "a.log"
    with Supervisor(tmp_path, log_bytes=100, log_files=2) as supervisor:
        supervisor.start("a", talk, env=os.environ)
        until((tmp_path / "a.log.1").exists)
        os.kill(supervisor.pids()["a"], signal.SIGKILL)
        first = (tmp_path / "a.log.1").read_text()
        until(lambda: (tmp_path / "a.log.1").read_text() not in (first, ""))

    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.log", "a.log.1"]
    assert path.stat().st_size < 200
