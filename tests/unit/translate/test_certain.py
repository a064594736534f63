"""What of a withheld headline is certain: nothing but what stands there."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.translate.certain.line import list_certain
from tests.benchmarks.certain import read_headlines, split_line
from tests.support.shipped import shipped_glossary

GLOSSARY = shipped_glossary()
HEADLINES = read_headlines()


def say(text: str, language: str) -> list[str]:
    return split_line(list_certain(text, language, GLOSSARY))


@pytest.mark.parametrize(
    ("language", "headline", "right"), HEADLINES, ids=[text[:40] for _, text, _ in HEADLINES]
)
def test_nothing_is_said_that_the_headline_does_not_say(
    language: str, headline: str, right: list[str]
) -> None:
    assert set(say(headline, language)) <= {part.lower() for part in right}


def test_most_of_what_could_be_said_is_said() -> None:
    said = sum(len(say(headline, language)) for language, headline, _ in HEADLINES)
    assert said >= 130


@pytest.mark.parametrize(
    ("language", "text", "line"),
    [
        (
            "kk",
            "Петропавл маңындағы су қоймасына 38 миллион текше метр су жиналды",
            "Petropavl · reservoir · 38 million cubic metres",
        ),
        ("ru", "Двое детей погибли при пожаре в Костанае", "2 children died · fire · Kostanay"),
        ("ru", "Более 500 домов подтопило", "More than 500 houses"),
        ("kk", "Ақтөбеде 500-ден астам үйді су басты", "Aktobe · more than 500 houses"),
        ("ru", "Не менее 40 вагонов сошли с рельсов", "At least 40 carriages"),
        ("ru", "Не менее чем 40 человек погибли", "At least 40 people died"),
        ("ru", "По меньшей мере 40 человек погибли", "At least 40 people died"),
        ("kk", "Кем дегенде 40 адам қаза тапты", "At least 40 people died"),
        ("ru", "Более чем 40 домов сгорели", "More than 40 houses"),
        (
            "ru",
            "Минздрав закупит лекарства на $12 млн",
            "Ministry of Healthcare · medicine · $12 million",
        ),
        ("ru", "Бюджет на 2026–2028 годы одобрен", "Budget · 2026–2028"),
        ("kk-Latn", "Qostanaıda órt boldy", "Kostanay · fire"),
        ("ru", "Ни один человек не пострадал", ""),
        ("ru", "Ни одна школа не закроется в Алматы", "School · Almaty"),
        ("ru", "Вместо 5 школ построили 2 больницы", "School · 2 hospitals"),
        ("ru", "Вместо обещанных пяти школ построили парк", "School"),
        ("kk", "5 мектептің орнына 2 аурухана салынды", "School · 2 hospitals"),
        ("ru", "Штраф до 500 тысяч тенге", "Fine · up to 500,000 tenge"),
        ("ru", "Грозит до пяти лет", "Up to 5 years"),
        ("ru", "Грозит от 5 до 10 лет", "5–10 years"),
        ("ru", "Зарплата выросла до 500 тысяч тенге", "Salary · 500,000 tenge"),
        ("ru", "Завод построят до 2030 года", "Factory · 2030"),
        ("kk", "Зауыт 2030 жылға дейін салынады", "Factory · 2030"),
        ("kk", "500 адамға дейін сыяды", "Up to 500 people"),
        ("kk", "Инфляция 5 пайызға дейін төмендеді", "Inflation · 5%"),
        ("ru", "Около 500 домов", "About 500 houses"),
        ("ru", "Свыше 500 домов", "More than 500 houses"),
        ("ru", "Не свыше 500 домов", "At most 500 houses"),
        ("ru", "Максимум 500 домов", "At most 500 houses"),
        ("ru", "Более чем на 5%", "More than 5%"),
        ("ru", "Почти в 5 раз", "Nearly 5 times"),
        ("ru", "Больше в 5 раз", "5 times"),
        ("ru", "500 человек и более", "At least 500 people"),
        ("kk", "Шамамен 500 адам", "About 500 people"),
        ("kk", "500-ге жуық адам", "Nearly 500 people"),
        ("kk", "500 адамға жуық", "Nearly 500 people"),
        ("kk", "500 адам шамасында", "About 500 people"),
        ("kk", "500 адамнан кем емес", "At least 500 people"),
        ("kk", "500 адамнан көп", "More than 500 people"),
        ("ru", "Счёт 23:21 в пользу хозяев", "23:21"),
        ("ru", "Победа 3:1", "3:1"),
    ],
)
def test_a_line(language: str, text: str, line: str) -> None:
    assert list_certain(text, language, GLOSSARY) == line


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("ru", "Пожара в гостинице не было", "fire"),
        ("kk", "Қонақүйде өрт болған жоқ", "fire"),
        ("ru", "Учения по тушению пожара прошли в Аксае", "fire"),
        ("ru", "Айгуль Токаева выиграла грант", "Tokayev"),
        ("ru", "Исабекова назначена директором школы", "Issabekov"),
        ("ru", "Семей с детьми стало больше", "Semey"),
        ("ru", "«Астана» проиграла «Кайрату»", "Astana"),
        ("ru", "Минус 25 градусов ждут в Астане", "25 degrees"),
        ("kk", "Астанада 20 градус аяз болады", "20 degrees"),
        ("ru", "Перекроют улицу в 15 часов", "15 hours"),
        ("ru", "Команда заняла 5 место в Алматы", "5 places"),
        ("kk", "Сотта елу үш бүтін оннан бес миллион теңге пара туралы айтылды", "5 million tenge"),
        ("ru", "Задержан заместитель акима Талдыкоргана", "akim"),
        ("ru", "Два миллиона пятьсот тысяч тенге выплатят семье", "500,000 tenge"),
        ("ru", "Ущерб 2 млн 500 тыс тенге возместят", "500,000 tenge"),
        ("ru", "Несколько тысяч человек остались без света", "1,000 people"),
        ("kk", "Доллар 1 теңге 85 тиынға төмендеді", "1 tenge"),
        ("ru", "Скорость ветра 25 метров в секунду в Алматы", "25 metres"),
        ("kk", "Қаңтар–шілдеде өндіріс 7 пайызға артты", "July"),
        ("ru", "За январь – июль торговля выросла на 6 процентов", "January"),
        ("ru", "Кровлю школы сорвало, детей в здании не было", "child"),
        ("ru", "В школе № 5 отменили уроки", "5"),
        ("kk", "Ауылдық округке газ жетеді", "village"),
        ("kk", "Мектепке бір жарым миллион теңге бөлінді", "1 million tenge"),
        ("kk", "Мектепке он бес жарым мың теңге бөлінді", "1,000 tenge"),
        ("kk", "Мектепке қанша миллион теңге бөлінді", "1 million tenge"),
        ("kk", "Стадионға екі-үш мың адам жиналды", "1,000 people"),
        ("kk", "Стадионға бес-алты жүз адам жиналды", "100 people"),
        ("ru", "На стадион пришли двадцать — тридцать человек", "30 people"),
        ("ru", "12 из 40 человек пострадали", "40 people affected"),
        ("ru", "Один из 40 человек погиб", "40 people died"),
        ("ru", "Погибли не 5 человек", "5 people died"),
        ("ru", "12 человек погибли бы в огне", "12 people died"),
        ("ru", "Слухи о том, что погибли 12 человек", "12 people died"),
        ("kk", "12 адам қаза тапты деген ақпарат жалған", "12 people died"),
        ("ru", "Пожар начался около 5 часов утра", "5 hours"),
        ("ru", "Ни в одной школе не было света", "1 school"),
        ("ru", "Открыты все, кроме 5 школ", "5 schools"),
        ("ru", "Закрылись не 5 школ", "5 schools"),
        ("kk", "Жабылған 5 мектеп емес", "5 schools"),
        ("ru", "Совещание начнется в 10:30", "10:30"),
        ("ru", "Эфир 10:30–12:00", "12:00"),
        ("kk", "Жиын 10:30-да басталады", "10:30"),
        ("ru", "Начало 18:00", "18:00"),
        ("kk", "Клуб 5 маусым қатарынан чемпион атанды", "5 June"),
    ],
)
def test_what_could_be_otherwise_is_not_said(language: str, text: str, wrong: str) -> None:
    assert wrong.lower() not in say(text, language)


@pytest.mark.parametrize("text", ["Казахстан готовится", "В 2025 году всё изменится", "", "!", "·"])
def test_what_tells_nothing_is_no_line(text: str) -> None:
    assert list_certain(text, "ru", GLOSSARY) == ""


@pytest.mark.parametrize("language", ["en", "und", "tr"])
def test_other_languages_have_none(language: str) -> None:
    assert list_certain("Fire in Almaty, 5 houses", language, GLOSSARY) == ""


@given(st.text(max_size=200), st.sampled_from(["kk", "ru", "kk-Latn"]))
def test_any_text_gives_a_line_of_plain_english(text: str, language: str) -> None:
    line = list_certain(text, language, GLOSSARY)
    assert line == list_certain(text, language, GLOSSARY)
    assert "\n" not in line
    assert not line.startswith(" ")


def test_a_long_text_is_read_in_no_time() -> None:
    text = "5 миллионов 10-15 тысяч домов в Алматы сгорели 3:1 августа " * 200
    assert len(say(text, "ru")) <= 7


@pytest.mark.parametrize("words", ["5 ", "с 5 по 5 по ", "погибли 5 человек "])
def test_a_sentence_as_long_as_an_article_is_no_hour_of_work(words: str) -> None:
    text = (words * 6_000)[:12_000]
    began = process_time()
    list_certain(text, "ru", GLOSSARY)
    # Half a second; fifteen and more if each number looked at all that stands before it.
    assert process_time() - began < 6
