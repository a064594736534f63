"""Log files with an end, whatever is printed and however it comes."""

import shutil
import subprocess
import sys

import pytest

from tests.support.waiting import until
from workers.log_file import LogFile, LogPipe


def read_all(path, files):
    """Everything that is kept, the oldest first."""
    names = [path.with_name(f"{path.name}.{number}") for number in range(files, 0, -1)]
    return b"".join(name.read_bytes() for name in (*names, path) if name.exists())


def test_files_are_cut_at_lines_and_only_so_many_are_kept(tmp_path):
    path = tmp_path / "a.log"
    file = LogFile(path, 100, 3)
    lines = [b"line %03d\n" % number for number in range(100)]
    for line in lines:
        file.write(line)
    file.close()

    names = sorted(found.name for found in tmp_path.iterdir())
    assert names == ["a.log", "a.log.1", "a.log.2"]
    assert all(found.stat().st_size < 110 for found in tmp_path.iterdir())
    assert all(found.read_bytes()[-1:] in (b"", b"\n") for found in tmp_path.iterdir())
    kept = read_all(path, 3)
    assert b"".join(lines).endswith(kept)
    assert len(kept) >= 200


def test_what_is_there_is_gone_on_with_and_counts(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"x" * 95 + b"\n")
    file = LogFile(path, 100, 2)
    file.write(b"more\nand")
    file.write(b" more\n")
    file.close()

    assert (tmp_path / "a.log.1").read_bytes() == b"x" * 95 + b"\nmore\n"
    assert path.read_bytes() == b"and more\n"


def test_a_line_without_an_end_has_one(tmp_path):
    path = tmp_path / "a.log"
    file = LogFile(path, 100, 2)
    for _ in range(100):
        file.write(b"y" * 50)
    file.close()

    assert sum(found.stat().st_size for found in tmp_path.iterdir()) <= 500


def test_one_file_alone_begins_anew(tmp_path):
    file = LogFile(tmp_path / "a.log", 100, 1)
    for number in range(100):
        file.write(b"line %d\n" % number)
    file.close()

    [found] = tmp_path.iterdir()
    assert found.stat().st_size < 120


def test_a_full_disk_loses_lines_and_ends_nobody(tmp_path):
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    file = LogFile(full, 100, 2)
    file.write(b"lost\n")
    file.close()


@pytest.mark.parametrize("descendant", [False, True])
def test_what_a_process_and_its_children_print_comes_whole(tmp_path, descendant):
    """The last line too, of one that has ended; a child that lives on holds nobody up."""
    path = tmp_path / "a.log"
    pipe = LogPipe(LogFile(path, 1000, 50))
    code = "import os, sys; [print('line', n, flush=True) for n in range(500)]; print('last')"
    if descendant:
        code += "; import subprocess; subprocess.Popen(['sleep', '30'])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=pipe.fileno()) as process:
        process.wait()
    pipe.close(wait_s=0.1 if descendant else 10)

    wanted = b"".join(b"line %d\n" % number for number in range(500)) + b"last\n"
    until(lambda: read_all(path, 50) == wanted)


# More than a pipe holds.
MUCH = [sys.executable, "-c", "import sys; sys.stdout.write(('x' * 99 + chr(10)) * 20_000)"]


def test_a_file_that_is_removed_is_made_anew_with_its_folder(tmp_path, caplog):
    path = tmp_path / "logs" / "a.log"
    path.parent.mkdir()
    file = LogFile(path, 1000, 2)
    file.write(b"removed\n")
    path.unlink()
    file.write(b"first\n")
    assert path.read_bytes() == b"first\n"
    shutil.rmtree(path.parent)
    file.write(b"second\n")
    file.close()

    assert path.read_bytes() == b"second\n"
    assert (path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    assert not caplog.messages


def test_a_folder_that_cannot_be_made_stops_nobody_who_logs_and_is_made_when_it_can(
    tmp_path, caplog
):
    folder = tmp_path / "logs"
    folder.mkdir()
    path = folder / "a.log"
    pipe = LogPipe(LogFile(path, 1000, 2))
    shutil.rmtree(folder)
    folder.write_text("in the way")
    subprocess.run(MUCH, stdout=pipe.fileno(), check=True, timeout=60)
    until(lambda: caplog.messages == ["lines of a log are lost"])
    folder.unlink()

    def is_written():
        subprocess.run(["echo", "back"], stdout=pipe.fileno(), check=True)
        return path.exists() and path.read_text().endswith("back\n")

    until(is_written)
    pipe.close()
    assert caplog.messages == ["lines of a log are lost"], "each time of losses is told of once"


def test_a_file_that_cannot_be_opened_anew_is_tried_with_the_next_line(tmp_path, caplog):
    path = tmp_path / "a.log"
    file = LogFile(path, 100, 2)
    file.write(b"x" * 50 + b"\n")
    # Nothing can take the place of a folder that is not empty.
    (tmp_path / "a.log.1" / "in the way").mkdir(parents=True)
    file.write(b"y" * 60 + b"\n")
    path.unlink()
    path.mkdir()
    file.write(b"lost\n")
    file.write(b"lost\n")
    path.rmdir()
    file.write(b"kept\n")
    file.close()

    assert path.read_bytes() == b"kept\n"
    assert caplog.messages == ["lines of a log are lost"]


class Failing:
    """A file that fails as nobody thought of."""

    closed = False

    def write(self, piece):
        raise ValueError(piece[:10])

    def close(self):
        self.closed = True


def test_whatever_fails_the_pipe_is_read_to_its_end():
    file = Failing()
    pipe = LogPipe(file)
    subprocess.run(MUCH, stdout=pipe.fileno(), check=True, timeout=60)
    pipe.close()

    until(lambda: file.closed)
