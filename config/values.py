"""Values of settings: read from TOML or from the environment, checked, shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aggregator.urls.secrets import hide_logins

__all__ = ["About", "Reader", "describe_expectation", "make_reader", "mask_secrets"]

# Years whose days can be counted on from, in any zone.
_YEARS = range(1970, 9000)

Reader = Callable[[object], Any]
"""Raw value in, checked value out; raises ValueError with what was expected."""


@dataclass(frozen=True, slots=True)
class About:
    """
    What is known about a setting.

    Attributes:
        meaning: What it does, in one sentence.
        low: Least number, itself allowed.
        high: Greatest number, itself allowed.
        choices: All texts there are.
        schemes: Of an address; an empty text is allowed too.
        pattern: Of a text.
        form: The pattern in words.
        takes: Says whether one of several texts is right.
        default: In words, where it is not a plain value.
    """

    meaning: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    pattern: str = ""
    form: str = ""
    takes: Callable[[str], bool] | None = None
    default: str = ""


def mask_secrets(value: object) -> str:
    """
    Return a value as text, what is secret in addresses hidden.

    That is passwords, lone users (tokens) and keys in queries.
    """
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ", ".join(mask_secrets(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return hide_logins(str(value))


def describe_expectation(kind: Any, about: About) -> str:
    """Say in words what a setting may be."""
    if about.choices:
        return f"one of {', '.join(about.choices)}"
    if about.schemes:
        beginnings = ", ".join(f"{scheme}://" for scheme in about.schemes)
        return f"empty or an address that begins with {beginnings}"
    if kind in (int, float):
        number = "a whole number" if kind is int else "a number"
        return f"{number} from {about.low:,g} to {about.high:,g}"
    if about.form:
        return about.form
    if about.pattern:
        return f"a text of the form {about.pattern}"
    words = {
        "datetime": "empty or a time with a zone, such as 2025-08-20T21:00:00+05:00",
        "tuple": "a list of texts, or texts joined by commas",
        "Path": "a path",
    }
    matches = (text for name, text in words.items() if name in str(kind))
    return next(matches, "a text")


def make_reader(kind: Any, about: About, base: Path) -> Reader:
    """
    Return the function that reads a setting.

    Args:
        kind: Type of the checked value.
        about: Its bounds, and its words for faults.
        base: Where relative paths start.
    """
    expected = describe_expectation(kind, about)

    def read(raw: object) -> Any:
        try:
            return _read(kind, about, base, raw)
        except _PortError:
            raise ValueError(f"{expected}, its port from 1 to 65535") from None
        # OverflowError: a whole number that no float holds.
        except (TypeError, ValueError, OverflowError):
            raise ValueError(expected) from None

    return read


def _read(
    kind: Any,
    about: About,
    base: Path,
    raw: object,
) -> Any:
    if kind in (int, float):
        return _read_number(kind, about, raw)
    if kind == tuple[str, ...]:
        return _read_checked_texts(about, raw)
    if kind == tuple[Path, ...]:
        return tuple(_read_path(base, item) for item in _read_texts(raw))
    if kind == datetime | None:
        return _read_moment(raw)
    if not isinstance(raw, str):
        raise TypeError
    if kind is Path:
        return _read_path(base, raw)
    if kind == Path | None:
        return _read_path(base, raw) if raw else None
    return _read_text(about, raw)


def _read_number(kind: type, about: About, raw: object) -> float:
    if (
        isinstance(raw, bool)
        or not isinstance(raw, int | float | str)
        or (kind is int and isinstance(raw, float))
    ):
        raise TypeError
    value = kind(raw)
    assert about.low is not None
    assert about.high is not None
    if not about.low <= value <= about.high:
        raise ValueError
    return float(value) if kind is float else int(value)


def _read_texts(raw: object) -> tuple[str, ...]:
    if isinstance(raw, str):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise TypeError
    return tuple(raw)


def _read_checked_texts(about: About, raw: object) -> tuple[str, ...]:
    texts = _read_texts(raw)
    if about.takes and not all(map(about.takes, texts)):
        raise ValueError
    return texts


def _read_text(about: About, raw: str) -> str:
    if about.choices and raw not in about.choices:
        raise ValueError
    if about.pattern and not re.fullmatch(about.pattern, raw):
        raise ValueError
    if about.schemes and raw:
        scheme, _, rest = raw.partition("://")
        if scheme not in about.schemes or not rest:
            raise ValueError
        _check_port(raw)
    return raw


class _PortError(ValueError):
    """An address with a port that is none."""


def _check_port(address: str) -> None:
    try:
        port = urlsplit(address).port
    except ValueError as error:
        raise _PortError from error
    if port == 0:
        raise _PortError


def _read_path(base: Path, raw: str) -> Path:
    if not raw.strip() or "\0" in raw:
        raise ValueError
    try:
        return base / Path(raw).expanduser()
    except RuntimeError as error:  # "~name" of nobody here
        raise ValueError from error


def _read_moment(raw: object) -> datetime | None:
    if not isinstance(raw, datetime | str):
        raise TypeError
    if raw == "":
        return None
    moment = datetime.fromisoformat(raw) if isinstance(raw, str) else raw
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise ValueError
    return moment
