"""
Readers ask for whole articles: the one thing that they may change.

A form at a story's address, there only where the owner allows it. What it can do is bounded: an
article waits once, so many wait at most, and workers spend so many minutes a day on all of them. A
store that is away costs readers nothing: it is asked by two threads at most, and not at all while
it is known to be away.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from anyio import CapacityLimiter, fail_after, to_thread

from aggregator.digest.whole import is_readable, plan_whole_article
from aggregator.errors import ArchiveError, StoreError
from aggregator.store.wholes import AskResult
from aggregator.web import paths
from aggregator.web.forms import is_own_form
from aggregator.web.links import Links
from aggregator.web.whole_state import find_whole_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aggregator.models import ArticleRef, WholeArticle
    from aggregator.web.archive import Archive
    from aggregator.web.pages import Site

__all__ = ["Answer", "Asker", "Wishes"]

log = logging.getLogger(__name__)

_THREADS = 2
_STORE_S = 5.0


class Answer(Enum):
    """What is said to whoever asked: status, title and text of a page; no page for ``WAITS``."""

    WAITS = (303, "", "")
    UNKNOWN = (404, "Nothing is here", "There is no such story, or nothing of it to translate.")
    FOREIGN = (403, "That was refused", "It was not sent by a form of this page.")
    FULL = (503, "Too many wait already", "Other articles are translated first. Try later.")
    AWAY = (503, "This cannot be taken now", "The newsroom cannot be reached. Try later.")


class Wishes(Protocol):
    """Where wishes go; the store's ``wholes`` is one."""

    def ask(self, whole: WholeArticle, *, most: int | None = None) -> AskResult:
        """Let a whole article wait, so many at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """
    Takes what readers ask for.

    Attributes:
        archive: Where stories are found.
        site: Whose packages say what can be translated, and where readers reach it.
        wishes: With a store that is not patient.
        chars: Of an article, at most.
        most: That may wait at once.
        is_away: Says whether the store is known to be away.
        notice: Called when the archive has changed.
    """

    archive: Archive
    site: Site
    wishes: Wishes
    chars: int
    most: int
    is_away: Callable[[], bool]
    notice: Callable[[], None]

    # Made when first used, because it belongs to an event loop.
    _limiters: list[CapacityLimiter] = field(default_factory=list)

    async def ask(self, values: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Take a wish for the story of an address."""
        authority = urlsplit(self.site.address).netloc
        if not is_own_form(headers, authority, unsaid=True):
            return Answer.FOREIGN
        if not self._limiters:
            self._limiters.append(CapacityLimiter(_THREADS))
        try:
            with fail_after(_STORE_S):
                return await to_thread.run_sync(
                    self._ask, values, limiter=self._limiters[0], abandon_on_cancel=True
                )
        except (StoreError, TimeoutError) as error:
            log.warning("a reader's wish was not taken", extra={"error": str(error)})
            return Answer.AWAY
        except ArchiveError as error:
            log.error("a reader's wish was not taken", extra={"error": str(error)})  # noqa: TRY400 -- says all
            return Answer.AWAY

    def _ask(self, values: Mapping[str, str]) -> Answer:
        ref = self._find_article(values)
        languages = {package.source for package in self.site.packages}
        if ref is None or not is_readable(ref, languages):
            return Answer.UNKNOWN
        if not find_whole_state(self.archive, self.site, ref).may_ask:
            return Answer.WAITS
        if self.is_away():
            return Answer.AWAY
        whole = plan_whole_article(ref, chars=self.chars)
        if not whole.size:
            return Answer.UNKNOWN
        if self.wishes.ask(whole, most=self.most) is AskResult.FULL:
            return Answer.FULL
        self.archive.add_whole_waiting(whole.id)
        self.notice()
        log.info("a reader asked for a whole article", extra={"article": whole.id})
        return Answer.WAITS

    def _find_article(self, values: Mapping[str, str]) -> ArticleRef | None:
        try:
            day = date.fromisoformat(values["day"])
        except ValueError:
            return None
        if self.site.find_edition(values["edition"]) is None:
            return None
        digest = self.archive.find_digest(values["edition"], day)
        stories = digest.stories if digest else ()
        return next((story.best for story in stories if story.id == values["story"]), None)

    def find_way_back(self, values: Mapping[str, str]) -> str:
        """Return where whoever asked is led: the story, by an address that no cache knows."""
        links = Links(paths.ASK_WHOLE.root)
        day = date.fromisoformat(values["day"])
        return f"{links.story(values['edition'], day, values['story'])}?asked#whole"
