"""
The process that reads pages: JSON lines in, JSON lines out, until its input ends.

Started by ``process``, which kills it when a page takes too long. Memory and processor time are
bounded from within, so that a page costs no more even if whoever would kill this process is gone. A
first line, empty, says that all is loaded.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict

from aggregator.fulltext.extract import extract_text
from aggregator.fulltext.page_text import PageText
from aggregator.process_limits import allow_work, limit_memory

__all__ = ["main"]

log = logging.getLogger(__name__)

_EXAMPLE = "<html><body><article><p>One paragraph.</p></article></body></html>"


def main(memory_bytes: int, work_s: int) -> None:
    """
    Answer until the input ends.

    Args:
        memory_bytes: Address space at most; a page that wants more ends this process.
        work_s: Processor seconds a page may take; one that wants more ends this process.
    """
    limit_memory(memory_bytes)
    # What the parser loads at its first page is no page's time.
    extract_text(_EXAMPLE, "")
    _write_line("")
    for line in sys.stdin:
        allow_work(work_s)
        page_text = _read_page(line)
        _write_line(json.dumps(asdict(page_text)))


def _read_page(line: str) -> PageText:
    page = json.loads(line)
    try:
        return extract_text(page["markup"], page["url"])
    except Exception:
        # Whatever a stranger's page does to a library, the next page is read.
        log.exception("page not read")
        return PageText("", "")


def _write_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
