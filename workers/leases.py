"""Leases and locks kept alive while somebody is at work under them."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING
from uuid import uuid4

from aggregator.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from aggregator.models import Stage
    from aggregator.store.queues import QueueStore

__all__ = ["keep_leases", "keep_lock", "make_token"]

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

    def renew() -> None:
        queues.renew(
            stage,
            ids,
            token=token,
            lease=lease,
        )

    with _keep_renewing(renew, f"leases-{stage.value}", lease):
        yield


@contextmanager
def keep_lock(
    queues: QueueStore,
    name: str,
    *,
    token: str,
    lease: timedelta,
) -> Iterator[None]:
    """
    Renew a lock in the background until the block ends, as long as it is the token's.

    The block takes it itself, and may find it taken. Without this a digest that takes longer to
    compose than a lease lasts would be refused each time, and never come.
    """

    def renew() -> None:
        queues.renew_lock(name, token=token, lease=lease)

    with _keep_renewing(renew, f"lock-{name}", lease):
        yield


@contextmanager
def _keep_renewing(renew: Callable[[], object], what: str, lease: timedelta) -> Iterator[None]:
    done = threading.Event()

    def keep() -> None:
        while not done.wait(lease.total_seconds() / _RENEWALS_PER_LEASE):
            try:
                renew()
            except StoreError as error:
                log.warning("not renewed", extra={"what": what, "error": str(error)})
            except Exception:
                # Whatever it is, the work goes on, and nobody else would renew.
                log.exception("not renewed", extra={"what": what})

    keeper = threading.Thread(
        target=copy_context().run,
        args=(keep,),
        name=what,
        daemon=True,
    )
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
