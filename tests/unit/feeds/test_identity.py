"""Which article an item is."""

from aggregator.feeds.identity import identify, name_items
from aggregator.models import FeedItem, KnownItem


def item(guid="", link="", title="Өскеменде жаңа мектеп ашылды"):
    return FeedItem(guid=guid, link=link, title=title)


def known(article_id, name, title="Өскеменде жаңа мектеп ашылды", source_id="s", size=100):
    return KnownItem(id=article_id, name=name, source_id=source_id, title=title, size=size)


def test_an_item_is_named_by_guid_and_then_by_address():
    [names] = name_items([item("42", "https://a.example/news/1?utm_source=rss")])

    assert names == ("guid:42", f"url:{'https://a.example/news/1'}")


def test_a_guid_that_is_an_address_has_one_form():
    [a] = name_items([item("http://www.a.example/1/")])
    [b] = name_items([item("https://a.example/1")])

    assert a[0] == b[0]


def test_items_of_one_feed_that_share_a_link_are_named_by_guid_alone():
    names = name_items(
        [item("1", "https://a.example/live", "А"), item("2", "https://a.example/live", "Б")]
    )

    assert names == [("guid:1",), ("guid:2",)]


def test_without_guids_a_shared_link_needs_the_title():
    a, b = name_items(
        [item("", "https://a.example/live", "А"), item("", "https://a.example/live", "Б")]
    )

    assert a != b


def test_an_item_without_guid_and_link_is_named_by_its_title():
    [names] = name_items([item(title="Ауа райы")])

    assert names == ("title:Ауа райы",)


def test_a_new_item_gets_the_same_id_every_time():
    a = identify("nur-kz", [item("42")], {}, {})
    b = identify("nur-kz", [item("42")], {}, {})

    assert a == b
    assert len(a[0].id) == 32
    assert a[0].known is None


def test_two_outlets_with_the_same_guid_have_two_articles():
    assert identify("a", [item("42")], {}, {})[0].id != identify("b", [item("42")], {}, {})[0].id


def test_a_known_guid_decides_whatever_the_link_and_the_words_became():
    stored = known("a" * 32, "guid:42")
    edited = item("42", "https://a.example/moved", "Мүлде басқа тақырып")
    [identity] = identify("o", [edited], {"guid:42": stored.id}, {stored.id: stored})

    assert identity.id == stored.id
    assert identity.known == stored
    assert "url:https://a.example/moved" in identity.names


def test_a_changed_guid_with_the_same_link_and_words_is_the_same_article():
    stored = known("a" * 32, "guid:old")
    seen = {"url:https://a.example/1": stored.id}
    [identity] = identify("o", [item("new", "https://a.example/1")], seen, {stored.id: stored})

    assert identity.id == stored.id


def test_a_known_address_with_other_words_is_another_article():
    stored = known("a" * 32, "guid:old", title="Алматыда жол жабылады")
    seen = {"url:https://a.example/live": stored.id}
    [identity] = identify("o", [item("new", "https://a.example/live")], seen, {stored.id: stored})

    assert identity.id != stored.id
    assert identity.names == ("guid:new",)


def test_a_known_guid_still_in_the_feed_keeps_the_shared_address():
    stored = known("a" * 32, "guid:1", title="Тікелей эфир: 1-жаңарту")
    seen = {"guid:1": stored.id, "url:https://a.example/live": stored.id}
    items = [
        item("1", "https://a.example/live", "Тікелей эфир: 1-жаңарту"),
        item("2", "https://a.example/live", "Тікелей эфир: 2-жаңарту"),
    ]
    first, second = identify("o", items, seen, {stored.id: stored})

    assert first.id == stored.id
    assert second.id != stored.id


def test_a_feed_without_guids_meets_the_one_with_guids_by_address():
    stored = known("a" * 32, "url:https://a.example/1", source_id="section")
    seen = {"url:https://a.example/1": stored.id}
    [identity] = identify("o", [item("42", "https://a.example/1")], seen, {stored.id: stored})

    assert identity.id == stored.id


def test_an_article_past_its_retention_is_still_known():
    [identity] = identify("o", [item("42")], {"guid:42": "a" * 32}, {})

    assert identity.id == "a" * 32


def test_an_article_does_not_claim_an_address_that_another_has():
    stored = known("a" * 32, "guid:1")
    seen = {"guid:1": stored.id, "url:https://a.example/live": "b" * 32}
    [identity] = identify("o", [item("1", "https://a.example/live")], seen, {stored.id: stored})

    assert identity.id == stored.id
    assert identity.names == ("guid:1",)


def test_an_edited_title_is_the_article_whose_title_left_the_feed():
    stored = known(
        "a" * 32,
        "url:https://m.example/ title:Суд продлил арест журналистки",
        "Суд продлил арест журналистки",
    )
    items = [
        item("", "https://m.example/", "Суд продлил арест журналистки на месяц"),
        item("", "https://m.example/", "Б"),
    ]
    first, second = identify("o", items, {}, {}, [stored])

    assert first.id == stored.id
    assert second.id != stored.id


def test_a_title_that_left_becomes_one_article_at_most():
    stored = known("a" * 32, "title:Погода в Алматы на завтра", "Погода в Алматы на завтра")
    items = [
        item(title="Погода в Алматы на завтра, среда"),
        item(title="Погода в Алматы на завтра, вторник"),
    ]
    identities = identify("o", items, {}, {}, [stored])

    assert [identity.id == stored.id for identity in identities] == [True, False]


def test_items_that_a_list_is_given_later_are_named_too():
    listed = [item("1")]
    first = name_items(listed)
    listed.append(item("2"))

    assert first == [("guid:1",)]
    assert name_items(listed) == name_items(tuple(listed)) == [("guid:1",), ("guid:2",)]
