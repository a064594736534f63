"""Answers read in a process of their own: the same feeds, and no answer that costs minutes."""

import os
import signal
import sys
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.errors import FormChangedError, ParseError, ReaderError
from aggregator.feeds.kinds.registry import Kinds
from aggregator.feeds.process import FeedProcess
from aggregator.models import FetchResult, Outlet, Source
from tests.support.hostile import KINDS
from tests.support.through import ADDRESS, OPTIONS

ZONE = ZoneInfo("Asia/Almaty")
RSS = b"<rss><channel><item><title>t</title><pubDate>2025-08-20</pubDate></item></channel></rss>"
# Kinds as a package may bring them: one never ends, one eats memory, one ends its process.
MODULE = """
import os, pathlib, re, signal
from aggregator.models import Feed

class Bad:
    name = "bad"
    def wanted_address(self, url): return ""
    def check(self, options): return {}
    def parse(self, result, source, *, default_zone):
        if result.body == b"search":
            re.match("(a|a)*b", "a" * 80)
        elif result.body == b"memory":
            bytes(2 << 30)
        elif result.body == b"end":
            os._exit(3)
        elif result.body == b"kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif result.body.startswith(b"/"):
            mark = pathlib.Path(result.body.decode())
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        elif result.body == b"bug":
            raise KeyError("a bug")
        print("words that are no answer")
        return Feed(title="read", language="", items=())
"""


def make_answer(body, kind="feed"):
    outlet = Outlet(id="outlet", name="Outlet", home="https://outlet.example/")
    source = Source(
        id="outlet-kk",
        outlet=outlet,
        url=ADDRESS,
        every=timedelta(hours=1),
        kind=kind,
        options=OPTIONS.get(kind, {}),
    )
    return FetchResult(url=ADDRESS, status=200, headers={}, body=body), source


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    info = folder / "bad_kind-1.0.dist-info"
    info.mkdir()
    (folder / "bad_kind.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-kind\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tilshi.source_kinds]\nbad = bad_kind:Bad\n")
    run = (
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(folder)!r})\n"
        "runpy.run_module('aggregator.feeds.child', run_name='__main__')\n"
    )
    process = FeedProcess(work_s=1, command=(sys.executable, "-c", run))
    yield process
    process.close()


def read(process, body, kind="feed"):
    result, source = make_answer(body, kind)
    return process.parse(result, source, default_zone=ZONE)


def test_it_reads_what_is_read_here(process):
    for body in (RSS, KINDS["many news"](60_000)):
        result, source = make_answer(body)
        here = Kinds(()).find_kind("feed").parse(result, source, default_zone=ZONE)
        assert read(process, body) == here


def test_what_a_kind_says_is_wrong_is_said(process):
    with pytest.raises(ParseError, match="an HTML page titled 'x'"):
        read(process, b"<html><title>x</title></html>")
    with pytest.raises(FormChangedError, match="no list at 'data'"):
        read(process, b"{}", "json")
    with pytest.raises(ReaderError, match=r"KeyError: 'a bug' \(.*bad_kind.py:\d+\)"):
        read(process, b"bug", "bad")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"search", "took more than 1 s of processor time, and was stopped"),
        (b"memory", "took too much memory"),
        (b"end", r"ended its process \(3; EOFError\)"),
        (b"kill", r"ended its process \(-9; EOFError\)"),
    ],
)
def test_an_answer_that_holds_or_ends_its_process_is_named_and_the_next_is_read(
    process, body, said
):
    with pytest.raises(ParseError, match=said):
        read(process, body, "bad")

    assert read(process, b"", "bad").title == "read"


def test_it_is_kept_for_all_answers_and_started_anew_when_it_is_gone(process):
    read(process, RSS)
    first = process._child.pid
    read(process, RSS)
    assert process._child.pid == first

    os.kill(first, signal.SIGSTOP)
    patient, process._limit_s = process._limit_s, 0.2
    try:
        with pytest.raises(ParseError, match=r"took more than 0\.2 s, and was stopped"):
            read(process, RSS)
    finally:
        process._limit_s = patient
    read(process, RSS)
    assert process._child.pid != first


def test_no_answer_is_blamed_for_what_was_killed_while_it_waited(process):
    read(process, RSS)
    os.kill(process._child.pid, signal.SIGKILL)

    assert read(process, RSS).items


def test_what_is_killed_once_while_it_reads_is_asked_again(process, tmp_path):
    mark = tmp_path / "killed"

    assert read(process, bytes(mark), "bad").title == "read"
    assert mark.exists()


def test_an_answer_that_would_make_something_else_is_refused():
    script = (
        "import os, pickle, sys\n"
        "sys.stdout.buffer.write(b'\\n'); sys.stdout.flush()\n"
        "class Evil:\n"
        "    def __reduce__(self): return os.system, ('exit 1',)\n"
        "size = int.from_bytes(sys.stdin.buffer.read(8)); sys.stdin.buffer.read(size)\n"
        "answer = pickle.dumps(('feed', Evil()))\n"
        "sys.stdout.buffer.write(len(answer).to_bytes(8) + answer); sys.stdout.flush()\n"
    )
    process = FeedProcess(command=(sys.executable, "-c", script))

    with pytest.raises(ParseError, match="UnpicklingError"):
        read(process, RSS)


def test_a_process_that_does_not_start_is_our_fault():
    with pytest.raises(ReaderError, match=r"did not start \(7\)"):
        read(FeedProcess(command=(sys.executable, "-c", "import os; os._exit(7)")), RSS)
