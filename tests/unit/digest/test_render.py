"""Every form of a digest: whole, readable, and deaf to what outlets try."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest.render.html import render_html
from aggregator.digest.render.markdown import render_markdown
from aggregator.digest.render.text import render_text
from aggregator.digest.words import account, moment, safe_link, state
from aggregator.errors import SchemaError
from aggregator.models.digest_json import read_digest, write_digest
from tests.support.builders import NOON, digest
from tests.support.site import HOSTILE, hostile, threaded


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.handlers, self.links = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [
            value
            for name, value in attrs
            if name in ("href", "src") and not (value or "").startswith("#")
        ]


PAGE_TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "p",
    "h1",
    "main",
    "section",
    "article",
    "h2",
    "h3",
    "h4",
    "details",
    "summary",
    "div",
    "footer",
    "span",
    "ul",
    "li",
    "br",
    "blockquote",
    "strong",
    "del",
}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words_on_the_page(text):
    page = Page(render_html(hostile(text)))

    assert page.tags <= PAGE_TAGS
    assert page.handlers == []
    assert all(link.startswith("https://") for link in page.links)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words_in_markdown(text):
    lines = render_markdown(hostile(text)).splitlines()

    assert sum(line.startswith("# ") for line in lines) == 1
    assert [line for line in lines if line.startswith("## ")] == [
        "## Stories",
        "## Corrected or reworded since",
    ]
    assert sum(line.startswith("### ") for line in lines) == 2
    assert not any(re.search(r"(?<!\\)\]\(javascript:", line) for line in lines)
    assert not any(re.search(r"(?<!\\)<[a-z/]", line) for line in lines)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_do_not_steer_a_terminal(text):
    shown = render_text(hostile(text), width=80, color=False)

    assert "\x1b" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "//o.example/1",
        'https://o.example/" onclick=x',
        "ftp://o.example/",
        "",
    ],
)
def test_a_link_that_leads_nowhere_good_is_no_link(link):
    assert safe_link(link) == ""
    assert "<a href" not in render_html(hostile("x", link)).split("<main")[1]


def test_the_page_allows_nothing_to_run_or_load():
    page = render_html(digest())

    assert "default-src 'none'; style-src 'sha256-" in page
    assert "<script" not in page
    assert not re.search(r"url\(|@import|<link|<img|<iframe", page)


def test_originals_carry_their_language_and_times_are_local():
    page = render_html(digest())

    assert '<div class="original" lang="kk">' in page
    assert "12:01" in page, "07:01 UTC is 12:01 in Almaty"


def test_colours_and_links_come_only_where_asked():
    assert "\x1b" in render_text(digest(), width=80, color=True)
    assert "\x1b" not in render_text(digest(), width=80, color=False)


def test_lines_of_text_keep_the_width():
    lines = render_text(digest(), width=60, color=False).splitlines()

    assert all(len(line) <= 60 for line in lines if "https://" not in line)
    assert all(line == line.rstrip() for line in lines)


def test_a_link_is_never_cut_or_broken():
    link = f"https://o.example/{'a' * 150}"

    assert link in render_text(hostile("x", link), width=60, color=False).split()


def test_another_day_is_named_with_its_time():
    assert moment(None, digest()) == "no time given"
    assert moment(NOON.replace(day=18), digest()) == "18 August, 12:00"


@given(st.integers(0, 4), st.booleans(), st.text(max_size=30))
def test_json_gives_the_same_digest_back(stories, closed, title):
    made = digest(stories, closed=closed, title=title)

    assert read_digest(write_digest(made)) == made


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "format = None"),
        ('{"format": "tilshi.digest/2"}', "tilshi.digest/1"),
        ("[", "not a digest"),
        ("[]", "not a"),
    ],
)
def test_an_unknown_format_is_an_error(text, message):
    with pytest.raises(SchemaError, match=re.escape(message)):
        read_digest(text)


@pytest.mark.parametrize("render", [render_html, render_markdown, render_text])
@pytest.mark.parametrize(
    ("muted", "says"), [(0, "Nothing was published"), (3, "Everything of this day was left out")]
)
def test_a_digest_of_nothing_says_why(render, muted, says):
    empty = digest(0)
    page = render(replace(empty, account=replace(empty.account, muted=muted)))

    assert says in page
    assert "0 articles" in page
    assert says not in render(digest(1))


@pytest.mark.parametrize("stories", [0, 1, 8, 9, 40])
def test_every_id_of_a_page_is_its_own(stories):
    page = render_html(digest(stories))
    ids = re.findall(r' id="([^"]*)"', page)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r' href="#([^"]*)"', page)) <= set(ids)


@pytest.mark.parametrize(
    ("composed", "says"),
    [
        (NOON, "as of 20 August, 12:00; the day is not over, revision 1"),
        (NOON + timedelta(hours=14, minutes=10), "as of 21 August, 02:10; not closed yet, "),
    ],
    ids=["of the day", "of the night after it"],
)
def test_a_digest_says_whether_its_day_is_over(composed, says):
    assert says in state(digest(composed=composed))


def test_the_account_counts_what_has_no_language_in_words():
    made = digest(0)
    counts = replace(made.account, languages={"kk": 2, "und": 1})

    said = account(replace(made, account=counts))

    assert "(2 in Kazakh, 1 in a language not recognised)" in said


@pytest.mark.parametrize(
    ("render", "says"),
    [
        (render_text, ("earlier: 19 August, School opens in Astana; and 1 before it", "differ: ")),
        (render_markdown, ("Earlier: 19 August, School opens in Astana; and 1", "differ: ")),
        (render_html, ("Earlier: 19 August, School opens in Astana; and 1", "differ: ")),
    ],
)
def test_every_form_says_what_a_story_goes_on_with_and_where_outlets_differ(render, says):
    last = threaded()[-1]
    words = render(last)
    for said in says:
        assert said in words


def test_a_digest_of_before_threads_reads_as_one_without():
    made = digest(1)
    told = json.loads(write_digest(made))
    for story in told["stories"]:
        del story["thread"], story["differences"]
    assert read_digest(json.dumps(told)) == made


def test_a_thread_that_names_no_story_is_an_error():
    told = json.loads(write_digest(threaded()[-1]))
    told["stories"][0]["thread"][0]["story"] = "../x"
    with pytest.raises(SchemaError, match=r"stories\.0\.thread"):
        read_digest(json.dumps(told))
