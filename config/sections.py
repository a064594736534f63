"""
The sections of settings, and what of the library each of them makes.

A default that the library has too is taken from there, in the setting's own unit, so that it stands
once; a test holds both to it. What is imported for that is light: reading settings loads no model,
no server and no client.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from aggregator.digest.whole_bounds import WholeBounds
from aggregator.feeds.limits import FetchLimits
from aggregator.net.addresses import is_host_or_network
from aggregator.net.host_limits import HostLimits
from aggregator.net.proxy import Proxy
from aggregator.operations.alerts import Bounds
from aggregator.polling.schedule import Backoff, Timetable
from aggregator.store.retention import Retention
from aggregator.translate.model import EngineOptions
from config.values import About

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = [
    "AlertsSection",
    "BrokerSection",
    "ClockSection",
    "DataSection",
    "DeliverSection",
    "DigestSection",
    "EditionsSection",
    "FetchSection",
    "LogSection",
    "RetentionSection",
    "ScheduleSection",
    "SourcesSection",
    "StoreSection",
    "TextSection",
    "TranslateSection",
    "WebSection",
]

_REFERENCE = r"(env:[A-Za-z_]\w*|file:.+)?"
_STORE = ("redis", "rediss", "unix")
_HTTP = ("http", "https")
_BROKER = ("redis", "rediss", "redis+socket", "amqp", "amqps")

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# Two of them, and what a message waits in a queue, are less than the two minutes of a health check.
_LONGEST_PULSE = timedelta(seconds=30)

_LIMITS = FetchLimits()
_HOST = HostLimits()
_ENGINE = EngineOptions()
_TIMES = Timetable()
_KEPT = Retention()
_BOUNDS = Bounds()
_WHOLES = WholeBounds()


@dataclass(frozen=True, slots=True)
class DataSection:
    """Where files go."""

    folder: Annotated[
        Path,
        About("Private server, unpacked packages, logs.", default="$XDG_DATA_HOME/tilshi"),
    ]
    models: Annotated[
        Path | None,
        About("Packages unpacked and models built. Empty: `unpacked` in the data folder."),
    ] = None


@dataclass(frozen=True, slots=True)
class StoreSection:
    """The state."""

    url: Annotated[
        str, About("Redis or Valkey 6.2 or later. Empty: a private server.", schemes=_STORE)
    ] = ""
    namespace: Annotated[
        str, About("Prefix of all keys and queues.", pattern="[a-z0-9-]{1,20}")
    ] = "tilshi"


@dataclass(frozen=True, slots=True)
class BrokerSection:
    """Celery's messages."""

    url: Annotated[str, About("Redis or RabbitMQ. Empty: the store.", schemes=_BROKER)] = ""


@dataclass(frozen=True, slots=True)
class FetchSection:
    """Polling."""

    contact: Annotated[
        str, About("Address or page where outlets reach you; part of the User-Agent.")
    ] = ""
    connect_timeout_s: Annotated[float, About("Resolving and connecting.", low=0.1, high=120)] = (
        _LIMITS.connect_timeout_s
    )
    read_timeout_s: Annotated[
        float, About("Silence between two pieces of an answer.", low=0.1, high=300)
    ] = _LIMITS.read_timeout_s
    total_timeout_s: Annotated[
        float, About("One poll in all, redirects included.", low=1, high=200)
    ] = _LIMITS.total_timeout_s
    max_bytes: Annotated[
        int, About("Of a feed, packed and unpacked.", low=10_000, high=200_000_000)
    ] = _LIMITS.max_bytes
    max_redirects: Annotated[int, About("In a row.", low=0, high=20)] = _LIMITS.max_redirects
    concurrency: Annotated[
        int, About("Sources polled at once by one process.", low=1, high=256)
    ] = 16
    allow_private: Annotated[
        tuple[str, ...],
        About(
            "Hosts or networks allowed although not public.",
            takes=is_host_or_network,
            form="a list of names, addresses or networks, such as intranet.example, 10.1.2.3 or "
            "10.1.0.0/16, or these joined by commas",
        ),
    ] = ()
    host_at_once: Annotated[
        int, About("Requests to one host at once, across all workers.", low=1, high=64)
    ] = _HOST.at_once
    host_gap_s: Annotated[
        float, About("Between the beginnings of two requests to a host.", low=0, high=60)
    ] = _HOST.gap / _SECOND
    proxy: Annotated[
        str, About("HTTP proxy for feeds, pages and packages. Empty: none.", schemes=_HTTP)
    ] = ""

    def limits(self) -> FetchLimits:
        """Return what one fetch may cost."""
        return FetchLimits(
            connect_timeout_s=self.connect_timeout_s,
            read_timeout_s=self.read_timeout_s,
            total_timeout_s=self.total_timeout_s,
            max_bytes=self.max_bytes,
            max_redirects=self.max_redirects,
        )

    def host_limits(self) -> HostLimits:
        """Return what is polite to one host."""
        return HostLimits.for_timeout(self.host_at_once, self.host_gap_s, self.total_timeout_s)

    def parse_proxy(self) -> Proxy | None:
        """Return the proxy through which feeds, pages and packages come; None for none."""
        return Proxy.parse(self.proxy)

    def user_agent(self, version: str) -> str:
        """Return how a program of that version introduces itself to outlets."""
        return f"tilshi/{version} (+{self.contact or 'no contact set'})"


