"""What is its owner's alone: files of the data folder, and those that secrets stand in."""

import stat

import pytest

from config.secrets import find_readers
from tests.support.command import call_command
from workers.private_files import make_private_file, make_private_folder, mend_modes


def list_modes(folder):
    paths = [folder, *folder.rglob("*")]
    return {path.name: stat.S_IMODE(path.lstat().st_mode) for path in paths}


def test_what_older_versions_left_open_is_mended_and_nothing_else(tmp_path):
    data = tmp_path / "data"
    for name in ("logs", "store/appendonlydir", "www"):
        (data / name).mkdir(parents=True)
    for name in ("archive.sqlite", "logs/text.log", "store/appendonlydir/1.aof", "www/index.html"):
        (data / name).write_text("")
        (data / name).chmod(0o644)
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o644)
    (data / "logs" / "link.log").symlink_to(outside)

    assert mend_modes(data) == []
    modes = list_modes(data)
    assert {modes[name] for name in ("data", "logs", "store", "appendonlydir")} == {0o700}
    assert {modes[name] for name in ("archive.sqlite", "text.log", "1.aof")} == {0o600}
    assert modes["index.html"] == 0o644, "an owner's own file, which others may read"
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert mend_modes(tmp_path / "nothing") == []


def test_what_is_made_is_private_from_the_beginning(tmp_path):
    make_private_folder(tmp_path / "logs")
    make_private_file(tmp_path / "logs" / "a.log")
    with (tmp_path / "logs" / "a.log").open("ab") as file:
        file.write(b"a")
    make_private_file(tmp_path / "logs" / "a.log")

    modes = list_modes(tmp_path / "logs")
    assert modes == {"logs": 0o700, "a.log": 0o600}
    assert (tmp_path / "logs" / "a.log").read_bytes() == b"a"


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)]
)
def test_a_secret_that_others_can_read_is_warned_of(tmp_path, mode, warned):
    file = tmp_path / "token"
    file.write_text("x")
    file.chmod(mode)

    assert bool(find_readers(f"file:{file}")) is warned
    assert find_readers("env:TOKEN") == find_readers("") == ""
    assert find_readers(f"file:{tmp_path / 'nothing'}") == ""


def test_the_check_of_settings_warns_of_it_by_name(tmp_path):
    file = tmp_path / "token"
    file.write_text("a token long enough to be one")
    file.chmod(0o644)
    environ = {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_WEB_OPERATOR_TOKEN": f"file:{file}",
        "COLUMNS": "200",
    }
    done = call_command("check-config", environ=environ, folder=tmp_path)

    assert done.returncode == 0
    assert "others can read or change this secret (0644)" in " ".join(done.stdout.split())
