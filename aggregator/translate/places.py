"""
Does the English put the news in a place that the original does not name? Pure.

Why this guard: a weak model that does not know a town names another that it saw more often. Of 64 headlines that passed
all other guards, 12 had moved: "New railway station opened in Shymkent" was a bridge in Semey. The reader cannot see it.

Only places invented are looked for. One left out is no lie, and endings and nicknames (the capital, the Urals) make
its absence hard to prove. Kazakhstan itself may always be named: the press says "our country" and "the republic".
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["invents_place"]

# English pattern -> how words begin that mean it in Kazakh or Russian. Former names stand with the present ones.
_PLACES: Final[dict[str, str]] = {
    "abai (region|rgn|obl)": "абай абая абае",
    "akmola": "ақмола акмол",
    "akt(o|yu)be": "ақтөбе актюб актоб",
    "aktau": "ақтау актау",
    "almaty": "алматы алматин",
    "astana|nur-?sultan": "астан нұр-сұлтан нур-султан нурсултан нұрсұлтан елорда елордасы столиц ақорда акорд бас қала",
    "atyrau": "атырау",
    "baikon[uy]r|baykonur": "байқоңыр байконур",
    "balk(h|)ash": "балқаш балхаш",
    "ekibastuz": "екібастұз экибастуз",
    "karagand[ay]|qaraghandy": "қараған караганд",
    "kokshetau": "көкшетау кокшетау",
    "kostana[iy]|kustanai": "қостанай костанай кустанай",
    "kyzylord[ay]|kzylorda": "қызылорда кызылорд кзылорд",
    "mang[yi]stau": "маңғыстау мангист мангыст",
    "oral|uralsk": "орал уральск",
    "oskemen|ust-kamenogorsk": "өскемен усть-каменогорск",
    "pavlodar": "павлодар",
    "petropavl(ovsk)?": "петропавл қызылжар",
    "rudny[iy]?": "рудн",
    "semey|semipalatinsk": "семей семипалат семее",
    "shymkent": "шымкент чимкент",
    "taldykorgan": "талдықорған талдыкорган",
    "taraz": "тараз",
    "temirtau": "теміртау темиртау",
    "turk[ei]stan": "түркістан туркестан",
    "ulytau": "ұлытау улытау",
    "zhambyl|jambyl": "жамбыл",
    "zhanaozen": "жаңаөзен жанаозен",
    "zhe[zs]kazgan": "жезқазған жезказган",
    "zhetys[uy]|jetisu": "жетісу жетыс",
    "(north|northern|n\\.?) ?kazakhstan": "солтүстік север",
    "(south|southern|s\\.?) ?kazakhstan": "оңтүстік юг юж",
    "(east|eastern|e\\.?) ?kazakhstan": "шығыс восток восточ",
    "(west|western|w\\.?) ?kazakhstan": "батыс запад",
    "afghan(istan)?": "ауған афган",
    "azerbaijani?": "әзербайжан азербайджан әзірбайжан",
    "belarus": "беларус белорус",
    "bishkek": "бішкек бишкек",
    "brussels": "брюссел",
    "china|chinese|beijing": "қытай қхр кита кнр пекин бейжің бейжін",
    "france|french|paris": "франц париж",
    "germany|german|berlin": "герман неміс немец берлин фрг гфр",
    "india|indian": "үнді индия инди",
    "iran|iranian|tehran": "иран тегеран тәһран",
    "ital(y|ian)|rome": "итал рим",
    "japan|japanese|tokyo": "жапон япон токио",
    "korean?|seoul": "корей коре сеул",
    "kyrgyz(stan|)": "қырғыз кыргыз киргиз",
    "london|british|britain": "лондон британ",
    "minsk": "минск",
    "mongolian?": "моңғол монгол",
    "moscow": "мәскеу москв москов",
    "russian?( federation)?": "ресей орыс росси русск рф",
    "tajik(istan|)|dushanbe": "тәжік тадж душанбе",
    "tashkent": "ташкент тәшкент",
    "turk(ey|ish|iye)|ankara|istanbul": "түрк турц турец анкар стамбул ыстанбұл",
    "turkmen(istan|)": "түрікмен түркімен туркм",
    "ukrain(e|ian)|kyiv|kiev": "украин киев",
    "united states|u\\.?s\\.?a?\\.?(?= )|american?|washington": "ақш сша америк вашингтон долл",
    "uzbek(istan|)": "өзбек узбек",
}
_COMPILED = tuple(
    (re.compile(rf"(?<![\w-])(?:{english})(?![\w])", re.IGNORECASE), re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(stem) for stem in stems.split())})", re.IGNORECASE))
    for english, stems in _PLACES.items()
)


def invents_place(source: str, english: str) -> bool:
    """
    Tell whether the English names a known place that the original does not.

    Args:
        source: Kazakh or Russian.
        english: Its translation.
    """
    return any(there.search(english) and not here.search(source) for there, here in _COMPILED)
