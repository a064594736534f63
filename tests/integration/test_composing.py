"""A digest is of one plan, whatever planners do while it is composed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aggregator.models import Copy, Story
from aggregator.pipeline.compose import compose_days
from tests.support.newsroom import desk_work, newsroom, poll
from tests.support.servers import FeedServer, Reply

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
    """A store in which a planner writes whenever articles are loaded."""

    def __init__(self, inner, plan):
        self._inner, self._plan = inner, plan

    def __getattr__(self, name):
        return getattr(self._inner, name)

    @property
    def articles(self):
        return Overtaken(self._inner.articles, self._plan)

    def load(self, ids):
        found = self._inner.load(ids)
        self._plan()
        return found


@pytest.fixture
def services(tmp_path, redis_url):
    with FeedServer() as server:
        for name, title in TITLES.items():
            server.route(f"/{name}", Reply(body=RSS.format(name=name, title=title)))
        made = newsroom(
            tmp_path, redis_url, {name: server.url(f"/{name}") for name in TITLES}, AS_OF
        )
        poll(made, "r1")
        desk_work(made)
        yield made


def test_a_planner_that_writes_in_between_does_not_tear_a_digest(services):
    articles, work = services.store.articles, services.store.queues
    before = articles.stories(DAY)
    assert len(before) == 2

    def plan():
        # A third article has come, and with it both are one story, which it tells.
        ids = [article_id for story in before for article_id, _ in story.articles]
        parts = (("c" * 32, Copy.BEST), *((article_id, Copy.SAME_EVENT) for article_id in ids))
        assert work.lock("plan", token="plan", lease=LEASE)
        story = Story(id="new", best="c" * 32, articles=parts)
        assert articles.plan(DAY, [story], [], token="plan", now=services.clock.now())
        work.unlock("plan", token="plan")

    press = replace(services.compose_step(services.as_of), store=Overtaken(services.store, plan))
    [digest] = [
        made for made in compose_days(press, token="t", lease=LEASE) if made.edition == "daily"
    ]

    assert [story.id for story in articles.stories(DAY)] == ["new"]
    assert {story.id for story in digest.stories} == {story.id for story in before}
    assert {len(story.articles) for story in digest.stories} == {1}
