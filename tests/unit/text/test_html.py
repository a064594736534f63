"""Markup to words and to safe HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.html import to_safe_html, to_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Бір <b>екі</b></p><p>үш<br/>төрт</p>", "Бір екі\nүш\nтөрт"),
        ("сөз<b>дер</b> <i> мен </i>әріптер", "сөздер мен әріптер"),
        ("<ul><li>бір</li><li>екі</li></ul>", "бір\nекі"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<p>a\n  b\t c</p>", "a b c"),
        ("<DIV>a</DIV><P CLASS=x>b", "a\nb"),
        ("Бір жол\n\nекінші жол", "Бір жол\nекінші жол"),
        ("&laquo;Ас&raquo; &amp; нан&nbsp;бар &#1178;", "«Ас» & нан бар Қ"),
        ("&amp;laquo;Ас&amp;raquo;&amp;nbsp;бар", "«Ас» бар"),
        ("&lt;p&gt;Бір&lt;/p&gt;&lt;p class=&quot;x&quot;&gt;Екі&lt;/p&gt;", "Бір\nЕкі"),
        ("<p>Тег &lt;p&gt; абзац бастайды</p>", "Тег <p> абзац бастайды"),
        ("5 < 6 және 7 > 6", "5 < 6 және 7 > 6"),
        ("<p>5 < 6</p>", "5 < 6"),
        ("<script>alert('x')</script>ok<style>p{}</style><!-- жоқ -->", "ok"),
        ("<figure><img src=1><figcaption>Сурет</figcaption></figure>Мәтін", "Мәтін"),
        ("<form>Мәтін бар", "Мәтін бар"),
        ("<![CDATA[<p>Мәтін</p>]]>", "Мәтін"),
        ("Кесілген мәтін <a href=", "Кесілген мәтін"),
        ('Кесілген <a href="x', "Кесілген"),
        ('<a title="a > b" href="x">сілтеме</a>', "сілтеме"),
        ("", ""),
        ("   ", ""),
        ("<p></p><br><br>", ""),
    ],
)  # fmt: skip
def test_words(markup: str, text: str) -> None:
    assert to_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "page"),
    [
        ("<p onclick=x style=y class=z>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("Бір\n\nекі & үш", "<p>Бір</p><p>екі &amp; үш</p>"),
        ("<p>a<p>b<ul><li>c<li>d</ul>", "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>"),
        ("<b>x<i>y</b>z</i>", "<b>x<i>y</i></b>z"),
        ("<img src=x onerror=alert(1)>t<svg><script>1</script></svg>", "t"),
        ("<iframe src=https://example.kz></iframe>t", "t"),
        ("<a href='javascript:alert(1)'>a</a>", "a"),
        ("<a href='JaVa&#x0A;script:alert(1)'>a</a>", "a"),
        ("<a href='data:text/html,x'>a</a>", "a"),
        ("<h1>t</h1><h2>u</h2>", "t\n<h2>u</h2>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<<script>alert(1)</script>", "&lt;"),
        ("", ""),
    ],
)
def test_safe_pages(markup: str, page: str) -> None:
    assert to_safe_html(markup) == page


@pytest.mark.parametrize(
    ("link", "whole"),
    [
        ("https://example.kz/1?a=1&amp;b=2", "https://example.kz/1?a=1&amp;b=2"),
        ("/news/1", "https://base.kz/news/1"),
        ("2", "https://base.kz/a/2"),
        ("//cdn.kz/3", "https://cdn.kz/3"),
    ],
)
def test_links_are_whole_and_tell_the_target_nothing(link: str, whole: str) -> None:
    page = to_safe_html(f"<a href='{link}' target=_blank>сілтеме</a>", "https://base.kz/a/1")
    assert page == f'<a href="{whole}" rel="noopener noreferrer nofollow">сілтеме</a>'


_PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<a href=",
        "<a href='https://example.kz'>",
        "</a>",
        "<script>",
        "</script>",
        "<svg>",
        "<svg onload=alert(1)>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "<style>",
        "<!--",
        "-->",
        "'",
        '"',
        ">",
        "<",
        "&lt;",
        "&gt;",
        "&#60;",
        "<math>",
        "<mtext>",
        "<table>",
        "<td>",
        "<noscript>",
        "<template>",
        "<iframe srcdoc=",
        "сөз",
        " ",
        "\n",
        "=",
        "/",
        "\x00",
        "<![CDATA[",
        "]]>",
        "<title>",
        "<textarea>",
        "</textarea>",
    ]
)
_MARKUP = st.lists(_PIECES, max_size=25).map("".join)


class _Reader(HTMLParser):
    """Collects elements and attributes of a page as a second, independent reader sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, str]] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.seen |= {(tag, name) for name, _ in attrs} or {(tag, "")}
        self.links += [value or "" for name, value in attrs if name == "href"]


@given(_MARKUP)
def test_no_script_survives(markup: str) -> None:
    reader = _Reader()
    reader.feed(to_safe_html(markup, "https://example.kz/"))
    assert {tag for tag, _ in reader.seen} <= {"a", "b", "p", "table", "tbody", "td", "tr"}
    assert {name for _, name in reader.seen} <= {"", "href", "rel"}
    assert all(re.match(r"https?://", link) for link in reader.links)


@given(_MARKUP)
def test_text_is_lines_without_blanks_around(markup: str) -> None:
    lines = to_text(markup).split("\n")
    assert lines == [""] or all(line and line == " ".join(line.split()) for line in lines)


@given(_MARKUP)
def test_what_is_safe_stays_as_it_is(markup: str) -> None:
    once = to_safe_html(markup)
    assert "<" not in once or to_safe_html(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<b><i><a>",
        "<p><font size=1>",
        "<!--",
        "<a href='",
        "<",
        "&lt;p ",
        "<form>",
        "<table><td>",
        "</p>",
    ],
)
def test_hostile_markup_costs_no_more_than_its_length(piece: str) -> None:
    """A tree of these would take seconds to minutes; the bound is twenty times what they take."""
    started = process_time()
    to_text(piece * (200_000 // len(piece)))
    to_safe_html(piece * (200_000 // len(piece)))
    assert process_time() - started < 4


def test_more_lines_or_tags_than_an_article_has_are_left_out() -> None:
    names = "".join(f"<tr><td>{n}</td><td>Аты</td></tr>" for n in range(2_000))
    assert to_text(f"<table>{names}</table>").splitlines()[-1] == "1999 Аты"
    assert to_safe_html(f"<table>{names}</table>").endswith(
        "<td>1999</td><td>Аты</td></tr></tbody></table>"
    )

    assert len(to_text("<br>а" * 30_000).splitlines()) == 5_000
    assert len(to_text("а\n" * 30_000).splitlines()) == 5_000
    assert to_text("<b>а</b> " * 30_000).count("а") == 10_000
    assert to_safe_html("<b>а</b> " * 30_000).count("<b>") == 10_000
    assert to_text("&lt;b&gt;а&lt;/b&gt; " * 15_000).count("а") == 10_000
