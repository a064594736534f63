"""Messages of bounded length: whole stories and sentences, nothing hostile, whatever comes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.delivery.parts import PLAIN, TELEGRAM, cut_messages
from aggregator.models import Passage, Translation
from tests.support.builders import digest
from tests.support.messengers import _telegram_fault
from tests.support.site import HOSTILE, hostile, threaded

DIALECTS = pytest.mark.parametrize("dialect", [PLAIN, TELEGRAM], ids=["plain", "telegram"])


def make_digest(*texts, link="https://o.example/1"):
    made = digest(len(texts))
    stories = tuple(
        replace(
            story,
            headline=Passage(segments=(Translation(source=text, english=text),)),
            lead=Passage(segments=(Translation(source=text, english=text),) * 3),
            articles=(replace(story.best, link=link),),
        )
        for story, text in zip(made.stories, texts, strict=True)
    )
    return replace(made, stories=stories)


@DIALECTS
@given(st.lists(st.text(min_size=1, max_size=400), max_size=12), st.integers(250, 1200))
def test_no_message_is_too_long_and_every_story_is_sent_once(dialect, texts, limit):
    numbered = [f"number{number} {text}" for number, text in enumerate(texts)]
    parts = cut_messages(make_digest(*numbered), dialect, limit=limit, stories=100)

    assert all(0 < dialect.measure_length(part) <= limit for part in parts)
    whole = "\n".join(parts)
    # A headline may be cut short, never left out.
    assert whole.count("number") >= len(texts)


@DIALECTS
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words(dialect, text):
    parts = cut_messages(hostile(text), dialect, limit=4096, stories=30)

    for part in parts:
        assert "\u202e" not in part
        assert "\x1b" not in part
        assert dialect.measure_length(part) <= 4096
        if dialect is TELEGRAM:
            assert _telegram_fault({"parse_mode": "HTML", "chat_id": "1", "text": part}) == ""


def test_a_message_ends_between_stories():
    parts = cut_messages(digest(40), PLAIN, limit=800, stories=40)

    assert len(parts) > 3
    assert all(part.count("School opens in Astana\n") == part.count("https://") for part in parts)
    for number, part in enumerate(parts, start=1):
        heading = part.splitlines()[0]
        assert heading.endswith(f" ({number}/{len(parts)})")


def test_a_story_too_long_gives_up_its_last_sentences_first():
    sentences = ["First sentence of it.", "Second sentence of it. " + "word " * 50, "Third."]
    made = make_digest("Headline")
    lead = Passage(segments=tuple(Translation(source=text, english=text) for text in sentences))
    made = replace(made, stories=(replace(made.stories[0], lead=lead),))
    [part] = cut_messages(made, PLAIN, limit=260, stories=9)

    assert "First sentence of it." in part
    assert "Second" not in part
    assert "Third" not in part


def test_a_link_too_long_for_a_message_costs_the_link_and_not_the_story():
    [part] = cut_messages(
        make_digest("Headline of it", link="https://o.example/" + "a" * 5000),
        PLAIN,
        limit=4096,
        stories=9,
    )

    assert "Headline" in part
    assert "https" not in part


def test_a_link_that_leads_nowhere_good_is_left_out():
    [part] = cut_messages(
        make_digest("Headline", link="javascript:alert(1)"), TELEGRAM, limit=4096, stories=9
    )

    assert "<a " not in part


def test_of_a_thousand_stories_the_first_are_sent_and_the_others_counted():
    parts = cut_messages(
        digest(1000), TELEGRAM, limit=4096, stories=30, address="https://d.example/"
    )

    assert len(parts) <= 3
    assert 'And 970 more. <a href="https://d.example/">All of it</a>' in parts[-1]


def test_a_day_without_stories_says_so():
    [part] = cut_messages(digest(0), PLAIN, limit=400, stories=30)

    assert "Nothing was published" in part


def test_a_day_whose_stories_are_all_muted_says_so():
    empty = digest(0)
    muted = replace(empty, account=replace(empty.account, muted=3))
    [part] = cut_messages(muted, PLAIN, limit=400, stories=30)

    assert "Everything of this day was left out for a muted keyword." in part


def test_the_same_digest_is_cut_the_same_way():
    first = cut_messages(digest(20), TELEGRAM, limit=900, stories=20)
    second = cut_messages(digest(20), TELEGRAM, limit=900, stories=20)

    assert first == second


@DIALECTS
def test_a_message_says_what_a_story_goes_on_with_and_links_where_there_is_a_page(dialect):
    last = threaded()[-1]

    def story_page(edition, day, story):
        return f"https://d.example/{edition}/{day}/{story}.html"

    mention = last.stories[0].thread[0]
    [bare] = cut_messages(last, dialect, limit=4000, stories=9)
    [linked] = cut_messages(last, dialect, limit=4000, stories=9, story_page=story_page)
    address = story_page("daily", mention.day, mention.story)
    assert f"Earlier: 19 August, {mention.headline}" in bare
    assert "Outlets differ: injured: 12" in bare
    assert address not in bare
    assert address in linked
