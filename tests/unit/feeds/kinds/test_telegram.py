"""The public page of a Telegram channel, on pages written after its form."""

from datetime import UTC, datetime

import pytest

from aggregator.errors import FormChangedError, ParseError
from tests.support.kinds import read, saved

URL = "https://t.me/s/mdai_kz_example"


def telegram(page, **options):
    return read("telegram", page, URL, "text/html; charset=utf-8", **options)


@pytest.fixture
def page():
    return saved("telegram.html")


def test_posts_become_items_the_newest_first(page):
    feed = telegram(page)

    assert feed.title == "Цифрлық даму министрлігі"
    assert [item.link for item in feed.items] == [
        "https://t.me/mdai_kz_example/105",
        "https://t.me/mdai_kz_example/103",
        "https://t.me/mdai_kz_example/102",
    ]
    assert feed.items[2].published == datetime(2025, 8, 20, 10, 15, tzinfo=UTC)


def test_the_first_sentence_is_the_headline_and_the_rest_the_text(page):
    post = telegram(page).items[2]

    assert (
        post.title == "Мемлекеттік қызметшілер қызметтік хат алмасу үшін Aitu мессенджеріне көшеді."
    )
    assert post.content.splitlines()[0] == "Бұл жеке тұлғаларға қатысты емес."
    assert post.content.splitlines()[-1] == "#Aitu"


def test_an_abbreviation_does_not_end_the_headline(page):
    assert telegram(page).items[0].title == "Уточнение: переход завершат к 15 сентября 2025 г."


def test_the_post_that_is_answered_is_not_taken_for_the_answer(page):
    assert "Мемлекеттік" not in telegram(page).items[0].content


def test_pictures_alone_and_notices_are_left_out_and_counted(page):
    feed = telegram(page)

    assert not {"https://t.me/mdai_kz_example/104", "https://t.me/mdai_kz_example/101"} & {
        i.link for i in feed.items
    }
    assert feed.notes == ("posts without a text left out: 1", "posts edited: 1")


def test_a_forwarded_post_says_whose_it_is_and_can_be_left_out(page):
    assert telegram(page).items[1].categories == ("Forwarded from Правительство",)
    assert [item.link[-3:] for item in telegram(page, forwarded=False).items] == ["105", "102"]
    assert "posts forwarded left out: 1" in telegram(page, forwarded=False).notes


def test_an_edited_post_is_marked(page):
    assert telegram(page).items[0].categories == ("edited",)


def test_words_in_angle_brackets_are_words(page):
    assert (
        telegram(page).items[1].title
        == "Правительство утвердило план &lt;цифровизации&gt; на 2026 год"
    )


def test_a_long_first_sentence_is_cut_and_kept_whole_in_the_text(page):
    words = "слово " * 60
    feed = telegram(page.replace("Уточнение: переход", words + "переход"))

    assert len(feed.items[0].title) <= 160
    assert feed.items[0].content.startswith("слово слово")
    assert "брифинге" in feed.items[0].content


def test_a_channel_without_posts_is_empty_not_changed(page):
    start, _, rest = page.partition('<div class="tgme_widget_message_centered')
    feed = telegram(start + rest[rest.index("</section>") :])

    assert feed.items == ()
    assert feed.notes == ("the channel has no posts",)


def test_a_channel_of_pictures_alone_is_empty(page):
    feed = telegram(page.replace("tgme_widget_message_text", "tgme_widget_message_photo_wrap"))

    assert feed.items == ()
    assert feed.notes[0] == "posts without a text left out: 4"


def test_no_posts_found_is_told_apart():
    history = '<section class="tgme_channel_history js-message_history">{}</section>'
    said = (
        '<div class="tgme_widget_message_wrap"><div class="tme_no_messages_found">No posts '
        "found</div></div>"
    )

    assert "asked too often" in telegram(history.format(said)).notes[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tgme_widget_message_text", "message__text", "none of 4 posts has a text"),
        ("<time datetime", "<span datetime", "none of 4 posts has a time"),
        ("tgme_widget_message_date", "message__date", "none of 4 posts has a time"),
        ("data-post", "data-id", "without a channel's posts"),
        ("tgme_", "tg2_", "without a channel's posts"),
    ],
)
def test_a_page_whose_form_changed_says_what_is_not_found(page, old, new, said):
    # Posts with pictures may be without text; here they have none.
    changed = page.replace("tgme_widget_message_photo_wrap", "x").replace(old, new)

    with pytest.raises(FormChangedError, match=said):
        telegram(changed)


def test_a_channel_without_a_public_page_is_named_as_that():
    with pytest.raises(ParseError, match="no public page") as caught:
        telegram(saved("telegram-card.html"))
    assert not isinstance(caught.value, FormChangedError)


def test_an_empty_page_is_named_as_that():
    with pytest.raises(ParseError, match="an empty page"):
        telegram("")


def test_a_page_cut_in_the_middle_gives_the_posts_before_the_cut(page):
    feed = telegram(page[: page.index("mdai_kz_example/105")])

    assert [item.link[-3:] for item in feed.items] == ["103", "102"]


def test_a_bare_address_is_told_by_its_card(page):
    card = (
        '<a class="tgme_widget_message_link_preview" href="https://gov.example/n/1">'
        '<div class="link_preview_site_name">gov.example</div>'
        '<div class="link_preview_title">Костанайда жаңа көпір ашылды</div>'
        '<div class="link_preview_description">Көпір 120 метр.</div></a>'
    )
    old = "Правительство утвердило план &lt;цифровизации&gt; на 2026 год</div>"
    bare = f'<a href="https://gov.example/n/1">https://gov.example/n/1</a></div>{card}'
    post = telegram(page.replace(old, bare)).items[1]

    assert (post.title, post.content) == ("Костанайда жаңа көпір ашылды", "Көпір 120 метр.")
    assert telegram(page.replace(old, bare.removesuffix(card))).items[1].title.startswith("https:")


def test_an_alarm_and_hashtags_make_no_headline(page):
    old = "Правительство утвердило план &lt;цифровизации&gt; на 2026 год"
    new = (
        '<i class="emoji"><b>⚡️</b></i><b>СРОЧНО</b><br/><a href="?q=1">#астана</a><br/>'
        "В Астане открыли библиотеку. В ней 20 тысяч книг."
    )
    post = telegram(page.replace(old, new)).items[1]

    assert (post.title, post.content) == (
        "В Астане открыли библиотеку.",
        "В ней 20 тысяч книг.",
    )
