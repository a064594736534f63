"""Stages in the words of operators: one table for terminal, page and progress."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aggregator.models import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STAGE_WORDS"]

STAGE_WORDS: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        Stage.FETCH: "sources to poll",
        Stage.PAGE: "pages to read",
        Stage.TEXT: "to read",
        Stage.GROUP: "to group",
        Stage.TRANSLATE: "to translate",
        Stage.COMPOSE: "to compose",
        Stage.WHOLE: "whole articles",
        Stage.PICTURE: "pictures to fetch",
    }
)
"""What waits for each stage, to stand after a number; every stage that something may wait for."""
