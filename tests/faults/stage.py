"""
The stage: beat, workers of every queue, a private store with its append-only file, a broker,
outlets, a messenger.

Everything is a real process but the outlets, the messenger and two proxies, which live in the
test's. The store is reached through a proxy, and so is the broker, so that both can be cut off or
fall silent.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, Self

import redis

from aggregator.clock import to_millis
from aggregator.models import Stage as Step
from aggregator.store.outbox import DeliveryState, PartState
from tests.faults.proxy import Proxy
from tests.faults.rabbit import Rabbit
from tests.faults.world import STALE, TEASERS, Wave, World
from tests.support.messengers import TOKEN, Messengers
from tests.support.tiny_package import write_tiny_package
from tests.support.waiting import until
from tests.support.writers import list_writers
from workers.bootstrap import WORKER_PROCESSES, Runtime, keep_server_alive, open_runtime
from workers.embedded import PrivateServer
from workers.loaded_config import load_config
from workers.supervise import Supervisor

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("TILSHI_")}
LEASE_S, TICK_S = 3, 1
_POLL_S = 0.2
# Ticks are a task of composing's queue, which this worker has.
_TIMED = "text"
_STEPS = (Step.PAGE, Step.TEXT, Step.GROUP, Step.TRANSLATE, Step.COMPOSE)


class Broker(Protocol):
    """What carries messages, and can be killed."""

    def restart_empty(self) -> None:
        """Kill it, and start one that remembers nothing."""


class RedisBroker:
    """A Redis for messages alone; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._server = folder, PrivateServer(folder)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__(None, None, None)

    @property
    def socket(self) -> Path:
        return socket_of(self._server)

    def restart_empty(self) -> None:
        os.kill(self._server.pid, signal.SIGKILL)
        shutil.rmtree(self._folder / "store" / "appendonlydir", ignore_errors=True)
        until(self._server.revive)


def socket_of(server: PrivateServer) -> Path:
    return Path(server.url.removeprefix("unix://").partition("?")[0])


