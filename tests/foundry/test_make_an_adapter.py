"""From text to adapter, on a handful of sentences and a tiny base: each step real, then killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

torch = pytest.importorskip(
    "torch", reason="the foundry's extra is not installed: ./run foundry-test installs it"
)
pytest.importorskip("gguf", reason="gguf is not installed")

from dataclasses import replace  # noqa: E402
from itertools import count, islice  # noqa: E402
from pathlib import Path  # noqa: E402
from shutil import which  # noqa: E402

import numpy as np  # noqa: E402
import sentencepiece  # noqa: E402

from aggregator.errors import FoundryError  # noqa: E402
from aggregator.foundry.adapter.base import open_base  # noqa: E402
from aggregator.foundry.adapter.batches import draw_steps, make_batch  # noqa: E402
from aggregator.foundry.adapter.card import NOTICE, write_adapter_card  # noqa: E402
from aggregator.foundry.adapter.decode import GreedyTranslator  # noqa: E402
from aggregator.foundry.adapter.evaluate import (  # noqa: E402
    evaluate_adapter,
    load_trained,
)
from aggregator.foundry.adapter.examples import read_training_text, read_vocabulary  # noqa: E402
from aggregator.foundry.adapter.export import ADAPTER_FILE, export_adapter  # noqa: E402
from aggregator.foundry.adapter.labelled import read_labelled  # noqa: E402
from aggregator.foundry.adapter.network import LAYERS, AdaptedLinear  # noqa: E402
from aggregator.foundry.adapter.precision import choose_precision  # noqa: E402
from aggregator.foundry.adapter.prepare import BASE, DRAFTS, START, prepare_adapter  # noqa: E402
from aggregator.foundry.adapter.prompts import PromptEncoder  # noqa: E402
from aggregator.foundry.adapter.recipe import (  # noqa: E402
    AdapterRecipe,
    AdapterSet,
    AdapterSize,
    AdapterTraining,
    DraftOptions,
    NameOptions,
)
from aggregator.foundry.adapter.train import (  # noqa: E402
    ADAPTER_CHECKPOINT,
    build_adapted,
    read_checkpoint,
    train_adapter,
)
from aggregator.foundry.curves import draw_curves  # noqa: E402
from aggregator.foundry.evaluate import format_table  # noqa: E402
from aggregator.foundry.log import LOG, read_log  # noqa: E402
from aggregator.foundry.rows import PAIRS as ROWS  # noqa: E402
from aggregator.foundry.rows import read_rows  # noqa: E402
from aggregator.translate.adapter.safetensors import (  # noqa: E402
    read_metadata,
    read_safetensors,
    write_safetensors,
)
from tests.support.command import call_command  # noqa: E402
from tests.support.tiny_base import write_tiny_base  # noqa: E402
from tests.support.tiny_package import write_tiny_package  # noqa: E402

CITIES = {"Астана": "Astana", "Алматы": "Almaty", "Семей": "Semey", "Ақтау": "Aktau"}
THINGS = {"мектеп": "school", "көпір": "bridge", "аурухана": "hospital", "зауыт": "plant"}
PAIRS = [
    (f"{city} қаласында жаңа {thing} ашылды", f"A new {english} opened in the city of {name}")
    for city, name in CITIES.items()
    for thing, english in THINGS.items()
]
# Seconds of training that a step is said to take, so that a run is as long wherever it runs.
STEP_S = 20


def ignore(line):
    pass


def tick():
    """A clock by which every step takes as long."""
    ticks = count(step=STEP_S)
    return lambda: float(next(ticks))


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    lines = [f"{source}\t{english}\n" for source, english in PAIRS]
    (folder / "p.tsv").write_text("".join(lines), encoding="utf-8")
    write_tiny_package(folder)
    return folder


@pytest.fixture(scope="module")
def base(corpora):
    path = corpora / "tiny.gguf"
    return path, write_tiny_base(path, [text for pair in PAIRS for text in pair] * 3)


@pytest.fixture(scope="module")
def recipe(corpora, base):
    [package] = corpora.rglob("*.argosmodel")
    return AdapterRecipe(
        name="tiny",
        version="1",
        reads=("kk",),
        licence="ours",
        base="a tiny base",
        base_sha256=base[1],
        sets=(
            AdapterSet(
                file="p.tsv",
                language="kk",
                passes=1.5,
                hold_last=2,
                drafts=True,
                aside=1,
                licence="ours",
                origin="us",
            ),
        ),
        adapter=AdapterSize(rank=16, alpha=16),
        drafts=DraftOptions(package=str(package.relative_to(corpora)), share=0.5),
        training=AdapterTraining(
            threads=1,
            precision="float32",
            minutes=80 * STEP_S / 60,
            rate=1e-2,
            warmup_steps=5,
            step_tokens=500,
            batch_tokens=400,
            max_tokens=320,
        ),
        least_uses=1,
    )


@pytest.fixture(scope="module")
def prepared(recipe, corpora, base, tmp_path_factory):
    work = tmp_path_factory.mktemp("work")
    prepare_adapter(recipe, corpora, base[0], work, say=ignore)
    return work


@pytest.fixture(scope="module")
def trained(recipe, prepared):
    train_adapter(recipe, prepared, say=ignore, clock=tick())
    return prepared


def copy_work(prepared, folder):
    """A work folder of its own, not trained yet."""
    folder.mkdir()
    for path in prepared.iterdir():
        if path.is_file() and path.name not in {ADAPTER_CHECKPOINT, LOG}:
            os.link(path, folder / path.name)
    return folder


def test_prepared_again_it_is_the_same(recipe, corpora, base, prepared, tmp_path):
    prepare_adapter(recipe, corpora, base[0], tmp_path, say=ignore)

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert all((prepared / name).read_bytes() == data for name, data in made.items())
    assert len((tmp_path / DRAFTS).read_text().splitlines()) == len(PAIRS) - 2


def test_names_stand_in_sources_as_in_use_where_the_english_has_them(
    recipe, corpora, base, tmp_path
):
    (corpora / "names.toml").write_text(
        '[[group]]\nkind = "city"\nsource = "us"\nnames = [\n'
        '  ["Astana", "Астана", "Астана"],\n  ["Alma-Ata", "Алматы", "Алматы"],\n]\n'
    )
    taught = replace(recipe, names=NameOptions(glossary="names.toml", share=1.0))

    prepare_adapter(taught, corpora, base[0], tmp_path, say=ignore)

    sources = [row[2] for row in read_rows(tmp_path / ROWS)]
    assert sum(source.startswith("Astana қаласында") for source in sources) == len(THINGS)
    # The English says Almaty.
    assert sum(source.startswith("Алматы қаласында") for source in sources) == len(THINGS)


def test_the_base_is_the_one_that_the_recipe_names(recipe, corpora, base, tmp_path):
    with pytest.raises(FoundryError, match=f"has SHA-256 {base[1]}, expected 00"):
        prepare_adapter(replace(recipe, base_sha256="00"), corpora, base[0], tmp_path, say=ignore)
    long = replace(recipe, training=replace(recipe.training, max_tokens=513))
    with pytest.raises(FoundryError, match="see 512 tokens, expected max_tokens of 513"):
        prepare_adapter(long, corpora, base[0], tmp_path, say=ignore)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")
    digest = "1f6cb6ba5f1ecd8b5a0ba0b3b4c2e2e7"
    with pytest.raises(FoundryError, match=r"broken\.gguf"):
        open_base(broken, digest)


def test_training_learns_and_is_drawn(trained):
    lines = read_log(trained / LOG)
    held = [line["aside_kk_held_0"] for line in lines if "aside_kk_held_0" in line]

    assert held[-1] < held[0] / 2
    assert {"aside_kk_held_0_drafted", "aside_kk_set_0"} <= set(lines[0])
    assert lines[-1]["step"] == 80
    assert draw_curves(trained, learning="learning").read_bytes().startswith(b"\x89PNG")


def test_it_translates_what_it_learnt(recipe, trained, corpora):
    tests = [read_labelled(f"kk:own={corpora / 'p.tsv'}", lines=8)]
    [package] = corpora.rglob("*.argosmodel")

    plain, drafted = evaluate_adapter(recipe, trained, tests, say=ignore, package=package)

    assert plain.lines == 8
    assert plain.chrf > 60
    assert drafted.chrf > 60
    assert "| own, with drafts | 8 |" in format_table([plain, drafted])


def test_a_translation_does_not_depend_on_its_neighbours(recipe, trained):
    vocabulary = read_vocabulary(trained)
    translator = GreedyTranslator(load_trained(recipe, trained), vocabulary.tokenizer)
    encoder = PromptEncoder(vocabulary.tokenizer)
    texts = [PAIRS[0][0], "Астана", " ".join(source for source, _ in PAIRS[:3])]
    sources = encoder.encode_sources([("kk", text) for text in texts])
    prompts = [encoder.join(source, []) for source in sources]

    alone = [translator.translate([prompt])[0] for prompt in prompts]

    assert translator.translate(prompts) == alone


def test_what_is_remembered_is_what_would_be_computed(recipe, trained):
    """Decoding with a cache, position by position, gives the states of reading all at once."""
    network = load_trained(recipe, trained)
    ids = torch.arange(4, 24)[None]
    with torch.no_grad():
        whole = network(ids)
        cache = {}
        first = network(ids[:, :15], cache=cache)
        steps = [
            network(ids[:, [at]], torch.tensor([[at]]), torch.ones(1, 1, 1, at + 1) > 0, cache)
            for at in range(15, 20)
        ]

    assert torch.allclose(torch.cat([first, *steps], 1), whole, atol=1e-4)


def test_an_adapter_that_adds_nothing_is_the_base(recipe, prepared):
    """And in bfloat16 it says nearly the same."""
    vocabulary = read_vocabulary(prepared)
    ids = torch.arange(4, 24)[None]
    with torch.no_grad():
        network = build_adapted(recipe, prepared, vocabulary, torch.float32)
        before = network(ids)
        for name, tensor in network.named_parameters():
            if name.endswith(".A"):
                tensor.zero_()
        after = network(ids)
        half = build_adapted(recipe, prepared, vocabulary, torch.bfloat16)(ids)

    assert torch.equal(before, after)
    assert half.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(half, before, dim=-1).min() > 0.99


def test_layers_as_one_learn_as_each_alone_would():
    torch.manual_seed(7)
    sizes = (5, 3)
    x, *learnt = (
        torch.randn(*shape, dtype=torch.double, requires_grad=True)
        for shape in [(4, 6), *((2, 6) for _ in sizes), *((size, 2) for size in sizes)]
    )
    weight = torch.randn(sum(sizes), 6, dtype=torch.double)

    together = AdaptedLinear.apply(x, weight, 0.5, *learnt)

    each = [
        x @ own.t() + 0.5 * (x @ down.t()) @ up.t()
        for own, down, up in zip(weight.split(sizes), learnt[:2], learnt[2:], strict=True)
    ]
    torch.testing.assert_close(together, torch.cat(each, -1))
    # What is computed backwards is what small changes do.
    assert torch.autograd.gradcheck(AdaptedLinear.apply, (x, weight, 0.5, *learnt))


# Torch looks at tensors while it compiles in a way that it warns of.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")
@pytest.mark.skipif(which("c++") is None, reason="there is no C++ compiler")
def test_compiled_it_learns_the_same(recipe, prepared):
    vocabulary = read_vocabulary(prepared)
    ids = torch.arange(24).reshape(2, 12) % len(vocabulary.base_rows)
    found = []
    for compiled in (False, True):
        network = build_adapted(recipe, prepared, vocabulary, torch.float32, compiled=compiled)
        with torch.no_grad():
            for number, tensor in enumerate(network.parameters()):
                numbers = torch.linspace(-0.02, 0.02, tensor.numel()).roll(number)
                tensor.copy_(numbers.view_as(tensor))
        network(ids).square().sum().backward()
        found.append({name: tensor.grad for name, tensor in network.named_parameters()})

    torch.testing.assert_close(*found, rtol=1e-3, atol=1e-4)


def test_a_batch_asks_for_the_english_alone(recipe, prepared):
    vocabulary = read_vocabulary(prepared)
    pairs = read_training_text(recipe, prepared, vocabulary).learn
    shown = next(draw_steps(pairs, recipe))[0]
    rows = torch.arange(len(vocabulary.base_rows))
    end = vocabulary.tokenizer.eos_id()

    batch = make_batch(shown, rows, end)

    flat = batch.ids.flatten()
    assert batch.targets.tolist() == [piece for pair in shown for piece in [*pair.english, end]]
    before = iter(flat[batch.places].tolist())
    for pair in shown:
        assert list(islice(before, len(pair.english) + 1)) == [pair.prompt[-1], *pair.english]
    assert batch.ids.numel() <= recipe.training.batch_tokens


def test_the_order_is_a_matter_of_the_seed_alone(recipe, prepared):
    vocabulary = read_vocabulary(prepared)
    pairs = read_training_text(recipe, prepared, vocabulary).learn

    first, second = (list(islice(draw_steps(pairs, recipe), 40)) for _ in range(2))
    other = replace(recipe, training=replace(recipe.training, seed=2))

    assert first == second
    assert list(islice(draw_steps(pairs, other), 40)) != first
    tokens = [sum(pair.tokens for batch in step for pair in batch) for step in first]
    assert min(tokens) >= recipe.training.step_tokens


def test_what_is_set_aside_is_never_learnt_from(recipe, prepared):
    vocabulary = read_vocabulary(prepared)
    text = read_training_text(recipe, prepared, vocabulary)
    other = replace(recipe, training=replace(recipe.training, seed=9))

    [aside] = text.measured["kk_set_0"]
    assert aside.prompt not in [pair.plain for pair in text.learn]
    assert len(text.learn) == len(PAIRS) - 3
    assert read_training_text(other, prepared, vocabulary).measured["kk_set_0"] == [aside]
    never = replace(recipe, sets=(replace(recipe.sets[0], passes=0.0),))
    with pytest.raises(FoundryError, match="in a set with passes"):
        read_training_text(never, prepared, vocabulary)


class StoppedError(Exception):
    """Somebody pulled the plug."""


def test_stopped_anywhere_it_comes_to_the_same(recipe, trained, tmp_path):
    """Between two checkpoints steps are lost, and done again alike."""
    work = copy_work(trained, tmp_path / "work")
    for steps in (7, 20, 33):
        clock = tick()
        left = count()

        def stop(clock=clock, left=left, steps=steps):
            if next(left) > steps:
                raise StoppedError
            return clock()

        with pytest.raises(StoppedError):
            train_adapter(recipe, work, say=ignore, clock=stop)
    train_adapter(recipe, work, say=ignore, clock=tick())

    whole = read_checkpoint(trained / ADAPTER_CHECKPOINT)
    parts = read_checkpoint(work / ADAPTER_CHECKPOINT)
    assert parts["spent"] == whole["spent"]
    for name, tensor in whole["adapter"].items():
        assert torch.equal(parts["adapter"][name], tensor), name
    steps = [line["step"] for line in read_log(work / LOG)]
    assert steps == sorted(steps)


KILLED = """
import sys, pickle, itertools
from pathlib import Path
from aggregator.foundry.adapter.train import train_adapter
recipe, step_s = pickle.load(open(sys.argv[1], "rb"))
ticks = itertools.count(step=step_s)
train_adapter(
    recipe,
    Path(sys.argv[2]),
    say=lambda line: print(line, flush=True),
    clock=lambda: float(next(ticks)),
)
"""


def test_killed_at_any_moment_it_goes_on(recipe, trained, tmp_path):
    import pickle

    work = copy_work(trained, tmp_path / "work")
    (tmp_path / "recipe").write_bytes(pickle.dumps((recipe, STEP_S)))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "recipe"), str(work)]
    root = Path(__file__).resolve().parents[2]
    for lines in (3, 12, 25):
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
            for _ in islice(process.stdout, lines):
                pass
            time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    whole = read_checkpoint(trained / ADAPTER_CHECKPOINT)["adapter"]
    parts = read_checkpoint(work / ADAPTER_CHECKPOINT)["adapter"]
    assert all(torch.equal(parts[name], tensor) for name, tensor in whole.items())
    steps = [line["step"] for line in read_log(work / LOG)]
    assert steps == sorted(steps)


def test_a_checkpoint_of_other_steps_is_refused(recipe, trained):
    for change in ({"seed": 5}, {"step_tokens": 501}):
        other = replace(recipe, training=replace(recipe.training, **change))
        with pytest.raises(FoundryError, match="another recipe"):
            train_adapter(other, trained, say=ignore)
    deeper = replace(recipe, adapter=AdapterSize(rank=8))
    with pytest.raises(FoundryError, match="another recipe"):
        load_trained(deeper, trained)


def test_a_checkpoint_that_is_none_is_named(recipe, prepared, tmp_path):
    work = copy_work(prepared, tmp_path / "work")
    (work / ADAPTER_CHECKPOINT).write_bytes(b"half a file")
    with pytest.raises(FoundryError, match="expected what `adapter train` writes"):
        train_adapter(recipe, work, say=ignore)
    with pytest.raises(FoundryError, match="expected what `prepare` writes"):
        train_adapter(recipe, tmp_path / "nowhere", say=ignore)


def test_the_adapter_that_is_passed_on(recipe, trained):
    folder = export_adapter(recipe, trained, card=write_adapter_card(recipe, ""), say=ignore)
    again = (folder / ADAPTER_FILE).read_bytes()
    export_adapter(recipe, trained, card="", say=ignore)

    tensors = read_safetensors(folder / ADAPTER_FILE)
    saved = read_checkpoint(trained / ADAPTER_CHECKPOINT)["adapter"]
    assert (folder / ADAPTER_FILE).read_bytes() == again
    assert set(tensors) == {
        f"blk.{block}.{layer}.{side}" for block in (0, 1) for layer in LAYERS for side in "AB"
    }
    for name, array in tensors.items():
        assert array.dtype == np.float16
        assert np.allclose(array, saved[name], atol=1e-3)
    assert read_metadata(folder / ADAPTER_FILE) == {
        "name": "tiny",
        "version": "1",
        "base": "a tiny base",
        "base_sha256": recipe.base_sha256,
        "rank": "16",
        "alpha": "16",
    }
    assert (folder / "NOTICE").read_text() == NOTICE
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    assert len(np.load(folder / "rows.npy")) == pieces.get_piece_size()


def test_a_share_of_what_it_went_on_from_is_passed_on(recipe, trained, tmp_path):
    work = tmp_path / "work"
    shutil.copytree(trained, work)
    mixed = replace(recipe, training=replace(recipe.training, start_share=0.25))
    with pytest.raises(FoundryError, match=r"expected .* since start_share is 0\.25"):
        export_adapter(mixed, work, card="", say=ignore)
    saved = read_checkpoint(work / ADAPTER_CHECKPOINT)["adapter"]
    ones = {name: np.ones(tensor.shape, np.float16) for name, tensor in saved.items()}
    write_safetensors(work / START, ones, {})

    folder = export_adapter(mixed, work, card="", say=ignore)

    for name, array in read_safetensors(folder / ADAPTER_FILE).items():
        assert np.allclose(array, 0.25 + 0.75 * saved[name].numpy(), atol=1e-3)


def test_training_begins_from_an_adapter(recipe, corpora, base, trained, tmp_path):
    folder = export_adapter(recipe, trained, card="", say=ignore)
    (corpora / "first.safetensors").write_bytes((folder / ADAPTER_FILE).read_bytes())
    further = replace(recipe, from_="first.safetensors")
    prepare_adapter(further, corpora, base[0], tmp_path, say=ignore)
    short = replace(further, training=replace(further.training, minutes=2 * STEP_S / 60))
    train_adapter(short, tmp_path, say=ignore, clock=tick())

    first = read_log(tmp_path / LOG)[0]["aside_kk_held_0"]
    last = read_log(trained / LOG)[-1]["aside_kk_held_0"]
    assert first == pytest.approx(last, abs=0.01)

    write_safetensors(tmp_path / "start.safetensors", {"blk.0.attn_q.A": np.ones((2, 2), "f4")}, {})
    (tmp_path / ADAPTER_CHECKPOINT).unlink()
    with pytest.raises(FoundryError, match="no adapter of this recipe"):
        train_adapter(short, tmp_path, say=ignore)


def test_the_precision_is_what_is_asked_for_or_measured():
    cpu = torch.device("cpu")

    assert choose_precision("float32", cpu) is torch.float32
    assert choose_precision("bfloat16", cpu) is torch.bfloat16
    assert choose_precision("auto", cpu) in {torch.float32, torch.bfloat16}


def test_it_learns_in_bfloat16_too(recipe, trained, tmp_path):
    work = copy_work(trained, tmp_path / "work")
    half = replace(recipe, training=replace(recipe.training, precision="bfloat16"))
    train_adapter(half, work, say=ignore, clock=tick())

    held = [json.loads(line) for line in (work / LOG).read_text().splitlines()]
    losses = [line["aside_kk_held_0"] for line in held if "aside_kk_held_0" in line]
    assert losses[-1] < losses[0] / 2
    saved = read_checkpoint(work / ADAPTER_CHECKPOINT)["adapter"]
    assert all(tensor.dtype == torch.float32 for tensor in saved.values())
    assert (work / BASE).is_file()


TOML = """
name = "tiny"
version = "1"
reads = ["kk"]
licence = "ours"
base = "a tiny base"
base_sha256 = "{sha256}"
least_uses = 1
[training]
threads = 1
minutes = 0.05
step_tokens = 100
batch_tokens = 400
max_tokens = 320
[[set]]
file = "p.tsv"
language = "kk"
hold_last = 2
"""


def test_the_commands_lead_from_text_to_adapter(corpora, base, tmp_path):
    path, sha256 = base
    (tmp_path / "recipe.toml").write_text(TOML.format(sha256=sha256))

    def call(step, *options):
        command = ("foundry", "adapter", step, "recipe.toml", *options)
        done = call_command(*command, environ={}, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = call("prepare", "--corpora", str(corpora), "--base", str(path))
    assert "14 pairs in all, 2 held back" in said
    assert "curves.png" in call("train")
    held = ".foundry/adapter/held.tsv"
    assert "| held | 2 |" in call("evaluate", "--test", f"kk:held={held}")
    assert "adapter.safetensors" in call("export")
    card = (tmp_path / ".foundry/adapter/tiny-1/README.md").read_text()
    assert "| held | 2 |" in card
    assert "Scored is the network in training" in card

    wrong = call_command(
        "foundry", "adapter", "evaluate", "recipe.toml", "--test", "xx:held=f",
        environ={}, folder=tmp_path,
    )  # fmt: skip
    assert wrong.returncode != 0
    assert "'xx', expected one of az, kk" in wrong.stderr
    assert "Traceback" not in wrong.stderr
