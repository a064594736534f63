"""An outlet's picture on pages: with leave, from our own address, on no other form of a digest."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.digest.render.html import render_html
from aggregator.web.archive import Archive
from aggregator.web.refresh import copy_pictures
from aggregator.web.site import write_site
from tests.support.builders import DAY, NOON, digest
from tests.support.press_pictures import make_kept, show_pictures
from tests.support.site import HOSTILE, hostile, renderer


@pytest.fixture
def made():
    return digest(2, closed=True)


def put_picture(pages, story):
    picture = make_kept(story.best.article_id, story.best.outlet_id)
    pages.archive.put_picture(picture, NOON)
    return picture


@pytest.fixture
def pages(tmp_path, made):
    return show_pictures(renderer(tmp_path, made))


def read(pages, path):
    return pages.find(path).body.decode()


def find_images(page):
    return re.findall(r"<img [^>]*>", page)


def test_a_story_shows_its_picture_with_size_words_and_the_outlets_name(pages, made):
    story = made.stories[0]
    picture = put_picture(pages, story)
    address = f"picture/{picture.name}.webp"

    page = read(pages, f"daily/{DAY}.html")
    [image] = find_images(page)
    assert f'src="../{address}"' in image
    assert 'width="640" height="360"' in image
    assert f'alt="{story.headline.text}"' in image
    assert 'loading="lazy"' in image
    assert f"<figcaption>Picture: {story.best.outlet}</figcaption>" in page

    [image] = find_images(read(pages, f"daily/{DAY}/{story.id}.html"))
    assert f'src="../../{address}"' in image
    assert find_images(read(pages, f"daily/{DAY}/{made.stories[1].id}.html")) == []
    for front in ("index.html", "daily/index.html"):
        assert len(find_images(read(pages, front))) == 1


def test_a_picture_is_answered_for_ever_and_as_nothing_else(pages, made):
    picture = put_picture(pages, made.stories[0])

    answer = pages.find(f"picture/{picture.name}.webp")

    assert (answer.status, answer.kind, answer.body) == (200, "image/webp", picture.body)
    assert answer.fresh_s == 31_536_000
    other = f"picture/{picture.article_id}-{'0' * 16}.webp"
    assert pages.find(other).status == 404
    assert pages.find(f"picture/{'f' * 32}-{picture.name[33:]}.webp").status == 404


def test_without_leave_there_is_none_even_if_it_was_kept(pages, made):
    picture = put_picture(pages, made.stories[0])
    withdrawn = show_pictures(pages, leave=False)

    assert find_images(read(withdrawn, f"daily/{DAY}.html")) == []
    assert find_images(read(withdrawn, f"daily/{DAY}/{made.stories[0].id}.html")) == []
    assert withdrawn.find(f"picture/{picture.name}.webp").status == 404


def test_other_forms_of_a_digest_have_no_picture(pages, made):
    put_picture(pages, made.stories[0])

    for form in ("rss", "atom", "json"):
        assert b"picture/" not in pages.find(f"daily/stories.{form}").body
    assert "<img" not in render_html(made)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_headlines_stay_words(tmp_path, text):
    made = hostile(text)
    pages = show_pictures(renderer(tmp_path, made))
    put_picture(pages, made.stories[0])

    [image] = find_images(read(pages, f"daily/{DAY}.html"))

    assert re.fullmatch(
        r'<img src="[^"]*" width="640" height="360" alt="[^"<>]*"( lang="[^"]*")? loading="lazy">',
        image,
    )


def test_the_site_of_files_has_it_and_loses_it_with_the_leave(pages, made, tmp_path):
    folder = tmp_path / "site"
    write_site(replace(pages, site=replace(pages.site, search=False)), folder)
    assert not (folder / "picture").exists()
    picture = put_picture(pages, made.stories[0])
    with_picture = replace(pages, site=replace(pages.site, search=False))

    assert write_site(with_picture, folder) > 0

    file = folder / "picture" / f"{picture.name}.webp"
    assert file.read_bytes() == picture.body
    assert len(find_images((folder / "daily" / f"{DAY}.html").read_text())) == 1
    assert write_site(with_picture, folder) == 0

    foreign = file.with_name("mine.webp")
    foreign.write_bytes(b"mine")
    write_site(show_pictures(with_picture, leave=False), folder)
    assert not file.exists()
    assert foreign.exists()
    assert find_images((folder / "daily" / f"{DAY}.html").read_text()) == []


class Kept:
    """Where pictures come from."""

    def __init__(self, *pictures):
        self.pictures = {picture.article_id: picture for picture in pictures}
        self.moments = {picture.article_id: NOON for picture in pictures}

    def list_kept(self, since=None):
        return {key: at for key, at in self.moments.items() if since is None or at >= since}

    def load(self, ids):
        return {key: self.pictures[key] for key in ids if key in self.pictures}


def test_copies_are_made_once_and_outlive_what_the_store_lets_go(pages, made):
    picture = make_kept(made.stories[0].best.article_id, "outlet-1")
    source = Kept(picture)

    assert copy_pictures(source, pages.archive) == 1
    version = pages.archive.read_version()
    assert copy_pictures(source, pages.archive) == 0
    assert copy_pictures(Kept(), pages.archive) == 0
    assert pages.archive.read_version() == version
    assert pages.archive.find_picture(picture.article_id) == picture


def test_copies_are_bounded_and_the_oldest_go_first(tmp_path):
    body = make_kept("0" * 32, "outlet-1").body
    archive = Archive(tmp_path / "small.sqlite", most_picture_bytes=2 * len(body))
    for number in (3, 1, 2):
        picture = make_kept(f"{number:032x}", "outlet-1")
        archive.put_picture(picture, NOON + timedelta(minutes=number))

    assert [name[31] for name, _ in archive.list_pictures()] == ["2", "3"]
