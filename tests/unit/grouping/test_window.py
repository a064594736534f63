"""A window gives the same stories however its articles came, and holds to overrides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.embedding.vectors import pack_vectors
from aggregator.grouping.cluster import group
from aggregator.grouping.postings import Postings
from aggregator.grouping.window import Window
from aggregator.models import Overrides, pair_of
from aggregator.text.sketch import sketch
from tests.support.builders import article

TEXTS = (("Первый текст о новом мосте через реку, который открыли сегодня утром в областном центре "
         "при гостях."),
         ("Второй текст о дороге, которую чинят третий год подряд и обещают сдать в срок до "
         "холодов."))  # fmt: skip


def items(count=12, seed=0):
    """
    Articles near three centres.

    Every fourth has one of two texts, every second two beginnings.
    """
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(3, 384))
    made = []
    for number in range(1, count + 1):
        vectors = centres[number % 3] + 0.35 * chance.normal(size=(1 + number % 2, 384))
        text = TEXTS[number % 8 == 0] if number % 4 == 0 else ""
        made.append(
            article(
                number,
                title=f"А{number}",
                lead=text,
                text=text,
                sketch=sketch(text),
                url="",
                vector=pack_vectors(*vectors / np.linalg.norm(vectors, axis=1, keepdims=True)),
            )
        )
    return made


def ids(stories):
    return {frozenset(key for key, _ in story.articles) for story in stories}


@given(
    st.permutations(range(12)),
    st.lists(st.integers(1, 11), max_size=3),
    st.sets(st.integers(0, 11)),
    st.integers(0, 4),
)
def test_how_articles_came_does_not_matter(order, cuts, gone, seed):
    """In any order and portions, read in between or not, edited or out: as if grouped at once."""
    every = items(seed=seed)
    window = Window()
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 12], strict=True):
        window.update(
            replace(every[at], title="another headline before") for at in order[start:end]
        )
        window.stories()
        window.update(every[at] for at in order[start:end])
    window.update([], gone=[every[at].id for at in gone])
    left = [item for at, item in enumerate(every) if at not in gone]

    assert window.stories() == group(left)
    assert len(window) == len(left)


def test_many_edits_of_few_articles_do_not_let_a_window_grow():
    every = items()
    window = Window()
    for number in range(60):
        window.update(replace(item, title=f"{item.title} {number}") for item in every)

    assert window.stories() == group([replace(item, title=f"{item.title} 59") for item in every])
    assert len(window._ids) < 600


def test_a_pin_holds_whatever_speaks_against_it():
    a, b, *rest = items()
    overrides = Overrides(pinned=frozenset({pair_of(a.id, b.id)}))

    assert not any({a.id, b.id} <= story for story in ids(group([a, b, *rest])))
    assert any({a.id, b.id} <= story for story in ids(group([a, b, *rest], overrides=overrides)))


@pytest.mark.parametrize("text", [TEXTS[0], ""], ids=["copies", "near in meaning"])
def test_a_split_holds_even_between_copies_and_through_a_third(text):
    first = items()[0]
    three = [
        replace(first, id=f"{n:032x}", outlet_id=f"o{n}", text=text, lead=text, sketch=sketch(text))
        for n in (1, 2, 3)
    ]
    split = Overrides(split=frozenset({pair_of(three[0].id, three[1].id)}))

    assert len(ids(group(three))) == 1
    parted = ids(group(three, overrides=split))
    assert len(parted) == 2
    assert not any({three[0].id, three[1].id} <= story for story in parted)


def test_a_ruling_on_articles_that_are_not_there_changes_nothing():
    every = items()
    overrides = Overrides(
        pinned=frozenset({("f" * 32, every[0].id)}), split=frozenset({("e" * 32, every[1].id)})
    )

    assert group(every, overrides=overrides) == group(every)


@given(
    st.lists(st.sets(st.integers(0, 300), max_size=40), max_size=30),
    st.sets(st.integers(0, 300), max_size=40),
)
def test_postings_know_who_shares_runs(all_runs, asked):
    postings = Postings(sort_in=200)
    for slot, runs in enumerate(all_runs):
        postings.add(slot, sorted(runs))

    assert postings.find_sharing(sorted(asked), 6) == [
        n for n, runs in enumerate(all_runs) if len(runs & asked) >= 6
    ]
