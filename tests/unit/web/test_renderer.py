"""Addresses and what they lead to; hostile words on every page; the site of files."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import product

import pytest

from aggregator.models import Topic
from aggregator.web.pages import BRIEF_SIZE, SiteEdition, count_brief_pages
from aggregator.web.paths import FEED_NAMES, FORM_NAMES
from aggregator.web.renderer import list_paths_of_day
from aggregator.web.responses import ResponseCache, make_response
from aggregator.web.site import write_site
from tests.support.builders import DAY, digest
from tests.support.site import HOSTILE, days, hostile, renderer

DAY_PAGE = f"daily/{DAY}.html"
TAGS = """
html head meta title link script body a nav main section header footer
article h1 h2 h3 h4 p span br details summary div ul li kbd blockquote strong del
table caption thead tbody tr th td svg rect circle line text
dialog dl dt dd form button input select option label mark ol figure figcaption
"""
ALLOWED = set(TAGS.split())


class Parsed(HTMLParser):
    """What a browser would act on."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.links, self.ids = set(), set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src", "action"):
                self.links.append(value)
            if name == "id":
                self.ids.append(value)


def body(response):
    return response.body.decode()


def all_paths(digest):
    feeds = [f"daily/{name}.{form}" for name, form in product(FEED_NAMES, FORM_NAMES)]
    pages = [
        "",
        "index.html",
        "daily/",
        "daily/index.html",
        "daily/archive.html",
        f"daily/archive-{DAY.year}.html",
    ]
    return [
        *pages,
        "search.html",
        "outlets.html",
        "about.html",
        "sources.opml",
        *feeds,
        *[f"daily/topic/{topic}/" for topic in Topic],
        "daily/outlet/outlet-1/index.html",
        "state/outlet/outlet-1/",
        "daily/outlet-outlet-1.rss",
        "daily/name/astana/",
        "state/name/aisha-yeren/index.html",
        "daily/names.html",
        "daily/name-astana.rss",
        "daily/english-name-astana.json",
        "daily/english-topic-sport.atom",
        *list_paths_of_day(digest),
    ]


def test_every_address_leads_somewhere_and_every_link_of_a_page_too(tmp_path):
    made = renderer(tmp_path, *days(3))
    for path in all_paths(days(1)[0]):
        response = made.find(path)
        assert response.status == 200, path
        if not response.kind.startswith("text/html"):
            continue
        for link in Parsed(body(response)).links:
            if link.startswith(("http", "#")):
                continue
            target = resolve(path, link.partition("#")[0].partition("?")[0])
            if target.startswith("api/"):
                continue
            assert made.find(target).status == 200, (path, link)


def resolve(path, link):
    parts = path.split("/")[:-1]
    for part in link.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "daily/2025-13-99.html",
        "daily/2025-08-01.html",
        "weekly/index.html",
        f"daily/{DAY}/ffffffffffffffff.html",
        f"daily/{DAY}/all-2.html",
        f"daily/{DAY}/all-99999.html",
        "daily/archive-1999.html",
        "daily/topic-gossip.rss",
        "daily/topic/gossip/",
        "daily/topic/sport/page-1.html",
        "daily/outlet/nobody/",
        "daily/outlet-nobody.rss",
        "weekly/topic/sport/",
        "static/../renderer.py",
        "static/web.css",
        "daily/" + "a" * 5000,
        "../../etc/passwd",
    ],
)
def test_an_address_that_leads_nowhere_is_answered_in_words(tmp_path, path):
    response = renderer(tmp_path, *days(1)).find(path)

    assert response.status == 404
    assert "Nothing is here" in body(response)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words_on_every_page(tmp_path, text):
    made_of = hostile(text)
    made = renderer(tmp_path, made_of)
    for path in all_paths(made_of):
        response = made.find(path, {"q": text})
        if not response.kind.startswith("text/html"):
            continue
        page = Parsed(body(response))
        assert page.tags <= ALLOWED, page.tags - ALLOWED
        assert not [name for name in page.attributes if name.startswith("on") or name == "style"]
        assert not [
            link
            for link in page.links
            if re.match(r"\s*(javascript|data|vbscript):", link, re.IGNORECASE)
        ]
        assert "\u202e" not in body(response)
        assert "\x1b" not in body(response)


def test_nothing_is_asked_of_anybody_else(tmp_path):
    page = body(renderer(tmp_path, digest(20)).find(DAY_PAGE))

    loaded = re.findall(
        r'<(?:script|img|iframe|link rel="(?:stylesheet|preload|icon)")[^>]*(?:src|href)="([^"]+)"',
        page,
    )
    assert loaded
    assert all(link.startswith("../static/") for link in loaded)
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)


def test_a_day_of_two_thousand_stories_stays_readable(tmp_path):
    made_of = digest(2000)
    made = renderer(tmp_path, made_of)
    first = made.find(DAY_PAGE)
    last = made.find(f"daily/{DAY}/all-{count_brief_pages(made_of)}.html")

    assert len(first.body) < 100_000
    assert f"{2000 - made_of.size - BRIEF_SIZE} more in brief" in body(first)
    assert last.status == 200
    shown = sum(
        body(made.find(path)).count('.html">School opens')
        for path in list_paths_of_day(made_of)[1 : count_brief_pages(made_of)]
    )
    assert shown == 2000 - made_of.size - BRIEF_SIZE


