"""Which articles tell a story, and who takes the place of one whose English cannot be shown."""

from aggregator.digest.lead_article import (
    MOST_REPORTS,
    MOST_TRIED,
    list_candidates,
    list_reports,
    rank_leads,
)
from aggregator.models import Copy

STORY = (
    ("best", Copy.BEST),
    ("early", Copy.SAME_EVENT),
    ("copy", Copy.SAME_TEXT),
    ("late", Copy.SAME_EVENT),
)
RUSSIAN = dict.fromkeys(("best", "early", "copy", "late"), "ru")


def test_the_best_article_tells_its_story_alone():
    assert list_candidates(STORY, RUSSIAN, failed=()) == ["best"]


def test_another_takes_the_place_of_one_that_failed_but_no_copy():
    assert list_candidates(STORY, RUSSIAN, failed={"best"}) == ["best", "early"]
    assert list_candidates(STORY, RUSSIAN, failed={"best", "early", "copy"}) == [
        "best",
        "early",
        "late",
    ]


def test_one_written_in_english_comes_before_others():
    assert rank_leads(STORY, RUSSIAN | {"late": "en"}) == ["best", "late", "early"]


def test_only_articles_that_the_edition_may_tell_today_are_asked():
    assert list_candidates(STORY, {"copy": "ru", "late": "ru"}, failed=()) == ["copy"]
    assert list_candidates(STORY, {}, failed=()) == []


def test_no_more_than_some_are_tried():
    story = (("best", Copy.BEST), *((f"a{n}", Copy.SAME_EVENT) for n in range(9)))
    everything = dict.fromkeys((key for key, _ in story), "kk")

    assert len(list_candidates(story, everything, failed=everything)) == MOST_TRIED


def test_headlines_of_other_reports_are_translated_but_of_copies_and_of_english_ones():
    assert list_reports(STORY, RUSSIAN) == ["early", "late"]
    assert list_reports(STORY, RUSSIAN | {"late": "en"}) == ["early"]
    assert list_reports(STORY, {"best": "ru", "late": "kk"}) == ["late"]


def test_no_more_headlines_than_some_are_translated():
    story = (("best", Copy.BEST), *((f"a{n}", Copy.SAME_EVENT) for n in range(MOST_REPORTS + 3)))

    assert len(list_reports(story, dict.fromkeys((key for key, _ in story), "kk"))) == MOST_REPORTS
