"""Channels against real servers that keep to the contracts, and break off, stall and refuse."""

import io
import logging
import shutil
import socket
import ssl
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from aggregator.delivery.aitu import AituChannel
from aggregator.delivery.apprise import AppriseChannel
from aggregator.delivery.mail import MailChannel
from aggregator.delivery.telegram import TelegramChannel
from aggregator.errors import DeliveryError, InDoubtError, NotSentError, RefusedError
from tests.support.builders import digest
from tests.support.messengers import TOKEN, Messengers
from tests.support.ports import find_free_port
from tests.support.site import HOSTILE, StillClock, hostile

CLOSED = digest(40, closed=True)


@pytest.fixture
def server():
    with Messengers() as messengers:
        yield messengers


def telegram(server, token=TOKEN, timeout_s=0.6):
    return TelegramChannel(
        id="tg",
        token=token,
        chat="@d",
        stories=40,
        address="",
        clock=StillClock(),
        base=server.base,
        timeout_s=timeout_s,
    )


def aitu(server, token=TOKEN, timeout_s=0.6):
    return AituChannel(
        id="aitu",
        token=token,
        peer="CHANNEL",
        peer_id="6a7b",
        stories=40,
        address="",
        clock=StillClock(),
        base=f"{server.base}/aitu",
        timeout_s=timeout_s,
    )


def webhook(server, token="", timeout_s=0.6):
    query = f"?cto={timeout_s}&rto={timeout_s}"
    return AppriseChannel(
        id="hook", url=f"{server.base.replace('http', 'json')}/hook{query}", stories=40, address=""
    )


HTTP = pytest.mark.parametrize("make", [telegram, aitu, webhook])


@HTTP
def test_every_part_is_taken_as_it_is(server, make):
    channel = make(server)
    parts = channel.prepare(CLOSED).parts
    for part in parts:
        channel.send(part)

    assert len(parts) > 1
    for taken, part in zip(server.told, parts, strict=True):
        assert taken.strip() == part.text.strip()
    assert channel.prepare(CLOSED).parts == parts


@HTTP
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_digests_keep_the_contract(server, make, text):
    channel = make(server)
    for part in channel.prepare(hostile(text)).parts:
        channel.send(part)

    assert len(server.told) == 1


@HTTP
@pytest.mark.parametrize(
    ("step", "error"),
    [
        (429, NotSentError),
        (500, NotSentError),
        (503, NotSentError),
        (400, RefusedError),
        (403, RefusedError),
    ],
)
def test_an_answer_of_failure_says_what_to_do_next(server, make, step, error):
    server.plan = [step]
    channel = make(server)

    with pytest.raises(error) as caught:
        channel.send(channel.prepare(CLOSED).parts[0])
    assert TOKEN not in str(caught.value)
    assert server.told == []
    if step == 429 and make is not webhook:
        assert caught.value.retry_after_s == 7.0


@HTTP
@pytest.mark.parametrize("step", ["stall", "cut"])
def test_an_answer_that_never_comes_is_doubt(server, make, step):
    server.plan = [step]
    channel = make(server)

    with pytest.raises(InDoubtError) as caught:
        channel.send(channel.prepare(CLOSED).parts[0])
    assert TOKEN not in str(caught.value)


@HTTP
def test_no_connection_means_surely_not_sent(make):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))

        class Nobody:
            base = f"http://127.0.0.1:{taken.getsockname()[1]}"

        channel = make(Nobody)
        with pytest.raises(NotSentError) as caught:
            channel.send(channel.prepare(CLOSED).parts[0])
    assert TOKEN not in str(caught.value)


@contextmanager
def log_everything():
    """All that any logger sends up, as a program that logs at debug would print it."""
    out = io.StringIO()
    root = logging.getLogger()
    level = root.level
    handler = logging.StreamHandler(out)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize("step", [200, 403, 500, "cut"])
@HTTP
def test_no_piece_of_a_secret_reaches_a_log_an_error_or_a_screen(server, make, step):
    server.plan = [step]
    channel = make(server)
    if make is webhook:
        url = f"{server.base.replace('http', 'json')}/T00SECRET/B11%40SECRET?+X-Token=hush-hush"
        channel = replace(channel, url=url)
    part = channel.prepare(CLOSED).parts[0]
    error = ""
    with log_everything() as log:
        try:
            channel.send(part)
        except DeliveryError as caught:
            error = repr(caught)

    assert bool(error) == (step != 200)
    for text in (error, log.getvalue(), part.recipient):
        assert not any(piece in text for piece in (TOKEN, "T00SECRET", "B11", "hush-hush"))


@pytest.mark.parametrize("make", [telegram, aitu])
def test_a_wrong_token_is_refused_and_not_shown(server, make):
    channel = make(server, token="999:wrong")

    with pytest.raises(RefusedError, match="401") as caught:
        channel.send(channel.prepare(CLOSED).parts[0])
    assert "999:wrong" not in str(caught.value)


def test_a_server_that_is_not_telegram_is_recognised(server):
    channel = replace(telegram(server), base=f"{server.base}/elsewhere")

    with pytest.raises(RefusedError, match="is `base` right"):
        channel.send(channel.prepare(CLOSED).parts[0])


# Mail


class Inbox:
    """What came, and what to say to it."""

    def __init__(self):
        self.messages = []
        self.say = "250 taken"
        self.cut = False

    async def handle_RCPT(  # noqa: N802
        self, server, session, envelope, address, options
    ):
        if address.startswith("nobody"):
            return "550 no such user"
        if address.startswith("later"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server, session, envelope
    ):
        if self.cut:
            session.peer and server.transport.abort()
            return "250 too late"
        if self.say.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            self.messages.append((envelope.rcpt_tos, message))
        return self.say


