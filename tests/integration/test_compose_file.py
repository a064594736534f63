"""
The container files keep what they promise. No image is built here: see docs/operations.md.

Every command of a service is run as it stands, by a real process against a real store, and so is
its health check.
"""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.packages import STARTER
from tests.support.redis import private_redis
from tests.support.waiting import until
from workers.loaded_config import load_config
from workers.services import Services

ROOT = Path(__file__).resolve().parents[2]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = FILE["services"]
OURS = sorted(SERVICES.keys() - {"redis"})


def test_it_has_a_store_every_kind_of_worker_and_a_scheduler():
    assert set(SERVICES) == {"redis", "fetch", "text", "translate", "compose", "beat", "web"}


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_but_the_page_is_published_on_loopback_and_nothing_runs_as_root(name):
    service = SERVICES[name]

    assert service.get("ports", []) == (["127.0.0.1:8420:8420"] if name == "web" else [])
    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]
    assert service["volumes"]
    assert all(volume.split(":")[0] in FILE["volumes"] for volume in service["volumes"])


def test_only_the_fetching_service_has_a_way_out():
    assert FILE["networks"]["inside"]["internal"] is True
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == [
        "fetch"
    ]


def test_the_store_keeps_everything_and_evicts_nothing():
    command = " ".join(SERVICES["redis"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert SERVICES["redis"]["image"].partition(":")[2][0].isdigit(), "pinned by version"


def test_the_image_installs_from_the_lock_file_with_hashes_and_runs_as_nobody():
    text = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.lock" in text
    assert "\nUSER 10001:10001\n" in text
    for line in text.splitlines():
        if line.startswith("COPY"):
            assert all((ROOT / name).exists() for name in line.split()[1:-1]), line


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def on_loopback(command):
    """No test opens a port to the world."""
    return ["127.0.0.1" if word == "0.0.0.0" else word for word in command]


@pytest.mark.e2e
def test_every_command_runs_and_every_health_check_tells_work_from_idleness(tmp_path):
    """
    The services as they stand, but for the address of the store.

    Healthy only once a canary came through.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TILSHI_")},
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "TILSHI_SCHEDULE_TICK_S": "1",
        "TILSHI_SOURCES_FILE": str(tmp_path / "sources.toml"),
        "TILSHI_WEB_PORT": str(free_port()),
    }
    (tmp_path / "sources.toml").write_text(
        '[[outlet]]\nid = "ab"\nname = "A"\nhome = "https://a.example/"\n'
        '[[outlet.source]]\nid = "ab"\nurl = "https://a.example/rss"\npaused = true\n'
    )
    tilshi = [sys.executable, "-m", "workers.cli"]
    with private_redis() as server:
        environment |= {"TILSHI_STORE_URL": server.url, "TILSHI_BROKER_URL": server.broker_url}

        def said(*command):
            done = subprocess.run(
                [*tilshi, *command], env=environment, capture_output=True, text=True, check=False
            )
            assert "Traceback" not in done.stderr
            return done

        def healthy(name):
            check = SERVICES[name]["healthcheck"]["test"]
            assert check[:2] == ["CMD", "tilshi"]
            return said(*check[2:]).returncode == 0

        assert not any(healthy(name) for name in OURS), "nothing runs yet"
        never = said("health", "--round")
        assert (never.returncode, "the last did never" in never.stderr) == (1, True)
        assert said("health", "--ready").returncode == 1
        log = (tmp_path / "log").open("wb")
        running = [
            subprocess.Popen(
                [*tilshi, *on_loopback(SERVICES[name]["command"])],
                env=environment,
                stdout=log,
                stderr=log,
            )
            for name in OURS
        ]
        services = Services(load_config(environment, None, check=False))
        store = services.store
        try:
            # The store is watched, as a command costs half a second of processor time each time.
            watched = [SERVICES[name]["healthcheck"]["test"][-1] for name in OURS if name != "web"]
            until(lambda: all(map(store.queues.load_last_alive, watched)))
            for name in OURS:
                until(lambda name=name: healthy(name), seconds=60)
            # One canary's whole way, by these workers: fetched, read, translated, noted.
            until(lambda: store.counters.load_probe_runs().came_back, seconds=90)
            assert said("health", "--round").returncode == 0
            assert re.search(
                r"^round: [0-9.]+ s, \d+ s ago$", said("health", "--round").stdout.strip()
            )
            assert '"store": "reached"' in said("health", "--ready").stdout
            canary = json.loads(said("status", "--json").stdout)["canary"]
            assert list(canary["legs_s"]) == ["fetch", "text", "translate", "back"]
            assert list(canary["legs_s"].values()) == sorted(canary["legs_s"].values())
            assert said("health", "--round", "--page").returncode == 2
        finally:
            services.close()
            for process in running:
                process.terminate()
            for process in running:
                process.wait(180)
            log.close()
