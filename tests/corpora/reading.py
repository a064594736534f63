"""What the files of a corpus come to."""

from __future__ import annotations

import re
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregator.text.html import to_safe_html, to_text
from tests.support.safe import fault_of
from tests.support.through import ADDRESS, came_to, made_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.corpora.packages import Sample

__all__ = ["Account", "find_headers", "read"]

# feedparser's tests say in a comment what the server would have sent.
_HEADER = re.compile(rb"Header:\s*Content-type:\s*([^\r\n]+)", re.IGNORECASE)


@dataclass(slots=True)
class Account:
    """Counts of files by what they came to; crashes with their tracebacks; the slowest file."""

    counts: Counter[str] = field(default_factory=Counter)
    crashes: dict[str, str] = field(default_factory=dict)
    slowest: tuple[float, str] = (0.0, "")


def read(files: Iterable[Sample]) -> Account:
    """Read files to articles or errors, one after another."""
    account = Account()
    for sample in files:
        started = time.perf_counter()
        try:
            account.counts[_came_to(sample)] += 1
        except Exception:  # noqa: BLE001  a crash is what is looked for; the next file may hold another
            account.counts["crashed"] += 1
            account.crashes[sample.path] = traceback.format_exc()
        account.slowest = max(account.slowest, (time.perf_counter() - started, sample.path))
    return account


def find_headers(sample: Sample) -> dict[str, str]:
    """Return what a server would have sent with a file, as far as it says so."""
    match = _HEADER.search(sample.body[:2000])
    return {"content-type": match[1].decode("latin-1").strip()} if match else {}


def _came_to(sample: Sample) -> str:
    headers = find_headers(sample)
    if sample.is_page:
        markup = sample.body.decode("utf-8", "replace")
        if fault := fault_of(to_safe_html(markup, ADDRESS)):
            raise AssertionError(fault)
        return "text" if to_text(markup) else "no text"
    kind, detail = came_to(sample.body, headers)
    if kind == "error":
        return "named error"
    if detail == "0":
        return "empty feed"
    for article in made_of(sample.body, headers):
        if fault := fault_of(article.html):
            raise AssertionError(fault)
    return "articles"
