"""The model that tells languages, made small."""

from __future__ import annotations

import pytest

pytest.importorskip(
    "torch", reason="the foundry's extra is not installed: ./run foundry-test installs it"
)

from aggregator.foundry.languages import train_languages
from aggregator.text.likelihood import Likelihood

LINES = {
    "kk": ["Астанада жаңа мектеп ашылды", "Қостанайда егін жинау басталды", "Үкімет отырысы өтті"],
    "ru": [
        "В Астане открылась новая школа",
        "Началась уборка урожая",
        "Прошло заседание правительства",
    ],
}


def test_a_model_learns_to_tell_two_languages_and_is_the_same_every_time(tmp_path):
    for name, lines in LINES.items():
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = []
    packed = train_languages(tmp_path, steps=40, say=said.append)
    model = Likelihood.unpacked(packed)

    assert packed == train_languages(tmp_path, steps=40)
    assert model.languages == ("kk", "ru")
    for right, text in (("kk", "жаңа мектеп"), ("ru", "новая школа")):
        scores = model.scores(text)
        assert max(scores, key=scores.__getitem__) == right
    assert model.scores("2025") == {}
    assert "loss" in said[0]
