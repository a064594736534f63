"""
Where outlets that report one event say different things of it. Pure.

Requirement. "12 injured" beside "15 injured" helps a reader; a number of something else beside it
accuses an outlet of what it did not say. So only a few things are compared, each known by its words
in three languages, and in doubt a report says nothing of it.

Theory. Of a headline and a beginning, sentence by sentence, a number is taken that stands directly
beside one of the words for killed, injured, missing, evacuated, taken to hospital or detained:
between the two may be people ("12 человек пострадали", "қаза тапқандар саны жетіге жетті", "killing
three") and nothing else, so that children, houses and ages are never counted. Round words ("about
ten", "кемінде 10"), ranges ("5-6"), numbers of a part ("of them two"), of another day ("earlier")
and of a year say nothing. A report that gives two numbers of one thing says nothing of it.

Outcomes are compared by headlines alone, and only where neither report says the other's word
anywhere: detained and arrested are two steps, and a report that names both contradicts nobody. A
headline that denies, asks for or lifts an outcome names none.

Known exceptions. A toll that grew during the day: each outlet's number stands with its time. A word
of number over ten is not read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN
from aggregator.models import Copy, Difference, OutletClaim
from aggregator.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import (
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from aggregator.models import ArticleRef

__all__ = ["find_differences"]

_CHARS = 900
_WORDS_CHARS = 240
_MOST_FILLERS = 4
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?|\d{1,6}(?:[-\u2011][^\W\d_]{1,12})?|[^\w\s]")
# As in 1 200; and what is no count: 2,5, 15:30, 10-15.
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ ,\u00a0\u202f]\d{3})+(?!\d)")
_NO_COUNT = re.compile(r"(?<!\d)\d++(?:(?:[.,:/]|\s?[-\u2010-\u2014]\s?)\d++)+")
# With a Kazakh ending, as in 7-ге; "29-летний" is an age.
_DIGITS = re.compile(r"(\d{1,6})(?:[-\u2011](?:г[еа]|ғ[еа]|к[еа]|қ[еа]|[іы]))?")

# What is compared, and how its words begin, by language; two words stand with a blank.
_COUNTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "killed": {
        RUSSIAN: ("погиб",),
        KAZAKH: ("қаза тап", "қаза бол", "мерт бол", "опат бол"),
        ENGLISH: ("killed", "killing", "kills", "died", "dies", "dead"),
    },
    "injured": {
        RUSSIAN: ("пострада", "ранен", "травмирован"),
        KAZAKH: ("жарақат ал", "жарақаттан", "жаралан", "зардап шек"),
        ENGLISH: ("injured", "injuring", "injures", "hurt", "wounded"),
    },
    "missing": {
        RUSSIAN: ("пропали без", "пропавш"),
        KAZAKH: ("хабарсыз кет", "хабар-ошарсыз"),
        ENGLISH: ("missing",),
    },
    "evacuated": {
        RUSSIAN: ("эвакуирова",),
        KAZAKH: ("көшірілді", "эвакуациялан"),
        ENGLISH: ("evacuated",),
    },
    "taken to hospital": {
        RUSSIAN: ("госпитализирова",),
        KAZAKH: ("ауруханаға жеткіз", "ауруханаға түс"),
        ENGLISH: ("hospitalised", "hospitalized"),
    },
    "detained": {
        RUSSIAN: ("задержан", "задержал"),
        KAZAKH: ("ұсталды", "ұстал"),
        ENGLISH: ("detained", "detain"),
    },
}
_OUTCOMES: Sequence[Mapping[str, Mapping[str, tuple[str, ...]]]] = (
    {
        "detained": {
            RUSSIAN: ("задержан", "задержал"),
            KAZAKH: ("ұсталды", "ұстады", "ұсталған", "ұсталып"),
            ENGLISH: ("detain",),
        },
        "arrested": {
            RUSSIAN: ("арест", "под стражу"),
            KAZAKH: ("қамалды", "қамауға", "тұтқындал"),
            ENGLISH: ("arrest", "remanded", "jailed"),
        },
    },
    {
        "convicted": {
            RUSSIAN: ("осудили на ", "осужд", "приговори", "признал винов", "признан винов"),
            KAZAKH: ("сотталды", "сотталған", "кінәлі деп"),
            ENGLISH: ("convict", "sentenc", "found guilty"),
        },
        "acquitted": {
            RUSSIAN: ("оправда",),
            KAZAKH: ("ақтал", "ақтап"),
            ENGLISH: ("acquit",),
        },
    },
)
# They begin like those and mean something else: wounds, of which one person may have several.
_OTHER_WORDS = ("ранени", "deadl", "diesel")
# A headline that denies an outcome, asks for it, lifts it, or tells it of goods.
_DOUBTED = re.compile(
    r"\b(?:не|ни|нет|без|отказ\w*|отмен\w*|освобо\w*|прос[ия]т\w*|требу\w*|треб\w*|хот[ия]т|мо[гж]\w*"
    r"|возможно|грозит|имуществ\w*|сч[её]т\w*|жоқ|емес|мүмкін|сұра\w*|талап\w*|босат\w*|күшін"
    r"|мүл[іи]к\w*|мүлк\w*|\w+[мбп][ае](?:д[ыі]|ған|ген|қ|к)"
    r"|not|no|never|without|refus\w*|overturn\w*|quash\w*|may|might|could|seeks?|asks?|den(?:y|ies|ied)"
    r"|releas\w*|assets?)\b|n't\b"
)
_GROWN = frozenset(
    (
        "выросло",
        "достигло",
        "увеличилось",
        "возросло",
    )
)
_FILLERS = frozenset(
    (
        *("человек", "человека", "людей", "чел", "был", "были", "до", "число", "выросло"),
        *("достигло", "адам", "адамның", "адамды", "саны", "жетті"),
        *("people", "person", "persons", "were", "was", "have", "has", "been", "are", "is"),
        *("—", "–", ":", "-"),
    )
)
_PARTS = re.compile(
    r"из них|среди |в числе|в том числе|включая|ранее|напомн|накануне|прошл|с начала года|за год"
    r"|ещё|еще|реанимац|тяж[её]л|скончал|мог(?:ли|ут|ла)? |может "
    r"|оның ішінде|арасында|бұған дейін|еске сал|былтыр|жыл басынан|тағы|ауыр халде|жансақтау"
    r"|мүмкін|жоқ\b|жарақат алма"
    r"|including|among them|earlier|previously|last year|since the|another|of them|of whom"
    r"|critical|intensive care|(?:may|might|could) (?:have|be)|feared"
)
_ROUND = frozenset(
    (
        *("более", "свыше", "около", "почти", "менее", "минимум", "порядка", "примерно", "больше"),
        *("меньше", "мере", "чем", "приблизительно", "ориентировочно", "из"),
        *("кемінде", "шамамен", "дегенде", "кемі"),
        # "No one was hurt" counts nobody.
        "no",
        *("about", "around", "over", "least", "nearly", "than", "almost", "some"),
        *("to", "as", "estimated", "approximately", "roughly", "of"),
    )
)
_ROUND_AFTER = frozenset(("астам", "жуық", "таяу", "артық", "аса", "шақты", "дейін"))
_NUMBER_WORDS = {
    RUSSIAN: (
        "один одного|два две двух двоих двое|три трёх трех трое троих|четыре четырёх четырех "
        "четверо четверых|пять пяти пятеро пятерых|шесть шести шестеро шестерых|семь семи семеро "
        "семерых|восемь восьми|девять девяти|десять десяти"
    ),
    KAZAKH: (
        "бір біреу|екі екеу екеуі екіге|үш үшеу үшке|төрт төртеу төртке|бес бесеу бесеуге беске"
        "|алты алтау алтыға|жеті жетеу жетіге|сегіз сегізге|тоғыз тоғызға|он онға"
    ),
    ENGLISH: "one|two|three|four|five|six|seven|eight|nine|ten",
}
# Before one of those it makes a greater number: "он екі", "двадцать два".
_TENS = re.compile(
    r"\w*дцать|сорок|\w+десят|девяносто|сто|двести|триста|четыреста|\w+сот|тысяч\w?"
    r"|он|жиырма|отыз|қырық|елу|алпыс|жетпіс|сексен|тоқсан|жүз|мың|\w+ty|hundred|thousand"
)
_YEARS = range(1900, 2100)
_BEFORE_YEARS = frozenset(("в", "с", "за", "к", "in", "since", "by"))


@dataclass(frozen=True, slots=True)
class _Said:
    """A value that a report gives, and the sentence that gives it."""

    value: str
    words: str


def _read_number_words() -> dict[str, int]:
    values = {}
    for groups in _NUMBER_WORDS.values():
        for value, words in enumerate(groups.split("|"), 1):
            values.update(dict.fromkeys(words.split(), value))
    return values


_VALUES = _read_number_words()


def find_differences(reports: Sequence[ArticleRef]) -> tuple[Difference, ...]:
    """
    Return where reports of one event say different things.

    Args:
        reports: Of one story, the one that tells it first; copies of its text say nothing new.

    Returns:
        In the order of the tables; of each at least two claims, in the order of the reports.
    """
    own = [ref for ref in reports if ref.relation is not Copy.SAME_TEXT]
    if len({ref.outlet_id for ref in own}) < 2:  # noqa: PLR2004 - of one there are no two words
        return ()
    found = [_compare_counts(own, what) for what in _COUNTED]
    found += [_compare_outcomes(own, table) for table in _OUTCOMES]
    return tuple(difference for difference in found if difference is not None)


def _compare_counts(reports: Iterable[ArticleRef], what: str) -> Difference | None:
    said = [(ref, _read_count(ref, what)) for ref in reports]
    return _make_difference(what, said)


def _compare_outcomes(
    reports: Sequence[ArticleRef],
    table: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> Difference | None:
    said = [(ref, _read_outcome(ref, table)) for ref in reports]
    return _make_difference("", said)


def _make_difference(
    what: str,
    said: Iterable[tuple[ArticleRef, _Said | None]],
) -> Difference | None:
    claims = []
    outlets = set()
    for ref, one in said:
        if one is not None and ref.outlet_id not in outlets:
            outlets.add(ref.outlet_id)
            claims.append(_make_claim(ref, one))
    values = {claim.value for claim in claims}
    if len(values) <= 1:
        return None
    return Difference(what=what, claims=tuple(claims))


def _make_claim(ref: ArticleRef, said: _Said) -> OutletClaim:
    return OutletClaim(
        article_id=ref.article_id,
        outlet=ref.outlet_en or ref.outlet,
        language=ref.language,
        published=ref.published,
        value=said.value,
        words=said.words,
    )


def _list_sentences(ref: ArticleRef) -> Iterator[str]:
    yield ref.title
    beginning = ref.text[:_CHARS]
    for line in beginning.split("\n"):
        yield from split_sentences(line, ref.language)


def _read_count(ref: ArticleRef, what: str) -> _Said | None:
    """Return the one number that a report gives of a thing; None if it gives none, or two."""
    language = _drop_script(ref.language)
    stems = _COUNTED[what].get(language, ())
    first_words = [stem.split()[0] for stem in stems]
    said: dict[int, str] = {}
    for sentence in _list_sentences(ref):
        low = sentence.casefold()
        if not any(word in low for word in first_words):
            continue
        if _PARTS.search(low):
            continue
        for value in _find_counts(low, stems):
            said.setdefault(value, sentence)
    if len(said) != 1:
        return None
    [(value, words)] = said.items()
    return _Said(str(value), words[:_WORDS_CHARS])


def _find_counts(sentence: str, stems: Iterable[str]) -> list[int]:
    joined = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), sentence)
    counted = _NO_COUNT.sub("#", joined)
    tokens = _TOKEN.findall(counted)
    counts = []
    for place, _ in enumerate(tokens):
        for stem in stems:
            length = _match_words(tokens, place, stem)
            if length:
                end = place + length
                counts += _find_beside(tokens, place, end)
    return counts


def _match_words(tokens: Sequence[str], place: int, stem: str) -> int:
    """Return how many words of a sentence begin as these do, from a place on; 0 if not all do."""
    beginnings = stem.split()
    here = tokens[place : place + len(beginnings)]
    if len(here) != len(beginnings):
        return 0
    if not all(map(str.startswith, here, beginnings)):
        return 0
    if here[0].startswith(_OTHER_WORDS):
        return 0
    return len(beginnings)


def _find_beside(tokens: Sequence[str], start: int, end: int) -> list[int]:
    """Return the number before or behind some words, with nothing but fillers between."""
    places_before = range(start - 1, -1, -1)
    places_behind = range(end, len(tokens))
    before = _walk(tokens, places_before)
    behind = _walk(tokens, places_behind)
    counts = [_read_number(tokens, place) for place in (before, behind) if place is not None]
    if behind is not None and not _counts_people(tokens, behind + 1):
        counts = counts[:-1]
    return [value for value in counts if value is not None]


def _counts_people(tokens: Sequence[str], place: int) -> bool:
    """Say whether a number counts people, or does not say what: no other word stands behind it."""
    behind = tokens[place] if place < len(tokens) else ""
    if behind in _FILLERS:
        return True
    is_word = behind[:1].isalpha()
    return not is_word and behind != "%"


def _walk(tokens: Sequence[str], places: range) -> int | None:
    """Return the place of the first number, if only fillers stand before it."""
    for step, place in enumerate(places):
        if _read_number(tokens, place) is not None:
            return place
        if step == _MOST_FILLERS or tokens[place] not in _FILLERS:
            return None
    return None


def _read_number(tokens: Sequence[str], place: int) -> int | None:
    """Return the number at a place; None if there is none, or it is round or a part of one."""
    token = tokens[place]
    digits = _DIGITS.fullmatch(token)
    value = int(digits[1]) if digits else _VALUES.get(token)
    if value is None or _is_round(tokens, place):
        return None
    before = tokens[place - 1] if place else ""
    if value in _YEARS and before in _BEFORE_YEARS:
        return None
    return value


def _is_round(tokens: Sequence[str], place: int) -> bool:
    """Say whether the words beside a number make it a round one, or it is a part of a greater."""
    before = tokens[place - 1] if place else ""
    further = tokens[place - 2] if place > 1 else ""
    behind = tokens[place + 1] if place + 1 < len(tokens) else ""
    if before == "до":
        return further not in _GROWN
    head = further if before == "and" else before
    if before in _ROUND or behind in _ROUND_AFTER:
        return True
    return _TENS.fullmatch(head) is not None


def _read_outcome(
    ref: ArticleRef,
    table: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> _Said | None:
    """Return the outcome that a headline names if the report names no other."""
    language = _drop_script(ref.language)
    title = ref.title.casefold()
    if _DOUBTED.search(title):
        return None
    whole = f"{title}\n{ref.text}".casefold()
    in_title = defaultdict(list)
    named = set()
    for outcome, by_language in table.items():
        for stem in by_language.get(language, ()):
            pattern = rf"\b{re.escape(stem)}"
            if re.search(pattern, title):
                in_title[outcome].append(stem)
            if re.search(pattern, whole):
                named.add(outcome)
    if len(named) != 1 or len(in_title) != 1:
        return None
    [outcome] = in_title
    return _Said(outcome, ref.title[:_WORDS_CHARS])


def _drop_script(language: str) -> str:
    return language.partition("-")[0]