@dataclass(frozen=True, slots=True)
class TextSection:
    """Reading."""

    batch: Annotated[int, About("Articles read at once by one process.", low=1, high=256)] = 16
    threads: Annotated[int, About("Of the embedding model, in each process.", low=1, high=64)] = 1


@dataclass(frozen=True, slots=True)
class TranslateSection:
    """Translation."""

    packages: Annotated[tuple[Path, ...], About("Package files or folders. Empty: see docs.")] = ()
    base: Annotated[
        Path | None,
        About(
            "GGUF or safetensors file of Gemma 3 270M. Empty: the one that `./run base` installs."
        ),
    ] = None
    glossary: Annotated[
        Path | None, About("Names and their English. Empty: the one that ships.")
    ] = None
    batch: Annotated[int, About("Articles translated at once by one process.", low=1, high=512)] = (
        48
    )
    beam: Annotated[int, About("Beam size; 1 is fastest.", low=1, high=16)] = _ENGINE.beam
    threads: Annotated[int, About("Of the translation model, in each process.", low=1, high=64)] = (
        _ENGINE.threads
    )
    remembered: Annotated[
        int,
        About("Translations kept, 0 for none; about 0.5 KB each.", low=0, high=10_000_000),
    ] = _KEPT.translations

    whole_minutes: Annotated[
        float,
        About("Whole articles: of a worker's time a day, 0 for none.", low=0, high=1440),
    ] = _WHOLES.a_day / _MINUTE
    whole_ahead: Annotated[
        int, About("Stories of a closed digest made whole unasked.", low=0, high=100)
    ] = _WHOLES.ahead
    whole_chars: Annotated[
        int, About("Of a whole article, in the original, at most.", low=500, high=200_000)
    ] = _WHOLES.chars
    whole_waiting: Annotated[
        int, About("Whole articles that readers may have waiting at once.", low=1, high=1000)
    ] = _WHOLES.waiting

    def whole_bounds(self) -> WholeBounds:
        """Return what whole articles may cost."""
        return WholeBounds(
            a_day=timedelta(minutes=self.whole_minutes),
            ahead=self.whole_ahead,
            chars=self.whole_chars,
            waiting=self.whole_waiting,
        )

    def options(self) -> EngineOptions:
        """Return how to translate."""
        return EngineOptions(beam=self.beam, threads=self.threads)


@dataclass(frozen=True, slots=True)
class DigestSection:
    """Digests."""

    fresh_days: Annotated[
        int, About("Older articles, when first seen, are kept but not told.", low=1, high=30)
    ] = 3
    window_days: Annotated[int, About("Days whose articles may be one story.", low=1, high=14)] = 3
    lead_sentences: Annotated[int, About("Of a story, at most.", low=0, high=10)] = 3
    lead_chars: Annotated[
        int, About("Of a story's lead, in the original, at most.", low=50, high=5000)
    ] = 400
    deadline_minutes: Annotated[
        int, About("After closing time, wait so long.", low=0, high=1440)
    ] = 90

    def fresh(self) -> timedelta:
        """Return how old an article may be, when first seen, to be in a digest."""
        return timedelta(days=self.fresh_days)

    def deadline(self) -> timedelta:
        """Return how long after closing time a digest waits for what is not ready."""
        return timedelta(minutes=self.deadline_minutes)


