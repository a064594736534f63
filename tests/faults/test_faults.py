"""
Whatever breaks, every article is told once, nothing is told twice, and nothing is stuck.

The stage is all real processes (``stage``), the world serves 320 articles in waves (``world``), and
in each wave something breaks at a random moment (``faults``). After each wave an independent count
decides: what the world says it published against what stands in the digests.

The suite tries a handful of faults. ``./run faults`` tries all of them, each once a round over
Redis and once over RabbitMQ: TILSHI_FAULT_ROUNDS (1), TILSHI_FAULT_HOLD_S (40) for how long things
stay away (a frozen store is frozen as long as its name says, at most six times that),
TILSHI_FAULT_SEED, TILSHI_FAULT_TABLE for a file to write the table to,
TILSHI_FAULT_WORLDS (2) for how many rounds run beside each other: most of a round is waiting. With
the same file of a table, rounds that are over are left out. A seed gives the same faults in the
same order; the moments depend on the machine.
"""

import os
import random
import stat
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.faults import FAULTS, clock_environ, mounted, why_no_clock, why_no_disk
from tests.faults.rabbit import rabbit, why_not
from tests.faults.stage import stage
from tests.faults.table import Table, Try
from workers.embedded import find_binary

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(7200)]

ROUNDS = int(os.environ.get("TILSHI_FAULT_ROUNDS", "0"))
SEED = int(os.environ.get("TILSHI_FAULT_SEED", "20250820"))
HOLD_S = float(os.environ.get("TILSHI_FAULT_HOLD_S", "40"))
TABLE = os.environ.get("TILSHI_FAULT_TABLE", "")
SETTLE_S, LATEST_S = 400.0, 6.0
# A frozen store is frozen for six seconds then, and taken for frozen after two.
SHORT_HOLD_S, SHORT_LATEST_S, SHORT_SILENT_S = 1.0, 1.0, 2.0
ANYWHERE = [fault for fault in FAULTS if not fault.needs]
# One of each kind, for the suite.
SHORT = (
    "kill -9 of `text`, pool process",
    "kill -9 of the private server",
    "broker killed and empty",
    "messages doubled and shuffled",
    "store frozen for 30 s",
    "kill -9 of `translate`, main process",
    "`fetch` frozen past its lease",
)

long_form = pytest.mark.skipif(not ROUNDS, reason="the long form: ./run faults")


@pytest.fixture
def table():
    return Table(Path(TABLE).absolute() if TABLE else None)


@pytest.fixture
def round_of(table):
    """Give a round's name; it is left out if it is over, and over when the test passes."""

    def begin(kind, number):
        name = f"{kind} {number}, seed {SEED}"
        if table.is_finished(name):
            pytest.skip(f"{name}: was done before")
        return name

    return begin


def judge(played, names, table, recovery_s):
    """The independent count, after a wave."""
    told = played.told()
    doubled = sum(count - 1 for count in told.values())
    missing = played.world.count() - played.told_by_outlet()
    lost = sum(missing.values()) - 1  # the one that is too old
    for name in names:
        table.add(Try(name, max(0, lost), doubled, recovery_s))
    name = " + ".join(names)
    assert doubled == 0, f"{name}: told twice: {[key for key, count in told.items() if count > 1]}"
    assert played.told_links() == played.world.links(), name
    assert lost == 0, name
    assert not played.left(), name
    assert len(played.servers()) == 1, f"{name}: writers of one file: {played.servers()}"


def finish(played):
    """The last day closes; everything was delivered once, and nothing is held by anybody."""
    played.set_time(played.world.end.isoformat())
    played.due_now()
    services = played.runtime.services
    played.settle(
        SETTLE_S,
        lambda: (
            played.settled()
            and not services.store.articles.list_open_days()
            and not played.undelivered()
            # Whole articles go on behind the digests.
            and not played.locks()
        ),
    )
    played.stop()
    messages = Counter(played.messengers.told)
    assert not [text for text, count in messages.items() if count > 1], "told twice to readers"
    assert len(messages) + played.in_doubt() >= played.parts(), (
        "a part that was neither sent nor is in doubt"
    )
    untried = played.teasers_without_a_try()
    assert not untried, f"teasers that went on without a try: {untried}"
    # Some of the week's articles are too short to be told from what surrounds them.
    read, _ = services.store.articles.load_page_counts()
    teasers = played.world.count_teasers()
    assert read > teasers / 2, f"{read} of {teasers} pages gave a text"
    assert played.locks() == []
    assert played.left() == {}


