"""A worker with its pool, in a group of processes of its own, that a test may kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

__all__ = ["run_worker_group"]


@contextmanager
def run_worker_group(queue: str, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """
    Run a worker of one queue, with one process in its pool; what is left of it is killed.

    Args:
        environ: All its variables.
    """
    command = [sys.executable, "-m", "workers.cli", "worker", queue, "--concurrency", "1"]
    process = subprocess.Popen(
        command,
        env=environ,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
