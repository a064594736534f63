"""The operator's page over real HTTP and a real store that holds something of everything."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import httpx
import uvicorn

from aggregator.digest.days import find_local_day
from aggregator.models import Alert, AlertKind, Outcome, SourceReport, SourceState, Stage
from aggregator.store.counters import PROBE_STEPS
from aggregator.store.dead_letters import DeadLetter
from aggregator.store.deliveries import DeliveryId
from aggregator.store.outbox import DeliveryState, PartState
from tests.support.newsroom import newsroom
from tests.support.packages import STARTER
from workers.loaded_config import load_config
from workers.services import Services
from workers.web_server import open_web_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


__all__ = [
    "DELIVERY",
    "LETTER",
    "TOKEN",
    "Operator",
    "furnish",
    "live",
    "operated",
    "room_with_token",
    "whole_room",
]

TOKEN = "the operator's own token"
LETTER = "text:" + "0" * 32
DELIVERY = DeliveryId("daily", date(2025, 8, 20), "family")

_LEASE = timedelta(minutes=1)


def room_with_token(folder: Path, url: str, **environ: str) -> Services:
    """Return a newsroom of three sources whose operator's token stands in a file."""
    (folder / "token").write_text(TOKEN)
    feeds = {name: f"http://127.0.0.1:9/{name}" for name in ("alpha", "beta", "gamma")}
    environ = {"TILSHI_WEB_OPERATOR_TOKEN": f"file:{folder / 'token'}", **environ}
    return newsroom(folder / "data", url, feeds, "2025-08-20T21:00:00+05:00", **environ)


