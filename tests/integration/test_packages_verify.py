"""``tilshi packages verify``: what each state of an adapter comes to, in words and exit codes."""

import json
import shutil
from pathlib import Path

import pytest

from aggregator.translate.adapter import place
from config.settings import find_shipped_file
from tests.support.command import call_command

SHIPPED = find_shipped_file("packages")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """Settings of a machine with the adapter alone, its file unpacked once."""
    folder = tmp_path_factory.mktemp("machine")
    (folder / "packages").mkdir()
    for name in ("english-3.argosmodel", "packages.toml"):
        shutil.copy(SHIPPED / name, folder / "packages")
    return {
        "TILSHI_DATA_FOLDER": str(folder),
        "TILSHI_DATA_MODELS": str(folder / "unpacked"),
        "TILSHI_TRANSLATE_PACKAGES": str(folder / "packages"),
    }


@pytest.fixture
def verify(machine, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "WHEEL", "no_such_wheel")

    def call(*arguments):
        command = ("packages", "verify", *arguments)
        return call_command(*command, environ=machine, folder=tmp_path)

    return call


def test_an_adapter_without_a_base_is_left_out_with_an_exit_code_of_its_own(verify):
    shown, told = verify(), verify("english", "--json")

    [verdict] = json.loads(told.stdout)
    parts = {part["part"]: part["is"] for part in verdict["parts"]}
    assert (shown.returncode, told.returncode) == (4, 4)
    assert (verdict["is"], verdict["fault"]) == ("left out", "")
    assert parts == {"base": "missing", "model": "missing"}
    assert "./run base" in shown.stdout


def test_a_model_that_is_not_the_one_meant_is_broken(verify, machine):
    verify()
    [unpacked] = (Path(machine["TILSHI_DATA_FOLDER"]) / "unpacked").glob("english*")
    model = unpacked / "model"
    model.mkdir()
    for name in ("model.bin", "config.json", "vocabulary.json"):
        (model / name).write_text("another")

    told = verify("--json")
    shutil.rmtree(model)

    [verdict] = json.loads(told.stdout)
    assert told.returncode == 1
    assert verdict["is"] == "broken"
    assert "`tilshi packages build` makes it anew" in verdict["fault"]


def test_a_name_that_is_not_there_is_named_with_those_that_are(verify):
    told = verify("starter")

    assert told.returncode == 1
    assert "english-3" in told.stderr
