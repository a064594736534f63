"""Planners that come and go, or work by turns, plan the stories that all articles together give."""

from datetime import date

import pytest

from aggregator.grouping.cluster import group
from tests.support.newsroom import desk_work, newsroom, poll
from tests.support.servers import FeedServer, Reply

AS_OF = "2025-08-20T13:00:00+05:00"
DAY = date(2025, 8, 20)
ITEM = (
    "<item><guid>{n}</guid><link>https://{name}.example/{n}</link><title>{title}</title>"
    "<pubDate>Wed, 20 Aug 2025 1{n}:00:00 +0500</pubDate></item>"
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


def publish(server, titles):
    for name, said in titles.items():
        items = "".join(ITEM.format(n=n, name=name, title=title) for n, title in enumerate(said))
        server.route(f"/{name}", Reply(body=RSS.format(items=items)))


@pytest.mark.parametrize(
    "turns", [(0, 0), (0, 1)], ids=["one that keeps its window", "two by turns, the second anew"]
)
def test_stories_are_those_of_all_articles(tmp_path, redis_url, turns):
    with FeedServer() as server:
        publish(server, FIRST)
        feeds = {name: server.url(f"/{name}") for name in FIRST}
        rooms = [newsroom(tmp_path, redis_url, feeds, AS_OF) for _ in range(2)]
        for number, (titles, turn) in enumerate(zip((FIRST, THEN), turns, strict=True)):
            publish(server, titles)
            poll(rooms[turn], f"r{number}")
            desk_work(rooms[turn])
            store = rooms[turn].store.articles
            articles = [stored.article for stored in store.load(store.day_ids(DAY)).values()]
            step = rooms[turn].group_step

            assert len(articles) == sum(map(len, titles.values()))
            assert store.stories(DAY) == group(
                articles, official=step.official, preferred=step.preferred
            )
    assert sorted(len(story.articles) for story in store.stories(DAY)) == [2, 2]
