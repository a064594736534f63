"""
``channels.toml``: where digests are sent. Pure: text in, channels' descriptions out, or every fault in it.

    [[channel]]
    id = "family"
    kind = "telegram"               # mail, telegram, aitu, apprise, folder
    edition = "daily"
    at = "07:30"                    # local time; left out: the edition's
    stories = 20                    # told at most, 1 to 500; 30
    in_doubt = "leave"              # or "repeat": send again what may have been sent
    alerts = true                   # also tell operators when something is wrong; false
    token = "env:BOT_TOKEN"         # in the environment or in a file ("file:/run/secrets/bot"), never here
    chat = "@family_digest"

The keys of each kind are those that its reader below asks for; docs/delivery.md explains them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.delivery.aitu import AITU_API, AITU_PEERS, AituChannel
from aggregator.delivery.apprise import AppriseChannel
from aggregator.delivery.folder import FolderChannel
from aggregator.delivery.mail import LOOPBACK, TLS, MailChannel
from aggregator.delivery.telegram import TELEGRAM_API, TelegramChannel
from aggregator.sources.tables import Faults, Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import time
    from pathlib import Path

    from aggregator.delivery.channel import Channel
    from aggregator.net.proxy import Proxy
    from aggregator.ports import Clock

__all__ = ["KINDS", "ChannelPlan", "Surroundings", "read_channels"]

_SECRET = re.compile(r"env:(?!TILSHI_)[A-Za-z_][A-Za-z0-9_]*|file:/.+")
_REFERENCE_EXPECTED = '"env:NAME" (not beginning with TILSHI_) or "file:/path"; never the secret itself'
_MAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_UNSUBSCRIBE = re.compile(r"(mailto:|https://)[^\s<>]+")
_HTTP = re.compile(r"https?://[^\s@]+")
_UUID = re.compile(r"[0-9A-Fa-f-]{8,64}")
_PORTS = {"starttls": 587, "implicit": 465, "none": 25}
_MOST_STORIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What channels are made with.

    Attributes:
        secret: From ``env:`` or ``file:`` to the secret; raises ConfigError.
        clock: For Retry-After.
        address: Where readers find an edition's newest digest, by its id; empty if nowhere.
        write_site: Writes the site to a folder; returns how many files changed.
        proxy: Through which messengers are reached; None for none.
    """

    secret: Callable[[str], str]
    clock: Clock
    address: Callable[[str], str]
    write_site: Callable[[Path], int]
    proxy: Proxy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """
    A channel as the file describes it; nothing secret is known yet.

    Attributes:
        id: Slug.
        kind: One of ``KINDS``.
        edition: Its id.
        at: Local time of the day after; None for the edition's.
        repeat_in_doubt: Send again what may have been sent.
        alerts: Also tells operators when something is wrong.
        secrets: Where its secrets stand.
        make: Makes the channel.
    """

    id: str
    kind: str
    edition: str
    at: time | None
    repeat_in_doubt: bool
    alerts: bool
    secrets: tuple[str, ...]
    make: Callable[[Surroundings], Channel]


def read_channels(text: str, name: str, editions: Collection[str]) -> tuple[ChannelPlan, ...]:
    """
    Read channels.

    Args:
        text: TOML.
        name: Of the file, for errors.
        editions: Ids of those there are.

    Raises:
        ConfigError: Lists every fault with line, key, value and what was expected.
    """
    faults = Faults(name, text)
    root = Table(parse_toml(text, name), (), faults)
    found: list[ChannelPlan] = []
    for table in root.tables("channel"):
        channel = _channel(table, editions)
        if channel.id in {other.id for other in found}:
            table.wrong("id", "an id that no other channel has")
        found.append(channel)
    root.no_more()
    faults.check()
    return tuple(found)


def _channel(table: Table, editions: Collection[str]) -> ChannelPlan:
    channel_id = table.slug("id")
    edition = table.text("edition", f"one of {', '.join(sorted(editions))}", "daily")
    if edition not in editions:
        table.wrong("edition", f"one of {', '.join(sorted(editions))}")
    at = table.hour("at", "07:00") if table.has("at") else None
    stories = table.number("stories", 1, _MOST_STORIES, 30)
    doubt = table.choice("in_doubt", ("leave", "repeat"), "leave")
    alerts = table.flag("alerts")
    kind = table.choice("kind", tuple(KINDS))
    if alerts and kind == "folder":
        table.wrong("alerts", "false: a folder tells nobody")
    secrets: list[str] = []
    make: Callable[[Surroundings], Channel] = lambda _: FolderChannel(channel_id, lambda: 0, "")  # noqa: E731
    if kind in KINDS:
        make = KINDS[kind](table, channel_id, edition, stories, secrets)
    table.no_more()
    # A folder that is written twice is the same folder.
    repeat = doubt == "repeat" or kind == "folder"
    return ChannelPlan(
        id=channel_id,
        kind=kind,
        edition=edition,
        at=at,
        repeat_in_doubt=repeat,
        alerts=alerts,
        secrets=tuple(secrets),
        make=make,
    )


