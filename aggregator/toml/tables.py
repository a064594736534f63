"""Values out of TOML tables, with every fault noted rather than raised."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aggregator.errors import ConfigError, Fault
from aggregator.toml.lines import find_line
from aggregator.urls.secrets import hide_logins

__all__ = ["Faults", "Table", "parse_toml", "read_duration"]

_SECRETS = frozenset({"token", "password", "url"})

_SLUG = re.compile(r"[a-z0-9-]{2,40}")
_DURATION = re.compile(r"(\d{1,6})(s|m|h|d)")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_UNITS = {
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
}


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """
    Read TOML.

    Raises:
        ConfigError: It is not TOML; names the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        fault = Fault(name, int(line[1]) if line else None, "(syntax)", "", f"TOML ({error})")
        raise ConfigError((fault,)) from error


def read_duration(text: str) -> timedelta | None:
    """Read ``90s``, ``15m``, ``2h`` or ``1d``; None if it is something else."""
    match = _DURATION.fullmatch(text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


@dataclass(slots=True)
class Faults:
    """Faults found so far in one file."""

    name: str
    text: str
    found: list[Fault] = field(default_factory=list)

    def note(
        self,
        path: tuple[str | int, ...],
        value: object,
        expected: str,
    ) -> None:
        """Note one fault; ``value`` None means that the key is missing."""
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(
            "."
        )
        shown = "" if value is None else repr(value) if isinstance(value, str) else str(value)
        self.found.append(
            Fault(self.name, find_line(self.text, path), key, hide_logins(shown)[:120], expected)
        )

    def check(self) -> None:
        """
        Stop if anything was noted.

        Raises:
            ConfigError: With all of it.
        """
        if self.found:
            raise ConfigError(tuple(self.found))


class Table:
    """
    One table of a file; each getter notes a fault and returns a harmless value when something is
    wrong.

    Args:
        values: As tomllib gave them.
        path: Where the table stands.
        faults: Where to note.
    """

    def __init__(
        self,
        values: dict[str, Any],
        path: tuple[str | int, ...],
        faults: Faults,
    ) -> None:
        self._values = values
        self.path = path
        self._faults = faults
        self._asked: set[str] = set()

    def wrong(self, key: str, expected: str) -> None:
        """Note that a key's value is wrong for a reason of the caller's."""
        self._faults.note((*self.path, key), self._values.get(key), expected)

    def get(
        self,
        key: str,
        kind: type,
        expected: str,
        default: Any,
    ) -> Any:
        """
        Return a value of a kind, ``default`` when it is missing or wrong.

        A default of None makes it required.
        """
        self._asked.add(key)
        value = self._values.get(key)
        if value is None and default is not None:
            return default
        # bool is an int to Python, not to a reader.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(key, expected)
            return kind() if default is None else default
        return value

    def text(
        self,
        key: str,
        expected: str = "a text",
        default: str | None = None,
    ) -> str:
        """Return a text that is not blank unless that is the default."""
        value = str(self.get(key, str, expected, default))
        if not value.strip() and default is None and key in self._values:
            self.wrong(key, expected)
        return value

    def has(self, key: str) -> bool:
        """Say whether a key is there."""
        self._asked.add(key)
        return key in self._values

    def choice(
        self,
        key: str,
        allowed: tuple[str, ...],
        default: str | None = None,
    ) -> str:
        """Return one text of a closed set."""
        expected = f"one of {', '.join(allowed)}"
        value = str(self.get(key, str, expected, default))
        if key in self._values and value not in allowed:
            self.wrong(key, expected)
        return value

    def matching(
        self,
        key: str,
        pattern: re.Pattern[str],
        expected: str,
        default: str | None = None,
    ) -> str:
        """Return a text of a form; the default need not have it."""
        value = str(self.get(key, str, expected, default))
        if key in self._values and not pattern.fullmatch(value):
            self._hidden(key, expected)
        return value

    def _hidden(self, key: str, expected: str) -> None:
        # What stands where a reference to a secret should may be the secret.
        value = None if key in _SECRETS else self._values.get(key)
        self._faults.note((*self.path, key), value, expected)

    def absolute_path(self, key: str) -> Path:
        """Return an absolute path."""
        expected = "an absolute path"
        value = Path(self.text(key, expected))
        if key in self._values and not value.is_absolute():
            self.wrong(key, expected)
        return value

    def slug(self, key: str) -> str:
        """Return an id."""
        expected = "2 to 40 of a-z, 0-9 and -"
        value = self.text(key, expected)
        if value and not _SLUG.fullmatch(value):
            self.wrong(key, expected)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        return bool(self.get(key, bool, "true or false", default))

    def texts(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of texts of a closed set; empty when the key is missing."""
        expected = f"a list of {', '.join(allowed)}"
        value = self.get(key, list, expected, [])
        if any(not isinstance(item, str) or item not in allowed for item in value):
            self.wrong(key, expected)
            return ()
        return tuple(value)

    def number(
        self,
        key: str,
        low: int,
        high: int,
        default: int,
    ) -> int:
        """Return a whole number between bounds."""
        expected = f"a whole number from {low} to {high}"
        value = int(self.get(key, int, expected, default))
        if not low <= value <= high:
            self.wrong(key, expected)
            return default
        return value

    def free_texts(self, key: str, expected: str) -> tuple[str, ...]:
        """Return a list of texts that are not blank; empty when the key is missing."""
        value = self.get(key, list, expected, [])
        if any(not isinstance(item, str) or not item.strip() for item in value):
            self.wrong(key, expected)
            return ()
        return tuple(item.strip() for item in value)

    def hour(self, key: str, default: str) -> time:
        """Return a time of day such as ``07:00``."""
        expected = f"a time of day from 00:00 to 23:59, such as {default}"
        value = _HOUR.fullmatch(self.text(key, expected, default))
        if value is None:
            self.wrong(key, expected)
            return time()
        return time(int(value[1]), int(value[2]))

    def day(self, key: str) -> date | None:
        """Return a day such as ``2026-09-06``, without quotes; None when the key is missing."""
        expected = "a day without quotes, such as 2026-09-06"
        if not self.has(key):
            return None
        value = self.get(key, date, expected, date.min)
        # datetime is a date to Python, not to a reader.
        if isinstance(value, datetime):
            self.wrong(key, expected)
        return value if isinstance(value, date) else None

    def span(
        self,
        key: str,
        shortest: timedelta,
        longest: timedelta,
        default: str,
    ) -> timedelta:
        """Return a time such as ``15m`` between bounds."""
        expected = f"a time from {_short(shortest)} to {_short(longest)}, such as {default}"
        value = read_duration(self.text(key, expected, default))
        if value is None or not shortest <= value <= longest:
            self.wrong(key, expected)
            return shortest
        return value

    def table(self, key: str) -> Table:
        """Return a table; an empty one when the key is missing or wrong."""
        value = self.get(key, dict, f"a table, [{self._header(key)}]", {})
        return Table(value, (*self.path, key), self._faults)

    def _header(self, key: str) -> str:
        return ".".join([*(str(part) for part in self.path if isinstance(part, str)), key])

    def tables(self, key: str) -> list[Table]:
        """Return the tables of an array; at least one is expected."""
        self._asked.add(key)
        value = self._values.get(key)
        if (
            not isinstance(value, list)
            or not value
            or any(not isinstance(item, dict) for item in value)
        ):
            self._faults.note((*self.path, key), None, f"at least one [[{self._header(key)}]]")
            return []
        return [
            Table(item, (*self.path, key, number), self._faults)
            for number, item in enumerate(value)
        ]

    def no_more(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._values.keys() - self._asked:
            near = get_close_matches(key, self._asked, 1)
            known = ", ".join(sorted(self._asked))
            self.wrong(
                key,
                f"no such key; did you mean {near[0]}?"
                if near
                else f"no such key; known are {known}",
            )


def _short(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
