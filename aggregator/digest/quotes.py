"""
Who is quoted in a story, by name in English. Pure.

Requirement. Words put into the wrong mouth are worse than a quote left out, so a quote stands here
only with a speaker who is certain.

Theory. Russian and Kazakh papers name the speaker behind the quote: «...», – сказал министр Имя
Фамилия; «...», – деді министр Аты Тегі; or right before it, with a colon. Between quote and name
stand a verb of saying and an office, and the sentence names one person. A name is two words with
capitals of which the last ends as surnames do, or a person of the glossary: the glossary says how
it is written in English, else it is romanised. A name in another case is somebody else's: «сказал
пресс-секретарь Асхата Оспанова» quotes nobody by name. A man's verb goes with no woman's surname,
and what may be a woman's name as well as a man's in the genitive counts only where nobody stands
before it who could be his: «сказала пресс-секретарь акима Ерлана Досаева». Between verb and name
stands no other subject («сказал он о матче, где играл Ерлан Досаев»).

A quote stands in the original; its English is shown where the story's own English has that very
sentence.

Known exceptions. Names without surname, and surnames that end like other words (Абай, Ким), are
passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.models import Copy
from aggregator.names.romanise import romanise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aggregator.models import ArticleRef, DigestStory
    from aggregator.names.glossary import Glossary

__all__ = ["Quote", "find_quotes"]

_MOST = 4
_LEAST_CHARS = 25
_MOST_CHARS = 500
_TEXT_CHARS = 6_000
# Behind a quote, and before one.
_REACH = 160
_BESIDE = 60
_MATCHED_CHARS = 40
_CAPITAL = "А-ЯЁӘІҢҒҮҰҚӨҺ"
_SMALL = "а-яёәіңғүұқөһ"
_WORD = rf"[{_CAPITAL}][{_SMALL}]{{1,20}}(?:-[{_CAPITAL}][{_SMALL}]{{1,20}})?"
_MAN = r"(?:ов|ев|ёв|ин|ын|ский|цкий|ұлы|улы|бай|бек|тай|хан)"
_WOMAN = r"(?:ова|ева|ёва|ина|ына|ская|цкая|қызы|кызы)"
# Looked for at every word: in "аким Алматы Ерлан Досаев" the first two are no name.
_NAME = re.compile(rf"(?<![\w-])(?=({_WORD}) ({_WORD})(?![\w-]))")
# A patronymic is no first name.
_PATRONYMIC = re.compile(r"(?:вич(?:а|у|е|ем)?|вн(?:а|ы|е|у|ой)|ұлы|улы|қызы|кызы)$")
_IS_MAN = re.compile(rf"{_MAN}$")
_IS_WOMAN = re.compile(rf"{_WOMAN}$")
# A woman's surname that is a man's in the genitive as well; Ржевская is not.
_IS_MAN_S = re.compile(r"(?:ова|ева|ёва|ина|ына)$")
# They end as surnames do: "Горный Алтай".
_PLACES = frozenset(
    ("Алтай", "Китай", "Киев", "Ростов", "Саратов", "Тамбов", "Псков", "Азов", "Берлин", "Пекин")
)
_VERB: Mapping[str, re.Pattern[str]] = {
    RUSSIAN: re.compile(
        r"[,.!?]?\s{0,3}[–—-]\s{0,3}(сказал|заявил|отметил|сообщил|рассказал|подчеркнул|пояснил"
        r"|добавил|уточнил|написал|объяснил|ответил|говорит|считает|цитирует)(а?)\s"
    ),
    KAZAKH: re.compile(
        r"[,.!?]?\s{0,3}[–—-]\s{0,3}(деді|дейді|деп (?:хабарлады|мәлімдеді|атап өтті|жазды"
        r"|түсіндірді|айтты|жауап берді))()[\s,]"
    ),
}
_END = re.compile(r"[.!?«»\n]")
# One who speaks for another, whose name stands in the genitive, or another's words.
_ANOTHERS = re.compile(
    r"(?:пресс-секретарь|представитель\w{0,6}|помощник|советник|адвокат|юрист|брат|сестра|отец|мать"
    r"|сын|дочь|жена|супруга|вдова|муж|коллега|соратник|друг|слова|словам|слов|цитирует|имени)\s$"
)
# Offices that a woman holds herself. Of the first nobody is anybody's; a man has a director and a
# representative of his own, so they count only with the field or body that they are of.
_OFFICE = (
    r"(?:вице-|экс-)?(?:министр|премьер-министр|аким|депутат|сенатор|мажилисмен|спикер|президент"
    r"|омбудсм[еэ]н|уполномоченная|посол|судья|прокурор|ректор|профессор|экономист|политолог|синоптик)"
)
_POST = (
    r"(?:экс-)?(?:директор|гендиректор|председатель|глава|руководитель|начальник|заведующая"
    r"|пресс-секретарь|представитель|секретарь|специалист|эксперт|главврач|врач|следователь)"
)
_WHICH = (
    r"(?:(?:официальн|главн|генеральн|исполнительн|перв|финансов|государственн|управляющ|старш|ведущ)"
    r"(?:ый|ая|ий))"
)
_OF_WHAT = (
    rf"(?:[{_CAPITAL}]{{2,8}}|[{_CAPITAL}{_SMALL}-]+ской|Казахстана|Алматы|Астаны|Шымкента|[Рр]еспублики|области"
    r"|района|города|округа|села|страны|[Мм]ажилиса|[Сс]ената|[Пп]арламента|[Мм]аслихата|[Пп]равительства"
    r"|[Мм]инистерства|[Мм]инздрава|[Дд]епартамента|[Уу]правления|[Кк]омитета|[Аа]кимата|[Пп]рокуратуры"
    r"|полиции|суда|[Аа]гентства|отдела|иностранных|внутренних|дел|труда|социальной|защиты|населения"
    r"|здравоохранения|просвещения|высшего|образования|науки|культуры|информации|туризма|спорта|экологии"
    r"|природных|ресурсов|энергетики|финансов|национальной|экономики|торговли|интеграции|сельского"
    r"|хозяйства|обороны|юстиции|транспорта|промышленности|строительства|цифрового|развития|инноваций"
    r"|по|правам|реб[её]нка|детей|человека|чрезвычайным|ситуациям|городского|областного|районного"
    r"|[Вв]ерховного|и)"
)
_HER_OFFICE = re.compile(
    rf"(?:{_WHICH}\s)*(?:{_OFFICE}\s(?:{_OF_WHAT}\s)*|{_POST}\s(?:{_OF_WHAT}\s)+)$"
)
# Another subject, or a clause of its own, between verb and name.
_ANOTHER_SUBJECT = re.compile(r",|(?<!\w)(?:он|она|они|я|мы|ол|олар|мен|біз)(?!\w)")
# In Kazakh a participle behind a name makes it the subject of another clause.
_OWN_CLAUSE = re.compile(r"\s\w+(?:[ғг][ае]н|[қк][ае]н|[ае]т[ыі]н)(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """
    Somebody's words.

    Attributes:
        speaker: In English.
        words: In the original, without marks.
        language: Of the words.
        english: The sentence that holds them, in English; empty if the story has none of it.
        outlet: Name for readers of the outlet that quotes them.
    """

    speaker: str
    words: str
    language: str
    english: str
    outlet: str


def find_quotes(story: DigestStory, glossary: Glossary) -> tuple[Quote, ...]:
    """Return what is quoted in a story's reports, in their order, each once; the first few."""
    quotes: dict[tuple[str, str], Quote] = {}
    for ref in story.articles:
        if ref.relation is Copy.SAME_TEXT or ref.language not in _VERB:
            continue
        for words, name in _find_quoted(ref.text[:_TEXT_CHARS], ref.language, glossary):
            quote = Quote(
                speaker=_write_name(name, ref.language, glossary),
                words=words,
                language=ref.language,
                english=_find_english(words, story),
                outlet=_name_outlet(ref),
            )
            quotes.setdefault((quote.speaker, words[:_MATCHED_CHARS]), quote)
            if len(quotes) == _MOST:
                return tuple(quotes.values())
    return tuple(quotes.values())


