"""What a mail says of a story beyond its own words."""

from email import message_from_string, policy

import pytest

from aggregator.delivery.mail import MailChannel
from aggregator.delivery.parts import find_no_page
from tests.support.site import threaded


def story_page(edition, day, story):
    return f"https://d.example/{edition}/{day}/{story}.html"


@pytest.mark.parametrize("page", [find_no_page, story_page], ids=["no page", "a page"])
def test_a_mail_says_what_a_story_goes_on_with_and_where_outlets_differ(page):
    channel = MailChannel(
        id="mail",
        host="127.0.0.1",
        port=25,
        tls="none",
        user="",
        password="",
        sender="digest@d.example",
        to=("reader@r.example",),
        unsubscribe="",
        stories=9,
        address="",
        story_page=page,
    )
    last = threaded()[-1]
    [part] = channel.prepare(last).parts
    message = message_from_string(part.payload, policy=policy.default)
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()

    mention = last.stories[0].thread[0]
    assert "earlier: 19 August, School opens in Astana; and 1 before it" in " ".join(text.split())
    assert "Outlets differ: injured: 12" in html
    link = f'<a href="{story_page("daily", mention.day, mention.story)}"'
    assert (link in html) == (page is story_page)
    assert "Earlier: 19 August," in html
