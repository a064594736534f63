"""The command as its users meet it: words, exit codes, pipes."""

import json
import re
import subprocess
import sys

import pytest

from aggregator.web.archive import Archive
from config.settings import find_shipped_file
from tests.support.builders import DAY, digest
from tests.support.command import call_command, make_environ
from tests.support.packages import STARTER
from workers.cli.demo import write_demo_config
from workers.demo.corpus import load_corpus
from workers.demo.server import DemoServer
from workers.loaded_config import load_config

COMMANDS = [
    "demo",
    "run",
    "digest",
    "search",
    "sources",
    "status",
    "check-config",
    "serve",
    "worker",
    "beat",
    "health",
    "version",
    "why",
    "pin",
    "split",
    "release",
    "rulings",
    "runs",
    "letters",
    "alerts",
    "trace",
]


@pytest.fixture
def tilshi(tmp_path):
    """The command, called in this process; ``alone``, in one of its own."""
    environment = {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "COLUMNS": "120",
    }

    def call(*arguments, **environ):
        return call_command(*arguments, environ=environment | environ, folder=tmp_path)

    return call


@pytest.fixture
def alone(tmp_path):
    environment = make_environ() | {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "COLUMNS": "120",
    }

    def call(*arguments, **environ):
        return subprocess.run(
            [sys.executable, "-m", "workers.cli", *arguments],
            capture_output=True,
            text=True,
            env=environment | environ,
            cwd=tmp_path,
            check=False,
        )

    return call


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(tilshi, command):
    done = tilshi(command, "--help")

    assert done.returncode == 0
    assert f"tilshi {command}" in re.sub(r"\s+", " ", done.stdout).replace(
        "tilshi --config tilshi.toml", "tilshi"
    )
    assert "Example" in done.stdout


def test_versions_are_told(alone, tilshi):
    assert alone("--version").stdout.startswith("tilshi 0.")
    assert json.loads(tilshi("version", "--json").stdout)["celery"].startswith("5.")


def test_without_a_command_help_is_shown(tilshi):
    assert "demo" in tilshi().stdout


def test_the_demos_world_is_named_by_an_option(alone, tmp_path):
    missing = alone("--demo", "status")
    world = tmp_path / "tilshi-demo" / "world"
    world.mkdir(parents=True)
    (world / "tilshi.toml").write_text('[data]\nfolder = "data"\n')
    both = alone("--demo", "--config", str(world / "tilshi.toml"), "status")

    assert "tilshi demo" in missing.stderr
    assert missing.returncode == both.returncode == 2
    assert "expected one of them" in re.sub(r"[\s│]+", " ", both.stderr)
    assert alone("--demo", "check-config").returncode == 0


@pytest.mark.parametrize(
    "place", ["file/below", "n" * 300, "folder"], ids=["file", "long", "world"]
)
def test_a_demo_says_that_its_place_cannot_be_written_to(alone, tmp_path, place):
    (tmp_path / "file").write_text("dear")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "world").write_text("dear")
    done = alone("demo", "--output", place)

    assert done.returncode == 2
    assert f"--output {place}: expected a place that can be written to" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_demos_world_may_be_moved(tmp_path):
    """Where it stood before, another may stand by then."""
    corpus = load_corpus(find_shipped_file("demo"))
    world = tmp_path / "there"
    world.mkdir()
    with DemoServer(corpus) as server:
        _loaded, file = write_demo_config(world, server, corpus)
    moved = tmp_path / "here"
    world.rename(moved)
    settings = load_config({}, moved / file.name).settings

    assert settings.data.folder == moved
    assert settings.sources.file == moved / "sources.toml"
    assert settings.deliver.file == moved / "channels.toml"


def test_a_demo_leaves_alone_what_is_no_demo(alone, tmp_path):
    world = tmp_path / "tilshi-demo" / "world"
    world.mkdir(parents=True)
    (world / "letters.txt").write_text("dear")

    done = alone("demo")

    assert done.returncode == 2
    assert "expected no folder or an earlier demo's world" in done.stderr
    assert (world / "letters.txt").read_text() == "dear"


def test_a_wrong_setting_stops_the_start_and_lists_every_fault(alone, tmp_path):
    (tmp_path / "tilshi.toml").write_text("[fetch]\nconcurrency = 0\n")
    done = alone("status", TILSHI_LOG_LEVEL="loud")

    assert done.returncode == 2
    assert (
        "tilshi.toml:2: fetch.concurrency = 0: expected a whole number from 1 to 256" in done.stderr
    )
    assert "environment: TILSHI_LOG_LEVEL = loud: expected one of" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_source_is_named_with_its_line(tilshi, tmp_path):
    (tmp_path / "s.toml").write_text('[[outlet]]\nid = "x y"\n')
    done = tilshi("check-config", TILSHI_SOURCES_FILE=str(tmp_path / "s.toml"))

    assert done.returncode == 2
    assert "s.toml:2: outlet[0].id = 'x y': expected 2 to 40 of" in done.stderr


