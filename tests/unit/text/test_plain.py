"""The words of an item: one reading for the hash and for the article, the same as it always was."""

from datetime import UTC, date, datetime

import pytest

from aggregator.feeds.identity import identify
from aggregator.models import FeedItem, RawArticle
from aggregator.text.clean import clean
from aggregator.text.plain import PlainItem, read_plain

NOW = datetime(2025, 8, 20, 7, tzinfo=UTC)
MARKUP = FeedItem(
    guid="n1",
    link="https://www.nur.kz/a/1?utm_source=rss",
    title="Жаңа   мектеп &laquo;ашылды&raquo;",
    summary="<p>Астанада жаңа мектеп...</p>",
    content="<div><p>Астанада жаңа мектеп ашылды, онда 1&nbsp;200 оқушы "
    "оқиды.</p><script>x()</script>"
    "<p>Оқу 1 қыркүйекте басталады. <a href='/b?c=1&amp;d=2'>Толығырақ</a></p></div>",
)
PLAIN = FeedItem(
    guid="",
    link="https://m.tengrinews.kz/amp/2/",
    title="Новый мост открыли в Семее",
    summary="Мост через Иртыш открыли.\nЧитать далее...",
)
ESCAPED = FeedItem(guid="3", link="", title="", summary="&lt;p&gt;Storm warning in force&lt;/p&gt;")
# Item, id of its article, hash and size of its words: what stores hold. Another value would have
# every article that feeds list taken for edited, or for new.
STORED = [
    (MARKUP, "d9d9e5a34027210f322ca36b11e859e0", "3dca440485fc664b7bc09d1197507680", 133),
    (PLAIN, "8100ed4d0bdc9730585f00b268accf90", "f0162d163e2c26b296b877234bd412f4", 67),
    (ESCAPED, "675e2180cda895aa3fa902b11949cd19", "1839c1f4a79605dc70eacdb4a2563476", 22),
]


@pytest.mark.parametrize(("item", "article_id", "content_hash", "size"), STORED)
def test_ids_and_hashes_are_those_that_stores_hold(item, article_id, content_hash, size):
    [identity] = identify("outlet", [item], {}, {})
    plain = read_plain(item)

    assert (identity.id, plain.content_hash, plain.size) == (article_id, content_hash, size)


def test_markup_around_the_same_words_is_no_edit():
    bare = FeedItem(guid="1", link="", title="Көпір", content="Көпір ашылды.\nОл ұзын.")
    marked = FeedItem(
        guid="1",
        link="",
        title="<b>Көпір</b>",
        content="<div>Көпір ашылды.</div><p id='x'>Ол ұзын.</p>",
    )

    assert (
        read_plain(bare) == read_plain(marked) == PlainItem("Көпір", "", "Көпір ашылды.\nОл ұзын.")
    )


def test_the_article_is_made_of_the_words_that_were_hashed():
    raw = RawArticle(
        id="a" * 32,
        rev=1,
        edits=0,
        source_id="s",
        outlet_id="outlet",
        item=MARKUP,
        first_seen=NOW,
        day=date(2025, 8, 20),
    )
    article = clean(raw, ("kk", "ru"))

    assert article.title == "Жаңа мектеп «ашылды»"
    assert article.lead == "Астанада жаңа мектеп ашылды, онда 1 200 оқушы оқиды."
    assert article.text == f"{article.lead}\nОқу 1 қыркүйекте басталады."
    assert article.language == "kk"
    assert article.sketch == (
        423885537,
        781815111,
        967567212,
        1131284831,
        1396369104,
        1774957731,
        2043410322,
        2144315663,
        2272218589,
        2606763310,
        3932605291,
    )
