"""
What machines ask a page's process: ``/healthz``, ``/readyz`` and ``/metrics``.

The first says that the process answers; the second, that readers can be served; neither says more
than any page does. Numbers are for whoever has the operator's token. Where there is no token they
are given on loopback alone, and only to whoever asked for loopback by name without a proxy between:
a page that is passed on to the world passes them on to nobody, unless the owner says that all may
have them. A proxy shows by its headers, by an address for readers elsewhere, or, as nginx where it
was told nothing, by speaking HTTP/1.0.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from aggregator.errors import ArchiveError, StoreError
from aggregator.operations.metrics import CONTENT_TYPE, render_metrics, render_store_away
from aggregator.operations.snapshot import take_snapshot
from aggregator.web import paths
from aggregator.web.operator.guard import LoginResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from aggregator.operations.snapshot import SnapshotScope
    from aggregator.ports import Clock
    from aggregator.web.archive import Archive
    from aggregator.web.operator.guard import OperatorGuard

__all__ = ["PageReadiness", "Probes", "Scrapes", "check_readiness"]

log = logging.getLogger(__name__)

_SCRAPE_S = 10.0
_FRESH_S = 1.0
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PASSED_ON = (
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    *(f"x-forwarded-{what}" for what in ("for", "host", "port", "proto", "server", "prefix")),
)
_OLD_HTTP = "1.0"
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True, slots=True)
class PageReadiness:
    """
    Whether readers can be served.

    Attributes:
        archive: State of the copies, in words.
        store: State of the store, in words.
    """

    ready: bool
    archive: str
    store: str


def check_readiness(archive: Archive, editions: Sequence[str], *, lost: bool) -> PageReadiness:
    """
    Look whether readers can be served.

    They can if copies can be read, and there are some, or there is a store to get them from.

    Args:
        archive: Where copies are kept.
        editions: Ids of those that must have copies.
        lost: The store was not reached, the last time it was tried.
    """
    store = "away" if lost else "reached"
    try:
        counts = [len(archive.list_days(edition)) for edition in editions]
        away = lost or archive.read_last_reached() is None
    except ArchiveError as error:
        log.error("copies cannot be read", extra={"error": str(error)})  # noqa: TRY400 -- says all
        return PageReadiness(
            ready=False,
            archive="cannot be read",
            store=store,
        )
    digests = sum(counts)
    return PageReadiness(
        ready=digests > 0 or not away,
        archive=f"{digests} digests",
        store="away" if away else store,
    )


class Scrapes:
    """
    Reads numbers from the store, one reading at a time whoever asks, in a thread.

    Used from the event loop alone.

    Args:
        scope: What is read, with a store that is not patient.
        clock: Of real time.
        channels: Kind of each channel, by its id.
        within_s: Seconds that a reading may take.
    """

    def __init__(
        self,
        scope: SnapshotScope,
        clock: Clock,
        *,
        version: str,
        channels: Mapping[str, str],
        within_s: float = _SCRAPE_S,
    ) -> None:
        self._scope = scope
        self._clock = clock
        self._version = version
        self._channels = channels
        self._within_s = within_s
        self._task: asyncio.Task[bytes] | None = None
        self._began = 0.0

    async def render(self) -> bytes | None:
        """
        Return what is exposed, at most a second old.

        None if the store has not answered in time.
        """
        now = asyncio.get_running_loop().time()
        is_stale = now - self._began >= _FRESH_S
        if self._task is None or (self._task.done() and is_stale):
            self._began = now
            self._task = asyncio.create_task(run_in_threadpool(self._read))
        try:
            return await asyncio.wait_for(asyncio.shield(self._task), self._within_s)
        except TimeoutError:
            return None

    def _read(self) -> bytes:
        try:
            snapshot = take_snapshot(self._scope, self._clock.now())
        except StoreError as error:
            log.warning("numbers not read", extra={"error": str(error)})
            return render_store_away(self._version)
        return render_metrics(snapshot, version=self._version, channels=self._channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """
    What machines ask.

    Attributes:
        ready: Looks whether readers can be served; called in a thread.
        guard: Knows operators; None where there is no token.
        loopback: The page listens on loopback alone, and no address for readers elsewhere is set.
        open_metrics: The owner lets everybody have the numbers, who can reach the page.
    """

    ready: Callable[[], PageReadiness]
    scrapes: Scrapes
    guard: OperatorGuard | None
    loopback: bool
    open_metrics: bool = False

    def list_routes(self) -> list[Route]:
        """Return the routes, to stand before those of pages."""
        return [
            Route(f"/{paths.HEALTH}", self._show_health, methods=["GET"]),
            Route(f"/{paths.READY}", self._show_readiness, methods=["GET"]),
            Route(f"/{paths.METRICS}", self._show_metrics, methods=["GET"]),
        ]

    async def _show_health(self, request: Request) -> Response:
        del request
        return _respond(200, "alive\n")

    async def _show_readiness(self, request: Request) -> Response:
        del request
        state = await run_in_threadpool(self.ready)
        body = json.dumps(asdict(state))
        status = 200 if state.ready else 503
        return Response(f"{body}\n", status, _HEADERS, "application/json")

    async def _show_metrics(self, request: Request) -> Response:
        refusal = self._refuse(request)
        if refusal is not None:
            return refusal
        text = await self.scrapes.render()
        if text is None:
            return _respond(503, "the store has not answered in time\n")
        return Response(text, 200, {**_HEADERS, "content-type": CONTENT_TYPE})

    def _refuse(self, request: Request) -> Response | None:
        """Return what is said to whoever may not see numbers; None for who may."""
        if self.open_metrics:
            return None
        if self.guard is None:
            allowed = self.loopback and _is_asked_here(request)
            return None if allowed else _respond(404, "not found\n")
        return self._refuse_by_guard(request, self.guard)

    def _refuse_by_guard(self, request: Request, guard: OperatorGuard) -> Response | None:
        client = request.client.host if request.client else ""
        verdict = guard.judge_request(request.headers, request.cookies, client)
        if verdict is LoginResult.YES:
            return None
        if verdict is LoginResult.LATER:
            wait = str(guard.find_wait_s(client))
            return _respond(429, "too many wrong tokens\n", {"retry-after": wait})
        challenge = {"www-authenticate": 'Bearer realm="tilshi"'}
        return _respond(401, "send the operator's token as a bearer's\n", challenge)


def _is_asked_here(request: Request) -> bool:
    """Return whether somebody here asked for this machine by name, and no proxy passed it on."""
    headers = request.headers
    host = headers.get("host", "").lower()
    is_ipv6 = host.startswith("[")
    name = host.partition("]")[0] + "]" if is_ipv6 else host.partition(":")[0]
    is_passed_on = any(header in headers for header in _PASSED_ON)
    is_old = request.scope.get("http_version") == _OLD_HTTP
    return name in _LOOPBACK and not is_passed_on and not is_old


def _respond(status: int, text: str, more: Mapping[str, str] | None = None) -> Response:
    return Response(text, status, {**_HEADERS, **(more or {})}, "text/plain")
