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
from workers.loaded_config import load_config
from workers.bootstrap import open_runtime
from workers.services import Services
environ = {"TILSHI_STORE_URL": "redis://127.0.0.1:9/0"}
services = Services(load_config(environ, None, check=False))
services.store.close()
services.close()
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

    message = str(caught.value)
    for place in ("sources.toml", "editions.toml", "none.toml", "NOT_SET"):
        assert place in message


def test_without_a_check_a_file_is_read_when_it_is_asked_for(tmp_path):
    loaded = load_config(wrong_catalogue(tmp_path), None, check=False)

    assert loaded.editions
    assert not loaded.checked
    with pytest.raises(ConfigError):
        _ = loaded.catalog


def test_wrong_settings_stop_the_start_without_a_check_too():
    with pytest.raises(ConfigError):
        load_config({"TILSHI_TEXT_BATCH": "0"}, None, check=False)


def test_a_configuration_that_moves_reads_nothing_again():
    loaded = load_config({}, None)
    store = replace(loaded.settings.store, url="redis://elsewhere:6379/0")
    moved = loaded.move_to(replace(loaded.settings, store=store))

    assert moved.settings.store.url == "redis://elsewhere:6379/0"
    assert loaded.settings.store.url == ""
    assert moved.catalog is loaded.catalog
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
    command = [sys.executable, "-c", MAKING_A_STORE]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    modules = json.loads(done.stdout)

    assert "redis" in modules, "the store was made"
    assert not set(HEAVY) & set(modules)
