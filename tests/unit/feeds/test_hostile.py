"""
Feeds that attackers write, small: each ends soon, in articles or a named error.

Large in ``./run bench hostile``.
"""

import time
import tracemalloc

import pytest

from aggregator.errors import TilshiError
from tests.support.hostile import ANSWERS, KINDS, feed
from tests.support.through import articles_of, came_to, made_of, read_as

# Of the processor's time. Twice and more of what each takes on a busy, slow machine under coverage;
# a square of the size is far from it.
_SECONDS = 10.0
_SIZE = 75_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_feed_costs_no_more_than_its_size(kind):
    body = KINDS[kind](_SIZE)
    started = time.process_time()
    outcome, _ = came_to(body, {"content-type": "text/xml"})
    assert outcome in {"articles", "error"}
    assert time.process_time() - started < _SECONDS


@pytest.mark.parametrize("kind", ["open CDATA", "open comments", "open instructions"])
def test_sections_without_end_are_looked_through_once(kind):
    started = time.process_time()
    came_to(KINDS[kind](4_000_000), {"content-type": "text/xml"})
    assert time.process_time() - started < _SECONDS


@pytest.mark.parametrize("name", ANSWERS)
def test_a_hostile_answer_to_another_kind_of_source_costs_no_more_than_its_size(name):
    kind, make = ANSWERS[name]
    body = make(_SIZE)
    started = time.process_time()
    try:
        items = read_as(kind, body)
    except TilshiError:
        items = ()
    articles_of(items)
    assert time.process_time() - started < _SECONDS


@pytest.mark.parametrize(
    "kind", ["billion laughs", "quadratic blow-up", "bare ampersands", "many attributes"]
)
def test_a_bomb_does_not_grow(kind):
    body = KINDS[kind](_SIZE)
    # What reading loads once is none of the bomb's.
    came_to(feed("<title>Қала бюджеті бекітілді</title>"))
    tracemalloc.start()
    try:
        came_to(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20


def test_no_entity_is_expanded_from_inside_or_outside(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    declared = (
        f'<!DOCTYPE rss [<!ENTITY a SYSTEM "{secret.as_uri()}"><!ENTITY b "inner"><!ENTITY '
        '% c "x">]>'
    )
    [article] = made_of(
        feed("<title>&a;&b; told</title><description>&a; &b; and more</description>", declared)
    )
    for words in (article.title, article.text, article.html):
        assert "hunter2" not in words
        assert "inner" not in words


def test_xinclude_and_stylesheets_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    include = (
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" '
        'parse="text"/>'
    )
    [article] = made_of(feed(f"<title>told</title><description>{include} words</description>"))
    assert "hunter2" not in article.text + article.html
