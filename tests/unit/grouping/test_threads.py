from dataclasses import replace
from datetime import date, timedelta

import pytest

from aggregator.grouping.threads import MOST_MENTIONS, ToldStories
from aggregator.models import StoryMention, ThreadText, ToldStory
from tests.support.threads import (
    FILE,
    find_links,
    list_right_links,
    load_gold_threads,
    load_threads,
)
from tests.support.vectors import RecordedEmbedder

DAY = date(2025, 9, 8)


def text(title, lead="", language="ru"):
    return ThreadText(language=language, title=title, text=lead, vector=b"")


def told(title, lead="", *, days=1, story="a" * 16, thread=()):
    mention = StoryMention(
        day=DAY - timedelta(days=days),
        story=story,
        headline=title,
        language="ru",
        outlets=("outlet",),
    )
    return ToldStory(mention=mention, texts=(text(title, lead),), thread=thread)


def measure(links, right, ids):
    links = {link for link in links if link[0] in ids}
    right = {link for link in right if link[0] in ids}
    return len(links & right) / len(links), len(links & right) / len(right)


@pytest.fixture(scope="module")
def written():
    stories = load_threads()
    return stories, find_links(stories), list_right_links(stories)


@pytest.mark.parametrize(
    ("held_out", "fresh", "least"),
    [(False, False, 0.8), (True, False, 0.8), (True, True, 0.65)],
    ids=["tuned on", "held out", "fresh"],
)
def test_links_of_written_threads_are_as_good_as_measured(written, held_out, fresh, least):
    stories, links, right = written
    kind = (held_out, fresh)
    ids = {story.id for story in stories if (story.held_out, story.fresh) == kind}
    precision, recall = measure(links, right, ids)
    assert precision >= 0.98
    assert recall >= least


def test_kept_vectors_are_of_the_model_that_made_the_gold_s():
    assert RecordedEmbedder(FILE).name == RecordedEmbedder().name


def test_no_two_events_of_the_gold_are_linked():
    stories = load_gold_threads()
    links = find_links(stories)
    right = list_right_links(stories)
    assert links <= right
    assert len(links & right) >= 8


def test_a_story_that_goes_on_is_linked_by_its_id():
    stories = ToldStories([told("Открыт новый мост", story="b" * 16)])
    [mention] = stories.find_thread("b" * 16, [text("Погода на завтра")])
    assert mention.day == DAY - timedelta(days=1)


def test_a_thread_is_handed_on_and_bounded():
    mentions = tuple(
        replace(told("Ранее").mention, day=DAY - timedelta(days=10 + number))
        for number in range(2 * MOST_MENTIONS)
    )
    stories = ToldStories([told("Открыт новый мост", story="b" * 16, thread=mentions)])
    thread = stories.find_thread("b" * 16, [text("Погода на завтра")])
    assert len(thread) == MOST_MENTIONS
    assert [mention.day for mention in thread] == sorted(
        (mention.day for mention in thread), reverse=True
    )


def test_nothing_told_gives_no_thread():
    assert ToldStories([]).find_thread("b" * 16, [text("Погода на завтра")]) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Доллар подорожал до 541,2 тенге", "Доллар подорожал до 543,8 тенге"),
        (
            "Землетрясение магнитудой 4,3 ощутили в Алматы",
            "Землетрясение магнитудой 5,1 ощутили в Алматы",
        ),
        ("В Шымкенте сгорел склад на улице Рыскулова", "В Шымкенте сгорел склад в посёлке Тассай"),
    ],
    ids=["rates", "tremors", "fires"],
)
def test_what_comes_again_is_no_thread(old, new):
    assert ToldStories([told(old)]).find_thread("b" * 16, [text(new)]) == ()
