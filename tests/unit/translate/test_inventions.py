"""Places and dates of the English are known in every form of the original, and no others."""

from __future__ import annotations

import pytest

from aggregator.models.flag import Reason
from aggregator.translate.guards import check_things
from aggregator.translate.inventions import invents_date, invents_place, invents_vehicle

TOWNS = {
    "Aktau": ("Актау", "Актауский", "Ақтау", "Ақтауда"),
    "Aktobe": ("Актобе", "Актюбинск", "Актюбинской", "Ақтөбеде"),
    "Almaty": ("Алматы", "Алматинской", "Алма-Ате", "Алматыдан"),
    "Astana": ("Астаной", "Столичные", "столицу", "Бас қалада", "Елордада", "Астананың"),
    "Atyrau": ("Атырау", "Атырауской", "Атырауда"),
    "Karaganda": ("Караганде", "Карагандинский", "Қарағандыда"),
    "Kokshetau": ("Кокшетау", "Көкшетаудың"),
    "Kostanay": ("Костанай", "Костаная", "Костанаю", "Костанаем", "Костанае", "Қостанайда"),
    "Kyzylorda": ("Кызылорде", "Кызылординской", "Қызылордада"),
    "Mangystau": ("Мангистауской", "Маңғыстауда"),
    "Oral": ("Уральске", "Уральском", "Орал", "Оралда"),
    "Oskemen": ("Усть-Каменогорске", "Өскеменде"),
    "Pavlodar": ("Павлодаром", "Павлодарда", "Кереку"),
    "Petropavl": ("Петропавловске", "Петропавле", "Петропавлда", "Қызылжарда"),
    "Rudny": ("Рудном", "Рудного", "Рудныйда"),
    "Semey": ("Семей", "Семея", "Семею", "Семеем", "Семее", "СЕМЕЕ", "Семейде", "семейлік"),
    "Shymkent": ("Шымкентом", "Шымкентте"),
    "Taldykorgan": ("Талдыкоргане", "Талдықорғанда"),
    "Taraz": ("Таразе", "Таразом", "Таразда"),
    "Turkistan": ("Туркестане", "Түркістанның"),
    "Ulytau": ("Улытау", "Ұлытауда"),
    "West Kazakhstan": ("ЗКО", "БҚО", "ЗҚО", "Западно-Казахстанской"),
    "Zhambyl": ("Жамбылской", "Жамбылда", "Джамбуле"),
    "Zhetysu": ("Жетысу", "Жетісуда"),
}
COUNTRIES = {
    "American": ("латиноамериканский", "американского"),
    "Belarus": ("Белоруссии", "Минске", "Беларусьпен"),
    "China": ("Китае", "китайский", "КНР", "ҚХР", "Қытайда", "Пекином", "Бейжіңде"),
    "Istanbul": ("Стамбуле", "Стамбулда", "Ыстамбұлда"),
    "Kyrgyz": ("Киргизии", "Кыргызстане", "Бишкеке", "Қырғызстанда"),
    "Moscow": ("Москвой", "Подмосковье", "Мәскеуде", "Кремль"),
    "North Korea": ("КНДР", "Пхеньян", "Северной Корее", "КХДР", "Пхеньянда"),
    "Russian": ("РФ", "рубля", "Росгвардия", "Роскосмос", "российская", "русские", "Ресейлік"),
    "South Korea": ("Южной Кореей", "Сеуле", "южнокорейский", "Оңтүстік Кореяда", "Кәріс"),
    "Tokyo": ("Токио", "Токийской", "Токиода"),
    "Turkish": ("Турции", "турецкий", "лиры", "Түркияның"),
    "Ukrainian": ("ВСУ", "украинские", "Киеве", "гривны", "Украинада"),
    "US": ("США", "Штатах", "Белый дом", "Пентагон", "АҚШ-та", "Ақ үй", "$500"),
    "Uzbek": ("Узбекистане", "узбекский", "Ташкенте", "Өзбекстанда"),
}


