"""
``channels.toml``: where digests are sent.

Pure: text in, channels' descriptions out, or every fault in it.

    [[channel]]
    id = "family"
    kind = "telegram"               # mail, telegram, aitu, apprise, folder
    edition = "daily"
    at = "07:30"                    # local time; left out: the edition's
    stories = 20                    # sent at most, 1 to 500; 30
    in_doubt = "leave"              # or "repeat": send again what may have been sent
    alerts = true                   # also notify operators when something is wrong; false
    token = "env:BOT_TOKEN"         # or in a file, "file:/run/secrets/bot"; never the token itself
    chat = "@family_digest"

The keys of each kind are read in the module of its channel; docs/delivery.md explains them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.delivery.aitu import AITU_KIND
from aggregator.delivery.apprise import APPRISE_KIND
from aggregator.delivery.folder import FOLDER_KIND
from aggregator.delivery.kind import ChannelContext, ChannelKeys, ChannelKind
from aggregator.delivery.mail import MAIL_KIND
from aggregator.delivery.telegram import TELEGRAM_KIND
from aggregator.toml.tables import Faults, Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import time

    from aggregator.delivery.channel import Channel

__all__ = ["KINDS", "ChannelPlan", "read_channels"]

_KINDS = (MAIL_KIND, TELEGRAM_KIND, AITU_KIND, APPRISE_KIND, FOLDER_KIND)
KINDS = {kind.name: kind for kind in _KINDS}
"""By name."""

_MOST_STORIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """
    A channel as the file describes it; nothing secret is known yet.

    Attributes:
        id: Slug from ``channels.toml``.
        kind: One of ``KINDS``.
        edition: Id of the edition that it sends.
        at: Local time of the day after; None for the edition's.
        repeat_in_doubt: Send again what may have been sent.
        alerts: Also notifies operators when something is wrong.
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
    make: Callable[[ChannelContext], Channel]


def read_channels(text: str, name: str, editions: Collection[str]) -> tuple[ChannelPlan, ...]:
    """
    Read channels.

    Args:
        text: The file, TOML.
        name: Of the file, for errors.
        editions: Ids of those there are.

    Raises:
        ConfigError: Lists every fault with line, key, value and what was expected.
    """
    faults = Faults(name, text)
    root = Table(parse_toml(text, name), (), faults)
    plans: list[ChannelPlan] = []
    taken: set[str] = set()
    for table in root.tables("channel"):
        plan = _read_channel(table, editions)
        if plan.id in taken:
            table.wrong("id", "an id that no other channel has")
        taken.add(plan.id)
        plans.append(plan)
    root.note_unknown_keys()
    faults.check()
    return tuple(plans)


def _read_channel(table: Table, editions: Collection[str]) -> ChannelPlan:
    channel_id = table.slug("id")
    edition = _read_edition(table, editions)
    at = table.hour("at", "07:00") if table.has("at") else None
    stories = table.number("stories", 1, _MOST_STORIES, 30)
    doubt = table.choice("in_doubt", ("leave", "repeat"), "leave")
    alerts = table.flag("alerts")
    kind = KINDS.get(table.choice("kind", tuple(KINDS)), _NO_KIND)
    if alerts and kind.no_alerts:
        table.wrong("alerts", f"false: {kind.no_alerts}")
    keys = ChannelKeys(
        table=table,
        id=channel_id,
        edition=edition,
        stories=stories,
    )
    make = kind.read(keys)
    table.note_unknown_keys()
    return ChannelPlan(
        id=channel_id,
        kind=kind.name,
        edition=edition,
        at=at,
        repeat_in_doubt=doubt == "repeat" or kind.repeats,
        alerts=alerts,
        secrets=tuple(keys.secrets),
        make=make,
    )


def _read_edition(table: Table, editions: Collection[str]) -> str:
    expected = f"one of {', '.join(sorted(editions))}"
    edition = table.text("edition", expected, "daily")
    if edition not in editions:
        table.wrong("edition", expected)
    return edition


def _read_nothing(keys: ChannelKeys) -> Callable[[ChannelContext], Channel]:
    del keys

    def make(context: ChannelContext) -> Channel:
        raise LookupError(
            f"{context}: a channel without a kind is a fault of the file, and makes nothing"
        )

    return make


_NO_KIND = ChannelKind(name="", read=_read_nothing)
