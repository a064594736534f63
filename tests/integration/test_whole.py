"""Whole articles: after all that digests wait for, within the day's minutes, piece by piece."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.clock import SystemClock
from aggregator.digest.whole import plan_whole_article
from aggregator.models import FeedItem, Identity, Stage, Translation
from aggregator.models.flag import Flag, Reason
from aggregator.operations.snapshot import take_snapshot
from aggregator.operations.status import take_status
from aggregator.operations.trace import trace_article
from aggregator.pipeline.whole import ask_ahead, finish_whole_article, translate_whole_article
from aggregator.store.article_records import Incoming
from aggregator.store.dead_letters import make_dead_letter
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from aggregator.web.archive import Archive
from aggregator.web.refresh import copy_wholes
from tests.support.builders import DAY, digest
from tests.support.clock import SettableClock
from tests.support.command import call_command
from tests.support.newsroom import newsroom
from tests.support.tiny_package import write_tiny_package
from workers.app import create_app
from workers.snapshots import make_snapshot_scope
from workers.steps import make_whole_step
from workers.tasks import register

AS_OF = "2025-08-20T13:00:00+05:00"
SOURCES = {"one": "https://one.example/rss"}
LEASE = timedelta(seconds=30)
TEXT = "\n".join(f"Бұл {number}-сөйлем. Мектеп {number} жылы ашылды." for number in range(1, 6))


class Interpreter:
    """Translates at once, and does something else before it answers."""

    def __init__(self, meanwhile=lambda: None):
        self.asked = []
        self.meanwhile = meanwhile

    def translate(self, segments):
        self.asked += [segment.text for segment in segments]
        self.meanwhile()
        return [
            Translation(source=segment.text, english=f"EN {segment.text}", package="p 1")
            for segment in segments
        ]

    def packages(self):
        return {"kk": "p 1"}


class Recorder:
    """Wakeups that are written down instead of sent."""

    def __init__(self):
        self.sent = []

    def note_arrival(self, task):
        pass

    def send(self, task, **arguments):
        self.sent.append(task)
        return True


@pytest.fixture
def clock():
    return SettableClock(datetime(2025, 8, 21, 8, tzinfo=UTC))


@pytest.fixture
def services(tmp_path, redis_url, clock):
    services = newsroom(tmp_path, redis_url, SOURCES, AS_OF, clock=clock)
    services.store.queues.sync_sources([])
    services.wakeups = Recorder()
    vars(services)["translator"] = Interpreter()
    yield services
    services.close()


@pytest.fixture
def run_task(services):
    app = create_app("memory://", namespace="t", pulse=timedelta(seconds=10))
    register(app, services, ["translate", "compose"])
    yield lambda name="whole": app.tasks[f"tilshi.{name}"]()
    app.close()


def publish(store, *, closed=True, text=TEXT, stories=6):
    made = digest(stories, closed=closed)
    told = []
    for story in made.stories:
        best = replace(story.best, text=text)
        told.append(replace(story, articles=(best, *story.articles[1:])))
    made = replace(made, stories=tuple(told))
    store.queues.lock("compose", token="c", lease=LEASE)
    assert store.digests.publish(made, {}, token="c")
    store.queues.unlock("compose", token="c")
    return made


def ask(services, ref):
    whole = plan_whole_article(ref, chars=12_000)
    services.store.wholes.ask(whole)
    return whole


def test_the_first_stories_of_a_closed_digest_are_made_unasked(services, run_task):
    made = publish(services.store)
    # It has nothing to compose, and finds that a day has closed.
    run_task("compose")

    waiting = services.store.wholes.list_waiting()
    firsts = [plan_whole_article(story.best, chars=12_000).id for story in made.stories[:5]]
    assert sorted(waiting) == sorted(firsts)
    while services.store.wholes.list_waiting():
        assert run_task() > 0
    assert set(services.store.wholes.list_finished()) == set(firsts)
    [whole] = services.store.wholes.load(firsts[:1]).values()
    assert [part.english for part in whole.sentences] == [
        f"EN {part.source}" for part in whole.sentences
    ]
    assert len(whole.paragraphs) == 5
    assert services.store.wholes.load_spent_s(DAY + timedelta(days=1)) >= 0
    assert services.store.counters.load_counts()["done:whole"] == 50

    run_task("compose")
    assert services.store.wholes.list_waiting() == []


def test_an_open_digest_gives_nothing_ahead_and_neither_does_an_owner_who_wants_none(services):
    bounds = services.settings.translate.whole_bounds()
    publish(services.store, closed=False)
    assert ask_ahead(services.store, bounds, edition="daily", languages={"kk"}) == 0
    publish(services.store)
    for none in ({"ahead": 0}, {"a_day": timedelta()}):
        wanted = replace(bounds, **none)
        assert ask_ahead(services.store, wanted, edition="daily", languages={"kk"}) == 0
    assert ask_ahead(services.store, bounds, edition="daily", languages={"ru"}) == 0
    assert services.store.wholes.list_waiting() == []


def test_nothing_is_begun_while_anything_waits_for_a_digest(services, run_task):
    ask(services, publish(services.store).stories[0].best)
    queue_text(services, "a" * 32)

    assert run_task() == 0
    assert services.translator.asked == []
    # A message that came too early sends none, or they would go round as long as there is work.
    assert services.wakeups.sent == []

    services.store.queues.take(Stage.TEXT, limit=1, token="t", lease=LEASE)
    assert run_task() == 0
    services.store.queues.drop(Stage.TEXT, "a" * 32, token="t")
    assert run_task() == 10


def queue_text(services, article_id):
    queues = services.store.queues
    with queues._connection.client() as client:
        client.zadd(queues._keys.wait(Stage.TEXT), {article_id: 0})


def test_work_stops_between_two_pieces_and_goes_on_where_it_stopped(services, run_task):
    whole = ask(services, publish(services.store).stories[0].best)
    services.translator.meanwhile = lambda: queue_text(services, "a" * 32)

    made = run_task()
    assert 0 < made < whole.size
    assert services.wakeups.sent == ["whole"]
    kept = services.store.wholes.load([whole.id])[whole.id]
    assert kept.made == made
    assert services.store.wholes.list_waiting() == [whole.id]
    assert run_task() == 0

    services.translator.meanwhile = lambda: None
    services.store.queues.take(Stage.TEXT, limit=1, token="t", lease=LEASE)
    services.store.queues.drop(Stage.TEXT, "a" * 32, token="t")
    assert run_task() == whole.size - made
    assert services.translator.asked == [part.source for part in whole.sentences]


def test_the_days_minutes_bound_all_of_it_but_not_a_reader_at_the_terminal(services, run_task):
    whole = ask(services, publish(services.store).stories[0].best)
    today = DAY + timedelta(days=1)
    services.store.wholes.add_spent(today, timedelta(minutes=10))

    assert run_task() == 0
    step = make_whole_step(services)
    assert finish_whole_article(whole, step, within_day=True) == whole
    assert finish_whole_article(whole, step).finished
    assert services.store.wholes.list_waiting() == []


def test_time_is_counted_to_the_local_day(services, run_task, clock):
    ask(services, publish(services.store).stories[0].best)
    step = replace(make_whole_step(services), monotonic=iter(range(100)).__next__)
    [taken] = services.store.queues.take(Stage.WHOLE, limit=1, token="t", lease=LEASE)
    clock.moment = datetime(2025, 8, 21, 20, tzinfo=UTC)  # the 22nd in Almaty
    translate_whole_article(taken, step, token="t")

    assert services.store.wholes.load_spent_s(DAY + timedelta(days=2)) > 0
    assert services.store.wholes.load_spent_s(DAY + timedelta(days=1)) == 0


def test_what_ends_its_worker_again_and_again_is_given_up_by_name(services, run_task, clock):
    whole = ask(services, publish(services.store).stories[0].best)
    lease = services.lock_time

    for _ in range(services.settings.schedule.attempts):
        services.store.queues.take(Stage.WHOLE, limit=1, token="dead", lease=lease)
        clock.pass_by(minutes=5)
        assert services.store.queues.sweep(lease) == {Stage.WHOLE: [whole.id]}

    assert run_task() == 0
    [letter] = services.store.dead_letters.load_all()
    assert letter.id == f"whole:{whole.id}"
    shown = services.store.wholes.load([whole.id])[whole.id]
    assert shown.finished
    assert {part.flags for part in shown.sentences} == {(Flag(Reason.GIVEN_UP),)}
    assert services.store.wholes.list_waiting() == []


def test_what_was_made_anew_stays_finished_when_its_dead_letter_is_tried_again(services, run_task):
    whole = ask(services, publish(services.store).stories[0].best)
    while run_task():
        pass
    now = services.clock.now()
    services.store.dead_letters.retry(make_dead_letter(whole.id, Stage.WHOLE, 3, now), now)
    assert services.store.wholes.list_finished() == {}

    assert run_task() == 0
    assert list(services.store.wholes.list_finished()) == [whole.id]
    assert services.store.wholes.list_waiting() == []


def test_who_is_overtaken_leaves_off(services, run_task):
    whole = ask(services, publish(services.store).stories[0].best)
    step = make_whole_step(services)

    def overtake():
        services.translator.meanwhile = lambda: None
        finish_whole_article(whole, step)

    services.translator.meanwhile = overtake
    run_task()

    kept = services.store.wholes.load([whole.id])[whole.id]
    assert kept.finished
    assert services.store.wholes.list_waiting() == []


def test_what_is_past_its_retention_waits_no_longer(services, run_task):
    whole = ask(services, publish(services.store).stories[0].best)
    with services.store.wholes._connection.client() as client:
        client.delete(services.store.wholes._keys.whole(whole.id))

    assert run_task() == 0
    assert services.store.wholes.list_waiting() == []


def break_record(services, whole, **fields):
    with services.store.wholes._connection.client() as client:
        client.hset(services.store.wholes._keys.whole(whole.id), mapping=fields)


def test_what_cannot_be_read_is_forgotten_and_can_be_asked_for_anew(services, run_task):
    best = publish(services.store).stories[0].best
    whole = ask(services, best)
    break_record(services, whole, body=b"broken")

    assert run_task() == 0
    assert services.store.wholes.list_waiting() == []
    ask(services, best)
    run_task()
    assert services.store.wholes.load([whole.id])[whole.id].finished


def test_what_cannot_be_read_holds_up_no_other_copy(services, run_task, tmp_path):
    archive = Archive(tmp_path / "copies.sqlite")
    made = publish(services.store)
    wholes = [ask(services, story.best) for story in made.stories[:2]]
    while run_task():
        pass
    break_record(services, wholes[0], body=b"broken")

    assert copy_wholes(services.store.wholes, archive) == 1
    assert archive.find_whole(wholes[0].id) is None
    assert archive.find_whole(wholes[1].id) is not None


def test_copies_are_made_of_what_is_finished_once(services, run_task, tmp_path):
    archive = Archive(tmp_path / "copies.sqlite")
    whole = ask(services, publish(services.store).stories[0].best)
    wholes = services.store.wholes

    assert copy_wholes(wholes, archive) == 0
    assert archive.list_wholes_waiting() == {whole.id}
    before = archive.read_version()
    assert copy_wholes(wholes, archive) == 0
    assert archive.read_version() == before

    run_task()
    assert copy_wholes(wholes, archive) == 1
    assert archive.find_whole(whole.id) == wholes.load([whole.id])[whole.id]
    assert archive.list_wholes_waiting() == set()
    assert copy_wholes(wholes, archive) == 0


def test_operators_see_what_it_costs_and_what_waits(services, run_task, clock):
    made = publish(services.store)
    ask(services, made.stories[0].best)
    run_task()
    ask(services, made.stories[1].best)
    services.store.wholes.add_spent(DAY + timedelta(days=1), timedelta(minutes=3))
    status = take_status(take_snapshot(make_snapshot_scope(services), clock.now()))

    assert status.wholes.waiting == 1
    assert status.wholes.a_day_s == 600
    assert 180 <= status.wholes.spent_s < 190
    assert status.stages[Stage.WHOLE].ready == 1
    # Its order is not of time, so that nothing says since when it waits.
    assert status.stages[Stage.WHOLE].oldest is None
    assert status.as_json()["wholes"]["waiting"] == 1
    # It may wait for days, and no alert is raised.
    assert not [alert for alert in status.alerts if "whole" in alert.name]


def test_the_life_of_an_article_names_its_whole_article(services, run_task):
    ingest_article(services.store, digest(6).stories[0].best.article_id)
    best = publish(services.store).stories[0].best
    whole = ask(services, best)
    editions = ["daily"]
    [before] = trace_article(services.store, best.article_id, editions).wholes
    run_task()
    trace = trace_article(services.store, best.article_id, editions)

    assert (before.id, before.made, before.size, before.waits) == (whole.id, 0, 10, True)
    assert (trace.wholes[0].made, trace.wholes[0].waits) == (10, False)
    assert trace.as_json()["wholes"][0]["id"] == whole.id
    assert "whole article: 10 of 10 sentences gone through" in [
        what for _, what in trace.describe()
    ]


def ingest_article(store, article_id):
    item = FeedItem(guid="1", link="https://o.example/1", title="T")
    store.articles.ingest(
        Incoming(
            identity=Identity(article_id, ("guid:1",), None),
            item=item,
            content_hash="h",
            size=1,
            source_id="one",
            outlet_id="one",
            run_id="r",
            now=datetime(2025, 8, 20, 8, tzinfo=UTC),
            ready=datetime(2025, 8, 20, 8, tzinfo=UTC),
            day=DAY,
        )
    )
    store.queues.take(Stage.TEXT, limit=9, token="x", lease=LEASE)
    store.queues.drop(Stage.TEXT, article_id, token="x")


# The command


@pytest.fixture
def tilshi(tmp_path, redis_url, tiny):
    def call(*arguments, **environ):
        settings = {
            "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
            "TILSHI_STORE_URL": redis_url,
            "TILSHI_TRANSLATE_PACKAGES": tiny,
            "COLUMNS": "120",
        }
        return call_command(*arguments, environ=settings | environ, folder=tmp_path)

    return call


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return str(write_tiny_package(tmp_path_factory.mktemp("tiny")).parent)


@pytest.fixture
def store(redis_url):
    store = Store(redis_url, namespace="tilshi", clock=SystemClock(), retention=Retention())
    store.check()
    yield store
    store.close()


def test_a_reader_in_a_terminal_gets_a_whole_article_at_once(tilshi, store):
    made = publish(store)
    shown = tilshi("whole", "1")
    assert shown.returncode == 0, shown.stderr
    first = made.stories[0]
    assert all(part in shown.stdout for part in ("Бұл 1-сөйлем.", "Мектеп 5 жылы ашылды."))

    for named in ("1", first.id, first.best.link):
        value = json.loads(tilshi("whole", named, "--json").stdout)
        assert (value["format"], value["story"]) == ("tilshi.whole/1", first.id)
        assert value["finished"]
        assert len(value["paragraphs"]) == 5
    [before] = store.wholes.list_finished().values()
    assert tilshi("whole", "1", "--anew").returncode == 0
    [after] = store.wholes.list_finished().values()
    assert after > before
    assert tilshi("whole", "--anew").returncode == 2


def test_what_is_no_story_is_named(tilshi, store):
    assert tilshi("whole", "1").returncode == 1
    publish(store)
    done = tilshi("whole", "77")

    assert done.returncode == 2
    assert "'77' is none of the 6 stories of 2025-08-20; expected a number from 1 to 6," in (
        done.stderr
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"language": "en"}, "its outlet wrote it in English: https://"),
        ({"text": " "}, "its outlet gave no text"),
        ({"language": "und"}, "no package reads"),
    ],
    ids=["english", "no text", "unknown"],
)
def test_why_nothing_is_to_be_translated_is_said(tilshi, store, changes, said):
    made = digest(1, closed=True)
    story = made.stories[0]
    best = replace(story.best, **changes)
    store.queues.lock("compose", token="c", lease=LEASE)
    made = replace(made, stories=(replace(story, articles=(best,)),))
    assert store.digests.publish(made, {}, token="c")
    done = tilshi("whole", "1")

    assert done.returncode == 1
    assert said in done.stderr


def test_without_a_story_what_is_to_be_ahead_is_made_within_the_days_minutes(tilshi, store):
    publish(store)
    none = tilshi("whole", TILSHI_TRANSLATE_WHOLE_MINUTES="0")
    assert "0 whole articles made, 0 wait; 0.0 of today's 0 minutes are left" in none.stdout

    value = json.loads(tilshi("whole", "--json").stdout)
    assert (value["format"], len(value["made"]), value["waiting"]) == ("tilshi.wholes/1", 5, 0)
    assert 0 < value["seconds_left"] < 600
