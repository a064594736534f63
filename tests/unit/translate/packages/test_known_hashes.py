"""A file that has not changed is hashed once; one that may have is hashed again."""

import json
import os
import resource
import shutil
import time
from hashlib import sha256

import pytest

from aggregator.translate.packages import known_hashes
from aggregator.translate.packages.known_hashes import recall_hash

NOTED = "0" * 64
"""What a note says in place of the real hash, to see whether it is believed."""


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "english.argosmodel"
    made.write_bytes(b"weights")
    return made


@pytest.fixture
def into(tmp_path):
    return tmp_path / "unpacked"


def hash_of(data):
    return sha256(data).hexdigest()


@pytest.fixture(scope="module")
def old_files(tmp_path_factory):
    """Files that nobody has written to for two seconds, one for each test."""
    made = [tmp_path_factory.mktemp("old") / "english.argosmodel" for _ in range(6)]
    for file in made:
        file.write_bytes(b"weights")
    time.sleep(2.1)
    return made


@pytest.fixture
def old_file(old_files):
    return old_files.pop()


def change_note(into, **changes):
    [note] = (into / ".hashes").iterdir()
    note.write_text(json.dumps(json.loads(note.read_text()) | changes))


def test_a_file_that_is_as_it_was_is_not_read_again(old_file, into):
    assert recall_hash(old_file, into) == hash_of(b"weights")
    change_note(into, sha256=NOTED)

    assert recall_hash(old_file, into) == NOTED


def test_a_file_that_was_written_to_or_replaced_is_read_again(old_file, into, tmp_path):
    recall_hash(old_file, into)
    change_note(into, sha256=NOTED)
    before = old_file.stat()
    old_file.write_bytes(b"WEIGHTS")
    os.utime(old_file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert recall_hash(old_file, into) == hash_of(b"WEIGHTS")
    other = tmp_path / "other"
    other.write_bytes(b"another")
    other.replace(old_file)
    assert recall_hash(old_file, into) == hash_of(b"another")


def test_nothing_is_noted_of_a_file_that_was_written_just_now(file, into):
    """It may be written to once more in the instant in which it is read."""
    assert recall_hash(file, into) == hash_of(b"weights")

    assert list((into / ".hashes").iterdir()) == []


def test_nothing_is_noted_of_a_file_that_is_written_to_while_it_is_read(
    old_file, into, monkeypatch
):
    def hash_and_write(path):
        path.write_bytes(b"more")
        return NOTED

    monkeypatch.setattr(known_hashes, "hash_file", hash_and_write)

    assert recall_hash(old_file, into) == NOTED
    assert list((into / ".hashes").iterdir()) == []


def test_two_files_of_one_name_are_two(old_file, into, tmp_path):
    recall_hash(old_file, into)
    change_note(into, sha256=NOTED)
    other = tmp_path / "elsewhere" / old_file.name
    other.parent.mkdir()
    shutil.copy(old_file, other)

    assert recall_hash(other, into) == hash_of(b"weights")
    assert recall_hash(old_file, into) == NOTED


def test_a_broken_note_is_none_and_is_mended(old_file, into):
    recall_hash(old_file, into)
    [note] = (into / ".hashes").iterdir()
    right = json.loads(note.read_text())
    hashes = [None, ["x"], "../../../etc", NOTED[1:], f"{NOTED}0", NOTED.replace("0", "G")]
    broken = [json.dumps(right | {"sha256": said}) for said in hashes]
    for text in [*broken, "", "[]", "{", '{"mark": 1}', f"{json.dumps(right)}{' ' * 20_000}"]:
        note.write_text(text)

        assert recall_hash(old_file, into) == hash_of(b"weights"), text
        assert json.loads(note.read_text()) == right


def test_where_nothing_can_be_written_nothing_is_noted(old_file, into, tmp_path):
    no_folder = tmp_path / "a file"
    no_folder.write_text("")

    assert recall_hash(old_file, no_folder) == hash_of(b"weights")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))  # as a disk that is full
    try:
        assert recall_hash(old_file, into) == hash_of(b"weights")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list((into / ".hashes").iterdir()) == []


def test_a_file_that_is_not_there_is_said(into, tmp_path):
    with pytest.raises(FileNotFoundError):
        recall_hash(tmp_path / "none", into)
