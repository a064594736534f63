"""Who is acted on is not told as acting; what the Russian says in any other words is let pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models.flag import Reason
from aggregator.translate.guards import check_things
from aggregator.translate.roles import turns_roles

TURNED = [
    (
        "Алматинцев спросят, где проложить новую трамвайную линию",
        "Almaty residents will ask where to lay a new tram line",
    ),
    ("Алматинцев спросят о новом парке", "Almaty citizens to ask about a new park"),
    ("Казахстанцев предупреждают о мошенниках", "Kazakhstanis warn of fraudsters"),
    ("Водителей просят не выезжать на трассу", "Drivers ask not to leave for the highway"),
    ("Жителей Алматинской области предупредят о паводке", "Residents of Almaty warn of flood"),
    ("Жителей Астаны эвакуируют", "Residents of Astana will evacuate"),
    ("Учителей наградят в августе", "Teachers to award in August"),
    ("Должников будут вызывать в суд", "Debtors will summon to court"),
]
KEPT = [
    ("Алматинцев спросят, где проложить линию", "Almaty residents will be asked where to lay it"),
    ("Алматинцев спросят, где проложить линию", "Almaty residents to be asked about a tram line"),
    ("Алматинцев спросят, где проложить линию", "Authorities will ask Almaty residents"),
    ("Казахстанцев предупреждают о мошенниках", "Kazakhstanis warned of fraudsters"),
    ("Казахстанцев предупреждают о мошенниках", "Police warn Kazakhstanis of fraudsters"),
    ("Водителей оштрафуют", "Drivers fined"),
    ("Водителей оштрафуют", "Drivers face fines"),
    ("Школьников научат плавать", "Schoolchildren will learn to swim"),
    ("Жители Астаны просят закрыть завод", "Residents of Astana ask to close the plant"),
    ("Алматинцы спросят акима о дорогах", "Almaty residents will ask the akim about roads"),
    ("Казахстанцев ждут новые правила", "Kazakhstanis await new rules"),
]


@pytest.mark.parametrize(("source", "english"), TURNED)
def test_who_is_acted_on_does_not_act(source, english):
    assert turns_roles(source, english, "ru")
    assert Reason.THINGS in check_things(source, english, "ru")


@pytest.mark.parametrize(("source", "english"), KEPT)
def test_the_same_in_other_words_is_let_pass(source, english):
    assert not turns_roles(source, english, "ru")


@given(st.text(), st.text(), st.sampled_from(["kk", "ru", "en"]))
def test_any_two_texts_can_be_compared(source, english, language):
    turns_roles(source, english, language)
