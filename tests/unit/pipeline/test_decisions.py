"""What the pipeline decides, apart from any store."""

from dataclasses import replace
from datetime import date, timedelta

from aggregator.languages import Language
from aggregator.models import Copy, Extent, FeedItem, Overrides, RawArticle, Stage, Story
from aggregator.models.flag import Flag, Reason
from aggregator.pipeline.compose import judge_readiness
from aggregator.pipeline.group import find_days_to_group, list_moves, obeys_overrides
from aggregator.pipeline.translate import list_segments
from aggregator.store.article_records import ArticleHead
from aggregator.text.clean import clean, clean_least
from tests.support.builders import DAY, NOON, article

DAYS = [date(2025, 8, number) for number in range(16, 22)]


def make_raw(**fields):
    item = FeedItem(
        **{
            "guid": "1",
            "link": "https://o.example/1",
            "title": "Астанада жаңа мектеп ашылды",
            **fields,
        }
    )
    return RawArticle(
        id="a" * 32,
        rev=1,
        edits=0,
        source_id="s",
        outlet_id="o",
        item=item,
        first_seen=NOON,
        day=DAY,
    )


def make_head(stage, *, day=DAY, asked=Extent.LEAD):
    return ArticleHead(rev=1, stage=stage, day=day, translated_wording=None, asked=asked)


# Planning


def test_a_changed_day_is_planned_again_with_the_windows_that_hold_it():
    assert find_days_to_group({DAYS[2]}, DAYS, 3) == DAYS[2:5]


def test_closed_days_are_not_planned():
    assert find_days_to_group({DAYS[2]}, DAYS[3:], 3) == DAYS[3:5]


def test_stories_that_do_not_obey_overrides_are_known():
    stories = [Story(id="s", best="a", articles=(("a", Copy.BEST), ("b", Copy.SAME_EVENT)))]
    stories.append(Story(id="t", best="c", articles=(("c", Copy.BEST),)))

    assert obeys_overrides(
        stories, Overrides(pinned=frozenset({("a", "b")}), split=frozenset({("b", "c")}))
    )
    assert not obeys_overrides(stories, Overrides(pinned=frozenset({("a", "c")})))
    assert not obeys_overrides(stories, Overrides(split=frozenset({("a", "b")})))
    assert obeys_overrides(
        stories, Overrides(pinned=frozenset({("a", "z")}), split=frozenset({("y", "z")}))
    )


def test_what_readers_see_goes_to_translation_and_the_rest_to_composing():
    heads = {key: make_head(Stage.GROUP) for key in "abc"}

    moves = list_moves(heads, {"a": Extent.LEAD, "b": Extent.HEADLINE}, DAY)

    assert [(move.id, move.new) for move in moves] == [
        ("a", Stage.TRANSLATE),
        ("b", Stage.TRANSLATE),
        ("c", Stage.COMPOSE),
    ]
    assert [move.extent for move in moves[:2]] == [Extent.LEAD, Extent.HEADLINE]


def test_an_article_that_leads_a_story_later_is_translated_then():
    [move] = list_moves(
        {"a": make_head(Stage.DONE), "b": make_head(Stage.DONE)}, {"b": Extent.LEAD}, DAY
    )

    assert (move.id, move.old, move.new) == ("b", Stage.DONE, Stage.TRANSLATE)


def test_a_report_that_leads_its_story_before_its_headline_is_translated_is_asked_for_more():
    heads = {
        "a": make_head(Stage.TRANSLATE, asked=Extent.HEADLINE),
        "b": make_head(Stage.TRANSLATE, asked=Extent.LEAD),
        "c": make_head(Stage.TRANSLATE, asked=Extent.HEADLINE),
        "d": make_head(Stage.TRANSLATE, asked=Extent.LEAD),
        "e": make_head(Stage.TRANSLATE, asked=Extent.HEADLINE),
    }
    wanted = {
        "a": Extent.LEAD,
        "b": Extent.LEAD,
        "c": Extent.HEADLINE,
        "d": Extent.HEADLINE,
    }

    [move] = list_moves(heads, wanted, DAY)

    assert (move.id, move.old, move.new) == ("a", Stage.TRANSLATE, Stage.TRANSLATE)
    assert move.extent is Extent.LEAD


