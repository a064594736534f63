"""
What polling costs and how late articles are: times that follow the articles beside fixed ones, and
two roads not taken.

Every row polls the same streams of articles:

- recorded: real feeds as somebody polled them, hours or days apart. Their dates have no hours: an
  article is put at a moment drawn evenly between the poll that did not have it and the one that
  did.
- repeated: a real day of a busy feed, by its own dates to the minute, again each day, every article
  up to half an hour earlier or later.
- made: articles at random at a known rate, by day and by night.

The first two where the samples are at hand. A poll finds what was published since the last; the
delay of an article is the time until the poll that finds it. The first day of each stream is for
learning and is not counted.
"""

from __future__ import annotations

import os
import random
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from aggregator.feeds.hints import NO_HINTS, read_hints
from aggregator.feeds.parse import parse_feed
from aggregator.models import Arrivals, Outcome, Outlet, PollHints, Source, SourceState
from aggregator.polling.adaptive import count_arrivals
from aggregator.polling.schedule import Backoff, Timetable, find_next_due

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHARED = Path(os.environ.get("TILSHI_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SAMPLES = SHARED / "feeds" / "samples"
MINUTE = timedelta(minutes=1)
LEARNING = timedelta(days=1)
BASE = Timetable(backoff=Backoff(shortest=MINUTE, longest=timedelta(hours=6)))


@dataclass(frozen=True)
class Stream:
    """Articles of one source: when each was published, in order, and the pace its feed gives."""

    name: str
    start: datetime
    end: datetime
    articles: tuple[datetime, ...]
    hints: PollHints = NO_HINTS


def recorded(name: str) -> Stream | None:
    """Read a feed polled for days: each article once, before the poll that first had it."""
    folder, draw = SAMPLES / "replay" / name, random.Random(name)
    if not folder.is_dir():
        return None
    polls = sorted(
        (datetime.strptime(path.stem, "%Y-%m-%dT%H%M%S%z").astimezone(UTC), path)
        for path in folder.iterdir()
    )
    known: set[str] = set()
    moments: list[datetime] = []
    for number, (at, path) in enumerate(polls):
        feed = parse_feed(path.read_bytes(), {}, "https://feed.example/", default_zone=UTC)
        names = {f"{item.link} {item.title}" for item in feed.items}
        if number:
            before = polls[number - 1][0]
            moments += [before + draw.random() * (at - before) for _ in names - known]
        known |= names
    return Stream(name, polls[0][0], polls[-1][0], tuple(sorted(moments)), _said(polls[-1][1]))


def repeated(file: str, days: int = 14) -> Stream | None:
    """Read a day of a busy feed and repeat it."""
    path, draw = SAMPLES / "outlet_bytes" / file, random.Random(file)
    if not path.is_file():
        return None
    feed = parse_feed(path.read_bytes(), {}, "https://feed.example/", default_zone=UTC)
    day = [item.published for item in feed.items if item.published]
    start = max(day).replace(hour=0, minute=0)
    within = [at - at.replace(hour=0, minute=0) for at in day if at > max(day) - timedelta(days=1)]
    moments = [
        start + timedelta(days=number) + at + (2 * draw.random() - 1) * timedelta(minutes=30)
        for number in range(days)
        for at in within
    ]
    end = start + timedelta(days=days)
    return Stream(
        file[:8], start, end, tuple(sorted(at for at in moments if start <= at < end)), _said(path)
    )


def _said(path: Path) -> PollHints:
    return read_hints({}, path.read_bytes(), datetime.now(UTC))


def made(name: str, rate: Callable[[datetime], float], most: float, days: int = 14) -> Stream:
    """Draw articles at random, at a rate an hour that changes in time, ``most`` at its highest."""
    draw, start = random.Random(name), datetime(2026, 3, 2, tzinfo=UTC)
    end, now, moments = start + timedelta(days=days), start, []
    while (now := now + timedelta(hours=draw.expovariate(most))) < end:
        if draw.random() * most < rate(now):
            moments.append(now)
    return Stream(name, start, end, tuple(moments))


def by_day(rate: float) -> Callable[[datetime], float]:
    """Return a rate from 08:00 to 20:00 in Almaty on workdays, a tenth of it at other times."""
    return lambda at: rate if 3 <= at.hour < 15 and at.weekday() < 5 else rate / 10


STREAMS: dict[str, Callable[[], Stream | None]] = {
    "bbc": lambda: recorded("bbc"),
    "meduza": lambda: recorded("meduza"),
    "feed_theins": lambda: recorded("feed_theins"),
    "lenta.ru": lambda: repeated("lenta.ru_2022-12.xml"),
    "tut.by": lambda: repeated("tut.by_2019-12-30.xml"),
    "agency, 12/h by day": lambda: made("agency", by_day(12), 12),
    "paper, 2/h by day": lambda: made("paper", by_day(2), 2),
    "ministry, 4 a workday": lambda: made("ministry", by_day(0.33), 0.33),
    "steady, 1/h": lambda: made("steady", lambda _at: 1, 1),
    "burst, 30/h for an hour a day": lambda: made(
        "burst", lambda at: 30 if at.hour == 9 else 0.1, 30
    ),
}

Policy = "Callable[[SourceState, datetime, int], timedelta]"


def fixed(minutes: int) -> Policy:
    """Poll every so many minutes."""
    return lambda _state, _now, _new: timedelta(minutes=minutes)


def doubling() -> Policy:
    """Road not taken: half the wait after news, half as long again without."""
    wait = timedelta(minutes=30)

    def policy(_state: SourceState, _now: datetime, new: int) -> timedelta:
        nonlocal wait
        wait = min(max(wait / 2 if new else wait * 1.5, BASE.shortest), BASE.longest)
        return wait

    return policy


def one_rate(table: Timetable) -> Policy:
    """Road not taken: one rate for the whole day."""

    def policy(state: SourceState, now: datetime, _new: int) -> timedelta:
        known = state.arrivals
        if known.counts:
            flat = Arrivals(
                counts=(sum(known.counts) / 24,) * 24,
                hours=(sum(known.hours) / 24,) * 24,
                polled=known.polled,
            )
            state = replace(state, arrivals=flat)
        return find_next_due(SOURCE, state, now, table) - now

    return policy


def adaptive(table: Timetable) -> Policy:
    """Poll as the product does."""
    return lambda state, now, _new: find_next_due(SOURCE, state, now, table) - now


SOURCE = Source(
    id="bench",
    outlet=Outlet(id="o", name="O", home="https://o.example/"),
    url="https://o.example/rss",
    every=timedelta(minutes=30),
    adaptive=True,
)


def simulate(stream: Stream, policy: Policy) -> tuple[int, list[float]]:
    """
    Poll a stream.

    Returns polls and the delay of each article in minutes, both after the day of learning.
    """
    now, polls, delays = stream.start, 0, []
    state, seen, counted = (
        SourceState(outcome=Outcome.OK, hints=stream.hints),
        0,
        stream.start + LEARNING,
    )
    while now < stream.end:
        published = bisect_right(stream.articles, now)
        new, fresh = published - seen, stream.articles[seen:published]
        state = replace(state, arrivals=count_arrivals(state.arrivals, new, now, 50))
        if now >= counted:
            polls += 1
            delays += [(now - at) / MINUTE for at in fresh if at >= counted]
        seen, now = published, now + policy(state, now, new)
    return polls, delays


def policies() -> dict[str, Callable[[], Policy]]:
    """Name what is compared; each stream gets its own."""
    rows: dict[str, Callable[[], Policy]] = {
        f"every {n} min": lambda n=n: fixed(n) for n in (15, 30, 60)
    }
    for patience in (5, 10, 20):
        table = replace(BASE, patience=patience * MINUTE)
        rows[f"adaptive, {patience} article-minutes"] = lambda table=table: adaptive(table)
    return rows | {"one rate all day, 10": lambda: one_rate(BASE), "half and half again": doubling}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so many are not over."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def main(_arguments: Sequence[str] = ()) -> None:
    """Print a table for each stream, and one for all."""
    streams = [stream for make in STREAMS.values() if (stream := make())]
    rows: dict[str, list[tuple[int, list[float], float]]] = {}
    for name, make_policy in policies().items():
        for stream in streams:
            polls, delays = simulate(stream, make_policy())
            rows.setdefault(name, []).append(
                (polls, delays, (stream.end - stream.start - LEARNING) / timedelta(days=1))
            )
    for number, stream in enumerate(streams):
        days = rows["every 15 min"][number][2]
        print(
            f"\n{stream.name}: {len(rows['every 15 min'][number][1])} articles in {days:.1f} "
            f"days, {stream.hints}"
        )
        for name, found in rows.items():
            polls, delays, _ = found[number]
            print(
                f"| {name} | {polls / days:.0f} | {median(delays or [0]):.0f} | "
                f"{percentile(delays, 0.95):.0f} |"
            )
    print("\nall: polls a source and day, delay of articles in minutes (median, 95th)")
    for name, found in rows.items():
        delays = [delay for _, some, _ in found for delay in some]
        day = sum(polls / days for polls, _, days in found) / len(found)
        mean = sum(delays) / len(delays)
        print(
            f"| {name} | {day:.0f} | {median(delays):.0f} | {percentile(delays, 0.95):.0f} | "
            f"{mean:.1f}"
        )
