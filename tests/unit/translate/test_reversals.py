"""English that says the contrary is withheld; the same in other words is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models.flag import Reason
from aggregator.translate.guards import check_things
from aggregator.translate.reversals import swaps_by_and_to, turns_denial, turns_move

TURNED = [
    ("ru", "Цены на бензин снизились", "Petrol prices rise"),
    ("ru", "Курс доллара упал до 520", "Dollar rises to 520"),
    ("ru", "Зарплаты учителей повысят", "Teachers' salaries to be cut"),
    ("kk", "Бензин бағасы қымбаттады", "Petrol prices fall"),
    ("kk", "Инфляция төмендеді", "Inflation rises"),
]
STEPS = [
    ("Уровень воды в Балхаше поднялся на 20 сантиметров", "Water level in Balkhash rose to 20 cm"),
    ("Инфляция снизилась до 8,5 процента", "Inflation fell by 8.5 percent"),
]
KEPT_STEPS = [
    ("Уровень воды поднялся на 20 сантиметров", "Water level rose by 20 cm"),
    ("Уровень воды поднялся на 20 сантиметров, до 340", "Water rose by 20 cm to 340"),
    ("Инфляция снизилась до 8,5 процента", "Inflation fell to 8.5 percent"),
    ("Ставку снизили с 12 на 9 процентов", "Rate cut to 9 percent"),
    ("Казахстан поднялся на 3 место", "Kazakhstan rose to 3 in the table"),
    ("Казахстан поднялся на 3-е место", "Kazakhstan rises to 3"),
    ("Матч перенесли на 20 августа", "Match moved to 20 August"),
]
DENIED = [
    ("ru", "Министр не уйдёт в отставку", "Minister to resign"),
    ("ru", "Школу не закроют", "School to close"),
    ("ru", "Тарифы не повысят", "Tariffs to rise"),
    ("ru", "Рынок не будут закрывать", "Market to close"),
    ("ru", "Школу закроют", "School will not be closed"),
    ("kk", "Мектеп жабылмайды", "School to close"),
    ("kk", "Жаңа мектеп ашылмады", "New school opened"),
    ("kk", "Тариф көтерілмейді", "Tariffs to rise"),
    ("kk", "Мектеп жабылады", "School will not close"),
]
SAME = [
    ("ru", "Цены на бензин снизились", "Petrol prices fall"),
    ("ru", "Рост цен снизился", "Price growth slows"),
    ("ru", "Повышение цен из-за сокращения субсидий", "Price increase as subsidies removed"),
    ("ru", "Мальчик упал с крыши, собирают деньги", "Money raised for boy"),
    ("ru", "Министр не уйдёт в отставку", "Minister refuses to resign"),
    ("ru", "Министр не уйдёт в отставку", "Minister to stay"),
    ("ru", "Школу не закроют", "School to stay open"),
    ("ru", "Школу не закроют", "School will not be closed"),
    ("ru", "Школу не закроют, а откроют новую", "School to open"),
    ("ru", "Школа не только закроется", "School to close"),
    ("ru", "Почему не закроют школу?", "Why close a school"),
    ("ru", "Отказались закрыть школу", "School will not be closed"),
    ("kk", "Мектеп жабылмайды", "School to remain open"),
    ("kk", "Полиция көшені жабады", "Police to close street"),
    ("kk", "Тұрғын саны көбейді", "Population increased"),
    ("kk", "Мектеп жабылмайды", "School will not close"),
    ("kk", "Өндіріс азаймады", "Output unchanged"),
    ("kk", "Депутаттар заңды қабылдамады", "Deputies reject law"),
]


@pytest.mark.parametrize(("language", "source", "english"), [*TURNED, *DENIED])
def test_the_contrary_is_seen(language, source, english):
    assert Reason.THINGS in check_things(source, english, language)


@pytest.mark.parametrize(("language", "source", "english"), SAME)
def test_the_same_in_other_words_is_let_pass(language, source, english):
    assert check_things(source, english, language) == ()


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["kk", "ru", "en", "und"]))
def test_any_two_texts_can_be_compared(source, english, language):
    assert turns_move(source, english, language) in {True, False}
    assert turns_denial(source, english, language) in {True, False}


@pytest.mark.parametrize(("source", "english"), STEPS)
def test_by_a_number_is_not_to_it(source, english):
    assert swaps_by_and_to(source, english, "ru")
    assert Reason.THINGS in check_things(source, english, "ru")


@pytest.mark.parametrize(("source", "english"), KEPT_STEPS)
def test_a_step_in_other_words_is_kept(source, english):
    assert not swaps_by_and_to(source, english, "ru")


@pytest.mark.parametrize(
    ("source", "english", "swapped"),
    [
        ("Өрт аумағы 120 гектарға дейін ұлғайды", "The fire's area increased by 120 ha", True),
        ("Өрт аумағы 120 гектарға дейін ұлғайды", "The fire's area increased to 120 ha", False),
        ("Су деңгейі 20 сантиметрге көтерілді", "Water level rose by 20 cm", False),
        ("Су деңгейі 20 сантиметрге көтерілді", "Water level rose to 20 cm", False),
        ("Сұраныс 2030 жылға дейін өседі", "Demand to grow by 2030", False),
        ("Бағалар 15 қыркүйекке дейін төмендейді", "Prices to fall by 15 September", False),
    ],
)
def test_of_kazakh_only_up_to_is_known(source, english, swapped):
    assert swaps_by_and_to(source, english, "kk") is swapped
