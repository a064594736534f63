"""What the store promises of whole articles, on Valkey and on Redis."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from aggregator.digest.whole import plan_whole_article
from aggregator.errors import LeaseLostError, SchemaError
from aggregator.models import ArticleRef, Copy, Stage
from aggregator.models.flag import Flag, Reason
from aggregator.store.backup import back_up
from aggregator.store.client import Connection
from aggregator.store.dead_letters import make_dead_letter
from aggregator.store.keys import Keys
from aggregator.store.redis import Store
from aggregator.store.restore import restore
from aggregator.store.retention import Retention
from aggregator.store.wholes import AskResult
from tests.support.clock import SettableClock

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
DAY = date(2025, 8, 20)
LEASE = timedelta(seconds=30)
TEXT = "Мектеп ашылды. Оқу басталды.\nОнда 1200 оқушы оқиды."


@pytest.fixture
def clock():
    return SettableClock(NOW)


@pytest.fixture
def store(any_redis_url, clock):
    retention = Retention(digests=timedelta(days=365))
    store = Store(any_redis_url, namespace="t", clock=clock, retention=retention)
    store.check()
    yield store
    store.close()


def make_whole(number=1, text=TEXT):
    ref = ArticleRef(
        article_id=f"{number:032x}",
        outlet_id="o",
        outlet="O",
        link="",
        language="kk",
        title="Мектеп",
        published=None,
        relation=Copy.BEST,
        text=text,
    )
    return plan_whole_article(ref, chars=1000)


def translate(whole, count):
    return whole.add(
        [replace(part, english=f"In English: {part.source}") for part in whole.list_next(count)]
    )


def take(store, token="t1"):
    return store.queues.take(Stage.WHOLE, limit=1, token=token, lease=LEASE)


def test_what_is_asked_for_waits_once(store):
    whole = make_whole()

    assert store.wholes.ask(whole) is AskResult.ASKED
    assert store.wholes.ask(whole) is AskResult.WAITS
    assert store.wholes.list_waiting() == [whole.id]
    assert store.wholes.load([whole.id, "other"]) == {whole.id: whole}

    take(store)
    assert store.wholes.ask(whole) is AskResult.WAITS
    assert store.queues.load_waiting()[Stage.WHOLE].ready == 0


def test_only_so_many_wait_but_who_need_not_ask_how_many_may_add(store):
    for number in (1, 2):
        assert store.wholes.ask(make_whole(number), most=2) is AskResult.ASKED

    assert store.wholes.ask(make_whole(3), most=2) is AskResult.FULL
    assert store.wholes.load([make_whole(3).id]) == {}
    assert store.wholes.ask(make_whole(3)) is AskResult.ASKED


def test_what_somebody_asked_for_goes_before_what_was_chosen_ahead(store, clock):
    ahead, also_ahead, asked = make_whole(1), make_whole(2), make_whole(3)
    store.wholes.ask(ahead, ahead=True)
    clock.moment += timedelta(seconds=1)
    store.wholes.ask(also_ahead, ahead=True)
    clock.moment += timedelta(seconds=1)
    store.wholes.ask(asked)
    assert store.wholes.list_waiting() == [asked.id, ahead.id, also_ahead.id]

    clock.moment += timedelta(seconds=1)
    assert store.wholes.ask(also_ahead) is AskResult.WAITS
    assert store.wholes.list_waiting() == [asked.id, also_ahead.id, ahead.id]


def test_it_grows_by_pieces_and_is_finished_with_the_last(store, clock):
    whole = make_whole()
    store.wholes.ask(whole)
    [taken] = take(store)
    first = translate(whole, 2)
    store.wholes.keep(first, before=0, token="t1")

    assert store.wholes.load([whole.id]) == {whole.id: first}
    assert store.wholes.list_finished() == {}
    assert store.wholes.list_waiting() == [taken.id]

    clock.moment += timedelta(hours=1)
    last = translate(first, 2)
    store.wholes.keep(last, before=2, token="t1")

    assert last.finished
    assert store.wholes.load([whole.id]) == {whole.id: last}
    assert store.wholes.list_finished() == {whole.id: clock.moment}
    assert store.wholes.list_finished(since=clock.moment + timedelta(seconds=1)) == {}
    assert store.wholes.list_waiting() == []
    assert store.wholes.ask(whole) is AskResult.FINISHED
    waiting = store.queues.load_waiting()[Stage.WHOLE]
    assert (waiting.ready, waiting.leased) == (0, 0)


def test_who_has_lost_the_lease_or_comes_second_changes_nothing(store):
    whole = make_whole()
    store.wholes.ask(whole)
    take(store)
    further = translate(whole, 1)

    with pytest.raises(LeaseLostError):
        store.wholes.keep(further, before=0, token="another")
    # Who needs no lease, as nobody waits longer than the terminal.
    store.wholes.keep(further, before=0)
    with pytest.raises(LeaseLostError):
        store.wholes.keep(translate(whole, 2), before=0, token="t1")

    assert store.wholes.load([whole.id]) == {whole.id: further}


def test_a_lease_that_runs_out_leaves_what_was_made(store, clock):
    whole = make_whole()
    store.wholes.ask(whole)
    take(store)
    store.wholes.keep(translate(whole, 1), before=0, token="t1")
    clock.moment += timedelta(minutes=5)

    assert store.queues.sweep(LEASE) == {Stage.WHOLE: [whole.id]}
    [again] = take(store, "t2")
    assert (again.id, again.lost) == (whole.id, 1)
    assert store.wholes.load([whole.id])[whole.id].made == 1

    store.wholes.keep(translate(translate(whole, 1), 1), before=1, token="t2")
    clock.moment += timedelta(minutes=5)
    store.queues.sweep(LEASE)
    # It moved on since it was lost, so that the loss before is forgotten.
    assert take(store, "t3")[0].lost == 1


def test_what_is_given_up_keeps_its_sentences_and_can_be_tried_again(store):
    whole = make_whole()
    store.wholes.ask(whole)
    take(store)
    begun = translate(whole, 1)
    store.wholes.keep(begun, before=0, token="t1")
    store.dead_letters.write(make_dead_letter(whole.id, Stage.WHOLE, 5, NOW))
    store.wholes.keep(begun, before=1, token="t1", given_up=True)

    shown = store.wholes.load([whole.id])[whole.id]
    assert shown.finished
    assert [part.english is None for part in shown.sentences] == [False, True, True]
    assert {part.flags for part in shown.sentences[1:]} == {(Flag(Reason.GIVEN_UP),)}
    assert list(store.wholes.list_finished()) == [whole.id]
    assert store.wholes.list_waiting() == []

    [letter] = store.dead_letters.load_all()
    assert letter.id == f"whole:{whole.id}"
    assert store.dead_letters.retry(letter, NOW) == "again"
    assert store.dead_letters.load_all() == []
    assert store.wholes.list_finished() == {}
    assert store.wholes.list_waiting() == [whole.id]
    assert store.wholes.load([whole.id]) == {whole.id: begun}

    assert store.dead_letters.retry(replace(letter, article_id="gone"), NOW) == "gone"


def test_new_words_of_an_article_are_another_whole_article(store):
    whole, edited = make_whole(), make_whole(text=f"{TEXT} Бұл жаңа сөйлем.")
    store.wholes.ask(whole)
    store.wholes.ask(edited)

    assert whole.id.partition("-")[0] == edited.id.partition("-")[0] == whole.article_id
    assert len(store.wholes.load([whole.id, edited.id])) == 2


def test_they_are_kept_as_long_as_digests(store, any_redis_url):
    whole = make_whole()
    store.wholes.ask(whole)
    store.wholes.keep(translate(whole, 9), before=0)
    with store._connection.client() as client:
        assert 0 < client.ttl(f"{{t}}:whole:{whole.id}") <= 365 * 86_400


def test_a_record_that_cannot_be_read_is_an_error_that_names_it(store):
    with store._connection.client() as client:
        client.hset("{t}:whole:x", mapping={"body": b"no", "made": 0, "finished": 0})

    with pytest.raises(SchemaError, match="whole:x"):
        store.wholes.load(["x"])


def test_time_is_added_up_by_day(store):
    assert store.wholes.load_spent_s(DAY) == 0
    for _ in range(2):
        store.wholes.add_spent(DAY, timedelta(milliseconds=1250))
    for ago in range(1, 40):
        store.wholes.add_spent(DAY - timedelta(days=ago), timedelta(seconds=1))

    assert store.wholes.load_spent_s(DAY) == 2.5
    assert store.wholes.load_spent_s(DAY - timedelta(days=29)) == 1
    assert store.wholes.load_spent_s(DAY - timedelta(days=35)) == 0


def test_which_day_was_chosen_of_is_remembered(store):
    assert store.wholes.load_day_ahead() == ""
    store.wholes.note_day_ahead(DAY)
    assert store.wholes.load_day_ahead() == "2025-08-20"


def test_an_item_with_nothing_left_to_do_is_dropped_by_its_holder_alone(store):
    whole = make_whole()
    store.wholes.ask(whole)
    take(store)

    assert not store.queues.drop(Stage.WHOLE, whole.id, token="another")
    assert store.queues.drop(Stage.WHOLE, whole.id, token="t1")
    assert store.wholes.list_waiting() == []


def test_a_backup_brings_them_back_with_what_waits_and_what_was_spent(
    store, clock, any_redis_url, tmp_path
):
    finished, begun = make_whole(1), make_whole(2)
    for whole in (finished, begun):
        store.wholes.ask(whole)
    store.wholes.keep(translate(finished, 9), before=0)
    store.wholes.keep(translate(begun, 1), before=0)
    store.wholes.add_spent(DAY, timedelta(seconds=5))
    connection = Connection(any_redis_url)
    back_up(connection, Keys("t"), tmp_path / "b", now=NOW)
    restore(connection, Keys("u"), tmp_path / "b")
    connection.close()
    back = Store(any_redis_url, namespace="u", clock=clock, retention=Retention())

    ids = [finished.id, begun.id]
    assert back.wholes.load(ids) == store.wholes.load(ids)
    assert back.wholes.list_finished() == store.wholes.list_finished()
    assert back.wholes.list_waiting() == [begun.id]
    assert back.wholes.load_spent_s(DAY) == 5
    back.close()


def test_what_is_forgotten_can_be_made_anew_and_whoever_was_at_it_loses_it(store):
    whole = make_whole()
    store.wholes.ask(whole)
    take(store)
    store.wholes.keep(translate(whole, 1), before=0, token="t1")
    store.wholes.forget(whole.id)

    assert store.wholes.load([whole.id]) == {}
    assert store.wholes.list_waiting() == []
    with pytest.raises(LeaseLostError):
        store.wholes.keep(translate(whole, 2), before=1, token="t1")
    assert store.wholes.ask(whole) is AskResult.ASKED
    store.wholes.keep(translate(whole, 9), before=0)
    store.wholes.forget(whole.id)
    assert store.wholes.list_finished() == {}
