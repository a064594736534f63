"""
A step of an adapter's training: pieces read a second, as it is, compiled, and with another
allocator; beside the same of another checkout. Each is measured in a process of its own, since
torch keeps what it was told first.

    .venv-foundry/bin/python -m tests.benchmarks.step GGUF [--before CHECKOUT]
"""

import inspect
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
# A step of the recipe: two batches of 32 prompts of 64 pieces, 600 of which are English.
BATCHES, PROMPTS, LENGTH, ENGLISH = 2, 32, 64, 600
READ, WRITTEN = 73_000, 52_000
STEPS = 6
JEMALLOC = {
    "LD_PRELOAD": "libjemalloc.so.2",
    "MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always",
}


def main(arguments: Sequence[str]) -> None:
    base, *rest = arguments
    before = Path(rest[1]).resolve() if rest[:1] == ["--before"] else None
    rows = [("layers that read the same as one", ROOT, "plain", {})]
    rows.append(("and compiled between them", ROOT, "compiled", {}))
    rows.append(("and jemalloc with large pages", ROOT, "compiled", JEMALLOC))
    if before is not None:
        rows.insert(0, ("before", before, "plain", {}))
    sys.stdout.write("| | pieces a second | ratio |\n|---|--:|--:|\n")
    first = 0.0
    for title, tree, how, variables in rows:
        speed = run_apart(base, tree, how, variables)
        first = first or speed
        sys.stdout.write(f"| {title} | {speed:,.0f} | {speed / first:.2f} |\n")
        sys.stdout.flush()


def run_apart(base: str, tree: Path, how: str, variables: dict[str, str]) -> float:
    """Return pieces a second of another process, which works with the code of a checkout."""
    environ = os.environ | variables | {"PYTHONPATH": str(tree)}
    command = [sys.executable, str(Path(__file__).resolve()), "--apart", base, how]
    ended = subprocess.run(
        command, cwd=tree, env=environ, check=True, capture_output=True, text=True
    )
    return float(ended.stdout.split()[-1])


def measure(base: str, how: str) -> float:
    """Return pieces a second of steps on drawn text."""
    import numpy as np
    import torch
    import torch.nn.functional as F  # noqa: N812  (as everybody calls it)

    from aggregator.foundry.adapter.base import open_base
    from aggregator.foundry.adapter.network import AdaptedNetwork
    from aggregator.foundry.adapter.precision import choose_precision
    from aggregator.foundry.adapter.recipe import AdapterSize

    torch.manual_seed(1)
    file = open_base(Path(base), SHA256)
    weights = file.read_weights(np.arange(READ))
    tensors = {name: torch.tensor(weight) for name, weight in weights.items()}
    # Another checkout's network may not know of compiling.
    known = "compiled" in inspect.signature(AdaptedNetwork).parameters
    options = {"compiled": how == "compiled"} if known else {}
    dtype = choose_precision("auto", torch.device("cpu"))
    network = AdaptedNetwork(tensors, file.read_shape(), AdapterSize(), dtype, **options)
    outputs = network.embeddings[:WRITTEN].to(dtype)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)

    def step() -> None:
        for _ in range(BATCHES):
            states = network(torch.randint(0, READ, (PROMPTS, LENGTH))).flatten(0, 1)
            chosen = states[torch.randperm(len(states))[:ENGLISH]].to(dtype)
            scores = F.linear(chosen, outputs).float()
            loss = F.cross_entropy(scores, torch.randint(0, WRITTEN, (ENGLISH,)))
            loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    step()
    step()
    began = time.perf_counter()
    for _ in range(STEPS):
        step()
    return STEPS * BATCHES * PROMPTS * LENGTH / (time.perf_counter() - began)


if __name__ == "__main__":
    if sys.argv[1] == "--apart":
        sys.stdout.write(f"{measure(*sys.argv[2:])}\n")
    else:
        main(sys.argv[1:])
