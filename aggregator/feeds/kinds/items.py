"""What several kinds do with what they find."""

from __future__ import annotations

import html
from operator import attrgetter
from typing import TYPE_CHECKING

from aggregator.errors import FormChangedError
from aggregator.text.typography import fit_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lxml.etree import _Element

    from aggregator.models import FeedItem

__all__ = [
    "MAX_ITEMS",
    "check_form",
    "escape_text",
    "keep_notes",
    "keep_outermost",
    "note_left_out",
]

MAX_ITEMS = 500
"""Items of one answer that are read; lists show 10 to 100, feeds up to 200."""

_TITLE_CHARS = 200


def escape_text(text: str) -> str:
    """Return plain text as the markup that an item's texts are taken for."""
    return html.escape(text, quote=False)


def keep_outermost(nodes: Sequence[_Element]) -> list[_Element]:
    """Return the elements within none of the others: no part of a page is read more than once."""
    everything = frozenset(nodes)
    return [node for node in nodes if everything.isdisjoint(node.iterancestors())]


def note_left_out(listed: Sequence[object], what: str) -> list[str]:
    """Say how many of what was listed are beyond the cap."""
    count = len(listed)
    if count <= MAX_ITEMS:
        return []
    return [f"only the first {MAX_ITEMS} of {count} {what} read"]


def check_form(
    url: str,
    items: Collection[FeedItem],
    wanted: Mapping[str, str],
    *,
    where: str,
) -> None:
    """
    Find out whether a list has kept its form.

    What the source says where to find must be found in one item at least.

    Args:
        url: Of the list, for the error.
        items: All that were found, with words or without.
        wanted: Fields of an item, each with where it should be found, as the source says.
        where: What the items are, in words.

    Raises:
        FormChangedError: Something was found in no item.
    """
    if not items:
        return
    missing = []
    for field, place in wanted.items():
        values = map(attrgetter(field), items)
        if not any(values):
            missing.append(f"{field} ({fit_line(place, _TITLE_CHARS)!r})")
    if missing:
        raise FormChangedError(url, f"none of {len(items)} {where} has: {', '.join(missing)}")


def keep_notes(notes: Iterable[str]) -> tuple[str, ...]:
    """Return the notes that say something."""
    return tuple(filter(None, notes))
