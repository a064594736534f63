"""
The host of a link as a reader may see it; pure.

A name of letters that look like others' is written as the name servers have it (``xn--...``), as
browsers do: a label of several scripts (``еgov.kz`` with a Cyrillic е), and one of Cyrillic letters
that all look Latin below a name in Latin letters (``аса.kz``). Everything else stays as it is:
``қазақ.kz`` is what it says. See https://chromium.googlesource.com/chromium/src/+/main/docs/idn.md,
whose two first rules these are.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["write_shown_host"]

_ASCII_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|[0-9a-f]*+:[0-9a-f:.]*+")
_MAX_CHARS = 255
_LIKE_LATIN = frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡ")


def write_shown_host(host: str) -> str:
    """
    Return a host as it may stand in a link.

    Args:
        host: Of an address, without brackets, port and login.

    Raises:
        ValueError: It is none: empty, too long, or with characters that no host has.
    """
    # Names have 253 at most, and normalising takes the square of a run of accents.
    if len(host) > _MAX_CHARS:
        raise ValueError(f"a host has {_MAX_CHARS} characters at most")
    host = host.lower()
    if host.isascii():
        _require_host(host)
        return host
    host = unicodedata.normalize("NFKC", host)
    # Also what tells that a label is none, or has letters that no name may have.
    encoded = host.encode("idna").decode("ascii")
    _require_host(encoded)
    return encoded if _is_misleading(host) else host


def _require_host(host: str) -> None:
    if not _ASCII_HOST.fullmatch(host):
        raise ValueError("a host has letters, digits, dots and hyphens")


def _is_misleading(host: str) -> bool:
    labels = host.rstrip(".").split(".")
    is_latin_above = labels[-1].isascii()
    for label in labels:
        if label.isascii():
            continue
        # Marks, and all that is neither letter nor digit, have no business in a news site's name.
        if not label.replace("-", "").replace("_", "").isalnum() or not _is_of_one_script(label):
            return True
        if is_latin_above and _LIKE_LATIN.issuperset(label):
            return True
    return False


def _is_of_one_script(label: str) -> bool:
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in label if letter.isalpha()}
    return len(scripts) <= 1
