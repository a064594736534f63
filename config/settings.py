"""
Settings: defaults, then ``tilshi.toml``, then ``TILSHI_SECTION_KEY`` in the environment.

Each setting stands once, below, with its type, bounds, default and meaning. ``docs/settings.md`` and the commented
``config/tilshi.toml`` are written from here (``python -m config.describe``), and a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from aggregator.errors import ConfigError, Fault
from aggregator.net.proxy import Proxy
from aggregator.sources.locate import line_of
from aggregator.sources.tables import parse_toml
from config.values import About, Reader, masked, reader

__all__ = ["Row", "Settings", "shipped"]

_PREFIX = "TILSHI_"
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
_REFERENCE = r"(env:[A-Za-z_]\w*|file:.+)?"
_STORE = ("redis", "rediss", "unix")
_HTTP = ("http", "https")
_BROKER = ("redis", "rediss", "redis+socket", "amqp", "amqps")


def shipped(name: str) -> Path:
    """Return the path of a file or folder that ships in ``config/``."""
    return Path(__file__).parent / name


@dataclass(frozen=True, slots=True)
class Data:
    """Where files go."""

    folder: Annotated[Path, About("Private server, unpacked packages, logs.", default="$XDG_DATA_HOME/tilshi")]


@dataclass(frozen=True, slots=True)
class StoreAt:
    """The state."""

    url: Annotated[str, About("Redis or Valkey 6.2 or later. Empty: a private server.", schemes=_STORE)] = ""
    namespace: Annotated[str, About("Prefix of all keys and queues.", pattern="[a-z0-9-]{1,20}")] = "tilshi"


@dataclass(frozen=True, slots=True)
class BrokerAt:
    """Celery's messages."""

    url: Annotated[str, About("Redis or RabbitMQ. Empty: the store.", schemes=_BROKER)] = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Polling."""

    contact: Annotated[str, About("Address or page where outlets reach you; part of the User-Agent.")] = ""
    connect_timeout_s: Annotated[float, About("Resolving and connecting.", low=0.1, high=120)] = 10.0
    read_timeout_s: Annotated[float, About("Silence between two pieces of an answer.", low=0.1, high=300)] = 20.0
    total_timeout_s: Annotated[float, About("One poll in all, redirects included.", low=1, high=200)] = 60.0
    max_bytes: Annotated[int, About("Of a feed, packed and unpacked.", low=10_000, high=200_000_000)] = 8_388_608
    max_redirects: Annotated[int, About("In a row.", low=0, high=20)] = 5
    concurrency: Annotated[int, About("Sources polled at once by one process.", low=1, high=256)] = 16
    allow_private: Annotated[tuple[str, ...], About("Hosts or networks allowed although not public.")] = ()
    host_at_once: Annotated[int, About("Requests to one host at once, across all workers.", low=1, high=64)] = 2
    host_gap_s: Annotated[float, About("Between the beginnings of two requests to a host.", low=0, high=60)] = 1.0
    proxy: Annotated[str, About("HTTP proxy for feeds, pages and packages. Empty: none.", schemes=_HTTP)] = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Reading."""

    batch: Annotated[int, About("Articles read at once by one process.", low=1, high=256)] = 16
    threads: Annotated[int, About("Of the embedding model, in each process.", low=1, high=64)] = 1


@dataclass(frozen=True, slots=True)
class Translate:
    """Translation."""

    packages: Annotated[tuple[Path, ...], About("Package files or folders. Empty: see docs.")] = ()
    glossary: Annotated[Path | None, About("Names and their English. Empty: the one that ships.")] = None
    batch: Annotated[int, About("Articles translated at once by one process.", low=1, high=512)] = 16
    beam: Annotated[int, About("Beam size; 1 is fastest.", low=1, high=16)] = 4
    threads: Annotated[int, About("Of the translation model, in each process.", low=1, high=64)] = 1
    remembered: Annotated[int, About("Translations kept, 0 for none; about 0.5 KB each.", low=0, high=10_000_000)] = (
        50_000
    )


