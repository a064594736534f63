"""Fingerprints: copies are found, templates are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.sketch import SIZE, is_same_text, measure_containment, sketch

TEXT = (
    "Ақтау портында жүк айналымы жыл басынан бері өсті. Порт басшылығының мәліметінше, контейнер "
    "тасымалы екі есе "
    "көбейген. Жаңа терминал келесі жылы пайдалануға беріледі, оның құрылысына отандық "
    "компаниялар қатысып жатыр. "
    "Қазір портта үш кран жұмыс істейді, тағы екеуі қазан айында жеткізіледі деп күтілуде."
)
REPORT = (
    "По данным статистики, инфляция в {month} составила {a} процента в годовом выражении. "
    "Продовольственные товары "
    "подорожали на {b} процента, непродовольственные на {c}, платные услуги на {d}. В Астане рост "
    "цен достиг {e} "
    "процента, в Алматы {f}, в Шымкенте {g}."
)


def test_a_text_is_its_own_copy_whatever_its_case_and_punctuation():
    assert is_same_text(sketch(TEXT), sketch(TEXT.upper().replace(",", " –")))


def test_a_corrected_text_is_a_copy():
    assert is_same_text(
        sketch(TEXT), sketch(TEXT.replace("үш кран", "төрт кран").replace("қазан", "қараша"))
    )


def test_a_teaser_is_a_copy_of_its_full_text_either_way():
    teaser = TEXT[:200]

    assert is_same_text(sketch(teaser), sketch(TEXT))
    assert is_same_text(sketch(TEXT), sketch(teaser))


def test_a_teaser_is_found_in_a_text_longer_than_the_sketch():
    rest = " ".join(f"Қосымша {number} мәлімет {number * 7} туралы." for number in range(200))

    assert len(sketch(f"{TEXT} {rest}")) == SIZE
    share, runs = measure_containment(sketch(TEXT), sketch(f"{TEXT} {rest}"))
    assert share == 1.0
    assert runs > 0


def test_monthly_reports_of_one_template_are_two_texts():
    july = REPORT.format(
        month="июле", a="11,8", b="11,2", c="9,5", d="15,7", e="10,9", f="11,1", g="12,4"
    )
    august = REPORT.format(
        month="августе", a="12,2", b="11,7", c="9,9", d="15,3", e="11,4", f="11,6", g="12,8"
    )

    assert not is_same_text(sketch(july), sketch(august))


@pytest.mark.parametrize("text", ["", "Ауа райы", "Бүгін Астанада жаңбыр жауады деп күтілуде"])
def test_texts_too_short_to_tell_match_nothing(text):
    assert not is_same_text(sketch(text), sketch(text))


@given(st.text(max_size=400))
def test_a_sketch_is_sorted_small_and_always_the_same(text):
    hashes = sketch(text)

    assert hashes == sketch(text) == tuple(sorted(set(hashes)))
    assert len(hashes) <= SIZE
