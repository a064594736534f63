"""What is secret in texts, hidden before anybody sees them; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["hide_logins", "hide_secrets", "list_login_secrets"]

# What may be a password goes up to the last "@": one with a bare "/" or "@" in it is a mistake, and
# is shown where mistakes are. Where no "@" comes, all of it is gone through once and kept.
_LOGIN = re.compile(r"(://[^:/@\s]*+:)(\S*+)|(://)[^:/@\s]++@")
_QUERY = re.compile(r"([?&](?=[\w-]*?(?:pass|secret|token|key))[\w-]*+=)[^&\s]+", re.IGNORECASE)
_QUERY_NAMES = re.compile(r"pass|secret|token|key", re.IGNORECASE)
# Shorter ones would hide words of the language; nobody should have them.
_LEAST_CHARS = 4


def hide_logins(text: str) -> str:
    """
    Hide what is secret in addresses.

    That is passwords, lone users (which are tokens) and keys in queries.
    """
    # Each line of the logs comes here, and hardly one has an address.
    if "://" in text:
        text = _LOGIN.sub(_hide_login, text)
    if "?" in text or "&" in text:
        text = _QUERY.sub(r"\1***", text)
    return text


def _hide_login(login: re.Match[str]) -> str:
    beginning, rest, alone = login.groups()
    if alone:
        return f"{alone}***@"
    _, at, host = rest.rpartition("@")
    return f"{beginning}***@{host}" if at else login[0]


def list_login_secrets(address: str) -> tuple[str, ...]:
    """Return the secrets in an address, as they stand there and as they are meant."""
    try:
        parts = urlsplit(address)
        secrets = [parts.password or ""]
    except ValueError:
        return ()
    for name, value in parse_qsl(parts.query):
        if _QUERY_NAMES.search(name):
            secrets.append(value)
    forms: dict[str, None] = {}
    for secret in secrets:
        for form in (secret, unquote(secret), quote(secret)):
            if form:
                forms[form] = None
    return tuple(forms)


def hide_secrets(text: str, secrets: Iterable[str]) -> str:
    """
    Hide secrets wherever they stand in a text.

    Args:
        text: Of a log, an error.
        secrets: As they are; ones of less than four characters are not looked for.
    """
    # One may be part of another.
    longest_first = sorted(secrets, key=len, reverse=True)
    for secret in longest_first:
        if len(secret) >= _LEAST_CHARS:
            text = text.replace(secret, "***")
    return text
