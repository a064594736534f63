"""Pictures of outlets that gave leave: fetched over real HTTP after the digest, or left alone."""

import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.models import Stage
from aggregator.operations.trace import trace_article
from aggregator.pipeline.picture import ask_pictures
from aggregator.store.pictures import PictureAddress
from tests.support.clock import SettableClock
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.press_pictures import ask_and_fetch, draw_bomb, draw_picture, fetch_waiting
from tests.support.servers import Fault, FeedServer, Reply, redirect
from tests.unit.fulltext.test_extract import PAGE
from workers.app import create_app
from workers.run_once import run_once
from workers.tasks import register

AS_OF = "2025-08-20T13:00:00+05:00"
RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">'
    "<channel><title>T</title><item><guid>17</guid><link>https://stepnoy.example/17</link>"
    "<title>В Павлодаре открыли мост</title><description>Мост строили пять лет.</description>"
    '<media:content url="{picture}" medium="image"/>'
    "<pubDate>Wed, 20 Aug 2025 10:00:00 +0500</pubDate></item></channel></rss>"
)
LEAVE = "pictures = true\n"
ONE = f"{1:032x}"


@pytest.fixture
def server():
    with FeedServer() as made:
        made.route("/rss", Reply(body=RSS.format(picture=made.url("/bridge.jpg"))))
        yield made


@pytest.fixture
def clock():
    return SettableClock(datetime.fromisoformat(AS_OF))


@pytest.fixture
def set_up(tmp_path, redis_url, server, clock):
    def made(outlet_lines=LEAVE):
        feeds = {"stepnoy": server.url("/rss")}
        services = newsroom(
            tmp_path, redis_url, feeds, AS_OF, outlet_lines=outlet_lines, clock=clock
        )
        assert poll(services, "r1")["stepnoy"].new == 1
        process_articles(services)
        return services

    return made


@pytest.fixture
def asked(tmp_path, redis_url, server, clock):
    """A newsroom without an article, of which a picture waits: what comes of it needs no more."""
    feeds = {"stepnoy": server.url("/rss")}
    services = newsroom(tmp_path, redis_url, feeds, AS_OF, outlet_lines=LEAVE, clock=clock)
    ask_one(services, server)
    return services


def ask_one(services, server):
    address = PictureAddress(url=server.url("/bridge.jpg"), outlet_id="stepnoy")
    return services.store.pictures.ask({ONE: address})


def picture(body=None, kind="image/jpeg", **changes):
    headers = {"Content-Type": kind}
    return Reply(body=draw_picture() if body is None else body, headers=headers, **changes)


def list_asked(server):
    return [request.path for request in server.requests if request.path != "/rss"]


def read_record(services, article_id=ONE):
    return services.store.pictures.load_records([article_id])[article_id]


def find_best(services):
    [story] = compose(services)[0].stories
    return [story.best.article_id]


def test_the_picture_of_a_story_is_fetched_once_its_digest_is_there(set_up, server):
    server.route("/bridge.jpg", picture())
    services = set_up()
    assert list_asked(server) == []

    assert ask_and_fetch(services, compose(services)) == 1

    [kept] = services.store.pictures.load(find_best(services)).values()
    assert (kept.width, kept.height, kept.outlet_id) == (960, 540, "stepnoy")
    assert kept.body.startswith(b"RIFF")
    assert read_record(services, *find_best(services)).said.startswith("960 × 540, ")
    # Asked for once, whatever is composed again.
    assert ask_and_fetch(services, compose(services)) == 0
    assert list_asked(server) == ["/bridge.jpg"]


def test_without_leave_nothing_is_known_of_a_picture_and_no_byte_of_it_is_fetched(set_up, server):
    server.route("/bridge.jpg", picture())
    services = set_up("")

    assert ask_and_fetch(services, compose(services)) == 0

    assert list_asked(server) == []
    [item] = services.store.articles.load_items(find_best(services)).values()
    assert item.picture == ""
    assert services.store.pictures.load_records(find_best(services)) == {}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=404), "not found: "),
        (Reply(status=410), "gone: "),
        (picture(b"<html></html>", "text/html"), "not a picture: text/html"),
        (picture(b"<html></html>"), "not shown: no JPEG, PNG, WebP or GIF"),
        (picture(b"<svg/>", "image/svg+xml"), "not shown: no JPEG, PNG, WebP or GIF"),
        (picture(draw_bomb(8_000), "image/png"), "not shown: 8000 × 8000: more than"),
        (picture(draw_picture()[:3_000]), "not shown: a broken file: "),
        (picture(draw_picture(size=(1, 1))), "not shown: 1 × 1: smaller than"),
        (picture(bytes(7 << 20)), "too large: Content-Length is 7,340,032 bytes"),
        (redirect("http://10.0.0.1/bridge.jpg"), "refused address: "),
        (redirect("file:///etc/passwd"), "refused address: "),
        (redirect("/bridge.jpg"), "redirect loop: "),
    ],
    ids=[
        "not found",
        "gone",
        "page",
        "page that says picture",
        "svg",
        "bomb",
        "cut",
        "pixel",
        "too large",
        "inward",
        "file",
        "circle",
    ],
)
def test_what_is_no_picture_is_noted_and_left_alone(asked, server, clock, reply, said):
    server.route("/bridge.jpg", reply)
    fetch_waiting(asked)
    while asked.store.queues.load_waiting()[Stage.PICTURE].later:
        clock.pass_by(minutes=1)
        fetch_waiting(asked)
    requests = len(list_asked(server))

    assert read_record(asked).said.startswith(said)
    assert asked.store.pictures.list_kept() == {}
    assert ask_one(asked, server) == 0
    assert fetch_waiting(asked) == 0
    assert len(list_asked(server)) == requests


