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
from aggregator.urls.links import site_of

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.sources.catalog import Catalog
    from aggregator.sources.sample import SourceSample

__all__ = [
    "Proposal",
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
    r"\s*[-–—:|•]?\s*\b(?:rss|atom|feed|лента новостей|новости|жаңалықтар|all news|latest "
    r"news)\b\s*$",
    re.IGNORECASE,
)


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Proposal:
    """
    What would be added.

    Attributes:
        source: The entry, with its outlet.
        new_outlet: The outlet is not in the catalogue yet.
        languages: Articles seen, by language.
        pace: The usual time from one article to the next; None if dates do not tell.
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
    site = site_of(url)
    if site == _TELEGRAM:
        wanted = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    elif not site or ":" in site or site.rpartition(".")[2].isdigit():
        wanted = romanise(name, RUSSIAN)
    else:
        first, _, rest = site.partition(".")
        # nur-kz and orda-kz rather than nur and orda: short names say little alone.
        wanted = first if len(first) > _LONG_NAME else f"{first}-{rest.replace('.', '-')}"
    return _slug(wanted) or "outlet"


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_ID_CHARS].strip("-")
    return slug if len(slug) > 1 else ""


def propose_source(
    look: SourceSample,
    catalog: Catalog,
    now: datetime,
    *,
    page_url: str,
    name: str = "",
) -> Proposal:
    """
    Propose the entry of a source that was looked at.

    Args:
        look: With a feed.
        catalog: What is there already.
        now: Real time.
        page_url: Of the page where it was found, or its own address.
        name: As the site calls itself; empty if not known.

    Raises:
        ValueError: The look brought no feed.
    """
    if look.feed is None:
        raise ValueError("nothing to propose: the look brought no feed")
    seen = count_languages(make_articles(replace(look.source, languages=()), look.feed, now))
    told = choose_languages(seen)
    outlet = _known_outlet(catalog, look.source.url, page_url)
    new = outlet is None
    if outlet is None:
        title = name or _DROPPED_WORDS.sub("", look.feed.title).strip() or site_of(page_url)
        wanted = make_outlet_id(title, page_url)
        outlet = Outlet(
            id=find_free_id(wanted, {known.id for known in catalog.outlets}),
            name=title,
            home=find_home(page_url),
            official=f".{site_of(page_url)}".endswith(f".{_STATE}"),
        )
    suffix = "telegram" if look.source.kind == "telegram" else "-".join(tag.lower() for tag in told)
    wanted = f"{outlet.id[: _ID_CHARS - len(suffix) - 1]}-{suffix}" if suffix else outlet.id
    source = replace(
        look.source,
        id=find_free_id(wanted, {known.id for known in catalog.sources}),
        outlet=outlet,
        languages=told,
        every=_EVERY,
        adaptive=True,
        standing="works",
        checked=now.date(),
    )
    return Proposal(
        source=source,
        new_outlet=new,
        languages=seen,
        pace=measure_pace(look.feed),
    )


def _known_outlet(catalog: Catalog, *urls: str) -> Outlet | None:
    wanted = {find_owner(url) for url in urls}
    # On an address without a name, as in tests and intranets, anybody may live.
    wanted -= {owner for owner in wanted if owner.rpartition(".")[2].isdigit()}
    for source in catalog.sources:
        if {find_owner(source.url), find_owner(source.outlet.home)} & wanted:
            return source.outlet
    return None


def find_owner(url: str) -> str:
    """
    Return by what an address's owner is known: the site.

    On sites that many share, the address itself.
    """
    channel = find_channel_page(url).lower()
    site = site_of(url)
    return channel or (url if site in _SHARED_SITES else site)


def find_free_id(wanted: str, taken: set[str]) -> str:
    """Return an id that is not taken: the one wanted, or the first with a number behind it."""
    number = 2
    found = wanted
    while found in taken:
        found = f"{wanted[: _ID_CHARS - 4]}-{number}"
        number = number + 1
    return found
