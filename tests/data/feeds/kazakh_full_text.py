"""
RSS 2.0 in Kazakh: full text for Yandex, a caption, a date in words.

With bare ampersands and a blank first line.
"""

from datetime import UTC, datetime

from aggregator.models import Feed, FeedItem

HEADERS = {"content-type": "text/xml"}
FEED = Feed(
    title="Дала жаңалықтары",
    language="kk",
    items=(
        FeedItem(
            guid="news-101",
            link="https://example.kz/kk/news/101?utm_source=rss&utm_medium=feed",
            title="Ақмолада жаңа мектеп ашылды & оқушылар кірді",
            summary="Мектепте 300 бала оқиды…",
            content="<p>Мектепте 300 бала оқиды.</p><p>Ғимарат екі жылда салынды.</p>",
            published=datetime(2025, 8, 20, 9, 5, tzinfo=UTC),
            language="kk",
            categories=("Білім",),
        ),
        FeedItem(
            guid="",
            link="https://example.kz/kk/news/102",
            title="Уақыты анық емес хабар",
            language="kk",
        ),
    ),
    notes=("entities and ampersands mended", "items without title and text left out: 1"),
)