@pytest.mark.parametrize(
    "fault", [Fault.STALL_BEFORE, Fault.STALL_AFTER_HEADERS, Fault.DRIP, Fault.TRUNCATED]
)
def test_a_server_that_stalls_is_asked_again_a_little_later(asked, server, clock, fault):
    server.route("/bridge.jpg", picture(fault=fault), picture())
    limits = replace(asked.settings.fetch.limits(), read_timeout_s=0.3, total_timeout_s=0.6)

    assert fetch_waiting(asked, limits) == 0
    assert asked.store.queues.load_waiting()[Stage.PICTURE].later == 1
    clock.pass_by(minutes=1)
    assert fetch_waiting(asked) == 1
    assert len(asked.store.pictures.list_kept()) == 1


def test_leave_that_is_taken_back_stops_what_waits(asked, server):
    server.route("/bridge.jpg", picture())
    vars(asked)["pictured"] = frozenset()

    assert fetch_waiting(asked) == 1

    assert list_asked(server) == []
    assert read_record(asked).said == "its outlet gives no leave"


def test_a_process_that_dies_takes_no_worker_with_it(asked, server):
    server.route("/bridge.jpg", picture())

    # An interpreter that ends as soon as it is asked.
    died = [sys.executable, "-c", "print(flush=True); input(); import os; os.abort()"]
    assert fetch_waiting(asked, command=died) == 1

    assert read_record(asked).said == "not shown: took too long, or too much memory"


PAGE_PICTURE = PAGE.replace(
    "<head>", '<head><meta property="og:image" content="/bridge.jpg?a=1&amp;b=2">', 1
)


@pytest.mark.parametrize(
    ("outlet_lines", "asked"), [(LEAVE, ["/bridge.jpg?a=1&b=2"]), ("", [])], ids=["leave", "none"]
)
def test_the_page_that_is_read_anyway_names_the_picture(
    tmp_path, redis_url, clock, server, outlet_lines, asked
):
    page = Reply(body=PAGE_PICTURE, headers={"Content-Type": "text/html; charset=utf-8"})
    server.route("/17", page)
    server.route("/bridge.jpg?a=1&b=2", picture())
    plain = RSS.format(picture="").replace('<media:content url="" medium="image"/>', "")
    server.route("/rss", Reply(body=plain.replace("https://stepnoy.example/17", server.url("/17"))))
    feeds = {"stepnoy": server.url("/rss")}
    services = newsroom(
        tmp_path,
        redis_url,
        feeds,
        AS_OF,
        lines="full_text = true\n",
        outlet_lines=outlet_lines,
        clock=clock,
    )
    poll(services, "r1")
    process_articles(services)

    ask_and_fetch(services, compose(services))

    assert [path for path in list_asked(server) if path != "/17"] == asked


def test_a_life_tells_what_became_of_a_picture(set_up, server):
    server.route("/bridge.jpg", Reply(status=410))
    services = set_up()
    ask_and_fetch(services, compose(services))
    [article_id] = find_best(services)

    trace = trace_article(services.store, article_id, ["daily"])

    [line] = [line for _, line in trace.describe() if line.startswith("picture ")]
    assert line.startswith(f"picture {server.url('/bridge.jpg')}: gone: ")
    assert trace.as_json()["picture"]["kept"] is False


class Woken:
    """Wakeups that are noted, and wake nobody."""

    def __init__(self):
        self.sent = []

    def note_arrival(self, task):
        pass

    def send(self, name, **_arguments):
        self.sent.append(name)
        return True


def test_tasks_ask_after_the_digest_and_fetch_only_while_no_digest_waits(set_up, server):
    server.route("/bridge.jpg", picture())
    services = set_up()
    woken = vars(services)["wakeups"] = Woken()
    app = create_app("memory://", namespace="t", pulse=timedelta(seconds=10))
    register(app, services)
    assert app.tasks["tilshi.picture"]() == 0

    assert app.tasks["tilshi.compose"]() > 0
    assert "picture" in woken.sent
    assert list_asked(server) == []
    # Another article is on its way to a digest.
    server.route("/rss", Reply(body=RSS.replace("17", "18").format(picture="/other.jpg")))
    poll(services, "r2")
    assert app.tasks["tilshi.picture"]() == 0
    assert list_asked(server) == []

    process_articles(services)
    assert app.tasks["tilshi.picture"]() == 1
    assert list_asked(server) == ["/bridge.jpg"]
    app.close()


class Inline:
    """Wakeups that are work at once, of what comes last in a pass."""

    def __init__(self, services, *, fetching):
        self._services = services
        self._fetching = fetching

    def send(self, name, **_arguments):
        if name == "compose":
            ask_pictures(self._services.store, compose(self._services), self._services.pictured)
        if name == "picture" and self._fetching:
            fetch_waiting(self._services)
        return True


@pytest.mark.parametrize("fetching", [True, False], ids=["fetched", "held up"])
def test_a_single_pass_waits_for_pictures_but_not_for_ever(set_up, server, clock, fetching):
    server.route("/bridge.jpg", picture())
    services = set_up()
    vars(services)["wakeups"] = Inline(services, fetching=fetching)
    began = clock.now()

    account = run_once(
        services,
        run_id="r2",
        everything=False,
        deadline=began + timedelta(hours=1),
        pause=lambda seconds: clock.pass_by(seconds=seconds),
        progress=lambda _left, _polled: None,
    )

    assert len(account.digests[0].stories) == 1
    assert len(services.store.pictures.list_kept()) == int(fetching)
    waited_s = (clock.now() - began).total_seconds()
    assert waited_s < 5 if fetching else 60 <= waited_s < 65
