"""The environment of templates: escaping, nothing undefined, filters that every page uses."""

from __future__ import annotations

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from aggregator.digest import words
from aggregator.languages import UNKNOWN, readers_name
from aggregator.text.typography import tidy

__all__ = ["make_environment"]


@cache
def make_environment(*packages: str) -> Environment:
    """Return an environment that finds templates in these packages, and then here."""
    loaders = [PackageLoader(package, "templates") for package in (*packages, "aggregator.digest")]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        # They come with the program, and a page asks for a dozen.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tidy"] = tidy
    environment.filters["language"] = readers_name
    environment.filters["link"] = words.safe_link
    environment.filters["lang"] = _write_lang
    environment.globals["words"] = words
    return environment


def _write_lang(tag: str) -> str:
    # An empty lang says "unknown" in HTML; `und` would say it to fewer screen readers.
    return "" if tag == UNKNOWN else tag