def test_articles_of_other_days_stay_where_they_are():
    assert (
        list_moves(
            {"a": make_head(Stage.GROUP, day=DAY - timedelta(days=1))}, {"a": Extent.LEAD}, DAY
        )
        == []
    )


# Composing


def test_a_day_is_whole_when_nothing_of_it_is_on_its_way():
    assert judge_readiness({"a": Stage.COMPOSE, "b": Stage.DONE}).whole
    assert judge_readiness({"a": Stage.COMPOSE, "b": Stage.DONE}).fresh == ("a",)
    assert not judge_readiness({"a": Stage.TEXT}).whole
    assert judge_readiness({"a": Stage.GROUP, "b": Stage.TRANSLATE}).untranslated == ("b",)


# Cleaning


def test_a_teaser_is_the_lead_and_the_text_begins_with_it():
    cleaned = clean(
        make_raw(
            summary="Елордада мектеп ашылды.",
            content="<p>Елордада мектеп ашылды.</p><p>Онда 600 орын бар.</p>",
        )
    )

    assert cleaned.lead == "Елордада мектеп ашылды."
    assert cleaned.text == "Елордада мектеп ашылды.\nОнда 600 орын бар."
    assert cleaned.language == Language.KAZAKH


def test_a_teaser_cut_short_gives_way_to_its_paragraph():
    whole = "Елордада 600 орындық жаңа мектеп ашылды, деп хабарлады әкімдіктің баспасөз қызметі."
    cleaned = clean(
        make_raw(summary=whole[:40] + "…", content=f"<p>{whole}</p><p>Тағы бір сөйлем.</p>")
    )

    assert cleaned.lead == whole


def test_a_teaser_that_repeats_the_headline_is_no_lead():
    title = "Астанада жаңа мектеп ашылды"

    cleaned = clean(make_raw(title=title, summary=title, content="<p>Мектеп 600 орындық.</p>"))
    assert cleaned.lead == "Мектеп 600 орындық."
    assert clean(make_raw(title=title, summary=title)).lead == ""


def test_a_teaser_of_its_own_stands_before_the_text():
    cleaned = clean(make_raw(summary="Не болды?", content="<p>Мектеп ашылды.</p>"))

    assert cleaned.text.split("\n") == ["Не болды?", "Мектеп ашылды."]


def test_read_on_is_not_part_of_the_news():
    assert clean(make_raw(summary="Мектеп ашылды. Толығырақ...")).lead == "Мектеп ашылды."
    assert clean(make_raw(summary="Школу открыли. Читать далее →")).lead == "Школу открыли."


def test_without_a_headline_the_beginning_of_the_text_stands_for_it():
    cleaned = clean(make_raw(title="", summary="Мектеп ашылды. Онда 600 орын бар."))

    assert cleaned.title.startswith("Мектеп ашылды")
    assert cleaned.flags == (Flag(Reason.NO_HEADLINE),)


def test_an_edit_shows_in_the_revision():
    assert clean(replace(make_raw(), edits=2)).revision == 3


def test_an_article_that_cannot_be_read_keeps_its_headline_and_its_link():
    cleaned = clean_least(make_raw(summary="<p>" * 10))

    assert (cleaned.title, cleaned.link, cleaned.flags) == (
        "Астанада жаңа мектеп ашылды",
        "https://o.example/1",
        (Flag(Reason.UNREADABLE),),
    )
    assert clean_least(make_raw(title="", link="")).title == "a" * 32


def test_headline_and_the_first_sentences_are_translated():
    item = article(1, lead="Бірінші сөйлем. Екінші сөйлем. Үшінші сөйлем. Төртінші сөйлем.")
    segments = list_segments(item, sentences=2, chars=400)

    assert [segment.text for segment in segments] == [
        item.title,
        "Бірінші сөйлем.",
        "Екінші сөйлем.",
    ]