@dataclass(frozen=True, slots=True)
class DigestMade:
    """Digests."""

    fresh_days: Annotated[int, About("Older articles, when first seen, are kept but not told.", low=1, high=30)] = 3
    window_days: Annotated[int, About("Days whose articles may be one story.", low=1, high=14)] = 3
    lead_sentences: Annotated[int, About("Of a story, at most.", low=0, high=10)] = 3
    lead_chars: Annotated[int, About("Of a story's lead, in the original, at most.", low=50, high=5000)] = 400
    deadline_minutes: Annotated[int, About("After closing time, wait so long.", low=0, high=1440)] = 90


@dataclass(frozen=True, slots=True)
class Schedule:
    """When things happen."""

    tick_s: Annotated[int, About("Between two looks at what is due.", low=1, high=600)] = 10
    lease_s: Annotated[int, About("A dead worker's articles come back after this.", low=1, high=3600)] = 30
    attempts: Annotated[int, About("An article that ended so many workers goes on without.", low=1, high=100)] = 5
    min_every_s: Annotated[int, About("Adaptive polling: the shortest time.", low=60, high=604_800)] = 300
    max_every_s: Annotated[int, About("Adaptive polling: the longest time.", low=60, high=604_800)] = 7200
    patience_minutes: Annotated[
        float, About("Adaptive polling: what lies unseen may have waited, added up.", low=0.5, high=10_000)
    ] = 10.0
    backoff_min_s: Annotated[int, About("Wait after a first failure; doubles.", low=1, high=86_400)] = 60
    backoff_max_s: Annotated[int, About("The longest wait after failures.", low=1, high=604_800)] = 21_600


@dataclass(frozen=True, slots=True)
class Kept:
    """How long things are kept."""

    articles_days: Annotated[int, About("Articles and their stories.", low=7, high=3650)] = 30
    identity_days: Annotated[int, About("That an item was seen.", low=7, high=3650)] = 90
    digests_days: Annotated[int, About("Digests.", low=7, high=36_500)] = 3650
    runs: Annotated[int, About("Accounts of the latest runs.", low=1, high=10_000)] = 200


@dataclass(frozen=True, slots=True)
class Web:
    """The page."""

    host: Annotated[str, About("Where the page listens. Beyond loopback, anybody there can read.")] = "127.0.0.1"
    port: Annotated[int, About("Its port.", low=1, high=65_535)] = 8420
    address: Annotated[str, About("Where readers reach it; feeds name it. Empty: host and port.", schemes=_HTTP)] = ""
    refresh_s: Annotated[float, About("Between two looks for what is new.", low=0.2, high=3600)] = 5.0
    operator_token: Annotated[
        str,
        About(
            "Where the operator's token stands. Empty: no operator's page.",
            pattern=_REFERENCE,
            form="empty, env:NAME or file:/path",
        ),
    ] = ""


@dataclass(frozen=True, slots=True)
class AlertsAt:
    """When operators are told."""

    silent_times: Annotated[float, About("A source is silent after so many of its usual gaps.", low=2, high=100)] = 6.0
    silent_least_hours: Annotated[int, About("... and after at least so long.", low=1, high=720)] = 12
    failing_hours: Annotated[int, About("A source fails when no poll was good for so long.", low=1, high=720)] = 24
    queue_minutes: Annotated[int, About("A queue ages when its oldest waits so long.", low=1, high=1440)] = 30
    digest_minutes: Annotated[int, About("A digest is late so long after it should close.", low=1, high=1440)] = 120
    canary_minutes: Annotated[int, About("The canary is late when none came back for so long.", low=3, high=1440)] = 10
    letters: Annotated[int, About("Dead letters from which an operator is told.", low=1, high=1000)] = 1
    memory_percent: Annotated[int, About("Of what the store may use.", low=20, high=99)] = 90


