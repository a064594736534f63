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
    from collections.abc import Container, Iterable, Iterator, Sequence

    from aggregator.models import DigestStory
    from aggregator.names.glossary import Name, NameMatch

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
        self.subjects = list_subjects(glossary.names)
        self._glossary = glossary
        self._english = EnglishNames(glossary.names)
        self._cities = Glossary([name for name in glossary.names if name.kind in _CITY_KINDS])
        self._waters = {_cut_water(name.english) for name in glossary.names if name.kind == "place"}
        people = [name for name in glossary.names if name.kind == "person"]
        self._family_names = {word for name in people for word in _list_last_words(name)}
        # Those of the glossary's people: Токаев Марат is not Касым-Жомарт.
        self._given_names = frozenset(word for name in people for word in _list_first_words(name))
        self._of_name = {name: subject for subject in self.subjects for name in subject.names}
        self._families = _gather_families(people, self._of_name)

    def list_named(self, story: DigestStory) -> tuple[str, ...]:
        """Return the ids of the subjects that a story names, in the order they come in."""
        whole = [
            (ref.text[:_READ_CHARS], ref.language) for ref in (*story.articles, *story.earlier)
        ]
        texts = list(_list_texts(story))
        lent = self._list_lent(texts)
        found: dict[str, None] = {}
        for text, language in texts:
            for name in self._find_in(text, language, whole):
                if language != ENGLISH or name not in lent:
                    found.setdefault(self._of_name[name].id)
        return tuple(found)

    def _list_lent(self, texts: Sequence[tuple[str, str]]) -> set[Name]:
        """Return the cities that a report has in quotes, as a club's; English puts no quotes."""
        if not any(language == ENGLISH for _, language in texts):
            return set()
        lent = set()
        for text, language in texts:
            for read, code, matches in self._match(text, language):
                for number, match in enumerate(matches):
                    if find_beside(read, code, matches, number).quoted:
                        lent.add(match.name)
        return lent

    def _find_in(
        self, text: str, language: str, whole: Sequence[tuple[str, str]]
    ) -> Iterator[Name]:
        """Yield the entries that a text speaks of; ``whole`` says whose a family name is."""
        for read, code, matches in self._match(text, language):
            for number, match in enumerate(matches):
                beside = find_beside(read, code, matches, number)
                if match.name in self._of_name:
                    if not self._is_passed_over(match.name, beside):
                        yield match.name
                elif match.name.english in self._families:
                    person = self._tell_whose(match.name, beside, (*whole, (read, code)))
                    if person is not None:
                        yield person

    def _is_passed_over(self, name: Name, beside: Beside) -> bool:
        """Say whether something else may be meant: Балхаш is a lake, Сатпаев a man."""
        if name.kind == "city" and not beside.is_called_city:
            if name.english in self._waters:
                return True
            people = _GIVEN_NAMES_TOO | self._family_names
            if not beside.is_where and not people.isdisjoint(_list_last_words(name)):
                return True
        return speaks_against(name, beside)

    def _match(self, text: str, language: str) -> Iterator[tuple[str, str, list[NameMatch]]]:
        """Yield a text as it is read, in which language, and the names in it; none overlaps."""
        read, code = _read_as_kazakh(text, language)
        if code == ENGLISH:
            yield read, code, self._english.find(read)
            return
        if code not in GLOSSARY_LANGUAGES:
            return
        read = spread_regions(read, code)
        yield read, code, self._glossary.find(read, code)
        apart = read.replace("-", " ")
        if apart != read:
            # Алматы-Атырау; Усть-Каменогорск was found above.
            found = self._cities.find(apart, code)
            yield apart, code, [match for match in found if _is_hyphened(match, read)]

    def _tell_whose(
        self, family: Name, beside: Beside, whole: Iterable[tuple[str, str]]
    ) -> Name | None:
        """Return the person whom a family name alone means; None if nothing says who it is."""
        people = [
            person
            for person in self._list_people(family, beside)
            if beside.allows_person(person, self._given_names)
        ]
        if not people or speaks_against(family, beside):
            return None
        named = self._list_named_in_full(people, whole)
        if named:
            return named[0] if len(named) == 1 else None
        return people[0] if len(people) == 1 and beside.is_office_before else None

    def _list_people(self, family: Name, beside: Beside) -> list[Name]:
        """Return those of whose family name the word is a form: Сулейменова is two people's."""
        people = list(self._families[family.english])
        for english, others in self._families.items():
            if english != family.english and _may_be_form(english, family.english):
                forms = {_find_family_name(other, beside.language) for other in others}
                if any(form and is_form(beside.word, form, beside.language) for form in forms):
                    people += others
        return people

    def _list_named_in_full(
        self, people: Sequence[Name], whole: Iterable[tuple[str, str]]
    ) -> list[Name]:
        glossary = Glossary(people)
        english = EnglishNames(people)
        named: dict[Name, None] = {}
        for text, told_in in whole:
            read, language = _read_as_kazakh(text, told_in)
            is_english = language == ENGLISH
            found = english.find(read) if is_english else glossary.find(read, language)
            named |= dict.fromkeys(match.name for match in found)
        return list(named)


