"""The package store: what gets onto the shelf, and what does not, whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from aggregator.errors import PackageError
from aggregator.translate.packages import survey_packages
from aggregator.translate.registry import Listed, read_registry
from aggregator.translate.shelf import Shelf
from tests.support.tiny_package import CAUTION, write_tiny_package
from tests.unit.translate.test_packages import FILES, described, pack


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """A package, made once; nothing here changes it."""
    return write_tiny_package(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "packages", tmp_path / "unpacked")


def left_behind(shelf) -> list[str]:
    return [path.name for path in shelf.folder.iterdir()] if shelf.folder.is_dir() else []


def test_a_package_is_installed_with_what_is_registered_beside_it(shelf, tiny):
    found = shelf.install(tiny)

    assert [one.source for one in found] == ["kk", "ru"]
    assert found[0].caution == read_registry(tiny.parent)[tiny.name].caution == CAUTION
    assert found[0].file.parent == shelf.folder
    assert len(left_behind(shelf)) == 2


def test_an_unpacked_folder_is_installed_as_a_file(shelf, tmp_path, tiny):
    [first, _] = shelf.install(tiny)
    other = Shelf(tmp_path / "other", tmp_path / "other-unpacked")

    [again] = other.install(first.folder)

    assert (again.name, again.version, again.source) == (first.name, first.version, "kk")
    assert other.install(first.folder)[0].sha256 == again.sha256, "packing is not reproducible"


def test_verify_finds_a_damaged_copy_and_a_damaged_file(shelf, tiny):
    [package, _] = shelf.install(tiny)
    whole = shelf.verify(package.file)
    model = package.folder / "model" / "model.bin"
    with model.open("r+b") as file:
        file.seek(5000)
        file.write(b"\0" * 64)
    copy = shelf.verify(package.file)
    again = shelf.verify(package.file, translate=False)
    os.truncate(package.file, 1000)
    file_ = shelf.verify(package.file)

    assert not whole.fault
    assert whole.line
    assert "damaged on disk" in copy.fault
    assert not again.fault, "the copy was not made anew"
    assert "SHA-256" in file_.fault


def test_remove_takes_file_note_and_copy(shelf, tiny):
    [package, _] = shelf.install(tiny)

    shelf.remove(package.name)

    assert left_behind(shelf) == []
    assert not package.folder.exists()
    with pytest.raises(PackageError, match="is not installed"):
        shelf.remove(package.name)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"model/model.bin": None}, "has no model/model.bin"),
        ({"sentencepiece.model": None}, "has no tokenizer"),
        ({"metadata.json": "{"}, "metadata.json cannot be read"),
        ({}, "cannot be loaded"),  # all there, and none of it a model
    ],
)
def test_what_is_no_package_is_refused_and_leaves_nothing(shelf, tmp_path, files, says):
    members = {name: text for name, text in (FILES | files).items() if text is not None}

    with pytest.raises(PackageError, match=says):
        shelf.install(pack(tmp_path / "p.argosmodel", members))

    assert left_behind(shelf) == []


@pytest.mark.parametrize(
    ("known", "wanted", "says"),
    [
        (Listed(file="", sha256="0" * 64), (), "SHA-256"),
        (Listed(file="", sha256=""), ("ru",), "translates from kk, ru, expected ru"),
        (Listed(file="", sha256=""), ("de", "kk"), "expected de, kk"),
    ],
)
def test_another_package_than_was_meant_is_refused(shelf, known, wanted, says, tiny):
    with pytest.raises(PackageError, match=says):
        shelf.install(tiny, known, wanted=wanted)

    assert left_behind(shelf) == []


def test_a_package_into_another_language_is_refused(shelf, tmp_path):
    with pytest.raises(PackageError, match="translates into de, expected en"):
        shelf.install(pack(tmp_path / "p.argosmodel", described(to_code="de")))


def test_a_shelf_that_cannot_be_written_is_an_error_of_ours(tmp_path, tiny):
    (tmp_path / "file").write_text("")

    with pytest.raises(PackageError, match="cannot be put into"):
        Shelf(tmp_path / "file" / "packages", tmp_path).install(tiny)


def test_a_broken_package_keeps_no_other_from_use(shelf, tmp_path, tiny):
    shelf.install(tiny)
    pack(shelf.folder / "broken.argosmodel", {"metadata.json": "{"})

    found, faults = survey_packages([shelf.folder, tmp_path / "none"], shelf.unpacked)

    assert [one.source for one in found] == ["kk", "ru"]
    assert ["broken.argosmodel" in str(fault) for fault in faults] == [True]


def install_in_a_process(folder: Path, package: Path) -> None:
    Shelf(folder / "packages", folder / "unpacked").install(package)


def test_two_installers_at_once_are_harmless(tmp_path, tiny):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=install_in_a_process, args=(tmp_path, tiny)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    shelf = Shelf(tmp_path / "packages", tmp_path / "unpacked")
    assert len(shelf.files()) == 1
    assert not shelf.verify(shelf.files()[0]).fault
    shutil.rmtree(tmp_path / "packages")