def authenticate(server, session, envelope, mechanism, data):
    # handled=False: the server says 535 by itself.
    return AuthResult(success=data.login == b"u" and data.password == b"right", handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("mail")
    options = (
        "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-keyout key.pem -out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    command = ["openssl", "req", *options.split()]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def mail_server(inbox, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    class StartTls(Controller):
        def factory(self):
            return SMTP(
                self.handler,
                tls_context=context,
                require_starttls=True,
                auth_required=True,
                authenticator=authenticate,
            )

    controller = StartTls(inbox, hostname="localhost", port=find_free_port())
    controller.start()
    yield controller
    controller.stop()


def mail(server, certificate, **changes):
    trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    channel = MailChannel(
        id="list",
        host="localhost",
        port=server.port,
        tls="starttls",
        user="u",
        password="right",
        sender="digest@d.example",
        to=("a@a.example", "b@b.example"),
        unsubscribe="https://d.example/leave",
        stories=30,
        address="https://d.example/",
        timeout_s=2.0,
        trust=trust,
    )
    return replace(channel, **changes)


def test_each_recipient_gets_a_message_of_their_own(mail_server, inbox, certificate):
    channel = mail(mail_server, certificate)
    for part in channel.prepare(CLOSED).parts:
        channel.send(part)

    assert [to for to, _ in inbox.messages] == [["a@a.example"], ["b@b.example"]]
    _, message = inbox.messages[0]
    assert message["To"] == "a@a.example"
    assert message["Subject"] == "Kazakhstan, daily: Wednesday, 20 August 2025"
    assert message["List-Unsubscribe"] == "<https://d.example/leave>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"].endswith("@d.example>")
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "School opens in Astana" in text
    assert "School opens in Astana" in html
    assert "Астанада 40-мектеп ашылды" in html
    assert all(len(line) <= 998 for line in message.as_bytes().splitlines())


def test_a_message_loads_nothing_and_runs_nothing(mail_server, certificate):
    [part, _] = mail(mail_server, certificate).prepare(CLOSED).parts
    message = message_from_bytes(part.payload.encode(), policy=default)
    html = message.get_body(("html",)).get_content()

    for forbidden in ("<img", "<link", "<script", "<style", "@import", "url("):
        assert forbidden not in html
    assert len(html) < 100_000


def test_the_same_digest_makes_the_same_message(mail_server, certificate):
    channel = mail(mail_server, certificate)

    assert channel.prepare(CLOSED) == channel.prepare(CLOSED)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_mail_keeps_its_headers_and_its_parts(mail_server, inbox, certificate, text):
    channel = mail(mail_server, certificate, to=("a@a.example",))
    [part] = channel.prepare(hostile(text)).parts
    channel.send(part)

    [(to, message)] = inbox.messages
    assert to == ["a@a.example"]
    assert [item.get_content_type() for item in message.iter_parts()] == ["text/plain", "text/html"]
    assert "<script" not in message.get_body(("html",)).get_content()
    assert message.defects == []


@pytest.mark.parametrize(
    ("say", "error"),
    [("451 full", NotSentError), ("421 busy", NotSentError), ("554 spam", RefusedError)],
)
def test_what_the_server_says_decides(mail_server, inbox, certificate, say, error):
    inbox.say = say
    channel = mail(mail_server, certificate)

    with pytest.raises(error, match=say[:3]):
        channel.send(channel.prepare(CLOSED).parts[0])


def test_a_recipient_that_is_refused_or_put_off_is_noted_as_that(mail_server, certificate):
    channel = mail(mail_server, certificate, to=("nobody@a.example", "later@a.example"))
    refused, later = channel.prepare(CLOSED).parts

    with pytest.raises(RefusedError, match="no such user"):
        channel.send(refused)
    with pytest.raises(NotSentError, match="try again later"):
        channel.send(later)


def test_a_server_that_falls_silent_after_the_text_leaves_doubt(mail_server, inbox, certificate):
    inbox.cut = True
    channel = mail(mail_server, certificate)

    with pytest.raises(InDoubtError):
        channel.send(channel.prepare(CLOSED).parts[0])


def test_a_wrong_password_is_refused_and_not_shown(mail_server, certificate):
    channel = mail(mail_server, certificate, password="wrong-secret")

    with pytest.raises(RefusedError, match="user and password") as caught:
        channel.send(channel.prepare(CLOSED).parts[0])
    assert "wrong-secret" not in str(caught.value)


def test_a_certificate_of_nobody_known_is_refused(mail_server, inbox, certificate):
    channel = mail(mail_server, certificate, trust=None)

    with pytest.raises(RefusedError, match="TLS"):
        channel.send(channel.prepare(CLOSED).parts[0])
    assert inbox.messages == []


def test_a_server_that_is_away_or_says_nothing_got_nothing(certificate):
    class Away:
        port = find_free_port()

    channel = mail(Away, certificate)
    with pytest.raises(NotSentError, match="no connection"):
        channel.send(channel.prepare(CLOSED).parts[0])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        Away.port = silent.getsockname()[1]
        # Connections are made by the system and nobody answers them.
        channel = mail(Away, certificate, timeout_s=0.5, host="127.0.0.1")
        with pytest.raises(NotSentError, match="no connection"):
            channel.send(channel.prepare(CLOSED).parts[0])
