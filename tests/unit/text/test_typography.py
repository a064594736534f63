"""Typographic noise: gone, and nothing else with it."""

from __future__ import annotations

import re
import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text import typography
from aggregator.text.typography import fit_line, tidy


@pytest.mark.parametrize(
    ("noisy", "clean"),
    [
        ("a\u00a0b\u2009c\u3000d\te", "a b c d e"),
        ("  a   b  ", "a b"),
        ("a \n\n b\r\nc\u2028d\u0085e", "a\n\nb\nc\nd\ne"),
        ("қала\u00adлық", "қалалық"),
        ("қа\u200bла\u200d\ufeff\u2060", "қала"),
        ("қала\u202e\u2066тест\u2069", "қалатест"),
        ("a\x00\x07b\x7f\x9f", "ab"),
        ("и\u0306од", "йод"),
        ("\ue000белгі", "белгі"),
        ("«Ас» — 5 % №7…", "«Ас» — 5 % №7…"),
    ],
)
def test_noise(noisy: str, clean: str) -> None:
    assert tidy(noisy) == clean


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("шiлде", "шілде"),
        ("қаhарман", "қаһарман"),
        ("əлем", "әлем"),
        ("МТC", "МТС"),
        ("Aстана", "Астана"),
        ("Kазақстан", "Қазақстан".replace("Қ", "К")),
        ("iс", "іс"),
        ("ещë", "ещё"),
        ("тiлшi", "тілші"),
    ],
)
def test_latin_look_alikes_in_cyrillic_words_are_repaired(typed: str, meant: str) -> None:
    assert tidy(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        "iPhone",
        "iPhoneды",
        "COVIDті",
        "TOPтан",
        "Xiaomiдің",
        "Kaspi.kz",
        "XXІ",
        "IT-шник",
        "CO2",
        "a",
        "i",
        "USB-кабель",
        "WhatsAppта",
        "5G-ге",
        "əli",
    ],
)
def test_foreign_names_are_not_touched(word: str) -> None:
    assert tidy(word) == word


@given(
    st.text(max_size=60)
    | st.text(alphabet="аеоіүқй\u0306\u0301aeoiyhAB \u00a0\n\r\u200b\u00adxz-", max_size=30)
)
def test_tidy_text_is_clean_and_stays_as_it_is(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not {unicodedata.category(letter) for letter in once if letter != "\n"} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Zl",
        "Zp",
    }
    assert all(letter == " " or unicodedata.category(letter) != "Zs" for letter in once)
    assert once == once.strip()


def test_piles_of_accents_are_cut_and_cost_no_more_than_their_length() -> None:
    """Without the cut these would take minutes."""
    started = process_time()
    assert len(tidy("а" + "\u0306\u0323" * 100_000)) < 10
    assert process_time() - started < 2
    assert tidy("—" * 20) == "—" * 20


@pytest.mark.parametrize(
    ("text", "max_chars", "line"),
    [
        ("бір екі\nүш", 20, "бір екі үш"),
        ("бір екі үш", 10, "бір екі үш"),
        ("бір екі үш", 9, "бір екі…"),
        ("бір екі, үш төрт", 10, "бір екі…"),
        ("сөзсөзсөзсөз", 5, "сөзс…"),
        ("а бббббббббббб", 8, "а ббббб…"),
        ("аб", 1, "…"),
        ("", 1, ""),
    ],
)
def test_one_line(text: str, max_chars: int, line: str) -> None:
    assert fit_line(text, max_chars) == line


@given(st.text(max_size=80), st.integers(min_value=1, max_value=40))
def test_one_line_is_a_line_within_its_room(text: str, max_chars: int) -> None:
    line = fit_line(text, max_chars)
    assert len(line) <= max_chars
    assert len(line.splitlines()) <= 1
    assert line == " ".join(text.split()) or line.endswith("…")


@given(st.text(alphabet="aceipbsә ГгiəƏиТ\u0306\u0301-.9", max_size=30))
def test_every_word_of_both_alphabets_is_looked_at(text: str) -> None:
    looked_at = {match[0] for match in typography._MIXED_WORD.finditer(text)}

    for word in re.findall(f"[{typography._LETTERS}]+", text):
        has_latin = re.search(f"[{typography._LATIN}]", word)
        has_cyrillic = re.search("[\u0400-\u04ff]", word)
        assert not (has_latin and has_cyrillic) or word in looked_at
