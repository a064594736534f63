"""The table of languages: complete, and the one place that spells their codes."""

import ast
import re
from pathlib import Path

import pytest

import aggregator
from aggregator.languages import (
    GLOSSARY_LANGUAGES,
    LANGUAGES,
    Language,
    WritingSystem,
    readers_name,
)

LIBRARY = Path(aggregator.__file__).parent
SPELLED = {*LANGUAGES, Language.UNKNOWN.value}
# Module -> why it may spell codes of languages.
ALLOWED = {
    "languages/row.py": "the tags themselves",
    "text/marks.py": "one table of what tells eleven languages apart; ours stand beside neighbours",
}


def spelled_codes(path):
    """Return the lines of a module where a code stands as a literal, docstrings aside."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = list(ast.walk(tree))
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    constants = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in alone]
    texts = [node for node in constants if isinstance(node.value, str)]
    return [node.lineno for node in texts if node.value in SPELLED]


def test_no_other_module_of_the_library_spells_a_code():
    spelled = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        lines = spelled_codes(path)
        if lines:
            spelled[str(path.relative_to(LIBRARY))] = lines

    assert {name: lines for name, lines in spelled.items() if name not in ALLOWED} == {}
    assert spelled.keys() >= ALLOWED.keys(), "an exception that is not needed any more"


def test_a_code_that_is_spelled_is_found(tmp_path):
    module = tmp_path / "module.py"
    module.write_text('"""kk"""\nCODE = "kk"\nOTHER = "okk"\n', "utf-8")

    assert spelled_codes(module) == [2]


def test_every_language_that_we_name_has_a_row():
    assert set(LANGUAGES) == set(Language) - {Language.UNKNOWN}
    assert all(code == row.code for code, row in LANGUAGES.items())


@pytest.mark.parametrize("row", LANGUAGES.values(), ids=list(LANGUAGES))
def test_a_row_is_complete(row):
    assert row.name
    assert re.fullmatch("[a-z]{3}", row.iso_639_3)
    assert row.script in WritingSystem
    assert re.fullmatch(f"[{row.letters}]+", "".join(re.findall(r"[^\W\d_]", row.sample.lower())))
    assert len(row.months) == 12
    assert all(re.compile(month.pattern) and month.pattern for month in row.months)
    assert all(month.stem or month.words for month in row.months)
    assert len(set(row.weekdays)) == 7
    assert bool(row.number_words) == (row.read_as is None)
    assert all(float(value) >= 0 and words for value, words in row.number_words.items())
    assert not set(row.never_last.split()) & set(row.perhaps_last.split())


@pytest.mark.parametrize("row", LANGUAGES.values(), ids=list(LANGUAGES))
def test_names_and_letters_agree(row):
    letters = re.compile(f"[{row.letters}]+")
    stems = [month.stem for month in row.months if month.stem]

    assert all(letters.fullmatch(name) for name in (*stems, *row.weekdays))


def test_a_language_read_as_another_is_read_as_one_that_is_read_as_itself():
    for row in LANGUAGES.values():
        if row.read_as is not None:
            assert LANGUAGES[row.read_as].read_as is None
            assert LANGUAGES[row.read_as].iso_639_3 == row.iso_639_3


def test_readers_meet_one_name_for_each_language():
    assert {code: readers_name(code) for code in (*LANGUAGES, "und", "tr")} == {
        "kk": "Kazakh",
        "kk-Latn": "Kazakh in Latin letters",
        "ru": "Russian",
        "en": "English",
        "und": "language not recognised",
        "tr": "tr",
    }


def test_the_glossary_has_its_columns_in_the_order_of_its_rows():
    assert GLOSSARY_LANGUAGES == ("kk", "ru")