def whole_room(folder: Path, url: str) -> Services:
    """Return a newsroom of all sources that ship, furnished."""
    (folder / "token").write_text(TOKEN)
    environ = {
        "TILSHI_WEB_OPERATOR_TOKEN": f"file:{folder / 'token'}",
        "TILSHI_STORE_URL": url,
        "TILSHI_DATA_FOLDER": str(folder / "data"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
    }
    plan = load_config(environ, None)
    services = Services(plan)
    services.store.check()
    services.store.queues.sync_sources(
        source.id for source in services.sources.values() if not source.paused
    )
    live(services)
    return services


def live(services: Services) -> None:
    """
    Give a newsroom two weeks of polls, of which some failed, a canary, an alert.

    And letters and deliveries.
    """
    store, now = services.store, datetime.now(UTC)
    polled = store.queues.take(Stage.FETCH, limit=999, token="t", lease=_LEASE)
    store.queues.open_run("2025-08-20T07", keep=9)
    for number, item in enumerate(polled):
        bad = number % 9 == 4
        outcome, detail = (
            (Outcome.TIMEOUT, "silent for 20 s after 1 redirect") if bad else (Outcome.OK, "")
        )
        report = SourceReport(
            source_id=item.id,
            outcome=outcome,
            detail=detail,
            new=0 if bad else number,
            elapsed_s=20.0 if bad else 0.4,
        )
        for ago in range(14):
            day = find_local_day(now - timedelta(days=ago), str(services.zone))
            store.counters.count_poll(
                replace(report, new=(number * 7 + ago * ago * 5) % 61 * (ago % 6 != 3)), day
            )
        good = now - timedelta(hours=30) if bad else now
        state = SourceState(
            outcome=outcome, detail=detail, failures=3 * bad, checked=now, succeeded=good
        )
        store.queues.finish_source(
            report, state, run_id="2025-08-20T07", token="t", due=now + timedelta(minutes=number)
        )
    store.queues.pause_source(polled[0].id, "they asked us to wait until their new site is there")
    store.counters.start_probe("round-1", pause=timedelta(minutes=9))
    for step in PROBE_STEPS:
        store.counters.pass_probe_step("round-1", step, "A message")
    for queue in ("fetch", "text", "translate", "compose", "beat"):
        store.queues.prove_alive(queue, "the canary")
    words = f"{polled[4].id} had no good poll for 30 hours: silent for 20 s after 1 redirect"
    alert = Alert(
        kind=AlertKind.SOURCE_FAILING,
        subject=polled[4].id,
        text=words,
        raised=now - timedelta(hours=6),
    )
    store.notices.change_alerts([alert], [], [words])
    _process_articles(services)


def furnish(services: Services) -> None:
    """Make what an operator sees: a run with a failure, a dead letter, a given-up delivery."""
    store, now = services.store, datetime.now(UTC)
    store.queues.open_run("run-1", keep=9)
    store.queues.take(Stage.FETCH, limit=9, token="t", lease=_LEASE)
    for name, outcome in (("alpha", Outcome.OK), ("beta", Outcome.SERVER_ERROR)):
        bad = outcome is not Outcome.OK
        state = SourceState(
            outcome=outcome,
            detail="503 <b>&",
            failures=int(bad),
            checked=now,
            succeeded=None if bad else now,
        )
        report = SourceReport(
            source_id=name, outcome=outcome, new=0 if bad else 3, elapsed_s=0.2, detail="503 <b>&"
        )
        store.queues.finish_source(
            report, state, run_id="run-1", token="t", due=now + timedelta(hours=1)
        )
    _process_articles(services)


def _process_articles(services: Services) -> None:
    store, now = services.store, datetime.now(UTC)
    store.dead_letters.write(
        DeadLetter(article_id="0" * 32, stage=Stage.TEXT, reason="ended <its> worker", at=now)
    )
    store.deliveries.open(DELIVERY, "form")
    store.deliveries.note_part(DELIVERY, "1", PartState.DOUBT, "reset")
    store.deliveries.end(DELIVERY, DeliveryState.DEAD, "401: the bot was thrown out")


class Operator(httpx.Client):
    """An operator's browser, as far as forms go: keeps the cookie, sends a page's own form."""

    def log_in(self, token: str = TOKEN) -> httpx.Response:
        return self.post("/operator/login", data={"token": token}, headers=self.origin)

    @property
    def origin(self) -> dict[str, str]:
        """The header that a browser sends with a form of this site."""
        return {"origin": str(self.base_url).rstrip("/")}

    def form(self, page: str, action: str, subject: str) -> dict[str, str]:
        """Return the hidden fields of the form of an action on one thing, as a page has it."""
        for form in re.findall(
            rf'<form method="post" action="[./]*{action}">(.*?)</form>',
            self.get(page).text,
            re.DOTALL,
        ):
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
            if not subject or subject in map(unescape, fields.values()):
                return {name: unescape(value) for name, value in fields.items()}
        raise AssertionError(f"no form {action} for {subject} on {page}")

    def do(self, page: str, action: str, subject: str, **more: str) -> str:
        """
        Send a form of a page, follow where it leads.

        Returns the line that says what was done.
        """
        data = {**self.form(page, f"do/{action}", subject), **more}
        sent = self.post(f"/operator/do/{action}", data=data, headers=self.origin)
        assert sent.status_code == 303, sent.text
        back = self.get(sent.headers["location"].replace("../", "/operator/"))
        assert back.status_code == 200
        return unescape(re.search(r'role="status">(.*?)</p>', back.text)[1])


@contextmanager
def operated(
    services: Services,
    folder: Path,
    address: str = "http://digest.example/",
    *,
    loopback: bool = True,
) -> Iterator[Operator]:
    """Serve a newsroom's page on loopback; gives a client that has not logged in."""
    with open_web_server(
        services, folder / "archive.sqlite", address=address, every_s=0.2, loopback=loopback
    ) as opened:
        config = uvicorn.Config(
            opened.app, host="127.0.0.1", port=0, lifespan="off", access_log=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            [first, *_] = [socket for item in server.servers for socket in item.sockets]
            with Operator(
                base_url=f"http://127.0.0.1:{first.getsockname()[1]}", timeout=30
            ) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
