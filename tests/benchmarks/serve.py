"""
The digest's page served by ``tilshi web``, beside nginx that serves the same bytes from disk, in
one run.

Throughput: wrk, one thread, 16 connections, eight seconds, the page as it is and packed, each
server by turns, twice, the better taken. Latency: 200 requests a second for ten seconds at fixed
moments, each timed from the moment it should have been sent, so that a server that halts is not
spared. Needs nginx and wrk (Debian: ``apt-get install nginx-light wrk``).
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from aggregator.web.archive import Archive
from tests.support.builders import digest
from tests.support.packages import STARTER
from tests.support.ports import find_free_port
from tests.support.waiting import until

SECONDS, CONNECTIONS, RATE, STORIES = 8, 16, 200, 200
NGINX = """
worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type text/html;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip_static on;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def _up(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def running(command: list[str], address: str, environ: dict[str, str] | None = None):
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        until(lambda: _up(address), seconds=30)
        yield
    finally:
        process.terminate()
        process.wait()


def throughput(address: str, *, packed: bool) -> float:
    accept = "gzip" if packed else "identity"
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS}s",
        "-H",
        f"Accept-Encoding: {accept}",
        address,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


async def latencies(port: int, path: str) -> list[float]:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    idle: asyncio.Queue = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    took: list[float] = []
    began = time.perf_counter() + 0.1

    async def one(due: float) -> None:
        reader, writer = await idle.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", head)[1]))
        took.append(time.perf_counter() - due)
        idle.put_nowait((reader, writer))

    async with asyncio.TaskGroup() as group:
        for number in range(RATE * 10):
            due = began + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    while not idle.empty():
        _, writer = idle.get_nowait()
        writer.close()
    return sorted(took)


def main(arguments: list[str]) -> None:
    del arguments
    missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
    if missing:
        sys.exit(
            f"bench serve: {', '.join(missing)} not found (Debian: apt-get install nginx-light wrk)"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = digest(STORIES)
        Archive(folder / "data" / "archive.sqlite").put(made)
        path, ours, theirs = f"/daily/{made.day}.html", find_free_port(), find_free_port()
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TILSHI_")}
        environ = {
            **clean,
            "TILSHI_DATA_FOLDER": str(folder / "data"),
            "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        }
        command = [sys.executable, "-m", "workers.cli", "web", "--port", str(ours)]
        page = folder / "www" / path.removeprefix("/")
        with running(command, f"http://127.0.0.1:{ours}{path}", environ):
            body = httpx.get(
                f"http://127.0.0.1:{ours}{path}", headers={"accept-encoding": "identity"}
            ).content
            page.parent.mkdir(parents=True)
            page.write_bytes(body)
            with httpx.stream(
                "GET", f"http://127.0.0.1:{ours}{path}", headers={"accept-encoding": "gzip"}
            ) as answer:
                packed = b"".join(answer.iter_raw())
            page.with_name(f"{page.name}.gz").write_bytes(packed)
            (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=theirs))
            with running(
                ["nginx", "-c", str(folder / "nginx.conf")], f"http://127.0.0.1:{theirs}{path}"
            ):
                report(path, ours, theirs, (len(body), len(packed)))


def report(path: str, ours: int, theirs: int, sizes: tuple[int, int]) -> None:
    print("| page | nginx, requests a second | tilshi web | ratio |")
    print("|---|--:|--:|--:|")
    for packed, size in ((False, sizes[0]), (True, sizes[1])):
        rates = dict.fromkeys((theirs, ours), 0.0)
        for _ in range(2):
            for port in rates:
                rates[port] = max(
                    rates[port], throughput(f"http://127.0.0.1:{port}{path}", packed=packed)
                )
        what = f"{'packed' if packed else 'as it is'}, {size / 1000:.0f} kB"
        print(
            f"| {what} | {rates[theirs]:,.0f} | {rates[ours]:,.0f} | "
            f"{rates[ours] / rates[theirs]:.2f} |"
        )
    print(f"\n| at {RATE} requests a second | p50, ms | p99, ms | longest, ms |")
    print("|---|--:|--:|--:|")
    for who, port in (("nginx", theirs), ("tilshi web", ours)):
        took = asyncio.run(latencies(port, path))
        p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        print(f"| {who} | {p50 * 1000:.1f} | {p99 * 1000:.1f} | {took[-1] * 1000:.1f} |")
