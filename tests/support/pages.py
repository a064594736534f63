"""Pages that attackers write, each a function of its size: large for benchmarks, or small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HOSTILE", "attributes"]


def attributes(size: int) -> str:
    """Return one tag with more attributes than libxml2's HTML parser reads in minutes."""
    return "<div " + " ".join(f"a{number}=1" for number in range(size // 8)) + ">"


_PIECES = (
    "<div>",
    "<b><i><a href=x>",
    "<a ",
    "<table><tr><td>",
    "<select><option>",
    "<!--",
    "<script>",
    "<",
    "&#1;",
    '<a b="',
    "<p>x",
    "<ul><li>",
    "</p>",
    "<a =",
    "<svg><math><mi>",
    '<div class="event"><h3>',
    '<div class="tgme_widget_message" data-post="a/1">',
)

HOSTILE: dict[str, Callable[[int], str]] = {
    "attributes": attributes,
    "attributes behind quotes": lambda size: "<i a=b\"c><div a='" + attributes(size),
    "attributes in a script": lambda size: '<script><a b="</script>' + attributes(size) + '">',
    "posts in posts": lambda size: (
        '<div class="tgme_widget_message" data-post="a/1">' * 150
        + '<p class="tgme_widget_message_text">x</p>' * (size // 45)
    ),
    "items in items": lambda size: '<div class="event"><h3>' * 90 + "<i>x</i>" * (size // 8),
    "many posts": lambda size: (
        '<div class="tgme_widget_message" data-post="a/1"><p>x</p></div>' * (size // 62)
    ),
    **{piece: lambda size, piece=piece: piece * (size // len(piece)) for piece in _PIECES},
}
"""Pages by what they are made of; each gives one of about the size asked for, in characters."""