def _name_outlet(ref: ArticleRef) -> str:
    return ref.outlet_en or ref.outlet


def _find_quoted(text: str, language: str, glossary: Glossary) -> Iterator[tuple[str, str]]:
    """Give words in quotation marks and the name of who said them, where it is certain."""
    end = 0
    while (start := text.find("«", end)) >= 0:
        end = text.find("»", start)
        if end < 0:
            return
        words = text[start + 1 : end].strip().rstrip(",")
        if not _LEAST_CHARS <= len(words) <= _MOST_CHARS or "«" in words or "\n" in words:
            end = start + 1 if "«" in words else end
            continue
        name = _find_speaker_behind(text[end + 1 : end + 1 + _REACH], language, glossary)
        if not name:
            name = _find_speaker_before(text[:start], language, glossary)
        if name:
            yield words, name


def _find_speaker_behind(behind: str, language: str, glossary: Glossary) -> str:
    said = _VERB[language].match(behind)
    if said is None:
        return ""
    rest = behind[said.end() :]
    stop = _END.search(rest)
    if stop is None:
        return ""  # the sentence may name others further on
    names = _list_names(rest[: stop.start()], language, glossary)
    if len(names) != 1:
        return ""
    [(start, name)] = names
    if language == KAZAKH and _OWN_CLAUSE.match(rest, start + len(name)):
        return ""
    is_sure = _fits(f"{said[1]}{said[2]}", name, language)
    return name if is_sure and _is_subject(rest[:start], name, language, glossary) else ""


