"""What is checkup wrong with a source, and the line that would mend it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.models import Feed, FeedItem, FetchResult, Outcome, Outlet, Redirect, Source
from aggregator.sources.check import check_source, is_full, propose_every
from aggregator.sources.report import write_json, write_report
from aggregator.sources.sample import PageSample, SourceSample

NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)
OUTLET = Outlet(id="dala", name="Дала", home="https://dala.example/")
SOURCE = Source(
    id="dala-kk",
    outlet=OUTLET,
    url="https://dala.example/rss",
    every=timedelta(minutes=30),
    languages=("kk",),
)
KAZAKH = "Елордада жаңа мектеп ашылды, онда мың екі жүз оқушы оқиды"
RUSSIAN = "В столице открылась новая школа, в ней будут учиться тысяча двести детей"


def items(count=12, text=KAZAKH, minutes=20, **changes):
    return tuple(
        replace(
            FeedItem(
                guid=f"g{n}",
                link=f"https://dala.example/{n}",
                title=f"{text} {n}",
                content=f"<p>{text}.</p>" * 13,
                published=NOW - timedelta(minutes=minutes * n),
            ),
            **changes,
        )
        for n in range(count)
    )


def make_sample(listed=(), source=SOURCE, outcome=Outcome.OK, redirects=()):
    result = FetchResult(
        url="https://new.example/rss", status=200, headers={}, body=b"", redirects=tuple(redirects)
    )
    feed = Feed(title="Дала", language="kk", items=tuple(listed)) if listed else None
    return SourceSample(
        source=source, outcome=outcome, detail="HTTP 404 Not Found", result=result, feed=feed
    )


def list_findings(checkup):
    return [(finding.grade, finding.key, finding.mend) for finding in checkup.findings]


def test_a_source_as_it_should_be_is_right():
    checkup = check_source(make_sample(items()), NOW)

    assert (checkup.grade, checkup.findings) == ("right", ())
    assert (checkup.items, checkup.dated, checkup.full, checkup.languages) == (
        12,
        12,
        12,
        {"kk": 12},
    )
    assert checkup.newest == NOW


def test_languages_that_are_not_declared_are_proposed():
    checkup = check_source(make_sample((*items(6), *items(6, RUSSIAN, guid="", link=""))), NOW)

    assert ("wrong", "languages", 'languages = ["kk", "ru"]') in list_findings(checkup)


def test_a_declared_language_that_is_not_there_is_pointed_out():
    checkup = check_source(make_sample(items(), replace(SOURCE, languages=("kk", "ru"))), NOW)

    assert ("look", "languages", 'languages = ["kk"]') in list_findings(checkup)
    assert checkup.grade == "look"


MOVED = 'url = "https://new.example/rss"'


@pytest.mark.parametrize(
    ("statuses", "grade", "mend"), [((301, 308), "look", MOVED), ((301, 302), "note", "")]
)
def test_an_address_that_moved_is_proposed_only_if_every_step_is_for_good(statuses, grade, mend):
    steps = [Redirect(f"https://old.example/{status}", status) for status in statuses]
    checkup = check_source(make_sample(items(), redirects=steps), NOW)

    assert list_findings(checkup) == [(grade, "url", mend)]


@pytest.mark.parametrize(
    ("outcome", "grade"),
    [
        (Outcome.NOT_FOUND, "wrong"),
        (Outcome.NOT_A_FEED, "wrong"),
        (Outcome.TIMEOUT, "look"),
        (Outcome.EMPTY, "look"),
    ],
)
def test_what_gives_no_articles_is_wrong_unless_it_passes_by_itself(outcome, grade):
    checkup = check_source(make_sample(outcome=outcome), NOW)

    assert checkup.grade == grade
    assert checkup.findings[0].words.startswith("HTTP 404 Not Found; ")


def test_teasers_silence_missing_dates_and_shared_links_are_told():
    teasers = check_source(make_sample(items(content="", summary="Қысқаша.")), NOW)
    silent = check_source(make_sample(items()), NOW + timedelta(days=20))
    dead = check_source(make_sample(items()), NOW + timedelta(days=90))
    undated = check_source(make_sample(items(published=None)), NOW)
    shared = check_source(make_sample(items(link="https://dala.example/")), NOW)

    assert ("note", "full_text", "") in list_findings(teasers)
    assert "newest item is 20 days old" in silent.findings[0].words
    assert (silent.grade, dead.grade) == ("look", "wrong")
    assert "12 of 12 items without a date" in undated.findings[0].words
    assert any("share a link" in finding.words for finding in shared.findings)


@pytest.mark.parametrize(
    ("wanted", "characters", "finding"),
    [
        (False, 2000, ("note", "full_text", "full_text = true")),
        (False, 50, ("note", "full_text", "")),
        (True, 0, ("wrong", "full_text", "full_text = false")),
    ],
)
def test_full_texts_are_proposed_only_if_a_page_gave_one_and_refused_where_it_does_not(
    wanted, characters, finding
):
    teasers = make_sample(items(content="", summary="Қысқаша."), replace(SOURCE, full_text=wanted))
    page = PageSample("https://dala.example/0", characters, f"{characters} characters")

    assert finding in list_findings(check_source(replace(teasers, page=page), NOW))


@pytest.mark.parametrize("kind", ["json", "page"])
@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("", "nothing is found to fill them"),
        ("https://dala.example/", "the list itself, or to the front page"),
        ("https://new.example/rss", "the list itself, or to the front page"),
        ("https://dala.example/news", "all have one link"),
        ("https://dala.example/%2Fkk%2Fnews%2F{}", "a path is filled in"),
        ("https://dala.example/https%3A%2F%2Fdala.example%2F{}", "an address is filled into"),
        ("https://dala.example/%25D0%25B0-{}", "was encoded before"),
        ("https://dala.example/толығырақ%20оқу%20{}", "words are taken for an address"),
        ("https://dala.example/{{slug}}/{}", "a place in braces is left unfilled"),
        ("https://dala.example/None/{}", "a value that says there is none"),
        ("https://dala.example/news?id=undefined&n={}", "a value that says there is none"),
        ("https://dala.example//news/{}", "two slashes"),
    ],
)
def test_links_that_come_out_broken_are_wrong(kind, link, words):
    listed = [replace(one, link=link.format(n)) for n, one in enumerate(items())]
    checkup = check_source(make_sample(listed, source=replace(SOURCE, kind=kind)), NOW)

    assert checkup.grade == "wrong"
    [said] = [one.words for one in checkup.findings if (one.grade, one.key) == ("wrong", "link")]
    assert words in said


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://dala.example/", "the list itself, or to the front page"),
        ("https://new.example/rss", "the list itself, or to the front page"),
        ("https://dala.example/news", "all have one link"),
        ("https://dala.example/rss/www.dala.example/{}", "an address stands within"),
        ("https://dala.example/https://dala.example/{}", "an address stands within"),
        ("https://dala.example/{{slug}}/{}", "a place in braces is left unfilled"),
        ("https://dala.example/None/{}", "a value that says there is none"),
    ],
)
def test_links_of_a_feed_that_lead_nowhere_are_looked_at(link, words):
    listed = [replace(one, link=link.format(n)) for n, one in enumerate(items())]
    checkup = check_source(make_sample(listed), NOW)

    assert checkup.grade == "look"
    assert any("come out broken" in one.words and words in one.words for one in checkup.findings)


@pytest.mark.parametrize(
    "link",
    [
        "https://dala.example/a%20b/{}",
        "https://dala.example//news/{}",
        "https://dala.example/go?to=https%3A%2F%2Fother.example%2F{}",
        "https://dala.example/go?to=https://www.other.example/{}",
        "https://dala.example/?id={}",
        "",
    ],
)
def test_links_of_a_feed_that_outlets_have_are_not_broken(link):
    listed = [replace(one, link=link.format(n)) for n, one in enumerate(items())]
    checkup = check_source(make_sample(listed), NOW)

    assert not any("come out broken" in one.words for one in checkup.findings)


@pytest.mark.parametrize("kind", ["json", "page", "feed"])
def test_links_as_outlets_have_them_are_right(kind):
    links = ("https://dala.example/kk/{}", "https://dala.example/?id={}&l=kk", "http://d.kz/#/n/{}")
    for link in links:
        listed = [replace(one, link=link.format(n)) for n, one in enumerate(items())]
        checkup = check_source(make_sample(listed, source=replace(SOURCE, kind=kind)), NOW)
        assert [one for one in checkup.findings if one.key == "link"] == []


def test_a_list_page_is_not_told_to_go_without_its_pages():
    """It has headlines alone."""
    teasers = make_sample(
        items(content="", summary=""), replace(SOURCE, kind="page", full_text=True)
    )
    page = PageSample("https://dala.example/0", 370, "370 characters")

    assert ("look", "full_text", "") in list_findings(
        check_source(replace(teasers, page=page), NOW)
    )


def test_a_list_that_turns_over_faster_than_it_is_polled_gets_a_shorter_time():
    checkup = check_source(
        make_sample(items(minutes=3), replace(SOURCE, every=timedelta(hours=6))), NOW
    )

    assert ("look", "every", 'every = "15m"') in list_findings(checkup)


def test_a_paused_source_that_works_may_go_on():
    assert ("note", "paused", "paused = false") in list_findings(
        check_source(make_sample(items(), replace(SOURCE, paused=True)), NOW)
    )


@pytest.mark.parametrize(("minutes", "wanted"), [(1, 15), (30, 30), (70, 60), (2000, 360)])
def test_the_time_between_polls_follows_the_pace_of_articles(minutes, wanted):
    feed = Feed(title="", language="", items=items(minutes=minutes))

    assert propose_every(feed, NOW) == timedelta(minutes=wanted)


def test_without_dates_there_is_no_pace():
    assert propose_every(Feed(title="", language="", items=items(published=None)), NOW) is None


def test_a_full_text_is_long_or_much_longer_than_its_teaser():
    item = items(1)[0]

    assert is_full(replace(item, content="x" * 700))
    assert is_full(replace(item, content="<p>" + "ab " * 40, summary="ab " * 10))
    assert not is_full(replace(item, content="", summary="ab " * 40))


def test_reports_hold_every_source_and_escape_what_would_break_a_table():
    checkups = [
        check_source(make_sample(items()), NOW),
        check_source(replace(make_sample(outcome=Outcome.NOT_A_FEED), detail="a | b <c>"), NOW),
    ]
    page = write_report(checkups, NOW, "1.0")
    document = write_json(checkups, NOW, "1.0")

    assert "2025-08-20 12:00 UTC, tilshi 1.0. 2 sources: 1 wrong, 0 look, 1 right." in page
    assert "a \\| b &lt;c>" in page
    assert page.splitlines()[-2].startswith("| [dala-kk](https://dala.example/rss) | wrong")
    assert '"format": "tilshi.source-check/1"' in document
