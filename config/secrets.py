"""Secrets by reference: from the environment or from a file, never from a settings file itself."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import ConfigError, Fault
from aggregator.web.operator.guard import LEAST_TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["find_readers", "read_operator_token", "read_secret"]

_MADE_BY = "openssl rand -hex 24"
_OPERATORS = "the operator's token, which web.operator_token names"


def read_secret(
    reference: str, environ: Mapping[str, str], *, wanted: str = "a secret that a channel names"
) -> str:
    """
    Return a secret.

    Args:
        reference: ``env:NAME`` or ``file:/path``.
        environ: Where ``env:`` is looked up.
        wanted: What it is, for a fault.

    Raises:
        ConfigError: It is not there, or empty.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        value = environ.get(name, "").strip()
        fault = Fault("environment", None, name, "", wanted)
    else:
        value = _read_file(name, wanted)
        fault = Fault(name, None, "(file)", "", f"{wanted}; the file is empty")
    if not value:
        raise ConfigError((fault,))
    return value


def _read_file(name: str, wanted: str) -> str:
    try:
        # A byte order mark, which editors of Windows write, is no part of it.
        return Path(name).read_text(encoding="utf-8-sig").strip()
    # ValueError: no text in UTF-8, or no name that a file may have.
    except (OSError, ValueError) as error:
        fault = Fault(name, None, "(file)", "", f"{wanted} ({error})")
        raise ConfigError((fault,)) from error


def find_readers(reference: str) -> str:
    """
    Say who else can read the file that a secret stands in.

    Args:
        reference: As ``read_secret`` takes it.

    Returns:
        A warning; empty if it is its owner's alone, or stands in no file.
    """
    kind, _, name = reference.partition(":")
    if kind != "file":
        return ""
    try:
        mode = stat.S_IMODE(Path(name).stat().st_mode)
    except (OSError, ValueError):  # reading it says what is wrong
        return ""
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ""
    return f"{name}: others can read or change this secret ({mode:04o}): chmod 600 {name}"


def read_operator_token(reference: str, environ: Mapping[str, str]) -> str:
    """
    Return the operator's token; empty if none is wanted.

    Args:
        reference: As ``secret`` takes it, or empty.
        environ: Where ``env:`` is looked up.

    Raises:
        ConfigError: It is not there, or too short to withstand guessing.
    """
    if not reference:
        return ""
    token = read_secret(reference, environ, wanted=_OPERATORS)
    if len(token) >= LEAST_TOKEN:
        return token
    kind, _, name = reference.partition(":")
    file, key = ("environment", name) if kind == "env" else (name, "(file)")
    length = f"{len(token)} characters"
    wanted = f"{_OPERATORS}: {LEAST_TOKEN} characters or more, for instance of `{_MADE_BY}`"
    raise ConfigError((Fault(file, None, key, length, wanted),))
