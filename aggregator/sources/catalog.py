"""
``sources.toml``: outlets and their sources. Pure: text in, a catalogue out, or every fault in it.

    [[outlet]]
    id = "nur-kz"
    name = "NUR.KZ"
    home = "https://www.nur.kz/"
    official = false            # it speaks for a state body; optional

      [[outlet.source]]
      id = "nur-kz-ru"
      url = "https://www.nur.kz/rss/all.rss"
      languages = ["ru"]        # of kk, kk-Latn, ru, en; empty when not known
      kind = "feed"             # how it is read, see aggregator/kinds; optional
      full_text = false         # it gives teasers: read its articles' pages too; optional
      every = "auto"            # between polls: 1m to 7d, or auto: by how often articles come; optional
      min_every = "5m"          # bounds of auto; optional
      max_every = "2h"
      cron = "*/20 6-23 * * *"  # instead of every, in the editions' zone; optional
      paused = false            # known, not polled; optional
      standing = "works"        # what is known of its address, one of STANDINGS; optional
      checked = 2026-09-06      # day on which that was found; optional
      note = "..."              # for people; optional

        [outlet.source.page]    # what its kind is to know, in a table of the kind's name
        item = "article.news"
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cronsim import CronSim, CronSimError

from aggregator.feeds.kinds.kind import explain_no_pages
from aggregator.feeds.kinds.registry import Kinds
from aggregator.languages import Language
from aggregator.models import Outlet, Source
from aggregator.toml.tables import Faults, Table, parse_toml
from aggregator.urls.canonical import canonical_url

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STANDINGS", "Catalog", "read_catalog"]

STANDINGS = {
    "works": "gave articles when last looked at",
    "listed": "in somebody's list of sources, not tried by them as far as is known",
    "disputed": "worked for some and not for others",
    "old": "an address of earlier years, not tried",
    "doubtful": "thought wrong by those who list it",
    "slow": "did not answer in time when last looked at",
}
"""What may be known of an address, and what each word means."""

_AUTO = "auto"
_CRON_FIELDS = 5
_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(days=7)
_LANGUAGES = tuple(language.value for language in Language if language is not Language.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Catalog:
    """
    All outlets and their sources, in the file's order.

    Attributes:
        outlets: Publishers.
        sources: Addresses to poll, paused ones too.
    """

    outlets: tuple[Outlet, ...]
    sources: tuple[Source, ...]


def read_catalog(text: str, name: str, kinds: Kinds | None = None) -> Catalog:
    """
    Read a catalogue.

    Args:
        text: TOML.
        name: Of the file, for errors.
        kinds: That sources may have; by default those that ship and those of installed packages.

    Raises:
        ConfigError: Lists every fault with line, key, value and what was expected.
    """
    faults = Faults(name, text)
    kinds = kinds or Kinds()
    root = Table(parse_toml(text, name), (), faults)
    outlets: list[Outlet] = []
    sources: list[Source] = []
    seen: dict[tuple[str, str], str] = {}
    for table in root.tables("outlet"):
        outlet = _outlet(table, seen)
        outlets.append(outlet)
        sources += [_source(item, outlet, seen, kinds) for item in table.tables("source")]
        table.no_more()
    root.no_more()
    faults.check()
    return Catalog(tuple(outlets), tuple(sources))


def _outlet(table: Table, seen: dict[tuple[str, str], str]) -> Outlet:
    return Outlet(
        id=_unique(table, "outlet", table.slug("id"), "id", seen),
        name=table.text("name"),
        home=_address(table, "home"),
        official=table.flag("official"),
    )


def _source(
    table: Table,
    outlet: Outlet,
    seen: dict[tuple[str, str], str],
    kinds: Kinds,
) -> Source:
    url = _address(table, "url")
    _unique(table, "address", canonical_url(url), "url", seen)
    kind, options, no_pages = _kind(table, url, kinds)
    source = Source(
        id=_unique(table, "source", table.slug("id"), "id", seen),
        outlet=outlet,
        url=url,
        languages=table.texts("languages", _LANGUAGES),
        **_times(table),
        paused=table.flag("paused"),
        kind=kind,
        options=options,
        full_text=_full_text(table, kind, no_pages),
        standing=table.choice("standing", tuple(STANDINGS), default=""),
        checked=table.day("checked"),
        note=table.text("note", default=""),
    )
    table.no_more()
    return source


def _full_text(table: Table, kind: str, no_pages: str) -> bool:
    wanted = table.flag("full_text")
    if wanted and no_pages:
        table.wrong("full_text", f"no such key at a source of kind {kind}: {no_pages}")
    return wanted


def _kind(table: Table, url: str, kinds: Kinds) -> tuple[str, Mapping[str, Any], str]:
    """Read the kind of a source: its name, the source's options, and why its items have no pages, if they have none."""
    name = table.text("kind", "the name of a kind", default="feed")
    try:
        kind = kinds.named(name)
    except LookupError as error:
        table.wrong("kind", str(error))
        table.has(name)  # its table is not to be called an unknown key as well
        return name, {}, ""
    if url and (wanted := kind.wanted_address(url)):
        table.wrong("url", wanted)
    options = table.table(name)
    found = kind.check(options)
    options.no_more()
    return name, found, explain_no_pages(kind)


