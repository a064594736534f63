"""Values out of TOML tables, with every fault noted rather than raised."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aggregator.errors import ConfigError, Fault
from aggregator.toml.document import TomlError, load_toml
from aggregator.toml.lines import KeyPath, find_line, write_key_path
from aggregator.urls.secrets import hide_logins

__all__ = ["Faults", "Table", "parse_toml", "read_duration"]

_SECRET_KEYS = frozenset({"token", "password", "url"})

# Of a value in a fault.
_SHOWN_CHARS = 120
_SLUG = re.compile(r"[a-z0-9-]{2,40}")
_DURATION = re.compile(r"(\d{1,6})(s|m|h|d)")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
# Years whose days can be counted on from, in any zone; the digest's own are far within.
_YEARS = range(1970, 9000)
_UNITS = {
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
}
_UNIT_SECONDS = (
    ("d", 86400),
    ("h", 3600),
    ("m", 60),
)


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """
    Read TOML.

    Raises:
        ConfigError: It is not TOML, or not such as is taken (``toml.document``); names the line.
    """
    try:
        return load_toml(text)
    except TomlError as error:
        fault = Fault(name, error.line, error.key, error.value, error.expected)
        raise ConfigError((fault,)) from error


def read_duration(text: str) -> timedelta | None:
    """Read ``90s``, ``15m``, ``2h`` or ``1d``; None if it is something else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    unit = _UNITS[match[2]]
    return timedelta(**{unit: int(match[1])})


@dataclass(slots=True)
class Faults:
    """Faults of one file, as far as they are noted."""

    name: str
    text: str
    noted: list[Fault] = field(default_factory=list)

    def note(
        self,
        path: KeyPath,
        value: object,
        expected: str,
    ) -> None:
        """Note one fault; ``value`` None means that the key is missing."""
        line = find_line(self.text, path)
        key = write_key_path(path)
        shown = hide_logins(_format_value(value))[:_SHOWN_CHARS]
        fault = Fault(self.name, line, key, shown, expected)
        # A value of another type may be looked at twice: as what it is, and as what it is not.
        if fault not in self.noted:
            self.noted.append(fault)

    def check(self) -> None:
        """
        Stop if anything was noted.

        Raises:
            ConfigError: With all of it.
        """
        if self.noted:
            raise ConfigError(tuple(self.noted))


def _format_value(value: object) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, str) else str(value)


