"""Checkups as a table that people can keep: Markdown, or JSON for programs. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.sources.check import Checkup

__all__ = ["as_json", "cell", "markdown_report"]


def cell(text: object) -> str:
    """Return a text as it may stand in a cell of a Markdown table."""
    return (
        str(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
    )


def as_json(found: Sequence[Checkup], now: datetime, version: str) -> str:
    """Write checkups as one JSON document, ``tilshi.source-check/1``."""
    document = {
        "format": "tilshi.source-check/1",
        "at": now.isoformat(timespec="seconds"),
        "version": version,
        "sources": [_row(one) for one in found],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _row(one: Checkup) -> dict[str, Any]:
    source = one.look.source
    result = one.look.result
    page = one.look.page
    return {
        "id": source.id,
        "outlet": source.outlet.id,
        "kind": source.kind,
        "url": source.url,
        "paused": source.paused,
        "grade": one.grade,
        "outcome": one.look.outcome.value,
        "detail": one.look.detail,
        "items": one.items,
        "languages": {"declared": list(source.languages), "seen": one.languages},
        "dated": one.dated,
        "newest": one.newest.isoformat() if one.newest else None,
        "full_texts": one.full,
        "page": {
            "url": page.url,
            "characters": page.characters,
            "said": page.said,
        }
        if page
        else None,
        "redirects": [{"url": step.url, "status": step.status} for step in result.redirects]
        if result
        else [],
        "moved_to": one.address or None,
        "elapsed_s": round(result.elapsed_s, 3) if result else None,
        "findings": [
            {
                "grade": item.grade,
                "key": item.key or None,
                "words": item.words,
                "mend": item.mend or None,
            }
            for item in one.findings
        ],
    }


def markdown_report(found: Sequence[Checkup], now: datetime, version: str) -> str:
    """Write checkups as a page with a table, the wrong ones first."""
    order = ("wrong", "look", "right")
    counts = ", ".join(f"{sum(one.grade == grade for one in found)} {grade}" for grade in order)
    head = [
        "# Sources, looked at",
        "",
        f"{now:%Y-%m-%d %H:%M} UTC, tilshi {version}. {len(found)} sources: {counts}.",
        "",
        "| source | is | outcome | items | languages seen | declared | dated | in full | newest | "
        "what to do |",
        "|---|---|---|--:|---|---|--:|--:|---|---|",
    ]
    rows = sorted(found, key=lambda one: order.index(one.grade))
    return "\n".join([*head, *map(_line, rows)]) + "\n"


def _line(one: Checkup) -> str:
    source = one.look.source
    said = [f"{item.words}: `{item.mend}`" if item.mend else item.words for item in one.findings]
    cells = (
        f"[{source.id}]({source.url})",
        one.grade + (", paused" if source.paused else ""),
        one.look.outcome.value,
        one.items,
        " ".join(f"{tag}:{count}" for tag, count in one.languages.items()),
        " ".join(source.languages),
        one.dated,
        one.full,
        f"{one.newest:%Y-%m-%d %H:%M}" if one.newest else "",
        "; ".join(said),
    )
    return "| " + " | ".join(map(cell, cells)) + " |"
