"""A digest is of one plan, whatever is grouped while it is composed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aggregator.models import Copy, Story
from aggregator.pipeline.compose import compose_days
from aggregator.store.articles import PlanOutcome
from tests.support.newsroom import newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply
from workers.steps import make_compose_step

DAY = date(2025, 8, 20)
AS_OF = "2025-08-20T13:00:00+05:00"
LEASE = timedelta(minutes=5)
TITLES = {
    "bridge": "В Павлодаре открыли новый мост через Иртыш",
    "tenge": "Тенге укрепился к доллару после решения Нацбанка",
}
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>1</guid>'
    "<link>https://{name}.example/1</link><title>{title}</title>"
    "<pubDate>Wed, 20 Aug 2025 10:00:00 +0500</pubDate></item></channel></rss>"
)


class Overtaken:
    """A store in which grouping writes whenever articles are loaded."""

    def __init__(self, inner, plan):
        self._inner = inner
        self._plan = plan

    def __getattr__(self, name):
        return getattr(self._inner, name)

    @property
    def articles(self):
        return Overtaken(self._inner.articles, self._plan)

    def load(self, ids):
        articles = self._inner.load(ids)
        self._plan()
        return articles


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
    step = replace(step, store=Overtaken(services.store, plan))
    digests = compose_days(step, token="t", lease=LEASE)
    [digest] = [made for made in digests if made.edition == "daily"]

    assert [story.id for story in articles.load_stories(DAY)] == ["new"]
    known = {story.id for story in before}
    assert {story.id for story in digest.stories} == known
    assert {len(story.articles) for story in digest.stories} == {1}
