"""Sentences of news, and the law that none of their letters is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.sentences import split_sentences, take_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["Көпір ашылды.", "Оған екі жыл кетті."], id="two sentences"),
        pytest.param(
            ["В 2024 г. Казахстан продал зерна на 2,5 млрд долларов."],
            id="year early in a sentence",
        ),
        pytest.param(
            ["Завод достроили ещё осенью 2023 г.", "Открыли его весной."], id="year at the end"
        ),
        pytest.param(["2024 ж. Алматыда 12 мектеп салынды."], id="Kazakh year"),
        pytest.param(["Ол А. Б. Серіковпен кездесті.", "Келісім жасалды."], id="initials apart"),
        pytest.param(["Бұл туралы Қ.К. Тоқаев айтты."], id="initials together"),
        pytest.param(["Пожар был на ул. Абая, д. 5, в г. Семее."], id="address"),
        pytest.param(["Музей им. Кастеева закрыт.", "Его ремонтируют."], id="named after"),
        pytest.param(["Жоба құны 5 млн. АҚШ доллары.", "Ақша бар."], id="million and an acronym"),
        pytest.param(["Мектеп, аурухана, т.б. нысандар салынды."], id="and so on within"),
        pytest.param(
            ["Биыл көшелерге ағаш, гүл, т.б.", "Бұл жұмыс жалғасады."], id="and so on at the end"
        ),
        pytest.param(["Курс вырос на 6.4 процента."], id="decimal"),
        pytest.param(
            ["Маршруты № 12 и № 46 изменены.", "Почему?", "Идёт ремонт!"],
            id="numero, question, exclamation",
        ),
        pytest.param(
            ["«Біз келдік», – деді министр.", "Жиналыс басталды."], id="speech with a comma"
        ),
        pytest.param(["«Келдік!» – Министр осылай деді."], id="speech goes on after a dash"),
        pytest.param(["— Мы готовы! — сказал он.", "— Начнём завтра."], id="speech in dashes"),
        pytest.param(["Он сказал: «Да».", "Потом ушёл."], id="quote closes after the stop"),
        pytest.param(["Ол: «Жоқ.»", "Сосын кетті."], id="stop inside the quote"),
        pytest.param(["Он подождал... и ушёл."], id="ellipsis within"),
        pytest.param(["Он подождал…", "Никто не пришёл."], id="ellipsis at the end"),
        pytest.param(["Заявку (см. Прил. Форма 2) подают до осени."], id="brackets"),
        pytest.param(["1. Бюджет туралы айтылды."], id="numbered"),
        pytest.param(
            ["Mr. Smith met officials on Jan. 5 at 3 p.m. in Astana.", "Talks go on."], id="English"
        ),
        pytest.param(["The U.S. Embassy reopened."], id="English acronym"),
    ],
)
def test_a_line_is_cut_where_a_sentence_ends_and_nowhere_else(sentences):
    assert split_sentences(" ".join(sentences), "") == sentences


def test_a_newline_always_ends_a_sentence():
    assert split_sentences("Жаңа көпір\nСемейде ашылды\n\nҚуаныш", "kk") == [
        "Жаңа көпір",
        "Семейде ашылды",
        "Қуаныш",
    ]


def test_a_forgotten_blank_does_not_glue_sentences():
    assert split_sentences("Құрылыс аяқталды.Министр оны көрді.", "kk") == [
        "Құрылыс аяқталды.",
        "Министр оны көрді.",
    ]


def test_an_address_on_the_web_is_no_boundary():
    assert split_sentences("Толығырақ egov.kz сайтында. Кіріңіз.", "kk") == [
        "Толығырақ egov.kz сайтында.",
        "Кіріңіз.",
    ]


WORDS = st.text(alphabet='абвгқәіАБҚ.!?…»«"()–—-,; \n\t1290xY', max_size=120)


@given(WORDS | st.text(max_size=80))
def test_nothing_but_white_space_is_lost(text):
    pieces = split_sentences(text, "kk")

    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(WORDS)
def test_no_sentence_is_empty_or_padded(text):
    assert all(piece and piece == piece.strip() for piece in split_sentences(text, "ru"))


LEAD = "Көпір ашылды. Оған екі жыл кетті. Ескісі жабылды. Жөндеу басталады."


def test_a_lead_has_so_many_sentences_at_most():
    assert take_sentences(LEAD, "kk", count=2, max_chars=500) == [
        "Көпір ашылды.",
        "Оған екі жыл кетті.",
    ]


def test_a_lead_ends_with_a_whole_sentence():
    assert take_sentences(LEAD, "kk", count=4, max_chars=40) == [
        "Көпір ашылды.",
        "Оған екі жыл кетті.",
    ]


def test_a_first_sentence_over_the_limit_shows_that_it_was_cut():
    [lead] = take_sentences(
        "Қала әкімдігі жаңа көпірдің құрылысы туралы айтты.", "kk", count=3, max_chars=30
    )

    assert lead == "Қала әкімдігі жаңа көпірдің…"


def test_no_sentences_asked_none_given():
    assert take_sentences(LEAD, "kk", count=0, max_chars=100) == []


@given(WORDS, st.integers(0, 4), st.integers(5, 60))
def test_a_lead_never_has_more_characters_than_allowed(text, count, max_chars):
    assert len(" ".join(take_sentences(text, "kk", count=count, max_chars=max_chars))) <= max_chars
