"""
Notices to operators over real servers: Telegram, Aitu, a webhook by Apprise, mail.

Mail shows no recipient to another.
"""

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
from tests.support.ports import find_free_port
from tests.support.redis import private_redis
from tests.support.site import StillClock

KEPT = Retention(
    articles=timedelta(days=30), identity=timedelta(days=90), digests=timedelta(days=9999)
)
TEXT = 'Alert: source <a & b> fails, 🙂 "quoted" and Ұзақ'  # fmt: skip
RECIPIENTS = ("one@a.example", "two@b.example", "three@c.example")


class Inbox:
    """
    What came: envelope's recipients and message.

    Refuses the addresses of ``refuse``, with the answers there.
    """

    def __init__(self):
        self.messages = []
        self.refuse = {}

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


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def mail(inbox):
    controller = Controller(inbox, hostname="127.0.0.1", port=find_free_port())
    controller.start()
    yield MailChannel(
        id="mail",
        host="127.0.0.1",
        port=controller.port,
        tls="none",
        user="",
        password="",
        sender="digest@d.example",
        to=RECIPIENTS,
        unsubscribe="",
        stories=30,
        address="",
        timeout_s=5.0,
    )
    controller.stop()


@pytest.fixture
def store():
    with private_redis() as server:
        store = Store(server.url, namespace="t", clock=SystemClock(), retention=KEPT)
        store.check()
        alert = Alert(kind=AlertKind.CANARY_LATE, subject="", text="t", raised=datetime.now(UTC))
        store.notices.change_alerts([alert], [], [TEXT])
        yield store
        store.close()


def send_by(store, *channels, later=timedelta()):
    step = AlertStep(
        store=store,
        sources=(),
        editions=(),
        zone="Asia/Almaty",
        bounds=Bounds(),
        channels=channels,
        wanted=True,
    )
    return send_notices(step, token="w", now=datetime.now(UTC) + later)


def test_every_messenger_gets_a_notice_once_and_in_its_own_form(store):
    with Messengers() as server:
        telegram = TelegramChannel(
            id="tg",
            token=TOKEN,
            chat="@d",
            stories=4,
            address="",
            clock=StillClock(),
            base=server.base,
        )
        aitu = AituChannel(
            id="aitu",
            token=TOKEN,
            peer="CHANNEL",
            peer_id="6a7b",
            stories=4,
            address="",
            clock=StillClock(),
            base=f"{server.base}/aitu",
        )
        webhook = AppriseChannel(
            id="hook",
            url=f"{server.base.replace('http', 'json')}/hook?cto=5&rto=5",
            stories=4,
            address="",
        )
        assert send_by(store, telegram, aitu, webhook) == 3
        assert send_by(store, telegram, aitu, webhook) == 0
        [html, *plain] = server.told

    # Telegram's is HTML, which its server read; the others are plain.
    assert "&lt;a &amp; b&gt;" in html
    assert plain == [TEXT, TEXT]
    assert store.notices.count_waiting() == 0


def test_no_recipient_of_a_mail_sees_another(store, mail, inbox):
    assert send_by(store, mail) == 3
    assert send_by(store, mail) == 0

    assert [tuple(to) for to, _ in inbox.messages] == list(zip(RECIPIENTS, strict=True))
    names = set()
    for (to, content), address in zip(inbox.messages, RECIPIENTS, strict=True):
        message = message_from_bytes(content, policy=default)
        assert message["To"] == address == to[0]
        assert not any(other.encode() in content for other in RECIPIENTS if other != address)
        assert message["Subject"] == TEXT
        assert message.get_content().strip() == TEXT
        assert abs(message["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)
        assert message["Auto-Submitted"] == "auto-generated"
        names.add(message["Message-ID"])
    assert len(names) == 3


def test_one_who_is_refused_or_put_off_keeps_no_notice_from_the_others(store, mail, inbox):
    inbox.refuse = {RECIPIENTS[0]: "550 no such user", RECIPIENTS[1]: "451 later"}
    assert send_by(store, mail) == 1
    assert [to for to, _ in inbox.messages] == [[RECIPIENTS[2]]]
    assert store.notices.count_waiting() == 1, "one is tried again"


def test_who_was_put_off_gets_it_later_and_the_others_not_again(store, mail, inbox):
    inbox.refuse = {RECIPIENTS[1]: "451 later"}
    # Sent again at once by a clock of the caller's that stands a minute back.
    assert send_by(store, mail, later=timedelta(minutes=-2)) == 2
    inbox.refuse = {}
    assert send_by(store, mail) == 1

    addresses = [address for to, _ in inbox.messages for address in to]
    assert sorted(addresses) == sorted(RECIPIENTS)
    assert store.notices.count_waiting() == 0