def _secret(table: Table, key: str, secrets: list[str], default: str | None = None) -> str:
    value = table.matching(key, _SECRET, _REFERENCE_EXPECTED, default)
    if value:
        secrets.append(value)
    return value


def _telegram(
    table: Table, channel_id: str, edition: str, stories: int, secrets: list[str]
) -> Callable[[Surroundings], Channel]:
    token = _secret(table, "token", secrets)
    chat = table.matching("chat", re.compile(r"@\w{4,64}|-?\d{1,20}"), 'a number or "@name"')
    base = table.matching("base", _HTTP, "an address that begins with https:// or http://", TELEGRAM_API).rstrip("/")
    return lambda around: TelegramChannel(
        id=channel_id,
        token=around.secret(token),
        chat=chat,
        stories=stories,
        address=around.address(edition),
        clock=around.clock,
        base=base,
        proxy=around.proxy,
    )


def _aitu(
    table: Table, channel_id: str, edition: str, stories: int, secrets: list[str]
) -> Callable[[Surroundings], Channel]:
    token = _secret(table, "token", secrets)
    peer = table.choice("peer", AITU_PEERS)
    peer_id = table.matching("peer_id", _UUID, "a UUID")
    base = table.matching("base", _HTTP, "an address that begins with https:// or http://", AITU_API).rstrip("/")
    limit = table.number("limit", 500, 100_000, 4096)
    return lambda around: AituChannel(
        id=channel_id,
        token=around.secret(token),
        peer=peer,
        peer_id=peer_id,
        stories=stories,
        address=around.address(edition),
        clock=around.clock,
        base=base,
        proxy=around.proxy,
        limit=limit,
    )


def _apprise(
    table: Table, channel_id: str, edition: str, stories: int, secrets: list[str]
) -> Callable[[Surroundings], Channel]:
    url = _secret(table, "url", secrets)
    limit = table.number("limit", 500, 100_000, 3000)
    return lambda around: AppriseChannel(
        id=channel_id, url=around.secret(url), stories=stories, address=around.address(edition), limit=limit
    )


def _mail(
    table: Table, channel_id: str, edition: str, stories: int, secrets: list[str]
) -> Callable[[Surroundings], Channel]:
    host = table.text("host", "the name of a mail server")
    tls = table.choice("tls", TLS, "starttls")
    if tls == "none" and host not in LOOPBACK:
        table.wrong("tls", "starttls or implicit, unless host is on loopback")
    port = table.number("port", 1, 65_535, _PORTS.get(tls, 587))
    user = table.text("user", "a user's name", "")
    password = _secret(table, "password", secrets, "" if not user else None)
    sender = table.matching("sender", _MAIL, "an e-mail address")
    to = table.free_texts("to", "a list of e-mail addresses")
    if not to or not all(_MAIL.fullmatch(item) for item in to) or len(set(to)) < len(to):
        table.wrong("to", "a list of e-mail addresses, at least one, each once")
    unsubscribe = table.matching("unsubscribe", _UNSUBSCRIBE, "an address that begins with mailto: or https://", "")
    return lambda around: MailChannel(
        id=channel_id,
        host=host,
        port=port,
        tls=tls,
        user=user,
        password=around.secret(password) if password else "",
        sender=sender,
        to=to,
        unsubscribe=unsubscribe,
        stories=stories,
        address=around.address(edition),
    )


def _folder(
    table: Table, channel_id: str, edition: str, stories: int, secrets: list[str]
) -> Callable[[Surroundings], Channel]:
    del edition, stories, secrets
    folder = table.absolute_path("folder")
    return lambda around: FolderChannel(channel_id, lambda: around.write_site(folder), str(folder))


KINDS = {"mail": _mail, "telegram": _telegram, "aitu": _aitu, "apprise": _apprise, "folder": _folder}
"""Readers of each kind's own keys."""
