"""
Sixty pages of articles: twenty layouts after the markup of the press, three articles each.

All of it is written for it and stands in ``tests/data/published/press-pages.toml``: an article in
Kazakh, one in Kazakh in Latin letters, one in Russian.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

__all__ = ["PressPage", "list_pages"]

_FILE = Path(__file__).resolve().parents[1] / "data" / "published" / "press-pages.toml"
_PLACE = re.compile(r"@(\w+)@")
_MENU = '<nav><a href="/">Басты бет</a> <a href="/2">Саясат</a> <a href="/3">Спорт</a></nav>'
_FOOT = "<footer>© 2009-2026 Дала таңы. 01.02.2009 ж. тіркелген.</footer>"


@dataclass(frozen=True, slots=True)
class PressPage:
    """A page, and what is right."""

    layout: str
    language: str
    markup: str
    title: str
    day: date
    author: str


def list_pages() -> list[PressPage]:
    """Return all sixty."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    pages = []
    for layout in tables["layout"]:
        pages += [_make_page(layout, article) for article in tables["article"]]
    return pages


def _make_page(layout: dict[str, Any], article: dict[str, Any]) -> PressPage:
    day = article["day"]
    words = {
        **article,
        "iso": day.isoformat(),
        "dotted": f"{day:%d.%m.%Y}",
        "dashed": f"{day:%d-%m-%Y}",
        "text": "".join(map("<p>{}</p>".format, article["paragraphs"])),
    }
    form = f"<head>{layout['head']}</head><body>{_MENU}{layout['body']}{_FOOT}</body>"
    inside = _PLACE.sub(lambda place: words[place[1]], form)
    return PressPage(
        layout=layout["name"],
        language=article["language"],
        markup=f'<!doctype html><html lang="{article["language"]}">{inside}</html>',
        title=article["title"],
        day=day,
        author=article["author"],
    )
