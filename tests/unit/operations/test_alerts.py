"""When operators are alerted: bounds, a source's own history, and that nothing comes and goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from aggregator.models import Alert, AlertKind
from aggregator.operations.alerts import (
    Bounds,
    DigestFact,
    Facts,
    SourceFact,
    find_allowed_silence,
    judge_facts,
)
from aggregator.operations.known import Loss, LossKind
from aggregator.operations.risks import Risk

NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)
WELL = Facts(now=NOW, came_back=NOW, probes_since=NOW - timedelta(days=1))
HOUR = timedelta(hours=1)


def judge(facts, known=()):
    raised = {alert.name: alert for alert in known}
    return judge_facts(facts, raised, Bounds())


def list_raised(facts, known=()):
    return [alert.name for alert in judge(facts, known).raised]


def list_over(facts, known):
    return [alert.name for alert in judge(facts, known).over]


def make_alert(kind, subject=""):
    return Alert(kind=kind, subject=subject, text="", raised=NOW - HOUR)


def test_nothing_is_wrong_where_nothing_is():
    assert list_raised(WELL) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"oldest": {"text": NOW - timedelta(minutes=31)}}, "queue ages/text"),
        ({"came_back": NOW - timedelta(minutes=11)}, "canary late/"),
        ({"came_back": None, "probes_since": NOW - timedelta(minutes=11)}, "canary late/"),
        ({"dead_letters": 1}, "dead letters/"),
        ({"memory": 0.91}, "store full/"),
        (
            {
                "digests": [
                    DigestFact(
                        edition="daily", day=date(2025, 8, 18), closes=NOW - 3 * HOUR, closed=False
                    )
                ]
            },
            "digest late/daily/2025-08-18",
        ),
        (
            {
                "sources": [
                    SourceFact(id="s", failures=2, succeeded=NOW - 25 * HOUR, outcome="timeout")
                ]
            },
            "source failing/s",
        ),
        ({"sources": [SourceFact(id="s", failures=5)]}, "source failing/s"),
        (
            {"sources": [SourceFact(id="s", by_day=[40] * 14, last_new_at=NOW - 13 * HOUR)]},
            "source silent/s",
        ),
    ],
)
def test_what_passes_its_bound_is_raised_once(changes, name):
    facts = replace(WELL, **changes)
    [alert] = judge(facts).raised

    assert alert.name == name
    assert list_raised(facts, [alert]) == []
    assert list_over(facts, [alert]) == []
    assert list_over(WELL, [alert]) == [name]


@pytest.mark.parametrize(
    "changes",
    [
        {"oldest": {"text": NOW - timedelta(minutes=29), "group": None}},
        {"came_back": NOW - timedelta(minutes=9)},
        # Just begun again after a night at rest.
        {"came_back": NOW - 9 * HOUR, "probes_since": NOW - timedelta(minutes=1)},
        {"memory": 0.89},
        {"sources": [SourceFact(id="s", failures=2, succeeded=NOW - 23 * HOUR)]},
        {"sources": [SourceFact(id="s", by_day=[40] * 14, last_new_at=NOW - 11 * HOUR)]},
        {"sources": [SourceFact(id="s", by_day=[0] * 12 + [9, 9], last_new_at=NOW - 99 * HOUR)]},
    ],
)
def test_what_is_within_its_bound_is_not_raised(changes):
    assert list_raised(replace(WELL, **changes)) == []


def test_an_alert_is_over_only_when_things_are_clearly_well():
    queue = make_alert(AlertKind.QUEUE_AGES, "text")
    full = make_alert(AlertKind.STORE_FULL)
    hardly = replace(WELL, oldest={"text": NOW - timedelta(minutes=16)}, memory=0.85)
    well = replace(WELL, oldest={"text": NOW - timedelta(minutes=14)}, memory=0.79)

    assert list_over(hardly, [queue, full]) == []
    assert list_over(well, [queue, full]) == [queue.name, full.name]


def test_a_source_that_fails_is_not_called_silent_too():
    source = SourceFact(
        id="s", by_day=[40] * 14, last_new_at=NOW - 48 * HOUR, failures=9, succeeded=NOW - 48 * HOUR
    )

    assert list_raised(replace(WELL, sources=[source])) == ["source failing/s"]


def test_patience_follows_a_sources_own_history():
    weekdays = [5, 5, 5, 5, 5, 0, 0] * 2

    assert find_allowed_silence([40] * 14, Bounds()) == 12 * HOUR
    assert find_allowed_silence(weekdays, Bounds()) >= timedelta(days=3), "weekends are usual"
    assert find_allowed_silence([0] * 5 + [1, 0, 0, 1, 0, 0, 1, 0, 0], Bounds()) >= timedelta(
        days=9
    )
    assert find_allowed_silence([0] * 12 + [7, 7], Bounds()) is None, "too young to judge"


BROKER_AWAY = make_alert(AlertKind.BROKER_AWAY)
STUCK = replace(
    WELL,
    oldest={"text": NOW - 2 * HOUR},
    came_back=NOW - 2 * HOUR,
    probes_since=NOW - 9 * HOUR,
    sources=[SourceFact(id="s", by_day=[40] * 14, last_new_at=NOW - 13 * HOUR)],
)


def test_a_broker_that_is_away_is_told_and_not_what_follows_from_it():
    away = replace(STUCK, broker_away=BROKER_AWAY)
    late = make_alert(AlertKind.CANARY_LATE)

    assert list_raised(STUCK) == ["source silent/s", "queue ages/text", "canary late/"]
    assert list_raised(away) == ["broker away/"]
    assert list_over(away, [late]) == [], "nobody knows, as nobody looks"


def test_who_waited_has_the_whole_time_again_since_store_or_broker_came_back():
    back = replace(STUCK, resumed=NOW - timedelta(minutes=5))
    late = make_alert(AlertKind.CANARY_LATE)

    assert list_raised(back) == []
    assert list_over(back, [late]) == [], "it was late before"
    assert list_raised(replace(STUCK, resumed=NOW - timedelta(minutes=11))) == ["canary late/"]


def test_what_is_lost_or_may_be_is_raised_at_once():
    loss = Loss(kind=LossKind.EVICTED, text="gone", since=NOW - HOUR)
    facts = replace(
        WELL, losses=[loss], risks=[Risk("evicts", "may go"), Risk("x", "?", certain=False)]
    )

    assert list_raised(facts) == ["data lost/evicted", "store unsafe/evicts"]
