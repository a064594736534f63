"""
What a reader asks of the search, as it comes in an address. Pure.

What cannot be read is left out and said, so that nobody takes all stories for those of a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from aggregator.languages import LANGUAGES
from aggregator.models import Topic
from aggregator.search.story_index import SearchFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.web.pages import Site, SiteEdition

__all__ = ["SearchForm", "read_search_form"]

_LONGEST_QUERY: Final = 200
_LONGEST_NUMBER: Final = 5
_MOST_PAGES: Final = 500
_LONGEST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """
    A filled form.

    Attributes:
        words: As they were typed.
        edition: That is searched.
        wanted: What its fields say.
        filters: The fields of the filter that can be read and are not empty, by name.
        number: Page of the results, from 1.
        faults: What could not be read, and what was expected.
    """

    words: str
    edition: SiteEdition
    wanted: SearchFilter
    filters: Mapping[str, str]
    number: int
    faults: tuple[str, ...]


def read_search_form(query: Mapping[str, str], site: Site) -> SearchForm:
    """Read the parameters of an address."""
    edition = site.find_edition(query.get("edition", "")) or site.editions[0]
    filters = {}
    faults = []
    for name, (expected, values) in _list_fields(site).items():
        text = query.get(name, "").strip()
        is_known = _is_day(text) if values is None else text in values
        if text and is_known:
            filters[name] = text
        elif text:
            faults.append(f"“{text[:_LONGEST_SHOWN]}” in {name} is no {expected}.")
    return SearchForm(
        words=query.get("q", "").strip()[:_LONGEST_QUERY],
        edition=edition,
        wanted=_make_filter(edition.id, filters),
        filters=filters,
        number=_read_number(query.get("page", "1")),
        faults=tuple(faults),
    )


def _list_fields(site: Site) -> dict[str, tuple[str, frozenset[str] | None]]:
    """Return the fields of the filter: what is expected, and which values; None for days."""
    day = "day as in 2025-08-20"
    return {
        "from": (day, None),
        "to": (day, None),
        "outlet": ("outlet that is followed", frozenset(site.outlets)),
        "topic": ("topic", frozenset(topic.value for topic in Topic)),
        "language": ("language", frozenset(map(str, LANGUAGES))),
    }


def _make_filter(edition: str, filters: Mapping[str, str]) -> SearchFilter:
    since = filters.get("from")
    until = filters.get("to")
    topic = filters.get("topic")
    return SearchFilter(
        edition=edition,
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        outlet=filters.get("outlet", ""),
        topic=Topic(topic) if topic else None,
        language=filters.get("language", ""),
    )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read_number(text: str) -> int:
    """Return a page of the results that there may be, whatever was asked for."""
    is_number = text.isascii() and text.isdigit()
    if not is_number or len(text) > _LONGEST_NUMBER:
        return 1
    return min(max(int(text), 1), _MOST_PAGES)
