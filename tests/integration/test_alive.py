"""``tilshi health --here``: what the process beside it did, in the time that a check may take."""

import os
import resource
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.support.command import call_command
from tests.support.waiting import until
from workers.alive import check_here, note_alive, note_start


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Signs of life of this test alone."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path / f"tilshi-alive-{os.getuid()}"


def test_a_queue_is_well_as_long_as_its_last_work_is_not_long_ago(folder):
    assert check_here("text", 60, None) == (False, "text: no work here yet")
    note_start("text")
    assert not check_here("text", 60, None)[0], "it only started"
    note_alive("text")
    assert check_here("text", 60, None) == (True, "text: the last work here was 0 s ago")
    os.utime(folder / "text", (0, 0))
    assert not check_here("text", 60, None)[0]
    note_alive("text")
    assert check_here("text", 60, None)[0]
    note_start("text")
    assert not check_here("text", 60, None)[0], "another process's work counts no more"


@pytest.fixture
def worker():
    """A process that says it is one of ours, and does nothing."""
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "tilshi"])
    yield started
    started.kill()
    started.wait()


@pytest.mark.parametrize("frozen", [False, True])
def test_what_stays_unhealthy_is_ended_politely_and_then_at_once(folder, worker, frozen):
    note_start("text")
    (folder / "text.process").write_text(f"{worker.pid} ")
    if frozen:
        worker.send_signal(signal.SIGSTOP)
        # Of two signals that wait the lower number goes first: it would be ended before it froze.
        until(lambda: Path(f"/proc/{worker.pid}/stat").read_text().split(")")[1].split()[0] == "T")

    assert not check_here("text", 60, 3)[0]
    assert not check_here("text", 60, 3)[0]
    note_alive("text")
    assert check_here("text", 60, 3)[0], "the count begins anew"
    (folder / "text").unlink()
    for _ in range(2):
        assert "ended" not in check_here("text", 60, 3)[1]
    assert worker.poll() is None
    well, words = check_here("text", 60, 3)

    assert not well
    assert words.endswith(f"3 checks failed in a row, so process {worker.pid} is ended by SIGTERM")
    if frozen:
        assert worker.poll() is None
        assert check_here("text", 60, 3)[1].endswith("by SIGKILL")
    assert worker.wait(10) == -(signal.SIGKILL if frozen else signal.SIGTERM)


def test_a_strangers_process_is_left_alone(folder):
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        note_start("text")
        (folder / "text.process").write_text(f"{stranger.pid} ")
        assert check_here("text", 60, 1)[1].endswith(f"{stranger.pid} would be ended, and is gone")
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_folder_of_somebody_else_is_not_believed(tmp_path, folder):
    if os.getuid() != 0:
        pytest.skip("only root gives a folder away")
    folder.mkdir()
    os.chown(folder, 12345, 12345)

    note_alive("text")

    assert check_here("text", 60, None)[1].startswith(f"text: {folder} is not ours")
    assert list(folder.iterdir()) == []


class Page(BaseHTTPRequestHandler):
    """A front page, or what is none."""

    body = b"<title>Tilshi</title>"

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.mark.parametrize(("body", "well"), [(Page.body, True), (b"another's page", False)])
def test_a_page_is_asked_where_it_was_started(monkeypatch, body, well):
    assert check_here("page", 60, None) == (False, "page: none was started here")
    monkeypatch.setattr(Page, "body", body)
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        note_start("page", f"0.0.0.0 {server.server_port}")
        assert check_here("page", 60, None)[0] is well
        server.shutdown()
    assert "no answer on port" in check_here("page", 60, None)[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--here", "text", "--within", "60"),
        ("--within", "60", "--restart-after", "9", "--here", "text"),
        ("--here=text",),
    ],
)
def test_it_is_the_same_answer_whichever_parser_read_it(tmp_path, arguments):
    """The third is only read by the parser of commands."""
    environ = {"TMPDIR": str(tmp_path), "TILSHI_DATA_FOLDER": str(tmp_path)}
    before = call_command("health", *arguments, environ=environ, folder=tmp_path)
    note_alive("text")
    after = call_command("health", *arguments, environ=environ, folder=tmp_path)

    assert (before.returncode, before.stderr) == (1, "tilshi: text: no work here yet\n")
    assert (after.returncode, after.stdout) == (0, "text: the last work here was 0 s ago\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--here", "tax"),
        ("--queue", "tax"),
        ("--restart-after", "3"),
        ("--here", "text", "--page"),
    ],
)
def test_what_is_typed_wrongly_is_said(tmp_path, arguments):
    result = call_command("health", *arguments, environ={}, folder=tmp_path)

    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_it_takes_little_more_than_the_interpreter_does(tmp_path):
    """Both are measured here, since machines differ: it is bare Python and a few modules."""

    def measure(*arguments):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(3):
            subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    check = ("-m", "workers.cli", "health", "--here", "text")
    measure(*check)
    ratios = (measure(*check) / measure("-c", "import socket, signal, runpy") for _ in range(4))

    assert min(ratios) < 2
    modules = subprocess.run(
        [sys.executable, "-X", "importtime", *check], capture_output=True, text=True, check=False
    ).stderr
    assert not {"typer", "redis", "pydantic"} & set(modules.split())