def _times(table: Table) -> dict[str, Any]:
    """Read when to poll: a fixed time, a cron form, or bounds of a time that follows the articles."""
    adaptive = table.text("every", default=_AUTO) == _AUTO
    every = timedelta(minutes=30)
    if not adaptive:
        every = table.span("every", _SHORTEST, _LONGEST, "30m, or auto")
    cron = _cron(table)
    adaptive = adaptive and not cron
    bounds = _bounds(table, adaptive=adaptive, cron=bool(cron))
    return {
        "every": every,
        "cron": cron,
        "adaptive": adaptive,
        **bounds,
    }


def _bounds(table: Table, *, adaptive: bool, cron: bool) -> dict[str, timedelta | None]:
    """Read the bounds of a time that follows the articles; they mean nothing beside a fixed one."""
    bounds = {key: _bound(table, key) for key in ("min_every", "max_every")}
    low = bounds["min_every"]
    high = bounds["max_every"]
    if low and high and high < low:
        table.wrong("max_every", "at least min_every")
    if cron and table.has("every"):
        table.wrong("every", "no such key beside cron")
    for key, bound in bounds.items():
        if bound and not adaptive:
            table.wrong(key, 'every = "auto" beside it')
    return bounds


def _bound(table: Table, key: str) -> timedelta | None:
    return table.span(key, _SHORTEST, _LONGEST, "10m") if table.has(key) else None


def _cron(table: Table) -> str:
    text = table.text("cron", default="")
    if not table.has("cron"):
        return ""
    try:
        next(CronSim(text, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        why = str(error) or "that moment never comes"
        table.wrong(
            "cron", f"minute, hour, day, month and weekday, such as */20 6-23 * * * ({why})"
        )
        return ""
    if len(text.split()) != _CRON_FIELDS:
        table.wrong("cron", "five fields: minute, hour, day, month and weekday")
    return text


def _unique(
    table: Table,
    kind: str,
    value: str,
    key: str,
    seen: dict[tuple[str, str], str],
) -> str:
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in table.path
    ).lstrip(".")
    first = seen.setdefault((kind, value), place)
    if value and first != place:
        table.wrong(key, f"another {kind} than {first} has")
    return value


def _address(table: Table, key: str) -> str:
    expected = "an http or https address with a host, without user and password"
    value = table.text(key, expected)
    try:
        parts = urlsplit(value)
        good = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and "@" not in parts.netloc
            and parts.port != 0
        )
    except ValueError:
        good = False
    if value and not good:
        table.wrong(key, expected)
    return value
