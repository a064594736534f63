"""An operator asks why, splits, pins and takes back, by the command; the digest follows."""

import json
from datetime import date, timedelta

import pytest

from aggregator.models import Extent, Stage
from aggregator.pipeline.group import group_days
from aggregator.pipeline.text import text_articles
from tests.support.command import call_command
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.packages import STARTER
from tests.support.servers import FeedServer, Reply
from workers.steps import make_text_step

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
            item = ITEM.format(name=name, title=title)
            server.route(f"/{name}", Reply(body=RSS.format(item=item)))
        feeds = {name: server.url(f"/{name}") for name in TITLES}
        services = newsroom(tmp_path, redis_url, feeds, AS_OF)
        poll(services, "r1")
        yield services


@pytest.fixture
def tilshi(tmp_path, redis_url):
    environment = {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "TILSHI_STORE_URL": redis_url,
        "COLUMNS": "120",
    }

    def call(*arguments):
        return call_command(*arguments, environ=environment, folder=tmp_path)

    return call


def list_outlets(services):
    process_articles(services)
    digest = compose(services)[0]
    return [list_story_outlets(story) for story in digest.stories]


def list_story_outlets(story):
    return {ref.outlet_id for ref in story.articles}


def find_ids(services):
    digest = compose(services)[0]
    refs = [ref for story in digest.stories for ref in story.articles]
    return {ref.outlet_id: ref.article_id for ref in refs}


def test_an_operator_asks_splits_pins_and_takes_back(services, tilshi):
    assert {"kazakh", "russian"} in list_outlets(services)
    known = find_ids(services)
    kazakh = known["kazakh"]
    russian = known["russian"]
    other = known["other"]

    why = tilshi("why", kazakh, russian[:10]).stdout
    assert "They are one story." in why
    assert "names and numbers in common" in why
    assert "meaning of headlines and leads alone" in why
    verdict = json.loads(tilshi("why", kazakh, other, "--json").stdout)
    assert (verdict["together"], verdict["ruling"]) == (False, None)
    assert verdict["score"] == pytest.approx(sum(verdict["parts"].values()), abs=0.01)
    assert verdict["score"] < 0
    assert "Нацбанк" in verdict["against"]["strangers"]
    assert "words of a headline the other does not say" in tilshi("why", kazakh, other).stdout

    assert "grouped again" in tilshi("split", kazakh, russian).stdout
    assert {"kazakh"} in list_outlets(services)
    assert "An operator ruled so: split." in tilshi("why", russian, kazakh).stdout

    tilshi("pin", kazakh, other)
    assert {"kazakh", "other"} in list_outlets(services)
    rows = json.loads(tilshi("rulings", "--json").stdout)
    assert {row["ruling"] for row in rows} == {"pin", "split"}

    tilshi("release", kazakh, other)
    tilshi("release", kazakh, russian)
    assert {"kazakh", "russian"} in list_outlets(services)
    assert "Nothing is ruled" in tilshi("rulings").stdout


def test_an_override_of_articles_that_wait_to_be_translated_is_obeyed(services):
    while taken := services.store.queues.take(Stage.TEXT, limit=64, token="text", lease=LEASE):
        text_articles(taken, make_text_step(services), token="text", now=services.clock.now())
    group_stories(services)
    stored = load_day(services)
    waiting = {key: item for key, item in stored.items() if item.stage is Stage.TRANSLATE}
    leading = sorted(key for key, item in waiting.items() if item.asked is Extent.LEAD)
    assert len(leading) == 2
    assert services.store.overrides.set_override(*leading, "pin", now=services.clock.now()) == 0
    group_stories(services)

    assert list_outlets(services) == [{"kazakh", "russian", "other"}]


def group_stories(services):
    group_days(services.group_step, token="group_stories", lease=LEASE, now=services.clock.now())


def load_day(services):
    return services.store.articles.load(services.store.articles.list_day_ids(date(2025, 8, 20)))


def test_what_cannot_be_meant_is_named_and_nothing_is_overridden(services, tilshi):
    list_outlets(services)
    known = find_ids(services)

    for wrong in ("https://nobody.example/1", "not hex", "f" * 32, ""):
        done = tilshi("split", wrong, known["other"])
        assert done.returncode == 2
        assert "no article kept has this link or id" in done.stderr
    assert "are one article, expected two" in tilshi("pin", known["other"], known["other"]).stderr
    assert (
        "nothing is ruled of these two" in tilshi("release", known["other"], known["kazakh"]).stderr
    )
    assert "Nothing is ruled" in tilshi("rulings").stdout