@dataclass(frozen=True, slots=True)
class Deliver:
    """Sending digests out."""

    file: Annotated[Path | None, About("Channels. Empty: nothing is sent.")] = None
    attempts: Annotated[int, About("Failures in a row, then an operator must look.", low=1, high=100)] = 12
    backoff_min_s: Annotated[int, About("Wait after a first failure; doubles.", low=1, high=86_400)] = 30
    backoff_max_s: Annotated[int, About("The longest wait after failures.", low=1, high=86_400)] = 3600
    fresh_hours: Annotated[int, About("A digest that is later than this is not sent any more.", low=1, high=720)] = 24
    proxy: Annotated[str, About("HTTP proxy for Telegram and Aitu. Empty: none.", schemes=_HTTP)] = ""


@dataclass(frozen=True, slots=True)
class ClockSet:
    """Replaying a past day."""

    as_of: Annotated[datetime | None, About("Editorial time, with a zone. Empty: the present.")] = None


@dataclass(frozen=True, slots=True)
class Log:
    """Logs."""

    level: Annotated[str, About("Least to log.", choices=("debug", "info", "warning", "error"))] = "info"
    format: Annotated[str, About("Lines for people or for machines.", choices=("text", "json"))] = "text"


@dataclass(frozen=True, slots=True)
class SourcesAt:
    """The catalogue."""

    file: Annotated[Path | None, About("Catalogue of outlets. Empty: the one that ships.")] = None


@dataclass(frozen=True, slots=True)
class EditionsAt:
    """The editions."""

    file: Annotated[Path | None, About("Editions. Empty: those that ship.")] = None


