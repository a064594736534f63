"""
Secrets planted in every setting that can hold one; then everything said anywhere is searched for
any piece of them.

Right secrets in a place that works, wrong ones in places that do not, with logs at their most
talkative.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from aggregator.errors import ConfigError
from config.settings import Settings, describe_settings
from tests.support.command import call_command, make_environ
from tests.support.packages import STARTER
from tests.support.ports import find_free_port
from tests.support.servers import FeedServer, Reply
from tests.support.waiting import until
from workers.embedded import find_binary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEED = """<rss version="2.0"><channel><title>x</title><item><guid>1</guid>
<title>Астанада мектеп ашылды</title><link>https://outlet.example/1</link></item></channel></rss>"""

SECRETS = {
    "store": "Stor3-pw/zqx",
    "broker": "Br0ker+pw@zqy",
    "fetch proxy": "Pr0xyF-zqv",
    "deliver proxy": "Pr0xyD-zqu",
    "telegram": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
    "aitu": "a1tu-t0ken-zqt",
    "mail": "M4il-pw-zqs",
    "apprise": "appr1se-t0ken-zqr",
    "source": "S0urce-pw-zqp",
    "operator": "0p3r4t0r-t0k3n-zqo-0123456789abcdef",
}
# Any so long piece of a secret is a leak.
_PIECE = 6

CHANNELS = """
[[channel]]
id = "telegram"
kind = "telegram"
token = "env:BOT_TOKEN"
chat = "@digest_of_ours"
base = "http://127.0.0.1:{port}"

[[channel]]
id = "aitu"
kind = "aitu"
token = "file:{folder}/aitu"
peer = "CHANNEL"
peer_id = "0f0e0d0c-0000-0000-0000-000000000000"
base = "http://127.0.0.1:{port}"

[[channel]]
id = "mail"
kind = "mail"
host = "127.0.0.1"
port = {closed}
user = "reader"
password = "env:MAIL_PASSWORD"
sender = "a@example.kz"
to = ["b@example.kz"]

[[channel]]
id = "rest"
kind = "apprise"
url = "env:APPRISE_URL"
"""

SOURCES = """
[[outlet]]
id = "outlet"
name = "Outlet"
home = "https://outlet.example/"

  [[outlet.source]]
  id = "outlet-kk"
  url = "{url}"
  languages = ["kk"]
"""


def pieces(secret: str) -> set[str]:
    spelt = {secret, quote(secret, safe="")}
    return {text[at : at + _PIECE] for text in spelt for at in range(len(text) - _PIECE + 1)}


def leaks(said: str) -> list[str]:
    return [
        f"{name}: {piece}"
        for name, secret in SECRETS.items()
        for piece in pieces(secret)
        if piece in said
    ]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def locked_store(folder: Path) -> Iterator[int]:
    """A real server on a port that wants a password."""
    port, config = find_free_port(), folder / "redis.conf"
    config.write_text(f'port {port}\nbind 127.0.0.1\nrequirepass "{SECRETS["store"]}"\nsave ""\n')
    process = subprocess.Popen([find_binary(), str(config)], cwd=folder, stdout=subprocess.DEVNULL)
    try:
        until(lambda: answers(port))
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def place(tmp_path):
    with locked_store(tmp_path) as store, FeedServer() as server:
        server.route("/rss", Reply(body=FEED))
        (tmp_path / "aitu").write_text(SECRETS["aitu"])
        (tmp_path / "channels.toml").write_text(
            CHANNELS.format(port=server.port, closed=find_free_port(), folder=tmp_path),
            encoding="utf-8",
        )
        (tmp_path / "sources.toml").write_text(
            SOURCES.format(url=server.url("/rss")), encoding="utf-8"
        )
        yield Place(tmp_path, make_environ(), store, server)


def planted(variable: str) -> dict[str, str]:
    """Return a token for a setting, by reference where it takes one."""
    by_reference = {variable: "env:OPERATOR_TOKEN", "OPERATOR_TOKEN": SECRETS["operator"]}
    try:
        Settings.load({"HOME": "/", **by_reference}, None)
    except ConfigError:
        return {variable: SECRETS["operator"]}
    return by_reference


