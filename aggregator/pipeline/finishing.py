"""
What every stage of articles does at its end: move an article on if it is still ours, or give it up.

A failure is a value here: an article whose lease was lost belongs to another worker now, and one
that ended its worker again and again goes on without the stage, which is noted for the operator.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aggregator.errors import LeaseLostError
from aggregator.models import Stage
from aggregator.store.dead_letters import make_dead_letter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.store.redis import Store

__all__ = ["finish_article", "give_up_article"]

log = logging.getLogger(__name__)

_TOO_LATE = {
    Stage.PAGE: "page came too late",
    Stage.TEXT: "text came too late",
    Stage.TRANSLATE: "translation came too late",
    Stage.PICTURE: "picture came too late",
}
_GOES_ON = {
    Stage.TEXT: "article goes on with its headline alone",
    Stage.TRANSLATE: "article goes on in the original",
    Stage.WHOLE: "the rest of a whole article stays in the original",
}


def finish_article(article_id: str, finish: Callable[[], None], *, stage: Stage) -> bool:
    """
    Move an article on by calling ``finish``.

    Returns:
        False if its lease was lost: whoever holds it now moves it on.
    """
    try:
        finish()
    except LeaseLostError:
        log.info(_TOO_LATE[stage], extra={"article": article_id})
        return False
    return True


def give_up_article(
    store: Store,
    article_id: str,
    *,
    stage: Stage,
    lost: int,
    now: datetime,
) -> None:
    """
    Note that an article goes on without a stage, because it has ended its worker so many times.

    To be called before it moves on: a crash in between has the note written again, not left out.
    """
    store.dead_letters.write(make_dead_letter(article_id, stage, lost, now))
    log.warning(_GOES_ON[stage], extra={"article": article_id})
