"""
Which people, places and bodies a story names, so surely that it stands on their pages. Pure.

Requirement. A story on the page of somebody whom it does not name is the worse mistake by far: it
may put a verdict under a minister's name. One that is missing there is found by a search. So a
search looks for every part of a name, and this for the whole of it.

Theory. Asked are the headline, the lead and the headlines of all reports, each as its outlet wrote
it: a translation may have made a name of its own. Of two names at one place the longer is meant
(Nazarbayev University is not Nazarbayev), and what the rules of ``rulings`` speak against is
passed over. A family name alone is nobody's until the story says whose: the given name before it
in the text of one of its reports, or the office that only one of that name in the glossary can
hold (``министр Мадиев``), and nothing beside it may say another given name or initial.

Known exceptions. Two people of one full name are one here, and a name in the text alone does not
count. Not taken: a model of entities (none knows Kazakh, and it would have to know which Akhmetov);
counting the family names that are rare (the glossary has one Assanov, the country thousands).
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH, GLOSSARY_LANGUAGES, KAZAKH, KAZAKH_LATIN
from aggregator.names.forms import is_form, split_words
from aggregator.names.glossary import Glossary
from aggregator.names.subjects import list_subjects
from aggregator.search.english_names import EnglishNames
from aggregator.search.rulings import Beside, find_beside, speaks_against, spread_regions
from aggregator.text.latin import to_cyrillic

if TYPE_CHECKING:
    from collections.abc import (
        Container,
        Iterable,
        Iterator,
        Sequence,
    )

    from aggregator.models import DigestStory
    from aggregator.names.glossary import Name, NameMatch
    from aggregator.names.subjects import Subject

    _Told = tuple[str, str]  # a text, and its language

__all__ = ["Mentions"]

# Who somebody is, is said in the first paragraphs.
_READ_CHARS: Final = 4_000
_WATER = re.compile(r"^Lake | (?:River|Reservoir|Sea|Lakes)$")
# Cities that people are called as.
_GIVEN_NAMES_TOO: Final = frozenset({"Shalkar", "Sauran"})
_CITY_KINDS: Final = frozenset({"city"})


class Mentions:
    """
    The subjects of a glossary, ready to be looked for.

    Attributes:
        subjects: In the glossary's order.
    """

    def __init__(self, glossary: Glossary) -> None:
        names = glossary.names
        self.subjects = list_subjects(names)
        self._glossary = glossary
        self._english = EnglishNames(names)
        cities = [name for name in names if name.kind in _CITY_KINDS]
        self._cities = Glossary(cities)
        places = [name for name in names if name.kind == "place"]
        self._waters = {_cut_water(place.english) for place in places}
        people = [name for name in names if name.kind == "person"]
        last_words = map(_list_last_words, people)
        self._family_names = set(chain.from_iterable(last_words))
        # Those of the glossary's people: Токаев Марат is not Касым-Жомарт.
        first_words = map(_list_first_words, people)
        self._given_names = frozenset(chain.from_iterable(first_words))
        self._of_name = _sort_by_name(self.subjects)
        self._families = _gather_families(people, self._of_name)

    def list_named(self, story: DigestStory) -> tuple[str, ...]:
        """Return the ids of the subjects that a story names, in the order they come in."""
        whole = []
        reports = (*story.articles, *story.earlier)
        for ref in reports:
            beginning = ref.text[:_READ_CHARS]
            whole.append((beginning, ref.language))
        texts = list(_list_texts(story))
        lent = self._list_lent(texts)
        found: dict[str, None] = {}
        for text, language in texts:
            for name in self._find_in(text, language, whole):
                if language == ENGLISH and name in lent:
                    continue
                subject = self._of_name[name]
                found.setdefault(subject.id)
        return tuple(found)

    def _list_lent(self, texts: Sequence[_Told]) -> set[Name]:
        """Return the cities that a report has in quotes, as a club's; English puts no quotes."""
        languages = [language for _, language in texts]
        if ENGLISH not in languages:
            return set()
        lent = set()
        for text, language in texts:
            for name, beside, _ in self._look_beside(text, language):
                if beside.quoted:
                    lent.add(name)
        return lent

    def _find_in(
        self,
        text: str,
        language: str,
        whole: Sequence[_Told],
    ) -> Iterator[Name]:
        """Yield the entries that a text speaks of; ``whole`` says whose a family name is."""
        for name, beside, told in self._look_beside(text, language):
            if name in self._of_name:
                if not self._is_passed_over(name, beside):
                    yield name
            elif name.english in self._families:
                all_told = (*whole, told)
                person = self._tell_whose(name, beside, all_told)
                if person is not None:
                    yield person

    def _look_beside(
        self,
        text: str,
        language: str,
    ) -> Iterator[tuple[Name, Beside, _Told]]:
        """Yield the names in a text, what is beside each, and the text as it is read."""
        for read, code, matches in self._match(text, language):
            for number, match in enumerate(matches):
                beside = find_beside(read, code, matches, number)
                yield match.name, beside, (read, code)

    def _is_passed_over(self, name: Name, beside: Beside) -> bool:
        """Say whether something else may be meant: Балхаш is a lake, Сатпаев a man."""
        is_bare_city = name.kind == "city" and not beside.is_called_city
        if is_bare_city and self._may_be_no_city(name, beside):
            return True
        return speaks_against(name, beside)

    def _may_be_no_city(self, city: Name, beside: Beside) -> bool:
        """Say whether a water or a person has a city's name, and may be meant by it."""
        if city.english in self._waters:
            return True
        if beside.is_where:
            return False
        people = _GIVEN_NAMES_TOO | self._family_names
        words = _list_last_words(city)
        return not people.isdisjoint(words)

    def _match(
        self,
        text: str,
        language: str,
    ) -> Iterator[tuple[str, str, list[NameMatch]]]:
        """Yield a text as it is read, in which language, and the names in it; none overlaps."""
        read, code = _read_as_kazakh(text, language)
        if code == ENGLISH:
            found = self._english.find(read)
            yield read, code, found
            return
        if code not in GLOSSARY_LANGUAGES:
            return
        read = spread_regions(read, code)
        found = self._glossary.find(read, code)
        yield read, code, found
        apart = read.replace("-", " ")
        if apart == read:
            return
        # Алматы-Атырау; Усть-Каменогорск was found above.
        cities = self._cities.find(apart, code)
        hyphened = [match for match in cities if _is_hyphened(match, read)]
        yield apart, code, hyphened

    def _tell_whose(
        self,
        family: Name,
        beside: Beside,
        whole: Iterable[_Told],
    ) -> Name | None:
        """Return the person whom a family name alone means; None if nothing says who it is."""
        given_names = self._given_names
        bearers = self._list_people(family, beside)
        people = [person for person in bearers if beside.allows_person(person, given_names)]
        if not people or speaks_against(family, beside):
            return None
        named = self._list_named_in_full(people, whole)
        if named:
            return _take_only(named)
        if not beside.is_office_before:
            return None
        return _take_only(people)

    def _list_people(self, family: Name, beside: Beside) -> list[Name]:
        """Return those of whose family name the word is a form: Сулейменова is two people's."""
        people = list(self._families[family.english])
        for english, others in self._families.items():
            is_its_own = english == family.english
            if is_its_own or not _may_be_form(english, family.english):
                continue
            if _is_family_form(others, beside):
                people += others
        return people

    def _list_named_in_full(
        self,
        people: Sequence[Name],
        whole: Iterable[_Told],
    ) -> list[Name]:
        glossary = Glossary(people)
        english = EnglishNames(people)
        named: dict[Name, None] = {}
        for text, told_in in whole:
            read, language = _read_as_kazakh(text, told_in)
            is_english = language == ENGLISH
            found = english.find(read) if is_english else glossary.find(read, language)
            names = [match.name for match in found]
            named |= dict.fromkeys(names)
        return list(named)


