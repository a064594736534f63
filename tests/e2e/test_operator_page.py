"""
The operator's page in a real browser, with all the sources that ship: read and acted on.

Axe finds nothing.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import browser, browser_path
from tests.support.operator import TOKEN, operated, whole_room
from workers.embedded import PrivateServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        browser_path() is None, reason="no Chromium on this machine: ./run browser installs it"
    ),
]

SIZES = {"phone": (360, 740), "wide": (1440, 900)}
# No rule of the styles asks for both, so each size and each scheme is looked at once.
LOOKS = [("phone", True), ("wide", False)]
PAGES = [
    "",
    "sources",
    "runs",
    "runs/2025-08-20T07",
    "letters",
    "deliveries",
    "packages",
    "nothing",
]


@pytest.fixture(scope="module")
def chromium():
    with browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    folder = tmp_path_factory.mktemp("operator")
    with PrivateServer(folder / "store") as server:
        services = whole_room(folder, server.url)
        yield services
        services.store.close()


@pytest.fixture(scope="module")
def address(services, tmp_path_factory):
    with operated(services, tmp_path_factory.mktemp("page")) as client:
        yield f"{client.base_url}/operator/"


@pytest.fixture
def log_in(chromium, address):
    """Open the page in a browser without scripts of ours to run, and log in by the form."""
    contexts, complaints = [], []

    def logged_in(size="wide", *, dark=False):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url) if "127.0.0.1" not in request.url else None
            ),
        )
        page.goto(address)
        report = Axe().run(page)
        assert report.violations_count == 0, report.generate_report()
        page.fill("#token", TOKEN)
        page.click("button:has-text('Log in')")
        page.wait_for_url(address)
        return page

    yield logged_in
    for context in contexts:
        context.close()
    assert [item for item in complaints if "404" not in item] == []


@pytest.mark.parametrize(("size", "dark"), LOOKS, ids=["phone, dark", "wide, light"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(address, log_in, size, dark):
    page = log_in(size, dark=dark)
    for path in PAGES:
        page.goto(address + path)
        report = Axe().run(page)
        assert report.violations_count == 0, f"{path}: {report.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], path


def test_an_operator_pauses_a_source_with_a_reason_and_resumes_it(services, address, log_in):
    page = log_in("phone")
    page.click("nav >> text=Sources")
    page.wait_for_url("**/sources")
    row = page.locator(".sources li", has=page.get_by_role("button", name="Fetch now")).last
    source = row.get_attribute("id").removeprefix("s-")
    row.locator("summary").click()
    row.locator("input[name=reason]").fill("asked us to wait")
    row.locator("input[name=reason]").press("Enter")
    page.wait_for_url("**/sources?**")

    assert page.get_by_role("status").inner_text() == f"{source} is paused."
    assert services.store.queues.load_paused_sources()[source].reason == "asked us to wait"
    page.locator(f"#s-{source}").get_by_role("button", name="Resume").click()
    assert page.get_by_role("status").inner_text() == f"{source} is polled again."
    assert source not in services.store.queues.load_paused_sources()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.goto(f"{address}sources")
    assert page.url.endswith("/login")
