"""
``editions.toml``: named digests. Pure: text in, editions out, or every fault in it.

    [[edition]]
    id = "daily"
    title = "Kazakhstan, daily"
    zone = "Asia/Almaty"        # IANA name of the zone whose days it covers; one for all editions
    close_after = "6h"          # after midnight, 0h to 24h
    at = "07:00"                # local time of the next day when it goes out; not before it closes
    size = 30                   # stories printed in full, 1 to 500; the others in brief
    official = false            # only outlets that speak for a state body
    languages = ["kk", "ru"]    # only these; left out: all
    outlets = ["inform"]        # only these, by id; left out: all
    topics = ["economy"]        # only these; left out: all
    follow = ["Байқоңыр"]       # keywords whose stories come first
    mute = ["гороскоп"]         # keywords whose stories are left out
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.languages import Language
from aggregator.models import Edition, Topic
from aggregator.toml.tables import Faults, Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_editions"]

_LARGEST = 500
_DAY = timedelta(hours=24)

_TAKEN = ("api", "operator", "static")


def read_editions(text: str, name: str) -> tuple[Edition, ...]:
    """
    Read editions.

    Args:
        text: Content of the file, TOML.
        name: Of the file, for errors.

    Raises:
        ConfigError: Lists every fault with line, key, value and what was expected.
    """
    faults = Faults(name, text)
    document = parse_toml(text, name)
    root = Table(document, (), faults)
    editions: list[Edition] = []
    for table in root.tables("edition"):
        edition = _read_edition(table)
        _check_edition(table, edition, editions)
        editions.append(edition)
    root.note_unknown_keys()
    faults.check()
    return tuple(editions)


def _check_edition(table: Table, edition: Edition, before: Sequence[Edition]) -> None:
    """Note what an edition must not have beside those read before it."""
    if any(other.id == edition.id for other in before):
        table.wrong("id", "an id that no other edition has")
    if edition.id in _TAKEN:
        taken = ", ".join(_TAKEN)
        table.wrong("id", f"an id other than {taken}, which are addresses of the page")
    # An article belongs to one local day; two zones would give it two.
    zone = before[0].zone if before else edition.zone
    if edition.zone != zone:
        table.wrong("zone", f"the zone of the first edition, {zone}")


def _read_zone(table: Table) -> str:
    expected = "an IANA time zone such as Asia/Almaty"
    zone = table.text("zone", expected)
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.wrong("zone", expected)
    return zone


def _read_topics(table: Table) -> tuple[Topic, ...]:
    names = table.texts("topics", tuple(Topic))
    return tuple(map(Topic, names))


def _read_edition(table: Table) -> Edition:
    zone = _read_zone(table)
    edition = Edition(
        id=table.slug("id"),
        title=table.text("title"),
        zone=zone,
        close_after=table.span("close_after", timedelta(0), _DAY, "6h"),
        at=table.hour("at", "07:00"),
        size=table.number("size", 1, _LARGEST, 30),
        official=table.flag("official"),
        languages=table.texts("languages", tuple(Language)),
        outlets=table.free_texts("outlets", "a list of ids of outlets"),
        topics=_read_topics(table),
        follow=table.free_texts("follow", "a list of keywords"),
        mute=table.free_texts("mute", "a list of keywords"),
    )
    table.note_unknown_keys()
    return edition
