"""Which whole articles are put into English, and what of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest.render.whole import render_whole, write_whole
from aggregator.digest.whole import (
    choose_ahead,
    find_stories,
    is_readable,
    name_whole_article,
    plan_whole_article,
)
from aggregator.digest.whole_bounds import WholeBounds
from aggregator.models.flag import Flag, Reason
from aggregator.models.whole_form import pack_whole, unpack_whole
from tests.support.builders import digest
from tests.support.site import HOSTILE
from tests.support.wholes import translate_whole

READS = {"kk", "ru"}


def make_ref(text="Мектеп ашылды. Оқу басталды.\n\nОнда 1200 оқушы оқиды.", **changes):
    return replace(digest(1).stories[0].best, text=text, **changes)


def list_sources(whole):
    return [[part.source for part in paragraph.segments] for paragraph in whole.paragraphs]


def test_a_text_is_cut_into_sentences_and_keeps_its_paragraphs():
    whole = plan_whole_article(make_ref(), chars=1000)

    assert list_sources(whole) == [
        ["Мектеп ашылды.", "Оқу басталды."],
        ["Онда 1200 оқушы оқиды."],
    ]
    assert (whole.size, whole.made, whole.finished, whole.left_out) == (3, 0, False, 0)


def test_a_long_text_is_done_up_to_a_sentence_and_says_how_much_is_left():
    text = "Бірінші сөйлем осы. Екінші сөйлем осы. Үшінші сөйлем осы."
    whole = plan_whole_article(make_ref(text), chars=45)

    assert list_sources(whole) == [["Бірінші сөйлем осы.", "Екінші сөйлем осы."]]
    assert whole.left_out >= len("Үшінші сөйлем осы.")


def test_one_endless_sentence_gives_nothing_to_translate():
    whole = plan_whole_article(make_ref("сөз" * 1_000_000), chars=500)

    assert (whole.paragraphs, whole.finished) == ((), True)


@given(st.text("абв .!?\n\r\u2028А1«»", max_size=300), st.integers(1, 120))
def test_no_more_is_done_than_is_allowed_and_no_word_is_changed(text, chars):
    whole = plan_whole_article(make_ref(text), chars=chars)
    sources = [part.source for part in whole.sentences]

    assert sum(map(len, sources)) <= chars
    assert all(sources)
    rest = text
    for source in sources:
        _, found, rest = rest.partition(source)
        assert found


def test_the_id_names_the_article_and_changes_with_its_words_alone():
    ref = make_ref()

    assert name_whole_article(ref).startswith(f"{ref.article_id}-")
    assert name_whole_article(replace(ref, title="Басқа", revision=9)) == name_whole_article(ref)
    assert name_whole_article(replace(ref, text=f"{ref.text} ")) != name_whole_article(ref)
    assert name_whole_article(replace(ref, language="ru")) != name_whole_article(ref)


@pytest.mark.parametrize(
    ("language", "text", "readable"),
    [
        ("kk", "Мектеп.", True),
        ("ru", "Школа.", True),
        ("kk-Latn", "Mektep.", True),
        ("en", "School.", False),
        ("und", "Мектеп.", False),
        ("kk", " \n", False),
    ],
)
def test_only_what_a_package_reads_is_put_into_english(language, text, readable):
    assert is_readable(make_ref(text, language=language), READS) is readable


def test_ahead_come_the_weightiest_stories_of_a_closed_digest_that_are_not_in_english():
    made = digest(4, closed=True)
    english = replace(made.stories[0].best, language="en")
    stories = (replace(made.stories[0], articles=(english,)), *made.stories[1:])
    made = replace(made, stories=stories)

    chosen = choose_ahead(made, READS, 2)
    assert [ref.article_id for ref in chosen] == [
        story.best.article_id for story in made.stories[1:3]
    ]
    assert choose_ahead(made, READS, 0) == ()
    assert choose_ahead(made, {"ru"}, 2) == ()
    assert choose_ahead(replace(made, closed=False), READS, 2) == ()


def test_a_days_time_is_never_less_than_none():
    bounds = WholeBounds(a_day=timedelta(minutes=1))

    assert [bounds.find_seconds_left(spent) for spent in (0, 59.5, 60, 90)] == [60, 0.5, 0, 0]


def test_a_story_is_meant_by_its_number_its_link_or_its_id():
    made = digest(12)
    third = find_stories(made, "3")
    best = third[0].best

    assert find_stories(made, best.link) == third
    assert find_stories(made, best.link.partition("?")[0]) == third
    assert find_stories(made, third[0].id.upper()) == third
    assert len(find_stories(made, "0" * 10)) == 12
    for nothing in ("", " ", "99", "-1", "https://nowhere.example/", "x" * 500):
        assert find_stories(made, nothing) == []


def test_sentences_are_added_in_their_order_and_no_others_are_taken():
    whole = plan_whole_article(make_ref(), chars=1000)
    first = whole.add([replace(part, english="One.") for part in whole.list_next(1)])
    last = first.add([replace(part, english="More.") for part in first.list_next(5)])

    assert [part.english for part in first.sentences] == ["One.", None, None]
    assert (first.made, first.finished, last.made, last.finished) == (1, False, 3, True)
    assert list_sources(last) == list_sources(whole)
    with pytest.raises(ValueError, match=whole.id):
        whole.add(last.sentences[1:2])
    given_up = first.give_up()
    assert [part.flags for part in given_up.sentences] == [
        (),
        (Flag(Reason.GIVEN_UP),),
        (Flag(Reason.GIVEN_UP),),
    ]


def test_it_is_kept_in_a_third_of_its_size_and_comes_back_the_same():
    text = "\n".join(f"Бұл мақаланың {number}-сөйлемі осы жерде тұр." for number in range(60))
    whole = translate_whole(make_ref(text))
    packed = pack_whole(whole)

    assert unpack_whole(packed, "here") == whole
    assert len(packed) * 3 < len(text.encode())


# In a terminal


def test_the_original_stands_beside_the_english_or_below_it_where_there_is_no_room():
    ref = make_ref()
    whole = translate_whole(ref)
    beside = render_whole(whole, ref, width=120)
    below = render_whole(whole, ref, width=40)

    assert any("Sentence 0" in line and "Мектеп ашылды." in line for line in beside.splitlines())
    assert not any("Sentence 0" in line and "Мектеп" in line for line in below.splitlines())
    assert "[no translation: numbers differ from the original]" in beside
    assert "translate-kk_en 0.1" in beside


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_steer_no_terminal(text):
    ref = make_ref(text, title=text, link=text)
    whole = translate_whole(ref)
    parts = [replace(part, english=text, package=text) for part in whole.sentences]
    drawn = render_whole(replace(whole, made=0).add(parts), ref, width=100)

    assert all(char.isprintable() or char == "\n" for char in drawn)


def test_programs_get_every_sentence_with_its_reasons():
    value = write_whole(translate_whole(make_ref()))

    assert value["paragraphs"][0][1] == {
        "english": None,
        "original": "Оқу басталды.",
        "flags": ["numbers differ from the original"],
    }
    assert (value["finished"], value["left_out"]) == (True, 0)
