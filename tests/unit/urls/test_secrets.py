"""What is secret is hidden wherever it stands, and nothing else is."""

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.urls.secrets import hide_logins, hide_secrets, list_login_secrets
from workers.logs import configure


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://me:pw@host:6379/0", "redis://me:***@host:6379/0"),
        ("redis://:pw@host", "redis://:***@host"),
        ("redis://:p/w@x@host/0", "redis://:***@host/0"),
        ("https://token@host/x", "https://***@host/x"),
        ("redis://host/0?password=pw&db=1", "redis://host/0?password=***&db=1"),
        ("https://host/?api_key=k&a=b", "https://host/?api_key=***&a=b"),
        ("http://host:8080/a b@c", "http://host:8080/a b@c"),
        ("write to me@example.kz", "write to me@example.kz"),
        ("https://example.kz/rss?lang=kk", "https://example.kz/rss?lang=kk"),
    ],
)
def test_logins_and_keys_in_addresses_are_hidden(text, shown):
    assert hide_logins(text) == shown


def test_the_secrets_of_an_address_are_known_in_each_spelling():
    assert set(list_login_secrets("redis://me:p%2Fw@host/0?token=a%20b")) >= {
        "p%2Fw",
        "p/w",
        "a b",
        "a%20b",
    }
    assert list_login_secrets("") == list_login_secrets("http://[") == ()


@given(st.text(), st.lists(st.text(min_size=4), max_size=4))
def test_what_is_hidden_is_gone(text, secrets):
    hidden = hide_secrets(text + "".join(secrets), secrets)
    assert not any(secret in hidden for secret in secrets if "*" not in secret)


def connect(address: str) -> None:
    raise ValueError(f"connecting to {address}")


@pytest.mark.parametrize("form", ["text", "json"])
def test_logs_hide_what_a_library_says(form):
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        configure("info", form, ["hunter22"])
        [handler] = root.handlers
        assert isinstance(handler, logging.StreamHandler)
        said = io.StringIO()
        handler.setStream(said)
        try:
            connect("amqp://me:sesame@host with hunter22")
        except ValueError:
            logging.getLogger("kombu").exception("lost", extra={"token": "hunter22"})
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert "lost" in said.getvalue()
    assert "hunter22" not in said.getvalue()
    assert "sesame" not in said.getvalue()
