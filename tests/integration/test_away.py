"""Store and broker away: told once by mail without either, and over when they are back."""

import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from aggregator.errors import BrokerError
from aggregator.operations.away import Link, Look
from aggregator.operations.known import KnownFile
from aggregator.pipeline.away import AwayStep, tell_away
from tests.integration.test_notices import Inbox, find_free_port
from tests.support.clock import SettableClock
from tests.support.command import call_command
from tests.support.waiting import until
from workers.embedded import PrivateServer
from workers.link_watch import LinkWatch
from workers.links import look_at_broker, look_at_links, require_broker
from workers.loaded_config import load_config
from workers.outgoing import make_alert_channels
from workers.services import Services

NOBODY = "redis://127.0.0.1:9/1"
NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STORE = Look(link=Link.STORE, address="redis://s/0", error="ConnectionError: refused")
CATALOGUE = (
    '[[outlet]]\nid = "oo"\nname = "O"\nhome = "https://o.example/"\n'
    '[[outlet.source]]\nid = "ss"\nurl = "https://o.example/rss"\npaused = true\n'
)


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def environ(tmp_path, inbox):
    """Give the settings of a newsroom whose operator gets mail."""
    mail = Controller(inbox, hostname="127.0.0.1", port=find_free_port())
    mail.start()
    (tmp_path / "sources.toml").write_text(CATALOGUE)
    (tmp_path / "channels.toml").write_text(
        '[[channel]]\nid = "ops"\nkind = "mail"\nhost = "127.0.0.1"\ntls = "none"\nalerts = true\n'
        f'port = {mail.port}\nsender = "d@d.example"\nto = ["one@a.example", "two@a.example"]\n'
    )
    yield {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_SOURCES_FILE": str(tmp_path / "sources.toml"),
        "TILSHI_DELIVER_FILE": str(tmp_path / "channels.toml"),
        "TILSHI_STORE_URL": PrivateServer(tmp_path).url,
    }
    mail.stop()


def list_mails(inbox):
    """Return what each recipient got, and forget it."""
    mails = [
        (to, message_from_bytes(content, policy=default).get_content().strip())
        for [to], content in inbox.messages
    ]
    inbox.messages.clear()
    assert [text for to, text in mails if to == "one@a.example"] == [
        text for to, text in mails if to == "two@a.example"
    ]
    return [text for to, text in mails if to == "one@a.example"]


def test_what_is_away_is_told_once_without_it_and_the_first_word_after_names_it(
    tmp_path, environ, inbox
):
    alone = environ | {"TILSHI_BROKER_URL": NOBODY}

    def send(settings):
        done = call_command("alerts", "--send", environ=settings, folder=tmp_path)
        assert "Traceback" not in done.stderr
        return done.returncode, " ".join(done.stdout.split()), list_mails(inbox)

    with PrivateServer(tmp_path):
        assert send(environ) == (0, "nothing is wrong", [])
        code, said, [mail] = send(alone)
        assert code == 1
        assert "broker away" in said
        assert mail.startswith("Alert: the broker does not answer since")
        assert NOBODY in mail
        shown = call_command("status", environ=alone, folder=tmp_path).stdout
        assert "broker away" in shown

    # The store is gone too.
    code, said, mails = send(alone)
    assert code == 1
    assert "the store does not answer since" in said
    assert "it last answered" in said
    assert mails[0].startswith("Alert: the store does not answer since")
    assert send(alone)[::2] == (1, []), "told once"
    status = call_command("status", environ=alone, folder=tmp_path)
    assert status.returncode == 1
    assert "it was found away at" in status.stderr

    with PrivateServer(tmp_path):
        code, said, mails = send(environ)
        assert (code, said) == (0, "nothing is wrong")
        assert {mail.partition(",")[0] for mail in mails} == {
            "Over: store away",
            "Over: broker away",
        }
        assert all("does not answer since" in mail for mail in mails)
        assert send(environ)[2] == []


