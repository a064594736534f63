"""Notices to operators over real servers: Telegram, Aitu, a webhook by Apprise, mail that shows nobody to another."""

import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from aggregator.clock import SystemClock
from aggregator.delivery.aitu import AituChannel
from aggregator.delivery.apprise import AppriseChannel
from aggregator.delivery.mail import MailChannel
from aggregator.delivery.telegram import TelegramChannel
from aggregator.models import Alert, AlertKind
from aggregator.operations.alerts import Bounds
from aggregator.pipeline.alert import AlertStep, send_notices
from aggregator.store.redis import Store
from aggregator.store.retention import Retention
from tests.support.messengers import TOKEN, Messengers
from tests.support.redis import private_redis
from tests.support.site import StillClock

KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=9999)
)
TEXT = 'Alert: source <a & b> fails, 🙂 "quoted" and Ұзақ'  # fmt: skip
TO = ("one@a.example", "two@b.example", "three@c.example")


class Inbox:
    """
    What came: envelope's recipients and message.

    Refuses whoever it is told to, with what it is told to say.
    """

    def __init__(self):
        self.messages, self.refuse = [], {}

    async def handle_RCPT(  # noqa: N802
        self, server, session, envelope, address, options
    ):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server, session, envelope
    ):
        self.messages.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def mail(inbox):
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield MailChannel(
        id="mail", host="127.0.0.1", port=controller.port, tls="none", user="", password="",
        sender="digest@d.example", to=TO, unsubscribe="", stories=30, address="", timeout_s=5.0,
    )  # fmt: skip
    controller.stop()


@pytest.fixture
def store():
    with private_redis() as server:
        found = Store(server.url, namespace="t", clock=SystemClock(), retention=KEPT)
        found.check()
        alert = Alert(kind=AlertKind.CANARY_LATE, subject="", text="t", raised=datetime.now(UTC))
        found.notices.change([alert], [], [TEXT])
        yield found
        found.close()


def told_by(store, *tellers, later=timedelta()):
    step = AlertStep(
        store=store,
        sources=(),
        editions=(),
        zone="Asia/Almaty",
        bounds=Bounds(),
        channels=tellers,
        wanted=True,
    )
    return send_notices(step, token="w", now=datetime.now(UTC) + later)


def test_every_messenger_is_told_once_and_in_its_own_form(store):
    with Messengers() as server:
        tellers = (
            TelegramChannel(
                id="tg", token=TOKEN, chat="@d", stories=4, address="", clock=StillClock(), base=server.base
            ),
            AituChannel(
                id="aitu", token=TOKEN, peer="CHANNEL", peer_id="6a7b", stories=4, address="", clock=StillClock(),
                base=f"{server.base}/aitu",
            ),
            AppriseChannel(
                id="hook", url=f"{server.base.replace('http', 'json')}/hook?cto=5&rto=5", stories=4, address=""
            ),
        )  # fmt: skip
        assert told_by(store, *tellers) == 3
        assert told_by(store, *tellers) == 0
        told = server.told

    # Telegram's is HTML, which its server read; the others are plain.
    assert "&lt;a &amp; b&gt;" in told[0]
    assert told[1:] == [TEXT, TEXT]
    assert store.notices.waiting() == 0


def test_no_recipient_of_a_mail_sees_another(store, mail, inbox):
    assert told_by(store, mail) == 3
    assert told_by(store, mail) == 0

    assert [to for to, _ in inbox.messages] == [[address] for address in TO]
    names = set()
    for (to, content), address in zip(inbox.messages, TO, strict=True):
        message = message_from_bytes(content, policy=default)
        assert message["To"] == address == to[0]
        assert not any(other.encode() in content for other in TO if other != address)
        assert message["Subject"] == TEXT
        assert message.get_content().strip() == TEXT
        assert abs(message["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)
        assert message["Auto-Submitted"] == "auto-generated"
        names.add(message["Message-ID"])
    assert len(names) == 3


def test_one_who_is_refused_or_put_off_keeps_nobody_else_from_being_told(store, mail, inbox):
    inbox.refuse = {TO[0]: "550 no such user", TO[1]: "451 later"}
    assert told_by(store, mail) == 1
    assert [to for to, _ in inbox.messages] == [[TO[2]]]
    assert store.notices.waiting() == 1, "one is tried again"


def test_who_was_put_off_is_told_later_and_the_others_not_again(store, mail, inbox):
    inbox.refuse = {TO[1]: "451 later"}
    # Told again at once by a clock of the caller's that stands a minute back.
    assert told_by(store, mail, later=timedelta(minutes=-2)) == 2
    inbox.refuse = {}
    assert told_by(store, mail) == 1

    assert sorted(to for to, _ in inbox.messages) == sorted([address] for address in TO)
    assert store.notices.waiting() == 0
