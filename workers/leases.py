"""Leases kept alive while a batch is being worked on."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING
from uuid import uuid4

from aggregator.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from aggregator.models import Stage
    from aggregator.store.queues import QueueStore

__all__ = ["keep_leases", "make_token"]

log = logging.getLogger(__name__)

# Two renewals may fail before a lease runs out.
_RENEWALS_PER_LEASE = 3


def make_token() -> str:
    """Return a token that nobody else holds."""
    return uuid4().hex


@contextmanager
def keep_leases(
    queues: QueueStore,
    stage: Stage,
    ids: Sequence[str],
    *,
    token: str,
    lease: timedelta,
) -> Iterator[None]:
    """
    Renew leases in the background until the block ends.

    So leases can be short (a dead worker's articles come back within one) and batches long. A
    frozen process renews nothing: its work goes to another, and what it brings when it wakes is
    refused.
    """
    done = threading.Event()

    def renew() -> None:
        while not done.wait(lease.total_seconds() / _RENEWALS_PER_LEASE):
            try:
                queues.renew(
                    stage,
                    ids,
                    token=token,
                    lease=lease,
                )
            except StoreError as error:
                log.warning("leases not renewed", extra={"stage": stage.value, "error": str(error)})

    keeper = threading.Thread(
        target=copy_context().run,
        args=(renew,),
        name=f"leases-{stage.value}",
        daemon=True,
    )
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
