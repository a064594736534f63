"""
One pass: every due source polled, everything new read, grouped, translated, then the digests.

The pass itself does no work: it wakes workers as the tick does, watches the store until nothing
of it is left to do, and reads the account. So it may be killed and started again at any moment.

Others may be at work in the same store, a service beside it above all: a source that they poll
meanwhile, for another run, need not be polled again, and one that they pause is not polled at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aggregator.digest.days import find_last_closing_time
from aggregator.models import Outcome, SourceReport, Stage
from aggregator.operations.stage_words import STAGE_WORDS
from aggregator.polling.schedule import GOOD_OUTCOMES
from workers.tick import hand_out_work

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Iterable,
        Mapping,
        Sequence,
    )
    from datetime import date, datetime

    from aggregator.models import Digest
    from aggregator.store.queues import Waiting
    from workers.services import Services

__all__ = ["NotFinishedError", "RunAccount", "count_left", "run_once"]

_POLL_S = 0.1
# The digest is there, and goes without the pictures that are not there by then.
_PICTURES_WAIT = timedelta(minutes=1)
_NAMED_SOURCES = 10


class NotFinishedError(Exception):
    """A pass did not end in time; ``left`` says what still waits, in words."""

    def __init__(self, left: str) -> None:
        super().__init__(left)
        self.left = left

    def __str__(self) -> str:
        return f"not finished in time; still waiting: {self.left}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAccount:
    """
    What a pass did.

    Attributes:
        reports: One for each source polled.
        digests: Put in place or read again at the end, the newest day first.
        remembered: Segments whose English was known before.
        segments: Segments that English was wanted for.
        pages: Pages of teasers that gave a text, and articles that went on with their teaser.
        elsewhere: Ids of sources that were due and have no report here: another run polled them
            meanwhile, or an operator paused them.
    """

    run_id: str
    reports: tuple[SourceReport, ...]
    digests: tuple[Digest, ...]
    remembered: int = 0
    segments: int = 0
    pages: tuple[int, int] = (0, 0)
    elsewhere: tuple[str, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """Counts by name: first of sources, then of articles, then of what became of them."""
        return {
            **self._count_sources(),
            **self._count_items(),
            **self._count_articles(),
        }

    @property
    def reasons(self) -> dict[str, int]:
        """Why items are no new articles, and how many; the most frequent first."""
        counts: Counter[str] = Counter()
        for report in self.reports:
            counts.update(report.reasons)
        return dict(counts.most_common())

    def _count_sources(self) -> dict[str, int]:
        outcomes = [report.outcome for report in self.reports]
        good = sum(outcome in GOOD_OUTCOMES for outcome in outcomes)
        unchanged = outcomes.count(Outcome.NOT_MODIFIED)
        return {
            "polled": len(outcomes),
            "fetched": good - unchanged,
            "not_modified": unchanged,
            "failed": len(outcomes) - good,
        }

    def _count_items(self) -> dict[str, int]:
        counts = ("new", "updated", "known", "stale")
        return {name: _sum_up(self.reports, name) for name in counts}

    def _count_articles(self) -> dict[str, int]:
        # The first edition holds everything; the others hold parts of the same articles.
        first = self.digests[0].edition if self.digests else ""
        accounts = [digest.account for digest in self.digests if digest.edition == first]
        return {
            "duplicate": _sum_up(accounts, "duplicates"),
            "merged": _sum_up(accounts, "merged"),
            "stories": _sum_up(accounts, "stories"),
            "translated": _sum_up(accounts, "translated"),
            "original": _sum_up(accounts, "original"),
        }

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        read, teaser = self.pages
        sources = [asdict(report) for report in self.reports]
        digests = [_summarize(digest) for digest in self.digests]
        return {
            "format": "tilshi.run/1",
            "run": self.run_id,
            "totals": self.totals,
            "not_new": self.reasons,
            "segments": {
                "asked": self.segments,
                "remembered": self.remembered,
            },
            "pages": {
                "read": read,
                "teaser": teaser,
            },
            "sources": sources,
            "elsewhere": list(self.elsewhere),
            "digests": digests,
        }


def _sum_up(values: Iterable[object], name: str) -> int:
    """Return the sum of an attribute over all values."""
    return sum(getattr(value, name) for value in values)


def _summarize(digest: Digest) -> dict[str, Any]:
    return {
        "edition": digest.edition,
        "day": digest.day.isoformat(),
        "closed": digest.closed,
        "revision": digest.revision,
        **asdict(digest.account),
    }


def count_left(waiting: Mapping[Stage, Waiting]) -> dict[Stage, int]:
    """Return how many articles are on their way, by stage; empty when none is."""
    stages = (Stage.TEXT, Stage.GROUP, Stage.TRANSLATE)
    counts = {}
    for stage in stages:
        articles = waiting[stage]
        counts[stage] = articles.ready + articles.leased
    # A page that failed is tried again within minutes, and the digest of its day waits for it.
    pages = waiting[Stage.PAGE]
    counts[Stage.PAGE] = pages.ready + pages.leased + pages.later
    return {stage: count for stage, count in counts.items() if count}


def run_once(
    services: Services,
    *,
    run_id: str,
    everything: bool,
    deadline: datetime,
    pause: Callable[[float], None],
    progress: Callable[[dict[Stage, int], int], None],
) -> RunAccount:
    """
    Do one pass.

    Args:
        services: With workers at work somewhere.
        run_id: For the account; the same id again goes on with an interrupted pass.
        everything: Poll all sources, due or not.
        deadline: Real time at which to give up.
        pause: Sleeps so many seconds.
        progress: Called many times a second with what is left by stage, and the number of sources
            that are still to be polled.

    Raises:
        NotFinishedError: The deadline passed.
        StoreError: The store is away.
    """
    before = _read_tallies(services)
    # Read before it is known what is due: a poll that ends in between counts.
    states = services.store.queues.load_source_states(list(services.sources))
    checked = {source_id: state.checked for source_id, state in states.items()}
    due = _open_run(services, run_id, everything=everything)
    polls = _Polls(
        services=services,
        run_id=run_id,
        deadline=deadline,
        left=set(due),
        checked=checked,
    )
    current = _Pass(
        services=services,
        polls=polls,
        deadline=deadline,
        pause=pause,
        progress=progress,
    )
    current.wait_until(lambda: not polls.list_left(), fetch=True)
    current.wait_until(lambda: not current.count_left())
    days = services.store.articles.list_open_days()
    current.wait_until(lambda: _is_composed(services), compose=True)
    current.wait_for_pictures()
    return _make_account(
        services,
        polls,
        due,
        days,
        before,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Polls:
    """
    The polls that a pass waits for.

    Attributes:
        deadline: Of the pass; what is due later cannot be waited for.
        left: Ids of sources not known to be done; those that were done once stay so.
        checked: When each source was last polled before the pass.
    """

    services: Services
    run_id: str
    deadline: datetime
    left: set[str]
    checked: Mapping[str, datetime | None]

    def load_reports(self) -> tuple[SourceReport, ...]:
        """Return the lines of the pass's own account."""
        queues = self.services.store.queues
        reports = queues.load_run_reports(self.run_id)
        return tuple(reports)

    def list_left(self) -> set[str]:
        """
        Return the sources still to be polled.

        The others stand in the pass's account, or were polled for another run since it began, or
        nobody will poll them before its deadline. Not being due is not enough: a source whose host
        is busy is put off by seconds, unpolled.
        """
        if self.left:
            reported = [report.source_id for report in self.load_reports()]
            self.left.difference_update(reported)
        if self.left:
            awaited = self._list_awaited()
            self.left.intersection_update(awaited)
        return self.left

    def _list_awaited(self) -> list[str]:
        queues = self.services.store.queues
        times = queues.load_poll_times()
        pollable = []
        for source_id in self.left & times.keys():
            due = times[source_id]
            if due is None or due <= self.deadline:
                pollable.append(source_id)
        states = queues.load_source_states(pollable)
        return [one for one in pollable if states[one].checked == self.checked.get(one)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    """One pass on its way: what is waited for, and how long."""

    services: Services
    polls: _Polls
    deadline: datetime
    pause: Callable[[float], None]
    progress: Callable[[dict[Stage, int], int], None]

    def count_left(self) -> dict[Stage, int]:
        waiting = self.services.store.queues.load_waiting()
        return count_left(waiting)

    def wait_until(
        self,
        done: Callable[[], bool],
        *,
        fetch: bool = False,
        compose: bool = False,
    ) -> None:
        """Hand out work until it is done; raises NotFinishedError after the deadline."""
        while not done():
            if self.services.clock.now() > self.deadline:
                left = _describe_left(self.count_left(), self.polls.left)
                raise NotFinishedError(left)
            hand_out_work(
                self.services,
                run_id=self.polls.run_id,
                as_of=self.services.as_of,
                fetch=fetch,
                compose=compose,
            )
            self.progress(self.count_left(), len(self.polls.left))
            self.pause(_POLL_S)

    def wait_for_pictures(self) -> None:
        """Have the pictures of the digests fetched, as far as that takes no longer than it may."""
        queues = self.services.store.queues
        latest = self.services.clock.now() + _PICTURES_WAIT
        ends = min(self.deadline, latest)
        while self.services.clock.now() < ends:
            waiting = queues.load_waiting()[Stage.PICTURE]
            if not waiting.ready and not waiting.leased:
                return
            if waiting.ready:
                self.services.wakeups.send(Stage.PICTURE.value)
            self.pause(_POLL_S)


@dataclass(frozen=True, slots=True)
class _Tallies:
    """What the store has counted since it began; a pass is the difference of two."""

    remembered: int
    segments: int
    read: int
    teaser: int


def _read_tallies(services: Services) -> _Tallies:
    hits, misses = services.store.translations.load_counts()
    read, teaser = services.store.articles.load_page_counts()
    return _Tallies(
        remembered=hits,
        segments=hits + misses,
        read=read,
        teaser=teaser,
    )


def _open_run(services: Services, run_id: str, *, everything: bool) -> set[str]:
    """Open the account of a run; returns the ids of the sources that are due."""
    queues = services.store.queues
    polled = {source.id for source in services.sources.values() if not source.paused}
    wanted = polled - queues.load_paused_sources().keys()
    queues.sync_sources(wanted)
    queues.open_run(run_id, keep=services.settings.retention.runs)
    if everything:
        queues.make_due(wanted)
    return wanted - _list_not_due(services)


def _list_not_due(services: Services) -> set[str]:
    now = services.clock.now()
    times = services.store.queues.load_due_times()
    return {source_id for source_id, due in times.items() if due > now}


def _is_composed(services: Services) -> bool:
    """Say whether every article stands in a digest and every day that is over is closed."""
    waiting = services.store.queues.load_waiting()
    if waiting[Stage.COMPOSE].ready:
        return False
    now = services.now(services.as_of)
    days = services.store.articles.list_open_days()
    return all(now < find_last_closing_time(day, services.editions) for day in days)


def _make_account(
    services: Services,
    polls: _Polls,
    due: Collection[str],
    days: Sequence[date],
    before: _Tallies,
) -> RunAccount:
    store = services.store
    digests: list[Digest] = []
    for edition in services.editions:
        stored = (store.digests.load_digest(edition.id, day) for day in reversed(days))
        digests += filter(None, stored)
    after = _read_tallies(services)
    reports = polls.load_reports()
    reported = {report.source_id for report in reports}
    elsewhere = set(due) - reported
    read = after.read - before.read
    teaser = after.teaser - before.teaser
    return RunAccount(
        run_id=polls.run_id,
        reports=reports,
        digests=tuple(digests),
        remembered=after.remembered - before.remembered,
        segments=after.segments - before.segments,
        pages=(read, teaser),
        elsewhere=tuple(sorted(elsewhere)),
    )


def _describe_left(left: Mapping[Stage, int], sources: Collection[str]) -> str:
    parts = [f"{count} {STAGE_WORDS[stage]}" for stage, count in left.items()]
    if sources:
        names = _name_sources(sources)
        fetching = f"{len(sources)} {STAGE_WORDS[Stage.FETCH]} ({names})"
        parts.insert(0, fetching)
    return ", ".join(parts) or "digests to compose"


def _name_sources(sources: Collection[str]) -> str:
    names = sorted(sources)
    named = names[:_NAMED_SOURCES]
    more = len(names) - len(named)
    if more:
        named.append(f"{more} more")
    return ", ".join(named)
