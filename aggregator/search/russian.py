"""
Stems of Russian words. Pure.

The steps and tables of Snowball's Russian stemmer (https://snowballstem.org/algorithms/russian/
stemmer.html): the ending of a gerund, else a reflexive and the ending of an adjective, a verb or a
noun; then и, the endings of -ость and of superlatives, a doubled н, the soft sign. Added: the vowel
that comes and goes before the last consonant is left out of every stem that has another (окно and
окон, рынок and рынка), which hardly any two words differ by; without that, море would be a мера.

An ending alone does not say what it is of: медали ends as a verb in the past, проблему as an
adjective, герой as both. Snowball takes one for it, and so parts a noun from its other forms. So a
word has the key of each of its readings, and two words meet in any. Nouns that change more than
their end stand in a table.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["list_russian_stems", "stem_russian"]

_VOWEL: Final = "аеиоуыэюя"
_GERUND = re.compile("(?:(?:ив|ыв)(?:ши(?:сь)?)?|(?<=[ая])в(?:ши(?:сь)?)?)$")
_REFLEXIVE = re.compile("с[яь]$")
_ADJECTIVE = re.compile(
    "(?:ее|ие|ые|ое|ими|ыми|ей|ий|ый|ой|ем|им|ым|ом|его|ого|ему|ому|их|ых|ую|юю|ая|яя|ою|ею)$"
)
_PARTICIPLE = re.compile("(?:ивш|ывш|ующ|(?<=[ая])(?:ем|нн|вш|ющ|щ))$")
_VERB = re.compile(
    "(?:ила|ыла|ена|ейте|уйте|ите|или|ыли|ей|уй|ил|ыл|им|ым|ен|ило|ыло|ено|ят|ует|уют|ит|ыт|ены"
    "|ить|ыть|ишь|ую|ю|(?<=[ая])(?:ла|на|ете|йте|ли|й|л|ем|н|ло|но|ет|ют|ны|ть|ешь|нно))$"
)
_NOUN = re.compile(
    "(?:а|ев|ов|ие|ье|е|иями|ями|ами|еи|ии|и|ией|ей|ой|ий|й|иям|ям|ием|ем|ам|ом|о|у|ах|иях|ях|ы|ь"
    "|ию|ью|ю|ия|ья|я)$"
)
_QUALITY = re.compile("ость?$")
_SUPERLATIVE = re.compile("(?:ейш|ейше)$")
_SHORTEST_NOUN: Final = 4
_AFTER_VOWEL = re.compile(f".*?[{_VOWEL}]")
_REGION = re.compile(f".*?[{_VOWEL}][^{_VOWEL}]")
_FLEETING = re.compile(f"^([^{_VOWEL}]*+[{_VOWEL}].*[^{_VOWEL}йь])ь?[ео]([^{_VOWEL}йьъ])$")
# Копеек and копейка, боец and бойца.
_GLIDING = re.compile(f"(?<=[{_VOWEL}])е(?=[кц]$)")
# Endings that hardly any noun has; медали and проблему may be nouns. Введена is none: its stem
# would be that of введение.
_NEVER_NOUN = re.compile("[ое]го$|ому$|[аяе]н[аоы]$")
_NOUN_AFTER_ALL = re.compile("(?:мен|охран|арен|\\bран|мембран|обезьян|марихуан)[аы]$")
# What и or й at the end may be the ending of: герой, евреи.
_AFTER_GLIDE = re.compile("(?<=[аеоу])й$|(?<=е)и$")
_INSTRUMENTAL = re.compile("ьми$")
_INHABITANT = re.compile("(?<=[ая]н)ин$")
_UNCHANGED: Final = frozenset(
    ["бюро", "депо", "евро", "кафе", "кино", "леди", "метро", "радио", "такси", "фото", "шоссе"]
)
# Nouns whose stem ends in е, of which Snowball takes more in one case than in another.
_IN_VOWEL = re.compile(
    r"(алле|ассамбле|батаре|галере|евре|злоде|иде|казначе|\bлице|лотере|мавзоле|музе|трофе|хокке"
    "|юбиле)(?:[йяюеи]|ем|ев|ям|ями|ях|ю)$"
)
_SOFT = re.compile(f"ь(?=[^{_VOWEL}]$)")
# Forms that no ending explains, by the noun.
_IRREGULAR: Final = {
    "болгарин": "болгары болгар болгарам болгарами болгарах",
    "господин": "господа господ господам господами господах",
    "день": "дня дню днем дне дни дней дням днями днях",
    "дно": "дна дну дном",
    "дочь": "дочери дочерью дочерей дочерям дочерями дочерьми дочерях",
    "друг": "друзья друзей друзьям друзьями друзьях",
    "жеребенок": "жеребята жеребят жеребятам жеребятами жеребятах",
    "заем": "займа займу займом займе займы займов займам займами займах",
    "зло": "зла злу злом зле",
    "котенок": "котята котят котятам котятами котятах",
    "лев": "льва льву львом льве львы львов львам львами львах",
    "лед": "льда льду льдом льде льды льдов льдам льдами льдах",
    "лоб": "лба лбу лбом лбе лбы лбов лбам лбами лбах",
    "ложь": "лжи ложью",
    "мать": "матери матерью матерей матерям матерями матерях",
    "мох": "мха мху мхом мхе мхи мхов мхам мхами мхах",
    "наем": "найма найму наймом найме",
    "небо": "небеса небес небесам небесами небесах",
    "пень": "пня пню пнем пне пни пней пням пнями пнях",
    "пес": "пса псу псом псе псы псов псам псами псах",
    "полгода": "полугода полугоду полугодом полугоде",
    "полдень": "полудня полудню полуднем полудне",
    "полчаса": "получаса получасу получасом получасе",
    "ребенок": "дети детей детям детьми детях",
    "ров": "рва рву рвом рве рвы рвов рвам рвами рвах",
    "рожь": "ржи рожью",
    "рот": "рта рту ртом рте рты ртов ртам ртами ртах",
    "сон": "сна сну сном сне сны снов снам снами снах",
    "сын": "сыновья сыновей сыновьям сыновьями сыновьях",
    "татарин": "татары татар татарам татарами татарах",
    "теленок": "телята телят телятам телятами телятах",
    "ухо": "уши ушей ушам ушами ушах",
    "хозяин": "хозяева хозяев хозяевам хозяевами хозяевах",
    "цветок": "цветы цветов цветам цветами цветах",
    "цыпленок": "цыплята цыплят цыплятам цыплятами цыплятах",
    "человек": "люди людей людям людьми людях",
    "чудо": "чудеса чудес чудесам чудесами чудесах",
    "шов": "шва шву швом шве швы швов швам швами швах",
    "ягненок": "ягнята ягнят ягнятам ягнятами ягнятах",
    "яйцо": "яиц",
}
_IN_MYA: Final = ("бремя", "время", "знамя", "имя", "племя", "пламя", "семя")
# Of these the table has every form.
_WHOLLY_IRREGULAR: Final = ("ь", "мя")
_ENDINGS_IN_MYA: Final = ("ени", "енем", "ена", "ен", "ян", "енам", "енами", "енах")


def _list_irregular() -> Iterator[tuple[str, str]]:
    """Yield each form that no ending explains, with its noun."""
    for noun, forms in _IRREGULAR.items():
        yield from ((form, noun) for form in (noun, *forms.split()))
    for noun in _IN_MYA:
        stem = noun.removesuffix("я")
        yield from ((stem + ending, noun) for ending in ("я", *_ENDINGS_IN_MYA))


_NOUN_BY_FORM: Final = dict(_list_irregular())


@lru_cache(maxsize=50_000)
def stem_russian(word: str) -> str:
    """
    Return the key that the forms of a Russian word share.

    Args:
        word: In small Cyrillic letters.
    """
    word = word.replace("ё", "е")
    start = _AFTER_VOWEL.match(word)
    if start is None or word in _UNCHANGED:
        return word
    if in_vowel := _IN_VOWEL.search(word):
        return word[: in_vowel.end(1)]
    head = word[: start.end()]
    rest = _take_ending(word[start.end() :]).removesuffix("и")
    quality = _QUALITY.search(rest)
    if quality and start.end() + quality.start() >= _find_second_region(word):
        rest = rest[: quality.start()]
    stem = head + _take_superlative(rest).removesuffix("ь")
    return _finish(stem)


def _finish(stem: str) -> str:
    return _SOFT.sub("", _FLEETING.sub(r"\1\2", stem))


def list_russian_stems(word: str) -> tuple[str, ...]:
    """
    Return the keys that a Russian word may have, Snowball's first.

    Args:
        word: In small Cyrillic letters.
    """
    word = word.replace("ё", "е")
    noun = _NOUN_BY_FORM.get(word, "")
    if noun.endswith(_WHOLLY_IRREGULAR):
        return (noun,)  # им of имя would be имам's too
    stems = [stem_russian(word)]
    if noun:
        stems.append(stem_russian(noun))
    if len(word) >= _SHORTEST_NOUN and word not in _UNCHANGED:
        stems += map(_finish, _read_as_noun(word))
        stems += [_INHABITANT.sub("", stem) for stem in stems]
    return tuple(dict.fromkeys(stems))


def _read_as_noun(word: str) -> Iterator[str]:
    """Yield what is left of a word read as a noun, where Snowball may take it for another."""
    start = _AFTER_VOWEL.match(word)
    if start is None or _IN_VOWEL.search(word) or _is_never_noun(word):
        return
    head, rest = word[: start.end()], word[start.end() :]
    as_noun = _cut(_NOUN, rest)
    if as_noun is not None and as_noun != _take_ending(rest):
        yield head + as_noun
    for ending in (_AFTER_GLIDE, _INSTRUMENTAL):
        if (shorter := _cut(ending, word)) is not None:
            yield shorter
    bare = word.removesuffix("ь")
    if bare[-1] not in f"{_VOWEL}й":
        # A noun without an ending may look as if it had one: аким beside акима.
        yield bare
        yield _GLIDING.sub("й", bare)


def _is_never_noun(word: str) -> bool:
    return _NEVER_NOUN.search(word) is not None and _NOUN_AFTER_ALL.search(word) is None


def _take_ending(rest: str) -> str:
    """
    Return what is left of the letters behind a word's first vowel without their ending.

    An ending lies there wholly, and so does what it may follow.
    """
    if (shorter := _cut(_GERUND, rest)) is not None:
        return shorter
    rest = _REFLEXIVE.sub("", rest)
    if (shorter := _cut(_ADJECTIVE, rest)) is not None:
        return _PARTICIPLE.sub("", shorter)
    for endings in (_VERB, _NOUN):
        if (shorter := _cut(endings, rest)) is not None:
            return shorter
    return rest


def _take_superlative(rest: str) -> str:
    if rest.endswith("нн"):
        return rest[:-1]
    shorter = _SUPERLATIVE.sub("", rest)
    return shorter[:-1] if shorter != rest and shorter.endswith("нн") else shorter


def _cut(endings: re.Pattern[str], rest: str) -> str | None:
    """Return what stands before an ending; None if there is none."""
    match = endings.search(rest)
    return rest[: match.start()] if match else None


def _find_second_region(word: str) -> int:
    """Return where Snowball's region R2 begins."""
    first = _REGION.match(word)
    second = _REGION.match(word, first.end()) if first else None
    return second.end() if second else len(word)