def _is_subject(between: str, name: str, language: str, glossary: Glossary) -> bool:
    """Say whether it is the named one who said it, by what stands between verb and name."""
    if _ANOTHERS.search(between) or _ANOTHER_SUBJECT.search(between):
        return False
    if not _may_be_genitive(name, language) or _find_official(name, language, glossary):
        return True
    if _is_known_man_s(name, glossary):
        return False
    if not between.strip():
        return True
    return bool(_HER_OFFICE.match(between)) and not _is_called_as_men(name, glossary)


def _may_be_genitive(name: str, language: str) -> bool:
    """Say whether a woman's name may be a man's in the genitive: of Ерлан, Абай, Муса, Илья."""
    first = name.partition(" ")[0]
    return language == RUSSIAN and first[-1] in "аяыи" and bool(_IS_MAN_S.search(name))


def _is_known_man_s(name: str, glossary: Glossary) -> bool:
    """Say whether the glossary knows a person of whose name this is a form."""
    whole = (0, len(name))
    return any(
        (found.start, found.end) == whole and found.name.kind == "person"
        for found in glossary.find(name, RUSSIAN)
    )


def _is_called_as_men(name: str, glossary: Glossary) -> bool:
    """Say whether somebody in the glossary has the first name that this is the genitive of."""
    first = name.partition(" ")[0]
    ends = ("а ", "я ") if first[-1] in "ыи" else (" ", "й ", "ь ")
    called = tuple(first[:-1] + end for end in ends)
    persons = (one for one in glossary.names if one.kind == "person")
    forms = (form for one in persons for form in one.list_forms(RUSSIAN))
    return any(form.startswith(called) for form in forms)


def _fits(verb: str, name: str, language: str) -> bool:
    """Say whether a surname may be that of the man or the woman whom a Russian verb is of."""
    if language != RUSSIAN:
        return True
    if verb.endswith("л"):
        return not _IS_WOMAN.search(name)
    return not (verb.endswith("ла") and _IS_MAN.search(name))


def _find_speaker_before(before: str, language: str, glossary: Glossary) -> str:
    """Return the name that stands with a colon right before a quote; empty if none does."""
    whole = before.rstrip()
    if not whole.endswith(":"):
        return ""
    stretch = whole[-_BESIDE:-1]
    names = _list_names(stretch, language, glossary)
    if not names:
        return ""
    start, name = names[-1]
    ahead = whole[: len(whole) - 1 - len(name)]
    is_beside = start + len(name) == len(stretch)
    if not is_beside or _ANOTHERS.search(ahead[-_BESIDE:]):
        return ""
    is_sure = not _may_be_genitive(name, language) or _find_official(name, language, glossary)
    return name if is_sure or _begins_sentence(ahead) else ""


def _begins_sentence(ahead: str) -> bool:
    """Say whether a sentence begins behind this."""
    last = ahead.rstrip()
    return last[-1:] in set(".!?»") | {""} or "\n" in ahead[len(last) :]


def _list_names(text: str, language: str, glossary: Glossary) -> list[tuple[int, str]]:
    """Return the persons that a text names in full, and where."""
    names = []
    for match in _NAME.finditer(text):
        name = f"{match[1]} {match[2]}"
        if _PATRONYMIC.search(match[1]) or match[2] in _PLACES:
            continue
        has_surname = _IS_MAN.search(name) or _IS_WOMAN.search(name)
        if has_surname or _find_official(name, language, glossary):
            names.append((match.start(), name))
    return names


def _find_official(name: str, language: str, glossary: Glossary) -> str:
    """Return how the glossary writes a person's name, if it has it in this very form."""
    for found in glossary.find(name, language):
        if found.name.kind == "person" and name in found.name.list_forms(language):
            return found.name.english
    return ""


def _write_name(name: str, language: str, glossary: Glossary) -> str:
    return _find_official(name, language, glossary) or romanise(name, language)


def _find_english(words: str, story: DigestStory) -> str:
    beginning = words[:_MATCHED_CHARS]
    for segment in (*story.headline.segments, *story.lead.segments):
        if segment.english is not None and beginning in segment.source:
            return segment.english
    return ""
