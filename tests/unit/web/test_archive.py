"""Copies of digests: kept, replaced, found again by words in any language, shared by processes."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import ArchiveError, StoreError
from aggregator.models import Passage, Topic, Translation
from aggregator.names.glossary import Glossary, Name
from aggregator.search.story_index import SearchFilter
from aggregator.web.archive import Archive
from aggregator.web.refresh import Refresher, copy_digests
from tests.support.builders import DAY, digest
from tests.support.site import StillClock, days, threaded
from tests.support.waiting import until

DAILY = SearchFilter(edition="daily")


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "a" / "archive.sqlite")


def digest_of(*headlines, day=DAY):
    made = digest(len(headlines))
    stories = tuple(
        replace(
            story,
            headline=Passage(segments=(Translation(source=original, english=english),)),
            lead=Passage(),
            articles=(replace(story.best, title=original),),
        )
        for story, (english, original) in zip(made.stories, headlines, strict=True)
    )
    return replace(made, stories=stories, day=day)


def search_originals(archive, words):
    return [hit.story.headline.original for hit in archive.search(words, DAILY).hits]


def test_a_digest_comes_back_as_it_went_in(archive):
    made = digest(3)

    assert archive.put(made)
    assert archive.find_digest("daily", DAY) == made
    assert archive.find_digest("state", DAY) is None
    assert archive.list_days("daily") == (DAY,)


def test_a_copy_that_cannot_be_read_is_named_as_the_archives(archive, tmp_path):
    archive.put(digest(1))
    with sqlite3.connect(tmp_path / "a" / "archive.sqlite") as connection:
        connection.execute("UPDATE digest SET body = ?", (b"broken",))
        connection.execute("INSERT INTO whole VALUES ('w', '2025-08-21', ?)", (b"broken",))
    connection.close()

    with pytest.raises(ArchiveError, match="daily"):
        archive.find_digest("daily", DAY)
    with pytest.raises(ArchiveError, match="whole w"):
        archive.find_whole("w")
    # Another glossary has all copies read, in the first moment of a page.
    with pytest.raises(ArchiveError, match="daily"):
        Archive(tmp_path / "a" / "archive.sqlite", Glossary([]))


def test_only_a_change_is_a_change(archive):
    made = digest(3)
    archive.put(made)
    version = archive.read_version()

    assert not archive.put(made)
    assert archive.read_version() == version
    assert archive.put(replace(made, closed=True))
    assert archive.read_version() > version
    assert archive.list_closed_days("daily") == {DAY}


def test_words_are_found_in_english_and_in_the_original_with_endings(archive):
    archive.put(
        digest_of(("The president spoke", "Президент Тоқаевтың сөзі"), (None, "Жаңа мектеп ашылды"))
    )

    assert search_originals(archive, "PRESIDENT") == ["Президент Тоқаевтың сөзі"]
    assert search_originals(archive, "тоқаев") == ["Президент Тоқаевтың сөзі"]
    assert search_originals(archive, "мектеп жаңа") == ["Жаңа мектеп ашылды"]
    assert search_originals(archive, "мектеп президент") == []
    assert search_originals(archive, "") == search_originals(archive, "«»!") == []


def test_a_word_is_found_in_another_form_and_by_its_beginning_which_is_said(archive):
    archive.put(digest_of((None, "Жаңа мектепте сабақ басталды")))

    for words in ("мектептерге", "мектеп"):
        page = archive.search(words, DAILY)
        assert page.total == 1, words
        assert not page.loosened
    assert archive.search("мектепт", DAILY).loosened


@pytest.mark.parametrize(
    "words", ["mektep", "Jaña mektep", "QAZAQ", "qazaq mektep", "мектеп", "қазақ"]
)
def test_kazakh_is_found_in_the_other_alphabet(archive, words):
    archive.put(
        digest_of((None, "Жаңа қазақ мектебі, мектеп ашылды"), (None, "Jańa qazaq mektep ashyldy"))
    )
    assert "Жаңа қазақ мектебі, мектеп ашылды" in search_originals(archive, words)


def test_kazakh_printed_in_latin_letters_is_found_by_cyrillic_ones(archive):
    archive.put(digest_of((None, "Jańa qazaq mektebi ashyldy")))
    assert search_originals(archive, "жаңа қазақ мектебі ашылды") == ["Jańa qazaq mektebi ashyldy"]


def test_an_english_word_is_not_at_first_read_as_kazakh(archive):
    archive.put(digest_of(("A man spoke", "Бір кісі сөйледі"), ("The region", "Манғыстау облысы")))
    assert search_originals(archive, "man") == ["Бір кісі сөйледі"]


@pytest.mark.parametrize(
    "words", ["мкетеп", "мыктеп", "мектттеп ашылды", "мееп", "mwktep", "ашылды мекеп"]
)
def test_a_word_typed_with_one_mistake_is_found_and_what_is_shown_is_said(archive, words):
    archive.put(digest_of((None, "Жаңа мектеп ашылды"), (None, "Көпір салынды")))
    page = archive.search(words, DAILY)

    if words == "мееп":
        assert page.total == 0
    else:
        assert [hit.story.headline.original for hit in page.hits] == ["Жаңа мектеп ашылды"]
        assert page.instead or page.loosened


def test_what_is_one_letter_away_is_named(archive):
    archive.put(digest_of((None, "Жаңа мектеп ашылды"), ("A bridge is built", "Көпір салынды")))

    assert archive.search("ашылды мкетеп", DAILY).instead == "ашылды мектеп"
    assert archive.search("brigde", DAILY).instead == "bridge"
    assert archive.search("bridge", DAILY).instead == ""
    assert archive.search("zzzzzz", DAILY).total == 0


def test_stories_are_indexed_anew_when_the_glossary_has_changed(tmp_path):
    path = tmp_path / "archive.sqlite"
    Archive(path).put(digest_of((None, "Қостанайда мектеп ашылды")))
    assert Archive(path).search("Kostanay", DAILY).total == 0

    forms = (("kk", ("Қостанай",)), ("ru", ("Костанай",)))
    named = Glossary([Name(english="Kostanay", kind="city", forms=forms)])
    assert Archive(path, named).search("Kostanay", DAILY).total == 1
    assert Archive(path, named).search("Костанае", DAILY).total == 1


def test_a_filter_narrows_down_and_lists_without_words(archive):
    for ago, topic in enumerate((Topic.SPORT, Topic.LAW, Topic.SPORT)):
        made = digest_of((None, "мектеп"), day=DAY - timedelta(days=ago))
        [story] = made.stories
        ref = replace(story.best, language="ru" if ago else "kk", outlet_id=f"o-{ago}")
        archive.put(replace(made, stories=(replace(story, topic=topic, articles=(ref,)),)))

    def days_of(words="", **fields):
        page = archive.search(words, replace(DAILY, **fields))
        return [(DAY - hit.day).days for hit in page.hits]

    assert days_of(topic=Topic.SPORT) == [0, 2]
    assert days_of("мектеп", language="ru") == [1, 2]
    assert days_of("мектеп", since=DAY - timedelta(days=1)) == [0, 1]
    assert days_of(until=DAY - timedelta(days=1)) == [1, 2]
    assert days_of("мектеп", outlet="o-1") == [1]
    assert days_of("мектеп", outlet="o") == days_of("аурухана", topic=Topic.SPORT) == []
    assert days_of() == []


def test_an_archive_of_an_earlier_format_is_made_anew(archive, tmp_path):
    archive.put(digest(2))
    with sqlite3.connect(tmp_path / "a" / "archive.sqlite") as connection:
        connection.execute("PRAGMA user_version = 1")

    anew = Archive(tmp_path / "a" / "archive.sqlite")
    assert anew.list_days("daily") == ()
    assert anew.put(digest(2))


@pytest.mark.parametrize(
    "words",
    ['"', "NEAR(a b)", "a* OR b", "english:x", "-x ^y", "'; DROP TABLE story; --", "x" * 9000],
)
def test_a_query_is_words_and_never_a_language(archive, words):
    archive.put(digest_of(("a b", "x y")))

    archive.search(words, DAILY)
    assert archive.list_days("daily") == (DAY,)


def test_hits_come_by_day_and_in_pages(archive):
    for ago in range(5):
        archive.put(digest_of((None, f"мектеп {ago}"), day=DAY - timedelta(days=ago)))
    first = archive.search("мектеп", DAILY, limit=2)
    second = archive.search("мектеп", DAILY, offset=2, limit=2)

    assert first.total == second.total == 5
    days_found = [hit.day for hit in (*first.hits, *second.hits)]
    assert days_found == [DAY - timedelta(days=ago) for ago in range(4)]


def test_a_story_that_is_gone_from_its_digest_is_not_found(archive):
    archive.put(digest_of((None, "мектеп"), (None, "аурухана")))
    archive.put(digest_of((None, "мектеп")))

    assert search_originals(archive, "аурухана") == []


def test_a_file_of_another_format_is_made_anew(tmp_path):
    path = tmp_path / "archive.sqlite"
    Archive(path).put(digest())
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")

    assert Archive(path).list_days("daily") == ()


def test_a_file_that_is_no_archive_is_named(tmp_path):
    path = tmp_path / "archive.sqlite"
    path.write_bytes(b"not a database at all, but long enough to look at" * 100)

    with pytest.raises(ArchiveError, match=r"archive\.sqlite"):
        Archive(path)


class Source:
    """A store that can be away."""

    def __init__(self, digests):
        self.digests, self.away, self.asked = {item.day: item for item in digests}, False, []

    def list_days(self, edition):
        if self.away:
            raise StoreError("gone")
        return sorted(self.digests, reverse=True) if edition == "daily" else []

    def load_digest(self, edition, day):
        self.asked.append(day)
        return self.digests[day]


def test_closed_digests_are_copied_once_and_open_ones_again(archive):
    source = Source(days(3))

    assert copy_digests(source, archive, ["daily", "state"]) == 3
    source.asked.clear()
    assert copy_digests(source, archive, ["daily", "state"]) == 0
    assert source.asked == [DAY]


def test_whatever_fails_digests_are_copied_again(archive):
    class Failing(Source):
        def list_days(self, edition):
            self.asked.append(edition)
            raise OSError(28, "No space left on device")

    source = Failing(days(1))
    with Refresher(source, archive, ["daily"], StillClock(), every_s=0.01):
        until(lambda: len(source.asked) > 2)


def test_when_the_store_is_away_the_copies_stay_and_it_is_known(archive):
    source, clock = Source(days(2)), StillClock()
    refresher = Refresher(source, archive, ["daily"], clock, every_s=60)
    refresher.refresh()
    since = archive.read_last_reached()
    source.away = True
    clock.at += timedelta(hours=1)
    refresher.refresh()

    assert refresher.lost
    assert archive.read_last_reached() == since
    assert archive.list_days("daily") == (DAY, DAY - timedelta(days=1))
    source.away = False
    refresher.refresh()
    assert not refresher.lost
    assert archive.read_last_reached() == clock.at


def test_a_copy_that_nobody_searches_lists_the_same_and_is_keyed_when_somebody_does(tmp_path):
    path = tmp_path / "archive.sqlite"
    forms = (("kk", ("Қостанай",)), ("ru", ("Костанай",)))
    named = Glossary([Name(english="Kostanay", kind="city", forms=forms)])
    unsearched = Archive(path, named, searched=False)
    unsearched.put(digest_of((None, "Қостанайда мектеп ашылды")))
    wanted = replace(DAILY, subject="kostanay")

    assert unsearched.search("мектеп", DAILY).total == 0
    assert unsearched.search("", wanted).total == unsearched.count_passing(wanted) == 1
    assert Archive(path, named).search("мектеп", DAILY).total == 1


def test_a_told_story_learns_from_the_archive_what_goes_on_with_it(archive):
    first, second, third = threaded()
    for made in (third, first, second):
        archive.put(made)

    later = archive.find_later("daily", first.day)
    [story_id] = later
    assert story_id == first.stories[0].id
    assert [mention.day for mention in later[story_id]] == [second.day, third.day]
    assert archive.find_later("daily", third.day) == {}
    bare = replace(third, revision=2, stories=third.stories[1:])
    archive.put(bare)
    assert [mention.day for mention in archive.find_later("daily", first.day)[story_id]] == [
        second.day
    ]
