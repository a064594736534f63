"""Errors say what to do, and survive the way to another process."""

import pickle

import pytest

from aggregator import errors
from aggregator.errors import ConfigError, Fault

EXAMPLES = [
    ConfigError(
        (Fault("f.toml", 3, "a.b", "1", "a text"), Fault("environment", None, "X", "", "nothing"))
    ),
    errors.TemporaryFetchError("https://a.example/", "timeout", "silent for 20 s", 30.0),
    errors.PermanentFetchError("https://a.example/", "gone", "HTTP 410"),
    errors.HostBusyError(
        "https://a.example/",
        "host busy",
        "a.example: others ask it now",
        3.0,
        True,  # noqa: FBT003 -- as pickle rebuilds it
    ),
    errors.FetchError("https://a.example/", "ok", ""),
    errors.ParseError("https://a.example/", "an HTML page"),
    errors.FormChangedError("https://a.example/", "an HTML page"),
    errors.DeliveryError("list", "it did not work"),
    errors.NotSentError("list", "HTTP 429", 3.5),
    errors.NotSentError("list", "no connection", None, True),  # noqa: FBT003 -- as above
    errors.RefusedError("list", "HTTP 403"),
    errors.InDoubtError("list", "no answer"),
    errors.ArchiveError("archive.sqlite", "disk I/O error"),
    errors.ListenError("127.0.0.1:8420", "address already in use"),
    errors.BackupError("tilshi.backup", "was cut or changed"),
    errors.PackageError("x.argosmodel", "not a zip"),
    errors.EmbeddingError("no engine"),
    errors.FoundryError("recipe.toml", "has no set"),
    errors.ReaderError("it did not start"),
    errors.StoreError("away"),
    errors.BrokerError("away"),
    errors.SchemaError("version 9"),
    errors.DeliveryBusyError("daily/2025-08-20/list"),
    errors.LeaseLostError("a" * 32),
    errors.TilshiError("x"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_from_another_process_as_itself(error):
    back = pickle.loads(pickle.dumps(error))

    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)


def test_every_error_is_tried_here_and_exported():
    classes = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.TilshiError)
    }

    assert {type(error) for error in EXAMPLES} == classes
    assert {cls.__name__ for cls in classes} <= set(errors.__all__)


def test_a_fault_names_place_key_value_and_what_was_expected():
    assert str(EXAMPLES[0]).splitlines() == [
        "f.toml:3: a.b = 1: expected a text",
        "environment: X: expected nothing",
    ]
