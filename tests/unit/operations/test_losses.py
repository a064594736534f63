"""What the store has lost, by its mark and by what was known of it; pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.operations.known import Known, LossKind
from aggregator.operations.losses import StoreView, find_losses, remember_store
from aggregator.operations.risks import find_risks
from aggregator.store.mark import StoreMark
from aggregator.store.server import ServerFacts

NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOW + 9 * MINUTE
SERVER = ServerFacts(
    run_id="r1", policy="noeviction", append_only=True, writing=True, used=0.3, evicted=7
)
WELL = StoreView(
    mark=StoreMark(id="one", seen=NOW, run_id="r1", evicted=7),
    server=SERVER,
    standing=("schema", "counts", "closed"),
    looked_at=40,
    taken_in=1234,
)
KNOWN = remember_store(Known(), WELL, NOW)


def list_kinds(view, known=KNOWN, now=LATER):
    return [loss.kind for loss in find_losses(known, view, now)]


def with_mark(**changes):
    return replace(WELL, mark=replace(WELL.mark, **changes))


def with_server(**changes):
    return replace(WELL, server=replace(WELL.server, **changes))


def test_nothing_is_lost_of_a_store_that_is_as_it_was():
    assert list_kinds(WELL) == []
    assert list_kinds(with_mark(seen=LATER)) == []
    assert list_kinds(StoreView(), known=Known()) == [], "a store that was never used"


@pytest.mark.parametrize(
    ("view", "kind", "words"),
    [
        (StoreView(), LossKind.EMPTIED, "had taken in 1,234 articles, this one 0"),
        (with_mark(id="two"), LossKind.EMPTIED, "not the one that was known until 20 August 12:00"),
        (with_mark(seen=NOW - 3 * MINUTE), LossKind.WENT_BACK, "from 20 August 11:57 UTC to 20"),
        (with_mark(seen=None), LossKind.WENT_BACK, "from it began to"),
        (with_server(evicted=9), LossKind.EVICTED, "thrown away 2 keys"),
        # It began anew, and counts from 0.
        (with_server(run_id="r2", evicted=3), LossKind.EVICTED, "thrown away 3 keys"),
        (
            replace(WELL, standing=("schema", "counts")),
            LossKind.VANISHED,
            "vanished from the store",
        ),
        (
            replace(WELL, missing=tuple(f"article:{n}" for n in range(9))),
            LossKind.VANISHED,
            "of 40 articles and digests that were looked for 9 have vanished",
        ),
    ],
)
def test_each_way_of_losing_is_found_out_and_stays_until_it_is_accepted(view, kind, words):
    [loss] = find_losses(KNOWN, view, LATER)
    assert loss.kind is kind
    assert words in loss.text
    assert "tilshi restore" in loss.text

    # Later nothing of it is to be seen: keys were written again, the server began anew.
    known = remember_store(KNOWN, view, LATER)
    healed = replace(WELL, mark=replace(WELL.mark, id=view.mark.id, seen=LATER))
    assert loss in find_losses(known, healed, LATER + MINUTE)

    accepted = replace(
        view.mark,
        id=view.mark.id or "two",
        seen=LATER + MINUTE,
        accepted=LATER + MINUTE,
        run_id=view.server.run_id,
        evicted=view.server.evicted or 0,
    )
    after = replace(view, mark=accepted, missing=())
    assert find_losses(known, after, LATER + 2 * MINUTE) == ()
    known = remember_store(known, after, LATER + 2 * MINUTE)
    assert known.losses == ()
    assert known.store.id == accepted.id
    assert find_losses(known, after, LATER + 3 * MINUTE) == ()


def test_a_second_that_a_server_forgot_when_it_died_is_no_loss():
    assert list_kinds(with_mark(seen=NOW - MINUTE)) == []


def test_what_was_known_of_a_store_is_kept_when_another_stands_in_its_place():
    known = remember_store(KNOWN, with_mark(id="two"), LATER)

    assert known.store == KNOWN.store
    assert list_kinds(WELL, known=known) == [LossKind.EMPTIED], "put back without a word"


def test_that_all_is_well_is_written_down_once_a_minute():
    assert remember_store(KNOWN, WELL, NOW + MINUTE / 2) == KNOWN
    assert remember_store(KNOWN, WELL, NOW + MINUTE).store.at == NOW + MINUTE
    more = replace(WELL, standing=(*WELL.standing, "runs"))
    assert remember_store(KNOWN, more, NOW).store.standing == more.standing


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"policy": "allkeys-lru"}, "evicts", "maxmemory-policy = allkeys-lru, expected noevict"),
        ({"append_only": False}, "no append-only file", "what came since it began when it ends"),
        (
            {"append_only": False, "saved": NOW},
            "no append-only file",
            "what came since its last snapshot, 20 August 12:00 UTC, when it ends",
        ),
        ({"writing": False}, "file not written", "is its disk full?"),
        ({"used": 0.95}, "full", "95% of the memory"),
    ],
)
def test_a_server_that_may_lose_something_is_named(changes, name, words):
    [risk] = find_risks(replace(SERVER, **changes), 0.9)

    assert (risk.name, risk.certain) == (name, True)
    assert words in risk.text


def test_what_a_server_does_not_say_cannot_be_known():
    risks = find_risks(ServerFacts(), 0.9)

    assert [risk.certain for risk in risks] == [False, False]
    assert all("cannot be known" in risk.text for risk in risks)
    assert find_risks(SERVER, 0.9) == ()
