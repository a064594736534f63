"""The operator's page over real HTTP and a real store: who is let in, what is shown and done."""

import re
import zlib
from contextlib import ExitStack
from datetime import timedelta

import pytest

from aggregator.models import Stage
from aggregator.store.counters import PROBE_STEPS
from aggregator.store.dead_letters import DeadLetter
from aggregator.store.outbox import DeliveryState
from aggregator.web.operator.guard import COOKIE
from tests.contract.test_store import planned, take
from tests.support.operator import DELIVERY, LETTER, TOKEN, furnish, operated, room_with_token
from workers.embedded import PrivateServer

PAGES = ("", "sources", "runs", "runs/run-1", "letters", "deliveries", "packages")
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with PrivateServer(tmp_path_factory.mktemp("store")) as private:
        yield private


@pytest.fixture
def services(server, tmp_path, request):
    name = f"t{zlib.crc32(request.node.name.encode())}"
    furnished = room_with_token(tmp_path, server.url, TILSHI_STORE_NAMESPACE=name)
    furnish(furnished)
    yield furnished
    furnished.store.close()


@pytest.fixture
def stranger(services, tmp_path):
    with operated(services, tmp_path) as client:
        yield client


@pytest.fixture
def operator(stranger):
    assert stranger.log_in().status_code == 303
    return stranger


def test_without_a_token_nothing_is_there(server, tmp_path):
    services = room_with_token(
        tmp_path, server.url, TILSHI_WEB_OPERATOR_TOKEN="", TILSHI_STORE_NAMESPACE="none"
    )
    with operated(services, tmp_path) as client:
        for path in ("", "/", "/login", "/status.json", "/sources", "/do/pause"):
            for method in ("GET", "POST"):
                assert client.request(method, f"/operator{path}", headers=BEARER).status_code == 404


