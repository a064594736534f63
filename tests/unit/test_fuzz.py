"""
A short form of ``./run fuzz``.

Bytes nobody foresaw, feeds by their grammar, and every input that once crashed.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import CRASHES, WORDS, mutated, seeds
from tests.fuzz.targets import TARGETS
from tests.support.thorough import choose_count

KEPT = sorted(path for path in CRASHES.glob("*/*") if path.is_file())

words = st.sampled_from(WORDS) | st.text(max_size=8).map(str.encode) | st.binary(max_size=4)
soup = st.lists(words, max_size=60).map(b"".join)
names = st.sampled_from(
    [
        "title",
        "link",
        "guid",
        "description",
        "content:encoded",
        "pubDate",
        "dc:date",
        "category",
        "media:content",
        "entry",
        "item",
        "updated",
        "id",
        "content",
        "summary",
        "source",
        "author",
        "image",
        "yandex:full-text",
        "x:y",
        "svg",
        "p",
    ]
)
attributes = st.sampled_from(
    [
        "",
        " type='xhtml'",
        " type='html'",
        " href='http://a/'",
        " xml:base='/'",
        " xmlns='u'",
        " isPermaLink='false'",
        " a",
    ]
)
roots = st.sampled_from(
    [
        ("<rss><channel>", "</channel></rss>"),
        ("<feed>", "</feed>"),
        ("<rdf:RDF>", "</rdf:RDF>"),
        ("", ""),
    ]
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> bytes:
    """An element of a feed, or what should have been one: ends and starts that need not match."""
    start, end = draw(names), draw(names)
    inside = draw(
        soup if depth == 0 else st.lists(elements(depth - 1) | soup, max_size=3).map(b"".join)
    )
    closed = draw(st.sampled_from([f"</{start}>", f"</{start}>", f"</{start}>", f"</{end}>", ""]))
    return f"<{start}{draw(attributes)}>".encode() + inside + closed.encode()


@st.composite
def feeds(draw: st.DrawFn) -> bytes:
    """A feed by its grammar, in an encoding that need not be the one it declares."""
    start, end = draw(roots)
    says = draw(st.sampled_from(["", "utf-8", "windows-1251", "utf-16", "utf-7", "koi8-r"]))
    declared = f"<?xml version='1.0' encoding='{says}'?>" if says else ""
    inside = b"".join(draw(st.lists(elements(), max_size=5)))
    text = (declared + start).encode() + inside + end.encode()
    written = draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "windows-1251", "koi8-r"]))
    return draw(st.binary(min_size=1, max_size=1)) + text.decode("utf-8", "replace").encode(
        written, "replace"
    )


@settings(max_examples=choose_count(50, thorough=150), deadline=None)
@given(feeds())
def test_a_feed_by_its_grammar_keeps_every_promise(data):
    TARGETS["feed"](data)


@settings(max_examples=choose_count(50, thorough=150), deadline=None)
@given(soup)
def test_markup_soup_keeps_every_promise(data):
    TARGETS["html"](data)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=choose_count(25, thorough=60), deadline=None)
@given(soup)
def test_soup_keeps_every_promise(target, data):
    TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=choose_count(25, thorough=60), deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_seeds_that_were_changed_keep_every_promise(target, number):
    random, pool = Random(number), seeds(target)
    TARGETS[target](mutated(random.choice(pool), random, pool))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_crashed_does_not(path):
    TARGETS[path.parent.name](path.read_bytes())
