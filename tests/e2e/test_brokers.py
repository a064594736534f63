"""The same run over RabbitMQ as broker: broker and store are two settings."""

import os
import socket
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import demo_stage, play_demo
from tests.support.same_digests import list_differences

pytestmark = pytest.mark.e2e

RABBITMQ = os.environ.get("TILSHI_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//")


@pytest.fixture
def rabbitmq():
    parts = urlsplit(RABBITMQ)
    try:
        socket.create_connection((parts.hostname, parts.port or 5672), timeout=1).close()
    except OSError as error:
        pytest.skip(
            f"no RabbitMQ at {parts.hostname}:{parts.port} ({error}); name one in "
            "TILSHI_TEST_RABBITMQ"
        )
    return RABBITMQ


def test_the_digests_are_the_same_over_rabbitmq(played_few, rabbitmq, tmp_path):
    with demo_stage(tmp_path, corpus=played_few.corpus, broker_url=rabbitmq) as stage:
        other = play_demo(stage)

    assert list_differences(played_few.run.digests, other.run.digests) == []
