"""
The ASGI application: pages, feeds and files by Starlette, the API by FastAPI; read-only.

What was asked for before is sent from memory by the outermost layer, before any routing
(``CachedApp``). Nothing here changes any state but readers' wishes for whole articles, which are
taken only where the owner allows it (``asking``); whatever else does is the operator's page, an
application of its own, there only where a token is set.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from aggregator.errors import ArchiveError
from aggregator.web import paths
from aggregator.web.api import make_api
from aggregator.web.operator.app import redirect_to_operator
from aggregator.web.pages import Pages
from aggregator.web.paths import match_path
from aggregator.web.responses import TYPES, PageResponse, ResponseCache, make_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence

    from aggregator.web.asking import Asker
    from aggregator.web.renderer import PageRenderer

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    # What answers are made from: the archive's version, and the notice that stands on top of pages.
    State = Callable[[], tuple[int, str]]

__all__ = ["POLICY", "CachedApp", "make_app"]

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
# Ways to write a quality of 0, without the zeros at its end.
_REFUSED = (b"q=", b"q=0.", b"q=.")
_OPERATOR = f"/{paths.OPERATOR}"


def _list_headers(response: PageResponse, *, packed: bool) -> list[tuple[bytes, bytes]]:
    fresh = f"public, max-age={response.fresh_s}"
    if response.fresh_s >= _YEAR_S:
        fresh += ", immutable"
    etag = f'{response.etag[:-1]}-gz"' if packed else response.etag
    headers = [
        (b"content-type", response.kind.encode()),
        (b"cache-control", fresh.encode()),
        (b"etag", etag.encode()),
    ]
    if response.packed is not None:
        headers.append((b"vary", b"accept-encoding"))
    if packed:
        headers.append((b"content-encoding", b"gzip"))
    return headers + _SAFETY


class _Request:
    """
    What of a request an answer depends on.

    Attributes:
        known: Tags of the answers that whoever asks has already, as the header lists them.
    """

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
        """Return whether whoever asks has the answer of this tag already."""
        if self.known.strip() == b"*":
            return True
        tags = [tag.strip().removeprefix(b"W/") for tag in self.known.split(b",")]
        return etag in tags


def _takes_gzip(accepted: bytes) -> bool:
    for part in accepted.lower().split(b","):
        name, _, quality = part.strip().partition(b";")
        if name.strip() == b"gzip":
            value = quality.replace(b" ", b"").rstrip(b"0")
            return value not in _REFUSED
    return False


async def _send_response(response: PageResponse, scope: Scope, send: Send) -> None:
    request = _Request(scope)
    packed = response.packed if request.takes_gzip else None
    headers = _list_headers(response, packed=packed is not None)
    etag = next(value for name, value in headers if name == b"etag")
    if response.status == HTTPStatus.OK and request.knows(etag):
        await _send(send, HTTPStatus.NOT_MODIFIED, headers, b"")
        return
    body = response.body if packed is None else packed
    headers.append((b"content-length", str(len(body)).encode()))
    await _send(send, response.status, headers, b"" if scope["method"] == "HEAD" else body)


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


class _Endpoint:
    """An answer as Starlette takes it from an endpoint."""

    def __init__(self, response: PageResponse) -> None:
        self._response = response

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        del receive
        await _send_response(self._response, scope, send)


class CachedApp:
    """
    Sends what is known before anything else looks at a request.

    Args:
        inner: Answers what is not known.
        cache: Of answers; the application puts them there.
        read_state: Says what they are made from.
    """

    def __init__(
        self,
        inner: Starlette,
        cache: ResponseCache,
        read_state: State,
    ) -> None:
        self._inner = inner
        self._cache = cache
        self._read_state = read_state

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request; what is known is sent at once."""
        if _may_be_known(scope):
            response = self._cache.get(scope["path"], self._read_state())
            if response is not None:
                await _send_response(response, scope, send)
                return
        await self._inner(scope, receive, _make_safe(send))


