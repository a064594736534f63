"""What readers ask for comes, and little else: 360 queries over a week of made-up press."""

import pytest

from aggregator.search.story_index import SearchFilter
from aggregator.web.archive import Archive
from tests.benchmarks.search import measure, search
from tests.support.searched import load_queries, make_digests
from tests.support.shipped import shipped_glossary

DAILY = SearchFilter(edition="daily")


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    digests, names = make_digests()
    glossary = shipped_glossary()
    archive = Archive(tmp_path_factory.mktemp("searched") / "archive.sqlite", glossary)
    for digest in digests:
        archive.put(digest)
    return archive, names


def find(searched, words):
    archive, names = searched
    return {names[hit.story.id] for hit in archive.search(words, DAILY, limit=500).hits}


def marks(searched, words):
    archive, _ = searched
    found = set()
    for hit in archive.search(words, DAILY, limit=500).hits:
        for text in (hit.headline, hit.original, *hit.lines):
            found |= {piece for piece, is_asked in text.pieces if is_asked} if text else set()
    return found


@pytest.mark.parametrize("half", [1, 2], ids=["tuned by", "not tuned by"])
def test_queries_find_what_they_should(searched, half):
    archive, names = searched
    queries = [query for query in load_queries() if query.half == half]
    found = {query: search(archive, query, names) for query in queries}
    recall, precision = measure(queries, found)

    assert len(queries) >= 100
    assert recall >= 0.97
    assert precision >= 0.97


def test_a_word_is_found_in_its_forms(searched):
    assert {"stepnoy-live-wind", "first-graders"} <= find(searched, "школа")
    assert {"школы", "школу", "школах"} <= marks(searched, "школа")


@pytest.mark.parametrize(
    "spellings",
    [
        ["Костанай", "Қостанай", "Kostanay", "Qostanai", "костанае", "қостанайда"],
        ["Караганда", "Қарағанды", "Karaganda", "Qaraghandy", "караганде"],
    ],
    ids=["Kostanay", "Karaganda"],
)
def test_a_name_is_found_in_every_script(searched, spellings):
    found = [find(searched, words) for words in spellings]

    assert len(found[0]) > 5
    assert all(other == found[0] for other in found)


@pytest.mark.parametrize("words", ["снег", "выборы", "қар", "snow"])
def test_a_word_that_no_story_has_finds_nothing_like_it(searched, words):
    assert find(searched, words) == set()


def test_whole_words_are_marked(searched):
    assert marks(searched, "Костанай") >= {"Костанае", "костанайским", "Қостанай", "Qostanaida"}
    assert marks(searched, "мектеп") >= {"мектептерге", "Мектептердің"}
    assert all(" " not in word for word in marks(searched, "Министерство финансов"))


def test_the_name_of_a_body_is_found_in_the_other_language(searched):
    assert find(searched, "Ұлттық банк") == find(searched, "национальный банк") != set()


@pytest.mark.parametrize(
    ("typed", "meant"), [("үкiмет", "үкімет"), ("мeктеп", "мектеп"), ("мектеп\u00ad", "мектеп")]
)
def test_latin_look_alikes_are_read_as_the_letters_they_look_like(searched, typed, meant):
    assert find(searched, typed) == find(searched, meant) != set()
