"""One target under atheris; started by ``tests.fuzz``, with atheris on its path."""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found]  # only where ./run fuzz put it

with atheris.instrument_imports(include=["aggregator", "feedparser"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()
