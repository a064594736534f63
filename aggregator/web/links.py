"""
Addresses of pages, feeds and files: the same names on the server and in a folder.

All links are relative, so that pages work below any path, and from a folder without any server:

    index.html                              the newest digest of the first edition
    EDITION/index.html                      the newest digest of an edition
    EDITION/DAY.html                        a digest
    EDITION/DAY/all-2.html                  what it tells in brief, page by page
    EDITION/DAY/STORY.html                  a story
    EDITION/archive.html, archive-2025.html days of a year
    EDITION/FEED.rss, .atom, .json          digests, stories, and stories by topic
    search.html                             on the server alone
    outlets.html, about.html, sources.opml
    static/NAME
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Links", "absolute"]


@dataclass(frozen=True, slots=True)
class Links:
    """
    Links as one page writes them.

    Attributes:
        root: From the page to the root: empty, ``../``, ``../../`` or an absolute path that ends in ``/``.
    """

    root: str = ""

    def front(self) -> str:
        """The newest digest."""
        return f"{self.root}index.html"

    def newest(self, edition: str) -> str:
        """The newest digest of an edition."""
        return f"{self.root}{edition}/index.html"

    def digest(self, edition: str, day: date) -> str:
        """A digest."""
        return f"{self.root}{edition}/{day}.html"

    def brief(self, edition: str, day: date, number: int) -> str:
        """A page of what a digest tells in brief; numbers begin with 2."""
        return f"{self.root}{edition}/{day}/all-{number}.html"

    def story(self, edition: str, day: date, story_id: str) -> str:
        """A story."""
        return f"{self.root}{edition}/{day}/{story_id}.html"

    def correction(self, edition: str, day: date, article_id: str) -> str:
        """Where a digest tells what an outlet has changed in an article."""
        return f"{self.digest(edition, day)}#c-{article_id}"

    def archive(self, edition: str, year: int | None = None) -> str:
        """Days of a year; the newest year without one."""
        return f"{self.root}{edition}/archive{'' if year is None else f'-{year}'}.html"

    def search(self, words: str = "", edition: str = "", page: int = 1) -> str:
        """The search, or a page of its results."""
        asked = {"q": words, "edition": edition, "page": str(page) if page > 1 else ""}
        query = urlencode({key: value for key, value in asked.items() if value})
        return f"{self.root}search.html{'?' if query else ''}{query}"

    def feed(self, edition: str, name: str, form: str) -> str:
        """A feed: ``digests``, ``stories`` or ``topic-NAME``, as ``rss``, ``atom`` or ``json``."""
        return f"{self.root}{edition}/{name}.{form}"

    def page(self, name: str) -> str:
        """``outlets.html``, ``about.html``, ``sources.opml``."""
        return f"{self.root}{name}"

    def static(self, name: str) -> str:
        """A file that pages need."""
        return f"{self.root}static/{name}"


def absolute(address: str, path: str) -> str:
    """Return the full address of a path below a public address that ends in ``/``."""
    return address + quote(path, safe="/-._~?=&%#")
