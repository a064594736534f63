"""
Does the English speak of another thing than the original? Pure.

A model that does not know a word writes one of its kind: diphtheria for flu, a power plant for a
swimming pool, "opened" for what was closed. Which words are of one kind ``grouping.lexicon`` knows
in every language; where both texts name kinds of one family and have none in common, the thing has
been swapped. Families whose words have a second meaning in English (a deputy, to lose) are left
out, and units, which come and go. ``grouping`` reads two originals against each other, a guard an
original against English: what it alone must not mistake (a criminal case for coal, "уголовное" for
"уголь") stands here.

Numbers are the same and what they count is not: 600 places in a new school are no 600 new schools.
Of a ban that is denied only the ban may be left.

What is lost altogether is no swap, since translators cut headlines too; but where the model was not
sure of its words either, two of three such losses mislead.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final

from aggregator.grouping.lexicon import find_concepts, is_kind
from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN
from aggregator.translate.certain.nouns import find_nouns, list_counted
from aggregator.translate.certain.numbers import list_numbers
from aggregator.translate.certain.pieces import Words
from aggregator.translate.reversals import list_denied

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "lifts_denial",
    "loses_thing",
    "swaps_counted",
    "swaps_things",
    "swaps_vague_number",
]

_FAMILIES: Final = frozenset(
    {
        "animal",
        "crime",
        "disaster",
        "disease",
        "drug",
        "food",
        "fuel",
        "medal",
        "place",
        "sport",
        "stage",
        "state",
    }
)
# Kinds of one family that translators put for each other: a plane falls and crashes, and the test
# site at Semipalatinsk is a polygon as a dump is.
_SAME: Final = (
    {"crime:embezzlement", "crime:robbery", "crime:theft"},
    {"disaster:collapse", "disaster:fall"},
    {"disaster:crash", "disaster:fall"},
    {"place:dump", "place:nuclear"},
)
# What begins as a kind does and is none: pattern -> what it is read as instead.
_NO_KIND: Final[Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]] = {
    language: tuple((re.compile(pattern), instead) for pattern, instead in rows)
    for language, rows in {
        RUSSIAN: (
            (r"(?<!\w)(?:уголовн|медведев|греци|греческ|электронн)\w*", ""),
            (r"(?<!\w)дорог(?:о|ая|ое|ие|им|ими|их|ого|ому|ую|остоящ\w*)(?!\w)", ""),
            (r"(?<!\w)(?:останк\w+|останут\w*|останет\w*|появит\w*|сорвал\w*|выпал\w*)", ""),
            (r"(?<!\w)борьб\w+ (?:с|со|за|против)(?!\w)", ""),
            # What is crossed is not what is told of.
            (r"(?<!над )(?<!под )(?<!через )(?<!\w)железн\w+ дорог\w*", "железнодорожный"),
            (r"(?<![\d/])1/\d+ финал\w*", ""),
        ),
        KAZAKH: (
            (r"(?<!\w)(?:электронд|ашаршылық|жабайы)\w*", ""),
            (r"(?<!\w)(?:тыйым|айыппұл|салық|ән|көз|назар) сал\w*", ""),
            (r"(?<!\w)темір жол", "теміржол"),
            # A house collapses, a plane crashes, in one word.
            (r"(?<!\w)(?:тік)?ұша[қғ]\w*(?: \w+){0,5} құла\w*", "ұшақ апат"),
            (r"(?<!\w)(?:қарсы|үшін) күрес\w*", ""),
            (r"(?<!\w)күн(?! (?:электр|энерг|панел|батаре))\w*", ""),
            (r"(?<!\w)жел(?! (?:электр|энерг|генератор|турбин))\w*", ""),
        ),
        ENGLISH: (
            (r"\b(?:skill|skin|skip)\w*|\bbox(?:es| offices?)\b|\bbuildings?\b|\bdata\b", ""),
            (r"\bpetroleum\b", "oil"),
            (r"\bconstruction\b", "constructing"),  # the table knows a construction worker
            (r"\bpower\w*\b(?! (?:plant|station|unit))", "electricity"),
        ),
    }.items()
}
# What is of a kind, too, in both originals.
_ALSO: Final = (
    ("crime:drugs", re.compile(r"(?<!\w)(?:лекарств|препарат|медикамент|дәрі(?!г))")),
    ("crime:murder", re.compile(r"(?<!\w)(?:погиб|жертв|қаза(?!қ|н)|мерт|көз жұм)")),
    ("place:market", re.compile(r"(?<!\w)нары[қғ]")),
    ("sport:futsal", re.compile(r"(?<!\w)(?:мини|шағын)[- ]?футбол")),
    ("state:build", re.compile(r"(?<!\w)(?:стройк|застро|долгостро|недостро|құрылыс)")),
)
# Nouns behind a number that translators put for each other.
_ALIKE: Final = (
    {"car", "vehicle", "lorry", "carriage"},
    {"pupil", "student", "child", "teenager"},
    {"house", "residential building", "private house", "apartment building", "apartment"},
    {"homestead", "house"},
    {"village", "settlement"},
    {"company", "enterprise", "factory"},
    {"person", "man", "woman", "passenger", "patient", "tourist", "pupil", "student", "child"},
)
_NUMBER: Final = r"(?<![\d.])(?P<number>\d[\d.]*(?: (?:million|billion|trillion))?)"
_COUNTED = re.compile(
    r"(?<![\d,.])(?P<number>\d[\d,.]*(?: (?:million|billion|trillion))?) (?:new )?"
    r"(?P<noun>[a-z -]+)$"
)
# Dozens, hundreds, thousands, millions: in both originals, and in English. «Ондаған мың» is tens of
# thousands.
_VAGUE: Final = (
    (r"десятк(?:и|ов|ами?|ах)|ондаған\w*", "dozens|tens"),
    (r"сотн(?:и|ями?|ях)|сотен|жүздеген\w*", "hundreds"),
    (r"тысяч(?:и|ами?|ах)?|многотысяч\w+|мыңдаған\w*", "(?<!of )thousands"),
    (r"миллион(?:ы|ов|ами?|ах)|многомиллион\w+|миллиондаған\w*", "(?<!of )millions"),
    (r"(?:много)?тыс\w*|мың\w*", "of thousands"),
    (r"(?:много)?миллион\w*|млн", "of millions"),
)
_BAN_DENIED = re.compile(
    r"тыйым салын?[мб]а|(?<!\w)не (?:будут |будет |станут )?запре[тщ]"
    r"|(?<!\w)запрет\w{0,3} не (?:будет|введ)"
)
# What somebody says of what is said: that it is said, and no more.
_HEARSAY = re.compile(
    # Слух alone is hearing.
    r"(?<!\w)(?:якобы|слух(?:и|ов|ах|ам|ами)(?!\w)"
    r"|(?:ход|прош[её]л|появил|пустил|распустил|распространил|опроверг)\w* слух|фейк\w{0,3}"
    r"|распространя\w{2,4} (?:информаци|сведени)\w{1,3}"
    r"|тараған (?:ақпарат|хабар|мәлімет)|қауесет|жалған ақпарат)"
)
_HEARD = re.compile(
    r"\b(?:alleg|rumou?r|spread|circulat|fake|false|claim|suppos|hoax|untrue|viral|purport|den(?:y|ied|ies)"
    r"|disinfo|misinfo|hearsay|gossip|speculat|distribut|disseminat|pretend|pretence|bogus|disprov"
    r"|debunk|refut)"
)
_BAN = re.compile(r"\b(?:ban|bans|banned|prohibit\w*|forbid\w*)\b")
_DENIED = re.compile(r"\b(?:not|no|never|without|lift\w*|den(?:y|ies|ied)|against)\b|n't\b")


def swaps_things(source: str, english: str, language: str) -> bool:
    """
    Say whether both texts name kinds of one family and none in common.

    Args:
        source: Of one segment.
        english: Its translation.
        language: Of the source, ``kk`` or ``ru``; of any other nothing is known.
    """
    if language not in {KAZAKH, RUSSIAN}:
        return False
    there = _sort_kinds(source, language)
    here = _sort_kinds(english, ENGLISH)
    for concept in list_denied(source, language):  # what is not closed stays open
        there.pop(concept.partition(":")[0], None)
    for concept, pattern in _ALSO:
        family = concept.partition(":")[0]
        if family in there and pattern.search(source.lower()):
            there[family].add(concept)
    return any(_widen(kinds).isdisjoint(here.get(family, kinds)) for family, kinds in there.items())


def _widen(kinds: set[str]) -> set[str]:
    """Return kinds with those that translators put for them."""
    return kinds.union(*(group for group in _SAME if group & kinds))


def _sort_kinds(text: str, language: str) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    plain = text.lower()
    for pattern, instead in _NO_KIND[language]:
        plain = pattern.sub(instead, plain)
    for _, concept in find_concepts(plain, language):
        family = concept.partition(":")[0]
        if is_kind(concept) and family in _FAMILIES:
            kinds[family].add(concept)
    return kinds


def swaps_counted(source: str, english: str, language: str) -> bool:
    """Say whether a number of the original counts another thing in the English."""
    if language not in {KAZAKH, RUSSIAN}:
        return False
    said = _list_said(english.replace(",", ""))
    nouns = list_counted()
    for piece in list_numbers(Words(source, language)):
        match = _COUNTED.search(piece.english)
        if match is None or match["noun"] not in nouns:
            continue
        there = said.get(match["number"].replace(",", ""), ())
        if any(not _are_alike(nouns[match["noun"]], nouns[noun]) for noun in there):
            return True
    return False


def _list_said(english: str) -> Mapping[str, set[str]]:
    """Return what each number of an English text counts."""
    said: dict[str, set[str]] = defaultdict(set)
    for found in _load_counted().finditer(english):
        said[found["number"]].add(found["noun"])
    return said


@cache
def _load_counted() -> re.Pattern[str]:
    """Return a pattern for a number and the English of what it counts, the longest first."""
    longest = sorted(map(re.escape, list_counted()), key=len, reverse=True)
    return re.compile(rf"{_NUMBER} (?:new )?(?P<noun>{'|'.join(longest)})\b")


def _are_alike(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _ALIKE)


def swaps_vague_number(source: str, english: str) -> bool:
    """Say whether the English has hundreds of something and the original dozens."""
    there, here = source.lower(), english.lower()
    for original, word in _VAGUE:
        said = re.search(rf"\b(?:{word})\b", here)
        if said and not re.search(rf"(?<!\w)(?:{original})(?!\w)", there):
            return True
    return False


def lifts_denial(source: str, english: str) -> bool:
    """Say whether the English tells of a ban that there will not be, or of hearsay as of a fact."""
    there, said = source.lower(), english.lower()
    if _HEARSAY.search(there) and not _HEARD.search(said):
        return True
    return bool(_BAN_DENIED.search(there) and _BAN.search(said)) and not _DENIED.search(said)


def loses_thing(source: str, english: str, language: str) -> bool:
    """Say whether the English lacks a noun of the original, in whatever words."""
    if language not in {KAZAKH, RUSSIAN}:
        return False
    said = english.lower()
    for noun, _, _ in find_nouns(Words(source, language)):
        begin = "|".join(map(re.escape, (noun.one.lower(), *noun.also)))
        if not re.search(rf"\b(?:{begin})", said):
            return True
    return False
