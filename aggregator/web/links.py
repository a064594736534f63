"""
Links as pages, feeds and mails write them, from the one table of addresses (``paths``).

The table says what addresses there are, and a server reads them by it; a link says how to get to
one from where the reader is, and whoever writes links reads none. So these are two modules, of
which the second knows the first.

All links are relative, so that pages work below any path, and from a folder without any server.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from aggregator.web import paths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from aggregator.models import PictureSize, Topic

__all__ = ["Links", "make_absolute"]


@dataclass(frozen=True, slots=True)
class Links:
    """
    Links as one page writes them; each method is called as what its link leads to.

    Attributes:
        root: From the page to the root: empty, ``../``, ``../../`` or an absolute path that ends in
            ``/``.
    """

    root: str = ""

    def front(self) -> str:
        """The newest digest."""
        return f"{self.root}{paths.FRONT.path}"

    def newest(self, edition: str) -> str:
        """The newest digest of an edition."""
        return f"{self.root}{paths.NEWEST.fill(edition=edition)}"

    def digest(self, edition: str, day: date) -> str:
        """A digest."""
        return f"{self.root}{paths.DIGEST.fill(edition=edition, day=day)}"

    def brief(
        self,
        edition: str,
        day: date,
        number: int,
    ) -> str:
        """A page of what a digest has in brief; numbers begin with 2."""
        return f"{self.root}{paths.BRIEF.fill(edition=edition, day=day, number=number)}"

    def digest_page(
        self,
        edition: str,
        day: date,
        number: int,
    ) -> str:
        """A page of a digest: 1 is its own, the others are those of what it has in brief."""
        if number == 1:
            return self.digest(edition, day)
        return self.brief(edition, day, number)

    def story(
        self,
        edition: str,
        day: date,
        story_id: str,
    ) -> str:
        """A story."""
        return f"{self.root}{paths.STORY.fill(edition=edition, day=day, story=story_id)}"

    def ask_whole(
        self,
        edition: str,
        day: date,
        story_id: str,
    ) -> str:
        """Where the form goes that asks for a story's whole article; on a server alone."""
        return f"{self.root}{paths.ASK_WHOLE.fill(edition=edition, day=day, story=story_id)}"

    def correction(
        self,
        edition: str,
        day: date,
        article_id: str,
    ) -> str:
        """Where a digest says what an outlet has changed in an article."""
        return f"{self.digest(edition, day)}#c-{article_id}"

    def archive(self, edition: str, year: int | None = None) -> str:
        """Days of a year; the newest year without one."""
        if year is None:
            return f"{self.root}{paths.ARCHIVE.fill(edition=edition)}"
        return f"{self.root}{paths.YEAR.fill(edition=edition, year=year)}"

    def topic(
        self,
        edition: str,
        topic: Topic,
        number: int = 0,
    ) -> str:
        """A page of a topic's stories, numbered from 1, the oldest; 0 for the newest."""
        if not number:
            return f"{self.root}{paths.TOPIC.fill(edition=edition, topic=topic)}"
        return f"{self.root}{paths.TOPIC_PART.fill(edition=edition, topic=topic, number=number)}"

    def outlet(
        self,
        edition: str,
        outlet: str,
        number: int = 0,
    ) -> str:
        """A page of an outlet's stories, numbered from 1, the oldest; 0 for the newest."""
        if not number:
            return f"{self.root}{paths.OUTLET.fill(edition=edition, outlet=outlet)}"
        return f"{self.root}{paths.OUTLET_PART.fill(edition=edition, outlet=outlet, number=number)}"

    def subject(
        self,
        edition: str,
        subject: str,
        number: int = 0,
    ) -> str:
        """A page of the stories that name a subject, from 1, the oldest; 0 for the newest."""
        if not number:
            return f"{self.root}{paths.SUBJECT.fill(edition=edition, subject=subject)}"
        path = paths.SUBJECT_PART.fill(edition=edition, subject=subject, number=number)
        return f"{self.root}{path}"

    def subjects(self, edition: str) -> str:
        """Who and what was in the news of late."""
        return f"{self.root}{paths.SUBJECTS.fill(edition=edition)}"

    def search(
        self,
        words: str = "",
        edition: str = "",
        page: int = 1,
        filters: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """The search, or a page of its results; filters by the names of their fields."""
        parameters = {
            "q": words,
            "edition": edition,
            **filters,
            "page": str(page) if page > 1 else "",
        }
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"{self.root}{paths.SEARCH.path}{'?' if query else ''}{query}"

    def feed(
        self,
        edition: str,
        name: str,
        form: str,
    ) -> str:
        """A feed, of ``paths.FEED_NAMES`` or a listing's, in a form of ``paths.FORM_NAMES``."""
        return f"{self.root}{paths.FEED.fill(edition=edition, feed=name, form=form)}"

    def outlets(self) -> str:
        """The table of outlets."""
        return f"{self.root}{paths.OUTLETS.path}"

    def about(self) -> str:
        """How this is made."""
        return f"{self.root}{paths.ABOUT.path}"

    def sources(self) -> str:
        """The sources, as OPML."""
        return f"{self.root}{paths.SOURCES.path}"

    def openapi(self) -> str:
        """The description of the API; on a server alone."""
        return f"{self.root}{paths.OPENAPI.path}"

    def picture(self, size: PictureSize) -> str:
        """An outlet's picture."""
        article_id, _, hashed = size.name.partition("-")
        return f"{self.root}{paths.PICTURE.fill(article=article_id, hash=hashed)}"

    def static(self, name: str) -> str:
        """A file that pages need."""
        return f"{self.root}{paths.STATIC.fill(name=name)}"


def make_absolute(address: str, path: str) -> str:
    """Return the full address of a path below a public address that ends in ``/``."""
    return address + quote(path, safe="/-._~?=&%#")
