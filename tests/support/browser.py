"""A real browser, Debian's Chromium driven by Playwright, and the page it looks at."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from playwright.sync_api import sync_playwright

from aggregator.web.app import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from aggregator.web.asking import Asker
    from aggregator.web.renderer import PageRenderer

__all__ = ["BROWSERS", "browser", "browser_path", "served"]

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Names of programs that will do; the first, without windows, takes a third to a half less."""


def browser_path() -> str | None:
    """Return the path of a Chromium; None if there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def served(
    renderer: PageRenderer,
    notice: str = "",
    *,
    changing: bool = False,
    asker: Asker | None = None,
) -> Iterator[str]:
    """Serve pages on loopback, as the archive is or as it ``changing`` becomes; gives the root."""
    read_version = renderer.archive.read_version if changing or asker else lambda: 1
    app = make_app(renderer, lambda: (read_version(), notice), asker=asker)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, lifespan="off", access_log=False, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        [first, *_] = [socket for item in server.servers for socket in item.sockets]
        yield f"http://127.0.0.1:{first.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
