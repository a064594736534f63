"""A site over digests of a test's making, and hostile words to fill it with."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from aggregator.digest.compose import compose_digest
from aggregator.digest.mentions import mention_story
from aggregator.models import (
    Copy,
    Difference,
    OutletClaim,
    Passage,
    PublishedArticle,
    StoryMention,
    Translation,
)
from aggregator.names.glossary import Glossary, Name
from aggregator.names.subjects import list_subjects
from aggregator.web.archive import Archive
from aggregator.web.pages import Site, name_editions
from aggregator.web.paths import API
from aggregator.web.renderer import PageRenderer
from tests.support.builders import DAY, NOON, article, digest, edition, material, outlet, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from aggregator.models import ArticleRef, Digest

__all__ = [
    "ADDRESS",
    "HOSTILE",
    "NAMES",
    "StillClock",
    "ask_api",
    "days",
    "hostile",
    "renderer",
    "threaded",
]

ADDRESS = "https://digest.example/"

NAMES = (
    Name(english="Astana", kind="city", forms=(("kk", ("Астана",)), ("ru", ("Астана",)))),
    Name(
        english="Aisha Yeren", kind="person", forms=(("kk", ("Айша Ерен",)), ("ru", ("Айша Ерен",)))
    ),
)
"""The glossary of the site; the stories of ``builders.digest`` name Astana."""

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "](javascript:alert(1)) [x",
    "``` # heading\n\n- list",
    "{{ 7 * 7 }} {% include 'x' %}",
    "\u202egnp.exe\u202c и \u2066скрыто\u2069",
    "\x1b[31mred\x1b[0m\x07",
    "ж" * 2000,  # forty times as wide as a phone
    "е\u0301" + "\u0301" * 200,
    "</style></head><body onload=x>",
    "]]> &lt;b&gt; <b>&amp;nbsp;</b> <!-- \x00\ufffe",
]


class StillClock:
    """A clock that stands, until it is set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def hostile(text: str, link: str = "https://o.example/1") -> Digest:
    """Return a digest whose every text is this one, in its story and in words that it corrects."""
    item = article(1, title=text, lead=text, text=text, link=link)
    parts = Passage(segments=(Translation(source=text, english=text, package=text),))
    # What was published has other words behind it, else nothing would have changed.
    before = replace(parts, segments=(*parts.segments, Translation(source="told", english=text)))
    earlier = PublishedArticle(
        edition="daily",
        day=DAY - timedelta(days=1),
        story="0" * 16,
        revision=0,
        headline=before,
        lead=before,
    )
    made = replace(
        material([story(item)], [item]),
        translations={item.id: (parts, parts)},
        told={item.id: (earlier,)},
    )
    made_digest = compose_digest(
        edition(title=text), DAY, made, composed=NOON, closed=True, previous=None
    )
    mention = StoryMention(
        day=DAY - timedelta(days=1),
        story="0" * 16,
        headline=text,
        language="kk",
        outlets=(text,),
        certain=text,
    )
    claim = OutletClaim(
        article_id=item.id, outlet=text, language="kk", published=NOON, value="12", words=text
    )
    difference = Difference(what="injured", claims=(claim, replace(claim, value="15")))
    told = replace(made_digest.stories[0], thread=(mention,), differences=(difference,))
    return replace(made_digest, stories=(told,))


def days(count: int, stories: int = 3, **changes: object) -> list[Digest]:
    """Return digests of so many days, the newest first, all but the newest closed."""
    made = digest(stories)
    return [
        replace(made, day=DAY - timedelta(days=ago), closed=ago > 0, **changes)  # type: ignore[arg-type]
        for ago in range(count)
    ]


def renderer(
    folder: Path, *digests: Digest, search: bool = True, names: Iterable[Name] = NAMES
) -> PageRenderer:
    """Return a renderer over an archive of these digests, with these names in its glossary."""
    glossary = Glossary(names)
    archive = Archive(folder / "archive.sqlite", glossary)
    for item in digests:
        archive.put(item)
    editions = name_editions([edition(), edition(id="state", title="Kazakhstan, from the state")])
    outlets = {f"outlet-{number}": outlet(number) for number in range(1, 4)}
    site = Site(
        version="1",
        editions=editions,
        outlets=outlets,
        subjects={subject.id: subject for subject in list_subjects(glossary.names)},
        address=ADDRESS,
        search=search,
    )
    return PageRenderer(
        site=site, archive=archive, sources=(), clock=StillClock(), zone="Asia/Almaty"
    )


def ask_api(app: Callable[..., object], asked: Iterable[str]) -> list[httpx.Response]:
    """Return what the API answers of the daily edition, for each address below it."""

    async def get_all() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        base = f"http://page/{API}/editions/daily/"
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return [await client.get(address) for address in asked]

    return asyncio.run(get_all())


def threaded() -> list[Digest]:
    """Return digests of three days with a story of one thread each; of the last, outlets differ."""
    made: list[Digest] = []
    mentions: tuple[StoryMention, ...] = ()
    for number, day in enumerate(reversed(days(3)), 1):
        first, *others = day.stories
        second = replace(others[0].best, relation=Copy.SAME_EVENT)
        told = replace(first, id=f"{number:016x}", articles=(first.best, second), thread=mentions)
        if number > 2:
            claims = tuple(map(_claim, told.articles, ("12", "15")))
            told = replace(told, differences=(Difference(what="injured", claims=claims),))
        mentions = (mention_story(day, told), *mentions)
        made.append(replace(day, stories=(told, *others[1:])))
    return made


def _claim(ref: ArticleRef, value: str) -> OutletClaim:
    return OutletClaim(
        article_id=ref.article_id,
        outlet=ref.outlet,
        language=ref.language,
        published=ref.published,
        value=value,
        words=f"{value} адам жарақат алды",
    )
