"""Articles, stories and digests for tests; every field can be changed by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aggregator.digest.compose import Material, compose_digest
from aggregator.models import (
    Article,
    Copy,
    Digest,
    Edition,
    Outlet,
    Passage,
    Story,
    Translation,
)

__all__ = ["DAY", "NOON", "article", "digest", "edition", "material", "outlet", "passages", "story"]

DAY = date(2025, 8, 20)
NOON = datetime(2025, 8, 20, 7, tzinfo=UTC)  # 12:00 in Almaty


def article(number: int, **changes: Any) -> Article:
    """Article ``number``, published so many minutes after noon by an outlet of its own."""
    made = Article(
        id=f"{number:032x}",
        source_id=f"outlet-{number}-kk",
        outlet_id=f"outlet-{number}",
        url=f"https://outlet-{number}.example/news/{number}",
        link=f"https://outlet-{number}.example/news/{number}?utm_source=rss",
        title=f"Астанада {number}-мектеп ашылды",
        lead=f"Елордада {number}-мектеп ашылды. Онда 1200 оқушы оқиды.",
        text=f"Елордада {number}-мектеп ашылды. Онда 1200 оқушы оқиды.\nОқу 1 қыркүйекте "
        "басталады.",
        html="<p>Елордада мектеп ашылды.</p>",
        language="kk",
        published=NOON + timedelta(minutes=number),
        first_seen=NOON + timedelta(hours=1),
        day=DAY,
    )
    return replace(made, **changes)


def outlet(number: int, **changes: Any) -> Outlet:
    """Outlet ``number``."""
    made = Outlet(
        id=f"outlet-{number}", name=f"Тілші {number}", home=f"https://outlet-{number}.example/"
    )
    return replace(made, **changes)


def edition(**changes: Any) -> Edition:
    """Return the daily edition."""
    made = Edition(
        id="daily", title="Kazakhstan, daily", zone="Asia/Almaty", close_after=timedelta(hours=6)
    )
    return replace(made, **changes)


def story(*articles: Article, copies: tuple[Article, ...] = ()) -> Story:
    """Return a story told from the first article; ``copies`` are reprints."""
    rest = [(item.id, Copy.SAME_EVENT) for item in articles[1:]] + [
        (item.id, Copy.SAME_TEXT) for item in copies
    ]
    return Story(
        id=articles[0].id[-16:], best=articles[0].id, articles=((articles[0].id, Copy.BEST), *rest)
    )


def passages(item: Article, english: str = "School opens in Astana") -> tuple[Passage, Passage]:
    """Headline and lead of an article in English."""
    package = "translate-kk_en 0.1"
    headline = Translation(source=item.title, english=english, package=package)
    lead = Translation(source=item.lead, english=f"{english}, officials said.", package=package)
    return Passage(segments=(headline,)), Passage(segments=(lead,))


def material(stories: list[Story], articles: list[Article], *, translated: bool = True) -> Material:
    """All that a digest of these stories is made of."""
    return Material(
        stories=stories,
        articles={item.id: item for item in articles},
        translations={item.id: passages(item) for item in articles if translated},
        outlets={
            item.outlet_id: Outlet(id=item.outlet_id, name=item.outlet_id, home="")
            for item in articles
        },
    )


def digest(stories: int = 2, **changes: Any) -> Digest:
    """Return a digest of so many stories of one article each."""
    items = [article(number) for number in range(1, stories + 1)]
    made = compose_digest(
        edition(),
        DAY,
        material([story(item) for item in items], items),
        composed=NOON,
        closed=False,
        previous=None,
    )
    return replace(made, **changes)
