"""
What readers see depends on the articles alone, whoever overtakes whom on the way there.

Reports of one event are read, grouped and translated at random moments, also while another worker
has them in hand or has read them and not written yet; some headlines have no English.
"""

import random
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.models import Stage, Translation
from aggregator.models.flag import Flag, Reason
from aggregator.pipeline.group import group_days
from aggregator.pipeline.text import text_articles
from aggregator.pipeline.translate import translate_articles
from tests.support.interrupted import InterruptedStore
from tests.support.newsroom import compose, newsroom, poll
from tests.support.same_digests import list_differences
from tests.support.servers import FeedServer, Reply
from workers.steps import make_text_step, make_translate_step

AS_OF = "2025-08-20T13:00:00+05:00"
LEASE = timedelta(minutes=5)
REPORTS = {
    "one": ("В Павлодаре открыли новый мост через Иртыш", "10:00"),
    "two": ("Павлодарда Ертіс арқылы жаңа көпір ашылды", "09:20"),
    "three": ("Новый мост через Иртыш открыли в Павлодаре сегодня", "09:40"),
    "four": ("Ертіс арқылы салынған жаңа көпір Павлодарда ашылды", "09:10"),
    "five": ("В Павлодаре через Иртыш открыт новый мост", "09:50"),
}
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>1</guid>'
    "<link>https://{name}.example/1</link><title>{title}</title>"
    "<description>{title}: движение открыто, көлік жүре бастады, это {name}.</description>"
    "<pubDate>Wed, 20 Aug 2025 {clock}:00 +0500</pubDate></item></channel></rss>"
)
SEEDS = range(12)


class Slow:
    """A translator beside which somebody else is at work; some texts have no English with it."""

    def __init__(self, failing, meanwhile):
        self._failing = failing
        self._meanwhile = meanwhile

    def translate(self, segments):
        self._meanwhile()
        return [self._put(segment.text) for segment in segments]

    def _put(self, text):
        if text in self._failing:
            flags = (Flag(Reason.UNSURE),)
            return Translation(source=text, english=None, flags=flags)
        return Translation(source=text, english=f"English of {text}", package="test 1")

    def packages(self):
        return {"ru": "test 1", "kk": "test 1"}


class Workers:
    """Does what any worker may do next, as chance has it; nested, as workers are beside others."""

    def __init__(self, services, failing, chance):
        self._services = services
        self._failing = failing
        self._chance = chance
        self._busy = set()

    def do_anything(self):
        for _ in range(self._chance.randint(0, 2)):
            action = self._chance.choice([self.read, self.group, self.translate, self.translate])
            action()

    def read(self):
        store, now = self._services.store, self._services.clock.now()
        taken = store.queues.take(Stage.TEXT, limit=1, token="text", lease=LEASE)
        text_articles(taken, make_text_step(self._services), token="text", now=now)
        return len(taken)

    def group(self):
        step = self._services.group_step
        step = replace(
            step, store=InterruptedStore(self._services.store, {"load_heads"}, self.do_anything)
        )
        token = f"plan-{self._chance.random()}"
        return group_days(step, token=token, lease=LEASE, now=self._services.clock.now())

    def translate(self):
        store, now = self._services.store, self._services.clock.now()
        token = f"translate-{self._chance.random()}"
        taken = store.queues.take(Stage.TRANSLATE, limit=1, token=token, lease=LEASE)
        slow = Slow(self._failing, self.do_anything)
        step = replace(make_translate_step(self._services), translator=slow)
        translate_articles(taken, step, token=token, now=now)
        return len(taken)

    def finish(self):
        while True:
            while self.read():
                pass
            self.group()
            waiting = self._services.store.queues.load_waiting()
            if not any(waiting[stage].ready for stage in (Stage.TEXT, Stage.GROUP)) and not (
                self.translate()
            ):
                return


def make_digests(folder, redis_url, failing, chance):
    with ExitStack() as stack:
        server = stack.enter_context(FeedServer())
        for name, (title, clock) in REPORTS.items():
            server.route(f"/{name}", Reply(body=RSS.format(name=name, title=title, clock=clock)))
        feeds = {name: server.url(f"/{name}") for name in REPORTS}
        own = {"TILSHI_STORE_NAMESPACE": folder.name}
        services = newsroom(folder, redis_url, feeds, AS_OF, **own)
        poll(services, "r1")
        workers = Workers(services, failing, chance)
        workers.do_anything()
        workers.finish()
        return compose(services)


class Never(random.Random):
    """Chance under which nobody comes in between."""

    def randint(self, low, high):
        return low


@pytest.mark.parametrize("seed", SEEDS)
def test_a_digest_is_the_same_whoever_overtook_whom(seed, tmp_path, redis_url):
    chance = random.Random(seed)
    titles = [title for title, _ in REPORTS.values()]
    failing = set(chance.sample(titles, chance.randint(0, 4)))

    [expected] = make_digests(tmp_path / "a", redis_url, failing, Never(seed))
    [made] = make_digests(tmp_path / "b", redis_url, failing, chance)

    assert max(len(story.articles) for story in expected.stories) >= 4
    assert list_differences([expected], [made]) == []
