"""
What stands beside a name, and what it says against it. Pure.

A street, a school or a prize that is named after somebody is not that person, nor is the club of a
city that city; the ministry of another country is not ours. Each of these says so by the word
beside it. A word at the beginning of a sentence has its capital for another reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product, takewhile
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN
from aggregator.names.countries import HOME
from aggregator.names.forms import is_adjective, is_form, split_words
from aggregator.text.capitals import is_usual

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aggregator.names.glossary import Name, NameMatch

__all__ = ["Beside", "find_beside", "speaks_against", "spread_regions"]

# Beginnings of words: named after, streets and squares, what has a name of its own.
_NAMED_AFTER: Final[Mapping[str, str]] = {
    RUSSIAN: (
        "имени им улиц ул проспект пр пр-т площад бульвар микрорайон мкр аллея кубок приз преми"
        " орден музе парк сквер гимнази лице школ университет институт театр стадион аэропорт фонд"
    ),
    KAZAKH: (
        "атындағы көше даңғыл алаң бульвар шағынаудан ықшамаудан саябақ саябағ мектеп мектеб лице"
        " гимнази университет институт театр стадион әуежай қор орден медал жүлде кубог"
    ),
    ENGLISH: (
        "street avenue square boulevard school university institute theater theatre airport park"
        " foundation fund center centre prize cup stadium museum intellectual"
    ),
}
_CLUB: Final[Mapping[str, str]] = {
    RUSSIAN: (
        "улиц ул проспект пр пр-т площад бульвар микрорайон мкр фк хк бк клуб команд гостиниц"
        " река реки реке реку рекой озер"
    ),
    KAZAKH: "өзен көше даңғыл клуб команда шағынаудан ықшамаудан қонақүй",
    ENGLISH: "street river lake avenue fc hc bc club hotel square",
}
_TIME: Final[Mapping[str, str]] = {RUSSIAN: "времени", KAZAKH: "уақыт", ENGLISH: "time"}
# A village of the name is another place: село Жибек жолы is no border post.
_VILLAGE: Final = ("сел", "посел", "посёл", "аул", "станци")
_FOREIGN = re.compile(
    r"(?:российск|американск|китайск|украинск|узбекск|к[иы]рг[иы]зск|таджикск|туркменск|турецк|иранск"
    r"|британск|немецк|германск|французск|японск|индийск|израильск|белорусск|азербайджанск|армянск"
    r"|грузинск|монгольск|польск|итальянск)\w{2,3}$|(?:russian|american|chinese|ukrainian|uzbek|kyrgyz"
    r"|tajik|turkmen|turkish|iranian|british|german|french|japanese|indian|israeli|us)$",
    re.IGNORECASE,
)
# An office that one holds; a vice-minister is another word, and former ones say экс-.
_OFFICE: Final = frozenset(
    {
        "президент",
        "премьер-министр",
        "премьер",
        "министр",
        "president",
        "minister",
        "premier",
    }
)
_RUSSIAN_CASES = re.compile(r"(?<=[рт])(?:а|у|ом|е)$")
_SHORTEST_STEM: Final = 4
# A point behind them ends no sentence.
_SHORTENED: Final = frozenset({"им", "ул", "пр", "пл", "мкр"})
_PATRONYMIC = re.compile(
    r"(?:ович|евич|овн|евн|ичн|кызы|қызы|улы|ұлы|uly|kyzy|ovich|evich|ovna|evna)"
)
_INITIALS = re.compile(r"(?:(\w)\.\s?-?)(?:\w\.\s?)?$")
# A sentence begins behind these; a few characters before a word are looked at.
_OPENING: Final = frozenset('.!?…:«“„"(—–')
_LOOKED_BACK: Final = 6
# In Акмолинской и Карагандинской областях no city is meant; nor on «Самара – Шымкент» тасжолы.
_AND: Final = r"(?:,| мен| бен| пен| және| и| and)"
_OF_REGION = re.compile(
    r" (?:облыс|област|аудан|район|[Rr]egion|[Dd]istrict|[Oo]blast)"
    rf"|(?:{_AND}(?: [A-ZА-ЯӘҒҚҢӨҰҮҺІЁ][\w-]{{1,30}}){{1,2}}){{1,6}}"
    r" (?:облыстар|област|аудандар|район|[Rr]egions|[Dd]istricts)"
)
# What several regions share stands once: Акмолинской и Павлодарской областях.
_REGIONS: Final[Mapping[str, re.Pattern[str]]] = {
    RUSSIAN: re.compile(
        r"((?:[А-ЯЁ][\w-]{1,30}[сц]кой(?:, | и )){1,6})([А-ЯЁ][\w-]{1,30}[сц]кой)"
        r" област(?:ях|ей|ям|ями|и)\b"
    ),
    KAZAKH: re.compile(
        r"((?:[А-ЯӘҒҚҢӨҰҮҺІ][\w-]{1,30}(?:, | [мбп]ен | және )){1,6})"
        r"((?:[А-ЯӘҒҚҢӨҰҮҺІ][\w-]{1,30} ){1,2})облыстар\w{0,8}"
    ),
}
_REGION: Final[Mapping[str, str]] = {RUSSIAN: "области", KAZAKH: "облысы"}
_BETWEEN = re.compile(r"(, | и | [мбп]ен | және )")
_KAZAKH_REGION: Final = ("облыс", "аудан")
_ADJECTIVE = re.compile(r"ск(?:ой|ом|ий|ая|ую|ого|ому|их|им|ими|ие)$")
_ROAD_BEFORE = re.compile(
    r"(?:трасс|дорог|шоссе|магистрал)\w{0,12}\s[«\"]?(?:[\w-]{1,30}(?:\s?[–—]\s?|\s-\s)){0,3}$",
    re.IGNORECASE,
)
_ROAD_AFTER = re.compile(
    r"(?:(?:\s?[–—]\s?|\s-\s)[\w-]{1,30}){0,3}»?\s(?:бағытындағы\s)?"
    r"(?:тас\s?жол|автожол|автомобиль жол|highway|road)"
)
_IN_QUOTES = re.compile(r"[«“„\"](\w+(?:[ -]\w+){0,2})?$")
_WHERE: Final = frozenset({"в", "во", "из", "под", "близ", "in", "from", "near"})
_LOCATIVE = re.compile(r"[дт][ае](?:н|ғы|гі)?$")
_CITY_BEFORE: Final = ("город", "г")
_CITY_AFTER: Final = ("қала",)
_QUOTED = ('«“„"', '»”“"')
# Қазақстан халқына is to the people of Kazakhstan, wherever it does not stand in quotes.
_PHRASES: Final = frozenset({"Qazaqstan Khalqyna Foundation"})
# Семей is a city, and of families; the table of spellings has it as the glossary does.
_WORDS_TOO: Final = frozenset({(str(RUSSIAN), "семей")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """
    A name in a text, and what is beside it.

    Attributes:
        word: The name as it stands there.
        language: Its text's, ``kk``, ``ru`` or ``en``.
        before: The word right before it; empty if a mark parts them.
        after: The word right after it.
        initial: The first of the initials before it, small; else empty.
        opens: It is the first of its sentence, or its text's.
        quoted: It stands in quotes, and nothing else does.
        before_opens: The word before it is the first of its sentence.
        foreign: The name of another country is right beside it, or its adjective.
        of_region: What follows makes it a region's or a district's name.
        on_road: It is an end of a road that is named so.
    """

    word: str
    language: str
    before: str
    after: str
    initial: str
    opens: bool
    quoted: bool
    before_opens: bool
    foreign: bool
    of_region: bool
    on_road: bool

    @property
    def is_called_city(self) -> bool:
        """The word beside it says that a city is meant."""
        low_before = self.before.lower()
        if low_before.startswith(_CITY_BEFORE[0]) or self.before in _CITY_BEFORE:
            return True
        low_after = self.after.lower()
        # Жетісуда қала әкімі is an akim of a city there.
        return low_after.startswith(_CITY_AFTER) and not self.is_where

    @property
    def is_where(self) -> bool:
        """What stands beside it, or its ending, says that something is there, or from there."""
        if self.language == KAZAKH:
            return _LOCATIVE.search(self.word) is not None
        return self.before.lower() in _WHERE

    @property
    def is_office_before(self) -> bool:
        """The word before it is an office that one person holds."""
        low = self.before.lower()
        if low in _OFFICE:
            return True
        nominative = _RUSSIAN_CASES.sub("", low)
        return nominative in _OFFICE

    def allows_person(
        self,
        person: Name,
        given_names: Collection[str],
    ) -> bool:
        """
        Say whether what is beside a family name can be this person's.

        Args:
            given_names: Of all people that are known.
        """
        given = _list_given_names(person, self.language)
        if self.initial:
            initials = [name[:1].lower() for name in given]
            return self.initial in initials
        words = [word for word in (self.before, self.after) if word]
        if any(is_form(*pair, self.language) for pair in product(words, given)):
            return True
        if self.after in given_names:
            return False
        return not self._has_other_given_name()

    def _has_other_given_name(self) -> bool:
        low = self.before.lower()
        if self.before[:1].isupper() and not self.is_office_before:
            # Вчера Токаев, but not Марат Токаев.
            return not (self.before_opens and is_usual(low))
        if _PATRONYMIC.search(low):
            return True
        low_after = self.after.lower()
        return _PATRONYMIC.search(low_after) is not None


def find_beside(
    text: str,
    language: str,
    matches: Sequence[NameMatch],
    number: int,
) -> Beside:
    """Return what is beside one of the names that were found in a text."""
    match = matches[number]
    head = text[: match.start]
    before = _find_last_word(head)
    head_of_before = head.rstrip().removesuffix(before)
    tail = text[match.end :]
    return Beside(
        word=text[match.start : match.end],
        language=language,
        before=before,
        after=_find_first_word(tail),
        initial=_find_initial(head),
        opens=_opens_sentence(head),
        quoted=_is_quoted(head, tail),
        before_opens=_opens_sentence(head_of_before),
        foreign=_is_foreign(text, matches, number, before),
        of_region=_OF_REGION.match(tail) is not None,
        on_road=_is_on_road(head, tail),
    )


def _find_initial(head: str) -> str:
    """Return the first of the initials that a text ends with, small; empty if it has none."""
    initials = _INITIALS.search(head)
    if initials is None:
        return ""
    first = initials[1]
    return first.lower() if first.isupper() else ""


def _is_on_road(head: str, tail: str) -> bool:
    if _ROAD_BEFORE.search(head):
        return True
    return _ROAD_AFTER.match(tail) is not None


def _opens_sentence(head: str) -> bool:
    """Say whether what follows is the first word of its sentence, or of all."""
    backwards = reversed(head[-_LOOKED_BACK:])
    marks = list(takewhile(lambda letter: not letter.isalnum(), backwards))
    if len(marks) == len(head):
        return True
    return not _OPENING.isdisjoint(marks)


def _is_quoted(head: str, tail: str) -> bool:
    """Say whether a name stands in quotes, with two other words at most: in a name of its own."""
    opened = _IN_QUOTES.search(head) or re.search(r"[«“„\"]\w+ $", head)
    if opened is None:
        return False
    closed = re.match(r"(?:\w*)(?: \w+){0,2}[»”“\"]", tail)
    return closed is not None


def spread_regions(text: str, language: str) -> str:
    """Return a text in which each of several regions is called one."""
    pattern = _REGIONS.get(language)
    if pattern is None:
        return text
    word = _REGION[language]

    def spread(found: re.Match[str]) -> str:
        first = _BETWEEN.sub(rf" {word}\1", found[1])
        last = found[2].rstrip()
        return f"{first}{last} {word}"

    return pattern.sub(spread, text)


def speaks_against(name: Name, beside: Beside) -> bool:
    """Say whether what is beside a name says that something else is meant."""
    if name.kind == "person":
        return _has_beside(beside, _NAMED_AFTER)
    is_named_so = beside.quoted or "қор" in beside.word
    if name.english in _PHRASES and not is_named_so:
        return True
    if name.kind in {"body", "party"}:
        return beside.foreign
    if _means_another(name, beside):
        return True
    low = beside.word.lower()
    is_word = is_usual(low) or (beside.language, low) in _WORDS_TOO
    return beside.opens and is_word and not _is_of_city(name, beside)


def _means_another(name: Name, beside: Beside) -> bool:
    """Say whether something else that has the name of a city, or of a place, is meant."""
    if name.kind == "city":
        return _is_of_something(name, beside)
    if name.kind == "place":
        return _is_other_place(name, beside)
    return False


def _is_of_city(name: Name, beside: Beside) -> bool:
    """Say whether a word is a city's adjective: the tables have it in small letters."""
    if name.kind != "city":
        return False
    word = beside.word
    language = beside.language
    forms = name.list_forms(language)
    return any(is_adjective(word, form, language) for form in forms)


