"""
What machines ask a page's process, over real HTTP and a real store.

Numbers read back by Prometheus' parser.
"""

import asyncio
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from aggregator.models import Alert, AlertKind, Outcome
from aggregator.web.archive import Archive
from aggregator.web.probes import PageReadiness, Scrapes, check_readiness
from tests.support.builders import digest
from tests.support.newsroom import newsroom
from tests.support.operator import TOKEN, furnish, operated, room_with_token
from tests.support.redis import private_redis
from tests.support.waiting import until
from workers.snapshots import make_snapshot_scope

ROOT = Path(__file__).resolve().parents[2]
HERE = "http://127.0.0.1:8420/"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def server():
    with private_redis() as redis:
        yield redis


def make_tokenless(folder, url, **environ):
    feeds = {"alpha": "http://127.0.0.1:9/a"}
    return newsroom(folder / "data", url, feeds, "2025-08-20T21:00:00+05:00", **environ)


def read_families(text):
    return {family.name: family for family in text_string_to_metric_families(text)}


def read_value(families, name, **labels):
    samples = [sample for family in families.values() for sample in family.samples]
    [sample] = [item for item in samples if item.name == name and item.labels == labels]
    return sample.value


@pytest.fixture(scope="module")
def exposed(server, tmp_path_factory):
    """The metrics of a furnished store, as text."""
    folder = tmp_path_factory.mktemp("exposed")
    services = room_with_token(folder, server.url, TILSHI_STORE_NAMESPACE="exposed")
    furnish(services)
    store = services.store
    for seconds in (0.2, 3.0, 400.0):
        store.counters.count_work("translate", 4, seconds)
    store.counters.count("alert:queue ages", 2)
    store.translations.recall(["a" * 32])
    alert = Alert(kind=AlertKind.QUEUE_AGES, subject="text", text="t", raised=services.clock.now())
    store.notices.change_alerts([alert], [], ["Alert: t"])
    with operated(services, folder) as client:
        answer = client.get("/metrics", headers=BEARER)
    store.close()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


def test_what_is_in_the_store_comes_back_from_the_parser(exposed):
    families = read_families(exposed)

    assert read_value(families, "tilshi_store_up") == 1
    assert read_value(families, "tilshi_stage_items_total", stage="translate") == 12
    assert read_value(families, "tilshi_translation_lookups_total", result="miss") == 1
    assert read_value(families, "tilshi_alerts_raised_total", kind="queue ages") == 2
    assert read_value(families, "tilshi_alerts", kind="queue ages") == 1
    assert read_value(families, "tilshi_dead_letters", stage="text") == 1
    assert read_value(families, "tilshi_dead_letters", stage="deliver") == 1
    assert read_value(families, "tilshi_source_failures", source="beta") == 1
    assert (
        read_value(families, "tilshi_source_last_success_timestamp_seconds", source="alpha") > 1.7e9
    )
    assert read_value(families, "tilshi_source_next_poll_timestamp_seconds", source="alpha") > 1.7e9
    assert read_value(families, "tilshi_store_memory_bytes") > 100_000
    assert read_value(families, "tilshi_notices_waiting") == 1
    samples = families["tilshi_source_last_success_timestamp_seconds"].samples
    polled = [sample.labels["source"] for sample in samples]
    assert polled == ["alpha"], "what never was is absent, not 1970"


def test_durations_are_a_histogram_that_only_grows_and_ends_in_its_count(exposed):
    durations = read_families(exposed)["tilshi_stage_duration_seconds"].samples
    samples = [item for item in durations if item.labels["stage"] == "translate"]
    rising = [item.value for item in samples if item.name.endswith("_bucket")]

    assert rising == sorted(rising)
    assert [samples[1].labels["le"], samples[1].value] == ["0.25", 1]
    by_name = {item.name: item.value for item in samples}
    assert by_name["tilshi_stage_duration_seconds_count"] == rising[-1] == 3
    assert by_name["tilshi_stage_duration_seconds_sum"] == 403.2


def test_labels_are_closed_sets_and_begin_at_nought_from_the_start(exposed):
    samples = read_families(exposed)["tilshi_polls"].samples
    outcomes = {item.labels["outcome"] for item in samples}

    assert outcomes == {item.value for item in Outcome}


def test_names_and_units_keep_prometheus_conventions(exposed):
    for name, family in read_families(exposed).items():
        assert re.fullmatch(r"tilshi_[a-z_]+", name), name
        assert family.documentation
        if family.type == "counter":
            assert all(item.name == f"{name}_total" for item in family.samples), name
        assert not re.search(r"_(ms|minutes|hours|kb|mb)$", name), name


def list_exposed_names(families):
    names = set(families)
    for family in families.values():
        names.update(sample.name for sample in family.samples)
    return names


