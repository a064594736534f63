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
from aggregator.urls.secrets import list_login_secrets
from config.places import find_editions_file, find_glossary_file, find_sources_file
from config.secrets import operator_token, secret
from config.settings import Settings, described

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
    What a command was told: settings, sources, editions, channels and names.

    Args:
        settings: In force.
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
    def of(
        cls,
        settings: Settings,
        catalog: Catalog,
        editions: tuple[Edition, ...],
        channels: tuple[ChannelPlan, ...] = (),
    ) -> LoadedConfig:
        """Return a plan whose files have been read, or were never written."""
        loaded = cls(settings, {})
        loaded.catalog = catalog
        loaded.editions = editions
        loaded.channels = channels
        return loaded

    def move_to(self, settings: Settings) -> LoadedConfig:
        """Return the same plan with other addresses; what was read is not read again."""
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
        if self._beginning and not path.exists():
            return Catalog((), ())
        text = _read_text(path, "sources.file")
        if self._beginning and not text.strip():
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
                secret(reference, self._environ)
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
        _gather(faults, lambda: operator_token(self.settings.web.operator_token, self._environ))
        # Without editions every channel would seem to name a wrong one.
        if editions:
            _gather(faults, lambda: self.channels)
        # A catalogue that is only beginning has no outlets to name.
        if editions and catalog and catalog.outlets:
            known = sorted(outlet.id for outlet in catalog.outlets)
            faults += _unknown_outlets(known, editions, str(find_editions_file(self.settings)))
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
        environ: Environment variables.
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
    Return every secret that a plan names, so that logs can hide it wherever it turns up.

    Those of channels are among them if the plan is checked: nothing is sent by one that is not, so
    none of theirs is in hand.
    """
    channels = loaded.channels if loaded.checked else ()
    secrets = list(_logins(loaded.settings))
    for channel in channels:
        secrets += [secret(reference, environ) for reference in channel.secrets]
    for value in _tokens(loaded.settings):
        is_reference = value.startswith(("env:", "file:"))
        secrets.append(secret(value, environ) if is_reference else value)
    return tuple(dict.fromkeys(filter(None, secrets)))


def _logins(settings: Settings) -> Iterator[str]:
    """Yield users and passwords in addresses, in every form that they may be written in."""
    proxies = (settings.fetch.proxy, settings.deliver.proxy)
    for address in (settings.store.url, settings.broker.url, *proxies):
        yield from list_login_secrets(address)


def _tokens(settings: Settings) -> Iterator[str]:
    """Yield settings that are tokens themselves, or say where one stands."""
    for section, keys in described().items():
        for key in keys:
            if "token" in key:
                yield str(getattr(getattr(settings, section), key))


def _read_text(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        expected = f"a file that can be read ({error})"
        raise ConfigError((Fault(str(path), None, key, str(path), expected),)) from error


def _gather(faults: list[Fault], read: Callable[[], _T]) -> _T | None:
    """Return what is read; its faults go to the others instead of being raised."""
    try:
        return read()
    except ConfigError as error:
        faults += error.faults
        return None


def _unknown_outlets(known: Sequence[str], editions: Sequence[Edition], file: str) -> list[Fault]:
    faults = []
    for number, edition in enumerate(editions):
        key = f"edition[{number}].outlets"
        for outlet in edition.outlets:
            if outlet in known:
                continue
            near = get_close_matches(outlet, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            expected = f"the id of an outlet of the catalogue{hint}"
            faults.append(Fault(file, None, key, repr(outlet), expected))
    return faults
