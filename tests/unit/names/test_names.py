"""Names: their forms found in text, their English kept, everything else in Latin letters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ConfigError
from aggregator.names.forms import is_form
from aggregator.names.glossary import Glossary, Name, read_glossary
from aggregator.names.mend import find_missing_names, keep_names, romanise_names
from aggregator.names.romanise import romanise

SHIPPED = Path(__file__).resolve().parents[3] / "config" / "glossary.toml"


@pytest.fixture(scope="module")
def glossary():
    return read_glossary(SHIPPED)


def find_english(glossary, text, language):
    found = [one.name for one in glossary.find(text, language)]
    return [name.english for name in found if name.kind != "office"]


TRADE = "Ministry of Trade and Integration"


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("Қасым-Жомарт Тоқаевтың Астанадағы кездесуі", "kk", ["Kassym-Jomart Tokayev", "Astana"]),
        (
            "Президент Касым-Жомарт Токаев прибыл в Алматы",
            "ru",
            ["Kassym-Jomart Tokayev", "Almaty"],
        ),
        ("Токаеву доложили о развитии Костанайской области", "ru", ["Tokayev", "Kostanay Region"]),
        ("Түркістан облысында мектеп салынды", "kk", ["Turkistan Region"]),
        ("Павлодарда қойма өртенді", "kk", ["Pavlodar"]),
        ("В ШЫМКЕНТЕ ОТКРЫЛИ МОСТ", "ru", ["Shymkent"]),
        ("Между Казахстаном и Японией", "ru", ["Kazakhstan", "Japan"]),
        ("алматинцев спросят", "ru", []),  # no name, though it begins like one
        ("В Таразе и под Таразом", "ru", ["Taraz", "Taraz"]),
        ("Таразда, Тараздан, Таразға", "kk", ["Taraz", "Taraz", "Taraz"]),
        ("шымкентские пекари и алматинский рынок", "ru", ["Shymkent", "Almaty"]),
        ("Актауские рыбаки, актюбинских врачей", "ru", ["Aktau", "Aktobe"]),
        ("алматылық оқушылар мен шымкенттіктер", "kk", ["Almaty", "Shymkent"]),
        ("уральские горы", "ru", []),  # of the mountains, not of the town
        ("Алматинская область, алматинская школа", "ru", ["Almaty Region", "Almaty"]),
        ("Город Алатау ждёт гостей, в городе Алатау", "ru", ["Alatau City", "Alatau City"]),
        ("в министерстве финансов", "ru", ["Ministry of Finance"]),
        ("Қаржы Министрлігінің баяндамасы", "kk", ["Ministry of Finance"]),
        # Kazakhstan's are of trade and integration, and of tourism and sports.
        ("Минторговли Китая снизило пошлины", "ru", ["China"]),
        ("пошлины снизило Минторговли Казахстана", "ru", [TRADE, "Kazakhstan"]),
        ("Минторговли, Китай и Япония", "ru", [TRADE, "China", "Japan"]),
        ("Минторговли и Минфин Китая", "ru", [TRADE, "Ministry of Finance", "China"]),
        ("МИД Китая", "ru", ["Ministry of Foreign Affairs", "China"]),
        ("KEGOC-тің есебі", "kk", ["KEGOC"]),
        ("ҚАРЖЫ МИНИСТРЛІГІ ХАБАРЛАДЫ", "kk", ["Ministry of Finance"]),
        ("Алмаз пен алтын", "kk", []),
        ("", "kk", []),
    ],
)
def test_inflected_names_are_found(glossary, text, language, names):
    assert find_english(glossary, text, language) == names


def test_the_longer_of_two_names_at_one_place_wins(glossary):
    assert find_english(glossary, "Алматы облысының әкімі", "kk") == ["Almaty Region"]
    assert find_english(glossary, "Алматы тұрғындары", "kk") == ["Almaty"]


@pytest.mark.parametrize(
    ("word", "name", "language", "yes"),
    [
        ("Астанада", "Астана", "kk", True),
        ("Қазақстанның", "Қазақстан", "kk", True),
        ("АҚШ-тың", "АҚШ", "kk", True),
        ("Ақтаудан", "Ақтау", "kk", True),
        ("Ақтаушы", "Ақтау", "kk", False),
        ("Токаева", "Токаев", "ru", True),
        ("Астаны", "Астана", "ru", True),
        ("Астанинский", "Астана", "ru", False),
        ("астана", "Астана", "ru", False),
        ("Семья", "Семей", "ru", False),
        ("Данию", "Дания", "ru", True),
        ("Марией", "Мария", "ru", True),
        ("Даны", "Дания", "ru", False),
        ("Иордан", "Иордания", "ru", False),
    ],
)
def test_endings(word, name, language, yes):
    assert is_form(word, name, language) is yes


def test_the_shipped_glossary_is_large_and_each_entry_finds_itself(glossary):
    assert len(glossary.names) > 1500
    lost = [
        (name.english, form)
        for name in glossary.names
        for language, forms in name.forms
        for form in forms
        if name.english not in [one.name.english for one in glossary.find(form, language)]
    ]
    assert lost == []


def test_names_are_put_right_where_the_model_spelt_them_its_own_way(glossary):
    names = [one.name for one in glossary.find("Қасым-Жомарт Тоқаев Қостанайға барды", "kk")]

    made = keep_names("Kasym-Zhomart Tokaev went to Kostanai", names)

    assert made == "Kassym-Jomart Tokayev went to Kostanay"
    assert keep_names(made, names) == made
    assert find_missing_names(made, names) == []


def test_a_lost_name_is_missed_and_another_name_is_not_taken_for_it(glossary):
    names = [one.name for one in glossary.find("Пожар в Караганде", "ru")]

    assert keep_names("Fire in Almaty", names) == "Fire in Almaty"
    assert [name.english for name in find_missing_names("Fire in Almaty", names)] == ["Karaganda"]


def test_a_country_may_become_an_adjective_and_a_person_a_surname(glossary):
    kazakh = [one.name for one in glossary.find("Қазақстан шахтерлері", "kk")]
    person = [one.name for one in glossary.find("Касым-Жомарт Токаев выступил", "ru")]

    assert find_missing_names("Kazakh miners", kazakh) == []
    assert find_missing_names("Tokayev spoke", person) == []


def test_a_name_left_in_cyrillic_is_romanised_and_a_word_is_not():
    assert (
        romanise_names("Ерлан Сапарғали met Үміт in the аудан", "kk")
        == "Erlan Saparghali met Umit in the аудан"
    )
    assert romanise_names("Plain", "ru") == "Plain"


@pytest.mark.parametrize(
    ("text", "language", "latin"),
    [
        ("Жұмабаев", "kk", "Zhumabaev"),
        ("Ғабитұлы Әлихан", "kk", "Ghabituly Alikhan"),
        ("Щербаков", "ru", "Shcherbakov"),
        ("Ельцин, Алексеевич, подъезд", "ru", "Yeltsin, Alekseyevich, podyezd"),
        ("НЮЩ и Aitu 24", "ru", "NYUSHCH i Aitu 24"),
        ("Юг", "ru", "Yug"),
    ],
)
def test_romanisation(text, language, latin):
    assert romanise(text, language) == latin


@given(
    st.text(st.characters(min_codepoint=0x400, max_codepoint=0x4FF)), st.sampled_from(["kk", "ru"])
)
def test_romanised_text_of_ours_holds_no_letter_of_ours(text, language):
    ours = "абвгдежзийклмнопрстуфхцчшщъыьэюяёәғқңөұүһі"
    assert not set(romanise(text, language).lower()) & set(ours)


@given(st.text(max_size=300), st.sampled_from(["kk", "ru", "en", ""]))
def test_any_text_can_be_looked_through(text, language):
    glossary = Glossary(
        [Name(english="Astana", kind="city", forms=(("kk", ("Астана",)), ("ru", ("Астана",))))]
    )

    spans = [(one.start, one.end) for one in glossary.find(text, language)]

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1", "expected [[group]] tables only"),
        ("[[group]]\nkind = 'star'\nsource = 's'\nnames = []", "expected one of person"),
        ("[[group]]\nkind = 'city'\nnames = []", "expected where the English forms are from"),
        (
            "[[group]]\nkind = 'city'\nsource = 's'\nnames = [['Astana']]",
            "expected [English, Kazakh, Russian]",
        ),
        (
            "[[group]]\nkind = 'city'\nsource = 's'\nnames = [['A', 'а', ''], ['B', 'а', '']]",
            "expected once; A has it",
        ),
        ("[[group]]\nkind = 'city'\nsource = 's'\nnames = [['A', '—', '']]", "expected words"),
        ("[", ":1: (syntax): expected TOML"),
        ("group = 5", "group = 5: expected [[group]] tables only"),
        ("[[group]]\nkind = ['city']", "group[0].kind = ['city']: expected one of person"),
        (
            "[[group]]\nkind = 'city'\nsource = 's'\nnames = 5",
            "group[0].names = 5: expected a list",
        ),
    ],
)
def test_what_is_wrong_with_a_glossary_is_named(tmp_path, text, says):
    path = tmp_path / "glossary.toml"
    path.write_text(text)

    with pytest.raises(ConfigError) as caught:
        read_glossary(path)

    assert says in str(caught.value)
    assert str(path) in str(caught.value)
