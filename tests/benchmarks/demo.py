"""The demo from its command to its pages, three times; median seconds."""

import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 3


def main(_: list[str]) -> None:
    taken = []
    for _round in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "workers.cli", "demo", "--output", folder],
                check=True,
                capture_output=True,
            )
            taken.append(time.perf_counter() - began)
    print(f"| tilshi demo, median of {ROUNDS} | {statistics.median(taken):.1f} s |")
