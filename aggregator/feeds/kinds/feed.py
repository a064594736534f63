"""RSS and Atom: what ``feeds.parse`` reads. No options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from aggregator.models import Feed, FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["FeedKind"]


class FeedKind:
    """See ``kind.SourceKind``."""

    name = "feed"

    def wanted_address(self, url: str) -> str:  # noqa: ARG002 -- any will do
        """Return nothing: a feed may stand anywhere."""
        return ""

    def check(self, options: Table) -> Mapping[str, Any]:  # noqa: ARG002 -- there are none
        """Return nothing: a feed says all by itself."""
        return {}

    def parse(
        self,
        result: FetchResult,
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read a feed; see ``feeds.parse.parse_feed``."""
        # Imported where it is used: a catalogue is read without its parsers.
        from aggregator.feeds.parse import parse_feed  # noqa: PLC0415

        return parse_feed(
            result.body,
            result.headers,
            result.url,
            default_zone,
            source.languages,
            pictures=source.outlet.pictures,
        )
