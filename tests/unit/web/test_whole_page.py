"""A story's page offers the whole article in English, and takes wishes if the owner allows it."""

import asyncio
import re
from dataclasses import replace

import httpx
import pytest

from aggregator.errors import StoreError
from aggregator.store.wholes import AskResult
from aggregator.web.app import make_app
from aggregator.web.site import write_site
from tests.support.builders import DAY, article, digest
from tests.support.site import ADDRESS, HOSTILE, hostile, renderer
from tests.support.wholes import WishList, allow_asking, make_asker, put_whole, translate_whole

BUTTON = "Read the whole article in English"


@pytest.fixture
def made():
    return digest(2, closed=True)


@pytest.fixture
def pages(tmp_path, made):
    return allow_asking(renderer(tmp_path, made))


def find_address(made, number=0):
    return f"daily/{DAY}/{made.stories[number].id}.html"


def read(pages, address):
    return pages.find(address).body.decode()


def test_english_stands_beside_each_sentence_and_what_is_withheld_says_why(pages, made):
    whole = put_whole(pages, made.stories[0].best)
    page = read(pages, find_address(made))
    section = page[page.index('<h2 id="whole">') :]

    # The headline's own comes first.
    assert section.count('<div class="paragraph">') == 1 + len(whole.paragraphs) == 3
    assert section.count('<div class="pair">') == 1 + whole.size == 4
    assert "<p>Sentence 0 in English.</p>" in section
    assert "No translation: numbers differ from the original" in section
    for part in whole.sentences:
        assert f'<p lang="kk">{part.source}</p>' in section
    assert "translate-kk_en 0.1" in section
    assert "1 of 3 sentences have no English that can be shown" in section
    assert BUTTON not in page
    assert "in the original</h2>" not in page


def test_what_is_not_there_may_be_asked_for_where_the_owner_allows_it(pages, made, tmp_path):
    page = read(pages, find_address(made))
    form = re.search(r'<form class="wish" method="post" action="([^"]*)">\s*<button>([^<]*)', page)

    assert form.groups() == (f"../../daily/{DAY}/{made.stories[0].id}/whole", BUTTON)
    assert '<h2 id="whole">The whole article, in the original</h2>' in page
    assert BUTTON not in read(renderer(tmp_path / "other", made), find_address(made))


@pytest.mark.parametrize("language", ["en", "und", "uz"])
def test_nothing_is_offered_of_what_no_package_reads(tmp_path, made, language):
    story = made.stories[0]
    best = replace(story.best, language=language)
    pages = allow_asking(
        renderer(tmp_path, replace(made, stories=(replace(story, articles=(best,)),)))
    )

    assert BUTTON not in read(pages, find_address(made))


def test_while_it_waits_the_page_says_so_and_no_cache_keeps_it(pages, made):
    whole = translate_whole(made.stories[0].best)
    pages.archive.add_whole_waiting(whole.id)
    answer = pages.find(find_address(made))

    assert "Its English is being made" in answer.body.decode()
    assert BUTTON not in answer.body.decode()
    assert (answer.fresh_s, answer.keep) == (0, False)
    assert BUTTON in read(pages, find_address(made, 1))

    pages.archive.put_whole(whole, made.composed)
    assert "Sentence 0 in English." in read(pages, find_address(made))


def test_english_of_old_words_never_stands_beside_new_ones(tmp_path, made):
    pages = renderer(tmp_path, made)
    put_whole(pages, made.stories[0].best)
    story = made.stories[0]
    edited = replace(story.best, text=f"{story.best.text} Ол екі қабатты.")
    pages.archive.put(replace(made, stories=(replace(story, articles=(edited,)),)))

    page = read(pages, find_address(made))
    assert "Sentence 0 in English." not in page
    assert "Ол екі қабатты." in page


def test_of_a_long_article_the_rest_stands_in_the_original(tmp_path, made):
    story = made.stories[0]
    text = f"{article(1).text}\n{'Бұл жалғасы. ' * 100}".strip()
    best = replace(story.best, text=text)
    pages = renderer(tmp_path, replace(made, stories=(replace(story, articles=(best,)),)))
    whole = put_whole(pages, best, chars=200)

    assert whole.left_out > 0
    page = read(pages, find_address(made))
    assert "The article is longer than what is translated of one" in page
    assert page.count("Бұл жалғасы.") >= 100


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(tmp_path, text):
    made = hostile(text)
    best = made.stories[0].best
    pages = renderer(tmp_path, made)
    whole = translate_whole(best)
    parts = [replace(part, english=text, package=text) for part in whole.sentences]
    pages.archive.put_whole(replace(whole, made=0).add(parts), made.composed)
    page = read(pages, find_address(made))
    section = page[page.index('<section aria-labelledby="whole">') :]

    assert "<script>alert" not in section
    assert "<img" not in section
    assert "onload=x>" not in section.replace("&gt;", "")
    assert "\x1b" not in section
    assert section.count('<div class="pair">') == 1 + whole.size