def one_round(played, faults, chance, table, hold_s, *, latest_s=LATEST_S, suffix=""):
    """Every wave with a fault of its own, or several where there are more faults than waves."""
    waves = played.world.waves
    per_wave = -(-len(faults) // len(waves))
    left = list(faults)
    for wave in waves:
        played.publish(wave.number)
        some, left = left[:per_wave], left[per_wave:]
        for fault in some or [FAULTS[0]]:
            played.wait(chance.uniform(0.0, latest_s))
            fault.strike(played, chance, hold_s)
        took = played.settle(SETTLE_S)
        judge(played, [fault.name + suffix for fault in some or [FAULTS[0]]], table, took)


def test_a_handful_of_faults_changes_nothing(tmp_path, capsys):
    """Some 160 articles in three waves, three faults in each."""
    chance, table = random.Random(SEED), Table()
    faults = [fault for name in SHORT for fault in FAULTS if fault.name == name]
    chance.shuffle(faults)
    with stage(tmp_path, waves=3, most=80, silent_s=SHORT_SILENT_S) as played:
        one_round(played, faults, chance, table, SHORT_HOLD_S, latest_s=SHORT_LATEST_S)
        finish(played)
    with capsys.disabled():
        print(f"\nseed {SEED}\n{table.markdown()}")


@long_form
@pytest.mark.parametrize("number", range(ROUNDS or 1))
def test_every_fault_over_redis(tmp_path, table, round_of, number):
    """Day after day: each is closed while later ones are worked on."""
    name = round_of("redis", number)
    chance = random.Random(f"{SEED}-redis-{number}")
    faults = list(ANYWHERE)
    chance.shuffle(faults)
    with stage(tmp_path) as played:
        assert len(faults) <= len(played.world.waves)
        one_round(played, faults, chance, table, HOLD_S)
        finish(played)
    table.finish(name)


@long_form
@pytest.mark.parametrize("number", range(ROUNDS or 1))
def test_every_fault_over_rabbitmq(tmp_path, table, round_of, number):
    if why_not():
        pytest.skip(why_not())
    name = round_of("rabbit", number)
    chance = random.Random(f"{SEED}-rabbit-{number}")
    faults = list(ANYWHERE)
    chance.shuffle(faults)
    with (
        rabbit(tmp_path / "rabbit") as broker,
        stage(tmp_path, waves=len(faults), rabbit=broker) as played,
    ):
        assert len(faults) == len(played.world.waves)
        one_round(played, faults, chance, table, HOLD_S, suffix=" (RabbitMQ)")
        finish(played)
    table.finish(name)


@long_form
@pytest.mark.parametrize("number", range(ROUNDS or 1))
def test_a_full_disk(tmp_path, table, round_of, number):
    if why_no_disk():
        pytest.skip(why_no_disk())
    name = round_of("disk", number)
    chance = random.Random(f"{SEED}-disk-{number}")
    unmount = mounted(tmp_path / "disk", 64)
    try:
        [full] = [fault for fault in FAULTS if fault.needs == "disk"]
        with stage(tmp_path, waves=3, data=tmp_path / "disk" / "data") as played:
            played.data = tmp_path / "disk"
            one_round(played, [full], chance, table, min(HOLD_S, 15.0))
            finish(played)
    finally:
        unmount()
    table.finish(name)


@long_form
@pytest.mark.parametrize("number", range(ROUNDS or 1))
def test_the_clock_stepped_an_hour(tmp_path, table, round_of, number):
    if why_no_clock():
        pytest.skip(why_no_clock())
    name = round_of("clock", number)
    chance = random.Random(f"{SEED}-clock-{number}")
    clock = tmp_path / "clock"
    clock.write_text("+0")
    # The store goes by the stepped clock too: its keys' lifetimes do.
    binary = tmp_path / "server"
    exports = "".join(f"export {name}='{value}'\n" for name, value in clock_environ(clock).items())
    binary.write_text(f'#!/bin/sh\n{exports}exec {find_binary()} "$@"\n')
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    faults = [fault for fault in FAULTS if fault.needs == "clock"]
    with stage(tmp_path, waves=3, binary=str(binary), extra=clock_environ(clock)) as played:
        one_round(played, faults, chance, table, HOLD_S)
        finish(played)
    table.finish(name)
