"""Which address of an item is its picture: read where it is wanted, and nowhere else."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.parse import parse_feed

URL = "https://example.kz/rss/all"
NAMESPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:m="https://www.search.yahoo.com/mrss"'
)
WORDS = "<title>Көпір ашылды</title><description>Салынып бітті.</description>"


def read(inside, *, pictures=True):
    body = f'<rss version="2.0" {NAMESPACES}><channel><item>{WORDS}{inside}</item></channel></rss>'
    [item] = parse_feed(body.encode(), {}, URL, UTC, pictures=pictures).items
    return item


def find(inside):
    return read(inside).picture


IMAGE = "https://example.kz/a.jpg"


@pytest.mark.parametrize(
    "inside",
    [
        f'<media:content url="{IMAGE}" medium="image"/>',
        f'<media:content url="{IMAGE}" type="image/jpeg"/>',
        f'<media:content url="{IMAGE}"/>',
        f'<m:content url="{IMAGE}"/>',
        '<media:content url="/a.jpg" medium="image"/>',
        f'<media:thumbnail url="{IMAGE}"/>',
        f'<enclosure url="{IMAGE}" type="image/jpeg" length="1"/>',
        f'<enclosure url="{IMAGE}"/>',
        f'<media:group><media:content url="{IMAGE}" type="image/webp"/></media:group>',
        # What is meant to be shown goes before the mark of it, whatever comes first.
        f'<media:thumbnail url="/t.jpg"/><media:content url="{IMAGE}" medium="image"/>',
        f'<media:thumbnail url="/t.jpg"/><enclosure url="{IMAGE}" type="image/png"/>',
        # What is no picture is passed over.
        (
            '<media:content url="/film.mp4" type="video/mp4"/>'
            f'<media:content url="{IMAGE}" medium="image"/>'
        ),
        f'<enclosure url="/a.mp3" type="audio/mpeg"/><enclosure url="{IMAGE}" type="image/png"/>',
        # Of several sizes the widest, unless the outlet names one.
        (
            '<media:group><media:content url="/s.jpg" medium="image" width="120"/>'
            f'<media:content url="{IMAGE}" medium="image" width="1200"/></media:group>'
        ),
        (
            '<media:group><media:content url="/l.jpg" medium="image" width="9000"/>'
            f'<media:content url="{IMAGE}" medium="image" isDefault="true"/></media:group>'
        ),
    ],
)
def test_the_picture_of_an_item_is_found(inside):
    assert find(inside) == IMAGE


@pytest.mark.parametrize(
    "inside",
    [
        "",
        '<media:content url="/film.mp4" type="video/mp4"/>',
        '<media:content url="/logo.svg" type="image/svg+xml"/>',
        '<media:content url="/page.html"/>',
        '<media:content medium="image"/>',
        '<media:content url="javascript:alert(1)" medium="image"/>',
        '<media:content url="data:image/png;base64,AAAA" medium="image"/>',
        '<media:content url="file:///etc/passwd" medium="image"/>',
        '<enclosure url="/a.mp3" type="audio/mpeg"/>',
        # Not the item's own.
        f"<image><url>{IMAGE}</url></image>",
        f'<source><media:content url="{IMAGE}" medium="image"/></source>',
        f'<content url="{IMAGE}" medium="image"/>',
    ],
)
def test_what_is_no_picture_of_the_item_is_not(inside):
    assert find(inside) == ""


def test_an_entry_of_atom_names_it_by_a_link():
    body = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{WORDS[:28]}</title>'
        '<link href="https://example.kz/1"/>'
        f'<link rel="enclosure" type="image/jpeg" href="{IMAGE}"/></entry></feed>'
    )
    [item] = parse_feed(body.encode(), {}, URL, UTC, pictures=True).items

    assert (item.picture, item.link) == (IMAGE, "https://example.kz/1")


@given(st.lists(st.sampled_from(["media:content", "enclosure", "media:thumbnail"]), max_size=4))
def test_an_item_is_the_same_with_and_without_but_for_the_picture(names):
    inside = "".join(f'<{name} url="{IMAGE}"/>' for name in names)
    wanted, unwanted = read(inside), read(inside, pictures=False)

    assert unwanted.picture == ""
    assert wanted.picture == (IMAGE if names else "")
    assert (wanted.title, wanted.summary, wanted.content, wanted.link) == (
        unwanted.title,
        unwanted.summary,
        unwanted.content,
        unwanted.link,
    )
