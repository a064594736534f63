"""
Does the English name a place, a date or a vehicle that the original does not name? Pure.

Why these guards: a weak model that does not know a town names another that it saw more often. Of 58
headlines that passed all other guards, 12 had moved: "New railway station opened in Shymkent" was a
bridge in Semey. The reader cannot see it. Months and days of the week wander just as well, and of
vehicles a train or a bus comes for whatever stands on a road or a railway.

Only what is invented is looked for. What is left out is no lie, and endings and nicknames (the
capital, the Urals) make an absence hard to prove. Kazakhstan itself may always be named: the press
says "our country" and "the republic".
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH, LANGUAGES, WritingSystem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["invents_date", "invents_place", "invents_vehicle"]

# English pattern -> how words begin that mean it in Kazakh or Russian. Former names stand with the
# present ones, and with a country what is so much its own that English names the country with it:
# its capital, army, money ("курс рубля": "Russian rouble"). With ``=`` at its end a word is the
# whole of it; ``_`` is a blank; a capital must be one: Семей is a town, семей are families.
_PLACES: Final[dict[str, str]] = {
    "abai (region|rgn|obl)": "абай абая абае абаю",
    "akmola": "ақмола акмол",
    "akt(o|yu)be": "ақтөбе актюб актоб",
    "aktau": "ақтау актау",
    "almaty": "алматы алматин алма-ат южная_столиц южной_столиц оңтүстік_астана",
    "astana|nur-sultan|nursultan(?! (?-i:[A-Z]))": "астан нұр-сұлтан нур-султан нұрсұлтан "
    "нурсултан елорда столиц столичн бас_қала главный_город главного_город главном_город "
    "ақорда акорд",
    "atyrau": "атырау гурьев",
    "baikon[uy]r|baykonur": "байқоңыр байконур",
    "balkh?ash": "балқаш балхаш",
    "ekibastuz": "екібастұз экибастуз",
    # Қараған without the capital has looked.
    "karagand[ay]|qaraghandy": "Қараған караганд",
    "kokshetau": "көкшетау кокшетау кокчетав",
    "kostana[iy]|kustanai": "қостанай костана кустана",
    "kyzylord[ay]|kzylorda": "қызылорда кызылорд кзылорд",
    "mang[yi]stau": "маңғыстау мангист мангыст",
    # An oral exam is held in no town.
    "(?-i:Oral|ORAL)(?! (?:and|or|arguments?|agreement|assessments?|cancer|care|cavity"
    "|examinations?|evidence|exams?|health|histor(?:y|ies)|hygiene|languages?|literature|medications?"
    "|medicines?|part|questions?|speech|statements?|surgeons?|surgery|test(?:s|imony)?|traditions?"
    "|vaccin|warning))"
    "|uralsk": "Орал оралдық уральск",
    "oskemen|ust-kamenogorsk": "өскемен усть-каменогорск",
    "pavlodar": "павлодар кереку",
    "petropavl(ovsk)?": "петропавл қызылжар",
    "rudny[iy]?": "Рудн рудненск",
    "semey|semipalatinsk": "Семей Семея Семею Семее семейлік семейчан семейск семипалат",
    "shymkent": "шымкент чимкент",
    "taldykorgan": "талдықорған талдыкорган талдыкурган талды-курган",
    "taraz": "тараз әулиеата",
    "temirtau": "теміртау темиртау",
    "turk[ei]stan": "түркістан туркестан",
    "ulytau": "ұлытау улытау",
    "zhambyl|jambyl": "жамбыл джамбул",
    "zhanaozen": "жаңаөзен жанаозен",
    "zhe[zs]kazgan": "жезқазған жезказган джезказган",
    "zhetys[uy]|jetisu": "жетісу жетыс джетысу семиреч",
    "(north|northern|n\\.?) ?kazakhstan": "солтүстік север сқо ско",
    "(south|southern|s\\.?) ?kazakhstan": "оңтүстік юг юж оқо юко",
    "(east|eastern|e\\.?) ?kazakhstan": "шығыс восток восточ шқо вко",
    "(west|western|w\\.?) ?kazakhstan": "батыс запад бқо зқо зко",
    "afghan(istan)?": "ауған афган кабул талиб тәліб",
    "azerbaijani?": "әзербайжан азербайджан әзірбайжан баку= бакин манат",
    "belarus": "беларус белорус минск",
    "bishkek": "бішкек бишкек",
    "brussels": "брюссел",
    "china|chinese|beijing": "қытай қхр кита кнр пекин бейжің бейжін юан поднебесн фарфор",
    "france|french|paris": "франц париж",
    "germany|german|berlin": "герман неміс немец немк берлин бундес фрг гфр",
    "india|indian": "үнді индия инди индус индей индеец нью-дели рупи",
    "iran|iranian|tehran": "иран тегеран тәһран теһран ксир= риал",
    "ital(y|ian)|rome": "итал рим",
    "japan|japanese|tokyo": "жапон япон токио токий иена= иены= иене= иену= иен= йен= йена",
    "korean?|seoul|pyongyang": "корей коре южнокорей северокорей сеул кндр кхдр пхеньян пхэньян "
    "кәріс ким_чен вона= воны= вону= вон=",
    "kyrgyz(stan|)": "қырғыз кыргыз киргиз бішкек бишкек сом= сома= сому= сомов=",
    "london|british|britain": "лондон брит ұлыбритан великобритан англ ағылшын "
    "соединенное_королевств соединённое_королевств біріккен_корольд фунт",
    "minsk": "минск",
    "mongolian?": "моңғол монгол улан-бат ұланбат тугрик",
    "moscow": "мәскеу москв москов подмосков кремл",
    "russian?( federation)?": "ресей орыс росси всеросси общеросси русск рф рубл путин кремл москв "
    "москов мәскеу госдум мемдум росгвард роскосмос роскомнадзор росавиа роспотребнадзор росстат "
    "росатом россельхоз росфинмон росздрав рособр росрыб росреестр ростех роснефт рпц= фсб= ржд=",
    "tajik(istan|)|dushanbe": "тәжік тадж душанбе сомони",
    "tashkent": "ташкент тәшкент",
    "turk(ey|ish|iye)|ankara|istanbul": "түрк түрік турц турец анкар стамбул стамбұл ыстанбұл "
    "ыстамбұл лира лиры лиру лире индейк индюш күркетауы",
    "turkmen(istan|)": "түрікмен түркімен түркмен туркм ашхабад ашғабат манат",
    "ukrain(e|ian)|kyiv|kiev": "украин киев всу= зсу= сбу= гур= зеленск гривн",
    "united states|(?-i:USA?|U\\.S\\.)|american?|washington": "ақш сша америк латиноамерик "
    "афроамерик индей үндіс вашингтон долл usd соединенны соединённы құрама $ штат госдеп "
    "пентагон трамп байден белый_дом белого_дома белом_доме ақ_үй фрс= фбр= цру=",
    "uzbek(istan|)": "өзбек узбек ташкент тәшкент сум= сума= суму= сумов=",
}

# English name -> other words that it stands for, written as in ``_PLACES``: a march is a month's
# name behind a capital, and a day has an adjective and a short name.
_DATES: Final[dict[str, str]] = {
    "March": "марш шеру шестви митинг колонн жорық",
    "September": "қыркүйег",
    "Monday": "понедельни пн= дс=",
    "Tuesday": "вторни вт= сс=",
    "Wednesday": "ср=",
    "Thursday": "чт= бс=",
    "Friday": "пятни пт= жм=",
    "Saturday": "сб=",
    "Sunday": "воскрес вс= жс= пасх",
}
# As ``_PLACES``. A train is also what doctors do, so something must stand before it; and lines,
# stations and whatever else goes by rail or road is put into English with it.
_VEHICLES: Final[dict[str, str]] = {
    "(?:an?|the|new|of|by|in|passenger|freight|commuter|suburban|express) (?:new )?trains?"
    "(?! (?:of thought|to\\b))": "поезд электропоезд электрич состав вагон локомотив ж/д "
    "железнодорож железн рельс метро трамва экспресс аэроэкспресс станци вокзал тальго эшелон "
    "перрон перегон ржд ктж транспорт курс обуч трен пойыз электрпойыз теміржол темір_жол бекет "
    "қтж көлік жүрдек",
    "buses|bus|minibus(?:es)?": "автобус маршрут микроавтобус шаттл троллейбус транспорт остановк "
    "автовокзал перевоз пазик машин аварии авария автобекет көлік аялдама тасымал апат",
}
# 20.08.2025, 20.08 and 08.2025 name a month by its number.
_NUMBERED_MONTH = re.compile(r"(?<!\d)\d{1,2}\.(?:\d{2}|\d{4})(?!\d)")


def invents_place(source: str, english: str) -> bool:
    """
    Say whether the English names a known place that the original does not.

    Args:
        source: Kazakh or Russian.
        english: Its translation.
    """
    return _is_invented(source, english, _load_places())


def invents_date(source: str, english: str) -> bool:
    """Say whether the English names a month or a day of the week that the original does not."""
    if _NUMBERED_MONTH.search(source):
        return False
    return _is_invented(source, english, _load_dates())


def invents_vehicle(source: str, english: str) -> bool:
    """Say whether the English speaks of a train or a bus, and nothing in the original does."""
    return _is_invented(source, english, _load_vehicles())


def _is_invented(
    source: str,
    english: str,
    table: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...],
) -> bool:
    for in_english, in_original in table:
        if not in_english.search(english):
            continue
        # A name that stands in the original in Latin letters (Turkish Airlines) may stand in the
        # English.
        if not in_original.search(source) and not in_english.search(source):
            return True
    return False


@cache
def _load_places() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return _compile_words(_PLACES)


@cache
def _load_vehicles() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return _compile_words(_VEHICLES)


@cache
def _load_dates() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return _compile_names(_name_dates(), re.NOFLAG)


def _name_dates() -> dict[str, list[str]]:
    """Return patterns by English month and weekday. May is left out: it is a verb, too."""
    english = LANGUAGES[ENGLISH]
    # Models read Cyrillic alone.
    originals = [row for row in LANGUAGES.values() if row.script is WritingSystem.CYRILLIC]
    dates: dict[str, list[str]] = {}
    for number, month in enumerate(english.months):
        if month.stem:
            months = [row.months[number] for row in originals]
            short = [word for own in months for word in own.words]
            dates[month.stem.capitalize()] = [
                *_list_patterns(" ".join(own.stem for own in months)),
                *map(_write_short_month, short),
            ]
    for number, day in enumerate(english.weekdays):
        days = " ".join(row.weekdays[number] for row in originals)
        dates[day.capitalize()] = _list_patterns(days)
    for name, words in _DATES.items():
        dates[name] += _list_patterns(words)
    short_names = {month.stem.capitalize(): month.words for month in english.months if month.stem}
    return {
        _name_with_short(name, short_names.get(name, ())): patterns
        for name, patterns in dates.items()
    }


def _name_with_short(name: str, short: Iterable[str]) -> str:
    """Return a pattern for an English name, and for its short ones beside a number: Nov. 1."""
    beside = (rf"{word.capitalize()}\.?(?=\s\d)|(?<=\d\s){word.capitalize()}" for word in short)
    return "|".join([name, *beside])


def _write_short_month(word: str) -> str:
    """Return a pattern for a month's short name beside a number: қар alone is snow."""
    return rf"(?:(?<=\d)|(?<=\d[\s-])){word}(?!\w)|(?<!\w){word}\.?\s\d{{4}}"


def _list_patterns(words: str) -> list[str]:
    """Return a pattern for each word of a row; see ``_PLACES``."""
    return [_write_pattern(word) for word in words.split()]


def _write_pattern(word: str) -> str:
    begin = r"(?<!\w)" if word[0].isalnum() else ""
    end = r"(?!\w)" if word.endswith("=") else ""
    escaped = re.escape(word.rstrip("=")).replace("_", r"\s+")
    if word[0].isupper():
        escaped = f"(?-i:{escaped}|{escaped.upper()})"
    return f"{begin}{escaped}{end}"


def _compile_words(
    table: Mapping[str, str],
) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Compile a table that is written as ``_PLACES`` is."""
    patterns = {english: _list_patterns(words) for english, words in table.items()}
    return _compile_names(patterns, re.IGNORECASE)


def _compile_names(
    table: Mapping[str, Iterable[str]], flags: re.RegexFlag
) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    compiled = []
    for english, patterns in table.items():
        in_english = re.compile(rf"(?<![\w-])(?:{english})(?!\w)", flags)
        in_original = re.compile("|".join(patterns), re.IGNORECASE)
        compiled.append((in_english, in_original))
    return tuple(compiled)