@dataclass(frozen=True, slots=True)
class Row:
    """One setting in force: dotted key, value as text with secrets masked, and where it came from."""

    key: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings in force, by section."""

    data: Data
    store: StoreAt
    broker: BrokerAt
    fetch: Fetch
    text: Text
    translate: Translate
    digest: DigestMade
    schedule: Schedule
    retention: Kept
    web: Web
    deliver: Deliver
    alerts: AlertsAt
    clock: ClockSet
    log: Log
    sources: SourcesAt
    editions: EditionsAt
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, environ: Mapping[str, str], file: Path | None) -> Settings:
        """
        Read settings.

        Args:
            environ: The environment.
            file: ``tilshi.toml``; None if there is none. Relative paths in it start from its folder.

        Raises:
            ConfigError: Lists every fault of file and environment.
        """
        found = _Found()
        if file is not None:
            _read_file(file, found)
        _read_environment(environ, found)
        sections: dict[str, Any] = {}
        for name, section in _sections().items():
            given = {key: value for (of, key), value in found.values.items() if of == name}
            if section is Data and "folder" not in given:
                given["folder"] = _data_folder(environ)
            sections[name] = section(**given)
        settings = cls(**sections, origins=found.origins)
        found.faults += settings._contradictions()
        if found.faults:
            raise ConfigError(tuple(found.faults))
        return settings

    def as_table(self) -> list[Row]:
        """Return every setting in force, passwords in addresses masked."""
        rows = []
        for name in _sections():
            section = getattr(self, name)
            for item in fields(section):
                key = f"{name}.{item.name}"
                rows.append(Row(key, masked(getattr(section, item.name)), self.origins.get(key, "default")))
        return rows

    def warnings(self) -> tuple[str, ...]:
        """Return what is allowed and not wise."""
        found = []
        if not self.fetch.contact:
            found.append("fetch.contact is empty: outlets cannot tell who polls them; set an address or a page")
        if self.retention.identity_days < self.retention.articles_days:
            found.append("retention.identity_days is under retention.articles_days: old items may be told again")
        return tuple(found)

    def _contradictions(self) -> list[Fault]:
        found = []
        where = {
            name: self.origins.get(name, "default")
            for name in ("schedule.backoff_max_s", "schedule.max_every_s", "retention.articles_days")
        }
        if self.schedule.max_every_s < self.schedule.min_every_s:
            key, value = "schedule.max_every_s", str(self.schedule.max_every_s)
            found.append(Fault(where[key], None, key, value, f"at least min_every_s, {self.schedule.min_every_s}"))
        if self.schedule.backoff_max_s < self.schedule.backoff_min_s:
            key, value = "schedule.backoff_max_s", str(self.schedule.backoff_max_s)
            found.append(Fault(where[key], None, key, value, f"at least backoff_min_s, {self.schedule.backoff_min_s}"))
        if self.retention.articles_days <= self.digest.window_days + self.digest.fresh_days:
            key, value = "retention.articles_days", str(self.retention.articles_days)
            found.append(Fault(where[key], None, key, value, "more than digest.window_days and fresh_days together"))
        return found + self._proxies()

    def _proxies(self) -> list[Fault]:
        found = []
        for key, value in (("fetch.proxy", self.fetch.proxy), ("deliver.proxy", self.deliver.proxy)):
            try:
                Proxy.at(value)
            except ValueError:
                expected = "an address such as http://user:password@proxy.example:3128, nothing behind the port"
                found.append(Fault(self.origins.get(key, "default"), None, key, masked(value), expected))
        return found


@dataclass(slots=True)
class _Found:
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def take(self, section: str, key: str, raw: object, read: Reader, origin: str) -> str | None:
        """Keep a value; returns what was expected if it is wrong."""
        try:
            self.values[section, key] = read(raw)
        except ValueError as error:
            return str(error)
        self.origins[f"{section}.{key}"] = origin
        return None


def _sections() -> dict[str, type]:
    hints = get_type_hints(Settings)
    return {item.name: hints[item.name] for item in fields(Settings) if item.name != "origins"}


def described() -> dict[str, dict[str, tuple[Any, About]]]:
    """Return every setting by section and key: its type and what is known about it."""
    found: dict[str, dict[str, tuple[Any, About]]] = {}
    for name, section in _sections().items():
        hints = get_type_hints(section, include_extras=True)
        found[name] = {key: (hint.__origin__, hint.__metadata__[0]) for key, hint in hints.items()}
    return found


def _readers(base: Path) -> dict[tuple[str, str], Reader]:
    return {
        (section, key): reader(kind, about, base)
        for section, keys in described().items()
        for key, (kind, about) in keys.items()
    }


def _read_file(file: Path, found: _Found) -> None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((Fault(str(file), None, "(file)", "", f"a file that can be read ({error})"),)) from error
    readers = _readers(file.resolve().parent)
    known = described()
    for section, table in parse_toml(text, str(file)).items():
        if section not in known or not isinstance(table, dict):
            expected = f"a table, [{section}]" if section in known else _nearest(section, known, "section")
            found.faults.append(Fault(str(file), line_of(text, (section,)), section, "", expected))
            continue
        for key, raw in table.items():
            expected_or_none = (
                found.take(section, key, raw, readers[section, key], str(file))
                if key in known[section]
                else _nearest(key, known[section], "key")
            )
            if expected_or_none:
                line = line_of(text, (section, key))
                found.faults.append(Fault(str(file), line, f"{section}.{key}", _shown(key, raw), expected_or_none))


def _read_environment(environ: Mapping[str, str], found: _Found) -> None:
    names = {
        f"{_PREFIX}{section}_{key}".upper(): (section, key) for section, keys in described().items() for key in keys
    }
    readers = _readers(Path.cwd())
    for name in sorted(name for name in environ if name.startswith(_PREFIX) and name not in _OTHERS):
        if name not in names:
            found.faults.append(Fault("environment", None, name, "", _nearest(name, names, "variable")))
            continue
        expected = found.take(*names[name], environ[name], readers[names[name]], f"environment {name}")
        if expected:
            found.faults.append(Fault("environment", None, name, _shown(names[name][1], environ[name]), expected))


def _shown(key: str, raw: object) -> str:
    """Return a wrong value for a fault; one that should say where a token stands may be the token itself."""
    return "***" if "token" in key else masked(raw)


def _nearest(name: str, known: Mapping[str, Any], what: str) -> str:
    near = get_close_matches(name, list(known), 1)
    return f"no such {what}; did you mean {near[0]}?" if near else f"no such {what}; see docs/settings.md"


def _data_folder(environ: Mapping[str, str]) -> Path:
    base = environ.get("XDG_DATA_HOME") or f"{environ.get('HOME', '~')}/.local/share"
    return Path(base).expanduser() / "tilshi"
