"""Which articles tell a story, and who takes the place of one whose English cannot be shown."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest.lead_article import (
    MOST_REPORTS,
    MOST_TRIED,
    find_untranslated,
    list_candidates,
    list_reports,
    rank_leads,
)
from aggregator.models import Copy, Extent

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


def test_of_the_best_all_is_translated_and_of_other_reports_the_headline():
    assert find_untranslated(STORY, RUSSIAN, {}, failed=()) == {
        "best": Extent.LEAD,
        "early": Extent.HEADLINE,
        "late": Extent.HEADLINE,
    }


def test_what_is_translated_is_not_asked_for_again():
    translated = {"best": Extent.LEAD, "early": Extent.HEADLINE, "late": Extent.LEAD}

    assert find_untranslated(STORY, RUSSIAN, translated, failed=()) == {}


def test_one_that_failed_as_a_report_and_became_the_best_still_gives_its_lead():
    translated = {"best": Extent.HEADLINE, "early": Extent.HEADLINE, "late": Extent.HEADLINE}
    failed = {"best", "early", "late"}

    assert find_untranslated(STORY, RUSSIAN, translated, failed) == {"best": Extent.LEAD}


KEYS = ("a", "b", "c", "d", "e")


@given(
    arrival=st.permutations(KEYS),
    copies=st.sets(st.sampled_from(KEYS[1:])),
    english=st.sets(st.sampled_from(KEYS)),
    failing=st.sets(st.sampled_from(KEYS)),
)
def test_what_readers_see_is_translated_in_whatever_order_reports_came(
    arrival, copies, english, failing
):
    """Each arrival may change who is the best, as long as another report was translated."""
    languages = {key: "en" if key in english else "kk" for key in KEYS}
    translated: dict[str, Extent] = {}
    for count in range(1, len(KEYS) + 1):
        present = sorted(arrival[:count])
        relations = [Copy.SAME_TEXT if key in copies else Copy.SAME_EVENT for key in present]
        story = list(zip(present, (Copy.BEST, *relations[1:]), strict=True))
        while missing := find_untranslated(story, languages, translated, failing & set(translated)):
            translated |= missing

    ranked = rank_leads(story, languages)
    lead = next((key for key in ranked if key not in failing), ranked[0])
    assert translated[lead] is Extent.LEAD
    assert set(list_reports(story, languages)) <= set(translated)