class Table:
    """
    One table of a file.

    Each getter notes a fault and returns a harmless value when something is wrong.

    Args:
        values: As they were read.
        path: From the root of the file to the table.
        faults: Takes what is wrong.
    """

    def __init__(
        self,
        values: dict[str, Any],
        path: KeyPath,
        faults: Faults,
    ) -> None:
        self._values = values
        self.path = path
        self._faults = faults
        self._asked: set[str] = set()

    def wrong(self, key: str, expected: str) -> None:
        """Note that a key's value is wrong for a reason of the caller's."""
        self._note(key, self._values.get(key), expected)

    def _note(
        self,
        key: str,
        value: object,
        expected: str,
    ) -> None:
        self._faults.note((*self.path, key), value, expected)

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
        is_stray_bool = isinstance(value, bool) and kind is not bool
        if isinstance(value, kind) and not is_stray_bool:
            return value
        self.wrong(key, expected)
        return kind() if default is None else default

    def text(
        self,
        key: str,
        expected: str = "a text",
        default: str | None = None,
    ) -> str:
        """Return a text that is not blank unless that is the default."""
        value = self._get_text(key, expected, default)
        is_given = key in self._values
        if is_given and default is None and not value.strip():
            self.wrong(key, expected)
        return value

    def _get_text(
        self,
        key: str,
        expected: str,
        default: str | None,
    ) -> str:
        return str(self.get(key, str, expected, default))

    def has(self, key: str) -> bool:
        """Say whether a key is there."""
        self._asked.add(key)
        return key in self._values

    def holds(self, key: str, value: object) -> bool:
        """Say whether a key has a certain value; another is not called wrong by that."""
        self._asked.add(key)
        return bool(self._values.get(key) == value)

    def list_keys(self) -> tuple[str, ...]:
        """Return the keys that are there, in their order."""
        return tuple(self._values)

    def choice(
        self,
        key: str,
        allowed: tuple[str, ...],
        default: str | None = None,
    ) -> str:
        """Return one text of a closed set."""
        expected = f"one of {', '.join(allowed)}"
        value = self._get_text(key, expected, default)
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
        value = self._get_text(key, expected, default)
        if key in self._values and not pattern.fullmatch(value):
            self._note_hidden(key, expected)
        return value

    def _note_hidden(self, key: str, expected: str) -> None:
        # What stands where a reference to a secret should may be the secret.
        value = None if key in _SECRET_KEYS else self._values.get(key)
        self._note(key, value, expected)

    def absolute_path(self, key: str) -> Path:
        """Return an absolute path."""
        expected = "an absolute path"
        value = Path(self.text(key, expected))
        is_usable = value.is_absolute() and "\0" not in str(value)
        if key in self._values and not is_usable:
            self.wrong(key, expected)
        return value

    def slug(self, key: str) -> str:
        """Return an id."""
        expected = "2 to 40 of a-z, 0-9 and -"
        value = self.text(key, expected)
        if value and not _SLUG.fullmatch(value):
            self.wrong(key, expected)
        return value

    def flag(
        self,
        key: str,
        *,
        default: bool = False,
    ) -> bool:
        """Return true or false."""
        return bool(self.get(key, bool, "true or false", default))

    def texts(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of texts of a closed set; empty when the key is missing."""
        expected = f"a list of {', '.join(allowed)}"
        items = self.get(key, list, expected, [])
        for item in items:
            if not isinstance(item, str) or item not in allowed:
                self.wrong(key, expected)
                return ()
        return tuple(items)

    def number(
        self,
        key: str,
        low: int,
        high: int,
        default: int,
    ) -> int:
        """Return a whole number between bounds."""
        expected = f"a whole number from {low} to {high}"
        value = self.get(key, int, expected, default)
        if low <= value <= high:
            return int(value)
        self.wrong(key, expected)
        return default

    def free_texts(self, key: str, expected: str) -> tuple[str, ...]:
        """Return a list of texts that are not blank; empty when the key is missing."""
        texts = []
        for item in self.get(key, list, expected, []):
            if not isinstance(item, str) or not item.strip():
                self.wrong(key, expected)
                return ()
            texts.append(item.strip())
        return tuple(texts)

    def hour(self, key: str, default: str) -> time:
        """Return a time of day such as ``07:00``."""
        expected = f"a time of day from 00:00 to 23:59, such as {default}"
        value = self.text(key, expected, default)
        match = _HOUR.fullmatch(value)
        if match is None:
            self.wrong(key, expected)
            return time()
        hour = int(match[1])
        minute = int(match[2])
        return time(hour, minute)

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

    def moment(self, key: str) -> datetime:
        """Return a time with a zone, without quotes; one long past when it is missing or wrong."""
        expected = "a time with a zone and without quotes, such as 2026-09-06T10:00:00Z"
        value = self.get(key, datetime, expected, _NO_MOMENT)
        is_usable = value.tzinfo is not None and value.year in _YEARS
        if self.has(key) and is_usable:
            return value if isinstance(value, datetime) else _NO_MOMENT
        self.wrong(key, expected)
        return _NO_MOMENT

    def span(
        self,
        key: str,
        shortest: timedelta,
        longest: timedelta,
        default: str,
    ) -> timedelta:
        """Return a time such as ``15m`` between bounds."""
        low = _format_duration(shortest)
        high = _format_duration(longest)
        expected = f"a time from {low} to {high}, such as {default}"
        value = read_duration(self.text(key, expected, default))
        if value is None or not shortest <= value <= longest:
            self.wrong(key, expected)
            return shortest
        return value

    def table(self, key: str) -> Table:
        """Return a table; an empty one when the key is missing or wrong."""
        header = self._name_header(key)
        value = self.get(key, dict, f"a table, [{header}]", {})
        return Table(value, (*self.path, key), self._faults)

    def _name_header(self, key: str) -> str:
        names = [part for part in self.path if isinstance(part, str)]
        return ".".join([*names, key])

    def tables(self, key: str) -> list[Table]:
        """Return the tables of an array; at least one is expected."""
        self._asked.add(key)
        value: Any = self._values.get(key)
        if not _is_array_of_tables(value):
            header = self._name_header(key)
            self._note(key, None, f"at least one [[{header}]]")
            return []
        tables = []
        for number, item in enumerate(value):
            path = (*self.path, key, number)
            tables.append(Table(item, path, self._faults))
        return tables

    def note_unknown_keys(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._values.keys() - self._asked:
            near = get_close_matches(key, self._asked, 1)
            known = ", ".join(sorted(self._asked))
            hint = f"did you mean {near[0]}?" if near else f"known are {known}"
            self.wrong(key, f"no such key; {hint}")


def _is_array_of_tables(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, dict) for item in value)


def _format_duration(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, length in _UNIT_SECONDS:
        count, rest = divmod(seconds, length)
        if count and not rest:
            return f"{count}{unit}"
    return f"{seconds}s"