@pytest.mark.parametrize(
    ("english", "original"),
    [(english, form) for english, forms in (TOWNS | COUNTRIES).items() for form in forms],
)
def test_a_place_is_known_in_every_form(english, original):
    assert not invents_place(f"{original} деген сөз", f"News of {english} today")


@pytest.mark.parametrize(
    ("original", "english"),
    [
        ("Устный экзамен отменили", "Oral exam cancelled"),
        ("Ауызша емтихан болмайды", "No oral history this year"),
        ("Президент встретил гостей", "President Nursultan Nazarbayev meets guests"),
        ("В стране выросли цены", "Prices rise in Kazakhstan"),
        ("Республика выиграла", "Republic of Kazakhstan wins"),
    ],
)
def test_a_word_that_looks_like_a_place_is_none(original, english):
    assert not invents_place(original, english)


@pytest.mark.parametrize(
    ("original", "english"),
    [
        ("Для многодетных семей построят дома", "Houses to be built in Semey"),
        ("Устный спор решили в суде", "Dispute in Oral settled in court"),
        ("Ол киноны қараған", "He saw a film in Karaganda"),
        ("На руднике завершили ремонт", "Repairs finished in Rudny"),
        ("Мектеп ашылды", "School opens in Pyongyang"),
        ("Сумма выросла", "Uzbek amount grows"),
        ("Скорая помощь выехала", "Ambulance leaves Nur-Sultan"),
    ],
)
def test_a_place_that_is_not_named_is_invented(original, english):
    assert invents_place(original, english)


@pytest.mark.parametrize(
    ("original", "english"),
    [
        ("15 авг. откроют мост", "Bridge to open on August 15"),
        ("1 сент откроют школу", "School to open on September 1"),
        ("15-там. көпір ашылады", "Bridge to open on August 15"),
        ("В 08.2025 откроют мост", "Bridge to open in August 2025"),
        ("Сайыс 5 қыркүйегіне дейін өтеді", "Contest to run until 5 September"),
        ("Воскресный эфир отменили", "Sunday broadcast cancelled"),
        ("Пятничная молитва прошла в мечети", "Friday prayer held in mosque"),
        ("Понедельничная планёрка", "Monday meeting"),
        ("Приём в пт и сб", "Reception on Friday and Saturday"),
        ("Марш мира прошёл в городе", "March for peace held in city"),
        ("Бейбітшілік шеруі өтті", "March for peace held"),
        ("Школу могут закрыть", "School May close"),
    ],
)
def test_a_date_is_known_in_every_form(original, english):
    assert not invents_date(original, english)


@pytest.mark.parametrize(
    ("original", "english"),
    [
        ("Көшеге қар жауды", "Snow falls in November"),
        ("Қар 15 см болды", "Snow 15 cm deep in November"),
        ("Школу откроют осенью", "School to open in March"),
        ("Среднюю школу откроют", "School to open on Sunday"),
    ],
)
def test_a_date_that_is_not_named_is_invented(original, english):
    assert invents_date(original, english)


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Движение по новому путепроводу запустили", "Movement of the new train launched"),
        ("Шымкентте жол өтпесі ашылды", "A train opened in Shymkent"),
        ("Жители просят построить мост", "Residents ask for a bus"),
    ],
)
def test_a_vehicle_that_the_original_does_not_name_is_seen(source, english):
    assert invents_vehicle(source, english)
    assert Reason.THINGS in check_things(source, english, "ru")


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("Новый электропоезд вышел на линию", "The new train is in service"),
        ("На железной дороге авария", "Accident with a train"),
        ("Жаңа пойыз жүре бастады", "A new train started running"),
        ("Врачей обучат", "Doctors to train abroad"),
        ("Маршрут № 12 изменён", "Bus route 12 changed"),
        ("Автобекет жөнделді", "Bus station repaired"),
    ],
)
def test_a_vehicle_that_goes_with_the_original_is_let_pass(source, english):
    assert not invents_vehicle(source, english)
