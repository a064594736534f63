"""
The operator's page as an application, mounted at ``/operator``: how the newsroom stands, and what
can be done about it.

Everything is asked of the store at once, by a few threads of its own and within bounds of time, so
that a store that is away costs readers nothing. Nothing here is ever kept by a cache. A form does
one thing and then leads back to where it stood, with a line that says what came of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from anyio import CapacityLimiter, fail_after, to_thread
from starlette.applications import Starlette
from starlette.routing import Route

from aggregator.errors import StoreError
from aggregator.operations.snapshot import take_snapshot
from aggregator.operations.status import sum_up_run, take_status
from aggregator.urls.secrets import hide_logins
from aggregator.web import paths
from aggregator.web.guard import COOKIE, SESSION, LoginResult, OperatorGuard
from aggregator.web.operator_actions import ACTIONS, describe_result, report_result
from aggregator.web.operator_pages import STATUS_PAGES, View, read_style
from aggregator.web.operator_responses import (
    EarlyResponseError,
    client_of,
    read_form,
    redirect,
    respond,
    respond_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from aggregator.operations.snapshot import SnapshotScope
    from aggregator.operations.status import RunRow, Status
    from aggregator.ports import Clock
    from aggregator.web.operator_actions import Action

__all__ = ["OperatorDesk", "into_operator", "operator_app"]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_METHODS = ("GET", "HEAD", "POST")
_THREADS = 4
_ASK_S = 10.0
_STATUS_JSON = "status.json"


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class OperatorDesk:
    """
    What the operator's page is made with.

    Attributes:
        scope: What is shown and acted on; with a store that is not patient.
        clock: Real time.
        version: Of the program.
        style: Name of the style sheet of all pages.
        address: Where readers reach the site; tells the cookie's path, and whether it needs https.
    """

    scope: SnapshotScope
    clock: Clock
    version: str
    style: str
    address: str


class _Operator:
    """Answers requests. Used from the event loop; the store is asked in threads."""

    def __init__(self, desk: OperatorDesk, guard: OperatorGuard) -> None:
        self._desk = desk
        self._guard = guard
        site = urlsplit(desk.address)
        self._authority = site.netloc
        self._path = f"{site.path.rstrip('/')}/{paths.OPERATOR}"
        self._secure = site.scheme == "https"
        self._limiter: CapacityLimiter | None = None

    async def answer(self, request: Request) -> Response:
        """Answer a request; whatever goes wrong with the store is a page too."""
        try:
            return await self._route(request, _page_of(request))
        except EarlyResponseError as refused:
            return refused.response
        except (StoreError, TimeoutError) as error:
            return self._respond_store_away(request, error)

    def _respond_store_away(self, request: Request, error: Exception) -> Response:
        said = hide_logins(str(error)) or f"The store did not answer within {_ASK_S:.0f} s."
        log.warning("operator's page: the store is away", extra={"error": said})
        if self._is_for_program(request):
            return respond_json({"detail": said}, status=503)
        text = (
            f"{said} Readers go on with what is known. "
            "Nothing can be seen or done here until it is back."
        )
        body = self._view(request).render_message(
            "The store cannot be reached", text, depth=_depth_of(request)
        )
        return respond(body, status=503, retry_after="10")

    async def _route(self, request: Request, page: str) -> Response:
        style_name, style = read_style()
        if page == style_name:
            return respond(style, kind="text/css")
        if page == "login":
            return await self._log_in(request)
        self._admit(request)
        if request.method == "POST":
            return await self._post(request, page)
        return await self._show(request, page)

    # Who is let in

    def _admit(self, request: Request) -> None:
        verdict = self._guard.judge(request.headers, request.cookies, client_of(request))
        if verdict is LoginResult.YES:
            return
        if verdict is LoginResult.LATER:
            raise EarlyResponseError(self._respond_later(request))
        if self._is_for_program(request):
            detail = {"detail": "the operator's token is needed"}
            raise EarlyResponseError(respond_json(detail, status=401, www_authenticate="Bearer"))
        if request.method == "POST":
            said = "You are not logged in any more; nothing was done."
            body = self._render_login(request, said, _depth_of(request))
            raise EarlyResponseError(respond(body, status=401, www_authenticate="Bearer"))
        raise EarlyResponseError(redirect(f"{'../' * (_depth_of(request) - 1)}login"))

    def _respond_later(self, request: Request) -> Response:
        wait = str(max(1, self._guard.wait_s(client_of(request))))
        said = f"Too many failed tries from this address. The next is looked at in {wait} s."
        if self._guard.has_bearer(request.headers):
            return respond_json({"detail": said}, status=429, retry_after=wait)
        return respond(self._render_login(request, said), status=429, retry_after=wait)

    async def _log_in(self, request: Request) -> Response:
        if request.method != "POST":
            if self._session(request):
                return redirect("./")
            return respond(self._render_login(request))
        self._refuse_foreign(request)
        form = await read_form(request)
        verdict, session = self._guard.log_in(form.get("token", ""), client_of(request))
        if verdict is LoginResult.LATER:
            return self._respond_later(request)
        if verdict is LoginResult.NO:
            log.warning("operator's page: wrong token", extra={"client": client_of(request)})
            body = self._render_login(request, "That is not the operator's token.")
            return respond(body, status=401)
        return self._set_cookie(redirect("./"), session, int(SESSION.total_seconds()))

    def _set_cookie(
        self,
        response: Response,
        session: str,
        lasting_s: int,
    ) -> Response:
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

    def _refuse_foreign(self, request: Request) -> None:
        """Refuse a form that another site had a browser send."""
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin", "")
        if site == "same-origin":
            return
        ours = {request.headers.get("host", ""), self._authority} - {""}
        if site is None and urlsplit(origin).netloc in ours:
            return
        raise EarlyResponseError(self._respond_forbidden(request))

    def _respond_forbidden(self, request: Request) -> Response:
        text = (
            "It was not sent by a form of this page, or by one from before you logged in. "
            "Nothing was done."
        )
        body = self._view(request).render_message(
            "That was refused", text, depth=_depth_of(request)
        )
        return respond(body, status=403)

    def _is_for_program(self, request: Request) -> bool:
        return _page_of(request) == _STATUS_JSON or self._guard.has_bearer(request.headers)

    # What is shown

    def _session(self, request: Request) -> str:
        return self._guard.find_session(request.cookies)

    def _view(self, request: Request) -> View:
        session = self._session(request)

        def make_form_token(action: str) -> str:
            return self._guard.make_form_token(session, action) if session else ""

        return View(
            version=self._desk.version,
            style=self._desk.style,
            zone=self._desk.scope.zone,
            token=make_form_token,
            inside=bool(session) or self._guard.has_bearer(request.headers),
        )

    def _render_login(
        self,
        request: Request,
        said: str = "",
        depth: int = 1,
    ) -> str:
        return self._view(request).render(
            "login",
            "login",
            said=said,
            depth=depth,
        )

    async def _show(self, request: Request, page: str) -> Response:
        view = self._view(request)
        said = self._read_said(request)
        if page.startswith("runs/"):
            return await self._show_run(view, page.removeprefix("runs/"), said)
        if page == _STATUS_JSON:
            status = await self._ask(self._read_status)
            return respond_json(status.as_json())
        if page not in STATUS_PAGES:
            depth = _depth_of(request)
            body = view.render_message("Nothing is here", "There is no such page.", depth=depth)
            return respond(body, status=404)
        status = await self._ask(self._read_status)
        return respond(STATUS_PAGES[page](view, status, said))

    async def _show_run(
        self,
        view: View,
        run_id: str,
        said: str,
    ) -> Response:
        row = await self._ask(lambda: self._read_run(run_id))
        if row is None:
            text = "There is no such run, or its account is kept no longer."
            return respond(view.render_message("Nothing is here", text, depth=2), status=404)
        return respond(view.render_run(row, said=said))

    def _read_said(self, request: Request) -> str:
        """Return what an action left to be said; only if we said it."""
        said = request.query_params.get("said", "")
        mac = request.query_params.get("mac", "")
        session = self._session(request)
        if not session or not said:
            return ""
        return said if self._guard.check_form(session, f"said {said}", mac) else ""

    # What is asked of the store, in threads

    def _read_status(self) -> Status:
        return take_status(take_snapshot(self._desk.scope, self._desk.clock.now()))

    def _read_run(self, run_id: str) -> RunRow | None:
        work = self._desk.scope.store.queues
        if run_id not in work.runs():
            return None
        return sum_up_run(run_id, work.run_reports(run_id))

    async def _ask(self, work: Callable[[], _T]) -> _T:
        """Have something asked of the store, by a thread of ours, within bounds of time."""
        store = self._desk.scope.store
        # Made here, because it belongs to an event loop.
        self._limiter = self._limiter or CapacityLimiter(_THREADS)

        def check_and_work() -> _T:
            store.check()
            return work()

        with fail_after(_ASK_S):
            return await to_thread.run_sync(
                check_and_work, limiter=self._limiter, abandon_on_cancel=True
            )

    # What is done

    async def _post(self, request: Request, page: str) -> Response:
        bearer = self._guard.has_bearer(request.headers)
        session = self._session(request)
        form = await read_form(request)
        name = page.removeprefix("do/")
        if not bearer:
            # A token in a header is never sent by a browser unasked; a cookie is.
            self._refuse_foreign(request)
            if not self._guard.check_form(session, name, form.get("form", "")):
                raise EarlyResponseError(self._respond_forbidden(request))
        if page == "logout":
            self._guard.log_out(session)
            return self._set_cookie(redirect("login"), "", 0)
        action = _find_action(page, form)
        return await self._act(action, name, form, "" if bearer else session)

    async def _act(
        self,
        action: Action,
        name: str,
        form: Mapping[str, str],
        session: str,
    ) -> Response:
        """Do it; a form of a browser's ``session`` leads back to its page, a program gets JSON."""
        desk = self._desk
        subject = form[action.field]
        result = await self._ask(lambda: action.act(desk.scope, form, desk.clock.now()))
        log.info(
            "operator",
            extra={
                "action": name,
                "of": subject,
                "result": result.name.lower(),
            },
        )
        if not session:
            value, status = report_result(name, subject, result)
            return respond_json(value, status=status)
        said = describe_result(action, subject, result)
        mac = self._guard.make_form_token(session, f"said {said}")
        query = urlencode({"said": said, "mac": mac}, quote_via=quote)
        return redirect(f"../{action.page}?{query}")