def read_example_rules():
    """Return the expressions of the rules that the documents give."""
    groups = yaml.safe_load((ROOT / "docs/alert-rules.yml").read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def test_the_example_rules_name_only_what_is_exposed(exposed):
    expressions = read_example_rules()
    used = set()
    outcomes = set()
    for expression in expressions:
        used.update(re.findall(r"tilshi_\w+", expression))
        for match in re.findall(r'outcome!~"([^"]*)"', expression):
            outcomes.update(match.split("|"))

    assert len(expressions) > 8
    assert used <= list_exposed_names(read_families(exposed))
    assert outcomes <= {item.value for item in Outcome}


def test_with_a_token_numbers_are_for_its_bearer(server, tmp_path):
    services = room_with_token(tmp_path, server.url, TILSHI_STORE_NAMESPACE="token")
    with operated(services, tmp_path) as client:
        refused = client.get("/metrics")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (
            401,
            'Bearer realm="tilshi"',
        )
        assert "tilshi_" not in refused.text
        wrong = {"authorization": "Bearer nonsense"}
        statuses = [client.get("/metrics", headers=wrong).status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429]
    services.store.close()


def test_without_a_token_numbers_are_for_this_machine_alone(server, tmp_path):
    services = make_tokenless(tmp_path, server.url)
    with operated(services, tmp_path, HERE) as client:
        assert client.get("/metrics").status_code == 200
        for headers in (
            {"host": "digest.example"},
            {"host": "evil.example:80"},
            {"x-forwarded-for": "203.0.113.1"},
        ):
            answer = client.get("/metrics", headers=headers)
            assert (answer.status_code, "tilshi_" in answer.text) == (404, False), headers
    with operated(services, tmp_path, HERE, loopback=False) as client:
        assert client.get("/metrics").status_code == 404
    # An address for readers elsewhere: something passes them on, whatever it says of itself.
    with operated(services, tmp_path, "https://digest.example/") as client:
        assert client.get("/metrics").status_code == 404
    services.store.close()


def test_numbers_are_for_all_where_the_owner_says_so(server, tmp_path):
    services = make_tokenless(tmp_path, server.url, TILSHI_WEB_METRICS="open")
    with operated(services, tmp_path) as client:
        answer = client.get("/metrics", headers={"x-forwarded-for": "203.0.113.1"})
        assert "tilshi_" in answer.text
    services.store.close()


def test_a_store_that_goes_away_shows_as_that_and_readers_are_served_on(tmp_path):
    with private_redis() as own:
        services = make_tokenless(tmp_path, own.url)
        services.store.queues.lock("compose", token="c", lease=services.lock_time)
        assert services.store.digests.publish(digest(2), {}, token="c", last=False)
        opened = operated(services, tmp_path, HERE)
        client = opened.__enter__()
        until(
            lambda: (
                client.get("/readyz").json()
                == {"ready": True, "archive": "1 digests", "store": "reached"}
            )
        )
        assert client.get("/healthz").text == "alive\n"
    try:
        families = read_families(client.get("/metrics").text)
        assert read_value(families, "tilshi_store_up") == 0
        assert set(families) == {"tilshi_store_up", "tilshi_build_info"}
        until(lambda: client.get("/readyz").json()["store"] == "away", seconds=90)
        assert client.get("/readyz").status_code == 200, "there are copies"
    finally:
        opened.__exit__(None, None, None)
    services.store.close()


def test_without_copies_and_store_nobody_can_be_served(tmp_path):
    with private_redis() as own:
        services = make_tokenless(tmp_path, own.url)
    with operated(services, tmp_path) as client:
        answer = client.get("/readyz")

        assert (answer.status_code, answer.json()) == (
            503,
            {"ready": False, "archive": "0 digests", "store": "away"},
        )
        assert client.get("/healthz").status_code == 200


def test_copies_that_cannot_be_read_are_said(tmp_path):
    archive = Archive(tmp_path / "archive.sqlite")
    (tmp_path / "archive.sqlite").write_bytes(b"not an archive" * 400)
    for rest in ("-wal", "-shm"):
        (tmp_path / f"archive.sqlite{rest}").unlink(missing_ok=True)

    # Each thread has a connection of its own; one that is new reads the file as it is now.
    with ThreadPoolExecutor(1) as another:
        ready = another.submit(check_readiness, archive, ["daily"], lost=False).result()

    assert ready == PageReadiness(ready=False, archive="cannot be read", store="reached")


def test_scrapes_at_once_are_one_reading(server, tmp_path):
    services = make_tokenless(tmp_path, server.url)
    with operated(services, tmp_path, HERE) as client:
        client.get("/metrics")
        before = count_commands(services)
        texts = {client.get("/metrics").text for _ in range(20)}
        assert count_commands(services) - before < 3 * 40, "at most a reading a second"
        assert len(texts) <= 3
    services.store.close()


def count_commands(services):
    with services.store._connection.client() as client:
        return int(client.info("stats")["total_commands_processed"])


def test_a_store_that_hangs_is_waited_for_within_bounds_by_one_thread(tmp_path):
    with private_redis() as own:
        services = make_tokenless(tmp_path, own.url)
        own_pid = own.pid
        scrapes = Scrapes(
            make_snapshot_scope(services), services.clock, version="1", channels={}, within_s=0.5
        )

        async def ask():
            before = threading.active_count()
            answers = await asyncio.gather(*(scrapes.render() for _ in range(30)))
            return answers, threading.active_count() - before

        async def hung_then_awake():
            os.kill(own_pid, signal.SIGSTOP)
            try:
                hung, threads = await ask()
            finally:
                os.kill(own_pid, signal.SIGCONT)
            return hung, threads, await scrapes.render()

        hung, threads, after = asyncio.run(hung_then_awake())
        services.store.close()

    assert hung == [None] * 30
    assert threads <= 1
    assert b"tilshi_store_up 1.0" in after
