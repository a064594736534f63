"""A Marian release made into a package and translated with, as an operator would."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
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
        (lambda folder: (folder / "opus.npz").write_bytes(b"x" * 100), "read as weights"),
        (lambda folder: (folder / "opus.vocab.yml").write_text("a: b\n"), "expected a vocabulary"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(release, tmp_path, break_it, says):
    break_it(release)

    with pytest.raises(PackageError, match=says):
        made(release, tmp_path)
    assert list((tmp_path / "made").iterdir()) == []


def reweigh(folder, **changes):
    """Write the weights anew with other arrays."""
    with np.load(folder / "opus.npz") as old:
        arrays = {name: old[name] for name in old.files}
    np.savez(folder / "opus.npz", **(arrays | changes))


def configure(folder, more):
    """Add lines to the options that stand in the weights."""
    with np.load(folder / "opus.npz") as old:
        text = old["special:model.yml"].tobytes()[:-1] + more.encode() + b"\0"
    reweigh(folder, **{"special:model.yml": np.frombuffer(text, np.int8)})


def claim(folder, shape):
    """Write the weights anew with an array that says it is larger than it is."""
    head = io.BytesIO()
    claimed = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, claimed)
    with zipfile.ZipFile(folder / "opus.npz", "a") as archive:
        archive.writestr("encoder_Wemb.npy", head.getvalue())


LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda f: (f / "decoder.yml").write_text(f"{LAUGHS}models: *a8\n"), "aliases are not"),
        (lambda f: (f / "decoder.yml").write_text("#" * 200_000), "expected 100,000 at most"),
        (lambda f: (f / "decoder.yml").write_text("[" * 50_000), "more than 50 deep"),
        (lambda f: (f / "opus.vocab.yml").write_text("x" * 17_000_000), "16,000,000 at most"),
        (lambda f: configure(f, LAUGHS), "aliases are not taken"),
        (lambda f: configure(f, "enc-depth: 1000000000\n"), "enc-depth = 1000000000: expected"),
        (lambda f: configure(f, "#" * 200_000), "expected 100,000 at most"),
        (lambda f: claim(f, (30_000, 30_000)), "as many as its shape says"),
        (lambda f: claim(f, (0, 100_000_000)), "as many as its shape says"),
        (lambda f: reweigh(f, odd=np.array([{}])), "expected numbers"),
        (lambda f: reweigh(f, Wemb=np.ones((3, 1), np.float32)), "cannot convert"),
    ],
)
def test_a_small_release_takes_little_memory_and_its_fault_is_named(tmp_path, break_it, says):
    """1.6 KB of decoder.yml took 823 MiB, in the words of the error about it."""
    release = write_release(tmp_path / "release")
    break_it(release)
    # What is imported once, the converter, is no part of it.
    import ctranslate2.converters.marian  # noqa: F401

    tracemalloc.start()
    try:
        with pytest.raises(PackageError, match=says) as caught:
            import_marian(release, tmp_path / "made", KAZAKH)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("way", "said"),
    [(zipfile.ZIP_DEFLATED, "20 times at most"), (zipfile.ZIP_LZMA, "packed in a way")],
)
def test_a_zip_that_unpacks_to_much_more_is_refused(release, tmp_path, way, said):
    (release / "opus.vocab.yml").write_text("x" * (15_000_000 if way == 8 else 10))
    with zipfile.ZipFile(tmp_path / "opus.zip", "w", way) as archive:
        for file in release.iterdir():
            archive.write(file, file.name)
    with pytest.raises(PackageError, match=said):
        import_marian(tmp_path / "opus.zip", tmp_path / "made", KAZAKH)


@pytest.mark.parametrize("wrong", [{"source": "../kk"}, {"source": "kk", "version": "1/../../x"}])
def test_a_name_that_leads_elsewhere_is_refused(release, tmp_path, wrong):
    with pytest.raises(PackageError, match="expected"):
        import_marian(release, tmp_path / "made", Release(**wrong))


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
