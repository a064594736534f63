"""What an adapter needs beside its package: found, missing, damaged, of another version."""

import json

import pytest

from aggregator.translate.adapter import place
from aggregator.translate.adapter.check import PartCondition, check_base, check_model
from aggregator.translate.adapter.facts import AdapterFacts, Probe
from aggregator.translate.adapter.note import NOTE, find_writer, note_built
from aggregator.translate.adapter.place import name_place
from aggregator.translate.packages.archive import hash_file


def make_facts(**built):
    return AdapterFacts(
        base_sha256="ab" * 32,
        scale=0.5,
        languages=(("kk", "Kazakh"),),
        drafted=(),
        built=tuple(built.items()),
        probe=Probe("", "", 0.0),
    )


FACTS = make_facts()


@pytest.fixture
def model(tmp_path):
    """Three files of an owner's model, noted."""
    made = tmp_path / "model"
    made.mkdir()
    for name in ("model.bin", "config.json", "vocabulary.json"):
        (made / name).write_text(name)
    note_built(made)
    return made


def test_a_model_that_is_as_noted_is_whole(tmp_path, model):
    found = check_model(tmp_path, FACTS, None)

    assert found.state is PartCondition.WHOLE
    assert found.sha256 == hash_file(model / "model.bin")


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_a_damaged_file_is_named_with_what_mends_it(tmp_path, model, name):
    (model / name).write_text("another")

    found = check_model(tmp_path, FACTS, None)

    assert found.state is PartCondition.BROKEN
    assert f"{name} was damaged on disk" in found.says
    assert "tilshi packages build" in found.says


def test_a_file_that_is_gone_is_named(tmp_path, model):
    (model / "vocabulary.json").unlink()

    assert "has no vocabulary.json" in check_model(tmp_path, FACTS, None).says


def test_a_model_of_another_ctranslate2_is_named(tmp_path, model):
    note = json.loads((model / NOTE).read_text())
    (model / NOTE).write_text(json.dumps(note | {"ctranslate2": "4.0.0"}))

    found = check_model(tmp_path, FACTS, None)

    assert found.state is PartCondition.BROKEN
    assert f"was built by CTranslate2 4.0.0, this is {find_writer()}" in found.says


def test_the_hash_that_the_package_knows_comes_before_the_note(tmp_path, model):
    known = {find_writer(): hash_file(model / "model.bin")}
    other = {find_writer(): "cd" * 32}

    assert check_model(tmp_path, make_facts(**known), None).state is PartCondition.WHOLE
    assert f"expected {'cd' * 32}" in check_model(tmp_path, make_facts(**other), None).says
    (model / NOTE).unlink()
    assert check_model(tmp_path, make_facts(**known), None).state is PartCondition.WHOLE
    assert "never noted" in check_model(tmp_path, FACTS, None).says


@pytest.mark.parametrize("text", ["{", "[]", '{"files": 3}', "[" * 100_000])
def test_a_note_that_cannot_be_read_is_none(tmp_path, model, text):
    (model / NOTE).write_text(text)

    assert "never noted" in check_model(tmp_path, FACTS, None).says


def test_a_model_that_was_never_built_is_missing(tmp_path):
    found = check_model(tmp_path, FACTS, None)

    assert found.state is PartCondition.MISSING
    assert "tilshi packages build" in found.says


def test_a_model_of_an_owners_base_is_looked_for_in_its_own_place(tmp_path, model):
    base = tmp_path / "base.gguf"
    base.write_bytes(b"base")
    model.rename(name_place(tmp_path, base))

    assert check_model(tmp_path, FACTS, base).state is PartCondition.WHOLE
    assert check_model(tmp_path, FACTS, None).state is PartCondition.MISSING


def test_a_base_that_is_not_there_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "WHEEL", "no_such_wheel")
    wheel = check_base(FACTS, None)
    file = check_base(FACTS, tmp_path / "gone.gguf")

    assert (wheel.state, file.state) == (PartCondition.MISSING, PartCondition.MISSING)
    assert "./run base" in wheel.says
    assert "translate.base" in file.says


def test_a_file_that_is_no_base_is_broken(tmp_path):
    file = tmp_path / "base.gguf"
    file.write_bytes(b"GGUF and no more")

    found = check_base(FACTS, file)

    assert found.state is PartCondition.BROKEN
    assert found.place == str(file)


def test_a_wheel_of_other_bytes_is_broken(tmp_path, monkeypatch):
    part = tmp_path / "part0"
    part.write_bytes(b"part")
    (tmp_path / "other_wheel.py").write_text(f"def chunk_paths():\n    return [{str(part)!r}]\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(place, "WHEEL", "other_wheel")

    found = check_base(FACTS, None)

    assert found.state is PartCondition.BROKEN
    assert found.sha256 == hash_file(part)
    assert f"expected {'ab' * 32}" in found.says
