"""
What an operator wrote: settings, and the files that they name.

Settings are read and checked at once, since everything depends on them; a file is read when it is
first asked for. Whatever works on articles has all of it checked before it starts, so that nothing
wrong is met in the middle of the night; a health check, which is asked often, reads what it needs.
"""

from __future__ import annotations

from copy import copy
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from aggregator.errors import ConfigError, Fault
from aggregator.toml.files import read_owner_text
from aggregator.toml.lines import is_empty
from aggregator.urls.secrets import list_login_secrets
from config.places import find_editions_file, find_glossary_file, find_sources_file
from config.secrets import find_readers, read_operator_token, read_secret
from config.settings import Settings, describe_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from aggregator.delivery.channels import ChannelPlan
    from aggregator.models import Edition
    from aggregator.names.glossary import Glossary
    from aggregator.sources.catalog import Catalog

__all__ = ["LoadedConfig", "collect_secrets", "load_config"]

_T = TypeVar("_T")


class LoadedConfig:
    """
    What an operator wrote: settings, sources, editions, channels and names.

    Args:
        settings: In force, each checked.
        environ: Where channels' secrets may stand.
        beginning: The catalogue may not be there yet, or be empty.

    Attributes:
        checked: All of it is known to be right.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        beginning: bool = False,
    ) -> None:
        self.settings = settings
        self.checked = False
        self._environ = environ
        self._beginning = beginning

    @classmethod
    def assemble(
        cls,
        settings: Settings,
        catalog: Catalog,
        editions: tuple[Edition, ...],
        channels: tuple[ChannelPlan, ...] = (),
    ) -> LoadedConfig:
        """Return a configuration whose files have been read, or were never written."""
        loaded = cls(settings, {})
        loaded.catalog = catalog
        loaded.editions = editions
        loaded.channels = channels
        return loaded

    def move_to(self, settings: Settings) -> LoadedConfig:
        """Return the same with other addresses; what was read is not read again."""
        moved = copy(self)
        moved.settings = settings
        return moved

    @cached_property
    def catalog(self) -> Catalog:
        """
        Outlets and their sources.

        Raises:
            ConfigError: Lists every fault.
        """
        # Reading it takes the readers of every kind of source along.
        from aggregator.sources.catalog import Catalog, read_catalog  # noqa: PLC0415

        path = find_sources_file(self.settings)
        if self._beginning and _is_missing(path):
            return Catalog((), ())
        text = _read_text(path, "sources.file")
        if self._beginning and is_empty(text):
            return Catalog((), ())
        return read_catalog(text, str(path))

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        """
        Editions, at least one.

        Raises:
            ConfigError: Lists every fault.
        """
        from aggregator.sources.editions import read_editions  # noqa: PLC0415

        path = find_editions_file(self.settings)
        return read_editions(_read_text(path, "editions.file"), str(path))

    @cached_property
    def channels(self) -> tuple[ChannelPlan, ...]:
        """
        Channels; their secrets are where they say.

        Raises:
            ConfigError: Lists every fault of channels or editions.
        """
        file = self.settings.deliver.file
        if file is None:
            return ()
        # Reading them takes the clients of every messenger along.
        from aggregator.delivery.channels import read_channels  # noqa: PLC0415

        names = [edition.id for edition in self.editions]
        channels = read_channels(_read_text(file, "deliver.file"), str(file), names)
        for channel in channels:
            for reference in channel.secrets:
                read_secret(reference, self._environ)
        return channels

    @cached_property
    def glossary(self) -> Glossary:
        """
        Names and their English.

        Raises:
            ConfigError: Lists every fault.
        """
        from aggregator.names.glossary import read_glossary  # noqa: PLC0415

        return read_glossary(find_glossary_file(self.settings))

    def list_open_secrets(self) -> tuple[str, ...]:
        """Return a warning for each file with a secret that others can read."""
        references = [self.settings.web.operator_token]
        for channel in self.channels:
            references += channel.secrets
        return tuple(filter(None, map(find_readers, dict.fromkeys(references))))

    def check(self) -> None:
        """
        Read and check everything that can be wrong.

        Raises:
            ConfigError: Lists every fault of all files together.
        """
        faults: list[Fault] = []
        catalog = _gather(faults, lambda: self.catalog)
        editions = _gather(faults, lambda: self.editions)
        _gather(faults, lambda: self.glossary)
        _gather(
            faults, lambda: read_operator_token(self.settings.web.operator_token, self._environ)
        )
        # Without editions every channel would seem to name a wrong one.
        if editions:
            _gather(faults, lambda: self.channels)
        if editions and catalog:
            file = str(find_editions_file(self.settings))
            faults += _check_outlets(editions, catalog, file)
        if faults:
            raise ConfigError(tuple(faults))
        self.checked = True


def load_config(
    environ: Mapping[str, str],
    file: Path | None,
    *,
    beginning: bool = False,
    check: bool = True,
) -> LoadedConfig:
    """
    Read what an operator wrote.

    Args:
        environ: Variables ``TILSHI_*`` are settings; others may hold secrets.
        file: Of settings; None if there is none.
        beginning: The catalogue may not be there yet, or be empty; for commands that add to it.
        check: Read everything, and find everything that is wrong, before anything starts. Without
            it only settings are read and checked now, a file when it is first asked for.

    Raises:
        ConfigError: Lists every fault of settings, or of all other files together.
    """
    loaded = LoadedConfig(Settings.load(environ, file), environ, beginning=beginning)
    if check:
        loaded.check()
    return loaded


def collect_secrets(loaded: LoadedConfig, environ: Mapping[str, str]) -> tuple[str, ...]:
    """
    Return every secret that a configuration names, so that logs can hide it wherever it turns up.

    Those of channels are among them if it is checked: nothing is sent by one that is not, so none
    of theirs is in hand.
    """
    channels = loaded.channels if loaded.checked else ()
    secrets = list(_list_logins(loaded.settings))
    for channel in channels:
        secrets += [read_secret(reference, environ) for reference in channel.secrets]
    for value in _list_tokens(loaded.settings):
        is_reference = value.startswith(("env:", "file:"))
        secrets.append(read_secret(value, environ) if is_reference else value)
    return tuple(dict.fromkeys(filter(None, secrets)))


def _list_logins(settings: Settings) -> Iterator[str]:
    """Yield users and passwords in addresses, in every form that they may be written in."""
    proxies = (settings.fetch.proxy, settings.deliver.proxy)
    for address in (settings.store.url, settings.broker.url, *proxies):
        yield from list_login_secrets(address)


def _list_tokens(settings: Settings) -> Iterator[str]:
    """Yield settings that are tokens themselves, or say where one stands."""
    for name, keys in describe_settings().items():
        section = getattr(settings, name)
        for key in keys:
            if "token" in key:
                yield str(getattr(section, key))


def _read_text(path: Path, key: str) -> str:
    return read_owner_text(path, key, str(path))


def _is_missing(path: Path) -> bool:
    try:
        return not path.exists()
    except OSError:  # no name that a file may have; reading it says so
        return False


def _gather(faults: list[Fault], read: Callable[[], _T]) -> _T | None:
    """Return what is read; its faults go to the others instead of being raised."""
    try:
        return read()
    except ConfigError as error:
        faults += error.faults
        return None


def _check_outlets(editions: Sequence[Edition], catalog: Catalog, file: str) -> list[Fault]:
    """Return a fault for each outlet that an edition names and the catalogue does not know."""
    known = sorted(outlet.id for outlet in catalog.outlets)
    # A catalogue that is only beginning has no outlets to name.
    if not known:
        return []
    faults = []
    for number, edition in enumerate(editions):
        key = f"edition[{number}].outlets"
        for outlet in edition.outlets:
            if outlet not in known:
                expected = f"the id of an outlet of the catalogue{_suggest(outlet, known)}"
                faults.append(Fault(file, None, key, repr(outlet), expected))
    return faults


def _suggest(outlet: str, known: Sequence[str]) -> str:
    near = get_close_matches(outlet, known, 1)
    return f"; did you mean {near[0]}?" if near else ""
