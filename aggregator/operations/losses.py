"""
What the store has lost, by what is left of it and what was known of it before. Pure.

    mark and file disagree          emptied, or another store in its place
    the mark's moment went back     an old copy of it
    the server counts evictions     keys thrown away at its bound of memory
    what must be there is not       keys deleted one by one

A loss stays until an operator accepts it, or puts a backup back: what was lost does not come back
by itself, and a server that starts anew counts its evictions from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.operations.known import Known, Loss, LossKind, StoreMemory
from aggregator.store.mark import StoreMark
from aggregator.store.server import ServerFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

__all__ = ["StoreView", "find_losses", "remember_judging", "remember_store"]

# A server that dies may forget its last second (appendfsync everysec), and hosts' clocks differ.
_SLACK = timedelta(minutes=2)
# So often is written down that all is well.
_REMEMBERED = timedelta(minutes=1)
_NAMED = 5
_ADVICE = (
    "Restore a backup (`tilshi restore`), or accept it as it is: `tilshi alerts --accept-loss`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """
    What can be seen of the store.

    Attributes:
        standing: Keys that are there and are never deleted.
        looked_at: Number of records that must be there and were looked for.
        missing: Names of those that are not.
        taken_in: New articles counted since it began.
    """

    mark: StoreMark = field(default_factory=StoreMark)
    server: ServerFacts = field(default_factory=ServerFacts)
    standing: tuple[str, ...] = ()
    looked_at: int = 0
    missing: tuple[str, ...] = ()
    taken_in: int = 0


def find_losses(known: Known, view: StoreView, now: datetime) -> tuple[Loss, ...]:
    """Return what is lost, found out now or before and not accepted since; each kind once."""
    accepted = view.mark.accepted
    losses = {loss.kind: loss for loss in known.losses if not accepted or loss.since > accepted}
    for loss in _find_new(known.store, view, now):
        losses.setdefault(loss.kind, loss)
    return tuple(losses.values())


def remember_store(known: Known, view: StoreView, now: datetime) -> Known:
    """Return what is to be known from now on; the same if nothing of it need be written down."""
    losses = find_losses(known, view, now)
    changed = replace(known, losses=losses)
    kinds = {loss.kind for loss in losses}
    # What was there before is what tells that it is gone.
    if LossKind.EMPTIED in kinds or not view.mark.id:
        return changed
    old = known.store
    standing = view.standing
    if old is not None and LossKind.VANISHED in kinds:
        standing = tuple(dict.fromkeys((*old.standing, *standing)))
    new = StoreMemory(
        id=view.mark.id,
        at=now,
        seen=view.mark.seen,
        taken_in=view.taken_in,
        standing=standing,
    )
    is_old_news = (
        old is not None
        and (old.id, old.standing) == (new.id, new.standing)
        and timedelta(0) <= now - old.at < _REMEMBERED
    )
    return changed if is_old_news else replace(changed, store=new)


def remember_judging(known: Known, mark_id: str, seen: datetime) -> Known:
    """Return what is to be known once the store's mark says that it was judged."""
    store = known.store
    if store is None or store.id != mark_id:
        return known
    return replace(known, store=replace(store, seen=seen))


def _find_new(old: StoreMemory | None, view: StoreView, now: datetime) -> Iterator[Loss]:
    mark = view.mark
    accepted = (
        old is not None and mark.accepted is not None and mark.accepted > (old.seen or old.at)
    )
    if old is not None and not accepted:
        if mark.id != old.id:
            yield Loss(kind=LossKind.EMPTIED, text=_describe_emptied(old, view), since=now)
            return
        yield from _find_step_back(old, mark, now)
    known_keys = () if old is None or accepted else old.standing
    yield from _find_vanished(known_keys, view, now)
    yield from _find_evictions(view, now)


def _describe_emptied(old: StoreMemory, view: StoreView) -> str:
    return (
        f"the store is not the one that was known until {_write_moment(old.at)}: that had taken in "
        f"{old.taken_in:,} articles, this one {view.taken_in:,}. It was emptied, or another one "
        f"stands in its place. {_ADVICE}"
    )


def _find_step_back(old: StoreMemory, mark: StoreMark, now: datetime) -> Iterator[Loss]:
    if old.seen is None or (mark.seen is not None and mark.seen > old.seen - _SLACK):
        return
    since = _write_moment(mark.seen) if mark.seen else "it began"
    yield Loss(
        kind=LossKind.WENT_BACK,
        text=(
            f"the store has forgotten what came from {since} to {_write_moment(old.seen)}: it came "
            f"back from an old copy. {_ADVICE}"
        ),
        since=now,
    )


def _find_vanished(
    known_keys: tuple[str, ...],
    view: StoreView,
    now: datetime,
) -> Iterator[Loss]:
    gone = [name for name in known_keys if name not in view.standing]
    found = []
    if gone:
        found.append(f"keys have vanished from the store: {_list_names(gone)}")
    if view.missing:
        found.append(
            f"of {view.looked_at} articles and digests that were looked for {len(view.missing)} "
            f"have vanished from the store: {_list_names(view.missing)}"
        )
    if found:
        text = f"{'; '.join(found)}. {_ADVICE}"
        yield Loss(kind=LossKind.VANISHED, text=text, since=now)


def _find_evictions(view: StoreView, now: datetime) -> Iterator[Loss]:
    server = view.server
    base = view.mark.evicted if view.mark.run_id == server.run_id else 0
    evicted = (server.evicted or 0) - base
    if evicted > 0:
        yield Loss(
            kind=LossKind.EVICTED,
            text=(
                f"the store's server has thrown away {evicted:,} keys at its bound of memory; "
                f"articles, digests or what waited may be among them. Set maxmemory-policy "
                f"noeviction. {_ADVICE}"
            ),
            since=now,
        )


def _list_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _write_moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %H:%M} UTC"
