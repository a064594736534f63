"""
Everything else through Apprise (github.com/caronc/apprise).

WhatsApp, Slack, Matrix, ntfy, webhooks, a hundred more.

Apprise says only whether it worked; why not is read from its log. A log that shows that no
connection was made, or an answer with an error status, means that nothing was sent; anything else
is doubt.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aggregator.delivery.channel import Part, Prepared
from aggregator.delivery.kind import ChannelContext, ChannelKeys, ChannelKind
from aggregator.delivery.parts import PLAIN, StoryPage, cut_messages, find_no_page
from aggregator.errors import InDoubtError, NotSentError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.models import Digest

__all__ = ["APPRISE_KIND", "AppriseChannel"]

# Their logs hold addresses, and these hold secrets: what is needed of them is read here and goes
# nowhere else.
logging.getLogger("apprise").propagate = False
logging.getLogger("urllib3").setLevel(logging.INFO)

_DETAIL_CHARS = 300
_FAILING = re.compile(r"error|exception|fail|unable|invalid|not ", re.IGNORECASE)
_PIECES = re.compile(r"[/:@?&=#]+")
_SECRET_CHARS = 4
_STATUS = re.compile(r"error=(\d{3})")
_NEVER_LEFT = re.compile(
    r"NewConnectionError|Connection refused|NameResolution|ConnectTimeout|No route|unreachable",
    re.IGNORECASE,
)
# Statuses after which another try may help, like those of a feed.
_LATER = re.compile(r"408|425|429|5\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseChannel:
    """
    One service by its Apprise address.

    Attributes:
        id: Slug from ``channels.toml``.
        url: Apprise's; a secret.
        stories: Sent at most.
        address: Where all of it can be read; empty if nowhere.
        story_page: Where a story of an earlier day can be read.
        limit: Characters of a message; Apprise itself cuts what a service does not take.
    """

    id: str
    url: str
    stories: int
    address: str
    limit: int = 3000
    story_page: StoryPage = find_no_page

    def prepare(self, digest: Digest) -> Prepared:
        """See the port."""
        texts = cut_messages(
            digest,
            PLAIN,
            limit=self.limit,
            stories=self.stories,
            address=self.address,
            story_page=self.story_page,
        )
        recipient = self._describe_recipient()
        parts = tuple(
            Part(str(number), recipient, text, text) for number, text in enumerate(texts, start=1)
        )
        return Prepared(parts, f"{len(parts)} messages")

    def prepare_notice(
        self,
        notice_id: str,
        text: str,
        at: datetime,
    ) -> tuple[Part, ...]:
        """See the port."""
        del notice_id, at
        return (Part("all", self._describe_recipient(), text, text),)

    def _describe_recipient(self) -> str:
        # Even the host of such an address is a secret with some services.
        return f"{self.url.partition(':')[0]} by Apprise"

    def _explain_failure(self, logged: str) -> str:
        """Return the lines of a log that say what went wrong, without any piece of the address."""
        failures = [line for line in logged.splitlines() if _FAILING.search(line)]
        text = " ".join(failures) if failures else "Apprise does not say why"
        text = " ".join(text.split())
        for piece in self._list_secrets():
            text = text.replace(piece, "***")
        return text[:_DETAIL_CHARS]

    def _list_secrets(self) -> list[str]:
        """Return the pieces of the address, the longest first: one may be part of another."""
        pieces = {*_PIECES.split(self.url), *_PIECES.split(unquote(self.url))}
        secrets = [piece for piece in pieces if len(piece) >= _SECRET_CHARS]
        return sorted(secrets, key=len, reverse=True)

    def send(self, part: Part) -> str:
        """See the port."""
        # Imported where it is used: it takes half a second, and most commands send nothing.
        import apprise  # noqa: PLC0415

        # A redirect is not followed: it would take the secrets elsewhere.
        service = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
        if not service.add(self.url):
            raise RefusedError(self.id, "url: not an address that Apprise knows")
        with apprise.LogCapture(level=logging.DEBUG, fmt="%(message)s") as log:  # type: ignore[no-untyped-call]
            done = service.notify(body=part.payload, body_format=apprise.NotifyFormat.TEXT)
            logged = log.getvalue()
        if done:
            return ""
        detail = self._explain_failure(logged)
        status = _STATUS.search(logged)
        if status and not _LATER.fullmatch(status[1]):
            raise RefusedError(self.id, detail)
        if status or _NEVER_LEFT.search(logged):
            raise NotSentError(self.id, detail)
        raise InDoubtError(self.id, detail)


def _read_keys(keys: ChannelKeys) -> Callable[[ChannelContext], AppriseChannel]:
    url = keys.read_secret("url")
    limit = keys.table.number("limit", 500, 100_000, 3000)
    return lambda context: AppriseChannel(
        id=keys.id,
        url=context.secret(url),
        stories=keys.stories,
        address=context.address(keys.edition),
        story_page=context.story_page,
        limit=limit,
    )


APPRISE_KIND = ChannelKind(name="apprise", read=_read_keys)
