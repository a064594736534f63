"""Downloads from a real server that breaks off, lies, and sends too much."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aggregator.errors import PackageError
from aggregator.translate.packages.download import Download, fetch_file

BODY = bytes(range(256)) * 4000
HASH = hashlib.sha256(BODY).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.seen.append({name.lower(): value for name, value in self.headers.items()})
        behaviour = server.script.pop(0) if len(server.script) > 1 else server.script[0]
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        body, status, headers = behaviour(start)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_):
        pass


def whole(start):
    if start >= len(BODY):
        return b"", 416, {"Content-Length": "0"}
    headers = {"Content-Length": str(len(BODY) - start)}
    if start:
        return (
            BODY[start:],
            206,
            headers | {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"},
        )
    return BODY, 200, headers


def breaks_off(start):
    body, status, headers = whole(start)
    return body[: len(body) // 2], status, headers


def no_ranges(start):
    return BODY, 200, {"Content-Length": str(len(BODY))}


def answers(status):
    return lambda start: (b"", status, {"Content-Length": "0"})


def another_range(start):
    return (
        BODY[10:],
        206,
        {"Content-Length": str(len(BODY) - 10), "Content-Range": f"bytes 10-{len(BODY) - 1}/*"},
    )


def too_much(start):
    return BODY + BODY, 200, {}


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.seen, made.script = [], [whole]
    threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def wanted(server, **changes) -> Download:
    address = f"http://127.0.0.1:{server.server_port}/p.argosmodel"
    known = {"address": address, "sha256": HASH, "size": len(BODY), "user_agent": "tilshi/test"}
    return Download(**{**known, "allow_private": ("127.0.0.1",), **changes})


def fetch(server, target, *, naps=None, **changes):
    naps = [] if naps is None else naps
    return fetch_file(wanted(server, **changes), target, sleep=naps.append)


def refusal(server, target, **changes) -> str:
    with pytest.raises(PackageError) as caught:
        fetch(server, target, **changes)
    assert not target.exists()
    return caught.value.detail


def test_a_file_is_fetched_under_our_name_with_progress(server, tmp_path):
    told = []

    fetch_file(
        wanted(server), tmp_path / "p", progress=lambda done, total: told.append((done, total))
    )

    assert (tmp_path / "p").read_bytes() == BODY
    assert server.seen[0]["user-agent"] == "tilshi/test"
    assert told[-1] == (len(BODY), len(BODY))


def test_what_broke_off_goes_on_where_it_stopped(server, tmp_path):
    server.script = [breaks_off, breaks_off, answers(503), whole]
    naps = []

    fetch(server, tmp_path / "p", naps=naps)

    assert (tmp_path / "p").read_bytes() == BODY
    ranges = [request.get("range") for request in server.seen]
    assert ranges[0] is None
    assert ranges[1] == f"bytes={len(BODY) // 2}-"
    assert len(naps) == 3


def test_a_server_without_ranges_is_read_anew(server, tmp_path):
    server.script = [breaks_off, no_ranges]

    fetch(server, tmp_path / "p")

    assert (tmp_path / "p").read_bytes() == BODY


def test_a_part_of_another_file_is_thrown_away(server, tmp_path):
    (tmp_path / "p.part").write_bytes(b"x" * (len(BODY) + 5))

    fetch(server, tmp_path / "p", size=0)

    assert (tmp_path / "p").read_bytes() == BODY


def test_a_part_that_is_whole_is_checked_without_asking(server, tmp_path):
    (tmp_path / "p.part").write_bytes(BODY)

    fetch(server, tmp_path / "p")

    assert server.seen == []


def test_a_later_run_goes_on_with_what_is_kept(server, tmp_path):
    server.script = [breaks_off, answers(503)]
    assert "bytes are kept" in refusal(server, tmp_path / "p", tries=2)
    server.script = [whole]

    fetch(server, tmp_path / "p")

    assert (tmp_path / "p").read_bytes() == BODY
    assert server.seen[-1]["range"] == f"bytes={len(BODY) // 2}-"


@pytest.mark.parametrize(
    ("script", "changes", "says"),
    [
        ([whole], {"sha256": "0" * 64}, f"its SHA-256 is {HASH}, expected 0000"),
        ([whole], {"size": 10}, "expected 10 at most"),
        ([too_much], {}, "sent more than"),
        ([whole], {"size": len(BODY) + 1}, "is truncated"),
        ([answers(404)], {}, "the server answered 404"),
        ([answers(403)], {}, "the server answered 403"),
        ([answers(503)], {"tries": 3}, "the server answered 503"),
        ([breaks_off, another_range], {}, "sent another range"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_put_in_place(server, tmp_path, script, changes, says):
    server.script = list(script)

    assert says in refusal(server, tmp_path / "p", **changes)


def test_a_disk_without_room_is_said_before_anything_is_fetched(server, tmp_path):
    with pytest.raises(PackageError, match="make room"):
        fetch_file(wanted(server), tmp_path / "p", free_bytes=lambda folder: 1000)

    assert not (tmp_path / "p.part").exists()


def test_a_file_that_is_there_is_not_fetched_again(server, tmp_path):
    (tmp_path / "p").write_bytes(BODY)

    fetch(server, tmp_path / "p")

    assert server.seen == []


def test_two_who_want_the_same_fetch_it_once(server, tmp_path):
    threads = [threading.Thread(target=fetch, args=(server, tmp_path / "p")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (tmp_path / "p").read_bytes() == BODY
    assert len(server.seen) == 1


def moved(to):
    return lambda start: (b"", 302, {"Location": to, "Content-Length": "0"})


@pytest.mark.parametrize(
    "to", ["http://127.0.0.2/p", "http://[::ffff:127.0.0.2]/p", "http://0x7f000002/p"]
)
def test_a_redirect_inward_is_refused_at_once(server, tmp_path, to):
    server.script = [moved(to)]
    naps = []

    assert "not a public address" in refusal(server, tmp_path / "p", naps=naps)
    assert naps == []


def test_a_private_place_is_refused_with_what_would_allow_it(server, tmp_path):
    detail = refusal(server, tmp_path / "p", allow_private=())

    assert detail == "127.0.0.1, not a public address; fetch.allow_private may allow it"
    assert server.seen == []


def test_redirects_without_end_end(server, tmp_path):
    server.script = [moved("/again")]

    assert "more than 5 redirects" in refusal(server, tmp_path / "p")
    assert len(server.seen) == 6