def _is_of_something(name: Name, beside: Beside) -> bool:
    """Say whether a city only lends its name: to a club, a street, a road, a region."""
    if beside.quoted or beside.on_road or _has_beside(beside, _TIME):
        return True
    # Улица Астана is a street, улица Астаны any of the city's.
    is_as_listed = beside.word in _list_main_forms(name, beside.language)
    if is_as_listed and _has_beside(beside, _CLUB):
        return True
    low_after = beside.after.lower()
    if low_after.startswith(_KAZAKH_REGION):
        return beside.word in _list_main_forms(name, KAZAKH)
    if not beside.of_region:
        return False
    # Алматының Алатау ауданы is a part of the city, В Алматы и Алматинской области names it.
    is_first = is_as_listed and beside.language != RUSSIAN
    return is_first or _ADJECTIVE.search(beside.word) is not None


def _is_other_place(name: Name, beside: Beside) -> bool:
    """Say whether a club, a street, a village or a city of a place's name is meant."""
    low = beside.before.lower()
    is_village = low.startswith(_VILLAGE) and beside.language == RUSSIAN
    if beside.is_called_city or is_village:
        return True
    if " " in beside.word:
        return False
    if beside.quoted:
        return True
    is_street = beside.word in _list_main_forms(name, beside.language)
    return is_street and _has_beside(beside, _CLUB)


