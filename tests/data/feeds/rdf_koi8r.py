"""RSS 1.0 in koi8-r, declared as windows-1251, with one date in Dublin Core."""

from datetime import UTC, datetime

from aggregator.models import Feed, FeedItem

HEADERS = {"content-type": "application/rdf+xml"}
FEED = Feed(
    title="Вести степи",
    language="ru",
    items=(
        FeedItem(
            guid="https://example.kz/ru/7",
            link="https://example.kz/ru/7",
            title="В Павлодаре отремонтировали мост",
            summary="Движение открыто с утра.",
            published=datetime(2025, 8, 20, 3, 30, tzinfo=UTC),
            language="ru",
        ),
    ),
    notes=("charset: declaration says windows-1251, bytes are koi8-r",),
)
