"""
The operator's page as an application, mounted at ``/operator``: what is, and what can be done.

Everything is asked of the store at once, by a few threads of its own and within bounds of time, so
that a store that is away costs readers nothing. Nothing here is ever kept by a cache. A form does
one thing and then leads back to its page, with a line that says what came of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from anyio import CapacityLimiter, fail_after, to_thread
from starlette.applications import Starlette
from starlette.routing import Route

from aggregator.clock import format_age
from aggregator.errors import StoreError
from aggregator.operations.snapshot import note_snapshot, take_snapshot
from aggregator.operations.status import sum_up_run, take_status
from aggregator.urls.secrets import hide_logins
from aggregator.web import paths
from aggregator.web.forms import is_own_form
from aggregator.web.operator.actions import ACTIONS, describe_result, report_result
from aggregator.web.operator.guard import (
    COOKIE,
    SESSION,
    LoginResult,
    OperatorGuard,
)
from aggregator.web.operator.pages import STATUS_PAGES, View, read_style
from aggregator.web.operator.responses import (
    EarlyResponseError,
    get_client,
    read_form,
    redirect,
    respond,
    respond_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from aggregator.operations.actions import ActionResult
    from aggregator.operations.snapshot import SnapshotScope
    from aggregator.operations.status import RunRow, Status
    from aggregator.ports import Clock
    from aggregator.web.operator.actions import Action

__all__ = ["OperatorContext", "make_operator_app", "redirect_to_operator"]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_METHODS = ("GET", "HEAD", "POST")
_THREADS = 4
_STORE_S = 10.0
_STATUS_JSON = "status.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorContext:
    """
    What the operator's page is made with.

    Attributes:
        scope: What is shown and acted on; with a store that is not patient.
        clock: Of real time.
        style: Name of the style sheet of all pages.
        address: Where readers reach the site; gives the cookie's path, and whether it needs https.
        last_reached: Says when the store was last reached; None if never.
    """

    scope: SnapshotScope
    clock: Clock
    version: str
    style: str
    address: str
    last_reached: Callable[[], datetime | None]


class _Operator:
    """Answers requests. Used from the event loop; the store is asked in threads."""

    def __init__(self, context: OperatorContext, guard: OperatorGuard) -> None:
        self._context = context
        self._guard = guard
        site = urlsplit(context.address)
        self._authority = site.netloc
        self._path = f"{site.path.rstrip('/')}/{paths.OPERATOR}"
        self._secure = site.scheme == "https"
        self._limiter: CapacityLimiter | None = None

    async def answer(self, request: Request) -> Response:
        """Answer a request; whatever goes wrong with the store is a page too."""
        try:
            page = _get_page(request)
            return await self._route(request, page)
        except EarlyResponseError as early:
            return early.response
        except (StoreError, TimeoutError) as error:
            return await self._respond_store_away(request, error)

    async def _respond_store_away(self, request: Request, error: Exception) -> Response:
        detail = hide_logins(str(error)) or f"The store did not answer within {_STORE_S:.0f} s."
        detail += await to_thread.run_sync(self._describe_away)
        log.warning("operator's page: the store is away", extra={"error": detail})
        if self._is_for_program(request):
            return respond_json({"detail": detail}, status=503)
        text = (
            f"{detail} Readers go on with what is known. "
            "Nothing can be seen or done here until it is back."
        )
        body = self._render_message(request, "The store cannot be reached", text)
        return respond(body, status=503, retry_after="10")

    def _describe_away(self) -> str:
        """Say since when the store is away, and whether the broker is too."""
        said = ""
        reached = self._context.last_reached()
        if reached is not None:
            age = format_age(reached, self._context.clock.now())
            said += f" It was last reached {age}, at {reached:%d %B %H:%M} UTC."
        look = self._context.scope.look_at_broker
        broker = look() if look else None
        if broker is not None and broker.error:
            said += f" The broker is away too ({broker.address}: {broker.error})."
        return said

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
        """Let an operator in; to others, raise what is said to them."""
        client = get_client(request)
        verdict = self._guard.judge_request(request.headers, request.cookies, client)
        if verdict is LoginResult.YES:
            return
        if verdict is LoginResult.LATER:
            raise EarlyResponseError(self._respond_too_many(request))
        if self._is_for_program(request):
            detail = {"detail": "the operator's token is needed"}
            raise EarlyResponseError(respond_json(detail, status=401, www_authenticate="Bearer"))
        if request.method == "POST":
            text = "You are not logged in any more; nothing was done."
            depth = _count_folders(request)
            body = self._render_login(request, text, depth)
            raise EarlyResponseError(respond(body, status=401, www_authenticate="Bearer"))
        way_up = "../" * (_count_folders(request) - 1)
        raise EarlyResponseError(redirect(f"{way_up}login"))

    def _respond_too_many(self, request: Request) -> Response:
        wait_s = self._guard.find_wait_s(get_client(request))
        wait = str(max(1, wait_s))
        text = f"Too many failed tries. The next is looked at in {wait} s."
        if self._guard.has_bearer(request.headers):
            return respond_json({"detail": text}, status=429, retry_after=wait)
        body = self._render_login(request, text)
        return respond(body, status=429, retry_after=wait)

    async def _log_in(self, request: Request) -> Response:
        if request.method != "POST":
            if self._find_session(request):
                return redirect("./")
            return respond(self._render_login(request))
        self._refuse_foreign(request)
        form = await read_form(request)
        token = form.get("token", "")
        client = get_client(request)
        verdict, session = self._guard.log_in(token, client)
        if verdict is LoginResult.LATER:
            return self._respond_too_many(request)
        if verdict is LoginResult.NO:
            log.warning("operator's page: wrong token", extra={"client": client})
            body = self._render_login(request, "That is not the operator's token.")
            return respond(body, status=401)
        lasting_s = int(SESSION.total_seconds())
        return self._set_cookie(redirect("./"), session, lasting_s)

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
        if not is_own_form(request.headers, self._authority):
            raise EarlyResponseError(self._respond_forbidden(request))

    def _respond_forbidden(self, request: Request) -> Response:
        text = (
            "It was not sent by a form of this page, or by one from before you logged in. "
            "Nothing was done."
        )
        body = self._render_message(request, "That was refused", text)
        return respond(body, status=403)

    def _is_for_program(self, request: Request) -> bool:
        return _get_page(request) == _STATUS_JSON or self._guard.has_bearer(request.headers)

    # What is shown

    def _find_session(self, request: Request) -> str:
        return self._guard.find_session(request.cookies)

    def _make_view(self, request: Request) -> View:
        session = self._find_session(request)

        def make_form_token(action: str) -> str:
            return self._guard.make_form_token(session, action) if session else ""

        is_inside = bool(session) or self._guard.has_bearer(request.headers)
        return View(
            version=self._context.version,
            style=self._context.style,
            zone=self._context.scope.zone,
            token=make_form_token,
            inside=is_inside,
        )

    def _render_login(
        self,
        request: Request,
        message: str = "",
        depth: int = 1,
    ) -> str:
        view = self._make_view(request)
        return view.render(
            "login",
            "login",
            message=message,
            depth=depth,
        )

    def _render_message(
        self,
        request: Request,
        title: str,
        text: str,
    ) -> str:
        view = self._make_view(request)
        return view.render_message(title, text, depth=_count_folders(request))

    async def _show(self, request: Request, page: str) -> Response:
        view = self._make_view(request)
        message = self._read_message(request)
        if page.startswith("runs/"):
            run_id = page.removeprefix("runs/")
            return await self._show_run(view, run_id, message)
        if page == _STATUS_JSON:
            status = await self._run_in_thread(self._read_status)
            return respond_json(status.as_json())
        if page not in STATUS_PAGES:
            body = self._render_message(request, "Nothing is here", "There is no such page.")
            return respond(body, status=404)
        status = await self._run_in_thread(self._read_status)
        render_page = STATUS_PAGES[page]
        body = render_page(view, status, message)
        return respond(body)

    async def _show_run(
        self,
        view: View,
        run_id: str,
        message: str,
    ) -> Response:
        row = await self._run_in_thread(lambda: self._read_run(run_id))
        if row is None:
            text = "There is no such run, or its account is kept no longer."
            body = view.render_message("Nothing is here", text, depth=2)
            return respond(body, status=404)
        body = view.render_run(row, message=message)
        return respond(body)

    def _read_message(self, request: Request) -> str:
        """Return what an action left to be said; only if it is ours, by its MAC."""
        message = request.query_params.get("said", "")
        mac = request.query_params.get("mac", "")
        session = self._find_session(request)
        if not session or not message:
            return ""
        is_ours = self._guard.check_form(session, f"said {message}", mac)
        return message if is_ours else ""

    # What the store is asked, in threads

    def _read_status(self) -> Status:
        now = self._context.clock.now()
        snapshot = take_snapshot(self._context.scope, now)
        note_snapshot(self._context.scope, snapshot)
        return take_status(snapshot)

    def _read_run(self, run_id: str) -> RunRow | None:
        queues = self._context.scope.store.queues
        if run_id not in queues.list_runs():
            return None
        reports = queues.load_run_reports(run_id)
        return sum_up_run(run_id, reports)

    async def _run_in_thread(self, work: Callable[[], _T]) -> _T:
        """Ask something of the store, by a thread of ours, within bounds of time."""
        store = self._context.scope.store
        # Made here, because it belongs to an event loop.
        self._limiter = self._limiter or CapacityLimiter(_THREADS)

        def check_and_work() -> _T:
            store.check()
            return work()

        with fail_after(_STORE_S):
            return await to_thread.run_sync(
                check_and_work,
                limiter=self._limiter,
                abandon_on_cancel=True,
            )

    # What is done

    async def _post(self, request: Request, page: str) -> Response:
        """Take a form, if it is one of ours, and do what it asks for."""
        bearer = self._guard.has_bearer(request.headers)
        session = self._find_session(request)
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
        browser_session = "" if bearer else session
        return await self._act(
            action,
            name,
            form,
            browser_session,
        )

    async def _act(
        self,
        action: Action,
        name: str,
        form: Mapping[str, str],
        session: str,
    ) -> Response:
        """Do it; a form of a browser's ``session`` leads back to its page, a program gets JSON."""
        context = self._context
        subject = form[action.field]

        def act() -> ActionResult:
            return action.act(context.scope, form, context.clock.now())

        result = await self._run_in_thread(act)
        extra = {"action": name, "of": subject, "result": result.name.lower()}
        log.info("operator", extra=extra)
        if not session:
            value, status = report_result(name, subject, result)
            return respond_json(value, status=status)
        message = describe_result(action, subject, result)
        mac = self._guard.make_form_token(session, f"said {message}")
        query = urlencode({"said": message, "mac": mac}, quote_via=quote)
        return redirect(f"../{action.page}?{query}")


