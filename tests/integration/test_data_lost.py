"""A store emptied, swapped, thinned out by its bound of memory or by hand: every judge says it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import redis

from aggregator.clock import SystemClock
from aggregator.models import Outcome, SourceReport
from aggregator.operations.known import KnownFile
from aggregator.store.keys import Keys
from aggregator.store.redis import Store
from tests.contract.test_store import DAY, KEPT, make_incoming
from tests.support.command import call_command
from tests.support.newsroom import newsroom
from tests.support.operator import TOKEN, operated
from tests.support.redis import private_redis

KEYS = Keys("tilshi")
AS_OF = "2025-08-20T13:00:00+05:00"
CATALOGUE = (
    '[[outlet]]\nid = "oo"\nname = "O"\nhome = "https://o.example/"\n'
    '[[outlet.source]]\nid = "ss"\nurl = "https://o.example/rss"\n'
)
TAKEN_IN = 40


@pytest.fixture(scope="module")
def server():
    with private_redis() as server:
        yield server


@pytest.fixture
def direct(server):
    with redis.Redis.from_url(server.url) as direct:
        yield direct
        direct.config_set("maxmemory", 0)
        direct.config_set("maxmemory-policy", "noeviction")
        direct.config_set("appendonly", "yes")


@pytest.fixture
def room(tmp_path, server, direct):
    """Give the settings of a newsroom that has taken in forty articles, and was judged well."""
    direct.flushall()
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "sources.toml").write_text(CATALOGUE)
    environ = {
        "TILSHI_CLOCK_AS_OF": AS_OF,
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_SOURCES_FILE": str(tmp_path / "sources.toml"),
        "TILSHI_STORE_URL": server.url,
        "TILSHI_WEB_OPERATOR_TOKEN": f"file:{tmp_path / 'token'}",
    }
    store = Store(server.url, namespace="tilshi", clock=SystemClock(), retention=KEPT)
    store.check()
    for number in range(TAKEN_IN):
        store.articles.ingest(replace(make_incoming(number), ready=datetime.now(UTC)))
    report = SourceReport(source_id="ss", outcome=Outcome.OK, new=TAKEN_IN)
    store.counters.count_poll(report, DAY)
    store.close()
    assert ask(environ, tmp_path, "alerts", "--send").stdout == "nothing is wrong"
    return environ, tmp_path


def ask(environ, folder, *command):
    """Call a command; what it says comes without the folds of tables."""
    done = call_command(*command, environ=environ, folder=folder)
    done.stdout = " ".join(done.stdout.split())
    return done


def list_raised(environ, folder):
    done = ask(environ, folder, "alerts", "--json")
    alerts = json.loads(done.stdout)["alerts"]
    assert done.returncode == bool(alerts)
    return {f"{alert['kind']}/{alert['subject']}": alert["text"] for alert in alerts}


def empty(direct):
    direct.flushall()


def evict(direct):
    """Have articles thrown away, which live for a time; the mark, which does not, is left alone."""
    direct.config_set("maxmemory-policy", "volatile-lru")
    before = direct.info("stats")["evicted_keys"]
    while direct.info("stats")["evicted_keys"] == before:
        direct.config_set("maxmemory", direct.info("memory")["used_memory"] - 4_000)
        direct.set("x", "y")
    direct.config_set("maxmemory", 0)
    direct.config_set("maxmemory-policy", "noeviction")


def delete_articles(direct):
    names = sorted(direct.scan_iter(f"{KEYS.prefix}article:*"))
    direct.delete(*names[::2])


def go_back(direct):
    direct.hset(KEYS.mark, "seen", 1_755_000_000_000)


@pytest.mark.parametrize(
    ("lose", "name"),
    [
        (empty, "data lost/emptied"),
        (evict, "data lost/evicted"),
        (delete_articles, "data lost/vanished"),
        (go_back, "data lost/went back"),
    ],
)
def test_every_judge_says_what_was_lost_until_it_is_accepted(room, direct, lose, name):
    lose(direct)
    assert name in list_raised(*room)

    assert "data lost" in ask(*room, "status").stdout
    store = ask(*room, "health", "--store")
    assert store.returncode == 1
    assert "--accept-loss" in store.stderr
    # Judged and told as all alerts are; a health check of a queue says it, too.
    assert ask(*room, "alerts", "--send").returncode == 1
    kind, _, subject = name.partition("/")
    assert f"{kind} ({subject})" in ask(*room, "health", "--queue", "text").stderr

    assert "taken as it is" in ask(*room, "alerts", "--accept-loss").stderr
    assert list_raised(*room) == {}
    assert ask(*room, "health", "--store").returncode == 0


def test_the_operators_page_says_what_was_lost(room, direct, tmp_path, server):
    services = newsroom(
        tmp_path / "data",
        server.url,
        {"ss": "http://127.0.0.1:9/"},
        AS_OF,
        TILSHI_WEB_OPERATOR_TOKEN=f"file:{tmp_path / 'token'}",
    )
    direct.flushall()
    with operated(services, tmp_path) as operator:
        operator.log_in()
        page = operator.get("/operator/").text
    services.close()

    assert "data lost" in page
    assert "Nothing is wrong" not in page


def test_another_store_in_its_place_is_noticed_and_a_backup_put_back_is_not(room):
    environ, folder = room
    backup = str(folder / "b")
    assert ask(*room, "backup", backup).returncode == 0
    with private_redis() as other:
        moved = environ | {"TILSHI_STORE_URL": other.url}
        said = list_raised(moved, folder)
        assert "had taken in 40 articles, this one 0" in said["data lost/emptied"]

        # What every command leaves in an empty store does not stand in the way.
        assert ask(moved, folder, "restore", backup).returncode == 0
        assert list_raised(moved, folder) == {}


def test_a_store_that_may_lose_something_is_named_at_once_and_strict_refuses_it(room, direct):
    direct.config_set("maxmemory-policy", "volatile-ttl")
    direct.config_set("appendonly", "no")
    evicts = "maxmemory-policy = volatile-ttl, expected noeviction"

    raised = list_raised(*room)
    assert evicts in raised["store unsafe/evicts"]
    assert "appendonly = no" in raised["store unsafe/no append-only file"]
    assert evicts in ask(*room, "status").stdout
    checked = ask(*room, "check-config")
    assert checked.returncode == 0
    assert "warning: the store may throw away articles" in checked.stdout
    assert ask(*room, "check-config", "--strict").returncode == 1
    served = ask(*room, "serve", "--strict")
    assert served.returncode == 1
    assert evicts in served.stderr
    assert "not started, because of --strict" in served.stderr

    # A bound that is near is named before anything starts, too.
    direct.config_set("appendonly", "yes")
    direct.config_set("maxmemory-policy", "noeviction")
    direct.config_set("maxmemory", int(direct.info("memory")["used_memory"] * 1.05))
    assert "of the memory it may" in ask(*room, "check-config").stdout


def test_a_full_store_can_be_looked_at(room, direct):
    direct.config_set("maxmemory", 1)

    shown = ask(*room, "status")
    assert shown.returncode == 0
    assert "store full" in shown.stdout
    sent = ask(*room, "alerts", "--send")
    assert sent.returncode == 1
    assert "takes nothing since" in sent.stdout


def test_a_server_that_may_not_be_asked_is_said_to_be_unknown(room, direct, server):
    environ, folder = room
    direct.acl_setuser(
        "limited",
        enabled=True,
        passwords=["+p"],
        categories=["+@all"],
        keys=["*"],
        channels=["*"],
        commands=["-info", "-config"],
    )
    path = server.url.removeprefix("unix://").partition("?")[0]
    limited = environ | {"TILSHI_STORE_URL": f"unix://limited:p@{path}?db=0"}
    shown = ask(limited, folder, "status")

    assert shown.returncode == 0
    assert "cannot be known" in shown.stdout
    assert list_raised(limited, folder) == {}
    checked = ask(limited, folder, "check-config", "--strict")
    assert checked.returncode == 1
    assert "its INFO does not say maxmemory_policy" in checked.stdout


def test_a_file_that_cannot_be_read_or_written_stops_nothing(room):
    environ, folder = room
    (folder / "data" / "known-tilshi.json").write_text("{")
    assert list_raised(*room) == {}
    assert KnownFile(folder / "data", "tilshi").load().store is not None, "written anew"

    blocked = folder / "file"
    blocked.write_text("")
    assert list_raised(environ | {"TILSHI_DATA_FOLDER": str(blocked)}, folder) == {}
