"""
The container files keep what they promise. No image is built here: see docs/operations.md.

Every command of a service is run as it stands, by a real process against a real store, and so is
its health check.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.command import call_command
from tests.support.packages import STARTER
from tests.support.ports import find_free_port
from tests.support.redis import private_redis
from tests.support.tiny_package import write_tiny_package
from tests.support.waiting import until
from workers.loaded_config import load_config
from workers.services import Services

ROOT = Path(__file__).resolve().parents[2]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = FILE["services"]
OURS = sorted(SERVICES.keys() - {"redis", "packages"})
MOUNTS = {
    "${TILSHI_SETTINGS:-./settings}:/etc/tilshi:ro",
    "${TILSHI_SECRETS:-./secrets}:/run/secrets:ro",
    "${TILSHI_PACKAGES:-./packages}:/packages:ro",
}


def test_it_has_a_store_every_kind_of_worker_and_a_scheduler():
    started = {name for name, service in SERVICES.items() if "profiles" not in service}

    assert started == {"redis", "fetch", "text", "translate", "compose", "beat", "web"}


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_but_the_page_is_published_on_loopback_and_nothing_runs_as_root(name):
    service = SERVICES[name]

    assert service.get("ports", []) == (["127.0.0.1:8420:8420"] if name == "web" else [])
    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert service["volumes"]
    named = set(service["volumes"]) - MOUNTS
    assert all(volume.split(":")[0] in FILE["volumes"] for volume in named)
    if name == "packages":
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_all_of_ours_read_the_same_settings_and_secrets_and_restart_what_is_unhealthy(name):
    """Each checks channels and their secrets when it starts, and hides the secrets in its logs."""
    service = SERVICES[name]

    assert {volume for volume in service["volumes"] if volume.endswith(":ro")} < MOUNTS
    assert len(service["volumes"]) == 3
    assert service["working_dir"] == "/etc/tilshi", "tilshi.toml is read where a command is called"
    assert service["healthcheck"]["test"][-2:] == ["--restart-after", "5"]


def test_only_what_fetches_has_a_way_out():
    assert FILE["networks"]["inside"]["internal"] is True
    out = {name for name, service in SERVICES.items() if "outside" in service["networks"]}

    assert out == {"fetch", "packages"}
    assert "inside" not in SERVICES["packages"]["networks"]


def test_the_store_keeps_everything_and_evicts_nothing():
    command = " ".join(SERVICES["redis"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert "--maxmemory ${TILSHI_STORE_MEMORY:-2gb}" in command
    assert SERVICES["redis"]["mem_limit"] == "${TILSHI_STORE_CONTAINER_MEMORY:-5g}"
    assert SERVICES["redis"]["image"].partition(":")[2][0].isdigit(), "pinned by version"


def test_the_image_installs_from_the_lock_file_with_hashes_and_runs_as_nobody():
    text = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.lock" in text
    assert "\nUSER 10001:10001\n" in text
    for line in text.splitlines():
        if line.startswith("COPY"):
            assert all((ROOT / name).exists() for name in line.split()[1:-1]), line


def on_loopback(command):
    """No test opens a port to the world."""
    return ["127.0.0.1" if word == "0.0.0.0" else word for word in command]


@pytest.mark.e2e
def test_a_full_package_is_installed_where_the_translating_service_finds_it(tmp_path):
    """The commands of docs/operations.md, with the folders and variables of the services."""
    service = SERVICES["packages"]
    folders = {"/etc/tilshi": "settings", "/data": "data", "/packages": "packages"}
    for name in folders.values():
        (tmp_path / name).mkdir()
    full = write_tiny_package(tmp_path / "made")
    full.rename(tmp_path / "packages" / "full.argosmodel")
    (tmp_path / "settings" / "tilshi.toml").write_text("[translate]\nbeam = 2\n")

    def say(service, *words):
        own = {**FILE["x-tilshi"]["environment"], "TILSHI_DATA_FOLDER": "/data"}
        own |= service.get("environment", {})
        for there, here in folders.items():
            own = {name: value.replace(there, f"{tmp_path}/{here}") for name, value in own.items()}
        done = subprocess.run(
            [sys.executable, "-m", "workers.cli", *words],
            env={**os.environ, **own, "TILSHI_FETCH_CONTACT": ""},
            cwd=tmp_path / folders[service["working_dir"]],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    packages = service["entrypoint"][1:]
    file = str(tmp_path / "packages" / "full.argosmodel")
    say(service, *packages, "install", file, "--language", "kk")
    say(service, *packages, "verify")
    found = say(SERVICES["translate"], "packages", "list", "--json")

    assert str(tmp_path / "data" / "packages") in found
    assert SERVICES["translate"]["volumes"][0] == service["volumes"][0] == "work-translate:/data"


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
        "TILSHI_WEB_PORT": str(find_free_port()),
        "TMPDIR": str(tmp_path),
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

        def called(*command):
            # As `said`, without half a second of starting: the web's check is run by a process.
            done = call_command(*command, environ=environment, folder=tmp_path)
            assert "Traceback" not in done.stderr
            return done

        def healthy(name):
            check = SERVICES[name]["healthcheck"]["test"]
            assert check[:2] == ["CMD", "tilshi"]
            # Nothing is ended while it starts, on however busy a machine.
            return said(*check[2:-1], "1000").returncode == 0

        assert not any(healthy(name) for name in OURS), "nothing runs yet"
        never = called("health", "--round")
        assert (never.returncode, "the last did never" in never.stderr) == (1, True)
        assert called("health", "--ready").returncode == 1
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
            watched = [name for name in OURS if name != "web"]
            until(lambda: all(map(store.queues.load_last_alive, watched)))
            for name in OURS:
                until(lambda name=name: healthy(name), seconds=60)
            # One canary's whole way, by these workers: fetched, read, translated, noted.
            until(lambda: store.counters.load_probe_runs().came_back, seconds=90)
            came_back = called("health", "--round")
            assert came_back.returncode == 0
            assert called("health", "--queue", "translate").returncode == 0
            assert re.search(r"^round: [0-9.]+ s, \d+ s ago$", came_back.stdout.strip())
            assert '"store": "reached"' in called("health", "--ready").stdout
            canary = json.loads(called("status", "--json").stdout)["canary"]
            assert list(canary["legs_s"]) == ["fetch", "text", "translate", "back"]
            assert list(canary["legs_s"].values()) == sorted(canary["legs_s"].values())
            assert called("health", "--round", "--page").returncode == 2
        finally:
            services.close()
            for process in running:
                process.terminate()
            ended = [process.wait(180) for process in running]
            log.close()
        assert ended == [0] * len(running)
