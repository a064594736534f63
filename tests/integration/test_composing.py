"""A digest is of one plan, whatever is grouped meanwhile, and comes however long it takes."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from aggregator.models import Copy, Story
from aggregator.pipeline.compose import compose_days
from aggregator.store.article_records import PlanOutcome
from tests.support.interrupted import InterruptedStore
from tests.support.newsroom import newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply
from workers.app import create_app
from workers.steps import make_compose_step
from workers.tasks import register

DAY = date(2025, 8, 20)
AS_OF = "2025-08-20T13:00:00+05:00"
LEASE = timedelta(minutes=5)
SHORT = timedelta(milliseconds=150)
TITLES = {
    "bridge": "В Павлодаре открыли новый мост через Иртыш",
    "tenge": "Тенге укрепился к доллару после решения Нацбанка",
}
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>1</guid>'
    "<link>https://{name}.example/1</link><title>{title}</title>"
    "<pubDate>Wed, 20 Aug 2025 10:00:00 +0500</pubDate></item></channel></rss>"
)


@pytest.fixture
def services(tmp_path, redis_url):
    with FeedServer() as server:
        for name, title in TITLES.items():
            server.route(f"/{name}", Reply(body=RSS.format(name=name, title=title)))
        feeds = {name: server.url(f"/{name}") for name in TITLES}
        services = newsroom(tmp_path, redis_url, feeds, AS_OF)
        poll(services, "r1")
        process_articles(services)
        yield services


def test_a_plan_written_in_between_does_not_tear_a_digest(services):
    articles = services.store.articles
    queues = services.store.queues
    before = articles.load_stories(DAY)
    assert len(before) == 2

    def plan():
        # A third article has come, and with it both are one story, which it leads.
        ids = [article_id for story in before for article_id, _ in story.articles]
        parts = (("c" * 32, Copy.BEST), *((article_id, Copy.SAME_EVENT) for article_id in ids))
        assert queues.lock("plan", token="plan", lease=LEASE)
        story = Story(id="new", best="c" * 32, articles=parts)
        now = services.clock.now()
        kept = articles.save_plan(DAY, [story], [], token="plan", now=now)
        assert kept is PlanOutcome.KEPT
        queues.unlock("plan", token="plan")

    step = make_compose_step(services, services.as_of)
    step = replace(step, store=InterruptedStore(services.store, {"load"}, plan))
    digests = compose_days(step, token="t", lease=LEASE)
    [digest] = [made for made in digests if made.edition == "daily"]

    assert [story.id for story in articles.load_stories(DAY)] == ["new"]
    known = {story.id for story in before}
    assert {story.id for story in digest.stories} == known
    assert {len(story.articles) for story in digest.stories} == {1}


@pytest.fixture
def slow_tasks(services):
    """Tasks of a newsroom that is slower than its leases."""

    def be_slow():
        time.sleep(4 * SHORT.total_seconds())

    services.store = InterruptedStore(services.store, {"load", "load_heads"}, be_slow)
    services.group_step = replace(services.group_step, store=services.store)
    services.lock_time = SHORT
    app = create_app("memory://", namespace="t", pulse=timedelta(seconds=10))
    register(app, services)
    yield app.tasks
    app.close()


def test_a_digest_that_takes_longer_than_a_lease_comes(services, slow_tasks):
    """On a busy machine it was refused each time, as its lock had run out, and never came."""
    assert slow_tasks["tilshi.compose"]() > 0
    assert services.store.digests.list_days("daily") == [DAY]


def test_a_plan_that_takes_longer_than_a_lease_is_kept(services, slow_tasks):
    stories = services.store.articles.load_stories(DAY)
    [one, other] = [article_id for story in stories for article_id, _ in story.articles]
    now = services.clock.now()
    services.store.overrides.set_override(one, other, "pin", now=now)

    assert slow_tasks["tilshi.group"]() == 2
    assert len(services.store.articles.load_stories(DAY)) == 1
