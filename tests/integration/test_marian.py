"""A Marian release made into a package and translated with, as an operator would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.errors import PackageError
from aggregator.translate.model import Clause, EngineOptions, PackageModel
from aggregator.translate.packages.installed import open_packages
from aggregator.translate.packages.marian import Release, import_marian
from tests.support.marian import write_release

KAZAKH = Release(source="kk", licence="CC BY 4.0", origin="nobody")


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "release")


def made(path: Path, tmp_path: Path, release: Release = KAZAKH):
    file = import_marian(path, tmp_path / "made", release)
    [package] = open_packages([file], tmp_path / "unpacked")
    return package


def test_a_folder_becomes_a_package_that_translates(release, tmp_path):
    package = made(release, tmp_path)
    model = PackageModel(package, EngineOptions())

    raw_by_text = model.translate(
        [Clause("Астанада жаңа мектеп ашылды", "kk"), Clause("көпір", "kk")]
    )

    assert (package.source, package.target, package.source_prefix) == ("kk", "en", ">>eng<<")
    assert all(not raw.failure for raw in raw_by_text.values())
    assert model.count_tokens("көпір") == 1 + len(
        model._get_parts()[1].encode("көпір")
    )  # the target token
    assert "CC BY 4.0" in (package.folder / "README.md").read_text()
    config = json.loads((package.folder / "model" / "config.json").read_text())
    assert config["add_source_eos"]


def test_a_zip_with_a_folder_inside_becomes_the_same_package(release, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "opus"), "zip", release)

    assert made(Path(archive), tmp_path).sha256 == made(release, tmp_path / "again").sha256


def test_a_model_of_one_target_gets_no_token(tmp_path):
    path = write_release(tmp_path / "one", target_token="")

    assert made(path, tmp_path).source_prefix == ""


def test_a_token_that_the_model_does_not_know_is_refused(release, tmp_path):
    with pytest.raises(PackageError, match="does not know >>deu<<; it knows >>eng<<"):
        made(release, tmp_path, Release(source="kk", target_token=">>deu<<"))


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda folder: (folder / "decoder.yml").unlink(), "has 0 decoder.yml"),
        (lambda folder: (folder / "decoder.yml").write_text(": ["), "expected YAML"),
        (lambda folder: (folder / "decoder.yml").write_text("models: 3"), "expected `models`"),
        (lambda folder: (folder / "opus.npz").unlink(), "has no opus.npz"),
        (lambda folder: (folder / "source.spm").unlink(), "has no source.spm"),
        (lambda folder: (folder / "opus.npz").write_bytes(b"x" * 100), "cannot convert"),
        (lambda folder: (folder / "opus.vocab.yml").write_text("a: b\n"), "expected a vocabulary"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(release, tmp_path, break_it, says):
    break_it(release)

    with pytest.raises(PackageError, match=says):
        made(release, tmp_path)
    assert list((tmp_path / "made").iterdir()) == []


def test_names_that_lead_out_of_the_folder_do_not(release, tmp_path):
    decoder = release / "decoder.yml"
    decoder.write_text(decoder.read_text().replace("opus.npz", "../../../etc/passwd"))

    with pytest.raises(PackageError, match="has no passwd"):
        made(release, tmp_path)


def test_the_command_imports_tries_and_installs(release, tmp_path):
    config = tmp_path / "tilshi.toml"
    config.write_text(f'[data]\nfolder = "{tmp_path / "data"}"\n')
    command = [sys.executable, "-m", "workers.cli", "-c", str(config), "packages"]
    environment = {**os.environ, "NO_COLOR": "1"}

    imported = subprocess.run(
        [*command, "import", str(release), "--from", "kk"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    listed = subprocess.run(
        [*command, "list", "--json"], capture_output=True, text=True, env=environment, check=False
    )

    # A random model may well make nothing of the line it is tried with: then it is refused, and
    # says so.
    if imported.returncode == 0:
        assert "translate-kk_en 1.0" in imported.stdout
        assert str(tmp_path / "data") in listed.stdout
    else:
        assert "made nothing of" in imported.stderr
        assert str(tmp_path / "data" / "packages") not in listed.stdout
