"""
The operator's page as an application, mounted at ``/operator``: how the newsroom stands, and what can be done about it.

Everything is asked of the store at once, by a few threads of its own and within bounds of time, so that a store that is
away costs readers nothing. Nothing here is ever kept by a cache. A form does one thing and then leads back to where it
stood, with a line that says what came of it.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from anyio import CapacityLimiter, fail_after, to_thread
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from aggregator.errors import StoreError
from aggregator.net.secrets import without_logins
from aggregator.standing import run_row, stand
from aggregator.steering import (
    Steered,
    discard_letter,
    fetch_now,
    pause_source,
    resume_source,
    retry_delivery,
    retry_letter,
)
from aggregator.web.guard import COOKIE, SESSION, Guard, Verdict
from aggregator.web.operator_pages import SHOWN_LETTERS, View, look

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request

    from aggregator.ports import Clock
    from aggregator.standing import Desk, Standing

__all__ = ["OperatorDesk", "into_operator", "operator_app"]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_METHODS = ("GET", "HEAD", "POST")
_THREADS = 4
_ASK_S = 10.0
_MOST_BODY = 16_384
_MOST_FIELDS = 20
_MOST_REASON = 300

_HEADERS = {
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: browsers would then send `Origin: null` with forms, which says nothing of where they come from.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDesk:
    """
    What the operator's page is made with.

    Attributes:
        newsroom: How it stands; with a store that is not patient.
        clock: Real time.
        version: Of the program.
        style: Name of the style sheet of all pages.
        address: Where readers reach the site; tells the cookie's path, and whether it needs https.
    """

    newsroom: Desk
    clock: Clock
    version: str
    style: str
    address: str


@dataclass(frozen=True, slots=True)
class _Action:
    """Something to do: what it is called afterwards, the page it is on, the field that names its object."""

    done: str
    page: str
    of: str
    act: Callable[[Desk, Mapping[str, str], datetime], Steered]


_ACTIONS = {
    "fetch": _Action(
        "is due now", "sources", "source", lambda desk, form, _: fetch_now(desk.store, desk.sources, form["source"])
    ),
    "pause": _Action(
        "is paused",
        "sources",
        "source",
        lambda desk, form, _: pause_source(
            desk.store, desk.sources, form["source"], form.get("reason", "")[:_MOST_REASON]
        ),
    ),
    "resume": _Action(
        "is polled again",
        "sources",
        "source",
        lambda desk, form, _: resume_source(desk.store, desk.sources, form["source"]),
    ),
    "retry": _Action(
        "is tried again", "letters", "letter", lambda desk, form, now: retry_letter(desk.store, form["letter"], now)
    ),
    "discard": _Action(
        "is forgotten", "letters", "letter", lambda desk, form, now: discard_letter(desk.store, form["letter"], now)
    ),
    "deliver": _Action(
        "is taken up again",
        "deliveries",
        "delivery",
        lambda desk, form, _: retry_delivery(desk.store, form["delivery"]),
    ),
}


class _RefusedError(Exception):
    """A request that gets an answer other than a page; ``response`` is it."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response


def _sent(body: str | bytes, *, status: int = 200, kind: str = "text/html", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status_code=status, media_type=kind, headers={**_HEADERS, **named})


def _json(value: Mapping[str, Any], *, status: int = 200, **headers: str) -> Response:
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
    return _sent(text, status=status, kind="application/json", **headers)


def _led(to: str) -> Response:
    return _sent("", status=303, location=to)