def test_a_right_configuration_is_shown_with_its_origin(tilshi):
    done = tilshi("check-config", TILSHI_STORE_URL="redis://me:secret@host/0")

    assert done.returncode == 0
    assert re.search(
        r"store\.url +redis://me:\*\*\*@host/0 +environment TILSHI_STORE_URL", done.stdout
    )
    assert "secret" not in done.stdout
    assert "warning: fetch.contact is empty" in done.stdout


def test_a_store_that_is_away_is_named_without_a_traceback(tilshi):
    done = tilshi("status", TILSHI_STORE_URL="unix:///nowhere/at/all.sock")

    assert done.returncode == 1
    assert "the store did not do as asked" in done.stderr
    assert "Traceback" not in done.stderr


def test_there_is_no_digest_before_the_first_run(tilshi):
    done = tilshi("digest")

    assert done.returncode == 1
    assert "none yet; `tilshi run` makes one" in done.stderr


def test_an_edition_and_a_day_that_do_not_exist_are_named(tilshi):
    assert (
        "--edition weekly: expected one of: daily, state"
        in tilshi("digest", "--edition", "weekly").stderr
    )
    done = tilshi("digest", "--date", "yesterday")
    assert done.returncode == 2
    assert "YYYY-MM-DD" in done.stderr


def test_stories_are_searched_in_any_form(tilshi, tmp_path):
    Archive(tmp_path / "data" / "archive.sqlite").put(digest(2))

    found = json.loads(tilshi("search", "мектептерге", "--language", "kk", "--json").stdout)
    shown = tilshi("search", "мектептерге", "--from", str(DAY), "--limit", "1")
    nothing = tilshi("search", "снег")

    assert (found["format"], found["total"]) == ("tilshi.search/1", 2)
    assert found["stories"][0]["headline"] == "School opens in Astana"
    assert shown.stdout.startswith("2 stories, the first 1\n\n2025-08-20, outlet-1")
    assert "мектеп ашылды" in shown.stdout
    assert (nothing.returncode, nothing.stdout) == (1, "Nothing was found for “снег”.\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "nothing to search for: expected words, or one of --from"),
        (("x", "--outlet", "kazinfrm"), "--outlet kazinfrm: expected the id of an outlet"),
        (("x", "--outlet", "0"), "sources.toml, such as: 01tech"),
        (("x", "--edition", "weekly"), "--edition weekly: expected one of: daily, state"),
        (("x", "--topic", "gossip"), "gossip"),
        (("x", "--to", "yesterday"), "YYYY-MM-DD"),
    ],
)
def test_a_search_that_cannot_be_made_is_named(tilshi, arguments, expected):
    done = tilshi("search", *arguments)

    assert done.returncode == 2
    assert expected in done.stderr


def test_status_and_sources_speak_json_and_plain_text(tilshi):
    status, sources = (
        json.loads(tilshi("status", "--json").stdout),
        json.loads(tilshi("sources", "--json").stdout),
    )

    assert status["stages"]["text"]["ready"] == 0
    assert len(sources) > 100
    for command in ("status", "sources"):
        text = tilshi(command).stdout
        assert "\x1b" not in text
        assert "Tengrinews" in text or "waiting" in text


def test_a_worker_without_a_store_says_what_to_do(tilshi):
    done = tilshi("worker", "text")

    assert done.returncode == 2
    assert "TILSHI_STORE_URL" in done.stderr
    assert "expected queues of" in tilshi("worker", "txt").stderr


@pytest.mark.e2e
def test_a_run_that_reaches_no_source_says_so(alone, tmp_path):
    """Over a private store and real workers; the account is on standard output, alone."""
    (tmp_path / "s.toml").write_text(
        '[[outlet]]\nid = "ab"\nname = "A"\nhome = "https://a.example/"\n'
        '[[outlet.source]]\nid = "ab"\nurl = "http://127.0.0.1:9/rss"\n'
    )
    environ = {"TILSHI_SOURCES_FILE": str(tmp_path / "s.toml")}
    done = alone("run", "--json", **environ)
    account = json.loads(done.stdout)

    assert done.returncode == 3
    assert account["format"] == "tilshi.run/1"
    assert account["sources"][0]["outcome"] == "refused address"
    assert account["totals"]["failed"] == 1
    assert done.stderr == ""
    assert "ab" in alone("status", **environ).stdout
