"""The package store: what gets onto the shelf, and what does not, whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from aggregator.errors import PackageError
from aggregator.translate.packages.installed import survey_packages
from aggregator.translate.packages.package_store import PackageStore
from aggregator.translate.packages.registry import RegistryEntry, read_registry
from tests.support.tiny_package import CAUTION, write_tiny_package
from tests.unit.translate.packages.test_installed import FILES, described, pack


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """A package, made once; nothing here changes it."""
    return write_tiny_package(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def package_store(tmp_path):
    return PackageStore(tmp_path / "packages", tmp_path / "unpacked")


def left_behind(package_store) -> list[str]:
    return (
        [path.name for path in package_store.folder.iterdir()]
        if package_store.folder.is_dir()
        else []
    )


def test_a_package_is_installed_with_what_is_registered_beside_it(package_store, tiny):
    packages = package_store.install(tiny)

    assert [one.source for one in packages] == ["kk", "ru"]
    assert packages[0].caution == read_registry(tiny.parent)[tiny.name].caution == CAUTION
    assert packages[0].file.parent == package_store.folder
    assert len(left_behind(package_store)) == 2


def test_an_unpacked_folder_is_installed_as_a_file(package_store, tmp_path, tiny):
    [first, _] = package_store.install(tiny)
    other = PackageStore(tmp_path / "other", tmp_path / "other-unpacked")

    [again] = other.install(first.folder)

    assert (again.name, again.version, again.source) == (first.name, first.version, "kk")
    assert other.install(first.folder)[0].sha256 == again.sha256, "packing is not reproducible"


def test_verify_finds_a_damaged_copy_and_a_damaged_file(package_store, tiny):
    [package, _] = package_store.install(tiny)
    whole = package_store.verify(package.file)
    model = package.folder / "model" / "model.bin"
    with model.open("r+b") as file:
        file.seek(5000)
        file.write(b"\0" * 64)
    copy = package_store.verify(package.file)
    again = package_store.verify(package.file, translate=False)
    os.truncate(package.file, 1000)
    file_ = package_store.verify(package.file)

    assert not whole.fault
    assert whole.line
    assert "damaged on disk" in copy.fault
    assert not again.fault, "the copy was not made anew"
    assert "SHA-256" in file_.fault


def test_remove_takes_file_note_and_copy(package_store, tiny):
    [package, _] = package_store.install(tiny)

    package_store.remove(package.name)

    assert left_behind(package_store) == []
    assert not package.folder.exists()
    with pytest.raises(PackageError, match="is not installed"):
        package_store.remove(package.name)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"model/model.bin": None}, "has no model/model.bin"),
        ({"sentencepiece.model": None}, "has no tokenizer"),
        ({"metadata.json": "{"}, "metadata.json cannot be read"),
        ({}, "cannot be loaded"),  # all there, and none of it a model
    ],
)
def test_what_is_no_package_is_refused_and_leaves_nothing(package_store, tmp_path, files, says):
    members = {name: text for name, text in (FILES | files).items() if text is not None}

    with pytest.raises(PackageError, match=says):
        package_store.install(pack(tmp_path / "p.argosmodel", members))

    assert left_behind(package_store) == []


@pytest.mark.parametrize(
    ("known", "wanted", "says"),
    [
        (RegistryEntry(file="", sha256="0" * 64), (), "SHA-256"),
        (RegistryEntry(file="", sha256=""), ("ru",), "translates from kk, ru, expected ru"),
        (RegistryEntry(file="", sha256=""), ("de", "kk"), "expected de, kk"),
    ],
)
def test_another_package_than_was_meant_is_refused(package_store, known, wanted, says, tiny):
    with pytest.raises(PackageError, match=says):
        package_store.install(tiny, known, wanted=wanted)

    assert left_behind(package_store) == []


def test_a_package_into_another_language_is_refused(package_store, tmp_path):
    with pytest.raises(PackageError, match="translates into de, expected en"):
        package_store.install(pack(tmp_path / "p.argosmodel", described(to_code="de")))


def test_a_shelf_that_cannot_be_written_is_an_error_of_ours(tmp_path, tiny):
    (tmp_path / "file").write_text("")

    with pytest.raises(PackageError, match="cannot be put into"):
        PackageStore(tmp_path / "file" / "packages", tmp_path).install(tiny)


def test_a_broken_package_keeps_no_other_from_use(package_store, tmp_path, tiny):
    package_store.install(tiny)
    pack(package_store.folder / "broken.argosmodel", {"metadata.json": "{"})

    packages, faults = survey_packages(
        [package_store.folder, tmp_path / "none"], package_store.unpacked
    )

    assert [one.source for one in packages] == ["kk", "ru"]
    assert ["broken.argosmodel" in str(fault) for fault in faults] == [True]


def install_in_a_process(folder: Path, package: Path) -> None:
    PackageStore(folder / "packages", folder / "unpacked").install(package)


def test_two_installers_at_once_are_harmless(tmp_path, tiny):
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=install_in_a_process, args=(tmp_path, tiny)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    package_store = PackageStore(tmp_path / "packages", tmp_path / "unpacked")
    assert len(package_store.files()) == 1
    assert not package_store.verify(package_store.files()[0]).fault
    shutil.rmtree(tmp_path / "packages")
