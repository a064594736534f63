"""What runs until it is stopped ends when it is asked to, and leaves no server behind."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command import call_command, make_environ
from tests.support.packages import STARTER
from tests.support.ports import find_free_port
from tests.support.waiting import until
from workers.serving import hold_data_folder

SOURCES = (
    '[[outlet]]\nid = "ab"\nname = "A"\nhome = "https://a.example/"\n'
    '[[outlet.source]]\nid = "ab"\nurl = "https://a.example/rss"\npaused = true\n'
)


@pytest.fixture
def environ(tmp_path):
    (tmp_path / "sources.toml").write_text(SOURCES)
    port = find_free_port()
    return {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_SOURCES_FILE": str(tmp_path / "sources.toml"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "TILSHI_WEB_PORT": str(port),
    }


@contextmanager
def running(environ, *arguments):
    clean = make_environ()
    with subprocess.Popen(
        [sys.executable, "-m", "workers.cli", *arguments],
        env=clean | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def find_processes(folder):
    """Give the ids of those that name a folder, in their arguments or their variables."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            named = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
            dead = (path / "stat").read_text().split(")")[1].split()[0] == "Z"
        except OSError:
            continue
        if os.fsencode(folder) in named and not dead:
            found.append(int(path.name))
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("command", "number"),
    [("web", signal.SIGTERM), ("web", signal.SIGINT), ("serve", signal.SIGTERM)],
)
def test_it_leaves_nothing_behind(tmp_path, environ, command, number):
    with running(environ, command) as process:
        lines = [process.stdout.readline()]
        while "stop with Ctrl-C" not in lines[-1]:
            assert lines[-1], lines
            lines.append(process.stdout.readline())
        server = int((tmp_path / "data" / "store" / "server.lock").read_text())
        assert server in find_processes(tmp_path / "data")
        if command == "serve":
            refused = call_command("serve", environ=environ, folder=tmp_path)
            assert refused.returncode == 1
            page = f"http://127.0.0.1:{environ['TILSHI_WEB_PORT']}/"
            assert f"process {process.pid}, its page is at {page}" in refused.stderr

        process.send_signal(number)

        assert process.wait(60) == 0
        assert "Traceback" not in process.stdout.read()
    until(lambda: not find_processes(tmp_path / "data"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_the_middle_of_its_imports(tmp_path, environ, number):
    with running(environ, "web") as process:
        loaded = Path(f"/proc/{process.pid}/maps")
        # The first compiled module of a library: the command's own are being imported.
        until(lambda: "pydantic_core" in loaded.read_text())
        process.send_signal(number)

        assert process.wait(60) in (0, 128 + number, -number)
        assert "Traceback" not in process.stdout.read()
    assert not find_processes(tmp_path / "data")


def test_the_one_that_serves_is_named_to_the_next(tmp_path, environ):
    with hold_data_folder(tmp_path / "data", "its page is at http://127.0.0.1:1/"):
        refused = call_command("serve", environ=environ, folder=tmp_path)

    assert refused.returncode == 1
    assert f"process {os.getpid()}, its page is at http://127.0.0.1:1/" in refused.stderr
    with hold_data_folder(tmp_path / "data", "without a page"):
        pass


def test_a_taken_port_is_named_before_anything_is_started(tmp_path, environ):
    port = int(environ["TILSHI_WEB_PORT"])
    with socket.create_server(("127.0.0.1", port)):
        refused = call_command("serve", environ=environ, folder=tmp_path)

    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in refused.stderr
    assert "address already in use" in refused.stderr
    assert "TILSHI_WEB_PORT" in refused.stderr
    assert "page is at" not in refused.stdout + refused.stderr
    assert not (tmp_path / "data" / "store").exists()


@pytest.mark.parametrize(
    ("host", "words"), [("192.0.2.1", "cannot assign"), ("nowhere.invalid", "name")]
)
def test_a_host_that_is_not_here_is_named(tmp_path, environ, host, words):
    changed = environ | {"TILSHI_WEB_HOST": host}
    refused = call_command("web", environ=changed, folder=tmp_path)

    assert refused.returncode == 1
    assert f"cannot listen on {host}:{environ['TILSHI_WEB_PORT']}" in refused.stderr
    assert words in refused.stderr
    assert "TILSHI_WEB_HOST" in refused.stderr


# What a signal raises is lost, as in a callback of an event loop that has not begun to listen.
LOST = """
import signal, uvicorn
from workers.ending import end_on_signals
from workers.web_server import EndingServer
with end_on_signals():
    try:
        signal.raise_signal(signal.SIGTERM)
    except BaseException:
        pass
    config = uvicorn.Config(lambda *_: None, host="127.0.0.1", port=0, lifespan="off")
    EndingServer(config).run()
print("ended")
"""


def test_a_page_ends_that_was_asked_to_before_it_listened():
    done = subprocess.run(
        [sys.executable, "-c", LOST], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "ended\n"
