"""What is secret in texts, hidden before anybody sees them; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["hide_logins", "hide_secrets", "list_login_secrets"]

# Up to the last "@": a password with a bare "/" or "@" in it is a mistake, and is shown where
# mistakes are.
_LOGIN = re.compile(r"(://[^:/@\s]*:)\S*@|(://)[^:/@\s]+@")
_QUERY = re.compile(r"([?&][\w-]*(?:pass|secret|token|key)[\w-]*=)[^&\s]+", re.IGNORECASE)
_QUERY_NAMES = re.compile(r"pass|secret|token|key", re.IGNORECASE)
# Shorter ones would hide words of the language; nobody should have them.
_LEAST_CHARS = 4


def hide_logins(text: str) -> str:
    """Hide what is secret in addresses: passwords, lone users (which are tokens), keys in queries."""
    hidden = _LOGIN.sub(lambda match: f"{match[1] or match[2]}***@", text)
    return _QUERY.sub(r"\1***", hidden)


def list_login_secrets(address: str) -> tuple[str, ...]:
    """Return the secrets in an address, as they stand there and as they are meant."""
    try:
        parts = urlsplit(address)
        found = [parts.password or ""]
    except ValueError:
        return ()
    found += [value for name, value in parse_qsl(parts.query) if _QUERY_NAMES.search(name)]
    return tuple(
        dict.fromkeys(
            form for value in found for form in (value, unquote(value), quote(value)) if form
        )
    )


def hide_secrets(text: str, secrets: Iterable[str]) -> str:
    """
    Hide secrets wherever they stand in a text.

    Args:
        text: Of a log, an error.
        secrets: As they are; ones of less than four characters are not looked for.
    """
    # Longest first: one may be part of another.
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _LEAST_CHARS:
            text = text.replace(secret, "***")
    return text
