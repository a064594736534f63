"""Composing: every article of the day once, revisions, the account, the order."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.digest.compose import compose_digest, list_untranslated
from aggregator.digest.days import find_midnight
from aggregator.digest.rank import order_stories, weigh_story
from aggregator.models import Copy, Passage, Translation
from aggregator.models.flag import Flag, Reason
from tests.support.builders import DAY, NOON, article, digest, edition, material, passages, story

MIDNIGHT = find_midnight(DAY, "Asia/Almaty")


def composed(stories, articles, *, previous=None, closed=False, translated=True):
    made = material(stories, articles, translated=translated)
    return compose_digest(edition(), DAY, made, composed=NOON, closed=closed, previous=previous)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=30))
def test_every_article_of_the_day_stands_in_one_story_once(placed):
    """Articles in any stories, of today and the two days before."""
    items = [
        article(n, day=DAY - timedelta(days=ago)) for n, (_, ago) in enumerate(placed, start=1)
    ]
    groups = {}
    for item, (group, _) in zip(items, placed, strict=True):
        groups.setdefault(group, []).append(item)
    digest = composed([story(*members) for members in groups.values()], items)

    counts = Counter(ref.article_id for counts in digest.stories for ref in counts.articles)
    assert counts == Counter(item.id for item in items if item.day == DAY)
    assert digest.account.articles == len(counts)
    made = digest.account
    assert made.merged == made.articles - made.stories
    assert made.translated + made.written + made.original == made.stories


def test_a_story_of_earlier_days_alone_is_not_told():
    old = article(1, day=DAY - timedelta(days=1))

    assert composed([story(old)], [old]).stories == ()


def test_what_was_told_before_is_named_and_not_told_again():
    old, new = article(1, day=DAY - timedelta(days=1)), article(2)
    [told] = composed([story(old, new)], [old, new]).stories

    assert [ref.article_id for ref in told.articles] == [new.id]
    assert [ref.article_id for ref in told.earlier] == [old.id]
    assert told.best.relation is Copy.BEST
    assert told.headline.original == new.title


def test_a_reprint_that_comes_a_day_late_stays_a_reprint():
    old, late = article(1, day=DAY - timedelta(days=1)), article(2)
    digest = composed([story(old, copies=(late,))], [old, late])

    assert digest.stories[0].best.relation is Copy.SAME_TEXT
    assert digest.account.duplicates == 1


def test_an_article_without_translation_is_told_in_the_original_and_says_so():
    digest = composed([story(article(1))], [article(1)], translated=False)
    [printed] = digest.stories

    assert printed.headline.text == article(1).title
    assert printed.headline.flags == (Flag(Reason.NOT_IN_TIME),)
    assert (digest.account.translated, digest.account.original) == (0, 1)


def test_a_story_is_told_from_an_article_whose_headline_has_english():
    best, copy, other = article(1), article(2), article(3, language="ru")
    made = material([story(best, other, copies=(copy,))], [best, copy, other])
    made = replace(made, translations=made.translations | {best.id: list_untranslated(best)})
    [told] = compose_digest(
        edition(), DAY, made, composed=NOON, closed=False, previous=None
    ).stories

    assert told.best.article_id == other.id
    assert told.headline.translated
    assert {ref.article_id: ref.relation for ref in told.articles} == {
        other.id: Copy.BEST,
        best.id: Copy.SAME_EVENT,
        copy.id: Copy.SAME_TEXT,
    }


def test_other_reports_show_their_headlines_in_english_and_lead_no_story_by_that():
    best, other = article(1), article(2, title="Мектеп ашылмады")
    made = material([story(best, other)], [best, other], translated=False)
    headline, _ = passages(other, "School did not open")
    made = replace(made, headlines={other.id: headline})

    digest = compose_digest(edition(), DAY, made, composed=NOON, closed=False, previous=None)

    [told] = digest.stories
    assert told.best.article_id == best.id
    assert told.articles[1].headline.text == "School did not open"
    assert told.packages == ("translate-kk_en 0.1",)
    assert digest.account.translated == 0


def test_what_was_translated_on_the_way_does_not_show():
    """A copy that led its story for a while has English, and in another order it would not."""
    best, copy = article(1), article(2)
    made = material([story(best, copies=(copy,))], [best, copy])
    made = replace(made, headlines={copy.id: passages(copy)[0]})

    digest = compose_digest(edition(), DAY, made, composed=NOON, closed=False, previous=None)

    assert digest.stories[0].articles[1].headline == Passage()


def test_a_story_in_english_is_not_counted_as_translated():
    best, other = article(1, language="en"), article(2)
    english = Passage(segments=(Translation(source=best.title, english=best.title),))
    made = material([story(best, other)], [best, other])
    made = replace(
        made,
        translations={best.id: (english, Passage())},
        headlines={other.id: passages(other)[0]},
    )

    digest = compose_digest(edition(), DAY, made, composed=NOON, closed=False, previous=None)

    assert (digest.account.written, digest.account.translated, digest.account.original) == (1, 0, 0)


def test_flags_of_an_article_reach_the_reader():
    flagged = article(1, flags=(Flag(Reason.NO_HEADLINE),))
    [told] = composed([story(flagged)], [flagged]).stories

    assert Flag(Reason.NO_HEADLINE) in told.headline.flags


def test_the_revision_grows_with_changed_stories_alone():
    items = [article(1), article(2)]
    first = composed([story(items[0])], items[:1])
    same = composed([story(items[0])], items[:1], previous=first)
    more = composed([story(item) for item in items], items, previous=same)

    assert (first.revision, same.revision, more.revision) == (1, 1, 2)


def test_a_closed_digest_never_changes():
    closed = digest(1, closed=True)

    assert composed([story(article(2))], [article(2)], previous=closed) is closed


def test_cautions_come_with_the_packages_used():
    made = replace(
        material([story(article(1))], [article(1)]),
        cautions={"translate-kk_en 0.1": "weak", "other": "x"},
    )
    digest = compose_digest(edition(), DAY, made, composed=NOON, closed=False, previous=None)

    assert digest.cautions == ("weak",)


@pytest.mark.parametrize(
    ("flag", "says"),
    [
        ("no package for ru", "No translation package for Russian is installed"),
        (
            "no package for kk-Latn",
            "No translation package for Kazakh in Latin letters is installed",
        ),
        (
            "translation failed: its model cannot be loaded",
            "A translation package could not be used",
        ),
        ("translation failed several times", "A translation package could not be used"),
    ],
)
def test_what_packages_are_missing_is_said_once(flag, says):
    items = [article(1), article(2)]
    plain = material([story(item) for item in items], items)
    lost = Passage(segments=(Translation(source="слова", english=None, flags=(Flag.parse(flag),)),))
    made = replace(plain, translations={item.id: (lost, Passage()) for item in items})

    digest = compose_digest(edition(), DAY, made, composed=NOON, closed=False, previous=None)

    assert [caution[: len(says)] for caution in digest.cautions] == [says]
    assert digest.account.original == 2


def test_own_reports_weigh_more_than_reprints():
    own = composed([story(article(1), article(2))], [article(1), article(2)]).stories[0]
    reprinted = composed(
        [story(article(1), copies=(article(2),))], [article(1), article(2)]
    ).stories[0]

    alone = composed([story(article(1))], [article(1)]).stories[0]

    assert (
        weigh_story(own, MIDNIGHT) > weigh_story(reprinted, MIDNIGHT) > weigh_story(alone, MIDNIGHT)
    )


def test_an_official_source_and_a_second_language_add_weight():
    plain = composed([story(article(1), article(2))], [article(1), article(2)]).stories[0]
    both = replace(plain, articles=(plain.articles[0], replace(plain.articles[1], language="ru")))
    official = replace(
        plain, articles=(replace(plain.articles[0], official=True), plain.articles[1])
    )

    assert (
        weigh_story(official, MIDNIGHT) > weigh_story(both, MIDNIGHT) > weigh_story(plain, MIDNIGHT)
    )


@given(st.permutations(range(8)))
def test_the_order_does_not_depend_on_the_order_given(order):
    stories = digest(8).stories

    assert order_stories([stories[place] for place in order], MIDNIGHT) == stories
