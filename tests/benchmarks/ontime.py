"""
Whether a stranger delays the others: ``tilshi serve`` twice, side by side, over the same minutes.

Both poll four good feeds every minute, each on an address of its own. The second has a hostile
source beside them, whose every answer is another that was meant to hold up whoever asks, and one of
its good feeds publishes a poisonous article among six innocent ones. At the end its store is frozen
while articles are on their way. A delay is what passes between the time at which a feed is due,
as the store has it, and the request that the outlet sees.

    ./run bench ontime 10       # minutes
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aggregator.feeds.limits import FetchLimits
from tests.faults.world import HOSTILE_ANSWER
from tests.support.held_up import INNOCENT, POISON, POISON_TITLE, make_feed
from tests.support.hostile import KINDS
from tests.support.packages import STARTER
from tests.support.servers import Fault, FeedServer, Reply, Request
from tests.support.waiting import until
from tests.support.writers import list_writers
from workers.bootstrap import open_runtime
from workers.embedded import PrivateServer
from workers.loaded_config import load_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workers.services import Services

FEEDS = 4
EVERY_S = 60
FREEZE_S = 30.0
RATIO = 1.5
_START_S, _TOLD_S = 60.0, 300.0
_LOOK_S = 0.5
# Of the largest size that is read: what a search, a parser or a reader took minutes for, or memory.
_HOSTILE = ("titles without end", "many titled items", "ampersands enough", "HTML: marks")
_FAULTS = (Fault.STALL_BEFORE, Fault.DRIP, Fault.ENDLESS_CHUNKED, Fault.STALL_AFTER_HEADERS)


class Outlets(FeedServer):
    """The feeds of one newsroom, and how late each was asked for."""

    def __init__(self) -> None:
        # All addresses of this machine, so that each feed can have one of its own.
        super().__init__("0.0.0.0")
        self.asked: Counter[str] = Counter()
        self.due: dict[str, datetime] = {}
        self.delays: list[float] = []
        self.published: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self._began = datetime.now(UTC)
        size = FetchLimits().max_bytes - 1000
        page = Reply(body=HOSTILE_ANSWER, headers={"Content-Type": "text/html"})
        bodies = [Reply(body=KINDS[name](size)) for name in _HOSTILE]
        self._hostile = cycle([page, *bodies, *(Reply(body="<rss>", fault=f) for f in _FAULTS)])

    def publish(self, feed: str, title: str, text: str = "") -> None:
        self.published[feed].append((title, text or f"{title}."))

    def find_links(self) -> Counter[str]:
        """Return the link of each article published."""
        return Counter(
            f"{_find_home(feed)}{number}"
            for feed, articles in self.published.items()
            for number in range(len(articles))
        )

    def answer(self, request: Request) -> Reply:
        feed = request.path.removeprefix("/")
        self.asked[feed] += 1
        due = self.due.pop(feed, None)
        if due is not None and feed != "hostile":
            self.delays.append((datetime.now(UTC) - due).total_seconds())
        if feed == "hostile":
            return next(self._hostile)
        return Reply(body=make_feed(self.published[feed], self._began, _find_home(feed)))


class Newsroom(NamedTuple):
    """A ``tilshi serve``, its outlets, and a look at its store."""

    outlets: Outlets
    services: Services
    data: Path

    def list_told(self) -> Counter[str]:
        """Return how often each good article stands in a digest, by link."""
        digests = self.services.store.digests
        stored = [digests.load_digest("daily", day) for day in digests.list_days("daily")]
        stories = [story for digest in stored if digest for story in digest.stories]
        articles = [article for story in stories for article in story.articles]
        return Counter(article.link for article in articles if article.outlet_id != "hostile")

    def list_english(self) -> set[str]:
        """Return the headlines that have English."""
        articles = self.services.store.articles
        days = self.services.store.digests.list_days("daily")
        ids = sorted({found for day in days for found in articles.list_day_ids(day)})
        return {
            item.article.title
            for item in articles.load(ids).values()
            if item.passages and item.passages[0].translated
        }


def _find_home(feed: str) -> str:
    return f"https://{feed}.example/"


def _write_settings(folder: Path, outlets: Outlets, feeds: Sequence[str]) -> Path:
    (folder / "sources.toml").write_text(
        "".join(
            f'[[outlet]]\nid = "{feed}"\nname = "{feed}"\nhome = "{_find_home(feed)}"\n'
            f'[[outlet.source]]\nid = "{feed}"\n'
            f'url = "{outlets.url(f"/{feed}", f"127.0.0.{number}")}"\nevery = "1m"\n'
            for number, feed in enumerate(feeds, 2)
        )
    )
    file = folder / "tilshi.toml"
    # Ticks of a second, or they would hide a delay; what fails is asked as often as the others.
    file.write_text(
        f'[data]\nfolder = "{folder}/data"\n[translate]\npackages = ["{STARTER}"]\n'
        f'[sources]\nfile = "{folder}/sources.toml"\n'
        '[fetch]\nallow_private = ["127.0.0.0/8"]\n'
        f"[schedule]\ntick_s = 1\nbackoff_min_s = {EVERY_S}\nbackoff_max_s = {EVERY_S}\n"
    )
    return file


@contextmanager
def open_newsroom(folder: Path, *, hostile: bool) -> Iterator[Newsroom]:
    """Start a ``tilshi serve``; it is stopped in the end."""
    folder.mkdir()
    feeds = [f"good-{number}" for number in range(FEEDS)] + ["hostile"] * hostile
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TILSHI_")}
    with Outlets() as outlets:
        file = _write_settings(folder, outlets, feeds)
        command = [sys.executable, "-m", "workers.cli", "--config", str(file)]
        with (
            (folder / "said").open("wb") as said,
            subprocess.Popen(
                [*command, "serve", "--no-page"], env=environ, stdout=said, stderr=said
            ) as process,
        ):
            try:
                until(lambda: b"Ctrl-C" in (folder / "said").read_bytes(), seconds=_START_S)
                url = PrivateServer(folder / "data").url
                with open_runtime(load_config({"TILSHI_STORE_URL": url}, file)) as runtime:
                    yield Newsroom(outlets, runtime.services, folder / "data")
            finally:
                process.send_signal(signal.SIGTERM)


def _publish_over(minutes: float, newsrooms: Sequence[Newsroom]) -> None:
    """Publish the same in all of them, evenly over the time, and note when feeds are due."""
    waiting = [*INNOCENT[:2], POISON_TITLE, *INNOCENT[2:]]
    pause_s = minutes * 60 / (len(waiting) + 1)
    began = time.monotonic()
    for number, title in enumerate([*waiting, ""], 1):
        for newsroom in newsrooms if title else ():
            poison = POISON if title == POISON_TITLE else ""
            newsroom.outlets.publish("good-0", title, poison)
        while time.monotonic() < began + number * pause_s:
            for newsroom in newsrooms:
                newsroom.outlets.due |= newsroom.services.store.queues.load_due_times()
            time.sleep(_LOOK_S)


def freeze_store(newsroom: Newsroom) -> None:
    """Stop the private server while an article of each feed is on its way."""
    for number in range(FEEDS):
        newsroom.outlets.publish(f"good-{number}", f"В области открыли школу номер {number + 1}")
    before = newsroom.outlets.asked.copy()
    until(lambda: bool(newsroom.outlets.asked - before), seconds=2 * EVERY_S)
    pid = int((newsroom.data / "store" / "server.lock").read_text())
    os.kill(pid, signal.SIGSTOP)
    time.sleep(FREEZE_S)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def _wait_until_told(newsroom: Newsroom) -> None:
    links = newsroom.outlets.find_links()
    with suppress(AssertionError):  # the table says what is missing
        until(lambda: not links - newsroom.list_told(), seconds=_TOLD_S)


def _print_delays(alone: Sequence[float], beside: Sequence[float]) -> None:
    print("| four good feeds | alone | beside a hostile one | ratio |\n|---|--:|--:|--:|")
    print(f"| polls | {len(alone)} | {len(beside)} | |")
    rows = {
        "mean": statistics.mean,
        "median": statistics.median,
        "p95": lambda delays: sorted(delays)[len(delays) * 19 // 20],
        "longest": max,
    }
    for name, find in rows.items():
        before, now = find(alone), find(beside)
        print(f"| delay, {name}, s | {before:.2f} | {now:.2f} | {now / before:.2f} |")


def main(arguments: list[str]) -> None:
    minutes = float(arguments[0]) if arguments else 10.0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        alone, beside = (
            stack.enter_context(open_newsroom(Path(folder) / name, hostile=name == "beside"))
            for name in ("alone", "beside")
        )
        # The first poll of all comes at once.
        until(lambda: len(beside.outlets.asked) > FEEDS and len(alone.outlets.asked) == FEEDS)
        _publish_over(minutes, (alone, beside))
        _print_delays(alone.outlets.delays, beside.outlets.delays)
        _wait_until_told(beside)
        english = beside.list_english()
        freeze_store(beside)
        _wait_until_told(beside)
        told, links = beside.list_told(), beside.outlets.find_links()
        writers = list_writers(beside.data / "store")
        files = sorted((beside.data / "store").glob("appendonlydir*"))
        for link, count in (told - links).items():
            print(f"told {count} times too often: {link}", file=sys.stderr)
        for link in links - told:
            print(f"not told: {link}", file=sys.stderr)
        print(
            f"\n| beside the hostile one | |\n|---|--:|\n"
            f"| answers meant to hold up | {beside.outlets.asked['hostile']} |\n"
            f"| innocent articles told in English | {len(english & set(INNOCENT))} of 6 |\n"
            f"| after {FREEZE_S:.0f} s of a frozen store: servers, files | "
            f"{len(writers)}, {len(files)} |\n"
            f"| articles, lost, doubled | {links.total()}, {(links - told).total()}, "
            f"{(told - links).total()} |"
        )
