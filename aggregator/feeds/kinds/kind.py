"""
The port: what a kind of source is.

A package adds one by an entry point of the group ``tilshi.source_kinds`` that names an object of
this form, or a class that gives one when it is called without arguments.

A kind whose items have no pages to read, as they are whole, says why in ``no_pages``, an attribute
that others need not have; see ``explain_no_pages``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from aggregator.models import Feed, FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["SourceKind", "explain_no_pages"]


@runtime_checkable
class SourceKind(Protocol):
    """One way to read what a source answers."""

    name: str
    """As ``kind`` in the catalogue, and the name of its table of options there."""

    def wanted_address(self, url: str) -> str:
        """Return what is expected of a source's address, in words; empty if this one is right."""

    def check(self, options: Table) -> Mapping[str, Any]:
        """
        Read the options of a source.

        Args:
            options: Its table, empty if there is none. What is wrong in it is noted there, not
                raised; keys that are not asked for are noted by the caller.

        Returns:
            What ``parse`` finds as ``source.options``; it is pickled, as workers parse in a process
            of its own.
        """

    def parse(
        self,
        result: FetchResult,
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """
        Read what came. Pure, in time and memory that grow with the length of the body.

        Args:
            result: Status 200, with a body.
            source: With the options that ``check`` returned.
            default_zone: Of dates that name no zone.

        Raises:
            FormChangedError: It is a page or an answer such as this kind reads, without what is
                looked for in it.
            ParseError: Something else came; the detail says what it looks like.
        """


def explain_no_pages(kind: SourceKind) -> str:
    """Return why items of a kind have no pages to read, in words; empty if they may have."""
    return str(getattr(kind, "no_pages", ""))
