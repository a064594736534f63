"""
The stage: beat, workers of every queue, a private store with its append-only file, a broker, outlets, a messenger.

Everything is a real process but the outlets, the messenger and two proxies, which live in the test's. The store is
reached through a proxy, and so is the broker, so that both can be cut off or fall silent.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from aggregator.models import Stage as Step
from aggregator.store.deliveries import DeliveryState, PartState
from tests.faults.proxy import Proxy
from tests.faults.world import STALE, Wave, World
from tests.support.messengers import TOKEN, Messengers
from workers.embedded import PrivateServer
from workers.office import Office, _watched, crew, open_office, read_plan
from workers.supervise import Supervisor

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("TILSHI_")}
LEASE_S, TICK_S = 3, 1
_POLL_S = 0.1
_STEPS = (Step.TEXT, Step.GROUP, Step.TRANSLATE, Step.COMPOSE)


@dataclass
class Stage:
    """Everything that faults can reach."""

    folder: Path
    world: World
    server: PrivateServer
    store_way: Proxy
    broker_way: Proxy
    office: Office
    messengers: Messengers
    start: Callable[[], Supervisor]
    workers: Supervisor | None = None
    spare: ExitStack = field(default_factory=ExitStack)

    @property
    def sources(self) -> list[str]:
        return list(self.office.room.sources)

    # Moving on

    def publish(self, wave: int) -> Wave:
        """Let the outlets publish, and ask for a poll of every source, as an operator's "fetch now" does."""
        before = self.world.waves[max(0, wave - 1)].moment
        shown = self.world.show(wave)
        if self.workers is None or shown.moment != before:
            self.set_time(shown.moment.isoformat())
        self.due_now()
        return shown

    def due_now(self) -> None:
        work = self.office.room.store.work
        work.sync_sources(self.sources)
        work.due_now(self.sources)

    def set_time(self, moment: str) -> None:
        """Start the workers at another editorial time."""
        (self.folder / "as_of").write_text(moment)
        self.stop()
        self.workers = self.start()

    def stop(self) -> None:
        if self.workers is not None:
            self.workers.__exit__(None, None, None)
            self.workers = None

    def pids(self) -> dict[str, int]:
        assert self.workers is not None
        return self.workers.pids()

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
        digests = self.office.room.store.digests
        found = [digests.digest("daily", day) for day in digests.days("daily")]
        return [ref for digest in found if digest for story in digest.stories for ref in story.articles]

    def left(self) -> dict[str, int]:
        """What waits or is held, by stage; empty when nothing is."""
        waiting = self.office.room.store.work.waiting()
        counts = {step.value: waiting[step].ready + waiting[step].later + waiting[step].leased for step in _STEPS}
        counts["sources polled"] = waiting[Step.FETCH].leased
        counts["sources due"] = waiting[Step.FETCH].ready
        return {name: count for name, count in counts.items() if count}

    def locks(self) -> list[str]:
        with self.client() as client:
            return sorted(key.decode() for key in client.scan_iter("{tilshi}:lock:*", count=10_000))

    def undelivered(self) -> list[str]:
        """Deliveries of closed digests that are not done."""
        store = self.office.room.store
        found = [store.digests.digest("daily", day) for day in store.digests.days("daily")]
        closed = [digest.day for digest in found if digest and digest.closed]
        known = {delivery.id.day: delivery for delivery in store.deliveries.recent()}
        return [
            f"{day}: {known[day].state if day in known else 'not begun'}"
            for day in closed
            if day not in known or known[day].state is not DeliveryState.DONE
        ]

    def in_doubt(self) -> int:
        """Parts that may have been sent when their sender died."""
        return sum(delivery.count(PartState.DOUBT) for delivery in self.office.room.store.deliveries.recent())

    def missing(self) -> int:
        """Articles published and not told; STALE of the demo's are too old for any digest."""
        return sum(self.world.count().values()) - STALE - len(self.told())

    def settled(self) -> bool:
        return self.missing() <= 0 and not self.left()

    def settle(self, seconds: float, done: Callable[[], bool] | None = None) -> float:
        """Wait until everything published is told; returns seconds. Fails with what is left."""
        began = time.monotonic()
        while not (done or self.settled)():
            if time.monotonic() - began > seconds:
                raise AssertionError(
                    f"not settled in {seconds:.0f} s: {self.missing()} missing, left {self.left()}, "
                    f"locks {self.locks()}, deliveries {self.undelivered()}, workers {self.pids()}"
                )
            time.sleep(_POLL_S)
        return time.monotonic() - began


