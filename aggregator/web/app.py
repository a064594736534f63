"""
The ASGI application: pages, feeds and files by Starlette, the API by FastAPI; read-only.

What was asked for before is sent from memory by the outermost layer, before any routing (``Remembered``). Nothing here
changes any state; what does is the operator's page, an application of its own, there only where a token is set.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount, Route

from aggregator.errors import ArchiveError
from aggregator.web.answers import TYPES, Answer, Answers, answer
from aggregator.web.api import api
from aggregator.web.operator import into_operator
from aggregator.web.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence

    from aggregator.web.desk import PageDesk

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

__all__ = ["POLICY", "State", "make_app"]

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy: everything from here, nothing inline, nobody may frame it."""

_SAFETY = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_YEAR_S = 31_536_000

State = "Callable[[], tuple[int, str]]"
"""What answers are made from: the archive's version, and the notice that stands on top of pages."""


def _headers(found: Answer, *, packed: bool) -> list[tuple[bytes, bytes]]:
    fresh = f"public, max-age={found.fresh_s}" + (", immutable" if found.fresh_s >= _YEAR_S else "")
    etag = f'{found.etag[:-1]}-gz"' if packed else found.etag
    made = [(b"content-type", found.kind.encode()), (b"cache-control", fresh.encode()), (b"etag", etag.encode())]
    made += [(b"vary", b"accept-encoding")] if found.packed is not None else []
    made += [(b"content-encoding", b"gzip")] if packed else []
    return [*made, *_SAFETY]


class _Request:
    """What of a request an answer depends on."""

    __slots__ = ("known", "packed")

    def __init__(self, scope: Scope) -> None:
        self.packed, self.known = False, b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                self.packed = _takes_gzip(value)
            elif name == b"if-none-match":
                self.known = value


def _takes_gzip(accepted: bytes) -> bool:
    for part in accepted.lower().split(b","):
        name, _, quality = part.strip().partition(b";")
        if name.strip() == b"gzip":
            return quality.replace(b" ", b"").rstrip(b"0") not in (b"q=", b"q=0.", b"q=.")
    return False


async def _send_answer(found: Answer, scope: Scope, send: Send) -> None:
    asked = _Request(scope)
    packed = asked.packed and found.packed is not None
    headers = _headers(found, packed=packed)
    etag = next(value for name, value in headers if name == b"etag")
    tags = [tag.strip().removeprefix(b"W/") for tag in asked.known.split(b",")]
    if found.status == 200 and (etag in tags or asked.known.strip() == b"*"):  # noqa: PLR2004 -- HTTP's OK
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = found.packed if packed and found.packed is not None else found.body
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class _Sent:
    """An answer as Starlette takes it from an endpoint."""

    def __init__(self, found: Answer) -> None:
        self._found = found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        await _send_answer(self._found, scope, send)


class Remembered:
    """
    Sends what is known before anything else looks at a request.

    Args:
        inner: The application.
        answers: Known ones; the application puts them there.
        state: What they were made from.
    """

    def __init__(self, inner: Starlette, answers: Answers, state: Callable[[], tuple[int, str]]) -> None:
        self._inner, self._answers, self._state = inner, answers, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not scope["query_string"]:
            found = self._answers.get(scope["path"], self._state())
            if found is not None:
                await _send_answer(found, scope, send)
                return
        await self._inner(scope, receive, send)


def make_app(
    desk: PageDesk,
    state: Callable[[], tuple[int, str]],
    *,
    operator: Starlette | None = None,
    probes: Sequence[Route] = (),
) -> Remembered:
    """
    Return the application.

    Args:
        desk: Answers addresses.
        state: The archive's version, and the notice that stands on top of pages; asked with every request.
        operator: The operator's page; without it, nothing is at ``/operator``.
        probes: What machines ask.
    """
    answers = Answers()

    async def page(request: Any) -> _Sent:
        path, made_from = request.url.path, state()
        query = dict(parse_qsl(request.url.query, errors="replace"))
        found = await run_in_threadpool(_find, desk, path.lstrip("/"), query, made_from[1])
        # A query means something to the search alone; others get the page without it.
        if not request.url.query:
            answers.put(path, found, made_from)
        return _Sent(found)

    async def nothing(request: Any) -> _Sent:
        del request
        return _Sent(desk.lost(Pages(desk.site, state()[1])))

    if operator:
        behind = [Route("/operator", into_operator()), Mount("/operator", operator)]
    else:
        # Without a token even a form finds nothing there, so that nobody learns what could be.
        behind = [Route(path, nothing, methods=_METHODS) for path in ("/operator", "/operator/{path:path}")]
    routes = [Mount("/api/v1", api(desk)), *behind, *probes, Route("/{path:path}", page, methods=["GET"])]
    return Remembered(Starlette(routes=routes), answers, state)


def _find(desk: PageDesk, path: str, query: Mapping[str, str], notice: str) -> Answer:
    try:
        return desk.find(path, query, notice)
    except ArchiveError as error:
        log.error("page not made", extra={"error": str(error)})  # noqa: TRY400 -- says all
        body = Pages(desk.site, notice).error("This page cannot be read now", "The operator's log says why. Try later.")
        return answer(body, TYPES["html"], fresh_s=0, status=503, keep=False)
