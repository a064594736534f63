"""What the store promises, on Valkey and on Redis."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import redis

from aggregator.errors import LeaseLostError, SchemaError, StoreError
from aggregator.models import (
    Copy,
    Extent,
    FeedItem,
    Identity,
    KnownItem,
    Outcome,
    Passage,
    SourceReport,
    SourceState,
    Stage,
    Story,
    StoryMention,
    ThreadText,
    ToldStory,
    Translation,
)
from aggregator.models.flag import Flag, Reason
from aggregator.net.host_limits import LONGEST_PROMISE_MS
from aggregator.store.article_records import ArticleHead, Incoming, Move, PlanOutcome, make_wording
from aggregator.store.keys import SCHEMA_VERSION
from aggregator.store.pictures import PictureAddress
from aggregator.store.queues import FinishedPoll
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.builders import article, digest, passages
from tests.support.clock import SettableClock
from tests.support.waiting import until

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
DAY = date(2025, 8, 20)
LEASE = timedelta(seconds=30)
KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=365)
)


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def store(any_redis_url, clock):
    store = Store(any_redis_url, namespace="t", clock=clock, retention=KEPT)
    store.check()
    yield store
    store.close()


def make_incoming(
    number=1, *, words="words", run_id="r1", source_id="s", day=DAY, known=None, now=NOW, names=None
):
    article_id = f"{number:032x}"
    return Incoming(
        identity=Identity(
            article_id, names or (f"guid:{number}", f"url:https://o.example/{number}"), known
        ),
        item=FeedItem(
            guid=str(number), link=f"https://o.example/{number}", title=f"Title {number}"
        ),
        content_hash=words,
        size=len(words),
        source_id=source_id,
        outlet_id="o",
        run_id=run_id,
        now=now,
        ready=now,
        day=day,
    )


def take(store, stage, token="t1", limit=10):
    return [item.id for item in store.queues.take(stage, limit=limit, token=token, lease=LEASE)]


def read(store, number, stage=Stage.GROUP, token="t1", **changes):
    """Bring one article through its text stage."""
    [raw] = store.articles.load_raw([f"{number:032x}"])
    cleaned = replace(article(number), id=raw.id, day=raw.day, **changes)
    store.articles.finish_text(cleaned, rev=raw.rev, token=token, stage=stage, now=NOW)
    return cleaned


def planned(store, *numbers, stage=Stage.COMPOSE, extent=Extent.LEAD):
    """Bring new articles through text and grouping, each a story of its own."""
    for number in numbers:
        store.articles.ingest(make_incoming(number))
    take(store, Stage.TEXT)
    for number in numbers:
        read(store, number)
    ids = [f"{number:032x}" for number in numbers]
    stories = [Story(id=key[:16], best=key, articles=((key, Copy.BEST),)) for key in ids]
    assert store.queues.lock("plan", token="p", lease=LEASE)
    moves = [Move(key, 1, Stage.GROUP, stage, extent) for key in ids]
    outcome = store.articles.save_plan(DAY, stories, moves, token="p", now=NOW)
    assert outcome is PlanOutcome.KEPT
    store.queues.unlock("plan", token="p")
    return ids


# Pages


def teaser(number, **changes):
    return replace(make_incoming(number), page=True, **changes)


def test_an_article_with_a_teaser_has_its_page_read_first(store):
    store.articles.ingest(teaser(1))
    assert take(store, Stage.TEXT) == []
    [key] = take(store, Stage.PAGE)
    [raw] = store.articles.load_raw([key])

    item = replace(raw.item, content="All of it.")
    store.articles.finish_page(key, item, said="10 characters", rev=raw.rev, token="t1", now=NOW)

    assert take(store, Stage.PAGE) == []
    assert take(store, Stage.TEXT) == [key]
    assert store.articles.load_raw([key])[0].item.content == "All of it."
    assert store.articles.ingest(teaser(1, run_id="r2")).change == "known"


def test_a_page_that_a_dead_worker_held_is_handed_out_again(store, clock):
    store.articles.ingest(teaser(1))
    [key] = take(store, Stage.PAGE)
    clock.pass_by(seconds=31)

    assert store.queues.sweep() == {Stage.PAGE: [key]}
    assert take(store, Stage.PAGE, "t2") == [key]


def test_what_is_fuller_elsewhere_needs_no_page(store):
    """
    Another feed of the outlet gives the whole text while the page is being read.

    What the page said comes late.
    """
    store.articles.ingest(teaser(1))
    [key] = take(store, Stage.PAGE)
    [raw] = store.articles.load_raw([key])
    again = make_incoming(1, words="all the words there are", source_id="t")
    assert store.articles.ingest(again).change == "known"

    with pytest.raises(LeaseLostError):
        store.articles.finish_page(key, raw.item, said="late", rev=raw.rev, token="t1", now=NOW)

    assert take(store, Stage.PAGE) == []
    assert take(store, Stage.TEXT) == [key]


def test_an_edited_teaser_has_its_page_read_again_from_the_beginning(store):
    store.articles.ingest(teaser(1))
    [key] = take(store, Stage.PAGE)
    [raw] = store.articles.load_raw([key])
    store.articles.finish_page(key, raw.item, said="x", rev=raw.rev, token="t1", now=NOW)

    assert store.articles.ingest(teaser(1, content_hash="other", run_id="r2")).change == "updated"

    assert take(store, Stage.TEXT) == []
    [again] = store.queues.take(Stage.PAGE, limit=9, token="t3", lease=LEASE)
    assert (again.id, again.tries) == (key, 1)


def test_a_turn_that_did_not_come_is_no_try(store):
    store.articles.ingest(teaser(1))
    for untried, tries in ((True, 1), (False, 1), (True, 2)):
        [item] = store.queues.take(Stage.PAGE, limit=9, token="t1", lease=LEASE)
        assert item.tries == tries
        assert (
            store.queues.release(Stage.PAGE, [item.id], token="t1", ready=NOW, untried=untried) == 1
        )


# Leases


def test_two_takers_never_hold_one_item(store):
    for number in range(5):
        store.articles.ingest(make_incoming(number))

    first, second = take(store, Stage.TEXT, "t1", 3), take(store, Stage.TEXT, "t2", 3)

    assert len(first) == 3
    assert len(second) == 2
    assert not set(first) & set(second)


def test_a_lease_that_ran_out_is_handed_out_again(store, clock):
    store.articles.ingest(make_incoming(1))
    [item] = take(store, Stage.TEXT)
    clock.pass_by(seconds=31)

    assert store.queues.sweep() == {Stage.TEXT: [item]}
    [again] = store.queues.take(Stage.TEXT, limit=10, token="t2", lease=LEASE)
    assert (again.id, again.tries) == (item, 2)


def test_what_was_in_hand_when_a_lease_ran_out_is_taken_alone(store, clock):
    for number in range(3):
        store.articles.ingest(make_incoming(number))
    lost = take(store, Stage.TEXT)
    clock.pass_by(seconds=31)
    store.queues.sweep()
    store.articles.ingest(make_incoming(3))
    store.articles.ingest(make_incoming(4))

    batches = [
        store.queues.take(Stage.TEXT, limit=10, token=f"t{turn}", lease=LEASE) for turn in range(5)
    ]

    alone = [batch for batch in batches if batch and batch[0].lost]
    assert sorted(item.id for batch in alone for item in batch) == sorted(lost)
    assert [(len(batch), batch[0].tries, batch[0].lost) for batch in alone] == [(1, 2, 1)] * 3
    assert sorted(len(batch) for batch in batches) == [0, 1, 1, 1, 2]


def test_what_moves_on_has_lost_nothing(store, clock):
    store.articles.ingest(make_incoming(1))
    take(store, Stage.TEXT)
    clock.pass_by(seconds=31)
    store.queues.sweep()
    take(store, Stage.TEXT)
    read(store, 1)

    store.articles.ingest(make_incoming(1, words="other words", run_id="r2"))

    [again] = store.queues.take(Stage.TEXT, limit=10, token="t2", lease=LEASE)
    assert (again.tries, again.lost) == (1, 0)


def test_one_that_ends_its_workers_is_given_up_and_its_neighbours_never_pay(store, clock):
    """Five in hand, one of which ends whoever works on it."""
    for number in range(5):
        store.articles.ingest(make_incoming(number))
    poison = take(store, Stage.TEXT, "first")[0]
    deaths = 1
    spent = []
    finished = []
    for turn in range(20):
        clock.pass_by(seconds=31)
        store.queues.sweep()
        taken = store.queues.take(Stage.TEXT, limit=10, token=f"t{turn}", lease=LEASE)
        spent += [item.id for item in taken if item.is_spent(3)]
        ids = [item.id for item in taken]
        if poison in ids and poison not in spent:
            deaths += 1
            continue
        for key in ids:
            read(store, int(key, 16), token=f"t{turn}")
            finished.append(key)

    assert spent == [poison]
    assert deaths == 3
    assert len(finished) == len(set(finished)) == 5


def test_the_first_loss_may_be_a_neighbours(store, clock):
    store.articles.ingest(make_incoming(1))
    for lost, is_spent in ((0, False), (1, False), (2, True)):
        [item] = store.queues.take(Stage.TEXT, limit=10, token="t", lease=LEASE)
        assert (item.lost, item.is_spent(1)) == (lost, is_spent)
        clock.pass_by(seconds=31)
        store.queues.sweep()


def test_a_source_that_was_given_up_is_asked_alone_when_it_is_due_again(store, clock):
    store.queues.sync_sources(["a", "b"])
    take(store, Stage.FETCH)
    clock.pass_by(seconds=31)
    store.queues.sweep()
    report = SourceReport(source_id="a", outcome=Outcome.INTERNAL)
    due = clock.now()
    for lost in (2, 0):
        taken = []
        while not any(item.id == "a" for item in taken):
            taken = store.queues.take(Stage.FETCH, limit=9, token="t", lease=LEASE)
        [a] = taken
        assert a.lost == (1 if lost else 2)
        store.queues.finish_source(report, SourceState(), token="t", due=due, run_id="r", lost=lost)

    [a] = [
        item
        for item in store.queues.take(Stage.FETCH, limit=9, token="t", lease=LEASE)
        if item.id == "a"
    ]
    assert (a.tries, a.lost) == (1, 0)


def test_a_renewed_lease_is_not_swept(store, clock):
    store.articles.ingest(make_incoming(1))
    [item] = take(store, Stage.TEXT)
    clock.pass_by(seconds=20)
    assert store.queues.renew(Stage.TEXT, [item], token="t1", lease=LEASE) == 1
    clock.pass_by(seconds=20)

    assert store.queues.sweep() == {}


def test_whoever_lost_its_lease_changes_nothing(store, clock):
    store.articles.ingest(make_incoming(1))
    [item] = take(store, Stage.TEXT, "slow")
    clock.pass_by(seconds=31)
    store.queues.sweep()
    take(store, Stage.TEXT, "quick")

    with pytest.raises(LeaseLostError):
        read(store, 1, token="slow")
    assert store.queues.renew(Stage.TEXT, [item], token="slow", lease=LEASE) == 0
    assert store.queues.release(Stage.TEXT, [item], token="slow", ready=NOW) == 0
    read(store, 1, token="quick")


def test_a_released_item_waits_until_it_is_ready(store, clock):
    store.articles.ingest(make_incoming(1))
    items = take(store, Stage.TEXT)
    assert (
        store.queues.release(Stage.TEXT, items, token="t1", ready=NOW + timedelta(minutes=5)) == 1
    )

    assert take(store, Stage.TEXT) == []
    clock.pass_by(minutes=5)
    assert take(store, Stage.TEXT) == items


def test_waiting_says_how_stages_stand(store, clock):
    store.articles.ingest(make_incoming(1))
    store.articles.ingest(make_incoming(2))
    take(store, Stage.TEXT, limit=1)

    state = store.queues.load_waiting()[Stage.TEXT]

    assert (state.ready, state.later, state.leased) == (1, 0, 1)
    assert state.oldest == NOW


# Sources


def test_new_sources_are_due_at_once_and_old_ones_keep_their_time(store):
    store.queues.sync_sources(["a"])
    take(store, Stage.FETCH)
    report = SourceReport(source_id="a", outcome=Outcome.OK)
    due = NOW + timedelta(hours=1)
    store.queues.finish_source(report, SourceState(etag='"1"'), token="t1", due=due, run_id="r")

    store.queues.sync_sources(["a", "b"])

    assert store.queues.load_due_times()["a"] == due
    assert take(store, Stage.FETCH) == ["b"]
    assert store.queues.load_source_states(["a", "b"]) == {
        "a": SourceState(etag='"1"'),
        "b": SourceState(),
    }
    assert store.queues.load_run_reports("r") == [report]


def test_a_source_that_left_the_catalogue_is_not_polled(store):
    store.queues.sync_sources(["a", "b"])
    store.queues.sync_sources(["b"])

    assert take(store, Stage.FETCH) == ["b"]


def test_a_source_being_polled_is_not_made_due_twice(store):
    store.queues.sync_sources(["a"])
    take(store, Stage.FETCH)
    store.queues.sync_sources(["a"])
    store.queues.make_due(["a"])

    assert take(store, Stage.FETCH, "t2") == []


# A clock that was an hour ahead and is set right


def test_work_that_a_clock_left_in_the_future_is_handed_out_at_the_next_sweep(store, clock):
    clock.pass_by(hours=1)
    store.articles.ingest(make_incoming(1, now=clock.moment))
    item = f"{1:032x}"
    clock.pass_by(hours=-1)
    assert take(store, Stage.TEXT) == []

    store.queues.sweep()

    assert take(store, Stage.TEXT) == [item]


def wait_for_a_page(store, clock):
    store.articles.ingest(replace(make_incoming(1, now=clock.moment), page=True))
    return f"{1:032x}"


def wait_for_a_picture(store, clock):
    store.pictures.ask({"a" * 32: PictureAddress(url="https://o.example/p", outlet_id="o")})
    return "a" * 32


@pytest.mark.parametrize(
    ("stage", "wait"), [(Stage.PAGE, wait_for_a_page), (Stage.PICTURE, wait_for_a_picture)]
)
def test_what_is_fetched_waits_for_a_turn_and_for_no_clock(store, clock, stage, wait):
    clock.pass_by(hours=1)
    item = wait(store, clock)
    assert take(store, stage) == [item]
    clock.pass_by(hours=-1)
    # As it is put off for a host's turn, by a clock that is right and by one that is ahead.
    turn = timedelta(milliseconds=LONGEST_PROMISE_MS) + timedelta(minutes=1)
    store.queues.release(stage, [item], token="t1", ready=NOW + turn)
    store.queues.sweep()
    assert take(store, stage) == []
    clock.pass_by(minutes=11)
    assert take(store, stage) == [item]
    store.queues.release(stage, [item], token="t1", ready=NOW + timedelta(hours=6))
    assert take(store, stage) == []

    store.queues.sweep()

    assert take(store, stage) == [item]


def test_a_lease_that_a_clock_left_in_the_future_ends_after_one_lease(store, clock):
    clock.pass_by(hours=1)
    store.articles.ingest(make_incoming(1, now=clock.moment))
    item = f"{1:032x}"
    take(store, Stage.TEXT, "dead")
    clock.pass_by(hours=-1)
    assert store.queues.sweep(LEASE) == {}

    clock.pass_by(seconds=31)

    assert store.queues.sweep(LEASE) == {Stage.TEXT: [item]}


def test_a_lease_of_now_and_a_source_that_is_due_later_are_left_alone(store, clock):
    store.queues.sync_sources(["a"])
    take(store, Stage.FETCH, "t")
    report, due = SourceReport(source_id="a", outcome=Outcome.OK), NOW + timedelta(days=3)
    store.queues.finish_source(report, SourceState(), token="t", due=due, run_id="r")
    store.articles.ingest(make_incoming(1))
    take(store, Stage.TEXT, "t")

    clock.pass_by(seconds=29)

    assert store.queues.sweep(LEASE) == {}
    assert store.queues.load_due_times() == {"a": due}


def test_poll_times_tell_what_waits_what_is_polled_and_leave_out_what_nobody_polls(store):
    store.queues.sync_sources(["a", "b", "c"])
    store.queues.pause_source("c")
    [taken, _] = take(store, Stage.FETCH, "t")
    report, due = SourceReport(source_id=taken, outcome=Outcome.OK), NOW + timedelta(hours=2)
    store.queues.finish_source(report, SourceState(), token="t", due=due, run_id="r")
    [held] = {"a", "b"} - {taken}

    assert store.queues.load_poll_times() == {taken: due, held: None}


def test_a_source_can_be_brought_forward_and_never_put_off(store):
    store.queues.sync_sources(["a", "b"])
    store.queues.bring_forward({"a": NOW + timedelta(minutes=5)})
    assert store.queues.load_due_times()["a"].timestamp() == 0
    take(store, Stage.FETCH, "t")
    for source in ("a", "b"):
        report, due = SourceReport(source_id=source, outcome=Outcome.OK), NOW + timedelta(hours=2)
        store.queues.finish_source(report, SourceState(), token="t", due=due, run_id="r")

    store.queues.bring_forward({"a": NOW + timedelta(minutes=5), "unknown": NOW})

    assert store.queues.load_due_times() == {
        "a": NOW + timedelta(minutes=5),
        "b": NOW + timedelta(hours=2),
    }


@pytest.mark.parametrize("what", ["lock", "hint", "slot"])
def test_a_name_taken_by_a_server_whose_clock_was_ahead_is_free_after_one_lifetime(
    store, any_redis_url, what
):
    """
    Lifetimes of keys go by the server's wall clock.

    Set back an hour, a key of ten seconds lives an hour longer.
    """
    import redis

    short = timedelta(milliseconds=80)
    claim = {
        "lock": lambda: store.queues.lock("n", token="t", lease=short),
        "hint": lambda: store.queues.claim_wakeup("n", lasting=short),
        "slot": lambda: store.queues.win_slot("n", lasting=short),
    }[what]
    with redis.Redis.from_url(any_redis_url) as client:
        client.set(f"{{t}}:{what}:n", "dead", px=3_600_000)
        assert not claim()
        until(lambda: not client.exists(f"{{t}}:{what}:n"))

    assert claim()
    assert not claim()


def test_a_poll_that_came_too_late_is_refused(store, clock):
    store.queues.sync_sources(["a"])
    take(store, Stage.FETCH, "slow")
    clock.pass_by(seconds=31)
    store.queues.sweep()

    with pytest.raises(LeaseLostError):
        store.queues.finish_source(
            SourceReport(source_id="a", outcome=Outcome.OK),
            SourceState(),
            token="slow",
            due=NOW,
            run_id="r",
        )
    assert store.queues.load_run_reports("r") == []


def test_only_so_many_runs_are_kept(store, clock):
    for number in range(5):
        store.queues.open_run(f"r{number}", keep=3)
        clock.pass_by(seconds=1)

    assert store.queues.list_runs() == ["r4", "r3", "r2"]


# Ingest


def test_an_item_seen_again_is_known(store):
    assert store.articles.ingest(make_incoming(1)).change == "new"
    assert store.articles.ingest(make_incoming(1, run_id="r2")).change == "known"


def test_an_item_seen_again_in_an_interrupted_run_counts_as_it_did(store):
    assert store.articles.ingest(make_incoming(1)).change == "new"
    assert store.articles.ingest(make_incoming(1)).change == "new"
    assert store.articles.ingest(make_incoming(1, words="edited", run_id="r2")).change == "updated"
    assert store.articles.ingest(make_incoming(1, words="edited", run_id="r2")).change == "updated"


def test_an_edit_goes_through_the_text_stage_again_and_shows(store):
    planned(store, 1)
    store.articles.ingest(make_incoming(1, words="edited", run_id="r2"))

    assert take(store, Stage.TEXT) == [f"{1:032x}"]
    [raw] = store.articles.load_raw([f"{1:032x}"])
    assert (raw.rev, raw.edits) == (2, 1)


def test_the_other_feed_of_an_outlet_is_not_an_edit_that_shows(store):
    store.articles.ingest(make_incoming(1))
    store.articles.ingest(make_incoming(1, words="in full", source_id="s2"))

    [raw] = store.articles.load_raw([f"{1:032x}"])
    assert (raw.rev, raw.edits, raw.source_id) == (2, 0, "s2")


@pytest.mark.parametrize("order", [("full", "teaser"), ("teaser", "full")])
def test_of_two_feeds_of_one_outlet_the_fuller_words_are_kept_whichever_came_first(store, order):
    words = {"full": "all of it, in many words", "teaser": "a few words"}
    for name in order:
        store.articles.ingest(make_incoming(1, words=words[name], source_id=name))

    assert store.articles.load_known([f"{1:032x}"])[f"{1:032x}"].source_id == "full"


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_of_two_equal_ones_the_first_source_by_name(store, order):
    for name in order:
        store.articles.ingest(make_incoming(1, words=f"words of {name}", source_id=name))

    assert store.articles.load_known([f"{1:032x}"])[f"{1:032x}"].source_id == "a"


def test_an_edit_takes_the_lease_from_whoever_reads_the_old_words(store):
    store.articles.ingest(make_incoming(1))
    take(store, Stage.TEXT)
    [raw] = store.articles.load_raw([f"{1:032x}"])
    store.articles.ingest(make_incoming(1, words="edited", run_id="r2"))

    with pytest.raises(LeaseLostError):
        store.articles.finish_text(
            replace(article(1), id=raw.id), rev=raw.rev, token="t1", stage=Stage.GROUP, now=NOW
        )
    assert take(store, Stage.TEXT, "t2") == [raw.id]


def test_an_article_is_found_by_all_its_names(store):
    store.articles.ingest(make_incoming(1))

    names = ["guid:1", "url:https://o.example/1", "guid:2"]
    assert store.articles.find_seen("o", names) == dict.fromkeys(names[:2], f"{1:032x}")
    assert store.articles.find_seen("another", names) == {}
    known = store.articles.load_known([f"{1:032x}", f"{2:032x}"])
    assert known == {f"{1:032x}": KnownItem(f"{1:032x}", "guid:1", "s", "Title 1", 5, "words")}


@pytest.mark.parametrize(
    "names", [("guid:1",), ("guid:2", "url:https://o.example/1")], ids=["first", "second"]
)
def test_a_name_that_another_article_took_is_a_clash_and_changes_nothing(store, names):
    store.articles.ingest(make_incoming(1))

    assert store.articles.ingest(make_incoming(2, names=names)).change == "clash"
    assert store.articles.find_seen("o", ["guid:2"]) == {}
    assert store.articles.load_known([f"{2:032x}"]) == {}


def test_an_old_item_is_kept_and_goes_nowhere(store):
    assert store.articles.ingest(make_incoming(1, day=None)).change == "stale"

    assert take(store, Stage.TEXT) == []
    assert store.articles.list_open_days() == []


# Stages


@pytest.mark.parametrize("beginnings", [0, 1, 2])
def test_articles_come_back_as_they_went_in(store, beginnings):
    store.articles.ingest(make_incoming(1))
    take(store, Stage.TEXT)
    cleaned = read(store, 1, vector=b"\x00\x3c" * 384 * beginnings, sketch=(1, 2**63))

    stored = store.articles.load([cleaned.id])[cleaned.id]

    assert stored.article == cleaned
    assert stored.stage is Stage.GROUP
    assert stored.passages is None


def test_a_translation_is_kept_until_the_words_change(store):
    [key] = planned(store, 1, stage=Stage.TRANSLATE)
    take(store, Stage.TRANSLATE)
    stored = store.articles.load([key])[key]
    passages = (Passage(segments=(Translation(source="а", english="a", package="p 1"),)), Passage())
    store.articles.finish_translation(stored.article, passages, rev=1, token="t1", now=NOW)
    assert store.articles.load([key])[key].passages == passages

    store.articles.ingest(make_incoming(1, words="same words, other date", run_id="r2"))
    take(store, Stage.TEXT)
    read(store, 1)
    assert store.articles.load([key])[key].passages == passages

    store.articles.ingest(make_incoming(1, words="edited", run_id="r3"))
    take(store, Stage.TEXT)
    read(store, 1, title="Edited")
    assert store.articles.load([key])[key].passages is None


def test_a_planner_without_the_lock_changes_nothing(store):
    store.articles.ingest(make_incoming(1))
    take(store, Stage.TEXT)
    read(store, 1)
    move = Move(f"{1:032x}", 1, Stage.GROUP, Stage.COMPOSE)

    outcome = store.articles.save_plan(DAY, [], [move], token="nobody", now=NOW)

    assert outcome is PlanOutcome.LOCK_LOST
    assert store.articles.list_waiting_ids(Stage.GROUP) == [f"{1:032x}"]


def test_a_plan_leaves_alone_what_changed_meanwhile(store):
    store.articles.ingest(make_incoming(1))
    take(store, Stage.TEXT)
    read(store, 1)
    store.articles.ingest(make_incoming(1, words="edited", run_id="r2"))
    store.queues.lock("plan", token="p", lease=LEASE)

    outcome = store.articles.save_plan(
        DAY, [], [Move(f"{1:032x}", 1, Stage.GROUP, Stage.COMPOSE)], token="p", now=NOW
    )

    assert outcome is PlanOutcome.KEPT
    assert store.articles.load_stages([f"{1:032x}"])[f"{1:032x}"] == (Stage.TEXT, DAY)


HEADLINE_ALONE = (
    Passage(segments=(Translation(source="а", english="a", package="p 1"),)),
    Passage(),
)


def translate_headline(store, key):
    [item] = store.articles.load([key]).values()
    store.articles.finish_translation(
        item.article, HEADLINE_ALONE, rev=1, token="t1", now=NOW, extent=Extent.HEADLINE
    )


def replan(store, key, old):
    assert store.queues.lock("plan", token="p", lease=LEASE)
    moves = [Move(key, 1, old, Stage.TRANSLATE, Extent.LEAD)]
    return store.articles.save_plan(DAY, [], moves, token="p", now=NOW)


def test_a_report_that_leads_its_story_while_its_headline_is_in_hand_is_planned_again(store):
    """
    Found by killed workers.

    Its headline came back, its lead was never asked for, and its story was told by another.
    """
    [key] = planned(store, 1, stage=Stage.TRANSLATE, extent=Extent.HEADLINE)
    assert take(store, Stage.TRANSLATE) == [key]

    assert replan(store, key, Stage.TRANSLATE) is PlanOutcome.KEPT
    assert take(store, Stage.TRANSLATE, token="t2") == []
    translate_headline(store, key)

    assert store.articles.load_stages([key])[key] == (Stage.GROUP, DAY)
    assert store.articles.list_waiting_ids(Stage.GROUP) == [key]
    assert store.articles.load_heads([key])[key].extent is Extent.HEADLINE


def test_a_report_that_leads_its_story_before_it_is_taken_is_taken_for_all_of_it(store):
    [key] = planned(store, 1, stage=Stage.TRANSLATE, extent=Extent.HEADLINE)
    assert store.articles.load_heads([key])[key].asked is Extent.HEADLINE

    replan(store, key, Stage.TRANSLATE)

    assert store.articles.load_heads([key])[key].asked is Extent.LEAD
    assert take(store, Stage.TRANSLATE) == [key]
    assert store.articles.load([key])[key].asked is Extent.LEAD


def test_a_plan_that_an_article_has_overtaken_changes_nothing(store):
    [key] = planned(store, 1, stage=Stage.TRANSLATE, extent=Extent.HEADLINE)
    take(store, Stage.TRANSLATE)
    translate_headline(store, key)
    store.articles.ingest(make_incoming(2))
    take(store, Stage.TEXT)
    other = read(store, 2).id
    store.queues.lock("plan", token="p", lease=LEASE)
    moves = [
        Move(other, 1, Stage.GROUP, Stage.COMPOSE),
        Move(key, 1, Stage.TRANSLATE, Stage.TRANSLATE, Extent.LEAD),
    ]
    before = store.articles.load_stories(DAY)

    outcome = store.articles.save_plan(DAY, [], moves, token="p", now=NOW)

    assert outcome is PlanOutcome.OVERTAKEN
    assert store.articles.load_stories(DAY) == before
    assert store.articles.list_waiting_ids(Stage.GROUP) == [other]


def test_a_lock_has_one_holder(store):
    assert store.queues.lock("plan", token="a", lease=LEASE)
    assert not store.queues.lock("plan", token="b", lease=LEASE)
    assert not store.queues.unlock("plan", token="b")
    assert store.queues.unlock("plan", token="a")
    assert store.queues.lock("plan", token="b", lease=LEASE)


def test_a_lock_is_prolonged_by_its_holder_alone(store):
    assert store.queues.lock("plan", token="a", lease=timedelta(milliseconds=200))
    assert store.queues.renew_lock("plan", token="a", lease=LEASE)
    time.sleep(0.3)

    assert not store.queues.renew_lock("plan", token="b", lease=LEASE)
    assert not store.queues.lock("plan", token="b", lease=LEASE)
    assert store.queues.unlock("plan", token="a")
    assert not store.queues.renew_lock("plan", token="a", lease=LEASE)
    assert store.queues.lock("plan", token="b", lease=LEASE)


# Digests


def publish(store, made, fence, token="c", **options):
    store.queues.lock("compose", token=token, lease=LEASE)
    done = store.digests.publish(made, fence, token=token, **options)
    store.queues.unlock("compose", token=token)
    return done


def test_a_digest_comes_back_and_puts_its_articles_to_rest(store):
    ids = planned(store, 1, 2)
    made = replace(digest(), day=DAY, edition="daily", closed=False)

    assert publish(store, made, dict.fromkeys(ids, 1))

    assert store.digests.load_digest("daily", DAY) == made
    assert store.digests.list_days("daily") == [DAY]
    assert {stage for stage, _ in store.articles.load_stages(ids).values()} == {Stage.DONE}
    assert store.articles.list_open_days() == [DAY]
    assert store.queues.load_waiting()[Stage.COMPOSE].ready == 0


def test_a_closed_digest_closes_its_day(store):
    ids = planned(store, 1)
    assert publish(
        store, replace(digest(), day=DAY, edition="daily", closed=True), dict.fromkeys(ids, 1)
    )

    assert store.articles.list_open_days() == []
    assert store.articles.find_closed_days([DAY, DAY - timedelta(days=1)]) == {DAY}


def test_a_day_does_not_close_over_an_article_that_came_meanwhile(store):
    """
    Found by the fault suite: a source polled while its day closed.

    The article was kept and never printed.
    """
    ids = planned(store, 1)
    store.articles.ingest(make_incoming(2))
    made = replace(digest(), day=DAY, edition="daily", closed=True)

    assert not publish(store, made, dict.fromkeys(ids, 1), of_day=1)
    assert store.articles.list_open_days() == [DAY]
    assert store.digests.list_days("daily") == []


def test_no_new_article_joins_a_closed_day_and_a_known_one_may_change(store):
    ids = planned(store, 1)
    publish(
        store,
        replace(digest(), day=DAY, edition="daily", closed=True),
        dict.fromkeys(ids, 1),
        of_day=1,
    )

    assert store.articles.ingest(make_incoming(2)).change == "clash"
    assert store.articles.load_known([f"{2:032x}"]) == {}
    assert store.articles.find_seen("o", ["guid:2"]) == {}
    assert store.articles.ingest(make_incoming(2, day=DAY + timedelta(days=1))).change == "new"
    assert store.articles.ingest(make_incoming(1, words="edited", run_id="r2")).change == "updated"


def test_the_first_closed_edition_closes_the_day_to_articles_and_the_last_to_composers(store):
    ids = planned(store, 1)
    made = replace(digest(), day=DAY, edition="daily", closed=True)

    assert publish(store, made, dict.fromkeys(ids, 1), of_day=1, last=False)
    assert store.articles.ingest(make_incoming(2)).change == "clash"
    assert store.articles.list_open_days() == [DAY]

    assert publish(store, replace(made, edition="state"), dict.fromkeys(ids, 1), of_day=1)
    assert store.articles.list_open_days() == []


def test_a_digest_is_not_published_over_an_edit(store):
    ids = planned(store, 1)
    store.articles.ingest(make_incoming(1, words="edited", run_id="r2"))

    assert not publish(store, replace(digest(), day=DAY), dict.fromkeys(ids, 1))
    assert store.digests.list_days("daily") == []


def test_a_digest_is_not_published_without_the_lock(store):
    ids = planned(store, 1)

    assert not store.digests.publish(
        replace(digest(), day=DAY), dict.fromkeys(ids, 1), token="nobody"
    )


def grouping(store):
    """One article that waits to be grouped."""
    store.articles.ingest(make_incoming(1))
    take(store, Stage.TEXT)
    return read(store, 1).id


def test_an_article_put_off_while_its_day_was_planned_waits_for_the_plan_of_its_new_day(store):
    """
    Found by the fault suite.

    Moved on as of its old day, it stood in no stories, and its new day never closed.
    """
    key = grouping(store)
    store.articles.postpone(key, old=DAY, new=DAY + timedelta(days=1))
    store.queues.lock("plan", token="p", lease=LEASE)

    store.articles.save_plan(DAY, [], [Move(key, 1, Stage.GROUP, Stage.DONE)], token="p", now=NOW)

    assert store.articles.load_stages([key])[key] == (Stage.GROUP, DAY + timedelta(days=1))
    assert store.articles.list_waiting_ids(Stage.GROUP) == [key]


def test_an_article_put_off_while_it_was_read_goes_on_to_its_new_day(store):
    """
    Found by the fault suite.

    Whoever read it took its old day for closed, and it was never printed.
    """
    store.articles.ingest(make_incoming(1))
    [key] = take(store, Stage.TEXT)
    store.articles.postpone(key, old=DAY, new=DAY + timedelta(days=1))

    read(store, 1, stage=Stage.DONE)

    assert store.articles.list_waiting_ids(Stage.GROUP) == [key]


def test_an_article_of_a_closed_day_is_kept_and_not_grouped(store):
    ids = planned(store, 1)
    publish(store, replace(digest(), day=DAY, edition="daily", closed=True), dict.fromkeys(ids, 1))
    store.articles.ingest(make_incoming(1, words="edited", run_id="r2"))
    take(store, Stage.TEXT)
    [raw] = store.articles.load_raw(ids)

    store.articles.finish_text(
        replace(article(1), id=ids[0], day=DAY), rev=raw.rev, token="t1", stage=Stage.DONE, now=NOW
    )

    assert store.articles.load_stages(ids)[ids[0]] == (Stage.DONE, DAY)
    assert store.articles.list_waiting_ids(Stage.GROUP) == []


def test_an_article_that_waits_for_its_page_can_be_put_off(store):
    store.articles.ingest(replace(make_incoming(1), page=True))
    [key] = store.articles.list_waiting_ids(Stage.PAGE)

    assert store.articles.postpone(key, old=DAY, new=DAY + timedelta(days=1))


def test_an_article_grouped_meanwhile_is_not_put_off(store):
    [key] = planned(store, 1)

    assert not store.articles.postpone(key, old=DAY, new=DAY + timedelta(days=1))
    assert store.articles.list_day_ids(DAY) == [key]


def test_an_article_that_came_too_late_moves_to_another_day(store):
    key = grouping(store)
    tomorrow = DAY + timedelta(days=1)

    assert store.articles.postpone(key, old=DAY, new=tomorrow)
    assert not store.articles.postpone(key, old=DAY, new=tomorrow)
    assert store.articles.list_day_ids(DAY) == []
    assert store.articles.list_day_ids(tomorrow) == [key]
    assert store.articles.load([key])[key].article.day == tomorrow


# Hints, slots, signs of life


def test_a_slot_has_one_winner(store):
    assert [store.queues.win_slot("tick:1", lasting=LEASE) for _ in range(3)] == [
        True,
        False,
        False,
    ]


def test_one_hint_is_on_its_way_at_a_time(store):
    assert store.queues.claim_wakeup("text", lasting=LEASE)
    assert not store.queues.claim_wakeup("text", lasting=LEASE)
    store.queues.clear_wakeup("text")
    assert store.queues.claim_wakeup("text", lasting=LEASE)


def test_signs_of_life_are_dated(store, clock):
    assert store.queues.load_last_alive("text") is None
    store.queues.prove_alive("text", "read 3 articles")

    assert store.queues.load_last_alive("text") == (NOW, "read 3 articles")


# The server


def test_another_schema_version_is_refused(store, any_redis_url, clock):
    import redis

    with redis.Redis.from_url(any_redis_url) as client:
        client.set("{t}:schema", SCHEMA_VERSION + 1)

    with pytest.raises(SchemaError, match=f"version.*{SCHEMA_VERSION + 1}"):
        store.check()


def test_a_store_that_is_away_is_named(clock):
    with pytest.raises(StoreError, match="address cannot be used"):
        Store("nonsense://x", namespace="t", clock=clock, retention=KEPT)


def test_everything_that_waits_for_nothing_has_a_lifetime_or_a_bound(store, any_redis_url):
    """Growth is flat: only keys whose table entry says `for ever` have no expiry."""
    import redis

    planned(store, 1, 2)
    publish(store, replace(digest(), day=DAY, closed=True), {f"{1:032x}": 1, f"{2:032x}": 1})
    with redis.Redis.from_url(any_redis_url) as client:
        lasting = {key.decode() for key in client.keys("{t}:*") if client.ttl(key) == -1}

    kinds = {key.split(":")[1] for key in lasting}
    assert kinds <= {
        "mark",
        "schema",
        "open",
        "closed",
        "digests",
        "wait",
        "lease",
        "owner",
        "tries",
        "runs",
        "run",
        "source",
    }


def english(text):
    return Translation(source=text, english=f"{text} in English", package="p 1")


def test_translations_are_remembered_and_counted(store):
    refused = Translation(source="b", english=None, flags=(Flag(Reason.LOOP),))
    store.translations.remember({"a": english("a"), "b": refused})

    assert store.translations.recall(["a", "b", "c"]) == {
        "a": english("a"),
        "b": refused,
    }
    assert store.translations.load_counts() == (2, 1)


def test_what_is_asked_for_outlives_what_is_not(any_redis_url, clock):
    store = Store(
        any_redis_url, namespace="t", clock=clock, retention=replace(KEPT, translations=20)
    )
    store.translations.remember({"wanted": english("wanted"), "unwanted": english("unwanted")})

    for number in range(60):
        store.translations.remember({f"n{number}": english(str(number))})
        assert "wanted" in store.translations.recall(["wanted"])

    assert store.translations.recall(["unwanted"]) == {}
    kept = store.translations.recall([f"n{number}" for number in range(60)])
    assert 9 <= len(kept) <= 20
    store.close()


def test_a_memory_of_nothing_keeps_nothing(any_redis_url, clock):
    store = Store(
        any_redis_url, namespace="t", clock=clock, retention=replace(KEPT, translations=0)
    )

    store.translations.remember({"a": english("a")})

    assert store.translations.recall(["a"]) == {}
    assert store.translations.load_counts() == (0, 0)
    store.close()


# Rulings


def test_a_ruling_is_kept_and_sends_settled_articles_to_be_grouped_again(store):
    one, other = planned(store, 1, 2)

    assert store.overrides.set_override(other, one, "split", now=NOW) == 2
    assert store.overrides.load_all().split == {(one, other)}
    assert set(store.articles.list_waiting_ids(Stage.GROUP)) == {one, other}
    assert store.articles.list_waiting_ids(Stage.COMPOSE) == []
    assert {head.stage for head in store.articles.load_heads([one, other]).values()} == {
        Stage.GROUP
    }


def test_the_last_ruling_on_two_articles_holds_and_can_be_taken_back(store):
    one, other = planned(store, 1, 2)
    store.overrides.set_override(one, other, "split", now=NOW)
    store.overrides.set_override(other, one, "pin", now=NOW)

    assert (store.overrides.load_all().pinned, store.overrides.load_all().split) == (
        {(one, other)},
        frozenset(),
    )
    store.overrides.set_override(one, other, None, now=NOW)
    assert not store.overrides.load_all().pinned


def test_a_ruling_leaves_articles_that_are_on_their_way_where_they_are(store):
    [one] = planned(store, 1, stage=Stage.TRANSLATE)
    store.articles.ingest(make_incoming(2))

    assert store.overrides.set_override(one, f"{2:032x}", "pin", now=NOW) == 0
    assert store.articles.list_waiting_ids(Stage.TRANSLATE) == [one]


def test_an_article_whose_headline_has_no_english_goes_back_to_grouping(store):
    planned(store, 1, stage=Stage.TRANSLATE)
    [one] = take(store, Stage.TRANSLATE)
    stored = store.articles.load([one])[one].article
    failed = (
        Passage(segments=(Translation(source="а", english=None, flags=(Flag(Reason.LOOP),)),)),
        Passage(),
    )

    store.articles.finish_translation(stored, failed, rev=1, token="t1", now=NOW)

    assert store.articles.list_waiting_ids(Stage.GROUP) == [one]
    assert store.articles.load_heads([one])[one].has_english is False
    assert store.articles.load([one])[one].passages == failed


def test_how_much_is_to_be_translated_comes_with_the_plan_and_stays_with_the_english(store):
    [one] = planned(store, 1, stage=Stage.TRANSLATE, extent=Extent.HEADLINE)
    take(store, Stage.TRANSLATE)
    stored = store.articles.load([one])[one]
    assert stored.asked is Extent.HEADLINE
    no_english = (
        Passage(segments=(Translation(source="а", english=None, flags=(Flag(Reason.LOOP),)),)),
        Passage(),
    )

    store.articles.finish_translation(
        stored.article, no_english, rev=1, token="t1", now=NOW, extent=stored.asked
    )

    # It leads no story, so nothing waits for another to take its place.
    assert store.articles.list_waiting_ids(Stage.COMPOSE) == [one]
    assert store.articles.load([one])[one].extent is Extent.HEADLINE
    assert store.articles.load_heads([one])[one].extent is Extent.HEADLINE


def test_heads_know_what_was_translated(store):
    planned(store, 1, stage=Stage.TRANSLATE)
    [one] = take(store, Stage.TRANSLATE)
    stored = store.articles.load([one])[one].article
    assert store.articles.load_heads([one])[one].translated_wording is None

    store.articles.finish_translation(stored, passages(stored), rev=1, token="t1", now=NOW)

    assert store.articles.load_heads([one, "f" * 32]) == {
        one: ArticleHead(
            rev=1, stage=Stage.COMPOSE, day=DAY, translated_wording=make_wording(stored)
        )
    }


def test_polls_that_end_together_end_each_or_not_at_all(store):
    store.queues.sync_sources(["a", "b"])
    take(store, Stage.FETCH, limit=1)
    reports = [SourceReport(source_id=name, outcome=Outcome.OK) for name in "ab"]
    polls = [FinishedPoll(report, SourceState(), NOW + timedelta(hours=1)) for report in reports]

    assert store.queues.finish_sources(polls, token="t1", run_id="r") == [True, False]
    assert store.queues.load_run_reports("r") == [reports[0]]


def test_items_of_one_poll_are_stored_in_order(store):
    same = make_incoming(1), make_incoming(1, words="other"), make_incoming(2)

    changes = [one.change for one in store.articles.ingest_all(same)]

    assert changes == ["new", "new", "new"]
    assert store.articles.load_known([f"{1:032x}"])[f"{1:032x}"].content_hash == "other"


def test_a_server_that_has_forgotten_its_scripts_is_told_them_again(store, any_redis_url):
    store.articles.ingest(make_incoming(1))
    with redis.Redis.from_url(any_redis_url) as client:
        client.script_flush()

    stored = store.articles.ingest_all([make_incoming(number) for number in (1, 2, 3)])

    assert [one.change for one in stored] == ["new", "new", "new"]


def test_a_stage_is_ready_when_something_may_be_taken_there_now(store):
    store.queues.sync_sources(["a"])
    store.articles.ingest(replace(make_incoming(1), ready=NOW + timedelta(seconds=1)))

    assert store.queues.list_ready([Stage.TEXT, Stage.FETCH, Stage.PAGE]) == [Stage.FETCH]
    assert store.queues.list_ready([Stage.TEXT]) == []


def test_what_was_told_is_kept_with_its_digest_and_read_back_by_days(store):
    ids = planned(store, 1)
    made = replace(digest(1), day=DAY, edition="daily", closed=False)
    mention = StoryMention(day=DAY, story="0" * 16, headline="x", language="en", outlets=("o",))
    texts = tuple(
        ThreadText(language=language, title="Өрт", text="Жанды", vector=vector)
        for language, vector in (("kk", bytes(range(256)) * 3), ("ru", b""))
    )
    told = [ToldStory(mention=mention, texts=texts, thread=(mention,))]

    assert publish(store, made, dict.fromkeys(ids, 1), told=told)

    other = DAY - timedelta(days=1)
    assert store.digests.load_told("daily", [other, DAY]) == told
    assert store.digests.load_told("state", [DAY]) == []
    assert store.digests.load_told("daily", []) == []
    assert not publish(store, replace(made, revision=2), dict.fromkeys(ids, 9), told=told * 2)
    assert store.digests.load_told("daily", [DAY]) == told
