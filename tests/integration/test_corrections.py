"""What an outlet changes after a digest has closed: that one stays, the next one says it once."""

from datetime import date, datetime

import pytest

from aggregator.models import Stage
from aggregator.web.archive import Archive
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply
from workers.pages import make_page_renderer

RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss '
    'version="2.0"><channel><title>T</title>{items}</channel></rss>'
)
ITEM = (
    "<item><guid>{guid}</guid><link>https://a.example/{guid}</link><title>{title}</title>"
    "<description>{lead}</description><pubDate>{when} 2025 10:00:00 +0500</pubDate></item>"
)
FIVE = "В Алматы пострадали пять человек"
SEVEN = "В Алматы пострадали семь человек"
LEAD = "Авария произошла утром в среду."
NEXT = "Астанада жаңа көпір ашылды"
WEDNESDAY = date(2025, 8, 20)
THURSDAY = date(2025, 8, 21)
FRIDAY = date(2025, 8, 22)


def at(day, hour=13):
    return datetime.fromisoformat(f"2025-08-{day}T{hour:02}:00:00+05:00")


def item(title, guid="1", day="Wed, 20 Aug", lead=LEAD):
    return ITEM.format(guid=guid, title=title, lead=lead, when=day)


class RewrittenOutlet:
    """An outlet whose feed a test rewrites, and the services that read it."""

    def __init__(self, server, services):
        self.server = server
        self.services = services
        self.runs = 0

    def publish(self, when, *items):
        """Publish these items, run every stage, return the digests, the newest first."""
        self.server.route("/a", Reply(body=RSS.format(items="".join(items))))
        self.runs += 1
        poll(self.services, f"r{self.runs}", when)
        process_articles(self.services)
        return compose(self.services)

    def close_day(self, when):
        self.services.as_of = when.isoformat()
        return compose(self.services)


@pytest.fixture
def outlet(tmp_path, redis_url):
    with FeedServer() as server:
        server.route("/a", Reply(body=RSS.format(items="")))
        feeds = {"aaa": server.url("/a")}
        services = newsroom(tmp_path, redis_url, feeds, at(20).isoformat())
        yield RewrittenOutlet(server, services)


def close_wednesday(outlet):
    outlet.publish(at(20), item(FIVE))
    return outlet.close_day(at(21, 7))


def test_the_next_digest_prints_both_versions_and_the_closed_one_stays(outlet):
    [closed] = close_wednesday(outlet)
    made = outlet.publish(at(21), item(SEVEN), item(NEXT, "2", "Thu, 21 Aug"))

    assert closed.closed
    assert made[1] == closed
    [correction] = made[0].corrections
    assert (correction.headline.original, correction.told.headline.original) == (SEVEN, FIVE)
    assert (correction.told.day, correction.told.story) == (WEDNESDAY, closed.stories[0].id)
    assert correction.article.link == "https://a.example/1"
    assert made[0].account.corrected == 1
    assert [story.headline.original for story in made[0].stories] == [NEXT]


def test_new_words_are_translated_and_name_their_package(outlet):
    close_wednesday(outlet)
    [correction] = outlet.publish(at(21), item(SEVEN))[0].corrections

    assert correction.headline.segments[0].english or correction.headline.flags
    assert [part.source for part in correction.lead.segments] == [LEAD]


@pytest.mark.parametrize(
    "edit",
    [
        item(FIVE.upper() + "!"),
        item(FIVE, lead=f"{LEAD} Водители не пострадали, сообщили в полиции."),
    ],
    ids=["capitals and marks", "more text after what was printed"],
)
def test_edits_that_leave_printed_words_are_no_news(outlet, edit):
    close_wednesday(outlet)
    made = outlet.publish(at(21), edit, item(NEXT, "2", "Thu, 21 Aug"))

    assert made[0].corrections == ()
    assert outlet.services.store.articles.list_waiting_ids(Stage.GROUP) == []


def test_words_that_are_changed_back_before_the_next_digest_closes_are_not_mentioned(outlet):
    close_wednesday(outlet)
    outlet.publish(at(21), item(SEVEN), item(NEXT, "2", "Thu, 21 Aug"))
    made = outlet.publish(at(21, 18), item(FIVE), item(NEXT, "2", "Thu, 21 Aug"))

    assert made[0].corrections == ()
    assert made[0].revision == 2


def test_a_second_edit_after_the_correction_is_compared_with_the_correction(outlet):
    [closed] = close_wednesday(outlet)
    outlet.publish(at(21), item(SEVEN))
    outlet.close_day(at(22, 7))
    made = outlet.publish(
        at(22), item(SEVEN.replace("семь", "девять")), item(NEXT, "2", "Fri, 22 Aug")
    )

    assert [digest.day for digest in made] == [FRIDAY, THURSDAY, WEDNESDAY]
    [correction] = made[0].corrections
    assert correction.told.headline.original == SEVEN
    assert (correction.told.day, correction.told.story) == (WEDNESDAY, closed.stories[0].id)


def test_a_correction_alone_makes_a_digest_and_rests(outlet):
    close_wednesday(outlet)
    made = outlet.publish(at(21), item(SEVEN))

    assert (made[0].day, made[0].stories, len(made[0].corrections)) == (THURSDAY, (), 1)
    for stage in (Stage.GROUP, Stage.TRANSLATE):
        assert not outlet.services.store.articles.list_waiting_ids(stage)
    closed = outlet.close_day(at(22, 7))[0]
    assert closed.closed
    assert outlet.services.store.articles.list_open_days() == []


def test_what_is_not_read_in_time_is_carried_to_the_next_digest(outlet):
    """The edit arrives, and every reader of articles is away until Thursday's digest must close."""
    close_wednesday(outlet)
    outlet.publish(at(21), item(SEVEN), item(NEXT, "2", "Thu, 21 Aug"))
    outlet.server.route("/a", Reply(body=RSS.format(items=item(SEVEN.replace("семь", "девять")))))
    poll(outlet.services, "late", at(21, 23))
    made = outlet.close_day(at(22, 12))

    assert made[0].closed
    assert made[0].corrections == ()
    process_articles(outlet.services)
    [correction] = outlet.close_day(at(22, 13))[0].corrections
    assert "девять" in correction.headline.original


def test_the_closed_page_points_to_the_correction(outlet, tmp_path):
    close_wednesday(outlet)
    made = outlet.publish(at(21), item(SEVEN))
    archive = Archive(tmp_path / "archive.sqlite")
    for digest in made:
        archive.put(digest)
    step = make_page_renderer(outlet.services, archive, address="https://digest.example/")
    [story] = made[1].stories
    [correction] = made[0].corrections
    link = f"daily/2025-08-21.html#c-{correction.article.article_id}"

    for path in ("daily/2025-08-20.html", f"daily/2025-08-20/{story.id}.html"):
        page = step.find(path).body.decode()
        assert "changed these words since" in page
        assert f'{link}"' in page
    page = step.find("daily/2025-08-21.html").body.decode()
    assert f'id="c-{correction.article.article_id}"' in page
    assert "told on 20 August as" in page
    for form in ("rss", "atom", "json"):
        assert "Corrected or reworded since" in step.find(f"daily/stories.{form}").body.decode()
