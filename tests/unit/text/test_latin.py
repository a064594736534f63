"""Kazakh in Latin letters, read in Cyrillic ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.latin import list_readings, to_cyrillic


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Jetısu oblysynda jer sılkındı", "Жетісу облысында жер сілкінді"),
        (
            "Memleket basşysy saiyn premer-ministrımen kezdestı",
            "Мемлекет басшысы сайын премер-министрімен кездесті",
        ),
        ("Äsel Düisenova, İbragim, Isataı", "Әсел Дүйсенова, Ибрагим, Ісатаі"),
        ("Beıbitshilik keńesin basqara berýi múmkin", "Бейбітшілік кеңесін басқара беруі мүмкін"),
        ("Bul ár nesıe alýshyǵa jyl saıyn", "Бұл әр несие алушыға жыл сайын"),
    ],
    ids=["2021", "2021, glides", "2021, capitals", "2018", "2018, digraphs"],
)
def test_both_alphabets_are_read(latin, cyrillic):
    assert to_cyrillic(latin) == cyrillic


@given(st.text(alphabet="абвгдежзәғқңөұүһі0123456789 .,«»–"))
def test_what_is_no_latin_letter_stays(text):
    assert to_cyrillic(text) == text


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("mektep", ("мектеп",)),
        ("shymkent", ("схымкент", "шымкент")),
        ("jańalyq", ("жаңалық",)),
        ("мектеп", ()),
        ("2026", ()),
    ],
)
def test_a_word_is_read_in_each_alphabet_it_may_be_in(word, said):
    assert list_readings(word) == said
