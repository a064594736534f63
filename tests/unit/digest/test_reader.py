"""Reading in a terminal: keys lead where they should, screens have the size of the terminal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest.reader import (
    ReadingPlace,
    draw_screen,
    list_stories,
    resize_place,
    settle_place,
    step_place,
)
from tests.support.builders import digest
from tests.support.site import HOSTILE, hostile
from tests.support.wholes import translate_whole

ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
KEYS = st.sampled_from([" ", "j", "b", "k", "g", "G", "o", "u", "d", "x", "\x1b[A", "\x1b[B"])


@given(st.lists(KEYS, max_size=40), st.integers(0, 12), st.integers(20, 120), st.integers(4, 50))
def test_whatever_keys_are_pressed_a_screen_fits_the_terminal(keys, stories, width, height):
    made, place = digest(stories), ReadingPlace()
    for key in keys:
        place = step_place(place, key, stories)
        assert 0 <= place.story <= max(stories - 1, 0)
        assert not place.left
    lines = draw_screen(made, place, width=width, height=height, color=False).split("\n")

    assert len(lines) == height


def test_every_story_is_reached_in_the_order_of_the_digest():
    made, place, seen = digest(40), ReadingPlace(), []
    for _ in range(45):
        seen.append(list_stories(made)[place.story][1].id)
        place = step_place(place, " ", 40)

    assert list(dict.fromkeys(seen)) == [story.id for _, story in list_stories(made)]
    assert len(set(seen)) == 40


def test_the_original_is_on_a_key_and_the_next_story_is_in_english_again():
    made = digest(2)
    place = step_place(ReadingPlace(), "o", 2)

    assert "Оқу 1 қыркүйекте басталады." in draw_screen(
        made, place, width=80, height=24, color=False
    )
    assert "School opens in Astana" in draw_screen(
        made, ReadingPlace(), width=80, height=24, color=False
    )
    assert not step_place(place, " ", 2).original
    assert step_place(place, "o", 2) == ReadingPlace()


def test_in_a_terminal_of_another_size_the_same_part_of_a_text_is_on_top():
    words = " ".join(f"word{number}" for number in range(400))
    [made] = [hostile(words)]
    wide, narrow = {"width": 80, "height": 10}, {"width": 30, "height": 10}
    place = ReadingPlace(original=True, line=30)

    def read_top(at, size):
        top = draw_screen(made, at, **size, color=False).split("\n")[0]
        return int(re.search(r"word(\d+)", top)[1])

    moved = resize_place(made, place, old_width=80, **narrow)
    back = resize_place(made, moved, old_width=30, **wide)

    assert moved.line > 60
    assert abs(read_top(moved, narrow) - read_top(place, wide)) < 20
    assert abs(read_top(back, wide) - read_top(place, wide)) < 20
    assert resize_place(made, place, old_width=80, width=80, height=500).line == 0


def test_down_stops_at_the_end_of_a_long_text_so_that_up_is_seen_at_once():
    made, size = digest(1), {"width": 40, "height": 6}
    place = end = settle_place(made, ReadingPlace(original=True, line=10_000), **size)
    for _ in range(50):
        place = settle_place(made, step_place(place, "d", 1), **size)

    assert place == end
    assert end.line > 0
    up = settle_place(made, step_place(place, "u", 1), **size)
    assert draw_screen(made, up, color=False, **size) != draw_screen(
        made, place, color=False, **size
    )


def test_a_text_that_fits_does_not_move():
    assert (
        settle_place(digest(1), step_place(ReadingPlace(), "d", 1), width=80, height=50)
        == ReadingPlace()
    )


@pytest.mark.parametrize("key", ["q", "\x1b", "\x03", "\x04"])
def test_a_reader_can_leave(key):
    assert step_place(ReadingPlace(), key, 3).left


def test_colours_and_links_come_only_where_asked():
    assert "\x1b]8;" in draw_screen(digest(1), ReadingPlace(), width=80, height=24, color=True)
    assert "\x1b" not in draw_screen(digest(1), ReadingPlace(), width=80, height=24, color=False)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_do_not_steer_the_terminal(text):
    for original in (False, True):
        drawn = draw_screen(
            hostile(text), ReadingPlace(original=original), width=80, height=30, color=True
        )
        assert "\x1b" not in ESCAPES.sub("", drawn)
        assert "\u202e" not in drawn


def test_a_whole_article_is_on_a_key_where_it_is_there():
    made = digest(2)
    first, second = (story for _, story in list_stories(made))
    wholes = {first.id: translate_whole(first.best)}
    size = {"width": 90, "height": 24}
    place = step_place(ReadingPlace(), "w", 2)
    drawn = draw_screen(made, place, color=False, wholes=wholes, **size)

    assert "Sentence 0 in English. [Онда 1200 оқушы оқиды.]" in drawn
    assert "Sentence 2 in English." in drawn
    assert "1 sentence stands in the original" in drawn
    assert "in short: w" in drawn
    # Another story, or one without: as it was.
    english = draw_screen(made, ReadingPlace(1), color=False, wholes=wholes, **size)
    assert draw_screen(made, ReadingPlace(1, whole=True), color=False, wholes=wholes, **size) == (
        english
    )
    assert ": w" not in english
    assert second.id not in wholes
    assert step_place(place, "w", 2) == ReadingPlace()
    assert step_place(place, "o", 2) == ReadingPlace(original=True)
    assert step_place(place, " ", 2) == ReadingPlace(1)
