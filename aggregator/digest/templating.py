"""The templates' surroundings: escaping on, nothing undefined, and the filters that every page uses."""

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
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["tidy"] = tidy
    made.filters["language"] = readers_name
    made.filters["link"] = words.safe_link
    made.filters["lang"] = _lang
    made.globals["words"] = words
    return made


def _lang(tag: str) -> str:
    # An empty lang says "unknown" in HTML; `und` would say it to fewer screen readers.
    return "" if tag == UNKNOWN else tag