def _get_page(request: Request) -> str:
    """Return the address of a page below ``operator/``."""
    page: str = request.path_params.get("page", "")
    return page


def _count_folders(request: Request) -> int:
    """Return the folders between a page and the root."""
    return _get_page(request).count("/") + 1


def _find_action(page: str, form: Mapping[str, str]) -> Action:
    action = ACTIONS.get(page.removeprefix("do/"))
    if action is None:
        raise EarlyResponseError(respond_json({"detail": "no such action"}, status=404))
    if not page.startswith("do/") or action.field not in form:
        detail = f"no such action; it needs a field {action.field}"
        raise EarlyResponseError(respond_json({"detail": detail}, status=400))
    return action


def make_operator_app(context: OperatorContext, guard: OperatorGuard) -> Starlette:
    """Return the application, to be mounted at ``/operator``; ``guard`` lets operators in."""
    operator = _Operator(context, guard)

    async def answer(request: Request) -> Response:
        if request.method not in _METHODS:
            return respond("", status=405, allow=", ".join(_METHODS))
        return await operator.answer(request)

    # All methods come here, so that every refusal carries what every page does.
    methods = [*_METHODS, "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/{page:path}", answer, methods=methods)])


def redirect_to_operator() -> Response:
    """Return what leads from ``/operator`` into the folder, from where links on its pages start."""
    return redirect(f"{paths.OPERATOR}/")
