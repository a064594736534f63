"""
Where the operator's token comes from, and what is said when it is not good enough.

Never the token itself.
"""

import pytest

from aggregator.errors import ConfigError
from config.secrets import read_operator_token
from config.settings import Settings

TOKEN = "a token of many characters"


def test_it_comes_from_the_environment_or_from_a_file(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")

    assert read_operator_token("", {}) == ""
    assert read_operator_token("env:MINE", {"MINE": TOKEN}) == TOKEN
    assert read_operator_token(f"file:{tmp_path}/token", {}) == TOKEN


@pytest.mark.parametrize(
    ("environ", "said"),
    [({}, "environment: MINE"), ({"MINE": "guess me"}, "8 characters")],
    ids=["missing", "short"],
)
def test_one_that_is_missing_or_short_is_a_fault_with_a_name(environ, said):
    with pytest.raises(ConfigError) as caught:
        read_operator_token("env:MINE", environ)

    assert said in str(caught.value)
    assert "web.operator_token" in str(caught.value)
    assert "guess me" not in str(caught.value)


def test_a_token_set_in_place_of_its_reference_is_refused_and_not_shown(tmp_path):
    file = tmp_path / "tilshi.toml"
    file.write_text(f'[web]\noperator_token = "{TOKEN}"\n')
    for environ, given in (({}, file), ({"TILSHI_WEB_OPERATOR_TOKEN": TOKEN}, None)):
        with pytest.raises(ConfigError) as caught:
            Settings.load(environ, given)
        assert "empty, env:NAME or file:/path" in str(caught.value)
        assert TOKEN not in str(caught.value)
