"""
What a page holds.

Apart from what finds it, so that who names the type loads no parser of pages.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PageText"]


@dataclass(frozen=True, slots=True)
class PageText:
    """
    What a page holds.

    Attributes:
        text: Paragraphs apart by one newline; empty if none was found.
        address: Canonical address as the page names it; empty if it names none of its own site.
        picture: Address of the picture that the page gives for previews (``og:image``); empty if it
            gives none.
    """

    text: str
    address: str
    picture: str = ""
