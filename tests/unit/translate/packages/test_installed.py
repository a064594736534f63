"""Package files: what is taken, what is refused, and what it says when it is."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aggregator.errors import PackageError
from aggregator.translate.packages.archive import ArchiveLimits
from aggregator.translate.packages.installed import list_cautions, open_packages

METADATA = {"package_version": "1.2", "argos_version": "1.9", "from_code": "kk", "to_code": "en"}
FILES = {
    "metadata.json": json.dumps(METADATA),
    "sentencepiece.model": "pieces",
    "model/model.bin": "weights",
    "model/config.json": "{}",
    "model/shared_vocabulary.json": "[]",
}


def pack(path: Path, files=FILES, *, top="translate-kk_en-1_2/", **more: str) -> Path:
    """Write a package file; ``more`` are members under names of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(top + name, text)
        for name, text in more.items():
            archive.writestr(name, text)
    return path


def described(**changes) -> dict[str, str]:
    return FILES | {"metadata.json": json.dumps(METADATA | changes)}


@pytest.fixture
def into(tmp_path):
    return tmp_path / "unpacked"


def refusal(path: Path, into: Path, **options) -> str:
    with pytest.raises(PackageError) as caught:
        open_packages([path], into, **options)
    assert str(path.name) in str(caught.value)
    assert (
        not any(into.glob("*")) or "metadata" in str(caught.value) or "has no" in str(caught.value)
    )
    return caught.value.detail


def test_a_package_is_unpacked_and_described(tmp_path, into):
    [package] = open_packages([pack(tmp_path / "k.argosmodel")], into)

    assert (package.name, package.version, package.source, package.target) == (
        "translate-kk_en",
        "1.2",
        "kk",
        "en",
    )
    assert package.label == "translate-kk_en 1.2"
    assert package.folder.parent == into
    assert (package.folder / "model" / "model.bin").read_text() == "weights"


def test_files_folders_and_folders_of_both_are_found_each_once(tmp_path, into):
    place = tmp_path / "place"
    file = pack(place / "a.argosmodel")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(place)
    (place / "README.md").write_text("not a package")

    packages = open_packages(
        [place, file, place / "translate-kk_en-1_2", tmp_path / "nowhere"], into
    )

    assert len(packages) == 2
    assert [package.folder.parent for package in packages] == [into, place]


def test_a_changed_file_is_a_new_folder(tmp_path, into):
    file = tmp_path / "k.argosmodel"
    [old] = open_packages([pack(file)], into)
    [new] = open_packages([pack(file, FILES | {"model/model.bin": "better"})], into)

    assert old.folder != new.folder
    assert (old.folder / "model/model.bin").read_text() == "weights"
    assert (new.folder / "model/model.bin").read_text() == "better"


def test_many_at_once_unpack_one_folder_and_leave_nothing_behind(tmp_path, into):
    file = pack(tmp_path / "k.argosmodel", FILES | {"model/model.bin": "w" * 3_000_000})
    with ThreadPoolExecutor(8) as pool:
        packages = list(pool.map(lambda _: open_packages([file], into)[0], range(16)))

    assert len({package.folder for package in packages}) == 1
    assert [path.name for path in into.iterdir()] == [packages[0].folder.name]


def test_what_a_killed_process_left_is_cleared_once_it_is_old(tmp_path, into):
    for name, age_s in ((".unpacking-old", 7200), (".unpacking-new", 0)):
        (into / name).mkdir(parents=True)
        moment = (into / name).stat().st_mtime - age_s
        os.utime(into / name, (moment, moment))
    open_packages([pack(tmp_path / "k.argosmodel")], into)

    assert not (into / ".unpacking-old").exists()
    assert (into / ".unpacking-new").exists()


def test_sentence_splitters_stay_in_the_archive(tmp_path, into):
    [package] = open_packages(
        [pack(tmp_path / "k.argosmodel", FILES | {"stanza/kk/big.pt": "x" * 9999})], into
    )

    assert not (package.folder / "stanza").exists()


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../evil",
        "t/../../evil",
        "t/./x",
        "t//x",
        "t\\evil",
        "C:\\evil",
        "t/model/../../x",
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, into, name):
    assert "expected" in refusal(pack(tmp_path / "k.argosmodel", top="t/", **{name: "boo"}), into)


def test_links_are_refused(tmp_path, into):
    file = tmp_path / "k.argosmodel"
    pack(file, top="t/")
    link = zipfile.ZipInfo("t/model/config.json.link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/passwd")

    assert "link" in refusal(file, into)


def test_a_name_given_twice_is_refused(tmp_path, into):
    file = pack(tmp_path / "k.argosmodel", top="t/")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("t/model/model.bin", "other weights")

    assert "twice" in refusal(file, into)


