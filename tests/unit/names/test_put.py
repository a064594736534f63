"""Names put into the source in English: endings of Kazakh kept, the rest of the text as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.names.put import put_names
from tests.support.shipped import shipped_glossary

GLOSSARY = shipped_glossary()


@pytest.mark.parametrize(
    ("text", "language", "put"),
    [
        ("Пожар в Караганде: двое", "ru", "Пожар в Karaganda: двое"),
        ("Тараздан шыққан пойыз", "kk", "Taraz-дан шыққан пойыз"),
        ("Құрыққа барды", "kk", "Kuryk-қа барды"),
        ("Құрығы бар", "kk", "Kuryk-ы бар"),
        ("Қаржы министрлігінің сайты", "kk", "Ministry of Finance-нің сайты"),
        ("«Қазатомөнеркәсіптің» кеніші", "kk", "«Kazatomprom-тің» кеніші"),
        ("алматылық оқушы", "kk", "Almaty-лық оқушы"),
        ("алматинские школы", "ru", "Almaty школы"),
        ("KEGOC-тің есебі", "kk", "KEGOC-тің есебі"),
        # what every model knows stays
        ("Қазақстанда теңге әлсіреді, әкім келді", "kk", None),
        ("", "ru", None),
    ],
)
def test_a_name_is_put_in_with_its_ending(text, language, put):
    assert put_names(text, GLOSSARY.find(text, language), language) == (put or text)


@given(st.text(max_size=200), st.sampled_from(["kk", "ru", "en"]))
def test_a_text_without_names_is_untouched(text, language):
    assert put_names(text, [], language) == text
