"""``tilshi backup``, ``restore`` and ``upgrade`` as their users run them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from aggregator.store.keys import SCHEMA_VERSION
from tests.support.command import call_command
from tests.support.packages import STARTER

OLD = Path(__file__).resolve().parent.parent / "data" / "stores" / "schema-1.backup"


@pytest.fixture
def tilshi(tmp_path):
    """The command over a private store in a folder of its own."""

    def run(*arguments, **environ):
        environ = {
            "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
            "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
            **environ,
        }
        return call_command(*arguments, environ=environ, folder=tmp_path)

    return run


def test_an_old_backup_is_restored_upgraded_read_and_backed_up(tilshi, tmp_path):
    """The whole way over a private store: refused as it is, upgraded, then read."""
    restored = tilshi("restore", str(OLD))
    assert (restored.returncode, "run `tilshi upgrade`" in restored.stdout) == (0, True), (
        restored.stderr
    )

    refused = tilshi("status")
    assert refused.returncode == 1
    assert "tilshi upgrade" in refused.stderr

    upgraded = tilshi("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert "1 to 2" in upgraded.stdout
    assert "Traceback" not in upgraded.stderr

    digest = tilshi("digest", "--date", "2025-08-20")
    assert digest.returncode == 0, digest.stderr
    assert "NUR.KZ" in digest.stdout or "nur-kz" in digest.stdout

    nowhere = tilshi("digest", "--output", "nowhere/digest.txt")
    assert nowhere.returncode == 2
    assert "--output nowhere/digest.txt: expected a place that can be written" in nowhere.stderr

    file = tmp_path / "new.backup"
    made = json.loads(tilshi("backup", str(file), "--json").stdout)
    assert made["schema"] == str(SCHEMA_VERSION)
    assert made["bytes"] == file.stat().st_size
    assert tilshi("restore", str(file), "--check").stdout.startswith(f"{file}: whole")

    again = tilshi("restore", str(file))
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert tilshi("restore", str(file), "--replace").returncode == 0


def test_nothing_is_restored_or_upgraded_under_a_process_at_work(tilshi, redis_url):
    with redis.Redis.from_url(redis_url, client_name="tilshi-tilshi") as other:
        other.ping()
        for command in (("restore", str(OLD)), ("upgrade",)):
            result = tilshi(*command, TILSHI_STORE_URL=redis_url)
            assert result.returncode == 1
            assert "stop all workers" in result.stderr
        assert other.keys("*") == []


def test_a_worker_of_an_older_version_is_known_by_its_last_sign_of_life(tilshi, redis_url):
    assert tilshi("restore", str(OLD), TILSHI_STORE_URL=redis_url).returncode == 0
    with redis.Redis.from_url(redis_url) as client:
        now = int(datetime.now(UTC).timestamp() * 1000)
        client.hset("{tilshi}:alive:text", mapping={"at": now, "what": "canary"})

    result = tilshi("upgrade", TILSHI_STORE_URL=redis_url)

    assert result.returncode == 1
    assert "text worked" in result.stderr


def test_a_broken_file_is_named_without_a_traceback(tilshi, tmp_path):
    (tmp_path / "b").write_bytes(OLD.read_bytes()[:3000])

    result = tilshi("restore", str(tmp_path / "b"))

    assert result.returncode == 1
    assert f"backup {tmp_path}/b: cannot be read to its end" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_broken_store_is_set_aside_for_a_whole_backup_alone(tilshi, tmp_path):
    assert tilshi("restore", str(OLD)).returncode == 0
    store = tmp_path / "data" / "store"
    [file] = (store / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(b"spoilt" + file.read_bytes())
    (tmp_path / "b").write_bytes(OLD.read_bytes()[:3000])

    broken = tilshi("status")
    assert broken.returncode == 1
    assert "`tilshi restore --replace BACKUP` sets" in broken.stderr
    assert "check-aof" not in broken.stderr
    for arguments in ((str(OLD),), (str(tmp_path / "b"), "--replace")):
        assert tilshi("restore", *arguments).returncode == 1
        assert [path.name for path in store.glob("appendonlydir*")] == ["appendonlydir"]

    mended = tilshi("restore", str(OLD), "--replace")

    assert mended.returncode == 0, mended.stderr
    [aside] = store.glob("appendonlydir.*")
    assert str(aside) in mended.stderr
    assert tilshi("upgrade").returncode == 0
