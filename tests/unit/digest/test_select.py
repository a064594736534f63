"""What an edition tells: its articles, its topics, its keywords."""

from dataclasses import replace

import pytest

from aggregator.digest.compose import compose_digest
from aggregator.digest.select import admits_article, find_keywords, narrow_digest
from aggregator.models import Outlet, Passage, Topic, Translation
from tests.support.builders import DAY, NOON, article, digest, edition, material, story


def told(original, english=""):
    passage = Passage(segments=(Translation(source=original, english=english or None),))
    made = digest(1).stories[0]
    return replace(
        made, headline=passage, lead=Passage(), articles=(replace(made.best, title=original),)
    )


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("Токаев", "Тоқаев пен Токаевтың сөзі", True),
        ("Токаев", "Президент Токаева поздравил", True),
        ("tax", "Taxi drivers protest", False),
        ("tax", "New taxes, old TAX", True),
        ("Air Astana", "air astana flies again", True),
        ("Air Astana", "air over Astana", False),
        ("мектеп", "Мектептерімізден", True),
        ("мектеп", "Мектептердің жаңа", True),
        ("ЖІӨ", "ЖІӨ өсті", True),
        ("суд", "судьба решена", False),
        ("...", "anything ...", False),
    ],
)
def test_a_keyword_finds_its_word_with_endings_and_no_other(keyword, text, found):
    assert bool(find_keywords(told(text), [keyword])) is found


def test_a_keyword_is_looked_for_in_english_and_in_the_original():
    item = told("Байқоңырдан зымыран ұшты", "A rocket left Baikonur")

    assert find_keywords(item, ["Baikonur", "Байқоңыр", "Марс"]) == ("Baikonur", "Байқоңыр")


def test_an_edition_admits_by_outlet_language_and_office():
    made = edition(languages=("kk",), outlets=("nur",), official=True)

    assert admits_article(made, outlet_id="nur", language="kk", official=True)
    assert not admits_article(made, outlet_id="nur", language="ru", official=True)
    assert not admits_article(made, outlet_id="kaz", language="kk", official=True)
    assert not admits_article(made, outlet_id="nur", language="kk", official=False)
    assert admits_article(edition(), outlet_id="x", language="und", official=False)


def compose_as(made, *, official=()):
    items = [article(number) for number in range(1, 4)]
    found = material([story(items[0], items[1]), story(items[2])], items)
    outlets = {
        key: Outlet(id=key, name=key, home="", official=key in official) for key in found.outlets
    }
    return compose_digest(
        made, DAY, replace(found, outlets=outlets), composed=NOON, closed=False, previous=None
    )


def test_an_edition_of_the_state_tells_only_official_reports():
    digest = compose_as(edition(official=True), official={"outlet-2"})

    assert [[ref.outlet_id for ref in item.articles] for item in digest.stories] == [["outlet-2"]]
    assert digest.account.articles == digest.account.stories == 1


def test_a_muted_story_is_left_out_and_counted():
    # Both headlines are the same school; the original names its number.
    digest = compose_as(edition(mute=("3-мектеп",)))

    assert [item.articles[0].outlet_id for item in digest.stories] == ["outlet-1"]
    assert digest.account.muted == 1
    assert digest.account.articles == 2


def test_a_followed_story_says_for_what_and_a_topic_keeps_others_out():
    digest = compose_as(edition(follow=("3-мектеп",)))

    assert {item.articles[0].outlet_id: item.followed for item in digest.stories} == {
        "outlet-1": (),
        "outlet-3": ("3-мектеп",),
    }
    assert compose_as(edition(topics=(Topic.SPORT,))).stories == ()


def test_a_digest_is_narrowed_to_an_outlet_a_topic_or_a_language():
    made = digest(3)
    first, second, third = made.stories
    russian = replace(second, articles=(replace(second.best, language="ru"),), topic=Topic.SPORT)
    made = replace(made, stories=(first, russian, third))

    assert narrow_digest(made) == made
    assert narrow_digest(made, language="ru").stories == (russian,)
    assert narrow_digest(made, topic=Topic.SPORT).stories == (russian,)
    assert narrow_digest(made, outlet=first.best.outlet_id).stories == (first,)
    assert narrow_digest(made, outlet=first.best.outlet_id, language="ru").stories == ()
