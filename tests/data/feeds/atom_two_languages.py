"""
Atom: a base address, languages by entry, plain, escaped and XHTML text.

One entry was only updated.
"""

from datetime import UTC, datetime

from aggregator.models import Feed, FeedItem

HEADERS = {"content-type": "application/atom+xml"}
FEED = Feed(
    title="Степь — новости",
    language="ru",
    items=(
        FeedItem(
            guid="urn:example:1",
            link="https://example.kz/ru/1",
            title="5 &lt; 6: мектептегі есеп",
            summary="Қысқаша",
            content="<p>Толық <b>мәтін</b></p>",
            published=datetime(2025, 8, 20, 4, 0, tzinfo=UTC),
            updated=datetime(2025, 8, 20, 4, 30, tzinfo=UTC),
            language="kk",
            categories=("Білім",),
        ),
        FeedItem(
            guid="urn:example:2",
            link="https://example.kz/ru/2",
            title="<b>Срочно</b>: дороги",
            content="<p>Полный текст</p>",
            updated=datetime(2025, 8, 20, 10, 0, tzinfo=UTC),
            language="ru",
        ),
    ),
)
