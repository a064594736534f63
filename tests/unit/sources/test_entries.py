"""Entries put into a file that people keep: read back as meant, nothing of theirs lost."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models import Outlet, Source
from aggregator.sources.catalog import read_catalog
from aggregator.sources.entries import add_outlet, add_source, find_source_line, write_source

FILE = """# Ours, kept by hand.
[[outlet]]
id = "dala"   # since 2024
name = "Дала"
home = "https://dala.example/"

[[outlet.source]]
id = "dala-kk"
url = "https://dala.example/rss"

# The ministry: keep this comment with it.
[[outlet]]
id = "ministry"
name = "Министерство"
home = "https://ministry.example/"
official = true

[[outlet.source]]
id = "ministry-ru"
url = "https://ministry.example/rss"
# the end
"""
DALA = Outlet(id="dala", name="Дала", home="https://dala.example/")
NEW = Source(
    id="dala-ru",
    outlet=DALA,
    url="https://dala.example/ru/rss",
    every=timedelta(hours=1),
    languages=("ru",),
    paused=True,
    standing="works",
    checked=date(2026, 9, 6),
    note='says "hello"',
)


def test_a_source_goes_to_its_outlet_and_nothing_else_moves():
    text = add_source(FILE, NEW)
    catalog = read_catalog(text, "f")

    assert [source.id for source in catalog.sources] == ["dala-kk", "dala-ru", "ministry-ru"]
    assert catalog.sources[1] == NEW
    assert text.replace(f"\n{write_source(NEW)}", "", 1) == FILE
    assert text.index("keep this comment") > text.index("dala-ru")


def test_a_source_goes_to_the_last_outlet_too():
    source = replace(
        NEW,
        id="ministry-kk",
        outlet=replace(DALA, id="ministry"),
        url="https://ministry.example/kk",
    )
    text = add_source(FILE, source)

    assert read_catalog(text, "f").sources[-1].id == "ministry-kk"
    assert "# the end" in text


def test_an_outlet_goes_to_the_end_even_of_an_empty_file():
    outlet = replace(DALA, id="new", official=True)
    for before in ("", FILE, FILE.rstrip()):
        catalog = read_catalog(add_outlet(before, outlet, [replace(NEW, outlet=outlet)]), "f")

        assert catalog.outlets[-1] == outlet
        assert catalog.sources[-1].outlet == outlet


def test_lines_of_a_source_are_found():
    assert find_source_line(FILE, "ministry-ru", "url") == 20
    assert find_source_line(FILE, "ministry-ru", "every") == 18
    assert find_source_line(FILE, "dala-kk") == 7
    assert find_source_line(FILE, "nobody") is None


@given(name=st.text(min_size=1).filter(str.strip), note=st.text())
def test_any_name_comes_back_as_it_was(name, note):
    outlet = Outlet(id="any", name=name, home="https://any.example/")
    source = replace(NEW, outlet=outlet, note=note)
    catalog = read_catalog(add_outlet(FILE, outlet, [source]), "f")

    assert (catalog.outlets[-1].name, catalog.sources[-1].note) == (name, note)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_line_breaks_and_a_byte_order_mark_stay_as_they_were(mark, ending, last):
    file = mark + (FILE.removesuffix("\n") + last).replace("\n", ending)
    added = add_source(file, NEW)

    assert added.count("\n") == added.count(ending)
    assert added.replace(f"\n{write_source(NEW)}".replace("\n", ending), "", 1).startswith(file)
    assert [source.id for source in read_catalog(added, "f").sources][1] == "dala-ru"
    other = Outlet(id="other", name="Other", home="https://other.example/")
    with_outlet = add_outlet(file, other, [replace(NEW, outlet=other)])
    assert with_outlet.startswith(file.rstrip())
    assert with_outlet.count("\n") == with_outlet.count(ending)
    assert read_catalog(with_outlet, "f").sources[-1].id == "dala-ru"


def test_a_source_is_added_where_the_mark_stands_before_the_first_outlet():
    file = "\ufeff" + FILE.partition("\n")[2]

    added = add_source(file, NEW)
    assert added.index("dala-ru") < added.index("The ministry")


@pytest.mark.parametrize("begun", ["", "\n", "\ufeff", "\ufeff\r\n"])
def test_a_file_with_nothing_in_it_is_begun(begun):
    written = add_outlet(begun, DALA, [NEW])

    assert read_catalog(written, "f").sources == (NEW,)


def test_what_unicode_calls_a_line_break_is_none_of_the_files():
    file = FILE.replace("Дала", "Да\u2028ла", 1)

    assert "Да\u2028ла" in add_source(file, NEW)
