"""
The page in a real browser: read, open, search, by finger and by key, with and without scripts.

Axe finds nothing.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from aggregator.web.archive import Archive
from aggregator.web.site import write_site
from tests.support.browser import browser, browser_path, served
from tests.support.builders import DAY
from tests.support.site import HOSTILE, hostile, renderer, threaded
from workers.pages import make_page_renderer

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
    "daily/2025-08-19.html",
    "daily/archive.html",
    "daily/topic/society/",
    "daily/outlet/dala-habar/",
    "daily/name/almaty/",
    "daily/names.html",
    "search.html?q=министр",
    "outlets.html",
    "about.html",
    "lost",
]


@pytest.fixture(scope="module")
def chromium():
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(played, tmp_path_factory):
    """The demo's digests, served."""
    archive = Archive(tmp_path_factory.mktemp("page") / "archive.sqlite", played.services.glossary)
    for digest in played.run.digests:
        archive.put(digest)
    with served(
        make_page_renderer(played.services, archive, address="https://digest.example/")
    ) as url:
        yield url


@pytest.fixture
def open_page(chromium):
    """
    Open a page.

    Anything that it says in its console, or asks of another host, fails the test.
    """
    contexts, complaints = [], []

    def opened(url, size="wide", *, scripts=True, dark=False):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            has_touch=size == "phone",
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url) if "127.0.0.1" not in request.url else None
            ),
        )
        if url is not None:
            page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [item for item in complaints if "404" not in item] == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
@pytest.mark.parametrize("size", SIZES)
def test_a_reader_reads_opens_a_story_and_its_original(address, open_page, size, scripts):
    page = open_page(address, size, scripts=scripts)
    story = page.locator("article.story").first
    headline = story.locator("h3").inner_text()
    original = story.locator("details .original")
    assert not original.is_visible()
    story.locator("summary").click()
    assert original.is_visible()
    story.locator("h3 a").click()
    page.wait_for_url(re.compile(r"/daily/2025-08-20/[0-9a-f]{16}\.html"))

    assert page.locator("h1").inner_text() == headline
    assert page.locator(".pair").count() > 1
    assert page.locator("#reports").is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_reader_searches_in_the_original_language(address, open_page, scripts):
    page = open_page(f"{address}search.html", "phone", scripts=scripts)
    page.fill("#q", "министрлік")
    page.click("button:has-text('Search')")

    assert page.locator("article.story").count() > 0
    assert re.search(r"\d+ stor(y|ies)", page.locator("main .state").inner_text())


def test_a_reader_pages_by_keyboard(address, open_page):
    page = open_page(address)
    stories = page.locator("article.story")
    # A story that an outlet wrote in English has no original to open.
    has_original = [bool(one.locator("details").count()) for one in stories.all()]
    number = has_original.index(True, 1)
    for _ in range(number + 1):
        page.keyboard.press("j")
    chosen = stories.nth(number)

    assert page.evaluate("document.activeElement.id") == chosen.get_attribute("id")
    page.keyboard.press("o")
    assert chosen.locator("details .original").is_visible()
    page.keyboard.press("k")
    before = stories.nth(number - 1).get_attribute("id")
    assert page.evaluate("document.activeElement.id") == before
    page.keyboard.press("?")
    assert page.locator("dialog#help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/[0-9a-f]{16}\.html"))
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.id === 'q'")
    page.keyboard.type("jok")
    assert page.input_value("#q") == "jok", "letters in a field are letters"


@pytest.mark.parametrize(("size", "dark"), LOOKS, ids=["phone, dark", "wide, light"])
def test_axe_finds_nothing_no_page_scrolls_sideways_and_all_stay_small(
    address, open_page, size, dark
):
    page = open_page(address, size, dark=dark)
    for path in PAGES:
        page.goto(address + path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size][0], path
        assert len(page.content().encode()) < 100_000, path
        if page.locator(".story h3 a").count():
            page.locator(".story summary").first.click()
        report = Axe().run(page)
        assert report.violations_count == 0, f"{path}: {report.generate_report()}"
    page.goto(address)
    page.locator(".story h3 a").first.click()
    page.wait_for_url(re.compile(r"/daily/2025-08-20/[0-9a-f]{16}\.html"))
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()


def test_a_reader_goes_from_a_story_to_those_it_names_and_on(address, open_page):
    page = open_page(f"{address}daily/names.html", "phone", dark=True)
    page.locator("table.subjects a").first.click()
    page.wait_for_url(re.compile(r"/daily/name/[a-z-]+/"))
    name = page.locator("h1").inner_text()
    page.locator(".brief a").first.click()
    page.wait_for_url(re.compile(r"/[0-9a-f]{16}\.html"))
    page.locator(".named a", has_text=re.compile(f"^{name}$")).click()
    page.wait_for_url(re.compile(r"/daily/name/[a-z-]+/"))

    assert page.locator("h1").inner_text() == name


def test_fonts_with_kazakh_letters_come_from_here(address, open_page):
    page = open_page(address)
    page.wait_for_function("document.fonts.status === 'loaded'")

    assert page.evaluate("document.fonts.check('16px \"Source Serif 4\"', 'әғқңөұүһі ӘҒҚҢӨҰҮҺІ')")
    assert page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').length") >= 2


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_run_nothing_and_break_nothing(tmp_path, open_page, text):
    made = hostile(text)
    with served(renderer(tmp_path, made)) as base:
        page = open_page(None, "phone")
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        story = f"daily/{DAY}/{made.stories[0].id}.html"
        for path in ("", story, "search.html?q=alert", "about.html"):
            page.goto(base + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            assert page.locator("main").count() == 1
            assert page.locator("footer").is_visible()


def test_the_site_of_files_works_without_a_server(played, tmp_path, chromium):
    archive = Archive(tmp_path / "archive.sqlite")
    for digest in played.run.digests:
        archive.put(digest)
    write_site(
        make_page_renderer(played.services, archive, address="https://d.example/", search=False),
        tmp_path / "site",
    )
    page = chromium.new_page()
    page.goto((tmp_path / "site" / "index.html").as_uri())
    page.locator("article.story h3 a").first.click()
    assert page.locator(".pair").count() > 1
    page.locator("p.edition a").click()
    page.wait_for_url(re.compile("#s-"))
    page.wait_for_load_state()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "story"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.brand')).fontWeight") == "700"
    ), "its style is there"
    page.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
@pytest.mark.parametrize("size", SIZES)
def test_a_reader_follows_a_story_across_days(tmp_path, open_page, size, scripts):
    made = threaded()
    with served(renderer(tmp_path, *made)) as base:
        page = open_page(f"{base}daily/{made[1].day}.html", size, scripts=scripts)
        mark = page.locator(".mark", has_text="Earlier: 18 August")
        mark.locator("a").click()
        page.wait_for_url(f"**/{made[0].day}/{1:016x}.html")
        steps = page.locator(".thread li")
        assert steps.count() == 3
        assert steps.nth(0).get_attribute("aria-current") == "true"
        steps.nth(2).locator("a").click()
        page.wait_for_url(f"**/{made[2].day}/{3:016x}.html")
        assert page.locator(".differ td strong").all_inner_texts() == ["12", "15"]
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        if scripts:
            report = Axe().run(page)
            assert report.violations_count == 0, report.generate_report()
