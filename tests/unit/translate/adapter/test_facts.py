"""What an adapter's package says of itself."""

import pytest

from aggregator.errors import PackageError
from aggregator.translate.adapter.facts import read_facts

TABLE = {
    "base_sha256": "ab" * 32,
    "scale": 0.5,
    "languages": {"kk": "Kazakh", "ru": "Russian"},
    "drafted": ["kk"],
    "built": {"4.8.5": "cd" * 32},
    "probe": {"prompt": "Russian: Дом\nEnglish:", "answer": " House", "loss": 0.5},
}


def test_a_whole_table_is_read():
    facts = read_facts(TABLE, "english-1")

    assert facts.find_language_name("ru") == "Russian"
    assert facts.drafted == ("kk",)
    assert facts.probe.answer == " House"
    assert hash(facts)  # packages are keys


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"scale": 0}, "scale is 0"),
        ({"scale": True}, "scale is True"),
        ({"drafted": "kk"}, "drafted is 'kk'"),
        ({"drafted": [1]}, "is 1"),
        ({"languages": {"kk": None}}, "'kk' is None"),
        ({"probe": {"prompt": ""}}, "adapter.probe is"),
        ({"more": 1}, "expected a table of base_sha256"),
    ],
)
def test_what_is_wrong_is_named(change, named):
    with pytest.raises(PackageError) as error:
        read_facts(TABLE | change, "english-1")

    assert error.value.subject == "english-1"
    assert named in error.value.detail
