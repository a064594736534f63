"""When whole articles have their turn."""

from dataclasses import replace

import pytest

from aggregator.models import Stage
from aggregator.pipeline.whole import is_free
from aggregator.store.queues import Waiting

NOTHING = Waiting(ready=0, later=0, leased=0, oldest=None)
AT_REST = dict.fromkeys(Stage, NOTHING)


@pytest.mark.parametrize("stage", [Stage.PAGE, Stage.TEXT, Stage.GROUP, Stage.TRANSLATE])
@pytest.mark.parametrize("state", ["ready", "leased"])
def test_what_a_digest_waits_for_goes_first(stage, state):
    assert not is_free({**AT_REST, stage: replace(NOTHING, **{state: 1})})


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        # Sources are polled all day, and what is ready to be composed waits for its day.
        (Stage.FETCH, "ready"),
        (Stage.FETCH, "leased"),
        (Stage.COMPOSE, "ready"),
        (Stage.WHOLE, "ready"),
        (Stage.WHOLE, "leased"),
        # A page that failed is tried again in some minutes.
        (Stage.PAGE, "later"),
    ],
)
def test_what_holds_up_no_digest_holds_up_no_article(stage, state):
    assert is_free({**AT_REST, stage: replace(NOTHING, **{state: 1})})