@dataclass(frozen=True, slots=True)
class ScheduleSection:
    """When things happen."""

    tick_s: Annotated[
        int,
        About("Between two looks at what is due; canaries do not wait for it.", low=1, high=600),
    ] = 10
    lease_s: Annotated[
        int, About("A dead worker's articles come back after this.", low=1, high=3600)
    ] = 30
    attempts: Annotated[
        int, About("An article that ended so many workers goes on without.", low=1, high=100)
    ] = 5
    min_every_s: Annotated[
        int, About("Adaptive polling: the shortest time.", low=60, high=604_800)
    ] = _TIMES.shortest // _SECOND
    max_every_s: Annotated[
        int, About("Adaptive polling: the longest time.", low=60, high=604_800)
    ] = _TIMES.longest // _SECOND
    patience_minutes: Annotated[
        float,
        About(
            "Adaptive polling: what lies unseen may have waited, added up.", low=0.5, high=10_000
        ),
    ] = _TIMES.patience / _MINUTE
    backoff_min_s: Annotated[
        int, About("Wait after a first failure; doubles.", low=1, high=86_400)
    ] = _TIMES.backoff.shortest // _SECOND
    backoff_max_s: Annotated[
        int, About("The longest wait after failures.", low=1, high=604_800)
    ] = _TIMES.backoff.longest // _SECOND

    def tick(self) -> timedelta:
        """Return the time between two looks at what is due."""
        return timedelta(seconds=self.tick_s)

    def pulse(self) -> timedelta:
        """
        Return the time between two messages of the scheduler.

        A tick, or the largest whole part of one that is at most half a minute: ``tilshi health``
        wants a sign of work every two minutes, whatever a tick is.
        """
        return self.tick() / ceil(self.tick() / _LONGEST_PULSE)

    def lease(self) -> timedelta:
        """Return after how long a dead worker's articles come back."""
        return timedelta(seconds=self.lease_s)

    def timetable(self, zone: tzinfo) -> Timetable:
        """Return what all sources have in common, cron forms in a zone."""
        return Timetable(
            backoff=_make_backoff(self.backoff_min_s, self.backoff_max_s),
            shortest=timedelta(seconds=self.min_every_s),
            longest=timedelta(seconds=self.max_every_s),
            patience=timedelta(minutes=self.patience_minutes),
            zone=zone,
        )


@dataclass(frozen=True, slots=True)
class RetentionSection:
    """How long things are kept."""

    articles_days: Annotated[int, About("Articles and their stories.", low=7, high=3650)] = (
        _KEPT.articles // _DAY
    )
    identity_days: Annotated[int, About("That an item was seen.", low=7, high=3650)] = (
        _KEPT.identity // _DAY
    )
    digests_days: Annotated[int, About("Digests.", low=7, high=36_500)] = _KEPT.digests // _DAY
    runs: Annotated[int, About("Accounts of the latest runs.", low=1, high=10_000)] = 200

    def periods(self, *, translations: int) -> Retention:
        """Return how long things are kept; translations are kept by their number."""
        return Retention(
            articles=timedelta(days=self.articles_days),
            identity=timedelta(days=self.identity_days),
            digests=timedelta(days=self.digests_days),
            translations=translations,
        )


@dataclass(frozen=True, slots=True)
class WebSection:
    """The page."""

    host: Annotated[
        str, About("Where the page listens. Beyond loopback, anybody there can read.")
    ] = "127.0.0.1"
    port: Annotated[int, About("Its port.", low=1, high=65_535)] = 8420
    address: Annotated[
        str, About("Where readers reach it; feeds name it. Empty: host and port.", schemes=_HTTP)
    ] = ""
    refresh_s: Annotated[float, About("Between two looks for what is new.", low=0.2, high=3600)] = (
        5.0
    )
    operator_token: Annotated[
        str,
        About(
            "Where the operator's token stands. Empty: no operator's page.",
            pattern=_REFERENCE,
            form="empty, env:NAME or file:/path",
        ),
    ] = ""
    whole_articles: Annotated[
        str,
        About(
            "Whole articles: only those that are there, or readers may ask for others.",
            choices=("shown", "asked"),
        ),
    ] = "shown"
    metrics: Annotated[
        str,
        About(
            "Who gets /metrics: the token's bearer and, without a token, this machine; or all.",
            choices=("guarded", "open"),
        ),
    ] = "guarded"


