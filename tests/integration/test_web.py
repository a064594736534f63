"""
The page over real HTTP: headers, caches, what is refused.

And what it says when the store is gone.
"""

import gzip
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from aggregator.clock import SystemClock
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.builders import DAY, digest
from tests.support.command import make_environ
from tests.support.packages import STARTER
from tests.support.ports import find_free_port
from tests.support.site import days
from tests.support.waiting import until
from workers.embedded import PrivateServer

KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=9999)
)


def publish(url, *digests):
    store = Store(url, namespace="tilshi", clock=SystemClock(), retention=KEPT)
    store.check()
    for item in digests:
        store.queues.lock("compose", token="c", lease=timedelta(seconds=9))
        assert store.digests.publish(item, {}, token="c", last=False)
        store.queues.unlock("compose", token="c")
    store.close()


@contextmanager
def serving(folder, store_url, *arguments):
    port = find_free_port()
    clean = make_environ()
    environ = {
        **clean,
        "TILSHI_DATA_FOLDER": str(folder),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "TILSHI_STORE_URL": store_url,
        "TILSHI_WEB_REFRESH_S": "0.2",
    }
    command = [sys.executable, "-m", "workers.cli", "web", "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"accept-encoding": "identity"}
        ) as client:
            until(lambda: _answers(client) or process.poll() is not None, seconds=30)
            assert process.poll() is None, process.communicate()[0]
            client.process = process
            yield client
    finally:
        process.terminate()
        process.communicate(timeout=180)


def _answers(client):
    try:
        return client.get("/static/icon.svg").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    with PrivateServer(folder / "store") as server:
        publish(server.url, *reversed(days(3, 12)))
        with serving(folder / "data", server.url) as client:
            until(lambda: "School opens" in client.get("/").text)
            yield client


def test_every_answer_carries_its_protection(web):
    for path in (
        "/",
        f"/daily/{DAY}.html",
        "/nothing",
        "/search.html?q=x",
        "/daily/stories.rss",
        "/static/icon.svg",
    ):
        headers = web.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


