"""
Sources of every kind, polled over real HTTP.

What they list enters, and a form that changed has its own outcome.
"""

from datetime import datetime

import pytest

from aggregator.models import Outcome
from tests.support.kinds import saved
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply

AS_OF = "2025-08-20T19:00:00+05:00"
PAGE = (
    'kind = "page"\n[outlet.source.page]\nitem = "div.event"\ntitle = "h3"\ndate = '
    '".event__date"\nsummary = "p"\n'
)
JSON = (
    'kind = "json"\n[outlet.source.json]\ntitle = "title"\ndate = "created_date"\ntext = "body"\n'
    'link = "https://gov.example/news/{id}"\n'
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def server():
    with FeedServer() as made:
        yield made


@pytest.mark.parametrize(
    ("lines", "name", "titles"),
    [
        (
            PAGE,
            "page.html",
            {"Мемлекет басшысы «Aitu» мессенджерін дамыту туралы айтты", "Астанада көрме ашылды"},
        ),
        (JSON, "govkz.json", {"О переходе государственных служащих на мессенджер Aitu"}),
        ('kind = "sitemap"\n', "news-sitemap.xml", {"Курс тенге и нефть", "Теңге бағамы & мұнай"}),
    ],
)
def test_what_a_source_lists_is_told(tmp_path, redis_url, server, lines, name, titles):
    server.route("/list", Reply(body=saved(name), headers=HTML))
    services = newsroom(tmp_path, redis_url, {"outlet": server.url("/list")}, AS_OF, lines=lines)

    [report] = poll(services, "r1").values()
    assert report.outcome is Outcome.OK
    process_articles(services)
    printed = {
        ref.title
        for digest in compose(services)
        if digest.day == datetime.fromisoformat(AS_OF).date()
        for story in digest.stories
        for ref in story.articles
    }
    assert titles <= printed
    [again] = poll(services, "r2").values()
    assert (again.new, again.updated) == (0, 0)


def test_a_page_whose_form_changed_has_its_own_outcome_and_comes_back(tmp_path, redis_url, server):
    services = newsroom(tmp_path, redis_url, {"outlet": server.url("/list")}, AS_OF, lines=PAGE)
    outcomes = []
    for body in (
        saved("page.html"),
        saved("page.html").replace("event", "card"),
        saved("page.html"),
    ):
        server.route("/list", Reply(body=body, headers=HTML))
        [report] = poll(services, f"r{len(outcomes)}").values()
        outcomes.append(report.outcome)
        if report.outcome is Outcome.FORM_CHANGED:
            assert report.detail == "no item ('div.event') on the page"
            assert services.store.queues.load_source_states(["outlet"])["outlet"].failures == 1

    assert outcomes == [Outcome.OK, Outcome.FORM_CHANGED, Outcome.OK]
