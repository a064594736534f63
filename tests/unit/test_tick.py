"""When a tick sends a probe on its way."""

from datetime import UTC, datetime, timedelta

from aggregator.store.counters import ProbeRun, ProbeRuns
from workers.tick import name_next_probe

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