def _settings(folder: Path, world: World, messengers: Messengers, store: Path, broker: str) -> Path:
    (folder / "sources.toml").write_text(world.catalog_toml())
    (folder / "channels.toml").write_text(
        f'[[channel]]\nid = "family"\nkind = "telegram"\ntoken = "env:BOT"\nchat = "@digest"\nstories = 100\n'
        f'base = "{messengers.base}"\n'
    )
    file = folder / "tilshi.toml"
    file.write_text(
        f'[data]\nfolder = "{folder}/data"\n[sources]\nfile = "{folder}/sources.toml"\n'
        f'[store]\nurl = "unix://{store}?db=0"\n[broker]\nurl = "{broker}"\n'
        f'[deliver]\nfile = "{folder}/channels.toml"\nbackoff_min_s = 1\nbackoff_max_s = 5\nfresh_hours = 720\n'
        f'[fetch]\nallow_private = ["127.0.0.1"]\ncontact = "the fault suite, on loopback"\n'
        f"[schedule]\nlease_s = {LEASE_S}\ntick_s = {TICK_S}\nattempts = 50\n[digest]\ndeadline_minutes = 1440\n"
    )
    return file


@contextmanager
def stage(
    folder: Path, *, broker: tuple[str, int] | None = None, data: Path | None = None, environ: Mapping[str, str] = {}
) -> Iterator[Stage]:
    """
    Set the stage; nothing runs before the first wave is published.

    Args:
        folder: For everything.
        broker: Host and port of a RabbitMQ; None for the private store's second database.
        data: The private store's folder, if not in ``folder``.
        environ: Further variables of every process but the test's.
    """
    with ExitStack() as stack:
        world, messengers = stack.enter_context(World()), stack.enter_context(Messengers())
        server = stack.enter_context(PrivateServer(data or folder / "private"))
        stack.enter_context(_watched(server))
        real = Path(server.url.removeprefix("unix://").partition("?")[0])
        store_way = stack.enter_context(Proxy(real, folder / "store.sock"))
        broker_way = stack.enter_context(Proxy(broker or real, None if broker else folder / "broker.sock"))
        address = (
            f"amqp://guest:guest@127.0.0.1:{broker_way.port}//"
            if broker
            else f"redis+socket://{folder}/broker.sock?virtual_host=1"
        )
        file = _settings(folder, world, messengers, folder / "store.sock", address)
        # The test looks on past the proxies.
        plan = read_plan({"BOT": TOKEN, "TILSHI_STORE_URL": server.url}, file)
        office = stack.enter_context(open_office(plan))

        def start() -> Supervisor:
            settings = {
                **CLEAN,
                **environ,
                "BOT": TOKEN,
                "TILSHI_CLOCK_AS_OF": (folder / "as_of").read_text(),
            }
            for_workers = Office(read_plan({"BOT": TOKEN}, file), office.app, office.room)
            return stack_crew(for_workers, file, folder / "logs", settings)

        found = Stage(folder, world, server, store_way, broker_way, office, messengers, start)
        stack.callback(found.stop)
        stack.enter_context(found.spare)
        yield found


def stack_crew(office: Office, file: Path, logs: Path, environ: Mapping[str, str]) -> Supervisor:
    """Start the crew as ``tilshi serve`` does; the caller ends it by the supervisor's ``__exit__``."""
    entered = crew(office, file, beat=True, log_folder=logs, environ=environ)
    supervisor = entered.__enter__()
    # The generator must live as long as its supervisor, or it is closed at once.
    supervisor.opened_by = entered  # type: ignore[attr-defined]
    return supervisor
