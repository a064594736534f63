"""One id from fetch to digest: `grep ARTICLE` over the logs tells an article's life."""

import io
import json
import logging
import subprocess
import sys

import pytest

from aggregator.log_context import log_context
from tests.support.command import make_environ
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.packages import STARTER
from tests.support.redis import private_redis
from tests.support.servers import FeedServer, Reply
from workers.logs import make_handler

NOW = "2025-08-20T21:00:00+05:00"
FEED = (
    '<?xml version="1.0" encoding="utf-8"?><rss '
    'version="2.0"><channel><title>t</title><language>kk</language>'
    "<item><guid>1</guid><link>https://o.example/1</link><title>Астанада жаңа мектеп ашылды</title>"
    "<description>Мектепте мың екі жүз бала оқиды. Оны қала әкімі ашты.</description>"
    "<pubDate>Wed, 20 Aug 2025 10:00:00 GMT</pubDate></item></channel></rss>"
).encode()
LIFE = ["article new", "article read", "article grouped", "article translated", "article in digest"]


@pytest.fixture
def feed():
    with FeedServer() as server:
        server.route("/rss", Reply(body=FEED, headers={"content-type": "application/rss+xml"}))
        yield server.url("/rss")


@pytest.fixture(params=["text", "json"])
def lines(request):
    """What is logged during a test, in one form and the other; a function that returns it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = make_handler(stream, request.param), root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: (request.param, stream.getvalue().splitlines())
    root.removeHandler(handler)
    root.setLevel(level)


def events(form, logged):
    """Return the events of lines, in whichever form."""
    if form == "json":
        return [json.loads(line)["event"] for line in logged]
    return [next(event for event in LIFE if f" {event} " in line) for line in logged]


def test_an_articles_life_can_be_told_from_the_logs(tmp_path, feed, lines):
    with private_redis() as server:
        services = newsroom(tmp_path, server.url, {"oo": feed}, NOW)
        poll(services, "run-7")
        process_articles(services)
        [digest] = compose(services)
        [article] = [ref.article_id for story in digest.stories for ref in story.articles]
        # Composed again with nothing new, it is not told of again.
        compose(services)
        services.store.close()
    form, logged = lines()
    life = [line for line in logged if article in line]

    assert events(form, life) == LIFE
    assert "run-7" in life[0]
    assert "oo" in life[0]
    assert digest.stories[0].id in life[-1]
    assert "2025-08-20" in life[-1]
    assert "daily" in life[-1]


def test_what_is_bound_stands_in_every_line_and_a_lines_own_word_wins(lines):
    log = logging.getLogger("some.library")
    with log_context(task="tilshi.text", source="a"):
        log.info("inside")
        with log_context(source="b"):
            log.info("deeper", extra={"task": "own"})
    log.info("outside")
    form, logged = lines()
    logged = [
        line for line in logged if any(word in line for word in ("inside", "deeper", "outside"))
    ]

    if form == "json":
        first, second, third = map(json.loads, logged)
        assert (first["task"], first["source"]) == ("tilshi.text", "a")
        assert (second["task"], second["source"]) == ("own", "b")
        assert "task" not in third
    else:
        assert logged[0].endswith("inside task=tilshi.text source=a")
        assert logged[1].endswith("deeper task=own source=b")
        assert logged[2].endswith("outside")


@pytest.mark.e2e
def test_real_workers_tell_an_articles_life_under_one_id(tmp_path, feed):
    """One pass with a private store and real workers; their logs, one file each, read as JSON."""
    (tmp_path / "s.toml").write_text(
        '[[outlet]]\nid = "oo"\nname = "O"\nhome = "https://o.example/"\n'
        f'[[outlet.source]]\nid = "oo"\nurl = "{feed}"\n'
    )
    clean = make_environ()
    environ = clean | {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "TILSHI_SOURCES_FILE": str(tmp_path / "s.toml"),
        "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
        "TILSHI_CLOCK_AS_OF": NOW,
        "TILSHI_LOG_LEVEL": "info",
        "TILSHI_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "workers.cli", "run", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    run_id = json.loads(done.stdout)["run"]
    written = [
        json.loads(line)
        for file in (tmp_path / "data" / "logs").iterdir()
        for line in file.read_text().splitlines()
        if line.startswith("{")
    ]
    article = next(line["article"] for line in written if line["event"] == "article new")
    life = sorted(
        (line for line in written if line.get("article") == article), key=lambda line: line["time"]
    )

    assert [line["event"] for line in life] == LIFE
    assert [line["task"] for line in life] == [
        f"tilshi.{name}" for name in ("fetch", "text", "group", "translate", "compose")
    ]
    assert [line["queue"] for line in life] == ["fetch", "text", "compose", "translate", "compose"]
    assert (life[0]["run"], life[0]["source"]) == (run_id, "oo")
    assert all(len(line["task_id"]) == 36 for line in life)
    assert len({line["task_id"] for line in life}) == 5
