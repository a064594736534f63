"""Kazakh in the Latin alphabets of 2018 and 2021; which they are says ``text.latin``."""

from __future__ import annotations

from typing import Final

from aggregator.languages.row import Language, LanguageRow, Month, WritingSystem

__all__ = ["KAZAKH_LATIN_ROW"]

# In the alphabet of 2021.
_MONTHS: Final = (
    Month("qañtar"),
    Month("aqpan"),
    Month("nauryz"),
    Month("säuır"),
    Month("mamyr"),
    Month("mausym"),
    Month("şılde"),
    Month("tamyz"),
    Month("qyrküiek"),
    Month("qazan"),
    Month("qaraşa"),
    Month("jeltoqsan"),
)

KAZAKH_LATIN_ROW: Final = LanguageRow(
    code=Language.KAZAKH_LATIN,
    name="Kazakh in Latin letters",
    iso_639_3="kaz",
    script=WritingSystem.LATIN,
    letters="a-zäáóúýǵńñöüūşğı",
    months=_MONTHS,
    weekdays=("düisenbı", "seisenbı", "särsenbı", "beisenbı", "jūma", "senbı", "jeksenbı"),
    sample="Astanada jaña mektep aşyldy.",
    read_as=Language.KAZAKH,
)
