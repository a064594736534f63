"""What an operator wrote is read when it is used, or all at once; the root loads what it makes."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from aggregator.errors import ConfigError
from workers.loaded_config import collect_secrets, load_config

HEAVY = ("apprise", "celery", "ctranslate2", "fastapi", "jinja2", "kombu", "numpy", "trafilatura")

MAKING_A_STORE = """
import json, sys
from workers.loaded_config import read_plan
from workers.bootstrap import open_office
from workers.services import Newsroom
room = Newsroom(read_plan({"TILSHI_STORE_URL": "redis://127.0.0.1:9/0"}, None, check=False))
room.store.close()
room.close()
print(json.dumps(sorted(sys.modules)))
"""

CHANNELS = """
[[channel]]
id = "family"
kind = "telegram"
token = "env:BOT_TOKEN"
chat = "@family_digest"
"""


def wrong_catalogue(folder):
    file = folder / "sources.toml"
    file.write_text("[[outlet]]\nid = 1\n")
    return {"TILSHI_SOURCES_FILE": str(file)}


def test_everything_wrong_stops_the_start_and_is_listed_together(tmp_path):
    (tmp_path / "editions.toml").write_text("[[edition]]\nzone = 1\n")
    environ = {
        **wrong_catalogue(tmp_path),
        "TILSHI_EDITIONS_FILE": str(tmp_path / "editions.toml"),
        "TILSHI_TRANSLATE_GLOSSARY": str(tmp_path / "none.toml"),
        "TILSHI_WEB_OPERATOR_TOKEN": "env:NOT_SET",
    }

    with pytest.raises(ConfigError) as caught:
        load_config(environ, None)

    said = str(caught.value)
    for place in ("sources.toml", "editions.toml", "none.toml", "NOT_SET"):
        assert place in said


def test_without_a_check_a_file_is_read_when_it_is_asked_for(tmp_path):
    plan = load_config(wrong_catalogue(tmp_path), None, check=False)

    assert plan.editions
    assert not plan.checked
    with pytest.raises(ConfigError):
        _ = plan.catalog


def test_wrong_settings_stop_the_start_without_a_check_too():
    with pytest.raises(ConfigError):
        load_config({"TILSHI_TEXT_BATCH": "0"}, None, check=False)


def test_a_plan_that_moves_reads_nothing_again():
    plan = load_config({}, None)
    store = replace(plan.settings.store, url="redis://elsewhere:6379/0")
    moved = plan.move_to(replace(plan.settings, store=store))

    assert moved.settings.store.url == "redis://elsewhere:6379/0"
    assert plan.settings.store.url == ""
    assert moved.catalog is plan.catalog
    assert moved.checked


def test_secrets_of_channels_are_hidden_where_something_may_be_sent(tmp_path):
    (tmp_path / "channels.toml").write_text(CHANNELS)
    environ = {
        "TILSHI_DELIVER_FILE": str(tmp_path / "channels.toml"),
        "TILSHI_STORE_URL": "redis://me:the-password@127.0.0.1:9/0",
        "BOT_TOKEN": "1:the-token",
    }

    assert set(collect_secrets(load_config(environ, None), environ)) == {
        "the-password",
        "1:the-token",
    }
    assert collect_secrets(load_config(environ, None, check=False), environ) == ("the-password",)


def test_who_only_asks_the_store_loads_nothing_heavy():
    loaded = subprocess.run(
        [sys.executable, "-c", MAKING_A_STORE], capture_output=True, check=True, text=True
    ).stdout

    assert "redis" in json.loads(loaded), "the store was made"
    assert not set(HEAVY) & set(json.loads(loaded))
