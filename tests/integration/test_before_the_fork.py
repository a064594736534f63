"""What a worker does before its pool forks."""

import gc

import pytest

from tests.support.newsroom import newsroom
from workers.run_worker import run_worker

AS_OF = "2025-08-20T13:00:00+05:00"


class _Stage:
    """In place of Celery's worker, which would fork: says what is frozen as it starts."""

    exitcode = 0

    def __init__(self, **_):
        """Nothing is kept of what it is given."""

    def start(self):
        raise _StartedError(gc.get_freeze_count())


class _StartedError(Exception):
    pass


def test_a_pool_shares_what_was_loaded_before_it(tmp_path, redis_url, monkeypatch):
    """A look for garbage writes to all it looks at, and a page that is written to is copied."""
    services = newsroom(tmp_path, redis_url, {"one": "http://127.0.0.1:9/feed"}, AS_OF)
    monkeypatch.setattr(services.app, "Worker", _Stage)
    gc.unfreeze()
    with pytest.raises(_StartedError) as started:
        run_worker(services.app, services, ["deliver"], concurrency=1, name="deliver")

    [frozen] = started.value.args
    assert frozen > 10_000
