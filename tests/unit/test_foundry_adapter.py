"""Recipes for adapters, prompts, cards and logs. Needs neither torch nor gguf."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.card import NOTICE, write_adapter_card
from aggregator.foundry.adapter.prompts import PromptEncoder
from aggregator.foundry.adapter.recipe import read_adapter_recipe
from aggregator.foundry.log import TrainingLog, TrainingProgress, read_log

RECIPES = Path(__file__).resolve().parents[2] / "aggregator" / "foundry" / "recipes"

HEAD = 'name="n"\nversion="1"\nreads=["kk"]\nlicence="l"\nbase="b"\nbase_sha256="0"\n'
SET = '[[set]]\nfile="f"\nlanguage="kk"\n'


@pytest.fixture
def english():
    return read_adapter_recipe(RECIPES / "english.toml")


def test_the_shipped_recipe_says_whose_text_it_uses_and_what_it_goes_on_from(english):
    assert english.from_ == "english-2.lora.safetensors"
    assert english.evaluation
    assert all(one.licence and one.origin for one in english.sets)
    assert {one.language for one in english.sets if one.drafts} == {"kk"}
    assert [one.hold_last for one in english.sets if one.hold_last] == [500]
    assert (english.adapter.rank, english.adapter.alpha) == (64, 32)


def test_a_recipe_without_options_has_their_defaults(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(HEAD + SET)

    recipe = read_adapter_recipe(path)

    assert recipe.from_ == ""
    assert recipe.drafts.package == ""
    assert recipe.sets[0].passes == 1.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "has no [[set]]"),
        (HEAD + 'from_ = "a"\n' + SET, "unknown key 'from_'"),
        (HEAD + "from = 1\n" + SET, "from: 1, expected str"),
        (HEAD + SET + "drafs = true", "set[0]: unknown key 'drafs'"),
        (HEAD + '[[set]]\nfile="f"\nlanguage="qq"', "set[0]: language: 'qq', expected az, kk"),
        (HEAD + SET + "passes = -1", "set[0]: passes: -1.0, expected 0 or more"),
        (HEAD + SET + "drafts = true", "set[0]: drafts: True, expected a package in [drafts]"),
        (HEAD + "[drafts]\nshare = 1.5\n" + SET, "drafts: share: 1.5, expected 0 to 1"),
        (HEAD + "[names]\nshare = -1\n" + SET, "names: share: -1.0, expected 0 to 1"),
        (HEAD + "[drafts]\ntemperature = 0\n" + SET, "temperature: 0.0, expected more than 0"),
        (HEAD + "[adapter]\nrank = 0\n" + SET, "adapter: rank: 0, expected more than 0"),
        (HEAD + '[training]\nprecision = "half"\n' + SET, "'half', expected auto, float32"),
        (HEAD + "[training]\nmax_tokens = 9000\n" + SET, "max_tokens: 9000, expected 1 to batch"),
        (HEAD + "[training]\nminutes = true\n" + SET, "minutes: True, expected float"),
        (HEAD + "drafts = 1\n" + SET, "drafts: found 1, expected a table"),
        (SET, "has no 'name'"),
        ("[", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_named(tmp_path, text, says):
    path = tmp_path / "recipe.toml"
    path.write_text(text)

    with pytest.raises(FoundryError, match=str(path)) as caught:
        read_adapter_recipe(path)

    assert says in str(caught.value)


def test_a_card_does_what_the_terms_of_the_base_ask(english):
    card = write_adapter_card(english, "| headlines | 500 | 45.7 | 15.6 |")

    assert NOTICE == (
        "Gemma is provided under and subject to the Gemma Terms of Use found at "
        "ai.google.dev/gemma/terms\n"
    )
    assert NOTICE.strip() in card
    assert "The model was changed" in card
    assert "stay in force for whoever receives it" in card
    assert "gives a copy of those terms" in card
    assert english.base_sha256 in card
    assert "Went on from english-2.lora.safetensors" in card
    assert "Of each weight 50% are that one's" in card
    assert "| headlines | 500 |" in card
    assert all(f"| {one.file} | {one.language} |" in card for one in english.sets)
    assert "| DeepL (Russian) |" in card


def test_a_card_of_a_new_adapter_goes_on_from_nothing(english):
    alone = replace(english, from_="", training=replace(english.training, start_share=0.0))
    card = write_adapter_card(alone, "")

    assert "Went on" not in card
    assert "Not evaluated." in card


class Letters:
    """A tokenizer with a piece a letter."""

    def encode(self, text):
        if isinstance(text, str):
            return list(text.encode())
        return [self.encode(one) for one in text]

    def bos_id(self):
        return 2

    def piece_to_id(self, piece):
        return ord(piece)


def test_prompts_have_one_form():
    encoder = PromptEncoder(Letters())
    [source] = encoder.encode_sources([("kk", "Мектеп ашылды")])
    [draft] = encoder.encode_english(["School opened"])

    plain = encoder.join(source, [])
    drafted = encoder.join(source, draft)

    assert plain[0] == drafted[0] == 2
    assert bytes(plain[1:]).decode().lstrip("\n") == "Kazakh: Мектеп ашылды\nEnglish:"
    assert bytes(drafted[1:]).decode().lstrip("\n") == (
        "Kazakh: Мектеп ашылды\nDraft: School opened\nEnglish:"
    )
    assert {len(plain) % 8, len(drafted) % 8} == {0}


def test_a_log_forgets_what_comes_after_a_checkpoint(tmp_path):
    path = tmp_path / "log.jsonl"
    said = []
    log = TrainingLog(path, said.append)
    log.cut(3)
    for step in (1, 2, 3):
        log.write(60.0 * step, step, {"loss": 1 / step})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"minutes": 4.0, "st')

    log.cut(2)

    assert [line["step"] for line in read_log(path)] == [1, 2]
    assert said[1] == "minutes 2.0  step 2  loss 0.5"
    assert [one.name for one in tmp_path.iterdir()] == ["log.jsonl"]
    assert json.loads(path.read_text().splitlines()[0]) == {"minutes": 1.0, "step": 1, "loss": 1.0}


def test_progress_is_a_mean_and_a_speed():
    progress = TrainingProgress(10.0)
    progress.add(2.0, 100)
    progress.add(4.0, 300)

    assert progress.summarise(30.0) == {"loss": 3.0, "pieces_per_s": 20.0}