def _list_main_forms(name: Name, language: str) -> tuple[str, ...]:
    if language == ENGLISH:
        return (name.english,)
    return name.list_forms(language)


def _has_beside(beside: Beside, beginnings: Mapping[str, str]) -> bool:
    """Say whether a word of these beginnings is where the language has it."""
    word = beside.before if beside.language == RUSSIAN else beside.after
    known = tuple(beginnings[beside.language].split())
    return bool(word) and _begins(word.lower(), known)


def _begins(word: str, beginnings: tuple[str, ...]) -> bool:
    if word in beginnings:
        return True
    stems = tuple(beginning for beginning in beginnings if len(beginning) >= _SHORTEST_STEM)
    return word.startswith(stems)


def _list_given_names(person: Name, language: str) -> list[str]:
    forms = _list_main_forms(person, language)
    return [form.split(" ")[0] for form in forms]


def _find_last_word(head: str) -> str:
    words = split_words(head)
    if not words:
        return ""
    word, _, end = words[-1]
    between = head[end:].strip()
    is_shortened = between == "." and word.lower() in _SHORTENED
    if between and not is_shortened:
        return ""
    return word


def _find_first_word(tail: str) -> str:
    words = split_words(tail)
    if not words:
        return ""
    word, start, _ = words[0]
    between = tail[:start].strip()
    return "" if between else word


def _is_foreign(
    text: str,
    matches: Sequence[NameMatch],
    number: int,
    before: str,
) -> bool:
    match = matches[number]
    if _FOREIGN.search(before):
        return True
    neighbours = []
    if number:
        last = matches[number - 1]
        between = text[last.end : match.start]
        neighbours.append((last, between))
    if number + 1 < len(matches):
        following = matches[number + 1]
        between = text[match.end : following.start]
        neighbours.append((following, between))
    for other, between in neighbours:
        is_near = between.strip() in {"", "'s", "’s", "of", "of the"}
        if is_near and _is_other_country(other.name):
            return True
    return False


def _is_other_country(name: Name) -> bool:
    return name.kind == "country" and name.english not in HOME