def _sort_by_name(subjects: Iterable[Subject]) -> dict[Name, Subject]:
    """Return whose each name is."""
    of_name = {}
    for subject in subjects:
        for name in subject.names:
            of_name[name] = subject
    return of_name


def _take_only(people: Sequence[Name]) -> Name | None:
    """Return the only one; None of several."""
    if len(people) > 1:
        return None
    return people[0]


def _is_family_form(people: Iterable[Name], beside: Beside) -> bool:
    """Say whether a word is a form of the family name of one of these people."""
    word = beside.word
    language = beside.language
    forms = {_find_family_name(person, language) for person in people}
    forms.discard("")
    return any(is_form(word, form, language) for form in forms)


def _list_texts(story: DigestStory) -> Iterator[_Told]:
    """Yield what a story is asked by, each with its language, as its outlet wrote it."""
    language = story.best.language
    headline = story.headline.segments
    lead = story.lead.segments
    for segment in chain(headline, lead):
        yield segment.source, language
    for ref in story.articles:
        yield ref.title, ref.language


def _read_as_kazakh(text: str, language: str) -> _Told:
    if language == KAZAKH_LATIN:
        read = to_cyrillic(text)
        return read, str(KAZAKH)
    return text, language


def _is_hyphened(match: NameMatch, text: str) -> bool:
    before = text[match.start - 1 : match.start]
    after = text[match.end : match.end + 1]
    return "-" in (before, after)


