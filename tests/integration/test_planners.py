"""Workers that come and go, or group by turns, give the stories of all articles together."""

from datetime import date

import pytest

from aggregator.grouping.cluster import group
from tests.support.newsroom import newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply

AS_OF = "2025-08-20T13:00:00+05:00"
DAY = date(2025, 8, 20)
ITEM = (
    "<item><guid>{number}</guid><link>https://{name}.example/{number}</link><title>{title}</title>"
    "<pubDate>Wed, 20 Aug 2025 1{number}:00:00 +0500</pubDate></item>"
)
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'
FIRST = {
    "dala": ["Павлодарда Ертіс арқылы жаңа көпір ашылды"],
    "lenta": ["Тенге укрепился к доллару"],
}
THEN = {
    "dala": [
        "Павлодарда Ертіс арқылы жаңа көпір салтанатты түрде ашылды",
        "Доллар бағамы төмендеп, теңге нығайды",
    ],
    "lenta": ["Тенге укрепился к доллару", "В Павлодаре открыли новый мост через Иртыш"],
}


def publish_titles(server, titles):
    for name, headlines in titles.items():
        items = ""
        for number, title in enumerate(headlines):
            items += ITEM.format(number=number, name=name, title=title)
        server.route(f"/{name}", Reply(body=RSS.format(items=items)))


@pytest.mark.parametrize(
    "turns", [(0, 0), (0, 1)], ids=["one that keeps its window", "two by turns, the second anew"]
)
def test_stories_are_those_of_all_articles(tmp_path, redis_url, turns):
    with FeedServer() as server:
        publish_titles(server, FIRST)
        feeds = {name: server.url(f"/{name}") for name in FIRST}
        workers = [newsroom(tmp_path, redis_url, feeds, AS_OF) for _ in range(2)]
        for titles, turn in zip((FIRST, THEN), turns, strict=True):
            services = workers[turn]
            publish_titles(server, titles)
            poll(services, "r1" if titles is FIRST else "r2")
            process_articles(services)
            store = services.store.articles
            loaded = store.load(store.list_day_ids(DAY))
            articles = [stored.article for stored in loaded.values()]
            step = services.group_step

            assert len(articles) == sum(map(len, titles.values()))
            assert store.load_stories(DAY) == group(
                articles, official=step.official, preferred=step.preferred
            )
    assert sorted(len(story.articles) for story in store.load_stories(DAY)) == [2, 2]