def _page_of(request: Request) -> str:
    """Return the address of a page below ``operator/``."""
    page: str = request.path_params.get("page", "")
    return page


def _depth_of(request: Request) -> int:
    """Return the folders between a page and the root."""
    return _page_of(request).count("/") + 1


def _find_action(page: str, form: Mapping[str, str]) -> Action:
    action = ACTIONS.get(page.removeprefix("do/"))
    if action is None:
        raise EarlyResponseError(respond_json({"detail": "no such action"}, status=404))
    if not page.startswith("do/") or action.field not in form:
        detail = f"no such action; it needs a field {action.field}"
        raise EarlyResponseError(respond_json({"detail": detail}, status=400))
    return action


def operator_app(desk: OperatorDesk, guard: OperatorGuard) -> Starlette:
    """Return the application, to be mounted at ``/operator``; ``guard`` lets operators in."""
    operator = _Operator(desk, guard)

    async def answer(request: Request) -> Response:
        if request.method not in _METHODS:
            return respond("", status=405, allow=", ".join(_METHODS))
        return await operator.answer(request)

    # All methods come here, so that every refusal carries what every page does.
    methods = [*_METHODS, "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/{page:path}", answer, methods=methods)])


def into_operator() -> Response:
    """Return what leads from ``/operator`` into the folder, from where links on its pages start."""
    return redirect(f"{paths.OPERATOR}/")
