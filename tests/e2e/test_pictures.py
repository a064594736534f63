"""A reader sees an outlet's picture: phone and wide, light and dark, from here and nowhere else."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import browser, browser_path, served
from tests.support.builders import DAY, digest
from tests.support.press_pictures import make_kept, show_pictures
from tests.support.servers import FeedServer
from tests.support.site import HOSTILE, hostile, renderer
from tests.support.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        browser_path() is None, reason="no Chromium on this machine: ./run browser installs it"
    ),
]

SIZES = {"phone": (360, 740), "wide": (1440, 900)}
LIMIT = 100_000


@pytest.fixture(scope="module")
def chromium():
    with browser() as opened:
        yield opened


@pytest.fixture
def open_page(chromium):
    contexts = []

    def opened(size, *, dark=False):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def make_pages(folder, made):
    pictures = [
        make_kept(story.best.article_id, story.best.outlet_id) for story in made.stories[:-1]
    ]
    return show_pictures(renderer(folder, made), *pictures)


LOADED = "[...document.images].every((image) => image.complete && image.naturalWidth === 640)"
WIDTH = "document.querySelector('figure img').naturalWidth"
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize(
    ("size", "dark"),
    [("phone", False), ("phone", True), ("wide", False), ("wide", True)],
    ids=["phone, light", "phone, dark", "wide, light", "wide, dark"],
)
def test_pictures_are_seen_come_from_here_and_move_nothing(tmp_path, open_page, size, dark):
    made = digest(3, closed=True)
    pages = make_pages(tmp_path, made)
    with served(pages) as base:
        page = open_page(size, dark=dark)
        page.add_init_script(SHIFTS)
        asked, refused, said = [], [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: refused.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        story = made.stories[0]
        for path, shown in ((f"daily/{DAY}.html", 2), (f"daily/{DAY}/{story.id}.html", 1)):
            answer = page.goto(f"{base}{path}")
            assert len(answer.body()) < LIMIT
            assert page.locator("figure img").count() == shown
            for place in range(shown):
                page.locator("figure img").nth(place).scroll_into_view_if_needed()
            until(lambda: page.evaluate(LOADED))
            image = page.locator("figure img").first
            assert image.get_attribute("alt") == story.headline.text
            box = image.bounding_box()
            assert 200 <= box["width"] <= SIZES[size][0]
            assert box["width"] / box["height"] == pytest.approx(640 / 360, abs=0.02)
            assert page.get_by_text(f"Picture: {story.best.outlet}").first.is_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
            assert page.evaluate("window.shift") < 0.01
            report = Axe().run(page)
            assert report.violations_count == 0, report.generate_report()
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(base).netloc}
    assert sum("/picture/" in url for url in asked) >= 2
    assert (refused, said) == ([], [])


def test_the_policy_lets_no_picture_of_another_host_in(tmp_path, open_page):
    made = digest(2, closed=True)
    pages = make_pages(tmp_path, made)
    with served(pages) as base, FeedServer("127.0.0.2") as other:
        page = open_page("wide")
        page.goto(f"{base}daily/{DAY}.html")
        until(lambda: page.evaluate(f"{WIDTH} > 0"))
        address = other.url("/picture.webp", host="127.0.0.2")
        page.evaluate(f"document.querySelector('figure img').src = '{address}'")
        until(lambda: page.evaluate(f"{WIDTH} === 0"))
        assert other.requests == []


@pytest.mark.parametrize("text", [HOSTILE[1], HOSTILE[7], HOSTILE[9]], ids=["image", "long", "tag"])
def test_hostile_words_beside_a_picture_run_nothing_and_break_nothing(tmp_path, open_page, text):
    made = hostile(text)
    picture = make_kept(made.stories[0].best.article_id, made.stories[0].best.outlet_id)
    pages = show_pictures(renderer(tmp_path, made), picture)
    with served(pages) as base:
        page = open_page("phone")
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        for path in (f"daily/{DAY}.html", f"daily/{DAY}/{made.stories[0].id}.html"):
            page.goto(f"{base}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            assert page.locator("img").count() == 1
