"""
Four more days of invented press beside the demo's three, with gold: for measuring, not for showing.

Written apart from the demo and from the grouping, with hard cases on purpose. ``story`` names the
event an article tells, ``topic`` what it is about, ``copy_of`` the article whose text it repeats.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.models import FeedItem, RawArticle
from aggregator.text.clean import clean

if TYPE_CHECKING:
    from aggregator.models import Article

__all__ = ["Week", "load_week"]

FOLDER = Path(__file__).resolve().parent.parent / "data" / "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """
    The articles and what an editor says of them, by article id.

    Attributes:
        articles: Cleaned, without embeddings.
        stories: Name of the event.
        topics: What it is about.
        copies: Id of the article whose text is repeated.
        official: Ids of outlets that speak for a state body.
    """

    articles: tuple[Article, ...]
    stories: dict[str, str]
    topics: dict[str, str]
    copies: dict[str, str]
    official: frozenset[str] = frozenset({"minpress"})


def load_week(first_number: int = 10_000) -> Week:
    """Read the files; ids are numbers from ``first_number`` on, in 32 hex digits."""
    tables = [
        table
        for path in sorted(FOLDER.glob("*.toml"))
        for table in tomllib.loads(path.read_text("utf-8"))["article"]
    ]
    ids = {table["key"]: f"{number:032x}" for number, table in enumerate(tables, first_number)}
    return Week(
        articles=tuple(_article(ids[table["key"]], table) for table in tables),
        stories={ids[table["key"]]: table["story"] for table in tables},
        topics={ids[table["key"]]: table["topic"] for table in tables},
        copies={ids[table["key"]]: ids[table["copy_of"]] for table in tables if "copy_of" in table},
    )


def _article(article_id: str, table: dict[str, object]) -> Article:
    outlet, key = str(table["outlet"]), str(table["key"])
    body = table["body"]
    assert isinstance(body, list), key
    published = table["published"]
    item = FeedItem(
        guid=key,
        link=f"https://{outlet}.example/{key}",
        title=str(table["title"]),
        summary=str(table["lead"]),
        content="".join(f"<p>{part}</p>" for part in (table["lead"], *body)),
        published=published,  # type: ignore[arg-type]
    )
    raw = RawArticle(
        id=article_id,
        rev=1,
        edits=0,
        source_id=outlet,
        outlet_id=outlet.removesuffix("-ru").removesuffix("-kk"),
        item=item,
        first_seen=published,  # type: ignore[arg-type]
        day=published.date(),  # type: ignore[attr-defined]
    )
    return clean(raw, (str(table["language"]),))
