from pathlib import Path

import pytest

from workers.demo.corpus import Corpus, load_corpus
from workers.demo.gold import Gold, load_gold

FOLDER = Path(__file__).resolve().parents[3] / "config" / "demo"


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus(FOLDER)


@pytest.fixture(scope="session")
def gold(corpus) -> Gold:
    return load_gold(FOLDER / "gold.toml", corpus)