def test_a_stranger_sees_the_login_alone(stranger):
    for page in PAGES:
        sent = stranger.get(f"/operator/{page}")
        assert sent.status_code == 303
        assert sent.headers["location"] == ("../login" if "/" in page else "login")
    login = stranger.get("/operator/login")

    assert login.status_code == 200
    assert "alpha" not in login.text
    folder, deleted = stranger.get("/operator"), stranger.delete("/operator/sources")
    assert folder.headers["location"] == "operator/"
    assert deleted.status_code == 405
    assert folder.headers["cache-control"] == deleted.headers["cache-control"] == "no-store"
    assert stranger.get("/operator/status.json").status_code == 401
    assert stranger.post("/operator/do/pause", data={"source": "alpha"}).status_code == 401
    assert "operator" not in stranger.get("/").text


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_holds_no_token(stranger):
    sent = stranger.log_in()
    cookie = sent.headers["set-cookie"]

    assert (sent.status_code, sent.headers["location"]) == (303, "./")
    for part in ("HttpOnly", "SameSite=strict", "Path=/operator", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie
    assert TOKEN not in cookie
    assert stranger.get("/operator/").status_code == 200


def test_where_readers_come_by_https_the_cookie_goes_by_https_alone_and_knows_its_folder(
    services, tmp_path
):
    with operated(services, tmp_path, "https://press.example/digest/") as client:
        cookie = client.log_in().headers["set-cookie"]

    assert "Secure" in cookie
    assert "Path=/digest/operator" in cookie


def test_a_wrong_token_is_refused_and_the_eleventh_is_not_looked_at(stranger):
    for _ in range(10):
        assert stranger.log_in("guess").status_code == 401
    late = stranger.log_in()

    assert late.status_code == 429
    assert 1 <= int(late.headers["retry-after"]) <= 60
    assert COOKIE not in stranger.cookies
    bearer = stranger.get("/operator/status.json", headers=BEARER)
    assert (bearer.status_code, "retry-after" in bearer.headers) == (429, True)


def test_a_program_gets_the_status_by_its_bearer(stranger):
    status = stranger.get("/operator/status.json", headers=BEARER)
    wrong = stranger.get("/operator/status.json", headers={"authorization": "Bearer guess"})

    assert status.json()["format"] == "tilshi.status/1"
    assert status.json()["failing_sources"] == ["beta"]
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")
    assert "detail" in wrong.json()


def test_every_page_shows_its_part_and_is_kept_by_nobody(operator, services):
    wanted = {
        "": ("sources to poll", "no round came back yet", "beta</a>: server error, 1 time"),
        "sources": ("503 &lt;b&gt;&amp;", "New articles a day since", "Fetch now"),
        "runs": ("run-1",),
        "runs/run-1": ("server error", "2 polled, 1 good, 1 failed"),
        "letters": (LETTER, "ended &lt;its&gt; worker"),
        "deliveries": (str(DELIVERY), "the bot was thrown out"),
        "packages": tuple(package.name for package in services.packages),
    }
    for page in PAGES:
        sent = operator.get(f"/operator/{page}")
        assert sent.status_code == 200
        for text in wanted[page]:
            assert text in sent.text, page
        assert sent.headers["cache-control"] == "no-store"
        assert sent.headers["x-robots-tag"] == "noindex, nofollow"
        assert "script-src" not in sent.headers["content-security-policy"]
        assert "default-src 'none'" in sent.headers["content-security-policy"]
        assert "<script" not in sent.text
        assert "style=" not in sent.text
        for file in re.findall(r'<link rel="stylesheet" href="([^"]+)"', sent.text):
            assert operator.get(sent.url.join(file)).status_code == 200
    assert operator.get("/operator/nothing").status_code == 404
    assert operator.get("/operator/runs/nothing").status_code == 404


def test_the_overview_shows_how_long_each_step_of_the_canary_took(operator, services):
    counters = services.store.counters
    counters.start_probe("probe-1", pause=timedelta(minutes=9))
    for step in PROBE_STEPS:
        counters.pass_probe_step("probe-1", step, "A message")
    page = operator.get("/operator/").text

    for step in PROBE_STEPS:
        assert re.search(rf"\b{step} \d+\.\d s\b", page), step
    assert "no round came back yet" not in page


def test_no_page_holds_the_token_or_the_session(operator):
    session = operator.cookies[COOKIE]
    for page in (*PAGES, "login", "status.json"):
        text = operator.get(f"/operator/{page}").text
        assert TOKEN not in text
        assert session not in text


def take_sources(services):
    """Return the ids of the sources that are due."""
    taken = services.store.queues.take(Stage.FETCH, limit=9, token="x", lease=services.lock_time)
    return [source.id for source in taken]


def test_a_source_is_paused_resumed_and_fetched(operator, services):
    queues = services.store.queues

    assert (
        operator.do("/operator/sources", "pause", "alpha", reason=" they <asked> ")
        == "alpha is paused."
    )
    assert queues.load_paused_sources()["alpha"].reason == "they <asked>"
    assert "they &lt;asked&gt;" in operator.get("/operator/sources").text
    assert operator.do("/operator/sources", "resume", "alpha") == "alpha is polled again."
    assert queues.load_paused_sources() == {}
    assert "beta" not in take_sources(services)
    assert operator.do("/operator/sources", "fetch", "beta") == "beta is due now."
    assert take_sources(services) == ["beta"]


def test_what_cannot_be_done_is_said(operator, services):
    form = operator.form("/operator/sources", "do/fetch", "beta")
    services.store.queues.pause_source("beta")
    sent = operator.post("/operator/do/fetch", data=form, headers=operator.origin)

    assert (
        "it is paused; resume it first"
        in operator.get(f"/operator/{sent.headers['location'][3:]}").text
    )
    sent = operator.post(
        "/operator/do/fetch", data={**form, "source": "no such"}, headers=operator.origin
    )
    assert (
        "there is no such thing" in operator.get(f"/operator/{sent.headers['location'][3:]}").text
    )
    # What is said is ours alone to say.
    assert "Send money" not in operator.get("/operator/sources?said=Send+money&mac=0").text


def test_dead_letters_are_retried_and_discarded_and_deliveries_taken_up(operator, services):
    assert operator.do("/operator/letters", "discard", LETTER) == f"{LETTER} is forgotten."
    assert services.store.dead_letters.load_all() == []
    assert operator.do("/operator/letters", "discard", f"deliver:{DELIVERY}").endswith(
        "is forgotten."
    )
    assert services.store.deliveries.get(DELIVERY).state is DeliveryState.DONE
    services.store.deliveries.end(DELIVERY, DeliveryState.DEAD, "again")
    assert (
        operator.do("/operator/deliveries", "deliver", str(DELIVERY))
        == f"{DELIVERY} is taken up again."
    )
    delivery = services.store.deliveries.get(DELIVERY)
    assert (delivery.state, delivery.parts) == (DeliveryState.WAITING, {})


def test_an_article_retried_goes_through_its_stage_again(operator, services):
    [key] = planned(services.store, 1)
    written = DeadLetter(
        article_id=key, stage=Stage.TEXT, reason="ended its worker 5 times", at=services.clock.now()
    )
    services.store.dead_letters.write(written)

    assert operator.do("/operator/letters", "retry", written.id) == f"{written.id} is tried again."
    assert services.store.dead_letters.get(written.id) is None
    assert take(services.store, Stage.TEXT) == [key]


def test_retrying_an_article_that_is_gone_says_so_and_forgets_its_dead_letter(operator, services):
    assert "past its retention" in operator.do("/operator/letters", "retry", LETTER)
    assert services.store.dead_letters.load_all() == []


@pytest.mark.parametrize(
    ("headers", "changes"),
    [
        ({}, {}),
        ({"origin": "https://evil.example"}, {}),
        ({"origin": "null"}, {}),
        ({"sec-fetch-site": "cross-site"}, {}),
        ({"sec-fetch-site": "same-site"}, {}),
        ({"sec-fetch-site": "same-origin"}, {"form": "0" * 64}),
        ({"sec-fetch-site": "same-origin"}, {"form": ""}),
    ],
    ids=["no origin", "another", "null", "cross", "sister", "wrong token", "no token"],
)
def test_a_form_that_is_not_ours_changes_nothing(operator, services, headers, changes):
    form = {**operator.form("/operator/sources", "do/pause", "alpha"), **changes}
    sent = operator.post("/operator/do/pause", data=form, headers=headers)

    assert sent.status_code == 403
    assert services.store.queues.load_paused_sources() == {}


def test_the_token_of_one_form_opens_no_other(operator, services):
    form = operator.form("/operator/sources", "do/fetch", "alpha")

    assert (
        operator.post("/operator/do/pause", data=form, headers=operator.origin).status_code == 403
    )
    assert services.store.queues.load_paused_sources() == {}


def test_nothing_is_done_by_a_get(operator, services):
    form = operator.form("/operator/sources", "do/pause", "alpha")

    assert operator.get("/operator/do/pause", params=form).status_code == 404
    assert services.store.queues.load_paused_sources() == {}


def test_a_login_from_another_site_is_refused(stranger):
    sent = stranger.post(
        "/operator/login", data={"token": TOKEN}, headers={"origin": "https://evil.example"}
    )

    assert (sent.status_code, COOKIE in stranger.cookies) == (403, False)


def test_a_program_acts_by_its_bearer_and_is_told_what_came_of_it(stranger, services):
    def act(action, **form):
        return stranger.post(f"/operator/do/{action}", data=form, headers=BEARER)

    assert act("pause", source="alpha", reason="x").json()["done"] is True
    assert "alpha" in services.store.queues.load_paused_sources()
    refused = act("fetch", source="alpha")
    assert (refused.status_code, refused.json()["done"]) == (409, False)
    assert act("fetch", source="no such").status_code == 404
    assert act("fetch").status_code == 400
    assert act("burn", source="alpha").status_code == 404
    assert act("pause", source="x" * 20_000).status_code == 413
    assert act("pause", **{f"field{number}": "x" for number in range(30)}).status_code == 400


def test_after_a_logout_the_cookie_is_worth_nothing(operator):
    session = operator.cookies[COOKIE]
    sent = operator.post(
        "/operator/logout", data=operator.form("/operator/", "logout", ""), headers=operator.origin
    )

    assert (sent.status_code, sent.headers["location"]) == (303, "login")
    assert COOKIE not in operator.cookies
    assert operator.get("/operator/", headers={"cookie": f"{COOKIE}={session}"}).status_code == 303


def test_with_the_store_gone_it_says_so_and_readers_go_on(tmp_path):
    with ExitStack() as running:
        server = running.enter_context(PrivateServer(tmp_path / "store"))
        services = room_with_token(tmp_path, server.url)
        furnish(services)
        with operated(services, tmp_path) as client:
            client.log_in()
            assert client.get("/operator/").status_code == 200
            form = client.form("/operator/sources", "do/pause", "alpha")
            running.close()
            for page in PAGES:
                sent = client.get(f"/operator/{page}")
                assert (sent.status_code, sent.headers["cache-control"]) == (503, "no-store")
                assert "The store cannot be reached" in sent.text
                assert "Traceback" not in sent.text
            assert (
                client.post("/operator/do/pause", data=form, headers=client.origin).status_code
                == 503
            )
            program = client.get("/operator/status.json", headers=BEARER)
            assert (program.status_code, list(program.json())) == (503, ["detail"])
            assert client.get("/").status_code == 200
            assert client.get("/operator/login").status_code == 303
        services.store.close()
