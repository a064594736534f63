"""304s that hide articles are found out, addresses that move are learnt: over real HTTP."""

from dataclasses import replace
from datetime import timedelta

from aggregator.models import Outcome, SourceReport, Stage
from tests.support.newsroom import newsroom, poll
from tests.support.servers import FeedServer, Reply, redirect

AS_OF = "2025-08-20T13:00:00+05:00"
ITEM = "<item><guid>{0}</guid><link>https://d.example/{0}</link><title>Новость {0}</title></item>"


def rss(count):
    items = "".join(map(ITEM.format, range(count)))
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'
    )


def remember(services, source_id, **changes):
    """Change what is remembered of a source's server, as a poll at another time would have."""
    work = services.store.queues
    work.make_due([source_id])
    work.take(Stage.FETCH, limit=1, token="t", lease=timedelta(minutes=1))
    state = work.load_source_states([source_id])[source_id]
    state = replace(state, asking=replace(state.asking, **changes))
    report = SourceReport(source_id=source_id, outcome=Outcome.OK)
    work.finish_source(report, state, token="t", due=services.clock.now(), run_id="edit")


def test_a_server_that_says_304_for_ever_is_found_out_and_asked_in_full(tmp_path, redis_url):
    with FeedServer() as server:
        server.route("/rss", Reply(body=rss(2), etag='"same"'))
        services = newsroom(tmp_path, redis_url, {"liar": server.url("/rss")}, AS_OF)
        first = poll(services, "r0")["liar"]
        server.route("/rss", Reply(body=rss(5), etag='"same"'))
        later = [poll(services, f"r{number}")["liar"] for number in range(1, 24)]
        sent = [request.headers.get("if-none-match") for request in server.requests]

    assert (first.outcome, first.new) == (Outcome.OK, 2)
    assert [report.outcome for report in later[:20]] == [Outcome.NOT_MODIFIED] * 20
    assert (later[20].outcome, later[20].new) == (Outcome.OK, 3)
    assert "its 304s hid articles: asked in full until" in later[20].detail
    # From then on it is not told what we have.
    assert sent == [None, *['"same"'] * 20, None, None, None]


def test_an_address_that_moved_for_good_is_learnt_and_the_old_one_tried_when_it_fails(
    tmp_path, redis_url
):
    with FeedServer() as server:
        server.route("/old", redirect("/new", status=301))
        server.route("/new", Reply(body=rss(1)))
        services = newsroom(tmp_path, redis_url, {"moved": server.url("/old")}, AS_OF)
        for number in range(3):
            poll(services, f"r{number}")
        remember(services, "moved", moved_since=services.clock.now() - timedelta(days=3))
        learnt = poll(services, "r3")["moved"]
        seen = len(server.requests)
        poll(services, "r4")
        server.route("/new", Reply(status=404))
        server.route("/old", Reply(body=rss(2)))
        failed, back = poll(services, "r5")["moved"], poll(services, "r6")["moved"]
        paths = [request.path for request in server.requests[seen:]]

    assert f"moved for good to {server.url('/new')}: mend the catalogue" in learnt.detail
    assert paths == ["/new", "/new", "/old"]
    assert failed.outcome is Outcome.NOT_FOUND
    assert "the catalogue's address is asked next" in failed.detail
    assert (back.outcome, back.new) == (Outcome.OK, 1)


def test_a_temporary_redirect_is_followed_and_never_learnt(tmp_path, redis_url):
    with FeedServer() as server:
        server.route("/old", redirect("/new", status=302))
        server.route("/new", Reply(body=rss(1)))
        services = newsroom(tmp_path, redis_url, {"here": server.url("/old")}, AS_OF)
        for number in range(4):
            poll(services, f"r{number}")
        state = services.store.queues.load_source_states(["here"])["here"]

    assert (state.asking.moved_to, state.asking.learnt) == ("", "")
    assert state.outcome is Outcome.OK
