"""
Real feed bytes, where the developer has them.

Each ends in a feed with sensible items or in a named error.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.feeds.parse import parse_feed
from aggregator.text.html import to_safe_html, to_text
from aggregator.text.typography import tidy
from aggregator.urls.canonical import canonicalize_url

SHARED = Path(os.environ.get("TILSHI_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SAMPLES = SHARED / "feeds" / "samples"
ALMATY = ZoneInfo("Asia/Almaty")

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"no real feeds here: {SAMPLES} (set TILSHI_SHARED)"
)

FILES = sorted(SAMPLES.rglob("*.xml")) if SAMPLES.is_dir() else []
ENCODED = sorted((SAMPLES / "encodings").glob("*.xml")) if SAMPLES.is_dir() else []
# Two Cyrillic letters from different tables of one byte string, read in the wrong encoding, give
# runs like these.
_MOJIBAKE = re.compile("[а-я][А-Я]{3}|[А-Я][а-я][А-Я][а-я][А-Я]|[\u2500-\u259f]|Ð|Ñ|\ufffd")


def _read(path: Path):
    return parse_feed(path.read_bytes(), {}, "https://example.kz/rss", ALMATY)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_real_feed_is_read_whole(path: Path) -> None:
    feed = _read(path)
    raw = path.read_bytes()
    assert len(feed.items) == raw.count(b"<item>") + raw.count(b"<item ")
    assert feed.notes == ()
    assert feed.title
    for item in feed.items:
        assert item.title
        assert item.link.startswith("http")
        assert item.published
        assert item.published < datetime(2027, 1, 1, tzinfo=UTC)
        assert canonicalize_url(canonicalize_url(item.link)) == canonicalize_url(item.link) != ""
        text = tidy(to_text(item.content or item.summary))
        assert not {"<p>", "<br>", "<br />", "&nbsp;", "&quot;"} & set(
            re.findall(r"<[^<>]*>|&\w+;", text)
        )
        assert "\u00a0" not in text
        assert "<script" not in to_safe_html(item.content or item.summary, item.link)


@pytest.mark.parametrize("path", ENCODED, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "content_type", ["", "text/xml; charset=utf-8", "text/xml; charset=iso-8859-1"]
)
def test_russian_in_one_byte_comes_out_as_russian(path: Path, content_type: str) -> None:
    feed = parse_feed(
        path.read_bytes(), {"content-type": content_type}, "https://example.kz/rss", ALMATY
    )
    words = " ".join(f"{item.title} {to_text(item.summary)}" for item in feed.items)
    letters = Counter(words.lower())
    assert sum(letters[letter] for letter in "оеаинт") > 0.15 * sum(letters.values())
    assert not _MOJIBAKE.search(feed.title)


def test_the_oddities_that_identity_rests_on() -> None:
    """What the rules of ``feeds.identity`` were made for; if these change, so must they."""
    front_page = [_read(path) for path in sorted((SAMPLES / "replay" / "meduza").glob("*.xml"))]
    assert {canonicalize_url(item.link) for feed in front_page for item in feed.items} == {
        "https://meduza.io/"
    }
    assert {(item.guid, item.published) for feed in front_page for item in feed.items} == {
        ("", datetime(1970, 1, 1, tzinfo=UTC))
    }
    versions = set()
    for path in (SAMPLES / "replay" / "bbc").glob("*.xml"):
        versions.update((item.guid, item.published) for item in _read(path).items)
    moving = Counter(guid for guid, _ in versions)
    assert sum(count > 1 for count in moving.values()) == 3
    twice = Counter(
        item.guid for item in _read(SAMPLES / "outlet_bytes" / "lenta.ru_2022-12.xml").items
    )
    assert sum(count == 2 for count in twice.values()) == 2
