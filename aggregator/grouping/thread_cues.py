"""
Words by which a report shows that something begins, goes on, or was told before. Pure.

Tables of beginnings of words, in Russian, Kazakh and English, of what headlines of the press say:
verbs of mishaps; words of courts, tolls, repairs, votes and results; measures of which another
value is another event. None of them decides anything by itself (``threads``).
"""

from __future__ import annotations

import re

__all__ = ["begins", "goes_on", "read_measures", "recalls"]

# How the press begins to say what it told before: "Recall that", "It was reported earlier".
_RECALLING = re.compile(
    r"\b(?:напомн|ранее сообщ|ранее\b|как сообщал|еске сал|еске түсір|бұған дейін|осыған дейін"
    r"|бұрын хабарла|earlier|previously|was reported|as reported|last week)"
)

# How a headline says that something happens or begins: what goes on is told by other verbs.
_BEGINNING = re.compile(
    r"загор[её]л|\b(?:с?горел|горит|горят)|вспыхн|начал(?:ся|ась|ось|ись)|начина[её]тся|произош"
    r"|столкну|переверн|опрокин|взорвал|\bвзрыв\b|пропал|утону|сбежал|сош[её]л с рельс|\bищут"
    r"|ограби|\bнапал|избил|\bубил|подож|обруш|ощутил|отравил|взломал|атаковал|украл|попал[аи]? в"
    r"|\bранил|землетрясение|выявил|обнаруж|появил"
    r"|өртен|өрт шықты|жанып|жарыл|соқтығы|аударыл|жоғал|суға бат|қашып|шапты|пышақта|тонал|улан"
    r"|жер сілкін|басталды|\bұрла"
    r"|breaks? out|broke out|\bhits\b|\bcrash|collide|\bstruck|\bsteal|\bblast|missing in"
)
# How it says that something goes on, ends, or has its price.
_GOING_ON = re.compile(
    r"\bпосле\b|из-за|\bпо делу|\bдел[оау]\b|причин|число (?:погиб|пострад|жертв|эвак)|ущерб"
    r"|пострадавш|потуш|локализ|подозрев|задержан|арестова|осужд|осуди|приговор|\bсуд|комисси|компенсац|восстанов"
    r"|верну|возвращ"
    r"|раскритик|прокоммент|подписал|вступи|сенат|втором чтени|половин|продолж|продл|ответил"
    r"|нашли|найден|уволен|ответит|оштраф|признал|освобожд|отменил|завершил|итог|простил|похорон"
    r"|обыграл|победил|выиграл|взял|проиграл|прекрат|лишен|назвал|проверил|дисквалиф|поймал|извини"
    r"|кейін|салдар|бойынша|ғандар саны|ұлғай|сөндіріл|күдік|ұсталды|қамал|\bсот"
    r"|айыппұл|өтемақ|себе[бп]"
    r"|сынады|қол қой|күшіне|жіберілді|екінші оқылым|жалғас|шағымдан|қарсы шық"
    r"|қайтыс|жетті|іс қозға|қайтар|табылды|жеңіп|жеңді|ұтты|атанды|тоқтат|мандат|босатты|мақұлда"
    r"|\bafter\b|\btoll|\bsigned|senate|critici[sz]|arrest|charged|\btrial|sentenc|compensat|found|wins?\b|\bwon\b|beats?\b|verdict"
)
# Measures of which another value is another event of a row: tomorrow's rate, the next tremor.
_NUMBER = r"(?<![\d.,])(\d{1,6}[.,]\d{1,4})"
_MEASURES = {
    "percent": re.compile(_NUMBER + r" ?(?:%|процент|пайыз|per ?cent)"),
    "magnitude": re.compile(
        r"(?:магнитуд|magnitude)[^\d]{0,12}(\d{1,2}(?:[.,]\d)?)"
        r"|(?<![\d.,])(\d{1,2}(?:[.,]\d)?)[- ](?:магнитуд|magnitude)"
    ),
    "tenge": re.compile(_NUMBER + r" ?(?:тенге|теңге|teñge|tenge)"),
    "dollar": re.compile(_NUMBER + r" ?(?:доллар|dollar)"),
}


def begins(headline: str) -> bool:
    """Say whether a headline says that something happens or begins."""
    return bool(_BEGINNING.search(headline.casefold()))


def goes_on(headline: str) -> bool:
    """Say whether a headline says that something goes on, ends, or has its price."""
    return bool(_GOING_ON.search(headline.casefold()))


def recalls(text: str) -> bool:
    """Say whether a text says that it tells something told before."""
    return bool(_RECALLING.search(text.casefold()))


def read_measures(text: str) -> dict[str, frozenset[str]]:
    """Return the values that a text gives of some measures, by measure; none it does not give."""
    low = text.casefold()
    measures = {}
    for name, pattern in _MEASURES.items():
        found = [next(filter(None, match.groups())) for match in pattern.finditer(low)]
        if found:
            measures[name] = frozenset(number.replace(",", ".") for number in found)
    return measures
