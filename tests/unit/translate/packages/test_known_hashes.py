"""A file that has not changed is hashed once; one that may have is hashed again."""

import json
import os
import shutil
from hashlib import sha256

import pytest

from aggregator.translate.packages.known_hashes import recall_hash

# Older than the notes, as a file that was installed some time ago.
LONG_AGO_S = 10


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


def find_note(into):
    [note] = (into / ".hashes").iterdir()
    return note


def note_long_ago(file, into, *, said):
    """Remember a hash of a file, as if both had stood there for long."""
    recall_hash(file, into)
    note = find_note(into)
    note.write_text(json.dumps(json.loads(note.read_text()) | {"sha256": said}))
    moment = note.stat().st_mtime + LONG_AGO_S
    os.utime(note, (moment, moment))


def test_a_file_that_is_as_it_was_is_not_read_again(file, into):
    note_long_ago(file, into, said="what was noted")

    assert recall_hash(file, into) == "what was noted"


@pytest.mark.parametrize("keep_times", [False, True], ids=["written", "written, old times set"])
def test_a_file_that_was_written_to_is_read_again(file, into, keep_times):
    note_long_ago(file, into, said="what was noted")
    before = file.stat()
    file.write_bytes(b"WEIGHTS")
    if keep_times:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert recall_hash(file, into) == hash_of(b"WEIGHTS")


def test_a_file_that_another_took_the_place_of_is_read_again(file, into, tmp_path):
    note_long_ago(file, into, said="what was noted")
    other = tmp_path / "other"
    other.write_bytes(b"another")
    other.replace(file)

    assert recall_hash(file, into) == hash_of(b"another")


def test_a_note_of_the_instant_in_which_a_file_was_written_does_not_count(file, into):
    """The file may have been written to once more after it was read, in the same instant."""
    recall_hash(file, into)
    note = find_note(into)
    note.write_text(json.dumps(json.loads(note.read_text()) | {"sha256": "what was noted"}))

    assert recall_hash(file, into) == hash_of(b"weights")


def test_two_files_of_one_name_are_two(file, into, tmp_path):
    note_long_ago(file, into, said="what was noted")
    other = tmp_path / "elsewhere" / file.name
    other.parent.mkdir()
    shutil.copy(file, other)

    assert recall_hash(other, into) == hash_of(b"weights")
    assert recall_hash(file, into) == "what was noted"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"mark": 1}', "x" * 20_000])
def test_a_broken_note_is_none_and_is_mended(file, into, text):
    recall_hash(file, into)
    find_note(into).write_text(text)

    assert recall_hash(file, into) == hash_of(b"weights")
    assert json.loads(find_note(into).read_text())["sha256"] == hash_of(b"weights")


def test_where_nothing_can_be_written_nothing_is_noted(file, tmp_path):
    no_folder = tmp_path / "a file"
    no_folder.write_text("")

    assert recall_hash(file, no_folder) == hash_of(b"weights")


def test_a_file_that_is_not_there_is_said(into, tmp_path):
    with pytest.raises(FileNotFoundError):
        recall_hash(tmp_path / "none", into)
