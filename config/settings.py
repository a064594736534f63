"""
Settings: defaults, then ``tilshi.toml``, then ``TILSHI_SECTION_KEY`` in the environment.

Each setting stands once, in ``config.sections``, with its type, bounds, default and meaning.
``docs/settings.md`` and the commented ``config/tilshi.toml`` are written from there
(``python -m config.describe``), and a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from aggregator.errors import ConfigError, Fault
from aggregator.toml.files import read_owner_text
from aggregator.toml.lines import find_line
from aggregator.toml.tables import parse_toml
from config.sections import (
    AlertsSection,
    BrokerSection,
    ClockSection,
    DataSection,
    DeliverSection,
    DigestSection,
    EditionsSection,
    FetchSection,
    LogSection,
    RetentionSection,
    ScheduleSection,
    SourcesSection,
    StoreSection,
    TextSection,
    TranslateSection,
    WebSection,
)
from config.values import About, Reader, make_reader, mask_secrets

__all__ = ["SettingRow", "Settings", "describe_settings", "find_shipped_file"]

_PREFIX = "TILSHI_"
# Of a wrong value in a fault.
_SHOWN_CHARS = 120
# Read by ./run, not by us.
_OTHERS = frozenset(
    {
        "TILSHI_VENV",
        "TILSHI_KILLS",
        "TILSHI_SHARED",
        "TILSHI_CORPORA",
        "TILSHI_TEST_RABBITMQ",
        "TILSHI_FAULT_ROUNDS",
        "TILSHI_FAULT_HOLD_S",
        "TILSHI_FAULT_SEED",
        "TILSHI_FAULT_TABLE",
    }
)


def find_shipped_file(name: str) -> Path:
    """Return the path of a file or folder that ships in ``config/``."""
    return Path(__file__).parent / name


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting in force: dotted key, its value with secrets masked, and where it came from."""

    key: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings in force, by section."""

    data: DataSection
    store: StoreSection
    broker: BrokerSection
    fetch: FetchSection
    text: TextSection
    translate: TranslateSection
    digest: DigestSection
    schedule: ScheduleSection
    retention: RetentionSection
    web: WebSection
    deliver: DeliverSection
    alerts: AlertsSection
    clock: ClockSection
    log: LogSection
    sources: SourcesSection
    editions: EditionsSection
    origins: Mapping[str, str] = field(
        default_factory=dict,
        repr=False,
        compare=False,
    )

    @classmethod
    def load(cls, environ: Mapping[str, str], file: Path | None) -> Settings:
        """
        Read settings.

        Args:
            environ: Variables ``TILSHI_SECTION_KEY`` win over the file.
            file: ``tilshi.toml``; None if there is none. Relative paths in it start from its
                folder.

        Raises:
            ConfigError: Lists every fault of file and environment.
        """
        given = _Given()
        if file is not None:
            _read_file(file, given)
        _read_environment(environ, given)
        sections: dict[str, Any] = {}
        for name, section in _list_sections().items():
            values = given.list_section(name)
            if section is DataSection:
                values.setdefault("folder", _find_data_folder(environ))
            sections[name] = section(**values)
        settings = cls(**sections, origins=given.origins)
        faults = given.faults + settings._find_contradictions()
        if faults:
            raise ConfigError(tuple(faults))
        return settings

    def list_rows(self) -> list[SettingRow]:
        """Return every setting in force, passwords in addresses masked."""
        rows = []
        for name in _list_sections():
            section = getattr(self, name)
            for item in fields(section):
                key = f"{name}.{item.name}"
                value = mask_secrets(getattr(section, item.name))
                rows.append(SettingRow(key, value, self._find_origin(key)))
        return rows

    def list_warnings(self) -> tuple[str, ...]:
        """Return what is allowed and not wise."""
        warnings = []
        if not self.fetch.contact:
            warnings.append(
                "fetch.contact is empty: outlets cannot tell who polls them; "
                "set an address or a page"
            )
        if self.retention.identity_days < self.retention.articles_days:
            warnings.append(
                "retention.identity_days is under retention.articles_days: "
                "old items may be told again"
            )
        return tuple(warnings)

    def _find_origin(self, key: str) -> str:
        return self.origins.get(key, "default")

    def _make_fault(
        self,
        key: str,
        value: object,
        expected: str,
    ) -> Fault:
        return Fault(self._find_origin(key), None, key, str(value), expected)

    def _find_contradictions(self) -> list[Fault]:
        schedule = self.schedule
        articles_days = self.retention.articles_days
        faults = []
        if schedule.max_every_s < schedule.min_every_s:
            expected = f"at least min_every_s, {schedule.min_every_s}"
            faults.append(self._make_fault("schedule.max_every_s", schedule.max_every_s, expected))
        if schedule.backoff_max_s < schedule.backoff_min_s:
            expected = f"at least backoff_min_s, {schedule.backoff_min_s}"
            faults.append(
                self._make_fault("schedule.backoff_max_s", schedule.backoff_max_s, expected)
            )
        if articles_days <= self.digest.window_days + self.digest.fresh_days:
            expected = "more than digest.window_days and fresh_days together"
            faults.append(self._make_fault("retention.articles_days", articles_days, expected))
        if self.web.whole_articles == "asked" and not self.translate.whole_minutes:
            expected = "shown, as translate.whole_minutes is 0: no wish would be met"
            faults.append(self._make_fault("web.whole_articles", "asked", expected))
        contact = self.fetch.contact
        if not (contact.isascii() and contact.isprintable()):
            # What goes into a header of HTTP; else every poll would fail.
            expected = "letters of ASCII: a domain in other letters as punycode (xn--...)"
            faults.append(self._make_fault("fetch.contact", contact, expected))
        return faults + self._find_wrong_proxies()

    def _find_wrong_proxies(self) -> list[Fault]:
        faults = []
        for key, section in (("fetch.proxy", self.fetch), ("deliver.proxy", self.deliver)):
            try:
                section.parse_proxy()
            except ValueError:
                expected = (
                    "an address such as http://user:password@proxy.example:3128, "
                    "nothing behind the port"
                )
                faults.append(self._make_fault(key, mask_secrets(section.proxy), expected))
        return faults


@dataclass(slots=True)
class _Given:
    """What was set somewhere, where, and what was wrong there."""

    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def keep_value(
        self,
        section: str,
        key: str,
        raw: object,
        read: Reader,
        origin: str,
    ) -> str | None:
        """Keep a value; returns what was expected if it is wrong."""
        try:
            self.values[section, key] = read(raw)
        except ValueError as error:
            return str(error)
        self.origins[f"{section}.{key}"] = origin
        return None

    def list_section(self, section: str) -> dict[str, Any]:
        """Return what was set in a section, by key."""
        return {key: value for (name, key), value in self.values.items() if name == section}


@cache
def _list_sections() -> dict[str, type]:
    types = get_type_hints(Settings)
    names = [field.name for field in fields(Settings) if field.name != "origins"]
    return {name: types[name] for name in names}


@cache
def describe_settings() -> Mapping[str, Mapping[str, tuple[Any, About]]]:
    """Return every setting by section and key: its type and what is known about it."""
    known: dict[str, Mapping[str, tuple[Any, About]]] = {}
    for name, section in _list_sections().items():
        types = get_type_hints(section, include_extras=True)
        known[name] = {key: (kind.__origin__, kind.__metadata__[0]) for key, kind in types.items()}
    return known


def _make_reader(section: str, key: str, base: Path) -> Reader:
    kind, about = describe_settings()[section][key]
    return make_reader(kind, about, base)


def _read_file(file: Path, given: _Given) -> None:
    text = read_owner_text(file, "(file)")
    known = describe_settings()
    for section, table in parse_toml(text, str(file)).items():
        if section in known and isinstance(table, dict):
            _read_section(file, text, section, table, given)
            continue
        expected = f"a table, [{section}]"
        if section not in known:
            expected = _describe_nearest(section, known, "section")
        line = find_line(text, (section,))
        given.faults.append(Fault(str(file), line, section, "", expected))


def _read_section(
    file: Path,
    text: str,
    section: str,
    table: Mapping[str, object],
    given: _Given,
) -> None:
    base = file.resolve().parent
    keys = describe_settings()[section]
    for key, raw in table.items():
        if key in keys:
            read = _make_reader(section, key, base)
            expected = given.keep_value(section, key, raw, read, str(file))
        else:
            expected = _describe_nearest(key, keys, "key")
        if expected:
            line = find_line(text, (section, key))
            name = f"{section}.{key}"
            given.faults.append(Fault(str(file), line, name, _show_value(key, raw), expected))


def _list_variables() -> dict[str, tuple[str, str]]:
    """Return section and key of each setting, by its name in the environment."""
    names = {}
    for section, keys in describe_settings().items():
        for key in keys:
            names[f"{_PREFIX}{section}_{key}".upper()] = (section, key)
    return names


def _read_environment(environ: Mapping[str, str], given: _Given) -> None:
    names = _list_variables()
    base = Path.cwd()
    ours = (name for name in environ if name.startswith(_PREFIX))
    for name in sorted(set(ours) - _OTHERS):
        if name not in names:
            expected = _describe_nearest(name, names, "variable")
            given.faults.append(Fault("environment", None, name, "", expected))
            continue
        section, key = names[name]
        raw = environ[name]
        read = _make_reader(section, key, base)
        wrong = given.keep_value(section, key, raw, read, f"environment {name}")
        if wrong:
            given.faults.append(Fault("environment", None, name, _show_value(key, raw), wrong))


def _show_value(key: str, raw: object) -> str:
    """
    Return a wrong value for a fault.

    One that should say where a token stands may be the token itself.
    """
    return "***" if "token" in key else mask_secrets(raw)[:_SHOWN_CHARS]


def _describe_nearest(name: str, known: Mapping[str, Any], what: str) -> str:
    near = get_close_matches(name, list(known), 1)
    if near:
        return f"no such {what}; did you mean {near[0]}?"
    return f"no such {what}; see docs/settings.md"


def _find_data_folder(environ: Mapping[str, str]) -> Path:
    base = environ.get("XDG_DATA_HOME") or f"{environ.get('HOME', '~')}/.local/share"
    return Path(base).expanduser() / "tilshi"
