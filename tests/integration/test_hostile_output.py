"""
What all commands say of a store, feeds, files and packages that a stranger filled.

Not one character of it may steer a terminal.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis

from aggregator.clock import SystemClock
from aggregator.digest.render.text import render_text
from aggregator.models import Alert, AlertKind, Outcome, SourceReport, SourceState, Stage
from aggregator.models.digest_json import write_digest
from aggregator.store.dead_letters import DeadLetter
from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState
from aggregator.store.redis import Store
from tests.contract.test_store import planned, take
from tests.integration.test_operator_commands import KEPT
from tests.support.builders import DAY, digest
from tests.support.command import call_command
from tests.support.hostile_words import HOSTILE, HOSTILE_LINE, list_unseen
from tests.support.redis import private_redis
from tests.support.servers import FeedServer, Reply

NOW = datetime.now(UTC)


def quote_toml(text):
    return '"' + "".join(f"\\U{ord(letter):08X}" for letter in text) + '"'


def write_catalogue(folder, server):
    name = quote_toml(HOSTILE_LINE)
    feeds = ((f"{kind}-kk", kind, server.url(f"/{kind}")) for kind in ("feed", "json", "sitemap"))
    sources = "".join(
        f'[[outlet.source]]\nid = "{source_id}"\nkind = "{kind}"\nurl = "{url}"\n'
        f'languages = ["kk"]\nevery = "30m"\nnote = {name}\n'
        + ('[outlet.source.json]\ntitle = "title"\nlink = "link"\n' if kind == "json" else "")
        for source_id, kind, url in feeds
    )
    file = folder / "sources.toml"
    file.write_text(
        f'[[outlet]]\nid = "dala"\nname = {name}\nhome = "{server.url("/")}"\n{sources}',
        encoding="utf-8",
    )
    return file


def fill_server(server):
    xml = HOSTILE_LINE.translate(dict.fromkeys(range(32), " "))
    item = (
        f"<item><title>{xml}</title><link>https://a.kz/\x9b1\u202e</link>"
        f"<guid>{xml}</guid><description>{xml}</description></item>"
    )
    channel = f"<channel><title>{xml}</title>{item}</channel>"
    feed = f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>"
    server.route("/feed", Reply(body=feed, headers={"X-Said": "a\x9bb"}))
    server.route("/json", Reply(body=json.dumps({HOSTILE: 1}, ensure_ascii=False)))
    server.route("/sitemap", Reply(body=f"\x9b{HOSTILE} no XML"))


def fill_store(store):
    """Put a stranger's words wherever the store keeps words."""
    [key, other] = planned(store, 1, 2)
    raw = redis.Redis.from_url(store.url)
    for name in (key, other):
        body = raw.hget(f"{{tilshi}}:article:{name}", "body")
        value = json.loads(body) | {
            "title": HOSTILE,
            "lead": HOSTILE,
            "link": f"https://a.kz/{HOSTILE}",
        }
        raw.hset(f"{{tilshi}}:article:{name}", "body", json.dumps(value))
    story = digest(1).stories[0]
    best = replace(story.articles[0], outlet=HOSTILE, title=HOSTILE, link=f"https://a.kz/{HOSTILE}")
    passage = replace(
        story.headline,
        segments=(replace(story.headline.segments[0], source=HOSTILE, english=HOSTILE),),
    )
    told = replace(story, articles=(best,), headline=passage, lead=passage)
    made = replace(digest(1), stories=(told,), title=HOSTILE)
    raw.set(f"{{tilshi}}:digest:daily:{DAY}", write_digest(made))
    raw.zadd("{tilshi}:digests:daily", {str(DAY): DAY.toordinal()})
    report = SourceReport(source_id="feed-kk", outcome=Outcome.NOT_A_FEED, detail=HOSTILE)
    store.queues.sync_sources(["feed-kk"])
    take(store, Stage.FETCH)
    state = SourceState(outcome=Outcome.NOT_A_FEED, detail=HOSTILE, failures=3, checked=NOW)
    store.queues.finish_source(
        report, state, token="t1", due=NOW + timedelta(hours=1), run_id="run-1"
    )
    store.queues.pause_source("json-kk", HOSTILE)
    store.dead_letters.write(DeadLetter(article_id=key, stage=Stage.TEXT, reason=HOSTILE, at=NOW))
    delivery = DeliveryId("daily", DAY, "family")
    store.deliveries.open(delivery, "form")
    store.deliveries.end(delivery, DeliveryState.DEAD, HOSTILE)
    alert = Alert(kind=AlertKind.SOURCE_FAILING, subject=HOSTILE, text=HOSTILE, raised=NOW)
    store.notices.change_alerts([alert], [], [HOSTILE])
    store.overrides.set_override(key, other, "pin", now=NOW)
    return key, other, made


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    with private_redis() as running, FeedServer() as server:
        store = Store(running.url, namespace="tilshi", clock=SystemClock(), retention=KEPT)
        store.check()
        store.url = running.url
        fill_server(server)
        file = write_catalogue(folder, server)
        (folder / "list.opml").write_text(
            '<opml version="2.0"><body><outline text="&#x202e;&#x9b;evil" '
            'xmlUrl="https://q.kz/&#x9b;a&#x202e;"/></body></opml>',
            encoding="utf-8",
        )
        environ = {
            "TILSHI_DATA_FOLDER": str(folder / "data"),
            "TILSHI_STORE_URL": running.url,
            "TILSHI_SOURCES_FILE": str(file),
            "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
            "TILSHI_FETCH_HOST_GAP_S": "0",
            "TILSHI_TRANSLATE_PACKAGES": str(write_strange_package(folder)),
            "COLUMNS": "160",
        }
        keys = fill_store(store)
        yield lambda *arguments: call_command(*arguments, environ=environ, folder=folder), *keys
        store.close()


def write_strange_package(folder):
    place = folder / "packages"
    place.mkdir()
    (place / "owned\x9b\u202e.argosmodel").write_bytes(b"no archive")
    return place


def test_no_command_says_what_steers_a_terminal(world):
    tilshi, key, other, _ = world
    commands = [
        ("status", "--sources"), ("sources",), ("runs",), ("runs", "run-1"), ("letters",),
        ("alerts",), ("deliveries",), ("rulings",), ("trace", key), ("why", key, other),
        ("packages", "list"), ("check-config",), ("source", "check"),
        ("source", "preview", "feed-kk", "--no-translate"), ("source", "import", "list.opml"),
        ("source", "export", "--format", "json"), ("digest", "--date", str(DAY), "-f", "json"),
    ]  # fmt: skip
    both = [*commands, *((*command, "--json") for command in commands)]
    plain = [("digest", "-f", form) for form in ("text", "markdown", "html")]
    plain += [("read",), ("source", "export"), ("source", "export", "--format", "markdown")]
    said = 0
    for command in [*both, *plain]:
        done = tilshi(*command)
        unseen = list_unseen(done.stdout) | list_unseen(done.stderr)
        assert not unseen, (command, unseen)
        assert "Traceback" not in done.stderr, (command, done.stderr)
        said += "owned" in done.stdout + done.stderr
    assert said > len(commands), "the words did not reach most commands: nothing was tried"


def test_a_digest_in_colour_obeys_nothing_of_an_article(world):
    *_, made = world
    drawn = render_text(made, width=80, color=True)
    assert "owned" in drawn
    assert "\x1b]0;" not in drawn
    assert "evil.example\x1b" not in drawn
    assert "\x9b" not in drawn
