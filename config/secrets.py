"""Secrets by reference: from the environment or from a file, never from a settings file itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["secret"]


def secret(reference: str, environ: Mapping[str, str]) -> str:
    """
    Return a secret.

    Args:
        reference: ``env:NAME`` or ``file:/path``.
        environ: The environment.

    Raises:
        ConfigError: It is not there, or empty.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        value = environ.get(name, "").strip()
        if not value:
            raise ConfigError((Fault("environment", None, name, "", "a secret that a channel names"),))
        return value
    try:
        value = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((Fault(name, None, "(file)", "", f"a secret that a channel names ({error})"),)) from error
    if not value:
        raise ConfigError((Fault(name, None, "(file)", "", "a secret that a channel names; the file is empty"),))
    return value
