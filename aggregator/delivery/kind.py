"""
The port of kinds: each kind of channel reads its own keys of ``channels.toml``.

It also says what is peculiar to it. A kind's object stands in the module of its channel;
``channels.KINDS`` finds them by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aggregator.delivery.channel import Channel
    from aggregator.delivery.parts import StoryPage
    from aggregator.net.proxy import Proxy
    from aggregator.ports import Clock
    from aggregator.toml.tables import Table

    MakeChannel = Callable[["ChannelContext"], Channel]

__all__ = ["ChannelContext", "ChannelKeys", "ChannelKind"]

_SECRET = re.compile(r"env:(?!TILSHI_)[A-Za-z_][A-Za-z0-9_]*|file:/.+")
_REFERENCE_EXPECTED = (
    '"env:NAME" (not beginning with TILSHI_) or "file:/path"; never the secret itself'
)
_HTTP = re.compile(r"https?://[^\s@]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelContext:
    """
    What channels are made with.

    Attributes:
        secret: From ``env:`` or ``file:`` to the secret; raises ConfigError.
        clock: For dates in Retry-After.
        address: Where readers find an edition's newest digest, by its id; empty if nowhere.
        story_page: Where they find a story of it; see ``delivery.parts``.
        write_site: Writes the site to a folder; returns how many files changed.
        proxy: Through which messengers are reached; None for none.
    """

    secret: Callable[[str], str]
    clock: Clock
    address: Callable[[str], str]
    story_page: StoryPage
    write_site: Callable[[Path], int]
    proxy: Proxy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKeys:
    """
    A channel's table, of which the keys that all kinds have were read; its kind reads the rest.

    Attributes:
        table: Notes what is wrong, and keys that nobody asked for.
        id: Slug of the channel.
        edition: Id of the edition that it sends.
        stories: Sent at most.
        secrets: Where its secrets stand, as far as they were read.
    """

    table: Table
    id: str
    edition: str
    stories: int
    secrets: list[str] = field(default_factory=list)

    def read_secret(self, key: str, default: str | None = None) -> str:
        """Return where a secret stands, never the secret; without a default it must be there."""
        reference = self.table.matching(key, _SECRET, _REFERENCE_EXPECTED, default)
        if reference:
            self.secrets.append(reference)
        return reference

    def read_base(self, default: str) -> str:
        """Return the address of a service's interface, without a slash at its end."""
        expected = "an address that begins with https:// or http://"
        return self.table.matching("base", _HTTP, expected, default).rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """
    A kind of channel.

    Attributes:
        name: As ``kind`` in the file.
        read: Reads the kind's own keys, and returns what makes the channel. What is wrong is noted,
            not raised.
        no_alerts: Why its channels cannot notify operators, in words; empty if they can.
        repeats: Sent twice is as if sent once, so what is in doubt is always sent again.
    """

    name: str
    read: Callable[[ChannelKeys], MakeChannel]
    no_alerts: str = ""
    repeats: bool = False
