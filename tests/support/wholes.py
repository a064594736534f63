"""Whole articles of the stories of a test, and who asks for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.digest.whole import plan_whole_article
from aggregator.models.flag import Flag, Reason
from aggregator.store.wholes import AskResult
from aggregator.translate.packages.installed import Package
from aggregator.web.asking import Asker
from tests.support.builders import NOON

if TYPE_CHECKING:
    from aggregator.models import ArticleRef, WholeArticle
    from aggregator.web.renderer import PageRenderer

__all__ = ["PACKAGE", "WishList", "allow_asking", "make_asker", "put_whole", "translate_whole"]

PACKAGE = Package(
    name="translate-kk_en", version="0.1", source="kk", target="en", folder=Path("nowhere")
)


def translate_whole(ref: ArticleRef, *, chars: int = 12_000) -> WholeArticle:
    """Return a whole article whose second sentence has no English that can be shown."""
    whole = plan_whole_article(ref, chars=chars)
    parts = []
    for number, part in enumerate(whole.sentences):
        made = replace(
            part, english=f"Sentence {number} in English.", package="translate-kk_en 0.1"
        )
        withheld = replace(part, flags=(Flag(Reason.NUMBERS),))
        parts.append(withheld if number == 1 else made)
    return whole.add(parts)


def put_whole(renderer: PageRenderer, ref: ArticleRef, *, chars: int = 12_000) -> WholeArticle:
    """Put a whole article into a renderer's archive, finished."""
    whole = translate_whole(ref, chars=chars)
    renderer.archive.put_whole(whole, NOON)
    return whole


def allow_asking(renderer: PageRenderer) -> PageRenderer:
    """Return a renderer whose readers may ask."""
    return replace(renderer, site=replace(renderer.site, asking=True, packages=(PACKAGE,)))


class WishList:
    """Where wishes go."""

    def __init__(self, answer: AskResult = AskResult.ASKED) -> None:
        self.answer = answer
        self.asked: list[WholeArticle] = []

    def ask(self, whole: WholeArticle, *, most: int | None = None) -> AskResult:
        if self.answer is AskResult.ASKED:
            self.asked.append(whole)
        return self.answer


def make_asker(renderer: PageRenderer, wishes: WishList, *, away: bool = False) -> Asker:
    """Return what takes wishes for the stories of a renderer."""
    return Asker(
        archive=renderer.archive,
        site=renderer.site,
        wishes=wishes,
        chars=12_000,
        most=3,
        is_away=lambda: away,
        notice=lambda: None,
    )
