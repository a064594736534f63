"""
Does the English say the contrary of the original? Pure.

Three contraries that can be seen without knowing the languages well: a price that falls rises in
the English, water that rose by 20 centimetres rose to 20, and what will not be is told as if it
would be. A reader cannot see either, and a model
that drops a "не" writes flawless English.

Only what is precise is looked for. Of rising and falling: a noun that has an amount stands in the
original, and each text names one direction alone. Of denials: the same deed (closes, resigns, is
found) stands in both, denied wherever it stands in one, and the other holds no word that could deny
it. A negation anywhere that the English lacks is no sign: translators say "stays open" for what is
not closed, and of 2,008 human translations such a guard stopped 48.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aggregator.grouping.lexicon import find_concepts
from aggregator.languages import ENGLISH, KAZAKH, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["list_denied", "swaps_by_and_to", "turns_denial", "turns_move"]

_TOKEN = re.compile(r"[^\W\d_]+")
_AMOUNT: Final[Mapping[str, re.Pattern[str]]] = {
    RUSSIAN: re.compile(
        r"(?<!\w)(?:цен[аыуе]?(?!\w)|ценам|ценах|курс|доллар|евро(?!\w)|рубл|тенге|юан|биткоин|тариф|ставк|инфляц"
        r"|зарплат|пенси|пособи|доход|расход|спрос|экспорт|импорт|числ[оа](?!\w)|количеств|объ[её]м"
        r"|производств|бюджет|долг[аиу]?(?!\w)|налог|акци[ия](?!\w)|ввп|население|смертност|рождаемост"
        r"|преступност|безработиц|стоимост|аренд|поголовь|товарооборот|дол[яю](?!\w))"
    ),
    KAZAKH: re.compile(
        r"(?<!\w)(?:баға|бағам|доллар|еуро(?!\w)|рубл|теңге|юань|тариф|мөлшерлеме|инфляция|жалақы|зейнетақы"
        r"|жәрдемақы|кіріс|табыс|шығыс|сұраныс|экспорт|импорт|сан[ыа](?!\w)|көлем|өндіріс|бюджет|қарыз"
        r"|салық|акция|жіө|халық саны|өлім|қылмыс|жұмыссыздық|құн|үлес)"
    ),
}
_RISES: Final[Mapping[str, re.Pattern[str]]] = {
    RUSSIAN: re.compile(
        r"(?<!\w)(?:подорожа|дорожа|вырос|выраст|повыс|повыш[ае]|увелич|раст[её]т|растут|рост(?:а|у|ом|е)?(?!\w)"
        r"|взлете|подня|подним|подскочи)"
    ),
    KAZAKH: re.compile(
        r"(?<!\w)(?:қымбатта|өс(?:ті|іп|еді|ер|уі|кен|іру|ірді|іреді)(?!\w)|арт(?:ты|ып|ады|уы|қан)(?!\w)"
        r"|көтер|ұлғай|жоғарыла|көбей)"
    ),
    ENGLISH: re.compile(
        r"\b(?:ris(?:e|es|en|ing)|rose|increas\w*|gr[eo]w\w*|surg(?:e|es|ed|ing)|soar\w*|jump\w*|climb\w*"
        r"|rais(?:e|es|ed|ing)|dearer|more expensive|hik(?:e|es|ed|ing)|up|higher|upward"
        r"|doubl\w*|tripl\w*)\b"
    ),
}
_FALLS: Final[Mapping[str, re.Pattern[str]]] = {
    RUSSIAN: re.compile(
        r"(?<!\w)(?:подешев|дешеве|сниз|снижа|снижен|сократи|сокраща|сокращен|уменьш|упал|упад|падени|пада[ею]т"
        r"|рухну|обвали|опусти)"
    ),
    KAZAKH: re.compile(
        r"(?<!\w)(?:арзанда|төменде|азай|кемі|кему|түс(?:ті|еді|кен|іп кетті)(?!\w)|қысқар|құлдыра)"
    ),
    ENGLISH: re.compile(
        r"\b(?:fall\w*|fell|drop\w*|declin\w*|decreas\w*|cut\w*|low\w*|cheap\w*|reduc\w*|down\w*|shr[iau]nk\w*"
        r"|slump\w*|plung\w*|less|fewer|halv\w*|slash\w*|los[et]\w*|dip|dips|dipped|slow\w*|weak\w*|slid\w*"
        r"|tumbl\w*|contract(?:s|ed|ion))\b"
    ),
}
# «на 20 сантиметров» is by 20, «до 20» to 20; but «с 12 на 9» and «на 3 место» are to.
_BY_AND_TO: Final = re.compile(
    r"(?<!\w)(на|до) (\d[\d.,]*+)(?!-)(?!\s++(?:мест|строч|позици|этаж|ступен|уров))"
)
# Of what is a date «дейін» says until when.
_KAZAKH_TO: Final = re.compile(
    r"(?<![\d.,])(\d[\d.,]*+)\s?+(?!-?(?:жыл|қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан"
    r"|қараша|желтоқсан|күн|сағат|ғасыр|\d))(?:[^\W\d_]++ ){0,2}дейін(?!\w)"
)
_FROM: Final = re.compile(r"(?<!\w)(?:с|со|от) \d")
_ENGLISH_BY_AND_TO: Final = re.compile(r"\b(by|to) (\d[\d.,]*+)(?![\w-])")
_TO: Final = "до"
_ENGLISH_FOR: Final = {"на": "by", _TO: "to"}
# What is done or happens, of which a denial makes the contrary. "Rejected" holds one already.
_DEEDS: Final = frozenset({"life", "match", "post", "search", "state", "verdict", "vote"})
_DENIALS_THEMSELVES: Final = frozenset({"vote:reject"})
_RISE: Final = "move:rise"
_FALL: Final = "move:fall"
# Between "не" and the deed: "не уйдёт в отставку", "не будут закрывать".
_BETWEEN: Final = re.compile(
    r"будет|будут|буду|станет|станут|стал|стали|уйдёт|уйдет|уйдут|ушёл|ушел|подаст|подал"
    r"|подавал|хочет|хотят|намерен|намерена|намерены|планирует|планируют|собирается"
    r"|собираются|удалось|смог|смогли|может|могут|был|была|было|были|дали|дадут|в|на|к|об|о"
)
_NOT: Final = "не"
_RUSSIAN_REACH: Final = 3
# The verb ends the Kazakh sentence, and its own ending denies: жабылмайды. Жабады and
# көбейді do not, whose stems end so.
_KAZAKH_DENIED = re.compile(
    r"(?<!^[жтш]а|^кө)[мбп][ае](?:йды|йді|ймыз|йміз|ймын|ймін|ды|ді|ған|ген|пты"
    r"|пті|с)$"
)
# Any word that can deny or turn what is said. English that holds one is believed.
_DENIES = re.compile(
    r"\b(?:no|not|non|never|nobody|none|nothing|nor|neither|nowhere|cannot|without"
    r"|un(?!der|it|ion|iv|iq)[a-z]{3,}|den(?:y|ied|ies|ial)|refus\w*|reject\w*|fail\w*"
    r"|avoid\w*|stay\w*|remain\w*|keep\w*|kept|escap\w*|rul(?:e|es|ed|ing) out|against"
    r"|declin\w*|halt\w*|stop\w*|cancel\w*|postpon\w*|delay\w*|yet|less|lack\w*|exempt\w*"
    r"|spar(?:e|es|ed)|instead|rather|scrap\w*|abandon\w*|drop\w*|ban|bans|banned|block\w*"
    r"|prevent\w*|prohibit\w*|oppos\w*|free|false\w*|fake|hoax|dismiss\w*|avert\w*|only"
    r"|few|little|still|miss\w*|absen\w*|impossible|illegal\w*|incomplete"
    r"|dis(?!tric|eas|ast|cus|tan|cov|play|trib)[a-z]{4,}|until|unless|if|whether|nearly"
    r"|almost|hardly|safe|surviv\w*|continu\w*|end|ends|ended|quit\w*|withdr\w*|resist\w*"
    r"|protest\w*|doubt\w*"
    r")\b|n['’]t\b|\?"
)
_SAYS_NOT = re.compile(
    r"(?:\b(?:not|never|no longer|cannot)|n['’]t)"
    r"(?: (?:be|been|being|to|yet|going|have|get|ever))* (?P<deed>[a-z-]+)"
)
_MAY_DENY: Final[Mapping[str, re.Pattern[str]]] = {
    RUSSIAN: re.compile(
        r"(?<!\w)(?:не|ни|без|бес|отказ|отриц|отверг|отклон|опроверг|против|запре[тщ]|прекра|перест|отмен|лиш"
        r"|избеж|исключ|пропа|провал|бросил|уш[её]л|снят|отложи|перенес|приостан|остан|едва|чуть|вряд|если|ли(?!\w)"
        r"|мало|сорва|воздерж|сохран|только|лишь|ещё|еще|пока|до(?!\w))"
    ),
    KAZAKH: re.compile(
        r"[мбп][ае](?:й|ды|ді|ған|ген|с|у|пты|пті|стан|стен|ңыз|ңіз)|емес|жоқ|бас тарт|қарсы"
        r"|сыз|сіз|тыйым|тоқта|теріске|кейін|шегер|әзірге|тек(?!\w)|ғана|болдыр|алдын|бос(?!\w)|аман|сақта"
    ),
}


def turns_move(source: str, english: str, language: str) -> bool:
    """Say whether an amount that falls in the original rises in the English, or the other way."""
    if language not in _AMOUNT or not _AMOUNT[language].search(source.lower()):
        return False
    there = _find_directions(source, language)
    here = _find_directions(english, ENGLISH)
    return len(there) == len(here) == 1 and there != here


def swaps_by_and_to(source: str, english: str, language: str) -> bool:
    """
    Say whether what rose or fell by a number did so to that number in the English, or otherwise.

    Kazakh says both with one ending (20 сантиметрге), so of it only «дейін» is known.
    """
    if language not in _STEPS or _FROM.search(source.lower()):
        return False
    if not _find_directions(source, language) or not _find_directions(english, ENGLISH):
        return False
    there = _STEPS[language](source)
    here = _find_steps(_ENGLISH_BY_AND_TO, english)
    for number in there.keys() & here.keys():
        meant = {_ENGLISH_FOR[word] for word in there[number]}
        if meant.isdisjoint(here[number]):
            return True
    return False


def _find_kazakh_steps(text: str) -> dict[str, set[str]]:
    numbers = _KAZAKH_TO.findall(text.lower())
    return {_read_number(number): {_TO} for number in numbers}


def _find_russian_steps(text: str) -> dict[str, set[str]]:
    return _find_steps(_BY_AND_TO, text)


def _find_steps(pattern: re.Pattern[str], text: str) -> dict[str, set[str]]:
    """Return the words before each number, a decimal comma as a point."""
    steps: dict[str, set[str]] = {}
    for word, number in pattern.findall(text.lower()):
        steps.setdefault(_read_number(number), set()).add(word)
    return steps


def _read_number(written: str) -> str:
    return written.rstrip(".,").replace(",", ".")


# How each language says by how much and to what.
_STEPS: Final[Mapping[str, Callable[[str], dict[str, set[str]]]]] = {
    KAZAKH: _find_kazakh_steps,
    RUSSIAN: _find_russian_steps,
}


def _find_directions(text: str, language: str) -> set[str]:
    said = text.lower()
    found = ((_RISE, _RISES[language]), (_FALL, _FALLS[language]))
    return {direction for direction, pattern in found if pattern.search(said)}


def turns_denial(source: str, english: str, language: str) -> bool:
    """
    Say whether one text denies a deed that the other tells of.

    Args:
        source: Of one segment.
        english: Its translation.
        language: Of the source, ``kk`` or ``ru``; of any other nothing is known.
    """
    if language not in _AMOUNT or "?" in source:
        return False
    here = {concept for _, concept in _find_deeds(english, ENGLISH)}
    said = english.lower()
    if list_denied(source, language) & here and not _DENIES.search(said):
        return True
    told = {concept for _, concept in _find_deeds(source, language)}
    return bool(told & _list_said_not(said)) and not _MAY_DENY[language].search(source.lower())


def list_denied(source: str, language: str) -> frozenset[str]:
    """
    Return the deeds that a text denies wherever it names them.

    Args:
        source: Of one segment.
        language: ``kk`` or ``ru``.
    """
    deeds = _sort_deeds(source, language)
    return frozenset(concept for concept, denials in deeds.items() if all(denials))


def _find_deeds(text: str, language: str) -> Iterator[tuple[int, str]]:
    """Give the deeds that a text names, each with the number of its word."""
    for place, concept in find_concepts(text, language):
        if concept.partition(":")[0] in _DEEDS and concept not in _DENIALS_THEMSELVES:
            yield place, concept
    for place, word in enumerate(_TOKEN.findall(text.casefold())):
        for direction in _find_directions(word, language):
            yield place, direction


def _sort_deeds(source: str, language: str) -> Mapping[str, list[bool]]:
    """Return of each deed whether it is denied, wherever it stands."""
    words = _TOKEN.findall(source.casefold())
    deeds: dict[str, list[bool]] = {}
    for place, concept in _find_deeds(source, language):
        is_denied = _is_denied(words, place, language)
        deeds.setdefault(concept, []).append(is_denied)
    return deeds


def _is_denied(words: list[str], place: int, language: str) -> bool:
    if language == KAZAKH:
        is_last = place == len(words) - 1
        return is_last and bool(_KAZAKH_DENIED.search(words[place]))
    for before in reversed(words[max(0, place - _RUSSIAN_REACH) : place]):
        if before == _NOT:
            return True
        if not _BETWEEN.fullmatch(before):
            return False
    return False


def _list_said_not(said: str) -> set[str]:
    """Return the deeds that an English text denies in so many words."""
    denied: set[str] = set()
    for match in _SAYS_NOT.finditer(said):
        denied.update(concept for _, concept in _find_deeds(match["deed"], ENGLISH))
    return denied
