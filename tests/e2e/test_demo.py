"""The main job: the demo's feeds in, English digests out, by real workers over a real store."""

import re
from collections import Counter
from datetime import date

import pytest

from aggregator.digest.render.html import render_html
from aggregator.digest.render.markdown import render_markdown
from aggregator.digest.render.text import render_text
from aggregator.models.digest_json import read_digest, write_digest
from tests.e2e.conftest import told

pytestmark = pytest.mark.e2e

SEED = "Информацию о запрете WhatsApp и Telegram в Казахстане прокомментировали в Минцифры"


def reports(played, poll):
    return {report.source_id: report for report in played.run.accounts[poll - 1].reports}


def test_every_article_stands_in_exactly_one_digest(played):
    counted = Counter(told(played.daily))

    assert set(counted) == set(played.articles)
    assert set(counted.values()) == {1}


def test_every_article_of_the_outlets_was_stored_once(played):
    """
    Guids, links and edits of the corpus name each article.

    Nothing is lost and nothing doubled.
    """
    expected = {
        (played.corpus.outlet_of(source).id, article.key)
        for source in played.corpus.sources
        for poll in (1, 2)
        if poll not in played.corpus.sources[source].unavailable
        for article in played.corpus.items(source, poll)
    }
    stale = sum(report.stale for poll in (1, 2) for report in reports(played, poll).values())

    assert stale == 1
    assert len(played.articles) == len(expected) - stale


def test_the_three_days_have_their_digests(played):
    days = {digest.day: digest for digest in played.daily}

    assert set(days) == {date(2025, 8, 18), date(2025, 8, 19), date(2025, 8, 20)}
    assert [days[day].closed for day in sorted(days)] == [True, True, False]


def test_the_seed_story_is_told_with_its_original_and_its_link(played):
    digest = played.daily[0]
    [story] = [s for s in digest.stories if any(ref.title == SEED for ref in s.articles)]
    [seed] = [ref for ref in story.articles if ref.title == SEED]
    page = render_html(digest)

    assert seed.outlet == "NUR.KZ"
    assert seed.link.startswith("https://www.nur.kz/")
    assert len(story.articles) >= 4, (
        "the ministry, two Russian outlets and a Kazakh one told it too"
    )
    assert {"kk", "ru"} <= {ref.language for ref in story.articles}
    assert SEED in page
    assert seed.link in page
    assert story.headline.original in page


def test_headlines_are_in_english_or_say_why_not(played):
    """
    The shipped package is weak: its guards let pass less than half of what it makes.

    See docs/benchmarks.md.
    """
    stories = [story for digest in played.daily for story in digest.stories]
    english = [story for story in stories if story.headline.translated]

    assert len(english) > len(stories) / 3
    assert all(not re.search("[а-яәіңғүұқөһ]", story.headline.text.lower()) for story in english)
    assert all(story.headline.flags for story in stories if not story.headline.translated)


def test_every_english_sentence_names_the_package_that_made_it(played):
    segments = [
        segment
        for digest in played.daily
        for story in digest.stories
        if story.best.language != "en"
        for passage in (story.headline, story.lead)
        for segment in passage.segments
        if segment.english is not None
    ]

    assert segments
    assert all(segment.package for segment in segments)


def test_the_account_adds_up(played):
    first, second = (account.totals for account in played.run.accounts)

    assert first["polled"] == second["polled"] == len(played.corpus.sources)
    assert first["failed"] == 1, "one outlet answers 503 at first"
    assert second["failed"] == 0
    assert second["not_modified"] >= 1
    assert second["updated"] >= 2
    assert first["new"] + second["new"] == len(played.articles)
    accounts = [digest.account for digest in played.daily]
    assert sum(account.articles for account in accounts) == len(played.articles)
    assert all(account.merged == account.articles - account.stories for account in accounts)
    assert sum(account.duplicates for account in accounts) >= 2


def test_an_edit_between_the_polls_shows_its_new_words_once(played):
    """
    In a digest that is open.

    A closed one keeps the words it was closed with, and the store has the new ones.
    """
    edited = [article for article in played.corpus.articles if article.edit and article.edit.title]
    titles = Counter(
        ref.title for digest in played.daily for story in digest.stories for ref in story.articles
    )
    stored = Counter(item.article.title for item in played.articles.values())
    closed = {digest.day for digest in played.daily if digest.closed}

    assert {article.published.date() in closed for article in edited} == {True, False}
    for article in edited:
        shown, gone = article.edit.title, article.title
        assert (stored[shown], stored[gone]) == (1, 0)
        expected = (0, 1) if article.published.date() in closed else (1, 0)
        assert (titles[shown], titles[gone]) == expected


def test_the_same_digest_reads_back_in_every_form(played):
    for digest in played.daily:
        assert read_digest(write_digest(digest)) == digest
        headline = digest.stories[0].headline.text
        assert headline in render_text(digest, width=1000, color=False)
        assert headline.split()[0] in render_markdown(digest)


def test_a_match_goes_on_with_its_announcement(played):
    newest, *_, oldest = played.daily
    [match] = [
        story for story in newest.stories if any("Кокжал" in ref.title for ref in story.articles)
    ]
    [mention] = match.thread
    [announced] = [story for story in oldest.stories if story.id == mention.story]

    assert mention.day == oldest.day
    assert any("Көкжал" in ref.title for ref in announced.articles)
    threads = [story.thread for digest in played.daily for story in digest.stories]
    assert sum(map(bool, threads)) <= 4, "few stories of three days go on"