def test_two_top_folders_are_refused(tmp_path, into):
    assert "one top folder" in refusal(
        pack(tmp_path / "k.argosmodel", top="t/", **{"u/metadata.json": "{}"}), into
    )


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, into):
    bomb = pack(tmp_path / "k.argosmodel", FILES | {"model/model.bin": "0" * 2_000_000})

    assert bomb.stat().st_size < 10_000
    assert "2,000," in refusal(bomb, into, limits=ArchiveLimits(max_bytes=1_000_000))
    assert "5 files" in refusal(bomb, into, limits=ArchiveLimits(max_files=3))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: b"<html>404</html>", id="a page"),
        pytest.param(lambda whole: whole[:-30], id="cut short"),
        pytest.param(lambda whole: whole.replace(b"weights", b"weighty"), id="damaged"),
    ],
)
def test_what_is_no_whole_archive_is_refused(tmp_path, into, content):
    file = tmp_path / "k.argosmodel"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, text in FILES.items():
            archive.writestr(f"t/{name}", text)
    file.write_bytes(content(file.read_bytes()))

    assert "expected a whole zip archive" in refusal(file, into)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param(FILES | {"metadata.json": "{"}, "metadata.json cannot be read", id="no JSON"),
        pytest.param(FILES | {"metadata.json": "[]"}, "expected an object", id="no object"),
        pytest.param(
            described(type="sbd"), "expected one of translate, adapter", id="another type"
        ),
        pytest.param(described(from_code="../x"), "from_code", id="no language"),
        pytest.param(described(to_code=7), "to_code", id="language is a number"),
        pytest.param(described(package_version="new"), "package_version", id="no version"),
        pytest.param(described(code="<b>x</b>"), "code", id="name with markup"),
        pytest.param(described(target_prefix=[1]), "target_prefix", id="prefix is a list"),
        pytest.param(
            {k: v for k, v in FILES.items() if k != "model/model.bin"}, "model.bin", id="no model"
        ),
        pytest.param(
            {k: v for k, v in FILES.items() if "piece" not in k}, "no tokenizer", id="no tokenizer"
        ),
        pytest.param(
            {k: v for k, v in FILES.items() if k != "metadata.json"},
            "cannot be read",
            id="no metadata",
        ),
    ],
)
def test_a_package_that_is_not_one_says_what_is_wrong(tmp_path, into, files, said):
    assert said in refusal(pack(tmp_path / "k.argosmodel", files), into)


def test_a_file_named_and_not_there_is_an_error(tmp_path, into):
    assert "cannot be read" in refusal(tmp_path / "gone.argosmodel", into)


def test_a_place_that_is_no_package_is_an_error(tmp_path, into):
    (tmp_path / "notes.txt").write_text("x")

    assert "expected a .argosmodel file" in refusal(tmp_path / "notes.txt", into)


def register(file: Path, **values: str) -> None:
    entry = {
        "file": f'"{file.name}"',
        "sha256": f'"{hashlib.sha256(file.read_bytes()).hexdigest()}"',
    } | values
    lines = [f"{key} = {value}" for key, value in entry.items()]
    (file.parent / "packages.toml").write_text("\n".join(["[[package]]", *lines]))


def test_a_registry_adds_languages_and_what_readers_are_told(tmp_path, into):
    file = pack(tmp_path / "k.argosmodel")
    register(file, reads='["kk", "ru"]', licence='"MIT"', caution='"Weak."')
    kazakh, russian = open_packages([file], into)

    assert (kazakh.source, kazakh.native, russian.source, russian.native) == (
        "kk",
        True,
        "ru",
        False,
    )
    assert kazakh.folder == russian.folder
    assert kazakh.licence == "MIT"
    assert list_cautions([kazakh, russian]) == {"translate-kk_en 1.2": "Weak."}


def test_a_file_that_is_not_the_registered_one_is_refused(tmp_path, into):
    file = pack(tmp_path / "k.argosmodel")
    register(file, sha256=f'"{"0" * 64}"')

    assert "as registered" in refusal(file, into)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[package]\n", "expected TOML"),
        ("other = 1\n", "found other"),
        ("package = 1\n", "[[package]]"),
        ('[[package]]\nsha256 = "x"\n', "file = ''"),
        ('[[package]]\nfile = "a/b"\n', "file = 'a/b'"),
        ('[[package]]\nfile = "a"\nsha256 = "ABC"\n', "64 hex digits"),
        ('[[package]]\nfile = "a"\nreads = "kk"\n', "sha256 = ''"),
        (
            f'[[package]]\nfile = "a"\nsha256 = "{"0" * 64}"\nreads = "kk"\n',
            "a list of language codes",
        ),
        ('[[package]]\nfile = "a"\nlicense = "MIT"\n', "found license"),
        ("[[package]]\nfile = 1\n", "expected text"),
    ],
)
def test_a_wrong_registry_says_where(tmp_path, into, text, said):
    file = pack(tmp_path / "k.argosmodel")
    (tmp_path / "packages.toml").write_text(text)
    with pytest.raises(PackageError, match=r"packages\.toml") as caught:
        open_packages([file], into)

    assert said in str(caught.value)
