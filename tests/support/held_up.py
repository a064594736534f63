"""Six articles that anybody can translate, and one that took minutes to cut into sentences."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["INNOCENT", "POISON", "POISON_TITLE", "make_feed"]

INNOCENT = (
    "Министр прибыл в Пекин с визитом",
    "Президент подписал закон о воде",
    "Врачи рассказали о новом лекарстве",
    "Поезд опоздал из-за сильного снега",
    "Цены на хлеб выросли в августе",
    "Студенты получили стипендии",
)
POISON_TITLE = "Яд в тексте"
POISON = "!" * 49_900 + " " + "." * 49_900
_ITEM = (
    "<item><guid>{0}</guid><title>{0}</title><link>{1}</link><description>{2}</description>"
    "<pubDate>{3}</pubDate></item>"
)


def make_feed(
    articles: Iterable[tuple[str, str]], published: datetime | None = None, home: str = ""
) -> str:
    """
    Write a feed.

    Args:
        articles: Title and text of each; a title is what an article is known by.
        published: All of them; None for now.
        home: What their links begin with; without it they have none.
    """
    date = format_datetime(published or datetime.now(UTC))
    items = [
        _ITEM.format(escape(title), f"{home}{number}" if home else "", escape(text), date)
        for number, (title, text) in enumerate(articles)
    ]
    return f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'
