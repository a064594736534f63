"""What the commands about sources share: the catalogue's file, sources by id, a way out."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.errors import ConfigError, Fault
from aggregator.models import Source
from aggregator.sources.catalog import Catalog, read_catalog
from aggregator.toml.files import read_owner_text
from aggregator.toml.lines import is_empty
from config.settings import find_shipped_file
from workers.loaded_config import load_config
from workers.services import Services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workers.loaded_config import LoadedConfig

__all__ = [
    "AddTo",
    "choose_sources",
    "choose_target",
    "complete_source",
    "find_sources_file",
    "make_services",
    "read_sources",
    "write_sources",
]

AddTo = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="Add it to this file; made if it is not there."),
]


def complete_source(incomplete: str) -> list[str]:
    """Offer the ids of sources to the shell."""
    file = Path("tilshi.toml")
    try:
        loaded = load_config(os.environ, file if file.exists() else None)
    except ConfigError:
        return []
    return [source.id for source in loaded.catalog.sources if source.id.startswith(incomplete)]


def make_services(loaded: LoadedConfig) -> Services:
    """Return what fetching needs; the store is not asked for anything."""
    return Services(loaded)


def find_sources_file(loaded: LoadedConfig) -> Path:
    """Return the catalogue's file."""
    return loaded.settings.sources.file or find_shipped_file("sources.toml")


def read_sources(path: Path) -> tuple[str, Catalog]:
    """
    Read a catalogue that may not be there yet.

    Raises:
        ConfigError: It is there, and wrong or no file that can be read.
    """
    text = _read_if_there(path)
    return (text, Catalog((), ())) if is_empty(text) else (text, read_catalog(text, str(path)))


def _read_if_there(path: Path) -> str:
    try:
        is_there = path.exists()
    except OSError:  # no name that a file may have; reading it says so
        is_there = True
    return read_owner_text(path, "sources.file") if is_there else ""


def write_sources(path: Path, text: str) -> None:
    """
    Put a catalogue in place of another, whole or not at all.

    Raises:
        ConfigError: The new one would be wrong, or the file cannot be written; the old one stays.
    """
    read_catalog(text, str(path))
    beside = path.with_name(f".{path.name}.new")
    try:
        # The text's line breaks are its owner's.
        beside.write_text(text, encoding="utf-8", newline="")
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise ConfigError(
            (Fault(str(path), None, "sources.file", "", f"a file that can be written ({error})"),)
        ) from error


def choose_target(loaded: LoadedConfig, file: Path | None) -> Path:
    """Return the file to add to: the one named, the owner's, or in a checkout the project's own."""
    path = file or find_sources_file(loaded)
    if file or loaded.settings.sources.file or (path.parent.parent / "pyproject.toml").exists():
        return path
    expected = (
        "a file of yours, as the next version replaces this one: `tilshi source export --format "
        "toml > sources.toml`, "
        "then name it there"
    )
    raise ConfigError((Fault("settings", None, "sources.file", str(path), expected),))


def choose_sources(
    catalog: Catalog, ids: Sequence[str] | None, *, everything: bool = False
) -> list[Source]:
    """
    Return the sources that a command is about: those named, all, or those polled.

    Raises:
        ConfigError: An id that is not in the catalogue.
    """
    if not ids:
        return [source for source in catalog.sources if everything or not source.paused]
    by_id = {source.id: source for source in catalog.sources}
    faults = tuple(
        Fault("arguments", None, "ID", name, "the id of a source; `tilshi sources` lists them")
        for name in ids
        if name not in by_id
    )
    if faults:
        raise ConfigError(faults)
    return [by_id[name] for name in ids]
