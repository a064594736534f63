"""Is HTML safe? Judged by a parser of its own, not by the one that cleaned it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["fault_of"]

_NAMES = """
a b blockquote br code em h2 h3 h4 hr i li ol p pre strong sub sup
table tbody td th thead tr ul
"""
_TAGS = frozenset(_NAMES.split())


def fault_of(markup: str) -> str:
    """Return the first thing in markup that may not be there; empty if it is safe."""
    parser = _Judge()
    parser.feed(markup)
    parser.close()
    return parser.fault


class _Judge(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.fault = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.fault = self.fault or f"<{tag}>"
        for name, value in attrs:
            if tag != "a" or name not in {"href", "rel"}:
                self.fault = self.fault or f"<{tag} {name}>"
            elif name == "href" and not re.match(r"https?://[^/?#\\]", value or "", re.IGNORECASE):
                self.fault = self.fault or f"<a href={value!r}>"

    def handle_comment(self, data: str) -> None:
        self.fault = self.fault or "a comment"

    def handle_decl(self, decl: str) -> None:
        self.fault = self.fault or "a declaration"

    def handle_pi(self, data: str) -> None:
        self.fault = self.fault or "a processing instruction"
