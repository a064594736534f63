"""Checkups as a table that people can keep: Markdown, or JSON for programs. Pure."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.models import Redirect
    from aggregator.sources.check import Checkup, Finding
    from aggregator.sources.sample import PageSample

__all__ = ["write_cell", "write_json", "write_report"]

_ORDER = ("wrong", "look", "right")
_COLUMNS = (
    "source",
    "is",
    "outcome",
    "items",
    "languages seen",
    "declared",
    "dated",
    "in full",
    "newest",
    "what to do",
)
_ESCAPES = str.maketrans({"\\": "\\\\", "|": "\\|", "<": "&lt;", "\n": " "})


def write_cell(text: object) -> str:
    """Return a text as it may stand in a cell of a Markdown table."""
    return str(text).translate(_ESCAPES)


def write_json(checkups: Sequence[Checkup], now: datetime, version: str) -> str:
    """Write checkups as one JSON document, ``tilshi.source-check/1``."""
    document = {
        "format": "tilshi.source-check/1",
        "at": now.isoformat(timespec="seconds"),
        "version": version,
        "sources": [_list_facts(checkup) for checkup in checkups],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _list_facts(checkup: Checkup) -> dict[str, Any]:
    sample = checkup.look
    source = sample.source
    result = sample.result
    newest = checkup.newest
    return {
        "id": source.id,
        "outlet": source.outlet.id,
        "kind": source.kind,
        "url": source.url,
        "paused": source.paused,
        "grade": checkup.grade,
        "outcome": sample.outcome.value,
        "detail": sample.detail,
        "items": checkup.items,
        "languages": {"declared": list(source.languages), "seen": checkup.languages},
        "dated": checkup.dated,
        "newest": newest.isoformat() if newest else None,
        "full_texts": checkup.full,
        "page": _list_page_facts(sample.page) if sample.page else None,
        "redirects": list(map(_list_step_facts, result.redirects)) if result else [],
        "moved_to": checkup.address or None,
        "elapsed_s": round(result.elapsed_s, 3) if result else None,
        "findings": [_list_finding_facts(finding) for finding in checkup.findings],
    }


def _list_page_facts(page: PageSample) -> dict[str, Any]:
    return {
        "url": page.url,
        "characters": page.characters,
        "said": page.said,
    }


def _list_step_facts(step: Redirect) -> dict[str, Any]:
    return {"url": step.url, "status": step.status}


def _list_finding_facts(finding: Finding) -> dict[str, Any]:
    return {
        "grade": finding.grade,
        "key": finding.key or None,
        "words": finding.words,
        "mend": finding.mend or None,
    }


def write_report(checkups: Sequence[Checkup], now: datetime, version: str) -> str:
    """Write checkups as a page with a table, the wrong ones first."""
    ranked = sorted(checkups, key=lambda checkup: _ORDER.index(checkup.grade))
    by_grade = Counter(checkup.grade for checkup in checkups)
    counts = [f"{by_grade[grade]} {grade}" for grade in _ORDER]
    made = f"{now:%Y-%m-%d %H:%M} UTC, tilshi {version}."
    totals = f"{len(checkups)} sources: {', '.join(counts)}."
    head = [
        "# Sources, looked at",
        "",
        f"{made} {totals}",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        "|---|---|---|--:|---|---|--:|--:|---|---|",
    ]
    rows = map(_write_row, ranked)
    return "\n".join([*head, *rows]) + "\n"


def _write_row(checkup: Checkup) -> str:
    sample = checkup.look
    source = sample.source
    newest = checkup.newest
    languages = [f"{tag}:{count}" for tag, count in checkup.languages.items()]
    findings = map(_write_finding, checkup.findings)
    cells = (
        f"[{source.id}]({source.url})",
        f"{checkup.grade}, paused" if source.paused else checkup.grade,
        sample.outcome.value,
        checkup.items,
        " ".join(languages),
        " ".join(source.languages),
        checkup.dated,
        checkup.full,
        f"{newest:%Y-%m-%d %H:%M}" if newest else "",
        "; ".join(findings),
    )
    return "| " + " | ".join(map(write_cell, cells)) + " |"


def _write_finding(finding: Finding) -> str:
    if not finding.mend:
        return finding.words
    return f"{finding.words}: `{finding.mend}`"
