"""Where things stand: what settings leave open, filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.settings import Settings, find_shipped_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "find_broker_url",
    "find_editions_file",
    "find_glossary_file",
    "find_models_folder",
    "find_sources_file",
    "list_package_places",
]


def find_sources_file(settings: Settings) -> Path:
    """Return the catalogue's file."""
    return settings.sources.file or find_shipped_file("sources.toml")


def find_editions_file(settings: Settings) -> Path:
    """Return the editions' file."""
    return settings.editions.file or find_shipped_file("editions.toml")


def find_glossary_file(settings: Settings) -> Path:
    """Return the glossary's file."""
    return settings.translate.glossary or find_shipped_file("glossary.toml")


def find_models_folder(settings: Settings) -> Path:
    """Return where packages are unpacked and models built."""
    return settings.data.models or settings.data.folder / "unpacked"


def list_package_places(settings: Settings) -> list[Path]:
    """Return where translation packages are looked for."""
    places = list(settings.translate.packages)
    return places or [settings.data.folder / "packages", find_shipped_file("packages")]


def find_broker_url(settings: Settings) -> str:
    """
    Return the broker's address: the one set, else the store's, in the form that kombu reads.

    A Unix socket is ``unix://`` to redis-py and ``redis+socket://`` to kombu; the broker then takes
    database 1.
    """
    if settings.broker.url:
        return settings.broker.url
    url = settings.store.url
    if url.startswith("unix://"):
        path = url.removeprefix("unix://").partition("?")[0]
        return f"redis+socket://{path}?virtual_host=1"
    return url
