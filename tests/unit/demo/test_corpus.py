"""The demo's world is as large and as awkward as it promises."""

import os
import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.errors import ConfigError
from workers.demo.corpus import FeedDialect, Validator, find_address, load_corpus

ALMATY = ZoneInfo("Asia/Almaty")
KAZAKH_LETTERS = re.compile("[әғқңөұүһі]", re.IGNORECASE)
LATIN_LETTERS = re.compile("[äğıñöşūü]", re.IGNORECASE)
CYRILLIC = re.compile("[а-яёәғқңөұүһі]", re.IGNORECASE)
SHARED = Path(os.environ.get("TILSHI_SHARED", Path(__file__).resolve().parents[4] / "shared"))


def _of_language(corpus, language):
    return [
        article
        for article in corpus.articles
        if corpus.sources[article.source_id].languages[0] == language
    ]


def _text(article):
    return " ".join((article.title, article.lead, *article.body))


@pytest.mark.parametrize(
    ("language", "at_least"),
    [("kk", 40), ("ru", 40), ("kk-Latn", 3), ("en", 4)],
    ids=["kk", "ru", "kk-Latn", "en"],
)
def test_every_language_has_its_share(corpus, language, at_least):
    assert len(_of_language(corpus, language)) >= at_least


def test_a_hundred_articles_of_seven_outlets_over_three_days(corpus):
    days = Counter(article.published.astimezone(ALMATY).date() for article in corpus.articles)
    assert len(corpus.articles) >= 100
    assert len(corpus.outlets) >= 7
    assert min(days[date(2025, 8, day)] for day in (18, 19, 20)) >= 20
    assert [outlet.id for outlet in corpus.outlets if outlet.official] == ["tsifra-press"]


def test_every_dialect_validator_and_code_page_is_there(corpus):
    sources = corpus.sources.values()
    assert {source.dialect for source in sources} == set(FeedDialect)
    assert {source.validator for source in sources} == set(Validator)
    assert {source.encoding for source in sources} == {"utf-8", "windows-1251", "koi8-r"}
    assert any(source.moved_from for source in sources)
    assert any(source.unavailable for source in sources)


def test_kazakh_articles_have_kazakh_letters_and_russian_ones_have_not(corpus):
    assert [
        article.key
        for article in _of_language(corpus, "kk")
        if not KAZAKH_LETTERS.search(article.title)
    ] == []
    assert [
        article.key
        for article in _of_language(corpus, "ru")
        if KAZAKH_LETTERS.search(_text(article))
    ] == []


def test_the_latin_column_is_kazakh_without_a_cyrillic_letter(corpus):
    texts = [_text(article) for article in _of_language(corpus, "kk-Latn")]
    assert all(LATIN_LETTERS.search(text) and not CYRILLIC.search(text) for text in texts)


def test_no_link_leads_to_a_stranger(corpus):
    hosts = {find_address(outlet.home) for outlet in corpus.outlets}
    assert {host for host in hosts if not host.endswith(".example")} == {"nur.kz"}
    assert [article.key for article in corpus.articles if article.source_id == "nur-kz-ru"] == [
        "nur-aitu"
    ]


def test_the_seed_story_is_told_word_for_word(corpus):
    seeds = sorted((SHARED / "seed").glob("*.txt"))
    if not seeds:
        pytest.skip(f"no seed story under {SHARED}")
    article = next(article for article in corpus.articles if article.key == "nur-aitu")
    words = seeds[0].read_text(encoding="utf-8").replace("date 2025-08-20", "").split()
    assert _text(article).split() == words


@pytest.mark.parametrize("poll", [1, 2])
def test_links_are_shared_by_the_live_blog_alone(corpus, poll):
    for source in corpus.sources.values():
        links = Counter(corpus.link(article, source) for article in corpus.items(source.id, poll))
        shared = {link for link, times in links.items() if times > 1}
        assert shared <= {"https://stepnoy-vestnik.example/live/48230.html"}


def test_the_second_poll_shows_edits_a_loss_and_news(corpus):
    def known(source_id, poll):
        return {article.key: article for article in corpus.items(source_id, poll)}

    vestnik, alma, kazakh = "stepnoy-vestnik-ru", "gorod-alma-ru", "zhibek-kk"
    assert "stepnoy-vanished" in known(vestnik, 1).keys() - known(vestnik, 2).keys()
    assert "gorod-aitu" in known(alma, 2).keys() - known(alma, 1).keys()
    before, after = (known(alma, poll)["gorod-fire-karaganda"] for poll in (1, 2))
    assert ("два человека" in before.lead, "три человека" in after.lead) == (True, True)
    assert before.guid == after.guid
    before, after = (known(kazakh, poll)["zhibek-kk-books"] for poll in (1, 2))
    assert before.guid != after.guid
    assert before.path == after.path


def test_copies_repeat_the_text_and_not_the_headline(corpus, gold):
    by_key = {article.key: article for article in corpus.articles}
    copies = [
        (by_key[copy], by_key[first])
        for story in gold.stories
        for copy, first in story.copies.items()
    ]
    same = [
        copy.key for copy, first in copies if (copy.lead, copy.body) == (first.lead, first.body)
    ]
    assert all(copy.title != first.title for copy, first in copies)
    assert len(copies) > len(same) >= 2


@pytest.mark.parametrize(
    ("found", "changed", "complaint"),
    [
        ('key = "gorod-aitu"', 'key = "Gorod Aitu"', "slug"),
        ("published = 2025-08-20T13:50:00+05:00", "published = 2025-08-20T13:50:00", "zone"),
        ('guid = "ga-91230"', 'giud = "ga-91230"', "giud"),
        ('key = "gorod-aitu"', 'key = "nur-aitu"', "slug that no other article has"),
        ('key = "gorod-aitu"', 'key = "gorod-aitu"\nalso_in = ["gorod"]', "source of outlets.toml"),
        ("[[article]]", "[[article", "readable TOML"),
    ],
    ids=["bad key", "no zone", "typing error", "key twice", "unknown source", "not TOML"],
)
def test_a_wrong_article_is_named(demo_folder, tmp_path, found, changed, complaint):
    folder = shutil.copytree(demo_folder, tmp_path / "demo")
    path = folder / "articles" / "gorod-alma-ru.toml"
    text = path.read_text(encoding="utf-8")
    assert found in text
    path.write_text(text.replace(found, changed, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint):
        load_corpus(folder)