def _make_safe(send: Send) -> Send:
    """Return what sends a response with the headers that every page has, where it has none."""

    async def send_safely(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            named = {bytes(name).lower() for name, _ in headers}
            headers += [(name, value) for name, value in _SAFETY if name not in named]
            message = {**message, "headers": headers}
        await send(message)

    return send_safely


def _may_be_known(scope: Scope) -> bool:
    is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    return is_read and not scope["query_string"]


def make_app(
    renderer: PageRenderer,
    read_state: State,
    *,
    operator: Starlette | None = None,
    probes: Sequence[Route] = (),
    asker: Asker | None = None,
) -> CachedApp:
    """
    Return the application.

    Args:
        renderer: Answers addresses.
        read_state: Says what pages are made from; called with every request.
        operator: The operator's page; without it, nothing is at ``/operator``.
        probes: Routes of what machines ask; they stand before those of pages.
        asker: Takes readers' wishes for whole articles; without it, nothing does.
    """
    cache = ResponseCache()

    async def show_page(request: Any) -> _Endpoint:
        path = request.url.path
        made_from = read_state()
        _, notice = made_from
        query = dict(parse_qsl(request.url.query, errors="replace"))
        response = await run_in_threadpool(
            _find_response, renderer, path.lstrip("/"), query, notice
        )
        # A query means something to the search alone; others get the page without it.
        if not request.url.query:
            cache.put(path, response, made_from)
        return _Endpoint(response)

    async def show_nothing(request: Any) -> _Endpoint:
        del request
        _, notice = read_state()
        return _Endpoint(renderer.make_not_found(Pages(renderer.site, notice)))

    if operator:
        behind = [Route(_OPERATOR, redirect_to_operator()), Mount(_OPERATOR, operator)]
    else:
        # Without a token even a form finds nothing there, so that nobody learns what could be.
        hidden = (_OPERATOR, f"{_OPERATOR}/{{path:path}}")
        behind = [Route(path, show_nothing, methods=_METHODS) for path in hidden]
    wishes = [_make_asking_route(asker, renderer)] if asker else []
    routes = [
        Mount(f"/{paths.API}", make_api(renderer)),
        *behind,
        *probes,
        *wishes,
        # Which page an address means is the table's to say, for the site of files too.
        Route("/{path:path}", show_page, methods=["GET"]),
    ]
    inner = Starlette(routes=routes)
    # It would lead to an address made of whatever host the request names.
    inner.router.redirect_slashes = False
    return CachedApp(inner, cache, read_state)


def _make_asking_route(asker: Asker, renderer: PageRenderer) -> Route:
    """Return where the form of a story's page is sent."""

    async def take_wish(request: Any) -> Any:
        values = request.path_params
        # Their forms are those of pages' addresses.
        if match_path(paths.STORY.fill(**values)) is None:
            return _Endpoint(renderer.make_not_found(Pages(renderer.site)))
        answer = await asker.ask(values, request.headers)
        status, title, text = answer.value
        if not title:
            return RedirectResponse(asker.find_way_back(values), status)
        body = Pages(renderer.site).render_error(title, text, paths.ASK_WHOLE.root)
        return _Endpoint(make_response(body, TYPES["html"], fresh_s=0, status=status, keep=False))

    return Route(f"/{paths.ASK_WHOLE.path}", take_wish, methods=["POST"])


def _find_response(
    renderer: PageRenderer,
    path: str,
    query: Mapping[str, str],
    notice: str,
) -> PageResponse:
    """Return an answer; archives that cannot be read are answered by a page too."""
    try:
        return renderer.find(path, query, notice)
    except ArchiveError as error:
        log.error("page not made", extra={"error": str(error)})  # noqa: TRY400 -- says all
        body = Pages(renderer.site, notice).render_error(
            "This page cannot be read now", "The operator's log says why. Try later."
        )
        return make_response(
            body,
            TYPES["html"],
            fresh_s=0,
            status=503,
            keep=False,
        )
