"""
Aitu messenger's bot API (btsdigital/bot-api-contract, d05b3b5).

``POST updates/`` with commands ``SendMessage``.

The contract takes ten commands a request; a request here has one, so that each part is sent or not
sent by itself. It says nothing of markup, so messages are plain text, nor of limits of rate, so 429
is heeded if it comes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.delivery.channel import Part, Prepared
from aggregator.delivery.kind import ChannelContext, ChannelKeys, ChannelKind
from aggregator.delivery.parts import PLAIN, StoryPage, cut_messages, find_no_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.models import Digest
    from aggregator.net.proxy import Proxy
    from aggregator.ports import Clock

__all__ = ["AITU_API", "AITU_KIND", "AITU_PEERS", "AituChannel"]

AITU_API = "https://botapi.aitu.io/bot/v1"
AITU_PEERS = ("CHANNEL", "GROUP", "USER")
"""Kinds of recipients."""

_UUID = re.compile(r"[0-9A-Fa-f-]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AituChannel:
    """
    A channel, group or user.

    Attributes:
        id: Slug from ``channels.toml``.
        token: Of the bot; a secret.
        peer: One of ``AITU_PEERS``.
        peer_id: UUID of the recipient.
        stories: Sent at most.
        address: Where all of it can be read; empty if nowhere.
        story_page: Where a story of an earlier day can be read.
        clock: For dates in Retry-After.
        base: Address of the API.
        limit: Characters of a message.
        timeout_s: For an answer.
        proxy: Through which it leaves; None for none.
    """

    id: str
    token: str
    peer: str
    peer_id: str
    stories: int
    address: str
    clock: Clock
    base: str = AITU_API
    limit: int = 4096
    timeout_s: float = 20.0
    proxy: Proxy | None = None
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
        name = f"{digest.edition}/{digest.day}/{self.id}"
        recipient = f"{self.peer} {self.peer_id}"
        parts = []
        for number, text in enumerate(texts, start=1):
            command = self._write_command(text, f"{name}/{number}")
            parts.append(Part(str(number), recipient, text, command))
        return Prepared(tuple(parts), f"{len(parts)} messages")

    def prepare_notice(
        self,
        notice_id: str,
        text: str,
        at: datetime,
    ) -> tuple[Part, ...]:
        """See the port."""
        del at
        command = self._write_command(text, f"notice/{self.id}/{notice_id}")
        return (Part("all", f"{self.peer} {self.peer_id}", text, command),)

    def _write_command(self, text: str, local_id: str) -> str:
        peer = {"type": self.peer, "id": self.peer_id}
        command = {
            "type": "SendMessage",
            "recipient": peer,
            "content": text,
            "localId": local_id,
        }
        return json.dumps({"commands": [command]}, ensure_ascii=False)

    def send(self, part: Part) -> str:
        """See the port."""
        # Imported where it is used: reading channels needs no HTTP.
        from aggregator.delivery.http import HttpPost, find_operators_host  # noqa: PLC0415

        own = find_operators_host(self.base, AITU_API)
        post = HttpPost(
            self.id,
            (self.token,),
            self.clock,
            self.timeout_s,
            allow_private=own,
            proxy=self.proxy,
        )
        post.post(f"{self.base}/updates/", part.payload.encode(), {"X-BOT-TOKEN": self.token})
        [command] = json.loads(part.payload)["commands"]
        return str(command["localId"])


def _read_keys(keys: ChannelKeys) -> Callable[[ChannelContext], AituChannel]:
    token = keys.read_secret("token")
    peer = keys.table.choice("peer", AITU_PEERS)
    peer_id = keys.table.matching("peer_id", _UUID, "a UUID")
    base = keys.read_base(AITU_API)
    limit = keys.table.number("limit", 500, 100_000, 4096)
    return lambda context: AituChannel(
        id=keys.id,
        token=context.secret(token),
        peer=peer,
        peer_id=peer_id,
        stories=keys.stories,
        address=context.address(keys.edition),
        story_page=context.story_page,
        clock=context.clock,
        base=base,
        proxy=context.proxy,
        limit=limit,
    )


AITU_KIND = ChannelKind(name="aitu", read=_read_keys)
