"""The server block of docs/page.md, read by a real nginx, before a real page."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.integration.test_metrics import make_tokenless
from tests.support.operator import operated, room_with_token
from tests.support.ports import find_free_port
from tests.support.redis import private_redis
from tests.support.waiting import until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "page.md"
CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {block}
    server {{ listen 127.0.0.1:{bare_port}; location / {{ proxy_pass http://127.0.0.1:{page}; }} }}
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def read_block(port, page):
    """The block as the page has it, but for the certificate and the two ports."""
    [block] = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    block = re.sub(r"(?m)^\s*ssl_certificate.*\n", "", block)
    block = block.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    return block.replace("127.0.0.1:8420", f"127.0.0.1:{page}")


@pytest.fixture
def before(tmp_path):
    """Gives what starts nginx before a page: the ports of the block, and of a bare line."""
    running = []

    def start(page):
        port, bare_port = find_free_port(), find_free_port()
        block = read_block(port, page)
        config = tmp_path / "nginx.conf"
        words = CONFIG.format(folder=tmp_path, block=block, bare_port=bare_port, page=page)
        config.write_text(words, encoding="utf-8")
        command = [NGINX, "-p", str(tmp_path), "-c", str(config), "-e", str(tmp_path / "error.log")]
        running.append(subprocess.Popen(command))
        until(lambda: answers(port) and answers(bare_port), seconds=20)
        return f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bare_port}"

    yield start
    for process in running:
        process.terminate()
        process.wait(20)


def answers(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def ask(address, headers, client):
    with httpx.Client(transport=httpx.HTTPTransport(local_address=client)) as asking:
        return asking.get(address, headers=headers).status_code


def test_the_block_hides_numbers_and_says_who_asks(before, tmp_path):
    with private_redis() as server:
        services = room_with_token(tmp_path, server.url)
        with operated(services, tmp_path, "https://digest.example/") as page:
            address, _ = before(page.base_url.port)
            assert httpx.get(f"{address}/about.html").status_code == 200
            assert httpx.get(f"{address}/metrics").status_code == 404
            wrong = {"authorization": "Bearer nonsense", "x-forwarded-for": "127.0.0.3"}
            told = [ask(f"{address}/operator/status.json", wrong, "127.0.0.2") for _ in range(11)]
            assert told == [401] * 10 + [429]
            assert ask(f"{address}/operator/status.json", wrong, "127.0.0.3") == 401
        services.store.close()


def test_without_a_token_nothing_that_nginx_passes_on_gets_numbers(before, tmp_path):
    with private_redis() as server:
        services = make_tokenless(tmp_path, server.url)
        with operated(services, tmp_path, "http://127.0.0.1:8420/") as page:
            _, bare = before(page.base_url.port)
            assert page.get("/metrics").status_code == 200
            # One line and nothing else: nginx names 127.0.0.1 as the host, and nobody before it.
            assert httpx.get(f"{bare}/about.html").status_code == 200
            assert httpx.get(f"{bare}/metrics").status_code == 404
        services.store.close()
