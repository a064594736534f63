"""What a mail says of a story beyond its own words, and what is done about a server's answers."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_string, policy

import pytest

from aggregator.delivery.channel import Part
from aggregator.delivery.mail import MailChannel
from aggregator.delivery.parts import find_no_page
from aggregator.errors import InDoubtError, NotSentError, RefusedError
from tests.support.site import threaded

CHANNEL = MailChannel(
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
)


def story_page(edition, day, story):
    return f"https://d.example/{edition}/{day}/{story}.html"


@pytest.mark.parametrize("page", [find_no_page, story_page], ids=["no page", "a page"])
def test_a_mail_says_what_a_story_goes_on_with_and_where_outlets_differ(page):
    channel = replace(CHANNEL, story_page=page)
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


WELL = {
    "": "220 hello",
    "EHLO": "250-hello\r\n250-STARTTLS\r\n250 AUTH PLAIN",
    "STARTTLS": "220 go",
    "DATA": "354 go on",
    ".": "250 taken",
}


def read_text(lines):
    while lines.readline() not in (b".\r\n", b""):
        pass


@contextmanager
def serve(answers):
    """Serve one connection by these answers, by command; None ends the connection."""
    said = {**WELL, **answers}

    def answer(server):
        connection, _ = server.accept()
        connection.settimeout(5)
        with connection, connection.makefile("rwb") as lines:
            word = ""
            while (reply := said.get(word, "250 well")) is not None:
                lines.write(reply.encode() + b"\r\n")
                lines.flush()
                if reply == "354 go on":
                    read_text(lines)
                    word = "."
                    continue
                line = lines.readline()
                # Whoever is to speak TLS now hears nothing more.
                if not line or word == "STARTTLS":
                    return
                word = line.decode().split()[0].upper()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize(
    ("answers", "tls", "error", "for_all"),
    [
        ({"": "421 busy"}, "none", NotSentError, True),
        ({"": "554 go away"}, "none", RefusedError, None),
        ({"": "what?"}, "none", NotSentError, True),
        ({"": None}, "none", NotSentError, True),
        ({"STARTTLS": "454 TLS not available"}, "starttls", NotSentError, True),
        ({"STARTTLS": "220 go"}, "starttls", NotSentError, True),
        ({"": None}, "implicit", NotSentError, True),
        ({"AUTH": "454 4.7.0 Temporary authentication failure"}, "none", NotSentError, True),
        ({"AUTH": "421 4.7.0 too many logins"}, "none", NotSentError, True),
        ({"AUTH": "535 wrong"}, "none", RefusedError, None),
        ({"AUTH": "534 5.7.9 use another password"}, "none", RefusedError, None),
        ({"MAIL": "451 too much of you"}, "none", NotSentError, True),
        ({"MAIL": "550 not you"}, "none", RefusedError, None),
        ({"RCPT": "452 mailbox full"}, "none", NotSentError, False),
        ({"RCPT": "421 later"}, "none", NotSentError, False),
        ({"RCPT": "550 no such user"}, "none", RefusedError, None),
        ({"RCPT": None}, "none", NotSentError, False),
        ({"DATA": "451 later"}, "none", NotSentError, False),
        ({".": "451 greylisted"}, "none", NotSentError, False),
        ({".": "554 spam"}, "none", RefusedError, None),
        ({".": "what?"}, "none", InDoubtError, None),
        ({".": None}, "none", InDoubtError, None),
    ],
)
def test_what_a_server_says_and_when_decides(answers, tls, error, for_all):
    with serve(answers) as port:
        user = "u" if "AUTH" in answers else ""
        channel = replace(CHANNEL, port=port, tls=tls, user=user, password="p", timeout_s=3.0)
        with pytest.raises(error) as caught:
            channel.send(Part("k", "reader@r.example", "t", "Subject: t\r\n\r\nt\r\n"))

    assert getattr(caught.value, "for_all", None) is for_all


def test_recipients_of_a_mail_wait_for_none_before_them():
    channel = replace(CHANNEL, to=("a@r.example", "b@r.example"))

    assert not channel.prepare(threaded()[-1]).in_order
