"""
Does the English let those act who are acted on? Pure.

Russian papers begin with whom it befalls, and leave out who does it: «Алматинцев спросят, где
проложить линию» is "Almaty residents will be asked". A model that reads the first word for the
subject makes them ask, in flawless English.

Only what is precise is looked for: people in the accusative at the very beginning, then a verb of
"they" in the present or future that has no other reading, and the same people in the English doing
what that verb says. English past participles are let be: "Drivers fined" is what the Russian says.
"""

from __future__ import annotations

import re
from typing import Final

from aggregator.languages import RUSSIAN

__all__ = ["turns_roles"]

# As they stand in the accusative, which is the genitive of what lives; and what English calls them.
_PEOPLE: Final = (
    (r"\w+(?:цев|чан|сиян)", r"[A-Z]\w+(?:ans?|is|kh?s)|residents|citizens|people|inhabitants"),
    (r"жителей|жительниц|граждан|людей", r"residents|citizens|people|inhabitants|locals"),
    (r"водителей|автомобилистов|автовладельцев|таксистов", r"drivers|motorists|owners"),
    (r"школьников|учеников|учащихся|детей|подростков", r"children|pupils|students|\w*kids|teens?"),
    (r"студентов|выпускников|абитуриентов", r"students|graduates|applicants"),
    (r"учителей|педагогов|воспитателей", r"teachers|educators"),
    (r"врачей|медиков|пациентов", r"doctors|medics|patients"),
    (r"родителей|матерей|женщин|мужчин", r"parents|mothers|women|men"),
    (r"пенсионеров|ветеранов|инвалидов", r"pensioners|veterans|retirees"),
    (r"пассажиров|туристов|паломников", r"passengers|tourists|pilgrims"),
    (r"предпринимателей|бизнесменов|фермеров", r"entrepreneurs|business\w*|farmers"),
    (r"чиновников|депутатов|акимов|министров", r"officials|deputies|akims|ministers|MPs"),
    (r"сотрудников|работников|рабочих|госслужащих", r"employees|workers|staff|servants"),
    (r"мигрантов|иностранцев|беженцев", r"migrants|foreigners|refugees"),
    (r"должников|за[её]мщиков|клиентов|потребителей|абонентов", r"\w*debtors|\w*ers|cli\w+"),
)
# Verbs of "they", and what English calls the deed.
_DEEDS: Final = (
    ("просят попросят спросят опросят спрашивают опрашивают", "ask|question|survey|poll"),
    ("предупредят предупреждают", "warn|alert"),
    ("проверят проверяют осмотрят", "check|inspect|examine|test"),
    ("оштрафуют штрафуют накажут наказывают", "fine|punish|penali[sz]e"),
    ("наградят награждают поздравят поздравляют", "award|reward|honou?r|congratulate"),
    ("эвакуируют переселят выселят выселяют", "evacuate|resettle|evict"),
    ("задержат задерживают арестуют ищут разыскивают", "detain|arrest|search|seek|look for"),
    ("осудят судят обвинят обвиняют подозревают", "convict|judge|accuse|charge|suspect"),
    ("допросят допрашивают вызовут вызывают", "interrogate|question|summon|call"),
    ("уволят увольняют", "dismiss|fire|sack"),
    ("научат учат обучат обучают", "teach"),
    ("пригласят приглашают призовут призывают", "invite|urge|call"),
    ("спасут спасают вылечат лечат привьют", "save|rescue|treat|cure|vaccinate"),
    ("обманут обманывают лишат лишают обяжут обязывают", "deceive|cheat|deprive|oblige|force"),
)
_TOLD: Final = {verb: told for verbs, told in _DEEDS for verb in verbs.split()}
# Behind «будут» it is «вызывать», as «вызывают».
_INFINITIVE: Final = re.compile(r"(?<=[ая])ть$")
# Whose, or where: «Жителей Алматинской области предупредят».
_BETWEEN: Final = r"(?:\s+(?:в\s+)?[А-ЯЁ][\w-]+(?:\s+област[иь])?){0,2}(?:\s+будут)?\s+"
_WHERE: Final = r"(?: (?:of|in|from|at) (?:the )?[\w'’-]+(?: [A-Z][\w'’-]+)?)?"
_BEGUN: Final = tuple(
    (re.compile(rf"(?i:{people}){_BETWEEN}"), rf"(?:[\w'’-]+ ){{0,4}}(?:{called}){_WHERE}")
    for people, called in _PEOPLE
)


def turns_roles(source: str, english: str, language: str) -> bool:
    """Say whether those whom something befalls do it themselves in the English."""
    if language != RUSSIAN:
        return False
    for pattern, them in _BEGUN:
        begun = pattern.match(source)
        if begun is not None:
            return _do_it(source[begun.end() :], them, english)
    return False


def _do_it(rest: str, them: str, english: str) -> bool:
    """Say whether the English lets these people do what the rest of the original begins with."""
    word = rest.partition(" ")[0].rstrip(",.:;!?").lower()
    told = _TOLD.get(_INFINITIVE.sub("ют", word))
    if told is None:
        return False
    acting = rf"{them} (?:(?:will|to|are to) )?(?:{told})\b"
    return re.match(acting, english, re.IGNORECASE) is not None
