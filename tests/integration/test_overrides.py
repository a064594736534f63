"""An operator asks why, splits, pins and takes back, by the command; the digest follows."""

import json
from datetime import date, timedelta

import pytest

from aggregator.models import Stage
from aggregator.pipeline.group import group_days
from aggregator.pipeline.text import text_articles
from tests.support.command import call_command
from tests.support.newsroom import compose, desk_work, newsroom, poll
from tests.support.servers import FeedServer, Reply

LEASE = timedelta(minutes=5)
AS_OF = "2025-08-20T13:00:00+05:00"
ITEM = (
    "<item><guid>1</guid><link>https://{name}.example/1</link><title>{title}</title>"
    "<pubDate>Wed, 20 Aug 2025 10:00:00 +0500</pubDate></item>"
)
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{item}</channel></rss>'
TITLES = {
    "kazakh": "Павлодарда Ертіс арқылы жаңа көпір ашылды",
    "russian": "В Павлодаре открыли новый мост через Иртыш",
    "other": "Тенге укрепился к доллару после решения Нацбанка",
}


@pytest.fixture
def services(tmp_path, redis_url):
    with FeedServer() as server:
        for name, title in TITLES.items():
            server.route(
                f"/{name}", Reply(body=RSS.format(item=ITEM.format(name=name, title=title)))
            )
        made = newsroom(
            tmp_path, redis_url, {name: server.url(f"/{name}") for name in TITLES}, AS_OF
        )
        poll(made, "r1")
        yield made


@pytest.fixture
def tilshi(tmp_path, redis_url):
    environment = {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_STORE_URL": redis_url,
        "COLUMNS": "120",
    }

    def call(*arguments):
        return call_command(*arguments, environ=environment, folder=tmp_path)

    return call


def stories(services):
    desk_work(services)
    return [{ref.outlet_id for ref in story.articles} for story in compose(services)[0].stories]


def ids(services):
    return {
        ref.outlet_id: ref.article_id
        for story in compose(services)[0].stories
        for ref in story.articles
    }


def test_an_operator_asks_splits_pins_and_takes_back(services, tilshi):
    assert {"kazakh", "russian"} in stories(services)
    known = ids(services)
    kazakh, russian, other = known["kazakh"], known["russian"], known["other"]

    asked = tilshi("why", kazakh, russian[:10])
    assert "They are one story." in asked.stdout
    assert "names and numbers in common" in asked.stdout
    assert "meaning of headlines and leads alone" in asked.stdout
    said = json.loads(tilshi("why", kazakh, other, "--json").stdout)
    assert (said["together"], said["ruling"]) == (False, None)
    assert said["score"] == pytest.approx(sum(said["parts"].values()), abs=0.01)
    assert said["score"] < 0

    assert "grouped again" in tilshi("split", kazakh, russian).stdout
    assert {"kazakh"} in stories(services)
    assert "An operator ruled so: split." in tilshi("why", russian, kazakh).stdout

    tilshi("pin", kazakh, other)
    assert {"kazakh", "other"} in stories(services)
    assert {row["ruling"] for row in json.loads(tilshi("rulings", "--json").stdout)} == {
        "pin",
        "split",
    }

    tilshi("release", kazakh, other)
    tilshi("release", kazakh, russian)
    assert {"kazakh", "russian"} in stories(services)
    assert "Nothing is ruled" in tilshi("rulings").stdout


def test_a_ruling_on_articles_that_wait_to_be_translated_is_heeded(services):
    while taken := services.store.queues.take(Stage.TEXT, limit=64, token="text", lease=LEASE):
        text_articles(taken, services.text_step(), token="text", now=services.clock.now())
    plan(services)
    tellers = sorted(key for key, item in stored(services).items() if item.stage is Stage.TRANSLATE)
    assert len(tellers) == 2
    assert services.store.overrides.rule(*tellers, "pin", now=services.clock.now()) == 0
    plan(services)

    assert stories(services) == [{"kazakh", "russian", "other"}]


def plan(services):
    group_days(services.group_step, token="plan", lease=LEASE, now=services.clock.now())


def stored(services):
    return services.store.articles.load(services.store.articles.day_ids(date(2025, 8, 20)))


def test_what_cannot_be_meant_is_named_and_nothing_is_ruled(services, tilshi):
    stories(services)
    known = ids(services)

    for wrong in ("https://nobody.example/1", "not hex", "f" * 32, ""):
        done = tilshi("split", wrong, known["other"])
        assert done.returncode == 2
        assert "no article kept has this link or id" in done.stderr
    assert "are one article, expected two" in tilshi("pin", known["other"], known["other"]).stderr
    assert (
        "nothing is ruled of these two" in tilshi("release", known["other"], known["kazakh"]).stderr
    )
    assert "Nothing is ruled" in tilshi("rulings").stdout
