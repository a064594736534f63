"""What readers are shown of a story's whole article in English, out of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.digest.whole import is_readable, name_whole_article

if TYPE_CHECKING:
    from aggregator.models import ArticleRef, WholeArticle
    from aggregator.web.archive import Archive
    from aggregator.web.pages import Site

__all__ = ["NOT_WHOLE", "WholeState", "find_whole_state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeState:
    """
    What there is of a whole article in English.

    Attributes:
        article: All of it; None if it is not there.
        waits: It is in line, or being made.
        may_ask: Readers may ask for it.
    """

    article: WholeArticle | None = None
    waits: bool = False
    may_ask: bool = False


NOT_WHOLE = WholeState()
"""Nothing, and nobody may ask for it."""


def find_whole_state(archive: Archive, site: Site, ref: ArticleRef) -> WholeState:
    """
    Find what there is of an article in English, in the words that a digest printed.

    Raises:
        ArchiveError: The copies cannot be read.
    """
    languages = {package.source for package in site.packages}
    whole_id = name_whole_article(ref)
    article = archive.find_whole(whole_id)
    if article is not None:
        return WholeState(article=article)
    if whole_id in archive.list_wholes_waiting():
        return WholeState(waits=True)
    return WholeState(may_ask=site.asking and is_readable(ref, languages))
