"""Commands leave their blocks when they are asked to end, and no such request is lost."""

import signal
import sys
import threading

import pytest

from workers.ending import (
    StoppedError,
    end_on_signals,
    find_code,
    hold_signals,
    is_end_asked,
    run_until_stopped,
)

KINDS = [
    (signal.SIGTERM, StoppedError),
    (signal.SIGHUP, StoppedError),
    (signal.SIGINT, KeyboardInterrupt),
]


@pytest.fixture(autouse=True)
def nothing_was_asked():
    """Forget, for tests after it, that a test asked its process to end."""
    yield
    with end_on_signals():
        pass


@pytest.fixture(autouse=True)
def handlers_put_back():
    numbers = [number for number, _ in KINDS]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    assert {number: signal.getsignal(number) for number in numbers} == before


@pytest.mark.parametrize(("number", "raised"), KINDS)
def test_a_signal_leaves_every_block_each_time(number, raised):
    left = []
    with end_on_signals():
        for _ in range(2):
            try:
                with pytest.raises(raised):
                    signal.raise_signal(number)
            finally:
                left.append(number)
        assert (is_end_asked(), find_code()) == (True, 128 + number)
    with end_on_signals():
        assert not is_end_asked(), "that was another run"
    assert left == [number] * 2


class Finalized:
    """What does something when it is thrown away; Python drops what that raises."""

    def __init__(self, act):
        self.act = act

    def __del__(self):
        self.act()


@pytest.mark.parametrize(("number", "raised"), KINDS)
def test_of_a_request_that_python_drops_nothing_is_printed(monkeypatch, number, raised):
    del raised
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with end_on_signals():
        Finalized(lambda: signal.raise_signal(number))

        assert is_end_asked()
        assert not told
        Finalized(lambda: 1 // 0)
    assert [dropped.exc_type for dropped in told] == [ZeroDivisionError]
    assert sys.unraisablehook == told.append


@pytest.mark.parametrize(("number", "raised"), KINDS)
def test_being_stopped_is_no_failure_of_what_runs_until_then(number, raised):
    del raised
    with end_on_signals(), run_until_stopped():
        signal.raise_signal(number)
        pytest.fail("it went on")


def test_a_request_that_came_as_another_exception_is_known():
    """As Python makes one of it that comes while a class is made."""
    with end_on_signals(), run_until_stopped():
        try:
            signal.raise_signal(signal.SIGTERM)
        except StoppedError as error:
            raise RuntimeError("Error calling __set_name__") from error


def test_what_was_asked_before_it_began_is_heeded_when_it_begins():
    with end_on_signals():
        with pytest.raises(StoppedError):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(StoppedError), run_until_stopped():
            pytest.fail("it began")


def test_a_failure_of_its_own_is_one():
    with end_on_signals(), pytest.raises(RuntimeError), run_until_stopped():
        raise RuntimeError


def test_what_must_not_be_done_by_halves_is_done_first():
    done = []

    def do():
        with hold_signals():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            done.append(1)

    with end_on_signals():
        with pytest.raises(StoppedError):
            do()
        with hold_signals():
            done.append(2)
    assert done == [1, 2]


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with end_on_signals():
            signal.raise_signal(signal.SIGHUP)
            assert not is_end_asked()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_is_left_alone():
    def run():
        with end_on_signals(), hold_signals():
            done.append(1)

    done = []
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done == [1]
