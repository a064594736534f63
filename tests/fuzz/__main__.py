"""
Fuzz for real: ``./run fuzz [MINUTES] [TARGET...]``.

Half of the minutes of each target go to random mutations of seeds (any Python), half to atheris,
which is guided by what code the bytes reach; it is fetched into ``.fuzz/atheris`` on first use. An
input that crashes, or takes five seconds, is written to ``.fuzz/crashes``; moved to
``tests/data/crashes/TARGET`` it is a test.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz.seeds import WORDS, mutated, seeds
from tests.fuzz.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

HOME = Path(".fuzz")
ATHERIS = "atheris==3.0.0"
_SLOW_S = 5
_GROWN = 2000


class SlowError(AssertionError):
    """An input took too long."""


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise SlowError(f"more than {_SLOW_S} s")


def keep(target: str, data: bytes) -> Path:
    """Write down an input that crashed."""
    folder = HOME / "crashes" / target
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    return path


def run_random(target: str, seconds: float, seed: int) -> tuple[int, set[str]]:
    """Mutate seeds until time is up; returns inputs tried and what crashed, each kind once."""
    random, pool, run = Random(seed), seeds(target), TARGETS[target]
    tried, crashed, ends = 0, set[str](), time.monotonic() + seconds
    signal.signal(signal.SIGALRM, _too_slow)
    while time.monotonic() < ends:
        data = mutated(random.choice(pool), random, pool)
        tried += 1
        signal.alarm(_SLOW_S)
        if (what := _crash(run, data)) and what not in crashed:
            crashed.add(what)
            sys.stderr.write(f"{keep(target, data)}\n{what}\n")
        signal.alarm(0)
        if not what and len(pool) < _GROWN and random.random() < 0.01:
            pool.append(data)
    return tried, crashed


def _escape(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def _crash(run: Callable[[bytes], None], data: bytes) -> str:
    try:
        run(data)
    except Exception as error:  # noqa: BLE001  that is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {place.filename}:{place.lineno}"
    return ""


def run_guided(target: str, seconds: int) -> tuple[int, int, str]:
    """
    Run atheris in a process of its own.

    Returns inputs tried, edges reached and the last words of a crash.
    """
    corpus = HOME / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds(target):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    words = HOME / "words"
    lines = [f'"{_escape(word)}"\n' for word in WORDS if word]
    words.write_text("".join(lines))
    crashes = HOME / "crashes" / target
    crashes.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={_SLOW_S}",
        "-rss_limit_mb=2048",
        f"-dict={words}",
    ]
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.guided",
        target,
        *options,
        f"-artifact_prefix={crashes}/",
        str(corpus),
    ]
    paths = os.pathsep.join((str(HOME / "atheris"), os.environ.get("PYTHONPATH", "")))
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    steps = re.findall(r"#(\d+)\s+\w+\s+cov: (\d+)", done.stderr)
    tried, edges = map(int, steps[-1]) if steps else (0, 0)
    return tried, edges, "" if done.returncode == 0 else done.stdout[-2000:] + done.stderr[-500:]


def have_atheris() -> bool:
    """Fetch atheris if it is not there."""
    if (HOME / "atheris" / "atheris").is_dir():
        return True
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(HOME / "atheris"),
        ATHERIS,
    ]
    return subprocess.run(pip, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    """Return 1 if anything crashed."""
    minutes = (
        float(arguments.pop(0)) if arguments and re.fullmatch(r"[\d.]+", arguments[0]) else 1.0
    )
    guided, crashed = have_atheris(), False
    print("| target | random inputs | guided inputs | edges | crashes |\n|---|--:|--:|--:|--:|")
    for target in arguments or TARGETS:
        half = max(1, int(minutes * 30))
        tried, crashes = run_random(target, half, seed=time.time_ns())
        more, edges, words = run_guided(target, half) if guided else (0, 0, "")
        sys.stderr.write(words)
        crashed = crashed or bool(crashes or words)
        print(
            f"| {target} | {tried:,} | {more:,} | {edges:,} | {len(crashes) + bool(words)} |",
            flush=True,
        )
    if not guided:
        sys.stderr.write(f"{ATHERIS} cannot be installed here: random mutations only\n")
    return int(crashed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
