"""The gold covers the demo's world and can be joined to what the pipeline stores."""

from collections import Counter
from dataclasses import dataclass

import pytest

from aggregator.errors import ConfigError
from workers.demo.gold import find_article_key, group_by_gold, load_gold


@dataclass
class Stored:
    """The fields of a stored article by which it joins the gold."""

    id: str
    outlet_id: str
    link: str
    title: str


def _stored(corpus, poll):
    return [
        Stored(
            article.key, corpus.outlet_of(source.id).id, corpus.link(article, source), article.title
        )
        for source in corpus.sources.values()
        for article in corpus.items(source.id, poll)
    ]


def test_each_article_stands_in_one_story_and_has_a_headline(corpus, gold):
    counts = Counter(key for story in gold.stories for key in story.articles)
    assert counts == Counter(article.key for article in corpus.articles)
    assert gold.headlines.keys() == counts.keys()


def test_a_good_third_of_the_articles_share_their_story(corpus, gold):
    shared = sum(len(story.articles) for story in gold.stories if len(story.articles) > 1)
    assert 0.3 <= shared / len(corpus.articles) <= 0.5


def test_one_story_is_told_in_kazakh_by_one_outlet_and_in_russian_by_three(corpus, gold):
    story = next(story for story in gold.stories if story.name == "shymkent-overpass")
    sources = {article.key: article.source_id for article in corpus.articles}
    languages = Counter(corpus.sources[sources[key]].languages[0] for key in story.articles)
    outlets = {corpus.outlet_of(sources[key]).id for key in story.articles}
    assert languages == {"kk": 1, "ru": 3}
    assert len(outlets) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gorod-fire-karaganda", "stepnoy-fire-pavlodar"),
        ("gorod-industry", "gorod-retail"),
        ("dala-minister-aktobe", "dala-minister-kostanay"),
        ("gorod-tenge-19", "gorod-tenge-20"),
        ("zhibek-ru-match-preview", "zhibek-ru-match-result"),
        ("nur-aitu", "dala-aitu-deadlines"),
    ],
    ids=[
        "two fires",
        "two figures",
        "one minister, two days",
        "two days' rates",
        "announced, played",
        "Aitu twice",
    ],
)
def test_look_alikes_are_two_stories(gold, one, other):
    story_of = {key: story.name for story in gold.stories for key in story.articles}
    assert story_of[one] != story_of[other]


@pytest.mark.parametrize("poll", [1, 2])
def test_every_listed_item_finds_its_key_in_each_variant_of_its_link(corpus, poll):
    for stored in _stored(corpus, poll):
        bare = stored.link.partition("?")[0].replace("http://", "https://").rstrip("/")
        assert find_article_key(corpus, stored.outlet_id, stored.link, stored.title) == stored.id
        assert find_article_key(corpus, stored.outlet_id, bare, stored.title) == stored.id


def test_stored_articles_fall_into_the_gold_partition(corpus, gold):
    partition = group_by_gold(corpus, gold, _stored(corpus, 2))
    assert partition["nur-aitu"] == partition["tsifra-aitu-kk"] == "aitu-no-ban"
    assert partition["stepnoy-live-wind"] != partition["stepnoy-live-power"]


def test_a_stranger_has_no_key(corpus):
    with pytest.raises(LookupError):
        find_article_key(
            corpus, "dala-habar", "https://stepnoy-vestnik.example/news/48210.html", ""
        )


@pytest.mark.parametrize(
    ("found", "changed", "complaint"),
    [
        ('nur-aitu = "Digital', 'nur-aita = "Digital', "nur-aita"),
        ('"gorod-aitu-deadlines"]', '"gorod-aitu-deadlines", "nur-aitu"]', "one story only"),
        (
            'copies = { gorod-reservoir = "zhibek-ru-reservoir" }',
            'copies = { gorod-reservoir = "nur-aitu" }',
            "copies",
        ),
    ],
    ids=["headline of nobody", "told twice", "copy of a stranger"],
)
def test_wrong_gold_is_named(demo_folder, corpus, tmp_path, found, changed, complaint):
    text = (demo_folder / "gold.toml").read_text(encoding="utf-8")
    assert found in text
    path = tmp_path / "gold.toml"
    path.write_text(text.replace(found, changed, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint):
        load_gold(path, corpus)
