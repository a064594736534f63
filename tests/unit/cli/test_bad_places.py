"""Files and folders that a command is given and cannot use: named, without a traceback."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.errors import BackupError, ConfigError, FoundryError
from aggregator.foundry.adapter.package import package_adapter
from aggregator.foundry.rows import read_rows
from aggregator.store.backup import back_up
from config.secrets import read_secret
from workers.cli import entry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONG = "n" * 300


def make_bad_places(folder):
    """Make a folder, a file that others are named to be below, and bytes that are no text."""
    (folder / "folder").mkdir()
    (folder / "file").write_bytes(b"")
    (folder / "bytes").write_bytes(bytes(range(256)))


@pytest.mark.parametrize("name", ["folder", "file", "missing/x", "file/x", LONG, "."])
def test_a_backup_is_written_to_a_new_file_or_refused(tmp_path, name):
    make_bad_places(tmp_path)

    with pytest.raises(BackupError, match=r"is there already|cannot be written"):
        back_up(None, None, tmp_path / name, now=NOW, pause=False)


@pytest.mark.parametrize("name", ["folder", "file", "missing", "bytes", LONG])
def test_an_adapter_is_packed_of_what_the_export_wrote(tmp_path, name):
    make_bad_places(tmp_path)
    (tmp_path / "folder" / "adapter.safetensors").write_bytes(bytes(range(256)))

    with pytest.raises(FoundryError, match="expected an adapter as `foundry adapter export`"):
        package_adapter(
            tmp_path / name,
            tmp_path / "base.gguf",
            reads=["kk"],
            drafted=[],
            terms=tmp_path,
            told=print,
        )


@pytest.mark.parametrize("reads", [[], ["xx"]])
def test_an_adapter_reads_languages_that_there_are(tmp_path, reads):
    with pytest.raises(FoundryError, match=r"--read.*expected some of "):
        package_adapter(tmp_path, tmp_path, reads=reads, drafted=[], terms=tmp_path, told=print)


@pytest.mark.parametrize("name", ["folder", "missing", "bytes", LONG])
def test_rows_that_cannot_be_read_are_named(tmp_path, name):
    make_bad_places(tmp_path)

    with pytest.raises(FoundryError, match="expected what `prepare` writes"):
        read_rows(tmp_path / name)


@pytest.mark.parametrize("name", ["folder", "missing", "bytes", LONG, "a\0b"])
def test_a_secret_that_cannot_be_read_is_named(tmp_path, name):
    make_bad_places(tmp_path)

    with pytest.raises(ConfigError, match="a secret that a channel names"):
        read_secret(f"file:{tmp_path / name}", {})


def test_a_byte_order_mark_is_no_part_of_a_secret(tmp_path):
    file = tmp_path / "token"
    file.write_text("\ufeffs3cret\r\n")

    assert read_secret(f"file:{file}", {}) == "s3cret"


def test_what_no_command_looked_for_is_named_all_the_same(tmp_path, monkeypatch, capsys):
    missing = tmp_path / "missing"
    monkeypatch.setattr(entry, "app", lambda **_: Path(missing).read_text())

    with pytest.raises(SystemExit) as ended:
        entry.run_command()

    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert f"{missing}: expected a file or folder that can be used" in said
    assert "No such file or directory" in said


def test_a_fault_of_ours_stays_one(monkeypatch):
    def fail(**_):
        raise OSError(5, "no file of anybody's")

    monkeypatch.setattr(entry, "app", fail)
    monkeypatch.setattr(sys, "argv", ["tilshi"])

    with pytest.raises(OSError, match="anybody"):
        entry.run_command()