def _cut_water(english: str) -> str:
    """Return what a water is called without what it is: Balkhash for Lake Balkhash; else empty."""
    bare = _WATER.sub("", english)
    if bare == english:
        return ""
    return bare


def _is_family_name(name: Name) -> bool:
    if name.kind != "person":
        return False
    words = split_words(name.english)
    return len(words) == 1


def _list_last_words(name: Name) -> list[str]:
    """Return the last word of each form: a person's family name, a city's only word."""
    spellings = _list_spellings(name)
    return [_find_last_word(form) for _, form in spellings]


def _list_first_words(person: Name) -> list[str]:
    """Return the first word of each form of a person's name that has more than one."""
    first_words = []
    for _, form in _list_spellings(person):
        first, blank, _ = form.partition(" ")
        if blank:
            first_words.append(first)
    return first_words


def _find_last_word(form: str) -> str:
    _, _, last = form.rpartition(" ")
    return last


def _gather_families(
    people: Sequence[Name],
    told: Container[Name],
) -> dict[str, list[Name]]:
    """Return, for each entry that is a family name alone, the people whose it is in a language."""
    bearers = _gather_bearers(people, told)
    families = {}
    for family in filter(_is_family_name, people):
        shared: set[int] = set()
        for spelling in _list_spellings(family):
            numbers_of_spelling = bearers.get(spelling, set())
            shared |= numbers_of_spelling
        if shared:
            numbers = sorted(shared)
            families[family.english] = [people[number] for number in numbers]
    return families


def _gather_bearers(
    people: Sequence[Name],
    told: Container[Name],
) -> dict[tuple[str, str], set[int]]:
    """Return, by language and family name, the numbers of the people whose it is."""
    bearers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, person in enumerate(people):
        if person not in told:
            continue
        for language, form in _list_spellings(person):
            family_name = _find_last_word(form)
            bearers[language, family_name].add(number)
    return bearers


def _list_spellings(name: Name) -> Iterator[tuple[str, str]]:
    """Yield every form of a name, each with its language."""
    yield ENGLISH, name.english
    for language, forms in name.forms:
        for form in forms:
            yield language, form


def _find_family_name(person: Name, language: str) -> str:
    if language == ENGLISH:
        return _find_last_word(person.english)
    forms = person.list_forms(language)
    if not forms:
        return ""
    return _find_last_word(forms[0])


def _may_be_form(one: str, other: str) -> bool:
    """Say whether two family names may be one's forms: of a man and a woman of a family."""
    return one.startswith(other) or other.startswith(one)
