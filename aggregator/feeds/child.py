"""
The process that reads what sources answer: requests in, feeds out, until its input ends.

Started by ``process``, which kills it when an answer takes too long. Memory and processor time are
bounded from within. A first byte says that all is loaded.
"""

from __future__ import annotations

import pickle
import sys
import traceback
from datetime import UTC
from typing import IO, TYPE_CHECKING, Any

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.kinds.registry import Kinds
from aggregator.feeds.parse import parse_feed
from aggregator.process_limits import allow_work, limit_memory

if TYPE_CHECKING:
    from aggregator.models import FetchResult, Source

__all__ = ["main"]

_EXAMPLE = b"<rss><channel><item><title>t</title></item></channel></rss>"


def main(memory_bytes: int, work_s: int) -> None:
    """
    Answer until the input ends.

    Args:
        memory_bytes: Address space at most; an answer that wants more ends this process, or is an
            error.
        work_s: Processor seconds an answer may take; one that wants more ends this process.
    """
    limit_memory(memory_bytes)
    # What is loaded at the first feed is no feed's time.
    parse_feed(_EXAMPLE, {}, "", UTC)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever a library prints is no answer.
    sys.stdout = sys.stderr
    answers.write(b"\n")
    answers.flush()
    kinds = Kinds()
    while request := _read_request(requests):
        allow_work(work_s)
        answer = pickle.dumps(_read_answer(kinds, *request), pickle.HIGHEST_PROTOCOL)
        answers.write(len(answer).to_bytes(8))
        answers.write(answer)
        answers.flush()


def _read_request(requests: IO[bytes]) -> tuple[Source, FetchResult, Any] | None:
    size = int.from_bytes(requests.read(8))
    # Of our own making: whoever started this process writes it.
    request: tuple[Source, FetchResult, Any] | None = (
        pickle.loads(requests.read(size)) if size else None  # noqa: S301 -- see above
    )
    return request


def _read_answer(kinds: Kinds, source: Source, result: FetchResult, zone: Any) -> tuple[str, Any]:
    """Return what came of an answer: a feed, or a fault in words."""
    try:
        return "feed", kinds.find_kind(source.kind).parse(result, source, default_zone=zone)
    except FormChangedError as error:
        return "form", error.detail
    except ParseError as error:
        return "parse", error.detail
    except MemoryError:
        return "parse", "reading it took too much memory"
    except Exception as error:  # noqa: BLE001 -- whatever is wrong is told to whoever asked
        # Whatever a stranger's answer does to a library, the next one is read.
        *_, last = traceback.extract_tb(error.__traceback__)
        return "fault", f"{type(error).__name__}: {error} ({last.filename}:{last.lineno})"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
