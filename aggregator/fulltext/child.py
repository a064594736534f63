"""
The process that reads pages: JSON lines in, JSON lines out, until its input ends.

Started by ``process``, which kills it when a page takes too long. Memory is bounded from within.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from dataclasses import asdict

from aggregator.fulltext.extract import PageText, extract

__all__ = ["main"]

log = logging.getLogger(__name__)


def main(memory_bytes: int) -> None:
    """
    Answer until the input ends.

    Args:
        memory_bytes: Address space at most; a page that wants more ends this process.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            found = extract(asked["markup"], asked["url"])
        except Exception:
            # Whatever a stranger's page does to a library, the next page is read.
            log.exception("page not read")
            found = PageText("", "")
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