def test_files_show_what_is_there_and_are_written_anew_when_it_came(tmp_path, made):
    pages = renderer(tmp_path / "archive", made, search=False)
    folder = tmp_path / "site"
    write_site(pages, folder)
    address = folder / find_address(made)
    assert "in the original</h2>" in address.read_text()
    assert write_site(pages, folder) == 0

    put_whole(pages, made.stories[0].best)
    assert write_site(pages, folder) == 1
    assert "Sentence 0 in English." in address.read_text()
    assert BUTTON not in (folder / find_address(made, 1)).read_text()


# Wishes


def post(app, address, **headers):
    async def send():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.post(f"/{address}", headers=headers)

    return asyncio.run(send())


def make_wishing_app(pages, wishes, **options):
    return make_app(pages, lambda: (1, ""), asker=make_asker(pages, wishes, **options))


def ask_address(made):
    return f"daily/{DAY}/{made.stories[0].id}/whole"


OWN = {"sec-fetch-site": "same-origin"}


def test_a_wish_is_taken_and_leads_back_to_the_story(pages, made):
    wishes = WishList()
    app = make_wishing_app(pages, wishes)
    answer = post(app, ask_address(made), **OWN)

    assert answer.status_code == 303
    back = httpx.URL(f"{ADDRESS}{ask_address(made)}").join(answer.headers["location"])
    assert str(back) == f"{ADDRESS}{find_address(made)}?asked#whole"
    assert [whole.article_id for whole in wishes.asked] == [made.stories[0].best.article_id]
    assert "being made" in read(pages, find_address(made))

    assert post(app, ask_address(made), **OWN).status_code == 303
    assert len(wishes.asked) == 1


def test_what_is_there_is_not_asked_for(pages, made):
    put_whole(pages, made.stories[0].best)
    wishes = WishList()

    assert post(make_wishing_app(pages, wishes), ask_address(made), **OWN).status_code == 303
    assert wishes.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ],
)
def test_a_wish_that_another_site_sent_is_refused(pages, made, headers):
    wishes = WishList()

    assert post(make_wishing_app(pages, wishes), ask_address(made), **headers).status_code == 403
    assert wishes.asked == []


@pytest.mark.parametrize("headers", [{"origin": "http://page"}, {"origin": "null"}, {}])
def test_a_browser_that_does_not_say_where_it_comes_from_is_believed(pages, made, headers):
    """By plain http none says so, as our pages send no referrer."""
    wishes = WishList()

    assert post(make_wishing_app(pages, wishes), ask_address(made), **headers).status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        f"daily/{DAY}/{'f' * 16}/whole",
        f"other/{DAY}/{'0' * 16}/whole",
        f"daily/2025-13-99/{'0' * 16}/whole",
        f"daily/{DAY}/nothing/whole",
        f"daily/%2e%2e/{'0' * 16}/whole",
    ],
)
def test_what_is_no_story_cannot_be_asked_for(pages, address):
    wishes = WishList()

    assert post(make_wishing_app(pages, wishes), address, **OWN).status_code == 404
    assert wishes.asked == []


def test_too_many_wishes_and_a_store_that_is_away_are_said(pages, made):
    full = make_wishing_app(pages, WishList(AskResult.FULL))
    away = make_wishing_app(pages, WishList(), away=True)

    class Broken(WishList):
        def ask(self, whole, *, most=None):
            raise StoreError("gone")

    for app, title in (
        (full, "Too many wait already"),
        (away, "This cannot be taken now"),
        (make_wishing_app(pages, Broken()), "This cannot be taken now"),
    ):
        answer = post(app, ask_address(made), **OWN)
        assert answer.status_code == 503
        assert title in answer.text
        assert answer.headers["content-security-policy"]
    assert BUTTON in read(pages, find_address(made))


def test_without_the_owners_leave_there_is_nothing_to_send_a_wish_to(pages, made):
    app = make_app(pages, lambda: (1, ""))

    assert post(app, ask_address(made), **OWN).status_code in {404, 405}


def test_programs_read_it_where_it_is_there(pages, made):
    whole = put_whole(pages, made.stories[0].best)
    app = make_app(pages, lambda: (1, ""))

    async def get(story):
        transport = httpx.ASGITransport(app)
        address = f"/api/v1/editions/daily/digests/{DAY}/stories/{story}/whole"
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.get(address)

    there = asyncio.run(get(made.stories[0].id))
    assert there.status_code == 200
    assert there.json()["article"] == whole.article_id
    assert [len(part) for part in there.json()["paragraphs"]] == [2, 1]
    assert there.json()["paragraphs"][0][1]["flags"] == ["numbers differ from the original"]
    for missing in (made.stories[1].id, "f" * 16):
        assert asyncio.run(get(missing)).status_code == 404
