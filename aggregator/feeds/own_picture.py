"""
Which picture of a feed is an item's own. Pure.

It is what Media RSS or an enclosure names as an image. In a ``media:group`` the same picture stands
in several sizes, and the group is the item's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.feeds.namespaces import split_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element

    Ranked = Sequence[tuple[int, _Element]]

__all__ = ["find_picture"]

_PATH = re.compile(r"\.(?:jpe?g|png|webp|gif)\Z", re.IGNORECASE)
_MEDIA = ("content", "thumbnail")
# Elements of one kind that are looked at.
_MOST = 50


def find_picture(media: Ranked, links: Ranked, resolve: Callable[[_Element, str], str]) -> str:
    """
    Return the absolute address of an item's picture; empty if it names none.

    Args:
        media: The item's elements that may name one, each with its rank: less is better.
        links: Its links, ranked likewise; Atom's enclosures are among them.
        resolve: Returns an element's address as an absolute one; empty if it is none.
    """
    candidates = []
    for rank, element in media[:_MOST]:
        candidates += [(rank, inner) for inner in _list_media(element)]
    for rank, element in links[:_MOST]:
        if element.get("rel", "").lower() == "enclosure":
            candidates.append((rank + 1, element))
    pictures = [(rank, element) for rank, element in candidates if _is_picture(element)]
    pictures.sort(key=lambda candidate: (candidate[0], *_rank_picture(candidate[1])))
    addresses = (resolve(element, _get_address(element)) for _, element in pictures)
    return next(filter(None, addresses), "")


def _list_media(element: _Element) -> list[_Element]:
    """Return the element, or of a group what is in it."""
    if split_name(element.tag)[1] != "group":
        return [element]
    inner = [child for child in element.iterchildren("*") if split_name(child.tag)[1] in _MEDIA]
    return inner[:_MOST]


def _get_address(element: _Element) -> str:
    return (element.get("url") or element.get("href") or "").strip()


def _is_picture(element: _Element) -> bool:
    """Say whether an element names an image: by what it says, else by the end of its address."""
    if split_name(element.tag)[1] == "thumbnail":
        return True
    kind = element.get("type", "").lower().strip()
    medium = element.get("medium", "").lower().strip()
    if kind or medium:
        return medium == "image" or (kind.startswith("image/") and "svg" not in kind)
    return bool(_PATH.search(_get_address(element).partition("?")[0]))


def _rank_picture(element: _Element) -> tuple[bool, int]:
    """Return how far a picture is from the one meant to be shown; less is better."""
    is_default = element.get("isDefault", "").lower() == "true"
    width = element.get("width", "")
    is_number = width.isascii() and width.isdigit()
    return (not is_default, -int(width[:6]) if is_number else 0)
