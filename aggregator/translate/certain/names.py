"""
Names of the glossary of which it is certain that the text means them. Pure.

What a model is helped by may be a guess, what a reader is told may not: a family name may be
another's («Айгуль Токаева»), its feminine is a masculine's genitive («Исабекова»), the first word
of a sentence is no name for its capital («Семей с детьми стало больше»), and in quotation marks a
city is a team or a hotel.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aggregator.languages import RUSSIAN
from aggregator.translate.certain.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aggregator.names.glossary import NameMatch
    from aggregator.translate.certain.pieces import Words

__all__ = ["list_names"]

# Money is told with its number.
_PASSED_OVER: Final = frozenset({"currency"})
_PLACES: Final = frozenset({"city", "place", "region", "country"})
# Common words, or their forms, beside names: families, of ore, stingy, of sands, of horns, fashion,
# a lion, freedom, trust, come back, support.
_COMMON_WORDS: Final = frozenset(
    [
        "рудный",
        "рудного",
        "саран",
        "сарань",
        "песков",
        "рогов",
        "мода",
        "моды",
        "моду",
        "моде",
        "арыстан",
        "азаттық",
        "аманат",
        "орал",
        "медеу",
    ]
)
_COMMON_RUSSIAN: Final = frozenset({"семей"})
# Abbreviations that stand for something else as often.
_SHARED: Final = frozenset(["КФУ", "КПО", "СПК", "КЖК", "НПК", "МОН", "КТК"])
# Whose feminine namesakes the press does not write about without a given name.
_HEADS_OF_STATE: Final = frozenset({"Tokayev", "Putin"})
_FEMININE = re.compile("(?:[оеё]в|ин)(?:а|у|ой|ою)$")
# Feminine names of the glossary whose masculine stands there too: «Назарбаева» is his genitive.
_TWINS: Final = frozenset({"Nazarbayeva", "Suleimenova", "Mirziyoyeva", "Kulibayeva", "Zakharova"})
_OFFICES = re.compile(
    "президент|премьер|министр|аким|депутат|сенатор|спикер|глава|главы|главе|посол|генсек|экс|боксёр|боксер"
    "|теннисист|әкім|төраға|елші|спортшы|канцлер|король"
)


def list_names(words: Words, matches: Sequence[NameMatch]) -> Iterator[Piece]:
    """
    Give the names that are meant for certain.

    Args:
        words: Of the text.
        matches: What ``Glossary.find`` found in it, in its order.
    """
    taken = {(match.start, match.end) for match in matches}
    for match in matches:
        if match.name.kind in _PASSED_OVER:
            continue
        text = words.text[match.start : match.end]
        if " " not in text and not _is_sure(words, match, text, taken):
            continue
        yield Piece(match.start, match.end, match.name.english)


def _is_sure(
    words: Words,
    match: NameMatch,
    text: str,
    taken: set[tuple[int, int]],
) -> bool:
    """Say whether one word is the name that it looks like."""
    kind = match.name.kind
    if text in _SHARED:
        return False
    common = _COMMON_WORDS | (_COMMON_RUSSIAN if words.language == RUSSIAN else frozenset())
    if text.lower() in common and words.begins_sentence(match.start):
        return False
    number = words.find_word(match.start)
    if kind == "office" and number is not None and words.is_another(number):
        return False
    if kind in _PLACES:
        return not _is_whole_quote(words, match)
    if kind == "person":
        return _is_lone_surname(words, match, taken) and _has_sure_ending(words, match, text)
    return True


def _is_whole_quote(words: Words, match: NameMatch) -> bool:
    before = words.text[: match.start].rstrip()
    after = words.text[match.end :].lstrip()
    return words.is_quoted(match.start, match.end) and before[-1:] in '«“"' and after[:1] in '»”"'


def _is_lone_surname(words: Words, match: NameMatch, taken: set[tuple[int, int]]) -> bool:
    """Say whether no given name of somebody else stands beside a family name."""
    before = words.find_last(match.start)
    if before is not None and not _may_stand_beside(words, before, taken):
        return False
    after = words.find_word(match.end)
    return after is None or _may_stand_beside(words, after, taken)


def _may_stand_beside(words: Words, number: int, taken: set[tuple[int, int]]) -> bool:
    word, start, end = words.words[number]
    if words.shouts:
        return False
    if not word[0].isupper() or any(first <= start and end <= last for first, last in taken):
        return True
    return bool(_OFFICES.match(word.lower()))


def _has_sure_ending(words: Words, match: NameMatch, text: str) -> bool:
    """Say whether a Russian form of a family name is of this person's alone."""
    if words.language != RUSSIAN or match.name.english in _HEADS_OF_STATE:
        return True
    if not _FEMININE.search(text):
        return True
    return text in match.name.list_forms(RUSSIAN) and match.name.english not in _TWINS
