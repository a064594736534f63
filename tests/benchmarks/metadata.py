"""
Title, day and author of sixty pages of the press, by the libraries that are installed.

Peers are newspaper4k, goose3 and readability-lxml (`.venv/bin/pip install ...`) beside trafilatura
and htmldate, which come with it. "feeds.dates" is this project's reading of dates, of what pages
mark as one: structured data, `time`, elements whose class speaks of a date. It was written beside
these pages, so its figure says what can be had and not how it does elsewhere.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from importlib.util import find_spec
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import htmldate
import trafilatura

from aggregator.feeds.dates import parse_date
from aggregator.text.tree import read_inner_text, read_tree
from tests.support.press_pages import PressPage, list_pages

if TYPE_CHECKING:
    from collections.abc import Callable

Found = tuple[str, str, str]
_ALMATY = ZoneInfo("Asia/Almaty")
_MARKED = re.compile(r"date|time|created?$|published|submitted|meta|info|details", re.IGNORECASE)
_PUBLISHED = re.compile(r'"(?:datePublished|published_at)"\s*:\s*"([^"]+)"')


def read_trafilatura(page: PressPage) -> Found:
    found = trafilatura.extract_metadata(page.markup)
    return (found.title or "", found.date or "", found.author or "") if found else ("", "", "")


def read_htmldate(page: PressPage) -> Found:
    return "", htmldate.find_date(page.markup, original_date=True) or "", ""


def read_newspaper(page: PressPage) -> Found:
    import newspaper

    article = newspaper.Article("https://dala.example/1", language="en")
    article.download(input_html=page.markup)
    article.parse()
    day = article.publish_date.date().isoformat() if article.publish_date else ""
    return article.title or "", day, ", ".join(article.authors)


def read_goose(page: PressPage) -> Found:
    from goose3 import Goose

    article = Goose({"enable_image_fetching": False}).extract(raw_html=page.markup)
    return article.title or "", (article.publish_date or "")[:10], ", ".join(article.authors)


def read_readability(page: PressPage) -> Found:
    import readability

    return readability.Document(page.markup).short_title() or "", "", ""


def read_own(page: PressPage) -> Found:
    """Read the first date of what is marked as one, the structured first."""
    published = _PUBLISHED.findall(page.markup)
    root, _ = read_tree(page.markup)
    assert root is not None
    for node in root.iter("meta"):
        name = f"{node.get('property') or ''}{node.get('name') or ''}{node.get('itemprop') or ''}"
        if re.search(r"published|pubdate|datePublished", name):
            published.append(node.get("content") or "")
    parts = [node for node in root.iter() if not list(node.iterancestors("aside"))]
    published += [
        node.get("datetime") or read_inner_text(node) for node in parts if node.tag == "time"
    ]
    for node in parts:
        if _MARKED.search(node.get("class") or "") or node.get("property") == "dc:date dc:created":
            published += [node.get("content") or "", *read_inner_text(node).split("\n")]
            published += read_inner_text(node).split(" | ")
    moments = filter(None, (parse_date(text, _ALMATY) for text in published))
    moment = next(moments, None)
    return "", moment.astimezone(_ALMATY).date().isoformat() if moment else "", ""


READERS: dict[str, tuple[str, Callable[[PressPage], Found]]] = {
    "trafilatura": ("trafilatura", read_trafilatura),
    "htmldate": ("htmldate", read_htmldate),
    "newspaper4k": ("newspaper", read_newspaper),
    "goose3": ("goose3", read_goose),
    "readability-lxml": ("readability", read_readability),
    "feeds.dates": ("aggregator", read_own),
}


def main(_: list[str]) -> None:
    pages = list_pages()
    print(f"{len(pages)} pages; right / wrong, the rest is not found\n")
    print("| | title | day | of them kk | kk-Latn | ru | author | ms a page |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, (module, reader) in READERS.items():
        if find_spec(module):
            print(report(name, reader, pages))


def report(name: str, reader: Callable[[PressPage], Found], pages: list[PressPage]) -> str:
    counts: Counter[tuple[object, ...]] = Counter()
    started = time.process_time()
    for page in pages:
        title, day, author = reader(page)
        counts["title", title == page.title] += bool(title)
        is_right = day == page.day.isoformat()
        counts["day", is_right] += bool(day)
        counts["day", page.language, is_right] += bool(day)
        counts["author", author == page.author] += bool(author)
    spent = (time.process_time() - started) / len(pages) * 1000
    keys = ("title",), ("day",), *(("day", tag) for tag in ("kk", "kk-Latn", "ru")), ("author",)
    cells = [f"{counts[*key, True]} / {counts[*key, False]}" for key in keys]
    return f"| {name} | {' | '.join(cells)} | {spent:.1f} |"
