"""What counts as changed words, and what readers get of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.delivery.parts import PLAIN, TELEGRAM, cut_messages
from aggregator.digest.compose import compose_digest
from aggregator.digest.corrections import MOST, is_unchanged
from aggregator.digest.reader import ReadingPlace, draw_screen
from aggregator.digest.render.text import render_text
from aggregator.models import Passage, PublishedArticle, Translation
from aggregator.pipeline.correct import find_next_open
from tests.support.builders import DAY, NOON, article, edition, material

FIVE, SEVEN = "Пострадали пять человек", "Пострадали семь человек"
LEAD = "Авария произошла утром. Движение открыто."


def told(headline=FIVE, lead=LEAD, edition_id="daily", revision=1):
    parts = [
        Passage(segments=(Translation(source=text, english=f"As told: {text}"),))
        for text in (headline, lead)
    ]
    return PublishedArticle(
        edition=edition_id,
        day=DAY - timedelta(days=1),
        story="a" * 16,
        revision=revision,
        headline=parts[0],
        lead=parts[1],
    )


def now(number=1, title=SEVEN, lead=LEAD, revision=2):
    return article(number, title=title, lead=lead, revision=revision, day=DAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (now(), False),
        (now(title=FIVE), True),
        (now(title=FIVE.upper() + " !"), True),
        (now(title=FIVE, lead=f"{LEAD} Ведётся проверка."), True),
        (now(title=FIVE, lead="Авария произошла утром."), False),
        (now(title=FIVE, lead="Авария произошла вечером. Движение открыто."), False),
        (now(revision=1), True),
    ],
    ids=[
        "a number",
        "nothing",
        "marks",
        "more after it",
        "a sentence taken back",
        "a word of the lead",
        "no edit",
    ],
)
def test_told_words_stand_or_not(item, expected):
    assert is_unchanged(told(), item) is expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_not_changed_stands(title, lead):
    assert is_unchanged(told(title, lead), now(title=title, lead=lead))


def corrected(count=1, **changes):
    items = [now(number) for number in range(1, count + 1)]
    made = replace(material([], items), told={item.id: (told(),) for item in items}, **changes)
    return compose_digest(edition(), DAY, made, composed=NOON, closed=False, previous=None)


def test_an_edition_corrects_what_it_told_itself():
    item = now()
    made = replace(material([], [item]), told={item.id: (told(edition_id="state"),)})

    assert (
        compose_digest(edition(), DAY, made, composed=NOON, closed=False, previous=None).corrections
        == ()
    )
    assert (
        len(
            compose_digest(
                edition(id="state"), DAY, made, composed=NOON, closed=False, previous=None
            ).corrections
        )
        == 1
    )


def test_only_so_many_are_shown_and_all_are_counted():
    made = corrected(MOST + 3)

    assert len(made.corrections) == MOST
    assert made.account.corrected == MOST + 3
    assert "And 3 more stories." in render_text(made)


@pytest.mark.parametrize("dialect", [PLAIN, TELEGRAM])
def test_messages_tell_both_versions(dialect):
    [message] = cut_messages(corrected(), dialect, limit=4096, stories=30)

    assert "Corrected or reworded since" in message
    assert "School opens in Astana" in message
    assert f"told on 19 August as: As told: {FIVE}" in message


def test_the_terminal_shows_both_versions_after_the_stories():
    english = draw_screen(corrected(), ReadingPlace(0), width=80, height=20, color=False)
    original = draw_screen(
        corrected(), ReadingPlace(0, original=True), width=80, height=20, color=False
    )

    assert "CORRECTED OR REWORDED SINCE" in english
    assert f"As told: {FIVE}" in english
    assert SEVEN in original


def test_the_next_open_day_is_one_that_has_begun_or_the_one_after_all_closed():
    day = timedelta(days=1)

    assert find_next_open(DAY, [DAY + 2 * day, DAY + day], [DAY]) == DAY + day
    assert find_next_open(DAY, [], [DAY, DAY + day]) == DAY + 2 * day
    assert find_next_open(DAY, [DAY + day], [DAY, DAY + day]) == DAY + 2 * day
