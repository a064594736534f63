"""When a tick sends a probe on its way."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.models import Outcome, Source, SourceState
from aggregator.polling.schedule import Timetable
from aggregator.store.counters import ProbeRun, ProbeRuns
from tests.support.builders import outlet
from workers.tick import is_astray, name_next_probe

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def sent(ago, **steps_s):
    return ProbeRuns(now=ProbeRun(id="r", began=NOW - ago, steps_s=steps_s))


def test_the_first_probe_sets_out_at_once_and_is_named_by_the_time():
    assert name_next_probe(ProbeRuns(), NOW).startswith("round-20250820T080000-")


def test_two_probes_have_two_names():
    assert name_next_probe(ProbeRuns(), NOW) != name_next_probe(ProbeRuns(), NOW)


def test_none_sets_out_while_one_is_on_its_way():
    assert name_next_probe(sent(MINUTE, fetch=1.0), NOW) is None


def test_the_next_sets_out_when_it_is_back_or_lost():
    assert name_next_probe(sent(MINUTE, fetch=1.0, back=2.0), NOW)
    assert name_next_probe(sent(6 * MINUTE, fetch=1.0), NOW)


def test_a_probe_of_a_clock_that_was_ahead_holds_up_none():
    assert name_next_probe(sent(timedelta(hours=-6), fetch=1.0), NOW)
    assert name_next_probe(sent(timedelta(seconds=-5), fetch=1.0), NOW) is None


HOUR = timedelta(hours=1)
SOURCE = Source(id="s", url="https://s.example/rss", outlet=outlet(1), every=HOUR)


@pytest.mark.parametrize(
    ("checked", "due", "astray"),
    [
        (-HOUR, HOUR, False),
        (-HOUR, None, False),
        (None, -HOUR, False),
        (6 * HOUR, 7 * HOUR, True),
        (6 * HOUR, None, True),
        # Given back for a host's turn, of which no poll was noted.
        (-HOUR, 6 * HOUR, True),
        (None, 6 * HOUR, True),
    ],
)
def test_a_source_is_astray_if_a_clock_was_ahead(checked, due, astray):
    state = SourceState(outcome=Outcome.OK, checked=None if checked is None else NOW + checked)
    moment = None if due is None else NOW + due

    assert is_astray(SOURCE, state, moment, NOW, Timetable()) is astray
