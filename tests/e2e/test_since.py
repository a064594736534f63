"""What is new since a reader last looked, in a real browser, by its own storage alone."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import browser, browser_path, served
from tests.support.builders import NOON, digest
from tests.support.site import renderer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        browser_path() is None, reason="no Chromium on this machine: ./run browser installs it"
    ),
]

LOOKED = datetime(2025, 8, 20, 13, tzinfo=UTC)
LATER = LOOKED + timedelta(hours=2)
REFUSED = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('QuotaExceededError'); }"


@pytest.fixture(scope="module")
def chromium():
    with browser() as opened:
        yield opened


@pytest.fixture
def reader(chromium):
    """Open a browser of a reader's own; anything that it says in its console fails the test."""
    contexts, complaints = [], []

    def opened(*, script="", **options):
        context = chromium.new_context(timezone_id="UTC", **options)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        # Pages may be half a minute old; here a minute of the reader's takes none.
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def made(tmp_path):
    return renderer(tmp_path, tell(3))


@pytest.fixture
def address(made):
    with served(made, changing=True) as url:
        yield url


def tell(stories, later=timedelta(0), **changes):
    """Return a day with so many stories, composed so much later; those it adds come last."""
    made = digest(stories, composed=NOON + later, **changes)
    return replace(made, stories=tuple(sorted(made.stories, key=lambda story: story.id)))


def look(page, address, at):
    """Open the newest digest at a moment; returns what the line says, and the marked headlines."""
    page.clock.set_fixed_time(at)
    page.goto(address)
    return read_line(page), page.locator(".fresh").count()


def read_line(page):
    line = page.locator("#since")
    return line.inner_text() if line.is_visible() else ""


def test_a_reader_who_comes_back_is_led_to_what_is_new(made, address, reader):
    page = reader()
    assert look(page, address, LOOKED) == ("", 0), "all is new, and nothing was looked at"

    made.archive.put(tell(5, timedelta(hours=1)))
    expected = ("2 new since you last looked (today, 13:00)", 2)
    assert look(page, address, LATER) == expected
    page.locator("#since a").click()
    first = page.locator("article.story:has(.fresh)").first
    assert page.url.endswith(f"#{first.get_attribute('id')}")
    assert first.locator("h3").inner_text().lower().startswith("new")

    first.locator("h3 a").click()
    page.wait_for_url(re.compile(r"/[0-9a-f]{16}\.html"))
    page.go_back()
    page.reload()
    assert (read_line(page), page.locator(".fresh").count()) == expected, "it is the same visit"

    next_day = LATER + timedelta(days=1)
    assert look(page, address, next_day) == ("", 0), "nothing has changed"
    made.archive.put(tell(6, timedelta(hours=3), closed=True))
    line, marks = look(page, address, next_day + timedelta(hours=1))
    assert (line, marks) == ("1 new since you last looked (today, 15:00)", 1)


def test_a_new_day_is_new_as_a_whole_and_an_old_one_is_not(made, address, reader):
    page = reader()
    look(page, address, LOOKED)
    day = made.archive.list_days("daily")[0]
    made.archive.put(tell(4, timedelta(days=1), day=day + timedelta(days=1)))
    earlier = tell(2, timedelta(hours=-20), day=day - timedelta(days=1), closed=True)
    made.archive.put(earlier)

    when = LOOKED + timedelta(days=1)
    assert look(page, address, when) == (
        "All 4 are new since you last looked (Wednesday, 13:00)",
        0,
    )
    page.goto(f"{address}daily/{earlier.day}.html")
    assert read_line(page) == "", "it was there when the reader last looked"


def test_what_is_told_in_brief_is_marked_too(tmp_path, reader):
    made = renderer(tmp_path, tell(40))
    with served(made, changing=True) as url:
        page = reader()
        look(page, url, LOOKED)
        made.archive.put(tell(42, timedelta(hours=1)))
        line, marks = look(page, url, LATER)
        assert (line, marks) == ("2 new since you last looked (today, 13:00)", 2)
        assert page.locator(".brief .fresh").count() == 2
        page.locator("#since a").click()
        place = page.locator(".brief li").nth(10).get_attribute("id")
        assert place.startswith("s-")
        page.wait_for_url(f"**#{place}")


def test_a_clock_that_went_back_says_no_hour(made, address, reader):
    page = reader()
    look(page, address, LATER)
    made.archive.put(tell(4, timedelta(hours=1)))

    assert look(page, address, LOOKED) == ("1 new since you last looked", 1)


@pytest.mark.parametrize("script", [REFUSED, FULL], ids=["refused", "full"])
def test_where_the_browser_keeps_nothing_nothing_is_marked(made, address, reader, script):
    page = reader(script=script)
    look(page, address, LOOKED)
    made.archive.put(tell(5, timedelta(hours=1)))

    assert look(page, address, LATER) == ("", 0)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "story", "keys go on working"


def test_what_is_not_ours_in_the_storage_counts_as_nothing(address, reader):
    page = reader()
    page.goto(address)
    for kept in ("{", "null", "[]", '{"at":"x"}', '{"at":1,"seen":{}}'):
        page.evaluate("kept => localStorage.setItem('tilshi-seen-daily', kept)", kept)
        assert look(page, address, LOOKED) == ("", 0), kept


def test_without_scripts_it_is_not_there(made, address, reader):
    page = reader(java_script_enabled=False)
    page.goto(address)
    made.archive.put(tell(5, timedelta(hours=1)))
    page.goto(address)

    assert read_line(page) == ""


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_marks_can_be_read_and_nothing_is_sent(made, address, reader, width, scheme):
    page = reader(viewport={"width": width, "height": 800}, color_scheme=scheme)
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    look(page, address, LOOKED)
    made.archive.put(tell(5, timedelta(hours=1)))
    look(page, address, LATER)

    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.context.cookies() == []
    assert {method for method, _ in asked} == {"GET"}
    assert [url for _, url in asked if "?" in url] == []
