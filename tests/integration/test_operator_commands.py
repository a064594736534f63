"""`tilshi letters`, `trace`, `alerts` and `health` as an operator types them, over a real store."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from aggregator.clock import SystemClock
from aggregator.models import Stage
from aggregator.store.dead_letters import make_dead_letter
from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.contract.test_store import make_incoming, planned, take
from tests.support.command import call_command
from tests.support.packages import STARTER
from tests.support.redis import private_redis

KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=9999)
)
DELIVERY = DeliveryId("daily", date(2025, 8, 20), "family")
NOBODY = "f" * 32


@pytest.fixture
def store(tmp_path):
    with private_redis() as server:
        opened = Store(server.url, namespace="tilshi", clock=SystemClock(), retention=KEPT)
        opened.check()
        opened.url = server.url
        yield opened
        opened.close()


@pytest.fixture
def tilshi(store, tmp_path):
    environ = {
        "TILSHI_DATA_FOLDER": str(tmp_path),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "TILSHI_STORE_URL": store.url,
        "COLUMNS": "160",
    }

    def call(*arguments):
        done = call_command(*arguments, environ=environ, folder=tmp_path)
        assert "Traceback" not in done.stderr
        return done

    return call


@pytest.fixture
def dead(store):
    """
    Letters of a text, of an article past its retention, of a delivery.

    Returns the first one's article.
    """
    now = datetime.now(UTC)
    [key] = planned(store, 1)
    store.dead_letters.write(make_dead_letter(key, Stage.TEXT, 5, now - timedelta(hours=2)))
    store.dead_letters.write(make_dead_letter(NOBODY, Stage.TRANSLATE, 5, now - timedelta(hours=1)))
    store.deliveries.open(DELIVERY, "form")
    store.deliveries.end(DELIVERY, DeliveryState.DEAD, "401: the bot was thrown out")
    return key


def test_letters_are_listed_for_people_and_programs(tilshi, dead):
    shown = tilshi("letters")
    listed = json.loads(tilshi("letters", "--json").stdout)

    assert shown.returncode == 0
    assert f"text:{dead}" in shown.stdout
    assert listed["format"] == "tilshi.letters/1"
    assert [row["id"] for row in listed["letters"]] == [
        "deliver:daily/2025-08-20/family",
        f"translate:{NOBODY}",
        f"text:{dead}",
    ], "the newest first"
    assert listed["letters"][0]["reason"] == "401: the bot was thrown out"
    assert set(listed["letters"][0]) == {"id", "stage", "what", "reason", "at"}


def test_a_letter_tried_again_is_work_again(tilshi, dead, store):
    done = tilshi("letters", "--retry", f"text:{dead}", "--json")

    assert done.returncode == 0
    assert len(json.loads(done.stdout)["letters"]) == 2
    assert take(store, Stage.TEXT) == [dead]


def test_a_delivery_tried_again_waits_and_a_discarded_one_does_not(tilshi, dead, store):
    assert tilshi("letters", "--retry", f"deliver:{DELIVERY}").returncode == 0
    assert store.deliveries.get(DELIVERY).state is DeliveryState.WAITING
    store.deliveries.end(DELIVERY, DeliveryState.DEAD, "again")
    assert tilshi("letters", "--discard", f"deliver:{DELIVERY}").returncode == 0
    assert store.deliveries.get(DELIVERY).state is DeliveryState.DONE


def test_deliveries_are_taken_up_again_and_discarded_by_their_own_command(tilshi, dead, store):
    done = tilshi("deliveries", "--retry", str(DELIVERY), "--json")

    [row] = json.loads(done.stdout)["deliveries"]
    assert (row["id"], row["state"], row["error"]) == (str(DELIVERY), "waiting", "")
    assert tilshi("deliveries", "--discard", str(DELIVERY)).returncode == 0
    assert store.deliveries.get(DELIVERY).state is DeliveryState.DONE


def test_all_are_tried_again_and_what_is_gone_is_said(tilshi, dead, store):
    done = tilshi("letters", "--retry", "all")

    assert (
        f"translate:{NOBODY}: the article is past its retention; the letter is forgotten"
        in done.stderr
    )
    assert done.stdout.strip() == "no dead letters"
    assert store.dead_letters.load_all() == []


def test_all_can_be_discarded_without_touching_the_articles(tilshi, dead, store):
    assert tilshi("letters", "--discard", "all").stdout.strip() == "no dead letters"
    assert take(store, Stage.TEXT) == []
    assert json.loads(tilshi("letters", "--json").stdout)["letters"] == []


@pytest.mark.parametrize("option", ["--retry", "--discard"])
def test_a_letter_that_is_not_there_is_named(tilshi, option):
    for wrong in ("text:nothing", "nonsense", "deliver:daily/2025-13-45/x"):
        done = tilshi("letters", option, wrong)

        assert done.returncode == 2
        assert f"{wrong}: no such letter; `tilshi letters` lists them" in done.stderr


def test_the_life_of_an_article_is_told_for_people_and_programs(tilshi, store):
    [key] = planned(store, 1)
    shown, life = tilshi("trace", key), json.loads(tilshi("trace", key, "--json").stdout)

    assert shown.returncode == 0
    assert "first seen in s, run r1" in shown.stdout
    assert shown.stdout.rstrip().endswith("stage compose")
    assert (life["format"], life["article"], life["source"]) == ("tilshi.trace/1", key, "s")
    assert (life["stage"], life["story"]["best"], life["digests"]) == ("compose", key, [])


def test_the_life_of_an_article_just_found_is_short(tilshi, store):
    store.articles.ingest(make_incoming(7))
    life = json.loads(tilshi("trace", f"{7:032x}", "--json").stdout)

    assert (life["stage"], life["read"], life["story"]) == ("text", None, None)


def test_the_life_of_an_article_is_found_by_its_link_or_the_beginning_of_its_id(tilshi, store):
    [key] = planned(store, 1)
    store.articles.claim_name("tengrinews", "url:https://o.example/news/1", key)

    for named in ("https://o.example/news/1?utm_source=rss", key[:31]):
        assert json.loads(tilshi("trace", named, "--json").stdout)["article"] == key
    wrong = tilshi("trace", "https://o.example/news/2")
    assert wrong.returncode == 2
    assert "no article kept has this link or id" in wrong.stderr


def test_an_article_that_is_not_there_is_named(tilshi):
    done = tilshi("trace", NOBODY)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{NOBODY}: no such article" in done.stderr


def test_the_round_on_its_way_is_told_when_none_came_back(tilshi, store):
    store.counters.start_probe("round-1", pause=timedelta(minutes=8))
    assert store.counters.pass_probe_step("round-1", "fetch")
    done = tilshi("health", "--round")

    assert done.returncode == 1
    assert "the one on its way has done: fetch" in done.stderr
    for step in ("text", "translate", "back"):
        assert store.counters.pass_probe_step("round-1", step)
    assert tilshi("health", "--round").returncode == 0
    assert tilshi("health").returncode == 2
