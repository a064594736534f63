"""Segments before the model, and English after it."""

from __future__ import annotations

import pytest

from aggregator.models import SegmentKind
from aggregator.translate.polish import polish, prepare

HEADLINE, SENTENCE = SegmentKind.HEADLINE, SegmentKind.SENTENCE


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("Көпір ашылды.", "Көпір ашылды"),
        ("Цены выросли на 10%.", "Цены выросли на 10%"),
        ("Что дальше...", "Что дальше..."),
        ("Салық, т.б.", "Салық, т.б."),
        ("Бір\nекі", "Бір екі"),
    ],
)
def test_a_headline_loses_its_full_stop_and_nothing_else(text, prepared):
    assert prepare(text, HEADLINE) == prepared


def test_a_sentence_keeps_its_full_stop():
    assert prepare("Көпір  ашылды.", SENTENCE) == "Көпір ашылды."


@pytest.mark.parametrize(
    ("english", "source", "kind", "shown"),
    [
        pytest.param(
            "new bridge opened .", "Жаңа көпір ашылды", HEADLINE, "New bridge opened", id="headline"
        ),
        pytest.param(
            "A bridge opened",
            "Көпір ашылды.",
            SENTENCE,
            "A bridge opened.",
            id="full stop restored",
        ),
        pytest.param(
            "it opened", "ашылды", SENTENCE, "it opened", id="no capital, no stop, none given"
        ),
        pytest.param(
            "Will it open ?", "Ашыла ма?", SENTENCE, "Will it open?", id="no blank before a mark"
        ),
        pytest.param(
            "Akmola rgn to open", "Ақмола", HEADLINE, "Akmola region to open", id="region in full"
        ),
        pytest.param("", "Көпір ашылды.", SENTENCE, "", id="nothing stays nothing"),
    ],
)
def test_english_is_made_ready_for_the_page(english, source, kind, shown):
    assert polish(english, source, kind) == shown


@pytest.mark.parametrize(
    ("english", "shown"),
    [
        ("New bridge opened in Semey (PHOTO)", "New bridge opened in Semey"),
        ("New bridge opened in Semey - KAZINFORM", "New bridge opened in Semey"),
        ("New bridge opened in Semey. VIDEO", "New bridge opened in Semey"),
        ("Kazinform opens a photo exhibition", "Kazinform opens a photo exhibition"),
        ("VIDEO", "VIDEO"),
        ("Fire in Semey VIDEO", "Fire in Semey"),
        ("Fire in Semey [VIDEO]", "Fire in Semey"),
        ("Fire in Semey (PHOTO, VIDEO)", "Fire in Semey"),
        ("Fire in Semey - PHOTO + VIDEO", "Fire in Semey"),
        ("Fire caught on VIDEO", "Fire caught on VIDEO"),
        ("Man shown in the PHOTO", "Man shown in the PHOTO"),
        ("Minister seen with PHOTO", "Minister seen with PHOTO"),
        ("Fire seen on VIDEO - KAZINFORM", "Fire seen on VIDEO"),
    ],
)
def test_a_headline_ends_without_an_agency_s_tag(english, shown):
    assert polish(english, "Семейде көпір ашылды", SegmentKind.HEADLINE) == shown


@pytest.mark.parametrize(
    ("english", "shown"),
    [
        ("The bridge was opened in Aktobe", "Bridge opened in Aktobe"),
        ("Two men were arrested in Aktau.", "Two men arrested in Aktau"),
        ("A woman has raped", "Woman has raped"),
        ("A fifth bridge opens in Semey", "Fifth bridge opens in Semey"),
        ("The statue was found", "Statue found"),
        ("Post was attacked by dogs in Aktau", "Post attacked by dogs in Aktau"),
    ],
)
def test_a_headline_is_worded_as_papers_do(english, shown):
    assert polish(english, "Көпір ашылды", HEADLINE) == shown


@pytest.mark.parametrize(
    "english",
    [
        "A few schools to be closed",
        "The more rain, the better",
        "A fifth of residents live in poverty",
        "A third of schools to be closed",
        "A tenth of pupils are ill",
        "A quarter of the budget spent",
        "Half of residents",
        "A dozen houses burn down",
        "A fifth live in poverty",
        "A handful of schools remain",
        "The Astana Times opens office",
        "A year after the flood",
        "It was followed by rain",
        "Family was awarded a flat",
        "Boy who was attacked by a dog recovers",
        "Mother was told that her son lives",
        "Minister was asked to resign",
        "Gas exploded, four people were injured",
        "Number of cars was 500 in Almaty",
        "Iran was attacked at night",
        "Police were shot in Almaty",
        "Ministers were warned before the vote",
    ],
)
def test_a_headline_that_could_turn_round_stays(english):
    assert polish(english, "Көпір ашылды", HEADLINE) == english


def test_a_sentence_keeps_its_articles_and_verbs():
    assert polish("The bridge was opened.", "Көпір ашылды.", SENTENCE) == "The bridge was opened."
