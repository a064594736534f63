"""``channels.toml``: read, or every fault in it named, and no secret shown."""

from datetime import time

import pytest

from aggregator.delivery.aitu import AituChannel
from aggregator.delivery.apprise import AppriseChannel
from aggregator.delivery.channel import AlertChannel
from aggregator.delivery.channels import KINDS, read_channels
from aggregator.delivery.folder import FolderChannel
from aggregator.delivery.kind import ChannelContext
from aggregator.delivery.mail import MailChannel
from aggregator.delivery.telegram import TelegramChannel
from aggregator.errors import ConfigError
from config.secrets import read_secret
from tests.support.site import StillClock

GOOD = {
    "telegram": 'token = "env:BOT"\nchat = "@digest"\n',
    "aitu": 'token = "file:/run/bot"\npeer = "CHANNEL"\npeer_id = '
    '"6a7b8c9d-0000-4000-8000-123456789abc"\n',
    "apprise": 'url = "env:HOOK"\n',
    "mail": 'host = "mail.example"\nuser = "u"\npassword = "env:MAIL"\nsender = "d@d.example"\nto '
    '= ["a@a.example"]\n',
    "folder": 'folder = "/srv/www"\n',
}
MADE = {
    "telegram": TelegramChannel,
    "aitu": AituChannel,
    "apprise": AppriseChannel,
    "mail": MailChannel,
    "folder": FolderChannel,
}


def write_channel(kind, more=""):
    return f'[[channel]]\nid = "mine"\nkind = "{kind}"\n{GOOD[kind]}{more}'


def read(text):
    return read_channels(text, "channels.toml", ["daily", "state"])


def list_faults(text):
    with pytest.raises(ConfigError) as caught:
        read(text)
    return [str(fault) for fault in caught.value.faults]


def make_context():
    return ChannelContext(
        secret=lambda reference: f"secret of {reference}",
        clock=StillClock(),
        address=lambda edition: f"https://d.example/{edition}/",
        story_page=lambda edition, day, story: f"https://d.example/{edition}/{day}/{story}.html",
        write_site=lambda folder: 3,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_made(kind):
    keys = 'edition = "state"\nat = "08:30"\nstories = 5\nin_doubt = "repeat"\n'
    [plan] = read(write_channel(kind, keys))
    channel = plan.make(make_context())

    assert isinstance(channel, MADE[kind])
    assert (plan.edition, plan.at) == ("state", time(8, 30))
    assert plan.repeat_in_doubt
    assert channel.id == "mine"
    assert len(plan.secrets) == (kind != "folder")


def test_what_is_left_out_has_its_default():
    [plan] = read(write_channel("mail"))
    channel = plan.make(make_context())

    assert (plan.edition, plan.at, plan.repeat_in_doubt) == ("daily", None, False)
    assert (channel.tls, channel.port, channel.password) == ("starttls", 587, "secret of env:MAIL")

    [folder] = read(write_channel("folder"))
    assert folder.repeat_in_doubt, "a folder written twice is the same folder"


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        ("telegram", "env:BOT", "12345:very-secret", '"env:NAME"'),
        ("telegram", "env:BOT", "env:TILSHI_BOT", "not beginning with TILSHI_"),
        ("telegram", "@digest", "digest", 'a number or "@name"'),
        ("aitu", "CHANNEL", "ROOM", "one of CHANNEL, GROUP, USER"),
        ("apprise", "env:HOOK", "slack://very-secret", '"env:NAME"'),
        ("mail", '"a@a.example"', '"a@a.example", "a@a.example"', "each once"),
        ("mail", '"a@a.example"', '"a@a.example\\nBcc: x@x.example"', "e-mail addresses"),
        ("mail", 'sender = "d@d.example"', "", "an e-mail address"),
        ("mail", "host", 'tls = "none"\nhost', "unless host is on loopback"),
        ("folder", "/srv/www", "www", "an absolute path"),
        ("folder", "folder =", "alerts = true\nfolder =", "false: a folder tells nobody"),
        ("folder", "folder =", "colour = 3\nfolder =", "no such key"),
    ],
)
def test_each_fault_is_named_with_its_line_and_no_secret(kind, old, new, expected):
    [fault] = list_faults(write_channel(kind).replace(old, new, 1))

    assert fault.startswith("channels.toml:")
    assert expected in fault
    assert "very-secret" not in fault


def test_kind_edition_and_id_are_checked():
    odd_kind = '[[channel]]\nid = "x1"\nkind = "pigeon"\n'
    odd_edition = write_channel("folder", 'edition = "weekly"\n')
    same_id = write_channel("folder") + write_channel("apprise")

    assert "one of mail, telegram" in " ".join(list_faults(odd_kind))
    assert "one of daily, state" in " ".join(list_faults(odd_edition))
    assert "no other channel has" in " ".join(list_faults(same_id))
    assert "at least one [[channel]]" in " ".join(list_faults(""))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_may_be_asked_for_alerts_can_send_them(kind):
    [plan] = read(write_channel(kind))

    assert isinstance(plan.make(make_context()), AlertChannel) != bool(KINDS[kind].no_alerts)


def test_a_secret_that_is_not_there_is_named(tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "bot").write_text("12345:x\n")

    assert read_secret("env:BOT", {"BOT": " 12345:x "}) == "12345:x"
    assert read_secret(f"file:{tmp_path / 'bot'}", {}) == "12345:x"
    for reference in ("env:BOT", f"file:{tmp_path / 'none'}", f"file:{tmp_path / 'empty'}"):
        with pytest.raises(ConfigError, match="a secret that a channel names"):
            read_secret(reference, {"BOT": ""})
