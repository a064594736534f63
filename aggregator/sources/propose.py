"""
From a feed to its entry in ``sources.toml``: ids, name, languages, time between polls. Pure.

What is proposed is a beginning that works as it stands: a person may better the name, the rest was
seen in the feed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.languages import RUSSIAN
from aggregator.models import Outlet, Source
from aggregator.names.romanise import romanise
from aggregator.sources.check import choose_languages, measure_pace
from aggregator.sources.sample import count_languages, make_articles
from aggregator.sources.site_page import find_channel_page
from aggregator.urls.site import find_site

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.sources.catalog import Catalog
    from aggregator.sources.sample import SourceSample

__all__ = [
    "Proposal",
    "add_suffix",
    "find_free_id",
    "find_home",
    "find_owner",
    "make_outlet_id",
    "propose_source",
]

_ID_CHARS = 40
_LONG_NAME = 5
_EVERY = timedelta(minutes=30)
# Hosts that many outlets share: what stands before the path says nothing of who speaks.
_TELEGRAM = "t.me"
_STATE = "gov.kz"
_SHARED_SITES = frozenset({_TELEGRAM, _STATE})
_DROPPED_WORDS = re.compile(
    r"(?<!\s)\s*(?:[-–—:|•]\s*)?\b(?:rss|atom|feed|лента новостей|новости|жаңалықтар|all news"
    r"|latest news)\b\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    What would be added.

    Attributes:
        source: The entry, with its outlet.
        new_outlet: The outlet is not in the catalogue yet.
        languages: Articles seen, by language.
        pace: The usual time from one article to the next; None if dates do not say.
    """

    source: Source
    new_outlet: bool
    languages: dict[str, int]
    pace: timedelta | None


def find_home(url: str) -> str:
    """Return the front page of an address's site."""
    parts = urlsplit(url)
    if parts.hostname == _TELEGRAM:
        return url.replace("/s/", "/", 1)
    return f"{parts.scheme}://{parts.netloc}/"


def make_outlet_id(name: str, url: str) -> str:
    """
    Make an outlet's id: of its domain, else of its name.

    Returns:
        2 to 40 of a-z, 0-9 and -.
    """
    site = find_site(url)
    if site == _TELEGRAM:
        path = urlsplit(url).path.rstrip("/")
        wanted = path.rpartition("/")[2]
    elif not site or _is_number(site):
        wanted = romanise(name, RUSSIAN)
    else:
        first, _, rest = site.partition(".")
        # nur-kz and orda-kz rather than nur and orda: short names say little alone.
        wanted = first if len(first) > _LONG_NAME else f"{first}-{rest}"
    return _make_slug(wanted) or "outlet"


def _is_number(site: str) -> bool:
    """Say whether an address has no name, but a number of IPv4 or IPv6."""
    return ":" in site or _ends_in_number(site)


def _ends_in_number(site: str) -> bool:
    last = site.rpartition(".")[2]
    return last.isdigit()


def _make_slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower())
    slug = slug.strip("-")[:_ID_CHARS]
    slug = slug.strip("-")
    return slug if len(slug) > 1 else ""


def add_suffix(outlet_id: str, suffix: str) -> str:
    """Return an outlet's id with a suffix, cut to the length of an id; as it is without one."""
    if not suffix:
        return outlet_id
    room = _ID_CHARS - len(suffix) - 1
    return f"{outlet_id[:room]}-{suffix}"


def propose_source(
    sample: SourceSample,
    catalog: Catalog,
    now: datetime,
    *,
    page_url: str,
    name: str = "",
) -> Proposal:
    """
    Propose the entry of a source that was sampled.

    Args:
        sample: Of the source, with a feed.
        catalog: What is there already.
        now: Real time, for the day of the check.
        page_url: Of the page where it was found, or its own address.
        name: As the site calls itself; empty if not known.

    Raises:
        ValueError: The sample has no feed.
    """
    feed = sample.feed
    if feed is None:
        raise ValueError("nothing to propose: the look brought no feed")
    # Languages are counted by the text alone, whatever is declared.
    undeclared = replace(sample.source, languages=())
    articles = make_articles(undeclared, feed, now)
    counts = count_languages(articles)
    languages = choose_languages(counts)
    known = _find_outlet(catalog, sample.source.url, page_url)
    title = name or _DROPPED_WORDS.sub("", feed.title).strip()
    outlet = known or _make_outlet(catalog, title, page_url)
    is_channel = sample.source.kind == "telegram"
    suffix = "telegram" if is_channel else "-".join(languages).lower()
    taken = {other.id for other in catalog.sources}
    source = replace(
        sample.source,
        id=find_free_id(add_suffix(outlet.id, suffix), taken),
        outlet=outlet,
        languages=languages,
        every=_EVERY,
        adaptive=True,
        # A list gives headlines: the articles' pages are read for their text.
        full_text=sample.source.kind == "page",
        standing="works",
        checked=now.date(),
    )
    return Proposal(
        source=source,
        new_outlet=known is None,
        languages=counts,
        pace=measure_pace(feed),
    )


def _make_outlet(catalog: Catalog, name: str, page_url: str) -> Outlet:
    site = find_site(page_url)
    title = name or site
    taken = {outlet.id for outlet in catalog.outlets}
    return Outlet(
        id=find_free_id(make_outlet_id(title, page_url), taken),
        name=title,
        home=find_home(page_url),
        official=f".{site}".endswith(f".{_STATE}"),
    )


def _find_outlet(catalog: Catalog, *urls: str) -> Outlet | None:
    """Return the outlet that owns one of some addresses."""
    owners = set(map(find_owner, urls))
    # On an address without a name, as in tests and intranets, anybody may live.
    named = {owner for owner in owners if not _ends_in_number(owner)}
    for source in catalog.sources:
        urls_of_source = (source.url, source.outlet.home)
        own = map(find_owner, urls_of_source)
        if not named.isdisjoint(own):
            return source.outlet
    return None


def find_owner(url: str) -> str:
    """
    Return by what an address's owner is known: the site.

    On sites that many share, the address itself.
    """
    channel = find_channel_page(url).lower()
    site = find_site(url)
    return channel or (url if site in _SHARED_SITES else site)


def find_free_id(wanted: str, taken: set[str]) -> str:
    """Return an id that is not taken: the one wanted, or the first with a number behind it."""
    stem = wanted[: _ID_CHARS - 4]
    free = wanted
    number = 2
    while free in taken:
        free = f"{stem}-{number}"
        number += 1
    return free
