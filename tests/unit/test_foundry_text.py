"""Recipes and parallel text: what is read, what is dropped, what is given back. Needs no torch."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from aggregator.errors import FoundryError
from aggregator.foundry.card import write_card
from aggregator.foundry.corpora import CaseTable, make_key, read_pairs, read_set
from aggregator.foundry.recipe import ParallelSet, Recipe, read_recipe

RECIPES = Path(__file__).resolve().parents[2] / "aggregator" / "foundry" / "recipes"
# Those of adapters have a form of their own.
SHIPPED = [path for path in sorted(RECIPES.glob("*.toml")) if "[adapter]" not in path.read_text()]

HEAD = 'name = "translate-kk_en"\nversion = "1"\nreads = ["kk"]\nlicence = "l"\n'


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_recipes_are_right_and_say_whose_text_they_use(path):
    recipe = read_recipe(path)

    assert recipe.evaluation
    assert all(one.licence and one.origin for one in recipe.sets)
    assert "## Trained on" in write_card(recipe, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "has no [[set]]"),
        (HEAD + '[[set]]\nfile = "f"', "has no 'language'"),
        (HEAD + '[[set]]\nfile = "f"\nlanguage = "kk"\npases = 2', "unknown key 'pases'"),
        (
            HEAD + '[[set]]\nfile = "f"\nlanguage = "kk"\npasses = "2"',
            "passes: '2', expected float",
        ),
        (
            HEAD + '[training]\nthreads = 1.5\n[[set]]\nfile = "f"\nlanguage = "kk"',
            "threads: 1.5, expected int",
        ),
        (
            HEAD + '[training]\nthreads = true\n[[set]]\nfile = "f"\nlanguage = "kk"',
            "threads: True, expected int",
        ),
        ('name = "n"\n[[set]]\nfile = "f"\nlanguage = "kk"', "has no 'version'"),
        ("[", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_named(tmp_path, text, says):
    path = tmp_path / "recipe.toml"
    path.write_text(text)

    with pytest.raises(FoundryError, match=str(path)) as caught:
        read_recipe(path)

    assert says in str(caught.value)


def recipe(*sets: ParallelSet, **changes) -> Recipe:
    return Recipe(
        **{"name": "n", "version": "1", "reads": ("kk",), "licence": "l", "sets": sets, **changes}
    )


def pairs(folder, lines, *, held_out=frozenset(), **options):
    (folder / "p.tsv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    one = ParallelSet(file="p.tsv", language="kk", **options)
    return [
        (pair.source, pair.english)
        for pair in read_pairs(folder, recipe(one), held_out=set(held_out))
    ]


GOOD = "Астанада жаңа мектеп ашылды\tA new school opened in Astana"


@pytest.mark.parametrize(
    "bad",
    [
        "School\tA new school",  # no Cyrillic: not Kazakh
        "Астана мектебі\tАстана school",  # Cyrillic in the English
        "Астана\tA very long sentence that says far more than one word of Kazakh can ever say",
        "2019 жылы 5 мың 17 адам\tIn 2018 there were 4 thousand 18 people",  # three numbers differ
        "http://primeminister.kz сайты\tthe site of the Prime Minister",
        f"сөз\t{'word ' * 50}",
    ],
)
def test_what_is_no_translation_by_its_look_is_dropped(tmp_path, bad):
    assert pairs(tmp_path, [bad, GOOD]) == [tuple(GOOD.split("\t"))]


def test_pairs_are_cleaned_and_come_once(tmp_path):
    dirty = "«Астана»&nbsp; қаласы\t“Astana”  city – capital"

    assert pairs(tmp_path, [dirty, dirty, dirty.replace("city", "CITY")]) == [
        ("«Астана» қаласы", '"Astana" city - capital')
    ]


def test_evaluation_text_is_kept_out_whichever_side_and_however_written(tmp_path):
    assert pairs(tmp_path, [GOOD], held_out={make_key("a NEW school, opened in Astana!")}) == []
    assert pairs(tmp_path, [GOOD], held_out={make_key("Астанада жаңа мектеп ашылды.")}) == []


def test_the_last_lines_are_held_back(tmp_path):
    other = "Алматыда көпір салынды\tA bridge was built in Almaty"

    assert pairs(tmp_path, [GOOD, other], hold_last=1) == [tuple(GOOD.split("\t"))]


def test_case_and_spacing_come_back():
    table = CaseTable(
        ["the Prime Minister Askar Mamin of Kazakhstan", "The head of Kazakhstan spoke in Astana"]
    )

    assert (
        table.restore("the head of kazakhstan , a . mamin , spoke .")
        == "The head of Kazakhstan, A. Mamin, spoke."
    )


def test_packed_files_and_four_columns_are_read(tmp_path):
    with lzma.open(tmp_path / "m.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("ru\thuman\tДа\tYes\ntr\thuman\tEvet\tYes\nru\tmachine\tНет\tNo\n")

    one = ParallelSet(file="m.tsv.xz", language="ru", kind="human")

    assert read_set(tmp_path, one) == [("Да", "Yes")]


def test_a_line_of_another_form_is_named(tmp_path):
    (tmp_path / "p.tsv").write_text("one\ttwo\nthree\n")

    with pytest.raises(FoundryError, match=r"p\.tsv:2: found 1 columns"):
        read_set(tmp_path, ParallelSet(file="p.tsv", language="kk"))
