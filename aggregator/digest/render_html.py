"""
A digest as one page that needs nothing else: no script, no font, no picture, no request.

Every text of an outlet goes through Jinja's escaping; its content security policy lets nothing run or load even so.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from aggregator.digest import words
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from jinja2 import Template

    from aggregator.models import Digest

__all__ = ["render"]


@cache
def _read(name: str) -> str:
    return resources.files("aggregator.digest").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["tidy"] = tidy
    environment.filters["language"] = words.language
    environment.filters["link"] = words.safe_link
    environment.filters["lang"] = _lang
    return environment.from_string(_read("digest.html.j2"))


def _lang(tag: str) -> str:
    # An empty lang says "unknown" in HTML; `und` would say it to fewer screen readers.
    return "" if tag == "und" else tag


def render(digest: Digest) -> str:
    """Render a digest as a page in UTF-8."""
    style = _read("digest.css")
    return _template().render(
        digest=digest,
        words=words,
        # Our own file, and it must not be escaped: `>` is a selector.
        style=Markup(style),  # noqa: S704
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
    )
