"""
The ASGI application: pages, feeds and files by Starlette, the API by FastAPI; read-only.

What was asked for before is sent from memory by the outermost layer, before any routing
(``Remembered``). Nothing here changes any state; what does is the operator's page, an application
of its own, there only where a token is set.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount, Route

from aggregator.errors import ArchiveError
from aggregator.web import paths
from aggregator.web.api import make_api
from aggregator.web.operator import into_operator
from aggregator.web.pages import Pages
from aggregator.web.responses import TYPES, PageResponse, ResponseCache, make_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence

    from aggregator.web.renderer import PageRenderer

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
_OPERATOR = f"/{paths.OPERATOR}"

State = "Callable[[], tuple[int, str]]"
"""What answers are made from: the archive's version, and the notice that stands on top of pages."""


def _list_headers(found: PageResponse, *, packed: bool) -> list[tuple[bytes, bytes]]:
    fresh = f"public, max-age={found.fresh_s}"
    if found.fresh_s >= _YEAR_S:
        fresh += ", immutable"
    etag = f'{found.etag[:-1]}-gz"' if packed else found.etag
    headers = [
        (b"content-type", found.kind.encode()),
        (b"cache-control", fresh.encode()),
        (b"etag", etag.encode()),
    ]
    if found.packed is not None:
        headers.append((b"vary", b"accept-encoding"))
    if packed:
        headers.append((b"content-encoding", b"gzip"))
    return headers + _SAFETY


class _Request:
    """What of a request an answer depends on."""

    __slots__ = ("known", "takes_gzip")

    def __init__(self, scope: Scope) -> None:
        self.takes_gzip = False
        self.known = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                self.takes_gzip = _takes_gzip(value)
            elif name == b"if-none-match":
                self.known = value

    def knows(self, etag: bytes) -> bool:
        """Say whether whoever asks has the answer of this tag already."""
        tags = [tag.strip().removeprefix(b"W/") for tag in self.known.split(b",")]
        return etag in tags or self.known.strip() == b"*"


def _takes_gzip(accepted: bytes) -> bool:
    for part in accepted.lower().split(b","):
        name, _, quality = part.strip().partition(b";")
        if name.strip() == b"gzip":
            return quality.replace(b" ", b"").rstrip(b"0") not in (b"q=", b"q=0.", b"q=.")
    return False


async def _send_answer(found: PageResponse, scope: Scope, send: Send) -> None:
    asked = _Request(scope)
    packed = found.packed if asked.takes_gzip else None
    headers = _list_headers(found, packed=packed is not None)
    etag = next(value for name, value in headers if name == b"etag")
    if found.status == HTTPStatus.OK and asked.knows(etag):
        await _send(send, HTTPStatus.NOT_MODIFIED, headers, b"")
        return
    body = found.body if packed is None else packed
    headers.append((b"content-length", str(len(body)).encode()))
    await _send(send, found.status, headers, b"" if scope["method"] == "HEAD" else body)


async def _send(
    send: Send,
    status: int,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": int(status),
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": body})


class _Sent:
    """An answer as Starlette takes it from an endpoint."""

    def __init__(self, found: PageResponse) -> None:
        self._found = found

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
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

    def __init__(
        self,
        inner: Starlette,
        answers: ResponseCache,
        state: Callable[[], tuple[int, str]],
    ) -> None:
        self._inner = inner
        self._answers = answers
        self._state = state

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and not scope["query_string"]
        ):
            found = self._answers.get(scope["path"], self._state())
            if found is not None:
                await _send_answer(found, scope, send)
                return
        await self._inner(scope, receive, send)


def make_app(
    renderer: PageRenderer,
    state: Callable[[], tuple[int, str]],
    *,
    operator: Starlette | None = None,
    probes: Sequence[Route] = (),
) -> Remembered:
    """
    Return the application.

    Args:
        renderer: Answers addresses.
        state: The archive's version, and the notice that stands on top of pages; asked with every
            request.
        operator: The operator's page; without it, nothing is at ``/operator``.
        probes: What machines ask.
    """
    answers = ResponseCache()

    async def page(request: Any) -> _Sent:
        path = request.url.path
        made_from = state()
        query = dict(parse_qsl(request.url.query, errors="replace"))
        found = await run_in_threadpool(_find, renderer, path.lstrip("/"), query, made_from[1])
        # A query means something to the search alone; others get the page without it.
        if not request.url.query:
            answers.put(path, found, made_from)
        return _Sent(found)

    async def nothing(request: Any) -> _Sent:
        del request
        return _Sent(renderer.lost(Pages(renderer.site, state()[1])))

    if operator:
        behind = [Route(_OPERATOR, into_operator()), Mount(_OPERATOR, operator)]
    else:
        # Without a token even a form finds nothing there, so that nobody learns what could be.
        hidden = (_OPERATOR, f"{_OPERATOR}/{{path:path}}")
        behind = [Route(path, nothing, methods=_METHODS) for path in hidden]
    routes = [
        Mount(f"/{paths.API}", make_api(renderer)),
        *behind,
        *probes,
        # Which page an address means is the table's to say, for the site of files too.
        Route("/{path:path}", page, methods=["GET"]),
    ]
    return Remembered(Starlette(routes=routes), answers, state)


def _find(
    renderer: PageRenderer,
    path: str,
    query: Mapping[str, str],
    notice: str,
) -> PageResponse:
    try:
        return renderer.find(path, query, notice)
    except ArchiveError as error:
        log.error("page not made", extra={"error": str(error)})  # noqa: TRY400 -- says all
        body = Pages(renderer.site, notice).error(
            "This page cannot be read now", "The operator's log says why. Try later."
        )
        return make_response(
            body,
            TYPES["html"],
            fresh_s=0,
            status=503,
            keep=False,
        )
