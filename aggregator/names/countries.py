"""
What English calls a country: French, the Dutch, Americans, the UK. Pure.

A translation that says "French ambassador" for «Посол Франции» is right, and neither are its words
to be overwritten nor is the name lost. Rules of spelling find some of these words (Russian,
Iranian) and take others for theirs (Austria and Australia begin alike), so they stand in a table,
one row a country of the glossary, by the official form. Which mistake is worse: a word too few
withholds good English, a word too many lets a wrong country pass. So a row has what means this
country alone, in its own case: "us", "turkey" and "china" mean none. A plural in -s is understood.

A country that somebody has added to the glossary and that has no row is known by its stem.

Sources: Unicode CLDR, and annex A5 of the European Union's interinstitutional style guide
(countries, adjectives, inhabitants), https://style-guide.europa.eu
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "HOME",
    "RENDERINGS",
    "has_country",
    "is_listed",
    "names_country",
    "says_country",
    "settle_spellings",
]

# What the press of Kazakhstan speaks of without being about it.
HOME: Final = frozenset({"Kazakhstan", "Republic of Kazakhstan"})
_SEPARATOR: Final = " | "

# Official form -> adjectives, people, short and full forms; what ends in a hyphen begins a word.
RENDERINGS: Final = {
    # Kazakhstan and its neighbours
    "Kazakhstan": "Kazakh | Kazakhstani",
    "Republic of Kazakhstan": "Kazakhstan | Kazakh | Kazakhstani",
    "Kazakh SSR": "Kazakhstan | Kazakh | Kazakhstani",
    "Russia": "Russian | Russo- | RF",
    "Russian Federation": "Russia | Russian | Russo- | RF",
    "Soviet Union": "Soviet | USSR | U.S.S.R",
    "China": "Chinese | Sino- | PRC",
    "People's Republic of China": "China | Chinese | Sino- | PRC",
    "Uzbekistan": "Uzbek | Uzbekistani",
    "Kyrgyzstan": "Kyrgyz | Kyrgyzstani | Kirghiz",
    "Tajikistan": "Tajik | Tajikistani | Tadjik",
    "Turkmenistan": "Turkmen | Turkmenistani | Turkoman",
    "Türkiye": "Turkish | Turk",
    "Azerbaijan": "Azerbaijani | Azeri",
    "Armenia": "Armenian",
    "Georgia": "Georgian",
    "Belarus": "Belarusian | Belarussian | Belorussian",
    "Ukraine": "Ukrainian",
    "Moldova": "Moldovan | Moldavian",
    "Mongolia": "Mongolian | Mongol",
    "Afghanistan": "Afghan | Afghani",
    # Asia
    "Iran": "Iranian | Persian",
    "Iraq": "Iraqi",
    "Pakistan": "Pakistani",
    "India": "Indian",
    "Bangladesh": "Bangladeshi",
    "Sri Lanka": "Sri Lankan",
    "Nepal": "Nepali | Nepalese",
    "Maldives": "Maldivian | Maldive",
    "Japan": "Japanese",
    "South Korea": "Korea | Korean | South Korean | Republic of Korea | ROK | S. Korea | S. Korean"
    " | South and North Korea | South and North Korean",
    "North Korea": "North Korean | DPRK | Democratic People's Republic of Korea | N. Korea"
    " | N. Korean | North and South Korea | North and South Korean | Koreas",
    "Vietnam": "Vietnamese | Viet Nam",
    "Thailand": "Thai",
    "Malaysia": "Malaysian",
    "Singapore": "Singaporean",
    "Indonesia": "Indonesian",
    "Philippines": "Philippine | Filipino | Filipina",
    "Cambodia": "Cambodian | Khmer",
    "Laos": "Lao | Laotian",
    "Myanmar": "Burma | Burmese | Myanma",
    "Taiwan": "Taiwanese",
    "Saudi Arabia": "Saudi | Saudi Arabian | KSA",
    "United Arab Emirates": "UAE | U.A.E | Emirati | Emirates",
    "Qatar": "Qatari",
    "Kuwait": "Kuwaiti",
    "Oman": "Omani",
    "Bahrain": "Bahraini",
    "Jordan": "Jordanian",
    "Israel": "Israeli",
    "Palestine": "Palestinian",
    "Lebanon": "Lebanese",
    "Syria": "Syrian",
    "Yemen": "Yemeni | Yemenite",
    # Africa
    "Egypt": "Egyptian",
    "Libya": "Libyan",
    "Tunisia": "Tunisian",
    "Algeria": "Algerian",
    "Morocco": "Moroccan",
    "Sudan": "Sudanese",
    "Ethiopia": "Ethiopian",
    "Kenya": "Kenyan",
    "Tanzania": "Tanzanian",
    "Rwanda": "Rwandan",
    "Uganda": "Ugandan",
    "Somalia": "Somali | Somalian",
    "Nigeria": "Nigerian",
    "South Africa": "South African | RSA",
    # America
    "United States": "US | U.S | USA | America | American",
    "Canada": "Canadian",
    "Mexico": "Mexican",
    "Cuba": "Cuban",
    "Brazil": "Brazilian",
    "Argentina": "Argentine | Argentinian | Argentinean",
    "Venezuela": "Venezuelan",
    "Colombia": "Colombian",
    "Ecuador": "Ecuadorian | Ecuadorean | Ecuadoran",
    "Uruguay": "Uruguayan",
    "Paraguay": "Paraguayan",
    "Bolivia": "Bolivian",
    # Europe
    "United Kingdom": "UK | U.K | Britain | British | Briton | Brit",
    "England": "English | Englishman | Englishmen | Englishwoman | Englishwomen",
    "Scotland": "Scottish | Scot | Scotsman | Scotsmen | Scotch",
    "Germany": "German",
    "France": "French | Franco- | Frenchman | Frenchmen | Frenchwoman | Frenchwomen",
    "Italy": "Italian",
    "Spain": "Spanish | Spaniard",
    "Portugal": "Portuguese",
    "Netherlands": "Dutch | Dutchman | Dutchmen | Dutchwoman | Dutchwomen | Holland | Netherland",
    "Belgium": "Belgian",
    "Luxembourg": "Luxembourger | Luxembourgish | Luxembourgian | Luxemburg",
    "Switzerland": "Swiss",
    "Liechtenstein": "Liechtensteiner",
    "Austria": "Austrian",
    "Hungary": "Hungarian | Magyar",
    "Poland": "Polish | Pole",
    "Czech Republic": "Czech | Czechia",
    "Slovakia": "Slovak | Slovakian",
    "Slovenia": "Slovenian | Slovene",
    "Croatia": "Croatian | Croat",
    "Serbia": "Serbian | Serb",
    "Montenegro": "Montenegrin",
    "Bosnia and Herzegovina": "Bosnia | Bosnian | Herzegovina | BiH",
    "North Macedonia": "Macedonia | Macedonian",
    "Albania": "Albanian",
    "Kosovo": "Kosovar | Kosovan",
    "Bulgaria": "Bulgarian",
    "Romania": "Romanian",
    "Greece": "Greek | Hellenic",
    "Cyprus": "Cypriot",
    "Malta": "Maltese",
    "Monaco": "Monegasque | Monégasque | Monacan",
    "Vatican": "Holy See",
    "Ireland": "Irish | Irishman | Irishmen | Irishwoman | Irishwomen",
    "Iceland": "Icelandic | Icelander",
    "Norway": "Norwegian",
    "Sweden": "Swedish | Swede",
    "Finland": "Finnish | Finn",
    "Denmark": "Danish | Dane",
    "Greenland": "Greenlandic | Greenlander",
    "Estonia": "Estonian",
    "Latvia": "Latvian",
    "Lithuania": "Lithuanian",
    # Oceania
    "Australia": "Australian | Aussie",
    "New Zealand": "New Zealander | NZ | Kiwi",
    # parts of the world, which become adjectives as countries do
    "Central Asia": "Central Asian",
    "Eurasia": "Eurasian",
    "Middle East": "Middle Eastern | Mideast",
    "South Caucasus": "South Caucasian",
    "Crimea": "Crimean",
    "Nagorno-Karabakh": "Karabakh",
    "Gaza Strip": "Gaza | Gazan",
}
# Said in English as often, and written as the glossary has it.
_OTHER_SPELLINGS: Final = {"Türkiye": "Turkey | Turkiye"}
# What holds a country's word and means another.
_OTHERS: Final = {
    "South Korea": "North Korea | North Korean | N. Korea | N. Korean"
    " | Democratic People's Republic of Korea",
    "United States": "Latin America | Latin American | South America | South American"
    " | Central America | Central American | North America | North American",
    "Mexico": "New Mexico",
}
_STEM_LETTERS: Final = 4


def is_listed(country: str) -> bool:
    """Say whether a country, by its official form, has a row in the table."""
    return country in RENDERINGS


def says_country(english: str, country: str) -> bool:
    """
    Say whether a translation speaks of a country, in any words that mean it.

    Args:
        english: Of one segment.
        country: Its official form in the glossary.
    """
    if not is_listed(country):
        return _find_stem(country).search(english) is not None
    others = _OTHER_SPELLINGS.get(country, "")
    return has_country(english, country) or _says_one_of(english, others)


def has_country(english: str, country: str) -> bool:
    """
    Say whether a country stands in a translation in words that are to stay as they are.

    Args:
        english: Of one segment.
        country: Its official form in the glossary.
    """
    if not is_listed(country):
        return _find_adjective(country).search(english) is not None
    own = _SEPARATOR.join((country, RENDERINGS[country]))
    if country not in _OTHERS:
        return _says_one_of(english, own)
    others = _OTHERS[country]
    either = _find_one_of(_SEPARATOR.join((own, others)))
    found = [match[0] for match in either.finditer(english)]
    return not all(map(_find_one_of(others).fullmatch, found))


def names_country(words: str) -> bool:
    """Say whether some words of a translation hold what is known to mean a country."""
    return _find_any_country().search(words) is not None


def settle_spellings(english: str, countries: Iterable[str]) -> str:
    """
    Return a translation in which countries are spelt as the glossary has them: Turkey, Türkiye.

    Args:
        english: Of one segment.
        countries: Official forms of those that its original speaks of.
    """
    for country in countries:
        if country in _OTHER_SPELLINGS:
            english = _find_one_of(_OTHER_SPELLINGS[country]).sub(country, english)
    return english


def _says_one_of(english: str, forms: str) -> bool:
    return bool(forms) and _find_one_of(forms).search(english) is not None


@lru_cache(maxsize=1_000)
def _find_one_of(forms: str) -> re.Pattern[str]:
    """Find one of some forms as whole words, as they are written or in capitals alone."""
    listed = forms.split(_SEPARATOR)
    listed += [form.upper() for form in listed]
    # The longer first, since of two that begin alike the first is taken.
    ordered = sorted(set(listed), key=lambda form: (-len(form), form))
    either = "|".join(map(re.escape, ordered))
    return re.compile(rf"(?<!\w)(?:{either})(?:(?<=-)|[sS]?(?!\w))")


@cache
def _find_any_country() -> re.Pattern[str]:
    rows = [_SEPARATOR.join(row) for row in RENDERINGS.items()]
    return _find_one_of(_SEPARATOR.join(rows))


@lru_cache(maxsize=1_000)
def _find_stem(country: str) -> re.Pattern[str]:
    """Find a word that begins as one of a country's does; small words such as of aside."""
    words = [word for word in country.split() if word[:1].isupper()] or [country]
    either = "|".join(re.escape(word[:_STEM_LETTERS]) for word in words)
    return re.compile(rf"(?<!\w)(?:{either})", re.IGNORECASE)


@lru_cache(maxsize=1_000)
def _find_adjective(country: str) -> re.Pattern[str]:
    """Find a country or its adjective by the commonest endings: Russian, German."""
    stem = re.escape(country.removesuffix("y"))
    return re.compile(rf"(?<!\w){stem}(?:n|an|ian|i|ese)?(?!\w)")
