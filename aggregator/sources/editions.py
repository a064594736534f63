"""
``editions.toml``: named digests. Pure: text in, editions out, or every fault in it.

    [[edition]]
    id = "daily"
    title = "Kazakhstan, daily"
    zone = "Asia/Almaty"        # IANA name of the zone whose days it tells; the same for all editions
    close_after = "6h"          # after midnight, 0h to 24h
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.models import Edition
from aggregator.sources.tables import Faults, Table, parse_toml

__all__ = ["read_editions"]


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
    )
    table.no_more()
    return edition
