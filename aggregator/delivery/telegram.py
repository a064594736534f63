"""
Telegram (core.telegram.org/bots/api, sendMessage).

One message a part, its HTML, no previews of links.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.delivery.channel import Part, Prepared
from aggregator.delivery.kind import ChannelContext, ChannelKeys, ChannelKind
from aggregator.delivery.parts import TELEGRAM, StoryPage, cut_messages, find_no_page
from aggregator.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.models import Digest
    from aggregator.net.proxy import Proxy
    from aggregator.ports import Clock

__all__ = ["TELEGRAM_API", "TELEGRAM_KIND", "TelegramChannel"]

TELEGRAM_API = "https://api.telegram.org"
_LIMIT = 4096
_CHAT = re.compile(r"@\w{4,64}|-?\d{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramChannel:
    """
    A chat, group or channel.

    Attributes:
        id: Slug from ``channels.toml``.
        token: Of the bot; a secret.
        chat: Its id, or ``@name`` of a channel.
        stories: Sent at most.
        address: Where all of it can be read; empty if nowhere.
        story_page: Where a story of an earlier day can be read.
        clock: For dates in Retry-After.
        base: Address of the Bot API, for a server of one's own.
        timeout_s: For an answer.
        proxy: Through which it leaves; None for none.
    """

    id: str
    token: str
    chat: str
    stories: int
    address: str
    clock: Clock
    base: str = TELEGRAM_API
    timeout_s: float = 20.0
    proxy: Proxy | None = None
    story_page: StoryPage = find_no_page

    def prepare(self, digest: Digest) -> Prepared:
        """See the port."""
        texts = cut_messages(
            digest,
            TELEGRAM,
            limit=_LIMIT,
            stories=self.stories,
            address=self.address,
            story_page=self.story_page,
        )
        parts = tuple(
            Part(str(number), self.chat, text, text) for number, text in enumerate(texts, start=1)
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
        return (Part("all", self.chat, text, TELEGRAM.write_words(text)),)

    def send(self, part: Part) -> str:
        """See the port."""
        body = {
            "chat_id": self.chat,
            "text": part.payload,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        # Imported where it is used: reading channels needs no HTTP.
        from aggregator.delivery.http import HttpPost, find_operators_host  # noqa: PLC0415

        own = find_operators_host(self.base, TELEGRAM_API)
        post = HttpPost(
            self.id,
            (self.token,),
            self.clock,
            self.timeout_s,
            allow_private=own,
            proxy=self.proxy,
        )
        answer = post.post(
            f"{self.base}/bot{self.token}/sendMessage", json.dumps(body).encode(), {}
        )
        try:
            return str(answer.json()["result"]["message_id"])
        except (ValueError, KeyError, TypeError):
            detail = f"not an answer of the Bot API at {self.base}: is `base` right?"
            raise RefusedError(self.id, detail) from None


def _read_keys(keys: ChannelKeys) -> Callable[[ChannelContext], TelegramChannel]:
    token = keys.read_secret("token")
    chat = keys.table.matching("chat", _CHAT, 'a number or "@name"')
    base = keys.read_base(TELEGRAM_API)
    return lambda context: TelegramChannel(
        id=keys.id,
        token=context.secret(token),
        chat=chat,
        stories=keys.stories,
        address=context.address(keys.edition),
        story_page=context.story_page,
        clock=context.clock,
        base=base,
        proxy=context.proxy,
    )


TELEGRAM_KIND = ChannelKind(name="telegram", read=_read_keys)
