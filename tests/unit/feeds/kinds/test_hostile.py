"""Whatever comes: an answer or a named error, and soon."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.text.tree import read_inner_text, read_tree
from tests.support.kinds import read, saved
from tests.support.pages import HOSTILE

OPTIONS = {
    "feed": {},
    "telegram": {},
    "json": {"title": "title", "link": "https://a.example/{id}", "date": "d", "items": "a.0"},
    "page": {"item": "div.event", "title": "h3", "date": ".event__date"},
    "sitemap": {},
}
WRITTEN = [saved(name) for name in ("telegram.html", "page.html", "govkz.json", "news-sitemap.xml")]


def outcome(kind, body):
    """Say what came of it; anything but a feed or a named error is raised."""
    try:
        return f"{len(read(kind, body, **OPTIONS[kind]).items)} items"
    except ParseError as error:
        return error.detail


wounds = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=20), st.integers(0, 200)), max_size=5
)


@pytest.mark.parametrize("kind", OPTIONS)
@given(body=st.binary(max_size=500))
def test_bytes_end_in_items_or_a_named_error(kind, body):
    assert outcome(kind, body)


@pytest.mark.parametrize("kind", OPTIONS)
@given(page=st.sampled_from(WRITTEN), cuts=wounds)
def test_wounded_pages_end_in_items_or_a_named_error(kind, page, cuts):
    body = page.encode()
    for place, instead, length in cuts:
        at = int(place * len(body))
        body = body[:at] + instead + body[at + length :]
    assert outcome(kind, body)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_in_time_that_grows_with_its_length(name):
    body, began = HOSTILE[name](150_000), process_time()
    for kind in ("page", "telegram"):
        assert outcome(kind, body)
    # The squares that this guards against take minutes.
    assert process_time() - began < 5


@given(st.text(alphabet="<>/=\"' abp!-&;\n", max_size=200))
def test_markup_of_any_form_becomes_a_tree_and_words(markup):
    root, _ = read_tree(markup)
    if root is not None:
        assert isinstance(read_inner_text(root), str)
        assert all(len(node.attrib) <= 40 for node in root.iter())


def test_elements_left_open_that_the_next_ends_do_not_swallow_the_page():
    root, _ = read_tree("<ul>" + "<li><p>x" * 1000 + "</ul><h1>end</h1>")

    assert root is not None
    assert len(list(root.iter("li"))) == 1000
    assert root.findtext(".//h1") == "end"
