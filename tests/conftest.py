"""Fixtures for every test."""

import pytest
import redis
from hypothesis import settings

from tests.support.redis import private_redis

# A busy machine is no reason to fail: properties are about values, not about time.
settings.register_profile("tilshi", deadline=None)
settings.load_profile("tilshi")


@pytest.fixture(scope="session")
def _redis_server():
    with private_redis() as server:
        yield server


@pytest.fixture
def redis_url(_redis_server):
    """Address of an empty private server that nobody is connected to."""
    with redis.Redis.from_url(_redis_server.url) as client:
        # Earlier tests may have left their sockets open; for `tilshi restore` these are processes at work.
        client.client_kill_filter(_type="normal", skipme=True)
        client.flushall()
    return _redis_server.url