@pytest.mark.parametrize("place", ["first", "last in full", "first in brief", "on page 2", "last"])
def test_the_way_back_from_a_story_leads_to_where_it_stands(tmp_path, place):
    made_of = digest(200)
    brief = made_of.size
    number = {
        "first": 0,
        "last in full": brief - 1,
        "first in brief": brief,
        "on page 2": brief + BRIEF_SIZE,
        "last": len(made_of.stories) - 1,
    }[place]
    made = renderer(tmp_path, made_of)
    path = f"daily/{DAY}/{made_of.stories[number].id}.html"
    [back] = [link for link in Parsed(body(made.find(path))).links if "#s-" in link]
    page, _, place_id = back.partition("#")
    ids = re.findall(r' id="([^"]*)"', body(made.find(resolve(path, page))))

    assert ids.count(place_id) == 1
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Kazakhstan, IT and AI", "IT and AI"),
        ("Kazakhstan, from the state", "From the state"),
        ("News from Kazakhstan", "News from Kazakhstan"),
        ("", ""),
    ],
)
def test_an_edition_is_named_briefly(title, short):
    assert SiteEdition("daily", title).short == short


def test_a_story_of_a_thousand_long_reports_stays_readable(tmp_path):
    made_of = digest(1)
    [story] = made_of.stories
    long = replace(story.best, text="сөз " * 5000)
    reports = tuple(replace(long, article_id=f"{number:032x}") for number in range(1000))
    made = renderer(tmp_path, replace(made_of, stories=(replace(story, articles=reports),)))
    page = made.find(f"daily/{DAY}/{story.id}.html")

    assert len(page.body) < 700_000
    assert body(page).count("<li>") == 999


def test_the_days_beside_a_day_are_one_tap_away(tmp_path):
    made = renderer(tmp_path, *days(3))
    middle = body(made.find(f"daily/{DAY - timedelta(days=1)}.html"))

    assert f'rel="prev" href="../daily/{DAY - timedelta(days=2)}.html"' in middle
    assert f'rel="next" href="../daily/{DAY}.html"' in middle


def test_originals_stand_beside_their_translations(tmp_path):
    made_of = digest(1)
    page = body(renderer(tmp_path, made_of).find(f"daily/{DAY}/{made_of.stories[0].id}.html"))

    assert '<p>School opens in Astana</p>\n<p lang="kk">Астанада 1-мектеп ашылды</p>' in page
    assert "translate-kk_en 0.1" in page


def test_before_the_first_digest_the_page_says_what_to_do(tmp_path):
    made = renderer(tmp_path)

    assert "tilshi run --all" in body(made.find(""))
    for path in (
        "daily/archive.html",
        "about.html",
        "outlets.html",
        "search.html",
        "daily/stories.rss",
    ):
        assert made.find(path).status == 200


def test_a_notice_stands_on_every_page(tmp_path):
    made = renderer(tmp_path, *days(1))

    assert "away since noon" in body(made.find(DAY_PAGE, notice="away since noon"))


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "99999999999", ""])
def test_a_page_number_that_is_none_is_the_first_or_last(tmp_path, page):
    assert (
        renderer(tmp_path, *days(1)).find("search.html", {"q": "school", "page": page}).status
        == 200
    )


# Files


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_site_of_files_holds_every_page_and_every_link_leads_to_a_file(tmp_path):
    made = renderer(tmp_path, *days(3), search=False)
    folder = tmp_path / "site"
    write_site(made, folder)
    written = files(folder)

    assert {"index.html", DAY_PAGE, "daily/stories.rss", "about.html", "sources.opml"} <= set(
        written
    )
    assert "search.html" not in written
    for path, content in written.items():
        if path.endswith(".html"):
            for link in Parsed(content.decode()).links:
                target = link.partition("#")[0]
                assert link.startswith(("http", "#")) or resolve(path, target) in written, (
                    path,
                    link,
                )


def test_a_day_that_has_not_changed_is_not_written_again(tmp_path):
    older, newer = days(3)[1:], days(1)[0]
    folder = tmp_path / "site"
    write_site(renderer(tmp_path, *older, search=False), folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.html")}

    assert write_site(renderer(tmp_path, *older, search=False), folder) == 0
    changed = []
    write_site(renderer(tmp_path, newer, search=False), folder, progress=changed.append)
    assert changed == [f"daily/{DAY}", f"daily/{DAY - timedelta(days=1)}"], (
        "its neighbour's links changed"
    )
    oldest = folder / f"daily/{DAY - timedelta(days=2)}.html"
    assert oldest.stat().st_mtime_ns == before[oldest]


# Memory


def test_answers_are_forgotten_when_what_they_are_made_from_changes():
    kept = ResponseCache()
    page = make_response("x" * 600, "text/html", fresh_s=1)
    kept.get("/", (1, ""))
    kept.put("/", page, (1, ""))

    assert kept.get("/", (1, "")) is page
    assert kept.get("/", (2, "")) is None
    kept.put("/", page, (1, ""))
    assert kept.get("/", (2, "")) is None, "made from what was before"


def test_memory_is_bounded_and_errors_are_not_kept():
    kept = ResponseCache(max_bytes=3000)
    kept.get("/", 0)
    for number in range(10):
        kept.put(f"/{number}", make_response(bytes(1000), "font/woff2", fresh_s=1), 0)
    kept.put("/lost", make_response("x", "text/html", fresh_s=1, status=404, keep=False), 0)

    assert [number for number in range(10) if kept.get(f"/{number}", 0)] == [7, 8, 9]
    assert kept.get("/lost", 0) is None
