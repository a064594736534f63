"""A reader asks for a whole article and reads it: phone and wide, with and without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import browser, browser_path, served
from tests.support.builders import DAY, digest
from tests.support.site import HOSTILE, hostile, renderer
from tests.support.wholes import WishList, allow_asking, make_asker, put_whole, translate_whole

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        browser_path() is None, reason="no Chromium on this machine: ./run browser installs it"
    ),
]

SIZES = {"phone": (360, 740), "wide": (1440, 900)}


@pytest.fixture(scope="module")
def chromium():
    with browser() as opened:
        yield opened


@pytest.fixture
def open_page(chromium):
    contexts = []

    def opened(url, size, *, scripts=True, dark=False):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("size", "scripts"), [("phone", False), ("wide", True)], ids=["phone, no scripts", "wide"]
)
def test_a_reader_asks_waits_and_reads(tmp_path, open_page, size, scripts):
    made = digest(2, closed=True)
    pages = allow_asking(renderer(tmp_path, made))
    wishes = WishList()
    best = made.stories[0].best
    with served(pages, asker=make_asker(pages, wishes)) as base:
        address = f"{base}daily/{DAY}/{made.stories[0].id}.html"
        page = open_page(address, size, scripts=scripts)
        page.get_by_role("button", name="Read the whole article in English").click()
        page.wait_for_url(re.compile(r"\?asked#whole$"))

        assert page.get_by_text("Its English is being made").is_visible()
        assert page.get_by_role("button", name="Read the whole").count() == 0
        [asked] = wishes.asked
        assert asked.article_id == best.article_id

        whole = translate_whole(best)
        assert whole.id == asked.id
        pages.archive.put_whole(whole, made.composed)
        page.reload()
        assert page.get_by_text("Sentence 0 in English.").is_visible()
        assert page.get_by_text("No translation: numbers differ").is_visible()
        # The headline, and each sentence beside its original.
        assert page.locator(".pair:not(.heads)").count() == 1 + whole.size


@pytest.mark.parametrize(
    ("size", "dark"), [("phone", True), ("wide", False)], ids=["phone, dark", "wide, light"]
)
def test_axe_finds_nothing_whatever_the_state_of_an_article(tmp_path, open_page, size, dark):
    made = digest(3, closed=True)
    pages = allow_asking(renderer(tmp_path, made))
    put_whole(pages, made.stories[0].best)
    pages.archive.add_whole_waiting(translate_whole(made.stories[1].best).id)
    with served(pages, asker=make_asker(pages, WishList())) as base:
        page = open_page(base, size, dark=dark)
        for story in made.stories:
            page.goto(f"{base}daily/{DAY}/{story.id}.html")
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= SIZES[size][0]
            report = Axe().run(page)
            assert report.violations_count == 0, report.generate_report()


@pytest.mark.parametrize("text", [HOSTILE[1], HOSTILE[7], HOSTILE[9]], ids=["image", "long", "tag"])
def test_hostile_english_runs_nothing_and_breaks_nothing(tmp_path, open_page, text):
    made = hostile(text)
    pages = renderer(tmp_path, made)
    put_whole(pages, made.stories[0].best)
    with served(pages) as base:
        page = open_page(base, "phone")
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.goto(f"{base}daily/{DAY}/{made.stories[0].id}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("main").count() == 1