@pytest.mark.parametrize("path", ["/", "/daily/stories.atom", "/about.html", f"/daily/{DAY}.html"])
def test_what_a_reader_has_is_not_sent_again(web, path):
    first = web.get(path)
    again = web.get(path, headers={"if-none-match": first.headers["etag"]})
    weak = web.get(path, headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
    other = web.get(path, headers={"if-none-match": '"something else"'})

    assert (again.status_code, again.content) == (weak.status_code, weak.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert other.content == first.content
    assert "max-age" in first.headers["cache-control"]


def test_pages_are_packed_for_who_takes_it(web):
    plain = web.get("/")
    with web.stream("GET", "/", headers={"accept-encoding": "br;q=1, gzip;q=0.8"}) as packed:
        raw = b"".join(packed.iter_raw())

    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert "content-encoding" not in web.get("/", headers={"accept-encoding": "gzip;q=0"}).headers
    assert len(plain.content) < 100_000


def test_head_says_what_get_would_send(web):
    full, head = web.get("/"), web.head("/")

    assert head.content == b""
    assert head.headers["content-length"] == str(len(full.content))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", f"/daily/{DAY}.html", "/api/v1/editions"])
def test_nothing_can_be_changed(web, method, path):
    assert web.request(method, path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/%2e%2e/renderer.py",
        "/%00",
        "/daily/%F0%9F%92%A9.html",
        "/" + "a" * 9000,
    ],
)
def test_addresses_made_to_harm_lead_nowhere(web, path):
    assert web.get(path).status_code == 404


def test_a_new_digest_is_on_the_page_soon_and_unasked(tmp_path):
    with PrivateServer(tmp_path / "store") as server:
        publish(server.url, digest(1))
        with serving(tmp_path / "data", server.url) as client:
            until(lambda: "1 story from" in client.get("/").text)
            publish(server.url, replace(digest(3), revision=2))
            until(lambda: "3 stories from" in client.get("/").text)


def test_with_the_store_gone_the_last_digest_is_served_and_says_so(tmp_path):
    store = PrivateServer(tmp_path / "store")
    with store as server:
        url = server.url
        publish(url, *reversed(days(2)))
        with serving(tmp_path / "data", url) as client:
            until(lambda: "School opens" in client.get("/").text)
    with serving(tmp_path / "data", url) as client:
        page = client.get("/").text
        assert "School opens" in page
        until(lambda: "newsroom cannot be reached" in client.get("/").text, seconds=60)
        assert "what was known 0 min ago" in client.get(f"/daily/{DAY}.html").text


def test_a_port_that_is_taken_is_named(web, tmp_path):
    port = web.base_url.port
    environ = {
        **os.environ,
        "TILSHI_DATA_FOLDER": str(tmp_path),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
    }
    command = [sys.executable, "-m", "workers.cli", "web", "--port", str(port)]
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


# The API


def test_the_api_is_described_and_keeps_to_its_description(web):
    described = web.get("/api/v1/openapi.json").json()

    assert described["info"]["version"] == "1"
    assert set(described["paths"]) == {
        "/editions",
        "/editions/{edition}/digests",
        "/editions/{edition}/digests/{day}",
        "/editions/{edition}/digests/{day}/stories",
        "/editions/{edition}/digests/{day}/stories/{story_id}",
        "/editions/{edition}/digests/{day}/stories/{story_id}/whole",
        "/editions/{edition}/names",
        "/editions/{edition}/search",
    }


def test_the_api_is_as_protected_as_a_page_and_repeats_no_host(web):
    page = web.get("/")
    names = {name for name in page.headers if name.endswith(("policy", "options"))}
    assert len(names) >= 6
    strange = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    for path in ("/api/v1/editions", "/api/v1/editions/", "/api/v1", "/api/v1/nothing",
                 "/api/v1/editions/daily/digests?limit=x", "/api/v1/openapi.json", "/healthz",
                 "/api/v1/editions/daily/digests", "/operator", "/operator/"):  # fmt: skip
        answer = web.get(path, headers=strange)
        assert names <= set(answer.headers), path
        assert "evil.example" not in f"{answer.text} {answer.headers}", path


def test_digests_and_stories_come_in_pages(web):
    editions = web.get("/api/v1/editions").json()
    page = web.get("/api/v1/editions/daily/digests?offset=1&limit=1").json()
    first = web.get(f"/api/v1/editions/daily/digests/{DAY}/stories?limit=5").json()
    rest = web.get(f"/api/v1/editions/daily/digests/{DAY}/stories?offset=5").json()

    assert [(item["id"], item["days"]) for item in editions] == [("daily", 3), ("state", 0)]
    assert (page["total"], [item["day"] for item in page["items"]]) == (
        3,
        [str(DAY - timedelta(days=1))],
    )
    assert first["total"] == rest["total"] == 12
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(ids) == len(set(ids)) == 12
    one = web.get(f"/api/v1/editions/daily/digests/{DAY}/stories/{ids[0]}").json()
    assert one == first["items"][0]
    assert (
        web.get(one["page"].partition("8420")[2] or httpx.URL(one["page"]).path).status_code == 200
    )


def test_a_search_with_one_wrong_letter_says_what_it_shows_instead(web):
    page = web.get("/search.html", params={"q": "мкетеп"})
    answer = web.get("/api/v1/editions/daily/search", params={"q": "мкетеп"}).json()

    assert "Nothing was found for “мкетеп”; showing “мектеп”. 36 stories" in page.text
    assert (answer["total"], answer["instead"]) == (36, "мектеп")
    assert web.get("/api/v1/editions/daily/search", params={"q": "mektep"}).json()["total"] == 36


def test_the_api_searches_in_the_original(web):
    answer = web.get("/api/v1/editions/daily/search", params={"q": "мектеп ашылды"}).json()

    assert answer["total"] == 36
    assert "мектеп" in answer["items"][0]["headline_original"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("editions/weekly/digests", 404),
        ("editions/daily/digests/2001-01-01", 404),
        ("editions/daily/digests/yesterday", 422),
        ("editions/daily/digests?limit=100000", 422),
        ("editions/daily/search?q=", 422),
        ("editions/daily/search?q=a&from=yesterday", 422),
        ("editions/daily/search?q=a&topic=gossip", 422),
        ("editions/daily/search?q=a&outlet=nobody", 404),
    ],
)
def test_a_wrong_question_is_answered_in_json(web, path, status):
    answer = web.get(f"/api/v1/{path}")

    assert answer.status_code == status
    assert json.loads(answer.text)["detail"]
