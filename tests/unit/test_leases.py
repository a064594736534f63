"""Leases kept alive while somebody works under them."""

from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.models import Stage
from tests.support.waiting import until
from workers.leases import keep_leases


class Queues:
    """Cannot renew at first."""

    def __init__(self, fault):
        self.faults = [fault]
        self.renewed = 0

    def renew(self, stage, ids, *, token, lease):
        if self.faults:
            raise self.faults.pop()
        self.renewed += 1


@pytest.mark.parametrize("fault", [StoreError("away"), OSError(24, "Too many open files")])
def test_whatever_fails_leases_are_renewed_again(fault, caplog):
    queues = Queues(fault)
    lease = timedelta(milliseconds=30)
    with keep_leases(queues, Stage.TEXT, ["a"], token="t", lease=lease):
        until(lambda: queues.renewed > 1)

    assert caplog.messages == ["not renewed"]