@dataclass
class Stage:
    """Everything that faults can reach."""

    folder: Path
    data: Path
    world: World
    server: PrivateServer
    broker: Broker
    store_way: Proxy
    broker_way: Proxy
    runtime: Runtime
    messengers: Messengers
    extra: Mapping[str, str]
    workers: Supervisor | None = None
    timed: Supervisor | None = None
    """What has to be started again to learn of another editorial time."""

    @property
    def server_folder(self) -> Path:
        """Where the private server's files are."""
        with self.client() as client:
            return Path(client.config_get("dir")["dir"])

    @property
    def sources(self) -> list[str]:
        return list(self.runtime.services.sources)

    def environ(self) -> dict[str, str]:
        """What a process of this stage must be given."""
        at = (self.folder / "as_of").read_text()
        return {**CLEAN, **self.extra, "TILSHI_CLOCK_AS_OF": at}

    def start(self) -> None:
        """Start the processes that ``tilshi serve`` does; ``stop`` ends them."""
        self.workers = Supervisor(self.folder / "logs").__enter__()
        for name in WORKER_PROCESSES.keys() - {_TIMED}:
            self._start_worker(self.workers, name)
        self._start_timed()

    def stop(self) -> None:
        self._stop_timed()
        if self.workers is not None:
            self.workers.__exit__(None, None, None)
            self.workers = None

    def start_scheduler(self, name: str) -> None:
        """Keep one more running, until the editorial time changes."""
        assert self.timed is not None
        self.timed.start(name, [*self._command, "beat"], env=self.environ())

    def _start_worker(self, supervisor: Supervisor, name: str) -> None:
        queues, count = WORKER_PROCESSES[name]
        command = [*self._command, "worker", queues, "--concurrency", str(count)]
        supervisor.start(name, command, env=self.environ())

    def _start_timed(self) -> None:
        self.timed = Supervisor(self.folder / "logs").__enter__()
        self._start_worker(self.timed, _TIMED)
        self.start_scheduler("beat")

    def _stop_timed(self) -> None:
        if self.timed is not None:
            self.timed.__exit__(None, None, None)
            self.timed = None

    @property
    def _file(self) -> Path:
        return self.folder / "tilshi.toml"

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", "workers.cli", "--config", str(self._file)]

    def call(self, *arguments: str) -> str:
        """Call the command as an operator would; returns what it said, however it ended."""
        done = subprocess.run(
            [*self._command, *arguments],
            env={**self.environ(), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def servers(self) -> set[int]:
        """Ids of servers that may write the store's file; what one forked counts with it."""
        return list_writers(self.server_folder)

    def restart_broker_empty(self) -> None:
        self.broker.restart_empty()

    def step_clock(self, seconds: int) -> None:
        (self.folder / "clock").write_text(f"{seconds:+d}")

    # Moving on

    def publish(self, wave: int) -> Wave:
        """Let the outlets publish, and have every source polled, as "fetch now" does."""
        before = self.world.waves[max(0, wave - 1)].moment
        shown = self.world.show(wave)
        if self.workers is None or shown.moment != before:
            self.set_time(shown.moment.isoformat())
        self.due_now()
        return shown

    def due_now(self) -> None:
        work = self.runtime.services.store.queues
        work.sync_sources(self.sources)
        work.make_due(self.sources)

    def set_time(self, moment: str) -> None:
        """Go on at another editorial time: whoever ticks tells it to the others."""
        (self.folder / "as_of").write_text(moment)
        if self.workers is None:
            self.start()
            return
        self._stop_timed()
        self._start_timed()

    def pids(self) -> dict[str, int]:
        assert self.workers is not None
        assert self.timed is not None
        return self.workers.pids() | self.timed.pids()

    # Looking on, past the proxies

    @contextmanager
    def client(self) -> Iterator[redis.Redis]:
        with redis.Redis.from_url(self.server.url) as client:
            yield client

    def told(self) -> Counter[str]:
        """How often each article stands in a digest of the edition that tells everything, by id."""
        return Counter(ref.article_id for ref in self._refs())

    def told_by_outlet(self) -> Counter[str]:
        return Counter(ref.outlet_id for ref in self._refs())

    def told_links(self) -> Counter[str]:
        """Links of the week's articles in digests."""
        return Counter(ref.link for ref in self._refs() if ref.outlet_id.startswith("week-"))

    def _refs(self):
        digests = self.runtime.services.store.digests
        stored = [digests.load_digest("daily", day) for day in digests.list_days("daily")]
        return [
            ref for digest in stored if digest for story in digest.stories for ref in story.articles
        ]

    def left(self) -> dict[str, int]:
        """What waits or is held, by stage; empty when nothing is."""
        waiting = self.runtime.services.store.queues.load_waiting()
        counts = {
            step.value: waiting[step].ready + waiting[step].later + waiting[step].leased
            for step in _STEPS
        }
        counts["sources polled"] = waiting[Step.FETCH].leased
        with self.client() as client:
            # By the store's clock, which may be stepped, and not by the test's.
            now = client.time()[0] * 1000
            counts["sources due"] = client.zcount("{tilshi}:wait:fetch", "-inf", now)
        return {name: count for name, count in counts.items() if count}

    def teasers_without_a_try(self) -> list[str]:
        """
        Return the ids of teasers of which nobody noted what came of their page.

        Not by the counters of pages: a worker killed right after a page takes one count with it.
        """
        sources = {f"week-{outlet}".encode() for outlet in TEASERS}
        untried = []
        with self.client() as client:
            for key in client.scan_iter("{tilshi}:article:*"):
                source, said = client.hmget(key, "source", "page")
                if source in sources and said is None:
                    untried.append(key.decode())
        return untried

    def locks(self) -> list[str]:
        """
        Whatever says that somebody is at something: locks, owners of leases, requests to hosts that
        run.

        The request of a killed worker keeps its place until its lease ends, a minute or two later;
        a place that would be kept for longer is one that nobody takes back.
        """
        lease = timedelta(seconds=self.runtime.services.settings.fetch.total_timeout_s + 30)
        latest = to_millis(self.runtime.services.clock.now() + lease)
        with self.client() as client:
            held = [
                key
                for name in ("lock", "owner", "lease")
                for key in client.scan_iter(f"{{tilshi}}:{name}:*", count=10_000)
            ]
            places = client.scan_iter("{tilshi}:inside:*", count=10_000)
            held += [key for key in places if client.zcount(key, latest, "+inf")]
            return sorted(key.decode() for key in held)

    def undelivered(self) -> list[str]:
        """Deliveries of closed digests that are not done."""
        store = self.runtime.services.store
        stored = [
            store.digests.load_digest("daily", day) for day in store.digests.list_days("daily")
        ]
        closed = [digest.day for digest in stored if digest and digest.closed]
        known = {delivery.id.day: delivery for delivery in store.deliveries.load_recent()}
        return [
            f"{day}: {known[day].state if day in known else 'not begun'}"
            for day in closed
            if day not in known or known[day].state is not DeliveryState.DONE
        ]

    def wait(self, seconds: float) -> None:
        """Let it work for a while, so that the next fault meets it somewhere on its way."""
        time.sleep(seconds)

    def parts(self) -> int:
        """How many messages the closed digests make, as the channel cuts them."""
        [route] = self.runtime.services.deliver_step.routes
        store = self.runtime.services.store.digests
        digests = [store.load_digest("daily", day) for day in store.list_days("daily")]
        return sum(
            len(route.channel.prepare(digest).parts)
            for digest in digests
            if digest and digest.closed
        )

    def in_doubt(self) -> int:
        """Parts that may have been sent when their sender died."""
        return sum(
            delivery.count(PartState.DOUBT)
            for delivery in self.runtime.services.store.deliveries.load_recent()
        )

    def missing(self) -> int:
        """Articles published and not told; STALE of the demo's are too old for any digest."""
        return sum(self.world.count().values()) - STALE - len(self.told())

    def settled(self) -> bool:
        # What waits is asked first: that is two round trips, and what is told takes all digests.
        return not self.left() and self.missing() <= 0 and not self.left()

    def settle(self, seconds: float, done: Callable[[], bool] | None = None) -> float:
        """Wait until everything published is told; returns seconds. Fails with what is left."""
        began = time.monotonic()
        while not (done or self.settled)():
            if time.monotonic() - began > seconds:
                raise AssertionError(
                    f"not settled in {seconds:.0f} s: {self.missing()} missing, left "
                    f"{self.left()}, "
                    f"locks {self.locks()}, deliveries {self.undelivered()}, workers {self.pids()}"
                )
            time.sleep(_POLL_S)
        return time.monotonic() - began


def _settings(folder: Path, world: World, messengers: Messengers, broker: str) -> Path:
    (folder / "sources.toml").write_text(world.catalog_toml())
    (folder / "bot").write_text(TOKEN)
    (folder / "channels.toml").write_text(
        f'[[channel]]\nid = "family"\nkind = "telegram"\ntoken = "file:{folder}/bot"\nchat = '
        '"@digest"\nstories = 100\n'
        f'base = "{messengers.base}"\n'
    )
    file = folder / "tilshi.toml"
    # What the English says is no matter here, that there is some is; the small one takes no time.
    package = write_tiny_package(folder / "package")
    file.write_text(
        f'[data]\nfolder = "{folder}/data"\n[translate]\npackages = ["{package}"]\n'
        f'[sources]\nfile = "{folder}/sources.toml"\n'
        f'[store]\nurl = "unix://{folder}/store.sock?db=0"\n[broker]\nurl = "{broker}"\n'
        f'[deliver]\nfile = "{folder}/channels.toml"\nbackoff_min_s = 1\nbackoff_max_s = '
        "5\nfresh_hours = 720\n"
        f'[fetch]\nallow_private = ["127.0.0.1"]\ncontact = "the fault suite, on loopback"\n'
        "host_at_once = 64\nhost_gap_s = 0\n"
        f"[schedule]\nlease_s = {LEASE_S}\ntick_s = {TICK_S}\nattempts = 50\n"
        "[digest]\ndeadline_minutes = 1440\nfresh_days = 30\n[retention]\narticles_days = 60\n"
    )
    return file


@contextmanager
def stage(
    folder: Path,
    *,
    waves: int | None = None,
    most: int | None = None,
    rabbit: Rabbit | None = None,
    data: Path | None = None,
    binary: str | None = None,
    silent_s: float = 10.0,
    extra: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Stage]:
    """
    Set the stage; nothing runs before the first wave is published.

    Args:
        folder: For everything.
        waves: See ``World``.
        most: See ``World``.
        rabbit: The broker; None for a Redis of its own.
        data: The private store's folder, if not in ``folder``.
        binary: The private store's, if not the one that ships.
        silent_s: The private store is taken for frozen after that.
        extra: Further variables of every process but the test's.
    """
    data = data or folder / "private"
    with ExitStack() as stack:
        world, messengers = (
            stack.enter_context(World(waves, most)),
            stack.enter_context(Messengers()),
        )
        server = stack.enter_context(PrivateServer(data, binary, silent_s=silent_s))
        stack.enter_context(keep_server_alive(server))
        store_way = stack.enter_context(Proxy(socket_of(server), folder / "store.sock"))
        if rabbit is None:
            broker: Broker = stack.enter_context(RedisBroker(folder / "messages"))
            broker_way = stack.enter_context(Proxy(broker.socket, folder / "broker.sock"))
            address = f"redis+socket://{folder}/broker.sock?virtual_host=0"
        else:
            broker = rabbit
            broker_way = stack.enter_context(Proxy(("127.0.0.1", rabbit.port)))
            address = f"amqp://guest:guest@127.0.0.1:{broker_way.port}//"
        file = _settings(folder, world, messengers, address)
        # The test looks on past the proxy.
        plan = load_config({"TILSHI_STORE_URL": server.url}, file)
        runtime = stack.enter_context(open_runtime(plan))
        (folder / "logs").mkdir()
        made = Stage(
            folder, data, world, server, broker, store_way, broker_way, runtime, messengers, extra
        )
        stack.callback(made.stop)
        yield made