class _Operator:
    """Answers requests. Used from the event loop; the store is asked in threads."""

    def __init__(self, desk: OperatorDesk, guard: Guard) -> None:
        self._desk, self._guard = desk, guard
        site = urlsplit(desk.address)
        self._authority, self._path = site.netloc, f"{site.path.rstrip('/')}/operator"
        self._secure = site.scheme == "https"
        self._limiter: CapacityLimiter | None = None

    async def answer(self, request: Request) -> Response:
        """Answer a request; whatever goes wrong with the store is a page too."""
        page = request.path_params.get("page", "")
        try:
            return await self._routed(request, page)
        except _RefusedError as refused:
            return refused.response
        except (StoreError, TimeoutError) as error:
            said = without_logins(str(error)) or f"The store did not answer within {_ASK_S:.0f} s."
            log.warning("operator's page: the store is away", extra={"error": said})
            if page == "status.json" or self._guard.bearer(request.headers):
                return _json({"detail": said}, status=503)
            text = f"{said} Readers go on with what is known. Nothing can be seen or done here until it is back."
            body = self._view(request).message("The store cannot be reached", text, depth=page.count("/") + 1)
            return _sent(body, status=503, retry_after="10")

    async def _routed(self, request: Request, page: str) -> Response:
        if page == look()[0]:
            return _sent(look()[1], kind="text/css")
        if page == "login":
            return await self._login(request)
        self._admit(request, page)
        if request.method == "POST":
            return await self._post(request, page)
        return await self._page(request, page)

    # Who is let in

    def _admit(self, request: Request, page: str) -> None:
        verdict = self._guard.judge(request.headers, request.cookies, _client(request))
        if verdict is Verdict.YES:
            return
        if verdict is Verdict.LATER:
            raise _RefusedError(self._later(request))
        if page == "status.json" or self._guard.bearer(request.headers):
            raise _RefusedError(
                _json({"detail": "the operator's token is needed"}, status=401, www_authenticate="Bearer")
            )
        if request.method == "POST":
            body = self._login_page(request, "You are not logged in any more; nothing was done.", page.count("/") + 1)
            raise _RefusedError(_sent(body, status=401, www_authenticate="Bearer"))
        raise _RefusedError(_led(f"{'../' * page.count('/')}login"))

    def _later(self, request: Request) -> Response:
        wait = max(1, self._guard.wait_s(_client(request)))
        said = f"Too many failed tries from this address. The next is looked at in {wait} s."
        if self._guard.bearer(request.headers):
            return _json({"detail": said}, status=429, retry_after=str(wait))
        return _sent(self._login_page(request, said), status=429, retry_after=str(wait))

    async def _login(self, request: Request) -> Response:
        if request.method != "POST":
            return _sent(self._login_page(request)) if not self._session(request) else _led("./")
        self._from_here(request)
        form = await _form(request)
        verdict, session = self._guard.log_in(form.get("token", ""), _client(request))
        if verdict is Verdict.LATER:
            return self._later(request)
        if verdict is Verdict.NO:
            log.warning("operator's page: wrong token", extra={"client": _client(request)})
            return _sent(self._login_page(request, "That is not the operator's token."), status=401)
        return self._with_cookie(_led("./"), session, int(SESSION.total_seconds()))

    def _with_cookie(self, response: Response, session: str, lasting_s: int) -> Response:
        response.set_cookie(
            COOKIE,
            session,
            max_age=lasting_s,
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
        return response

    def _from_here(self, request: Request) -> None:
        """Refuse a form that another site had a browser send."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
        ours = {request.headers.get("host", ""), self._authority}
        if site == "same-origin" or (site is None and urlsplit(origin).netloc in ours - {""}):
            return
        raise _RefusedError(self._forbidden(request))

    def _forbidden(self, request: Request) -> Response:
        text = "It was not sent by a form of this page, or by one from before you logged in. Nothing was done."
        page = request.path_params.get("page", "")
        return _sent(self._view(request).message("That was refused", text, depth=page.count("/") + 1), status=403)

    # What is shown

    def _session(self, request: Request) -> str:
        return self._guard.session(request.cookies)

    def _view(self, request: Request) -> View:
        session = self._session(request)
        return View(
            version=self._desk.version,
            style=self._desk.style,
            zone=self._desk.newsroom.zone,
            token=lambda action: self._guard.form_token(session, action) if session else "",
            inside=bool(session) or self._guard.bearer(request.headers),
        )

    def _login_page(self, request: Request, said: str = "", depth: int = 1) -> str:
        return self._view(request).render("login", "login", said=said, depth=depth)

    async def _page(self, request: Request, page: str) -> Response:
        view, said = self._view(request), self._said(request)
        if page.startswith("runs/"):
            return await self._run(view, page.removeprefix("runs/"), said)
        if page not in _PAGES and page != "status.json":
            body = view.message("Nothing is here", "There is no such page.", depth=page.count("/") + 1)
            return _sent(body, status=404)
        found = await self._ask(lambda: stand(self._desk.newsroom, self._desk.clock.now()))
        return _json(found.as_json()) if page == "status.json" else _sent(_PAGES[page](view, found, said))

    async def _run(self, view: View, run_id: str, said: str) -> Response:
        work = self._desk.newsroom.store.work
        row = await self._ask(lambda: run_row(run_id, work.run_reports(run_id)) if run_id in work.runs() else None)
        if row is None:
            text = "There is no such run, or its account is kept no longer."
            return _sent(view.message("Nothing is here", text, depth=2), status=404)
        return _sent(view.run(row, said=said))

    def _said(self, request: Request) -> str:
        """Return what an action left to be said; only if we said it."""
        said, mac = request.query_params.get("said", ""), request.query_params.get("mac", "")
        session = self._session(request)
        return said if session and said and self._guard.form_holds(session, f"said {said}", mac) else ""

    async def _ask(self, work: Callable[[], _T]) -> _T:
        """Have something asked of the store, by a thread of ours, within bounds of time."""
        store = self._desk.newsroom.store
        # Made here, because it belongs to an event loop.
        self._limiter = self._limiter or CapacityLimiter(_THREADS)

        def checked() -> _T:
            store.check()
            return work()

        with fail_after(_ASK_S):
            return await to_thread.run_sync(checked, limiter=self._limiter, abandon_on_cancel=True)

    # What is done

    async def _post(self, request: Request, page: str) -> Response:
        bearer = self._guard.bearer(request.headers)
        session, form = self._session(request), await _form(request)
        name = page.removeprefix("do/")
        action = _ACTIONS.get(name)
        if not bearer:
            # A token in a header is never sent by a browser unasked; a cookie is.
            self._from_here(request)
            if not self._guard.form_holds(session, name, form.get("form", "")):
                raise _RefusedError(self._forbidden(request))
        if page == "logout":
            self._guard.log_out(session)
            return self._with_cookie(_led("login"), "", 0)
        if action is None or not page.startswith("do/") or action.of not in form:
            wanted = f"; it needs a field {action.of}" if action else ""
            return _json({"detail": f"no such action{wanted}"}, status=400 if action else 404)
        came = await self._ask(lambda: action.act(self._desk.newsroom, form, self._desk.clock.now()))
        log.info("operator", extra={"action": name, "of": form[action.of], "result": came.name.lower()})
        return self._told(action, name, form[action.of], came, session if not bearer else "")

    def _told(self, action: _Action, name: str, of: str, came: Steered, session: str) -> Response:
        if not session:
            done = came in (Steered.DONE, Steered.REPLACED)
            value = {"format": "tilshi.did/1", "action": name, "of": of, "done": done, "result": came.value}
            return _json(value, status=200 if done else 404 if came is Steered.UNKNOWN else 409)
        said = f"{of[:200]} {action.done}." if came is Steered.DONE else f"{of[:200]}: {came.value}."
        query = urlencode({"said": said, "mac": self._guard.form_token(session, f"said {said}")}, quote_via=quote)
        return _led(f"../{action.page}?{query}")


def _overview(view: View, found: Standing, said: str) -> str:
    return view.standing("overview", "", found, said=said)


def _letters(view: View, found: Standing, said: str) -> str:
    return view.standing("letters", "letters", found, said=said, most=SHOWN_LETTERS)


_PAGES: dict[str, Callable[[View, Standing, str], str]] = {
    "": _overview,
    "sources": lambda view, found, said: view.standing("sources", "sources", found, said=said),
    "runs": lambda view, found, said: view.standing("runs", "runs", found, said=said),
    "letters": _letters,
    "deliveries": lambda view, found, said: view.deliveries(found, said=said),
    "packages": lambda view, found, said: view.standing("packages", "packages", found, said=said),
}


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BODY:
            raise _RefusedError(_json({"detail": f"a form of more than {_MOST_BODY} bytes"}, status=413))
    try:
        text = body.decode(errors="replace")
        return dict(parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise _RefusedError(_json({"detail": f"a form of more than {_MOST_FIELDS} fields"}, status=400)) from None


def operator_app(desk: OperatorDesk, guard: Guard) -> Starlette:
    """
    Return the application, to be mounted at ``/operator``.

    Args:
        desk: What it is made with.
        guard: Lets operators in.
    """
    operator = _Operator(desk, guard)

    async def answer(request: Request) -> Response:
        if request.method not in _METHODS:
            return _sent("", status=405, allow=", ".join(_METHODS))
        return await operator.answer(request)

    # All methods come here, so that every refusal carries what every page does.
    return Starlette(routes=[Route("/{page:path}", answer, methods=[*_METHODS, "PUT", "PATCH", "DELETE", "OPTIONS"])])


def into_operator() -> Response:
    """Return what leads from ``/operator`` into the folder, from where links on its pages start."""
    return _led("operator/")
