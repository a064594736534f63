"""
The process that makes pictures anew: lines in, lines out, until its input ends.

A line in is a file in base64, a line out is JSON: a picture, or why there is none. Started by
``process``, which kills it when a picture takes too long. Memory and processor time are bounded
from within. A first line, empty, says that all is loaded.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import sys

from PIL import Image

from aggregator.pictures.make import make_picture
from aggregator.pictures.verdict import UnfitPictureError
from aggregator.process_limits import allow_work, limit_memory

__all__ = ["main"]

log = logging.getLogger(__name__)


def main(memory_bytes: int, work_s: int) -> None:
    """
    Answer until the input ends.

    Args:
        memory_bytes: Address space at most; a picture that wants more ends this process, or is
            refused.
        work_s: Processor seconds a picture may take; one that wants more ends this process.
    """
    limit_memory(memory_bytes)
    # What is loaded at the first picture is no picture's time.
    make_picture(_make_example())
    _write_line("")
    for line in sys.stdin.buffer:
        allow_work(work_s)
        _write_line(json.dumps(_answer(base64.b64decode(line))))


def _make_example() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (320, 200)).save(written, "JPEG")
    return written.getvalue()


def _answer(body: bytes) -> dict[str, object]:
    try:
        made = make_picture(body)
    except UnfitPictureError as error:
        return {"fault": str(error)}
    except MemoryError:
        return {"fault": "took too much memory"}
    except Exception:
        # Whatever a stranger's file does to a library, the next one is read.
        log.exception("picture not made")
        return {"fault": "a broken file"}
    body_text = base64.b64encode(made.body).decode()
    return {"width": made.width, "height": made.height, "body": body_text}


def _write_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