class FailingWatch(LinkWatch):
    """Cannot look, at first."""

    looks = 0

    def look(self):
        self.looks += 1
        if self.looks == 1:
            raise OSError(24, "Too many open files")


def test_whatever_fails_links_are_looked_at_again(environ):
    with FailingWatch(Services(load_config(environ, None)), print, every_s=0.01) as watch:
        until(lambda: watch.looks > 2)


def test_what_keeps_everything_running_says_at_once_and_tells_when_it_lasts(
    tmp_path, environ, inbox
):
    services = Services(load_config(environ, None))
    said = []
    watch = LinkWatch(services, said.append)
    with PrivateServer(tmp_path):
        watch.look()
        assert said == []
    watch.look()
    watch.look()
    assert len(said) == 1
    assert said[0].startswith("the store is away (unix://")
    assert list_mails(inbox) == [], "it may only start anew"
    watch.look()
    watch.look()
    [mail] = list_mails(inbox)
    assert mail.startswith("Alert: the store, which is the broker too, does not answer since")

    with PrivateServer(tmp_path):
        services.store.check()
        watch.look()
        assert said[1:] == [said[-1]]
        assert "the store is back" in said[-1]
        [mail] = list_mails(inbox)
        assert mail.startswith("Over: store away")
        watch.look()
        assert list_mails(inbox) == []
    services.close()


def test_who_was_put_off_is_told_later_and_the_others_not_again(tmp_path, environ, inbox):
    clock = SettableClock(NOW)
    services = Services(load_config(environ, None), clock=clock)
    step = AwayStep(
        known=KnownFile(tmp_path / "data", "tilshi"),
        channels=make_alert_channels(services),
        clock=clock,
    )
    inbox.refuse = {"two@a.example": "451 later"}
    [alert] = tell_away(step, [STORE])
    assert alert.raised == NOW
    assert [to for [to], _ in inbox.messages] == ["one@a.example"]

    inbox.refuse = {}
    clock.moment = NOW + MINUTE / 2
    tell_away(step, [STORE])
    assert len(inbox.messages) == 1, "a minute is waited"
    clock.moment = NOW + MINUTE
    assert tell_away(step, [STORE]) == [alert]
    assert [to for [to], _ in inbox.messages] == ["one@a.example", "two@a.example"]
    clock.moment = NOW + 9 * MINUTE
    tell_away(step, [STORE])
    assert len(inbox.messages) == 2


def test_a_broker_that_lets_in_and_says_nothing_is_given_up_in_time(environ):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for scheme in ("amqp", "redis"):
            url = f"{scheme}://me:s3cr3t@127.0.0.1:{port}/0"
            settings = load_config(environ | {"TILSHI_BROKER_URL": url}, None).settings
            look = look_at_broker(settings)
            assert look.error
            assert "s3cr3t" not in f"{look}"


def test_a_command_that_needs_the_broker_says_that_it_is_away(tmp_path, environ):
    with PrivateServer(tmp_path):
        url = "amqp://me:s3cr3t@127.0.0.1:9//"
        alone = environ | {"TILSHI_BROKER_URL": url}
        done = call_command("run", environ=alone, folder=tmp_path)

    assert done.returncode == 1
    assert "broker.url (TILSHI_BROKER_URL) = amqp://me:***@127.0.0.1:9//: expected" in done.stderr


def test_one_server_is_looked_at_once(tmp_path, environ):
    with PrivateServer(tmp_path) as server:
        settings = load_config(environ | {"TILSHI_BROKER_URL": server.broker_url}, None).settings
        [look] = look_at_links(settings)
        assert (look.link, look.error, look.shared) == (Link.STORE, "", True)
        require_broker(settings)
    with pytest.raises(BrokerError):
        require_broker(load_config(environ | {"TILSHI_BROKER_URL": NOBODY}, None).settings)
