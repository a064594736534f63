"""
``editions.toml``: named digests. Pure: text in, editions out, or every fault in it.

    [[edition]]
    id = "daily"
    title = "Kazakhstan, daily"
    zone = "Asia/Almaty"        # IANA name of the zone whose days it tells; the same for all editions
    close_after = "6h"          # after midnight, 0h to 24h
    at = "07:00"                # local time of the next day when it is sent out; not before it closes
    size = 30                   # stories told in full, 1 to 500; the others in brief
    official = false            # only outlets that speak for a state body
    languages = ["kk", "ru"]    # only these; left out: all
    outlets = ["inform"]        # only these, by id; left out: all
    topics = ["economy"]        # only these; left out: all
    follow = ["Байқоңыр"]       # keywords whose stories come first
    mute = ["гороскоп"]         # keywords whose stories are left out
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.languages import Language
from aggregator.models import Edition, Topic
from aggregator.toml.tables import Faults, Table, parse_toml

__all__ = ["read_editions"]

_LARGEST = 500

_TAKEN = ("api", "operator", "static")


def read_editions(text: str, name: str) -> tuple[Edition, ...]:
    """
    Read editions.

    Args:
        text: TOML.
        name: Of the file, for errors.

    Raises:
        ConfigError: Lists every fault with line, key, value and what was expected.
    """
    faults = Faults(name, text)
    root = Table(parse_toml(text, name), (), faults)
    editions: list[Edition] = []
    for table in root.tables("edition"):
        edition = _edition(table)
        if edition.id in {other.id for other in editions}:
            table.wrong("id", "an id that no other edition has")
        if edition.id in _TAKEN:
            table.wrong(
                "id", f"an id other than {', '.join(_TAKEN)}, which are addresses of the page"
            )
        # An article belongs to one local day; two zones would give it two.
        if editions and edition.zone != editions[0].zone:
            table.wrong("zone", f"the zone of the first edition, {editions[0].zone}")
        editions.append(edition)
    root.no_more()
    faults.check()
    return tuple(editions)


def _edition(table: Table) -> Edition:
    zone = table.text("zone", "an IANA time zone such as Asia/Almaty")
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.wrong("zone", "an IANA time zone such as Asia/Almaty")
    edition = Edition(
        id=table.slug("id"),
        title=table.text("title"),
        zone=zone,
        close_after=table.span("close_after", timedelta(0), timedelta(hours=24), "6h"),
        at=table.hour("at", "07:00"),
        size=table.number("size", 1, _LARGEST, 30),
        official=table.flag("official"),
        languages=table.texts("languages", tuple(Language)),
        outlets=table.free_texts("outlets", "a list of ids of outlets"),
        topics=tuple(Topic(item) for item in table.texts("topics", tuple(Topic))),
        follow=table.free_texts("follow", "a list of keywords"),
        mute=table.free_texts("mute", "a list of keywords"),
    )
    table.no_more()
    return edition
