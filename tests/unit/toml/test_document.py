"""TOML read: whatever is wrong has a line and words, and never an error of Python's own."""

import pytest

from aggregator.errors import ConfigError
from aggregator.toml.document import TomlError, load_toml, read_toml_file
from aggregator.toml.files import read_owner_text
from aggregator.toml.lines import find_line
from aggregator.toml.tables import Faults, Table, parse_toml

DEEP = 3_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[log\n", "line 1: (syntax): expected TOML (Expected ']'"),
        (f"a = 1\nx = {'9' * 5_000}\n", "line 2: (syntax): expected numbers of at most 64 bits"),
        (f"a = 1\nx = 1{'0' * 400}\n", "line 2: x = a number of 1,329 bits: expected one of at"),
        (f"[t]\nx = 0x{'f' * 5_000}\n", "line 2: t.x = a number of 20,000 bits: expected one of"),
        ("x = 9223372036854775808\n", "line 1: x = a number of 64 bits: expected one of at most"),
        (f"a = 1\nx = {'[' * DEEP}\n", "line 2: (syntax): expected lists and tables nested at"),
        (f"x = {'{a = ' * DEEP}\n", "line 1: (syntax): expected lists and tables nested at most"),
        (f"x = {'[' * 70}{']' * 70}\n", "line 1: x[0][0]...: expected lists and tables nested"),
        (f"{'.'.join('a' * 500)} = 1\n", "a.a.a...: expected lists and tables nested at most 64"),
    ],
    ids=["syntax", "digits", "bits", "hex", "one bit", "lists", "tables", "both", "dots"],
)
def test_what_is_no_toml_is_named_with_its_line(text, message):
    with pytest.raises(TomlError) as caught:
        load_toml(text)

    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["x = 9223372036854775807\n", "x = -9223372036854775808\n"])
def test_numbers_of_64_bits_are_read(text):
    assert load_toml(text)["x"] in {2**63 - 1, -(2**63)}


def test_a_byte_order_mark_is_passed_over_and_lines_are_found_behind_it():
    text = "\ufeff[[outlet]]\nid = 1\n"

    assert parse_toml(text, "f") == {"outlet": [{"id": 1}]}
    assert find_line(text, ("outlet", 0)) == 1
    assert find_line(text, ("outlet", 0, "id")) == 2
    assert find_line("\ufeffa = 1\n", ("a",)) == 1


def test_only_line_breaks_of_toml_count_as_lines():
    assert find_line("a = 'x\u2028y\x85z'\r\nb = 1\r\n", ("b",)) == 2


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes(b"a = 1\nb = \xff\n")

    with pytest.raises(TomlError, match=r"line 2: \(syntax\) = byte 0xff: expected text in UTF-8"):
        read_toml_file(file)
    with pytest.raises(ConfigError) as caught:
        read_owner_text(file, "sources.file")
    expected = "sources.file = byte 0xff: expected a file that can be read: text in UTF-8"
    assert str(caught.value) == f"{file}:2: {expected}"


@pytest.mark.parametrize("name", ["", "missing", "n" * 300, "file/below"])
def test_a_place_that_is_no_file_is_named(tmp_path, name):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(ConfigError, match="a file that can be read"):
        read_owner_text(tmp_path / name, "sources.file")


@pytest.mark.parametrize("value", ["5", "nan", "[]", '""', "2026-01-01"])
def test_one_wrong_value_is_one_fault(value):
    text = f"every = {value}\n"
    faults = Faults("f", text)
    table = Table(parse_toml(text, "f"), (), faults)

    table.slug("every")
    table.choice("every", ("a", "b"))

    assert len(faults.noted) == 2


@pytest.mark.parametrize(
    "value",
    ["2026-11-28T10:00:00", '"2026-11-28T10:00:00Z"', "2026-11-28", "0001-01-01T00:00:00+14:00"],
)
def test_a_moment_has_a_zone_and_no_quotes(value):
    text = f"at = {value}\n"
    faults = Faults("f", text)
    Table(parse_toml(text, "f"), (), faults).moment("at")

    (fault,) = faults.noted
    assert "f:1: at = " in str(fault)
    assert "expected a time with a zone and without quotes, such as" in str(fault)
