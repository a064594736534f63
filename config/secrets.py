"""Secrets by reference: from the environment or from a file, never from a settings file itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import ConfigError, Fault
from aggregator.web.guard import LEAST_TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["operator_token", "secret"]

_OPERATORS = "the operator's token, which web.operator_token names"


def secret(
    reference: str, environ: Mapping[str, str], *, wanted: str = "a secret that a channel names"
) -> str:
    """
    Return a secret.

    Args:
        reference: ``env:NAME`` or ``file:/path``.
        environ: The environment.
        wanted: What it is, for a fault.

    Raises:
        ConfigError: It is not there, or empty.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        value = environ.get(name, "").strip()
        if not value:
            raise ConfigError((Fault("environment", None, name, "", wanted),))
        return value
    try:
        value = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((Fault(name, None, "(file)", "", f"{wanted} ({error})"),)) from error
    if not value:
        raise ConfigError((Fault(name, None, "(file)", "", f"{wanted}; the file is empty"),))
    return value


def operator_token(reference: str, environ: Mapping[str, str]) -> str:
    """
    Return the operator's token; empty if none is wanted.

    Args:
        reference: As ``secret`` takes it, or empty.
        environ: The environment.

    Raises:
        ConfigError: It is not there, or too short to withstand guessing.
    """
    if not reference:
        return ""
    token = secret(reference, environ, wanted=_OPERATORS)
    if len(token) < LEAST_TOKEN:
        kind, _, name = reference.partition(":")
        where = ("environment", name) if kind == "env" else (name, "(file)")
        wanted = (
            f"{_OPERATORS}: {LEAST_TOKEN} characters or more, for instance of `openssl rand "
            "-hex 24`"
        )
        raise ConfigError((Fault(where[0], None, where[1], f"{len(token)} characters", wanted),))
    return token
