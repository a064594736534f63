"""Text that steers no terminal, and the one place where the command prints it."""

import ast
import json
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aggregator.printable import escape_json, make_line, make_printable
from tests.support.floor_plan import parse_file
from tests.support.hostile_words import HOSTILE, list_unseen

_CLI = Path(__file__).resolve().parents[2] / "workers" / "cli"
# What speaks: the module that all others print through, the reader (which draws whole screens), and
# two that say words of their own before anything is imported: the version's one line, and `--here`.
_SPEAKERS = {"output.py", "read.py", "here.py", "__init__.py"}
_WRITERS = {"echo", "secho", "print", "Console", "stdout", "stderr"}


def test_what_steers_a_terminal_is_shown_as_a_mark():
    assert make_printable("a\x1b[2J\x9bb\u202ec\u200d\n\td\r") == "a�[2J�b�c�\n\td�"
    assert make_line("a\nb\x00") == "a\\nb�"


def test_words_of_any_language_stay():
    words = "Қазақ «тілі», русский, English; 日本 🇰🇿 €1\xa0200\u2009млн — naïve"
    assert make_printable(words) is words or make_printable(words) == words


@given(st.text())
def test_nothing_unseen_is_printed_and_what_is_seen_stays(text):
    shown = make_printable(text)
    assert not list_unseen(shown)
    assert len(shown) == len(text)
    seen = [
        new for old, new in zip(text, shown, strict=True) if unicodedata.category(old)[0] in "LNPS"
    ]
    assert seen == [old for old in text if unicodedata.category(old)[0] in "LNPS"]


@given(st.dictionaries(st.text(), st.text()))
def test_json_says_the_same_and_steers_nothing(value):
    shown = escape_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert not list_unseen(shown)
    assert json.loads(shown) == value
    assert escape_json(json.dumps({HOSTILE: HOSTILE}, ensure_ascii=False)).isprintable()


def test_commands_print_through_one_module():
    offenders = []
    for path in sorted(_CLI.rglob("*.py")):
        if path.name in _SPEAKERS or path.name.startswith("foundry"):
            continue
        for node in ast.walk(parse_file(path)):
            name = getattr(node, "attr", getattr(node, "id", ""))
            owner = getattr(getattr(node, "value", None), "id", "")
            is_written = name == "print" and isinstance(node, ast.Name)
            is_stream = owner == "sys" and name in {"stdout", "stderr"}
            if is_written or is_stream or (owner in {"typer", "click"} and name in _WRITERS):
                offenders.append(f"{path.name}:{node.lineno}: {owner}.{name}")
    assert not offenders
