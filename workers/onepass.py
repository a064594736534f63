"""
One pass: every due source polled once, everything new read, grouped and translated, then the digests.

The pass itself does no work: it hands out hints as the tick does, watches the store until nothing of it is left to
do, and reads the account. So it may be killed and started again at any moment.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aggregator.digest.days import closing_time
from aggregator.models import Outcome, SourceReport, Stage
from aggregator.schedule import GOOD_OUTCOMES
from workers.tick import hand_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aggregator.models import Digest
    from aggregator.store.work import Waiting
    from workers.wiring import Newsroom

__all__ = ["NotFinishedError", "RunAccount", "one_pass"]

_POLL_S = 0.1


class NotFinishedError(Exception):
    """A pass did not end in time. ``left`` says what still waits, in words."""

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
        run_id: Of the run.
        reports: A line for each source polled.
        digests: Put in place or read again at the end, the newest day first.
        remembered: Segments whose English was known before.
        segments: Segments that English was wanted for.
        pages: Pages of teasers that gave a text, and articles that went on with their teaser.
    """

    run_id: str
    reports: tuple[SourceReport, ...]
    digests: tuple[Digest, ...]
    remembered: int = 0
    segments: int = 0
    pages: tuple[int, int] = (0, 0)

    @property
    def totals(self) -> dict[str, int]:
        """Counts in the words of the design: sources first, then articles, then what became of them."""
        outcomes = [report.outcome for report in self.reports]
        # The first edition is the one that tells everything; the others tell parts of the same articles.
        accounts = [digest.account for digest in self.digests if digest.edition == self.digests[0].edition]
        return {
            "polled": len(outcomes),
            "fetched": sum(outcome in (Outcome.OK, Outcome.EMPTY) for outcome in outcomes),
            "not_modified": outcomes.count(Outcome.NOT_MODIFIED),
            "failed": sum(outcome not in GOOD_OUTCOMES for outcome in outcomes),
            "new": sum(report.new for report in self.reports),
            "updated": sum(report.updated for report in self.reports),
            "known": sum(report.known for report in self.reports),
            "stale": sum(report.stale for report in self.reports),
            "duplicate": sum(account.duplicates for account in accounts),
            "merged": sum(account.merged for account in accounts),
            "stories": sum(account.stories for account in accounts),
            "translated": sum(account.translated for account in accounts),
            "original": sum(account.original for account in accounts),
        }

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "format": "tilshi.run/1",
            "run": self.run_id,
            "totals": self.totals,
            "segments": {"asked": self.segments, "remembered": self.remembered},
            "pages": {"read": self.pages[0], "teaser": self.pages[1]},
            "sources": [asdict(report) for report in self.reports],
            "digests": [
                {
                    "edition": digest.edition,
                    "day": digest.day.isoformat(),
                    "closed": digest.closed,
                    "revision": digest.revision,
                    **asdict(digest.account),
                }
                for digest in self.digests
            ],
        }


def left_to_do(waiting: Mapping[Stage, Waiting]) -> dict[str, int]:
    """Return how many articles are on their way, by stage; empty when none is."""
    stages = (Stage.TEXT, Stage.GROUP, Stage.TRANSLATE)
    counts = {stage: waiting[stage].ready + waiting[stage].leased for stage in stages}
    # A page that failed is tried again within minutes, and the digest of its day waits for it.
    counts[Stage.PAGE] = waiting[Stage.PAGE].ready + waiting[Stage.PAGE].leased + waiting[Stage.PAGE].later
    return {stage.value: count for stage, count in counts.items() if count}


def one_pass(
    room: Newsroom,
    *,
    run_id: str,
    everything: bool,
    deadline: datetime,
    pause: Callable[[float], None],
    progress: Callable[[dict[str, int], int], None],
) -> RunAccount:
    """
    Do one pass.

    Args:
        room: With workers at work somewhere.
        run_id: For the account; the same id again goes on with an interrupted pass.
        everything: Poll all sources, due or not.
        deadline: Real time at which to give up.
        pause: Sleeps.
        progress: Told what is left by stage, and how many sources are done, many times a second.

    Raises:
        NotFinishedError: The deadline passed.
        StoreError: The store is away.
    """
    work, as_of = room.store.work, room.as_of
    known, unknown = room.store.translations.counts()
    pages = room.store.articles.page_counts()
    paused = work.paused_sources()
    wanted = [source.id for source in room.sources.values() if not source.paused and source.id not in paused]
    work.sync_sources(wanted)
    work.open_run(run_id, keep=room.settings.retention.runs)
    if everything:
        work.due_now(wanted)
    due = {source_id for source_id in wanted if source_id not in _not_due(room)}

    def until(done: Callable[[], bool], *, fetch: bool = False, compose: bool = False) -> None:
        while not done():
            if room.clock.now() > deadline:
                raise NotFinishedError(_in_words(left_to_do(work.waiting())))
            hand_out(room, run_id=run_id, as_of=as_of, fetch=fetch, compose=compose)
            progress(left_to_do(work.waiting()), len(work.run_reports(run_id)))
            pause(_POLL_S)

    until(lambda: due <= {report.source_id for report in work.run_reports(run_id)}, fetch=True)
    until(lambda: not left_to_do(work.waiting()))
    days = room.store.articles.open_days()
    until(lambda: _composed(room), compose=True)
    digests = [room.store.digests.digest(edition.id, day) for edition in room.editions for day in reversed(days)]
    reports = tuple(work.run_reports(run_id))
    hits, misses = room.store.translations.counts()
    read, teaser = room.store.articles.page_counts()
    return RunAccount(
        run_id=run_id,
        reports=reports,
        digests=tuple(digest for digest in digests if digest),
        remembered=hits - known,
        segments=hits + misses - known - unknown,
        pages=(read - pages[0], teaser - pages[1]),
    )


def _not_due(room: Newsroom) -> set[str]:
    now = room.clock.now()
    return {source_id for source_id, due in room.store.work.due_times().items() if due > now}


def _composed(room: Newsroom) -> bool:
    """Say whether every article stands in a digest and every day that is over is closed."""
    if room.store.work.waiting()[Stage.COMPOSE].ready:
        return False
    now = room.now(room.as_of)
    days = room.store.articles.open_days()
    return not any(now >= max(closing_time(day, edition) for edition in room.editions) for day in days)


def _in_words(left: Mapping[str, int]) -> str:
    return ", ".join(f"{count} to {stage}" for stage, count in left.items()) or "digests to compose"
