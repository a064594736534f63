"""What is certain of a withheld headline stands in its place, everywhere, marked as what it is."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.delivery.parts import PLAIN, TELEGRAM, cut_messages
from aggregator.digest.layout import lay_out_digest
from aggregator.digest.mentions import mention_story
from aggregator.digest.reader import ReadingPlace, draw_screen
from aggregator.digest.render.html import render_html
from aggregator.digest.render.markdown import render_markdown
from aggregator.digest.render.text import render_text
from aggregator.digest.templating import make_environment
from aggregator.digest.words import ONLY_CERTAIN, mention_language, mention_line
from aggregator.models import Digest, Passage, Translation
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.models.flag import Flag, Reason
from aggregator.web.app import make_app
from tests.support.builders import DAY, digest
from tests.support.site import HOSTILE, ask_api, renderer

LINE = "Petropavl · 38 million cubic metres"
TITLE = "Петропавлда 38 миллион текше метр су жиналды"


def withheld(certain: str = LINE, *, size: int = 30) -> Digest:
    """One story whose headline and lead have no English."""
    made = digest(1)
    story = made.stories[0]
    unsure = (Flag(Reason.UNSURE),)
    headline = Translation(source=TITLE, english=None, flags=unsure, certain=certain)
    lead = Translation(source="Су көп.", english=None, flags=unsure)
    shown = replace(
        story,
        headline=Passage(segments=(headline,)),
        lead=Passage(segments=(lead,)),
        articles=(replace(story.best, title=TITLE),),
    )
    return replace(made, stories=(shown,), size=size)


def find_page(tmp_path, address: str, made: Digest) -> str:
    return renderer(tmp_path, made).find(address).body.decode()


@pytest.mark.parametrize("size", [30, 0], ids=["in full", "in brief"])
def test_pages_and_files_show_it_with_its_mark_and_the_original(tmp_path, size):
    made = withheld(size=size)
    for page in (render_html(made), find_page(tmp_path, f"daily/{DAY}.html", made)):
        assert LINE in page
        assert ONLY_CERTAIN in page
        assert page.index(LINE) < page.index(TITLE)


def test_a_story_page_has_it_as_its_heading(tmp_path):
    made = withheld()
    page = find_page(tmp_path, f"daily/{DAY}/{made.stories[0].id}.html", made)

    assert f"<h1>{LINE}</h1>" in page
    assert f"<title>{LINE}" in page
    assert page.index(LINE) < page.index(ONLY_CERTAIN) < page.index(TITLE)


def test_a_list_of_many_days_shows_it_with_its_mark_and_the_original(tmp_path):
    page = find_page(tmp_path, "daily/outlet/outlet-1/", withheld())

    assert page.index(LINE) < page.index(ONLY_CERTAIN) < page.index(TITLE)


def test_what_is_printed_shows_it_with_its_mark_and_the_original():
    made = withheld()
    screen = draw_screen(made, ReadingPlace(), width=80, height=24, color=False)
    for text in (render_markdown(made), render_text(made, width=120), screen):
        assert LINE in text
        assert ONLY_CERTAIN in text
        assert TITLE in text


def test_one_line_of_many_names_the_language():
    made = withheld(size=0)
    assert f"{LINE} [kk]" in render_text(made, width=120)
    assert f"{LINE} \\[kk\\]" in render_markdown(made)


@pytest.mark.parametrize("dialect", [PLAIN, TELEGRAM])
def test_messages_show_it_with_its_mark_and_the_original(dialect):
    sent = "\n".join(cut_messages(withheld(), dialect, limit=2000, stories=10))
    assert sent.index(LINE) < sent.index(ONLY_CERTAIN) < sent.index(TITLE)


def test_titles_in_feeds_begin_with_the_language(tmp_path):
    feed = json.loads(find_page(tmp_path, "daily/stories.json", withheld()))
    item = feed["items"][0]
    assert item["title"] == f"[kk] {LINE}"
    assert ONLY_CERTAIN in item["content_html"]
    assert TITLE in item["content_html"]


def test_without_it_the_original_stands_as_before(tmp_path):
    made = withheld("")
    page = find_page(tmp_path, f"daily/{DAY}.html", made)
    assert ONLY_CERTAIN not in page
    assert TITLE in page


def test_a_lead_gives_it_where_the_headline_has_none():
    made = withheld("")
    story = made.stories[0]
    lead = replace(story.lead.segments[0], certain="5 houses")
    assert replace(story, lead=Passage(segments=(lead,))).certain == "5 houses"
    told = replace(lead, english="Five houses burned.", certain="")
    assert replace(story, lead=Passage(segments=(told,))).certain == ""


def test_a_digest_of_before_reads_back_without_it():
    made = withheld("")
    stored = json.loads(write_digest(made))
    for part in ("headline", "lead"):
        for segment in stored["stories"][0][part]["segments"]:
            del segment["certain"]
    assert read_digest(json.dumps(stored)) == made


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_store_holds_in_its_place_does_nothing(tmp_path, text):
    made = withheld(f"{text}<img src=x onerror=alert(1)>")
    for page in (render_html(made), find_page(tmp_path, f"daily/{DAY}.html", made)):
        assert "<img src=x" not in page


def test_mail_shows_it_with_its_mark_and_the_original():
    made = withheld()
    template = make_environment("aggregator.delivery").get_template("mail.html.j2")
    page = template.render(digest=made, layout=lay_out_digest(made), left=0, address="")
    assert page.index(LINE) < page.index(ONLY_CERTAIN) < page.index(TITLE)


LEAD = "Exchange rate of the dollar · 538.4 tenge"


def lead_withheld() -> Digest:
    """A story whose headline has English and whose lead has none."""
    made = digest(1)
    story = made.stories[0]
    source = Translation(source="Доллар 538,4 теңге болды.", english=None, certain=LEAD)
    return replace(made, stories=(replace(story, lead=Passage(segments=(source,))),))


def test_a_lead_without_english_is_followed_by_what_is_certain_of_it(tmp_path):
    made = lead_withheld()
    screen = draw_screen(made, ReadingPlace(), width=90, height=30, color=False)
    page = find_page(tmp_path, f"daily/{DAY}.html", made)
    texts = [render_html(made), page, render_markdown(made), render_text(made, width=120), screen]
    for text in texts:
        assert text.index("Доллар 538,4 теңге") < text.index(LEAD) < text.index(ONLY_CERTAIN)


def test_what_the_headline_says_is_not_said_again():
    made = withheld()
    story = made.stories[0]
    same = replace(story.lead.segments[0], certain=LINE)
    assert replace(story, lead=Passage(segments=(same,))).certain_lead == ""
    other = replace(story.lead.segments[0], certain=LEAD)
    assert replace(story, lead=Passage(segments=(other, other))).certain_lead == LEAD


def gone_on_with() -> Digest:
    """A story with English that goes on with one that had none the day before."""
    before = withheld()
    yesterday = replace(before, day=DAY - timedelta(days=1))
    mention = mention_story(yesterday, yesterday.stories[0])
    made = digest(1)
    stories = (replace(made.stories[0], thread=(mention,)),)
    return replace(made, stories=stories, closed=True)


def test_a_thread_names_a_story_without_english_by_it(tmp_path):
    made = gone_on_with()
    page = f"daily/{DAY}/{made.stories[0].id}.html"
    template = make_environment("aggregator.delivery").get_template("mail.html.j2")
    mail = template.render(
        digest=made,
        layout=lay_out_digest(made),
        left=0,
        address="",
        story_page=lambda *_: "",
    )
    screen = draw_screen(made, ReadingPlace(), width=120, height=30, color=False)
    shown = [
        *(find_page(tmp_path, address, made) for address in (f"daily/{DAY}.html", page)),
        *(find_page(tmp_path, f"daily/{kind}.json", made) for kind in ("stories", "digests")),
        render_html(made),
        render_text(made, width=200),
        render_markdown(made).replace("\\", ""),
        mail,
        screen,
        *cut_messages(made, PLAIN, limit=4000, stories=9),
    ]
    for text in shown:
        assert f"{LINE} [kk]" in text
        assert TITLE not in text


def test_a_reader_of_the_api_sees_both(tmp_path):
    made = gone_on_with()
    app = make_app(renderer(tmp_path, made), lambda: (1, ""))
    [answer] = ask_api(app, [f"digests/{DAY}/stories"])
    [mention] = answer.json()["items"][0]["thread"]
    assert (mention["headline"], mention["certain"]) == (TITLE, LINE)


def test_a_thread_of_before_reads_back_without_it():
    made = gone_on_with()
    stored = json.loads(write_digest(made))
    del stored["stories"][0]["thread"][0]["certain"]
    [mention] = read_digest(json.dumps(stored)).stories[0].thread
    assert (mention_line(mention), mention_language(mention)) == (TITLE, "kk")
