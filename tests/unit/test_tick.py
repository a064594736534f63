"""When a tick sends a probe on its way."""

from datetime import UTC, datetime, timedelta

from aggregator.store.pulse import Round, Rounds
from workers.tick import name_next_probe

NOW = datetime(2025, 8, 20, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def sent(ago, **steps_s):
    return Rounds(now=Round(id="r", began=NOW - ago, legs_s=steps_s))


def test_the_first_probe_sets_out_at_once_and_is_named_by_the_time():
    assert name_next_probe(Rounds(), NOW).startswith("round-20250820T080000-")


def test_two_probes_have_two_names():
    assert name_next_probe(Rounds(), NOW) != name_next_probe(Rounds(), NOW)


def test_none_sets_out_while_one_is_on_its_way():
    assert name_next_probe(sent(MINUTE, fetch=1.0), NOW) is None


def test_the_next_sets_out_when_it_is_back_or_lost():
    assert name_next_probe(sent(MINUTE, fetch=1.0, back=2.0), NOW)
    assert name_next_probe(sent(6 * MINUTE, fetch=1.0), NOW)