def _list_texts(story: DigestStory) -> Iterator[tuple[str, str]]:
    """Yield what a story is asked by, each with its language, as its outlet wrote it."""
    language = story.best.language
    for segment in chain(story.headline.segments, story.lead.segments):
        yield segment.source, language
    for ref in story.articles:
        yield ref.title, ref.language


def _read_as_kazakh(text: str, language: str) -> tuple[str, str]:
    if language == KAZAKH_LATIN:
        return to_cyrillic(text), str(KAZAKH)
    return text, language


def _is_hyphened(match: NameMatch, text: str) -> bool:
    around = (text[match.start - 1 : match.start], text[match.end : match.end + 1])
    return "-" in around


def _cut_water(english: str) -> str:
    """Return what a water is called without what it is: Balkhash for Lake Balkhash; else empty."""
    bare = _WATER.sub("", english)
    return bare if bare != english else ""


def _is_family_name(name: Name) -> bool:
    return name.kind == "person" and len(split_words(name.english)) == 1


def _list_last_words(name: Name) -> list[str]:
    """Return the last word of each form: a person's family name, a city's only word."""
    texts = [form for _, forms in name.forms for form in forms]
    return [text.rpartition(" ")[2] for text in (name.english, *texts)]


def _list_first_words(person: Name) -> list[str]:
    """Return the first word of each form of a person's name that has more than one."""
    texts = [form for _, forms in person.forms for form in forms]
    return [text.partition(" ")[0] for text in (person.english, *texts) if " " in text]


def _gather_families(people: Sequence[Name], told: Container[Name]) -> dict[str, list[Name]]:
    """Return, for each entry that is a family name alone, the people whose it is in a language."""
    bearers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, person in enumerate(people):
        if person in told:
            for language, form in _list_spellings(person):
                bearers[language, form.rpartition(" ")[2]].add(number)
    families = {}
    for family in filter(_is_family_name, people):
        shared: set[int] = set()
        for spelling in _list_spellings(family):
            shared |= bearers.get(spelling, set())
        if shared:
            families[family.english] = [people[number] for number in sorted(shared)]
    return families


def _list_spellings(name: Name) -> Iterator[tuple[str, str]]:
    """Yield every form of a name, each with its language."""
    yield ENGLISH, name.english
    for language, forms in name.forms:
        for form in forms:
            yield language, form


def _find_family_name(person: Name, language: str) -> str:
    if language == ENGLISH:
        return person.english.rpartition(" ")[2]
    forms = person.list_forms(language)
    return forms[0].rpartition(" ")[2] if forms else ""


def _may_be_form(one: str, other: str) -> bool:
    """Say whether two family names may be one's forms: of a man and a woman of a family."""
    return one.startswith(other) or other.startswith(one)