@dataclass(frozen=True, slots=True)
class AlertsSection:
    """When operators are notified."""

    silent_times: Annotated[
        float, About("A source is silent after so many of its usual gaps.", low=2, high=100)
    ] = _BOUNDS.silent_times
    silent_least_hours: Annotated[
        int, About("... and after at least so long.", low=1, high=720)
    ] = _BOUNDS.silent_least // _HOUR
    failing_hours: Annotated[
        int, About("A source fails when no poll was good for so long.", low=1, high=720)
    ] = _BOUNDS.failing // _HOUR
    queue_minutes: Annotated[
        int, About("A queue ages when its oldest waits so long.", low=1, high=1440)
    ] = _BOUNDS.queue // _MINUTE
    digest_minutes: Annotated[
        int, About("A digest is late so long after it should close.", low=1, high=1440)
    ] = _BOUNDS.digest // _MINUTE
    canary_minutes: Annotated[
        int, About("The canary is late when none came back for so long.", low=3, high=1440)
    ] = _BOUNDS.canary // _MINUTE
    letters: Annotated[
        int, About("Dead letters from which an operator is told.", low=1, high=1000)
    ] = _BOUNDS.letters
    memory_percent: Annotated[int, About("Of what the store may use.", low=20, high=99)] = round(
        _BOUNDS.memory * 100
    )

    def bounds(self) -> Bounds:
        """Return from when on something is wrong."""
        return Bounds(
            silent_times=self.silent_times,
            silent_least=timedelta(hours=self.silent_least_hours),
            failing=timedelta(hours=self.failing_hours),
            queue=timedelta(minutes=self.queue_minutes),
            digest=timedelta(minutes=self.digest_minutes),
            canary=timedelta(minutes=self.canary_minutes),
            letters=self.letters,
            memory=self.memory_percent / 100,
        )


@dataclass(frozen=True, slots=True)
class DeliverSection:
    """Sending digests out."""

    file: Annotated[Path | None, About("Channels. Empty: nothing is sent.")] = None
    attempts: Annotated[
        int, About("Failures in a row, then an operator must look.", low=1, high=100)
    ] = 12
    backoff_min_s: Annotated[
        int, About("Wait after a first failure; doubles.", low=1, high=86_400)
    ] = 30
    backoff_max_s: Annotated[int, About("The longest wait after failures.", low=1, high=86_400)] = (
        3600
    )
    fresh_hours: Annotated[
        int, About("A digest that is later than this is not sent any more.", low=1, high=720)
    ] = 24
    proxy: Annotated[
        str, About("HTTP proxy for Telegram and Aitu. Empty: none.", schemes=_HTTP)
    ] = ""

    def backoff(self) -> Backoff:
        """Return the bounds of the wait after failures."""
        return _make_backoff(self.backoff_min_s, self.backoff_max_s)

    def fresh(self) -> timedelta:
        """Return how late a digest may still be sent."""
        return timedelta(hours=self.fresh_hours)

    def parse_proxy(self) -> Proxy | None:
        """Return the proxy through which messengers are reached; None for none."""
        return Proxy.parse(self.proxy)


@dataclass(frozen=True, slots=True)
class ClockSection:
    """Replaying a past day."""

    as_of: Annotated[datetime | None, About("Editorial time, with a zone. Empty: the present.")] = (
        None
    )


@dataclass(frozen=True, slots=True)
class LogSection:
    """Logs."""

    level: Annotated[str, About("Least to log.", choices=("debug", "info", "warning", "error"))] = (
        "info"
    )
    format: Annotated[str, About("Lines for people or for machines.", choices=("text", "json"))] = (
        "text"
    )
    max_bytes: Annotated[
        int,
        About(
            "Of a log file of `serve` or `run`; then a new one begins.",
            low=100_000,
            high=1_000_000_000,
        ),
    ] = 10_000_000
    files: Annotated[
        int, About("Log files kept of each worker, with the one written.", low=1, high=1000)
    ] = 5


@dataclass(frozen=True, slots=True)
class SourcesSection:
    """The catalogue."""

    file: Annotated[Path | None, About("Catalogue of outlets. Empty: the one that ships.")] = None


@dataclass(frozen=True, slots=True)
class EditionsSection:
    """The editions."""

    file: Annotated[Path | None, About("Editions. Empty: those that ship.")] = None


def _make_backoff(shortest_s: int, longest_s: int) -> Backoff:
    return Backoff(shortest=timedelta(seconds=shortest_s), longest=timedelta(seconds=longest_s))
