"""Every task goes one way: noted, leased, counted, its queue proved alive, what follows woken."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.models import Stage
from tests.support.newsroom import newsroom
from workers.app import QUEUES, TASK_QUEUES, create_app
from workers.tasks import register
from workers.tasks.step import StepResult, TaskStep, run_step

AS_OF = "2025-08-20T13:00:00+05:00"
SOURCES = {name: f"https://{name}.example/rss" for name in ("one", "two", "three")}
# Sources wait to be fetched in every store, so they stand for any items.
STEP = TaskStep(
    task="text",
    stage=Stage.FETCH,
    batch=2,
    counted=True,
    proof="{moved} of {tried}",
    follows=(Stage.FETCH,),
)
# Those that load a model, or ask a server, have tests of their own.
HEAVY = {
    "tilshi.canary.text",
    "tilshi.canary.translate",
    "tilshi.round.fetch",
    "tilshi.round.text",
    "tilshi.round.translate",
}
ARGUMENTS = {"tilshi.fetch": {"run_id": "r"}, "tilshi.round.back": {"round_id": "x"}}


class Recorder:
    """Wakeups that are written down instead of sent."""

    def __init__(self):
        self.arrived = []
        self.sent = []

    def note_arrival(self, task):
        self.arrived.append(task)

    def send(self, task, **arguments):
        self.sent.append((task, arguments))
        return True


@pytest.fixture
def services(tmp_path, redis_url):
    services = newsroom(tmp_path, redis_url, SOURCES, AS_OF)
    services.wakeups = Recorder()
    return services


def make_work(count, tried=None):
    return lambda _turn: StepResult(count, tried)


def test_items_are_leased_while_the_step_works_and_the_rest_is_handed_on_before(services):
    seen = []

    def work(turn):
        waiting = services.store.queues.load_waiting()[Stage.FETCH]
        seen.append((len(turn.taken), waiting, list(services.wakeups.sent)))
        return StepResult(1, tried=2)

    assert run_step(services, STEP, work, run_id="r") == 1
    [(taken, waiting, sent)] = seen
    assert (taken, waiting.leased, waiting.ready) == (2, 2, 1)
    assert sent == [("text", {"run_id": "r"})]
    assert services.wakeups.arrived == ["text"]


def test_a_step_that_stays_takes_batch_after_batch_for_one_message(services):
    taken = []

    def work(turn):
        taken.append(len(turn.taken))
        return StepResult(1)

    stays = replace(STEP, stays=timedelta(hours=1), follows=())
    assert run_step(services, stays, work, run_id="r") == 2
    assert taken == [2, 1]
    # The first batch left something for whoever is idle; the second left nothing.
    assert services.wakeups.sent == [("text", {"run_id": "r"})]


def test_what_was_done_is_counted_under_the_steps_name_and_proves_its_queue_alive(services):
    run_step(services, STEP, make_work(1, tried=2))

    assert services.store.counters.load_counts()["done:text"] == 1
    assert services.store.counters.load_durations(["text"])["text"].count == 1
    assert services.store.queues.load_last_alive("text")[1] == "1 of 2"


def test_what_follows_is_woken_after_work_if_something_waits_there(services):
    run_step(services, STEP, make_work(2))

    assert [task for task, _ in services.wakeups.sent] == ["text", "text", "fetch"]


def test_or_only_once_nothing_more_waits_for_the_step(services):
    patient = TaskStep(
        task="text", stage=Stage.FETCH, batch=2, follows=(Stage.FETCH,), when_empty=True
    )
    run_step(services, patient, make_work(2))

    assert [task for task, _ in services.wakeups.sent] == ["text", "text"]


def test_nothing_is_woken_where_nothing_waits(services):
    run_step(
        services,
        TaskStep(task="text", stage=Stage.FETCH, batch=3, follows=(Stage.FETCH,)),
        make_work(3),
    )

    assert services.wakeups.sent == []


@pytest.mark.parametrize("stage", [Stage.TEXT, None], ids=["no items", "no work found"])
def test_a_step_that_finds_nothing_counts_and_proves_nothing(services, stage):
    step = TaskStep(
        task="text", stage=stage, batch=2, counted=True, proof="{moved}", follows=(Stage.FETCH,)
    )

    assert run_step(services, step, lambda _turn: None) == 0
    assert services.wakeups.arrived == ["text"]
    assert services.wakeups.sent == []
    assert "done:text" not in services.store.counters.load_counts()
    assert services.store.queues.load_last_alive("text") is None


def test_a_step_that_counts_nothing_still_proves_its_queue_alive(services):
    run_step(services, TaskStep(task="canary.deliver", proof="canary"), make_work(1))

    assert services.store.queues.load_last_alive("deliver")[1] == "canary"
    assert not [name for name in services.store.counters.load_counts() if name.startswith("done:")]


@pytest.fixture
def app(services):
    app = create_app("memory://", namespace="t", pulse=timedelta(seconds=10))
    register(app, services)
    yield app
    app.close()


def test_each_task_has_a_queue_and_each_queue_its_tasks(app):
    assert {name for name in app.tasks if name.startswith("tilshi.")} == set(TASK_QUEUES)


@pytest.mark.parametrize("queue", QUEUES)
def test_a_worker_has_every_task_of_its_queue(services, queue):
    app = create_app("memory://", namespace="t", pulse=timedelta(seconds=10))
    register(app, services, [queue])
    app.close()

    assert {name for name, of in TASK_QUEUES.items() if of == queue} <= set(app.tasks)


@pytest.mark.parametrize("name", sorted(set(TASK_QUEUES) - HEAVY))
def test_each_task_notes_that_its_message_arrived(app, services, name):
    services.store.queues.sync_sources([])
    app.tasks[name](**ARGUMENTS.get(name, {}))

    assert services.wakeups.arrived == [name.removeprefix("tilshi.")]


def test_a_turn_leaves_off_with_as_much_time_left_as_it_took(services, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("workers.tasks.step.time.monotonic", lambda: now[0])
    over = []

    def work(turn):
        for seconds in (0, 119, 2):
            now[0] += seconds
            over.append(turn.is_over())

    run_step(services, TaskStep(task="deliver"), work)

    assert over == [False, False, True]
