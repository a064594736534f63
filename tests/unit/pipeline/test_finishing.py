"""What every stage of articles does at its end: move one on if it is still ours."""

import logging

import pytest

from aggregator.errors import LeaseLostError, StoreError
from aggregator.models import Stage
from aggregator.pipeline.finishing import finish_article


def fail_with(error):
    def finish():
        raise error

    return finish


def test_an_article_that_is_still_ours_moves_on():
    moved = []

    assert finish_article("a", lambda: moved.append("a"), stage=Stage.TEXT)
    assert moved == ["a"]


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Stage.PAGE, "page came too late"),
        (Stage.TEXT, "text came too late"),
        (Stage.TRANSLATE, "translation came too late"),
    ],
)
def test_one_whose_lease_was_lost_is_left_to_who_holds_it(stage, said, caplog):
    caplog.set_level(logging.INFO)

    assert not finish_article("a", fail_with(LeaseLostError("a")), stage=stage)
    assert [record.getMessage() for record in caplog.records] == [said]


def test_a_store_that_is_away_ends_the_batch():
    with pytest.raises(StoreError):
        finish_article("a", fail_with(StoreError("away")), stage=Stage.TEXT)
