"""
``sources.toml``: outlets and their sources. Pure: text in, a catalogue out, or every fault in it.

    [[outlet]]
    id = "nur-kz"
    name = "NUR.KZ"
    home = "https://www.nur.kz/"
    name_en = "..."             # the name in English, where that is another; optional
    official = false            # it speaks for a state body; optional
    pictures = false            # it has given leave to show its articles' pictures; optional

      [[outlet.source]]
      id = "nur-kz-ru"
      url = "https://www.nur.kz/rss/all.rss"
      languages = ["ru"]        # of kk, kk-Latn, ru, en; empty when not known
      kind = "feed"             # how it is read, see aggregator/kinds; optional
      full_text = false         # it gives teasers: read its articles' pages too; optional
      every = "auto"            # between polls: 1m to 7d, or auto, by how often articles come
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

from cronsim import CronSim, CronSimError

from aggregator.feeds.kinds.kind import explain_no_pages
from aggregator.feeds.kinds.registry import Kinds
from aggregator.languages import Language
from aggregator.models import Outlet, Source
from aggregator.sources.entries import write_path
from aggregator.toml.tables import Faults, Table, parse_toml
from aggregator.urls.canonical import canonicalize_url
from aggregator.urls.links import has_login, resolve_link

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
# Where the first one stands, by a kind of thing and its value.
_Seen = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Catalog:
    """
    All outlets and their sources, in the file's order.

    Attributes:
        outlets: Publishers, those without sources too.
        sources: Addresses to poll, paused ones too.
    """

    outlets: tuple[Outlet, ...]
    sources: tuple[Source, ...]


def read_catalog(text: str, name: str, kinds: Kinds | None = None) -> Catalog:
    """
    Read a catalogue.

    Args:
        text: Content of the file, TOML.
        name: Of the file, for errors.
        kinds: That sources may have; by default those that ship and those of installed packages.

    Raises:
        ConfigError: Lists every fault with line, key, value and what was expected.
    """
    faults = Faults(name, text)
    kinds = kinds or Kinds()
    document = parse_toml(text, name)
    root = Table(document, (), faults)
    outlets: list[Outlet] = []
    sources: list[Source] = []
    seen: _Seen = {}
    for table in root.tables("outlet"):
        outlet = _read_outlet(table, seen)
        outlets.append(outlet)
        for source_table in table.tables("source"):
            source = _read_source(source_table, outlet, seen, kinds)
            sources.append(source)
        table.note_unknown_keys()
    root.note_unknown_keys()
    faults.check()
    return Catalog(tuple(outlets), tuple(sources))


def _read_outlet(table: Table, seen: _Seen) -> Outlet:
    return Outlet(
        id=_check_unique(table, "outlet", table.slug("id"), "id", seen),
        name=table.text("name"),
        home=_read_address(table, "home"),
        official=table.flag("official"),
        name_en=table.text("name_en", default=""),
        pictures=table.flag("pictures"),
    )


def _read_source(
    table: Table,
    outlet: Outlet,
    seen: _Seen,
    kinds: Kinds,
) -> Source:
    url = _read_address(table, "url")
    _check_unique(table, "address", canonicalize_url(url), "url", seen)
    kind, options, no_pages = _read_kind(table, url, kinds)
    source = Source(
        id=_check_unique(table, "source", table.slug("id"), "id", seen),
        outlet=outlet,
        url=url,
        languages=table.texts("languages", _LANGUAGES),
        **_read_times(table),
        paused=table.flag("paused"),
        kind=kind,
        options=options,
        full_text=_read_full_text(table, kind, no_pages),
        standing=table.choice("standing", tuple(STANDINGS), default=""),
        checked=table.day("checked"),
        note=table.text("note", default=""),
    )
    table.note_unknown_keys()
    return source


def _read_full_text(table: Table, kind: str, no_pages: str) -> bool:
    wanted = table.flag("full_text")
    if wanted and no_pages:
        table.wrong("full_text", f"no such key at a source of kind {kind}: {no_pages}")
    return wanted


def _read_kind(table: Table, url: str, kinds: Kinds) -> tuple[str, Mapping[str, Any], str]:
    """
    Read the kind of a source.

    Returns:
        Its name, the source's options, and why its items have no pages, empty if they may have.
    """
    name = table.text("kind", "the name of a kind", default="feed")
    try:
        kind = kinds.find_kind(name)
    except LookupError as error:
        table.wrong("kind", str(error))
        table.has(name)  # its table is not to be called an unknown key as well
        return name, {}, ""
    expected = kind.wanted_address(url) if url else ""
    if expected:
        table.wrong("url", expected)
    options_table = table.table(name)
    options = kind.check(options_table)
    options_table.note_unknown_keys()
    return name, options, explain_no_pages(kind)


def _read_times(table: Table) -> dict[str, Any]:
    """Read when to poll: a fixed time, a cron form, or bounds of a time that adapts to articles."""
    is_auto = not table.has("every") or table.holds("every", _AUTO)
    every = timedelta(minutes=30)
    if not is_auto:
        every = table.span("every", _SHORTEST, _LONGEST, "30m, or auto")
    cron = _read_cron(table)
    adaptive = is_auto and not cron
    bounds = _read_bounds(table, adaptive=adaptive, cron=bool(cron))
    return {
        "every": every,
        "cron": cron,
        "adaptive": adaptive,
        **bounds,
    }


def _read_bounds(table: Table, *, adaptive: bool, cron: bool) -> dict[str, timedelta | None]:
    """Read the bounds of a time that follows the articles; they mean nothing beside a fixed one."""
    shortest = _read_bound(table, "min_every")
    longest = _read_bound(table, "max_every")
    if shortest and longest and longest < shortest:
        table.wrong("max_every", "at least min_every")
    if cron and table.has("every"):
        table.wrong("every", "no such key beside cron")
    bounds = {
        "min_every": shortest,
        "max_every": longest,
    }
    for key, bound in bounds.items():
        if bound and not adaptive:
            table.wrong(key, 'every = "auto" beside it')
    return bounds


def _read_bound(table: Table, key: str) -> timedelta | None:
    if not table.has(key):
        return None
    return table.span(key, _SHORTEST, _LONGEST, "10m")


def _read_cron(table: Table) -> str:
    form = "minute, hour, day, month and weekday, such as */20 6-23 * * *"
    text = table.text("cron", form, default="")
    if not table.has("cron") or not table.holds("cron", text):
        return ""
    some_day = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        next(CronSim(text, some_day))
    except (CronSimError, StopIteration) as error:
        why = str(error) or "that moment never comes"
        table.wrong("cron", f"{form} ({why})")
        return ""
    if len(text.split()) != _CRON_FIELDS:
        table.wrong("cron", "five fields: minute, hour, day, month and weekday")
    return text


def _check_unique(
    table: Table,
    kind: str,
    value: str,
    key: str,
    seen: _Seen,
) -> str:
    """Return a value; what has it first is noted in ``seen``, and anything after it is wrong."""
    place = write_path(table.path)
    first = seen.setdefault((kind, value), place)
    if value and first != place:
        table.wrong(key, f"another {kind} than {first} has")
    return value


def _read_address(table: Table, key: str) -> str:
    expected = "an http or https address with a host, without user and password"
    value = table.text(key, expected)
    if value and not _is_address(value):
        table.wrong(key, expected)
    return value


def _is_address(value: str) -> bool:
    return value.isprintable() and bool(resolve_link("", value)) and not has_login(value)