class Place:
    """A folder with settings whose every secret is planted."""

    def __init__(self, folder: Path, kept: dict[str, str], store: int, server: FeedServer) -> None:
        self.folder, self.server = folder, server
        closed = find_free_port()
        self.environ = kept | {
            "COLUMNS": "200",
            "TILSHI_DATA_FOLDER": str(folder / "data"),
            "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
            "TILSHI_STORE_URL": f"redis://:{quote(SECRETS['store'], safe='')}@127.0.0.1:{store}/0",
            "TILSHI_SOURCES_FILE": str(folder / "sources.toml"),
            "TILSHI_DELIVER_FILE": str(folder / "channels.toml"),
            "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
            "TILSHI_FETCH_HOST_AT_ONCE": "64",
            "TILSHI_FETCH_HOST_GAP_S": "0",
            "TILSHI_LOG_LEVEL": "debug",
            "BOT_TOKEN": SECRETS["telegram"],
            "MAIL_PASSWORD": SECRETS["mail"],
            "APPRISE_URL": f"json://me:{SECRETS['apprise']}@127.0.0.1:{closed}/{SECRETS['apprise']}",
        }
        for section, keys in describe_settings().items():
            for key in keys:
                if "token" in key:
                    self.environ |= planted(f"TILSHI_{section}_{key}".upper())
        self.proxies = {
            "TILSHI_FETCH_PROXY": f"http://me:{SECRETS['fetch proxy']}@127.0.0.1:{closed}",
            "TILSHI_DELIVER_PROXY": f"http://me:{SECRETS['deliver proxy']}@127.0.0.1:{closed}",
        }
        password = quote(SECRETS["broker"], safe="")
        self.broker = {"TILSHI_BROKER_URL": f"amqp://me:{password}@127.0.0.1:{closed}//"}

    def say(self, *arguments: str, **environ: str) -> str:
        """Run a command to its end and return all that it says."""
        done = subprocess.run(
            [sys.executable, "-m", "workers.cli", *arguments],
            capture_output=True,
            env=self.environ | environ,
            cwd=self.folder,
            check=False,
        )
        return (done.stdout + done.stderr).decode(errors="replace")

    def call(self, *arguments: str, **environ: str) -> str:
        """Call a command in this process and return all that it says: no start, the same words."""
        done = call_command(*arguments, environ=self.environ | environ, folder=self.folder)
        return done.stdout + done.stderr

    def call_all(self, *commands: Sequence[str], **environ: str) -> str:
        return "".join([self.call(*command, **environ) for command in commands])

    def say_until(self, wanted: str, *arguments: str, **environ: str) -> str:
        """
        Run a command that does not end by itself until it, or what it started, says something.

        Then stop it.
        """
        printed, before = self.folder / f"{arguments[0]}.printed", self.logs().count(wanted)

        def heard() -> bool:
            return (
                wanted in printed.read_text(errors="replace") or self.logs().count(wanted) > before
            )

        with printed.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers.cli", *arguments],
                stdout=out,
                stderr=out,
                env=self.environ | environ,
                cwd=self.folder,
            )
        try:
            until(heard, seconds=300)
        finally:
            process.terminate()
            process.wait()
        return printed.read_text(errors="replace")

    def logs(self) -> str:
        """Return what was written to logs so far."""
        return "".join(
            path.read_text(errors="replace") for path in (self.folder / "data").rglob("*.log")
        )


def test_the_search_would_find_a_leak():
    assert leaks(f"... {SECRETS['telegram'][10:20]} ...")
    assert leaks(quote(SECRETS["broker"], safe=""))
    assert not leaks("nothing")


COMMANDS = [
    ["check-config", "--json"],
    ["status"],
    ["status", "--json"],
    ["sources"],
    ["deliveries", "--json"],
    ["source", "export"],
]


def test_no_piece_of_a_secret_is_said_by_any_command_where_all_is_right(place):
    said = place.say("run")
    assert "1" in said
    said += place.say("deliver")
    said += place.call_all(*COMMANDS)
    assert "Traceback" not in said
    # Celery writes one of its own of a pool that a busy machine stopped; none leads through our
    # code.
    assert re.findall(r'File "[^"]*/(?:aggregator|workers)/.*', place.logs()) == []
    assert leaks(said + place.logs()) == []


def test_no_piece_of_a_secret_is_said_where_nothing_answers(place):
    wrong = place.environ["TILSHI_STORE_URL"].replace("%2F", "%2Fx")
    said = place.say("status", TILSHI_STORE_URL=wrong)
    said += place.say_until("Connection refused", "run", **place.broker)
    commands = (["check-config"], ["deliver"], ["source", "check", "outlet-kk"])
    said += place.call_all(*commands, **place.proxies)
    said += place.logs()
    assert "refused" in said
    assert leaks(said) == []


def test_no_piece_of_a_secret_is_said_of_settings_that_are_wrong(place):
    words = SECRETS
    wrong = {
        "TILSHI_STORE_URL": f"http://:{words['store']}@127.0.0.1:1/0",
        "TILSHI_BROKER_URL": f"smtp://me:{words['broker']}@127.0.0.1",
        "TILSHI_FETCH_PROXY": f"http://me:{words['fetch proxy']}@127.0.0.1:99999/path",
        "TILSHI_DELIVER_PROXY": f"socks5://{words['deliver proxy']}@127.0.0.1",
    }
    # One in a process of its own: what Python itself would say of an error stands there.
    said = place.say("check-config", **wrong)
    for table in ("store", "broker", "fetch", "deliver"):
        (place.folder / "tilshi.toml").write_text(
            "".join(
                f'[{name.split("_")[1].lower()}]\n{name.split("_", 2)[2].lower()} = "{value}"\n'
                for name, value in wrong.items()
                if name.split("_")[1].lower() == table
            )
        )
        said += place.call("check-config")
    (place.folder / "tilshi.toml").unlink()
    (place.folder / "channels.toml").write_text(
        '[[channel]]\nid = "t"\nkind = "telegram"\n'
        f'token = "{words["telegram"]}"\nchat = "@digest"\n'
        f'base = "https://me:{words["aitu"]}@127.0.0.1"\n'
        f'[[channel]]\nid = "r"\nkind = "apprise"\nurl = "json://me:{words["apprise"]}@127.0.0.1"\n'
        '[[channel]]\nid = "m"\nkind = "mail"\nhost = "h"\nuser = "u"\n'
        f'password = "{words["mail"]}"\n'
        'sender = "x"\nto = []\n'
    )
    said += place.call("check-config")
    url = f"https://me:{words['source']}@outlet.example/rss"
    (place.folder / "sources.toml").write_text(SOURCES.format(url=url))
    said += place.call_all(["check-config"], ["source", "new", url], ["source", "check", url])
    assert leaks(said) == []
    assert "***" in said
    assert "Traceback" not in said


def test_no_piece_of_a_secret_is_said_by_workers(place):
    said = place.say_until("outlet-kk", "serve", TILSHI_LOG_FORMAT="json")
    said += place.say_until("Connection refused", "worker", "fetch", **place.broker)
    said += place.logs()
    assert "outlet-kk" in said
    assert leaks(said) == []
