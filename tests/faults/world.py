"""
The outlets that the fault suite polls: the demo's 120 articles and the 200 of the tests' week, in
waves; and two strangers, one whose answers and one whose articles are meant to take minutes.

``World`` is a real HTTP server on loopback. ``show(n)`` lets it serve the first n waves. It also
says, from its own tables and never from the store, how many articles each outlet has published so
far. Two outlets of the week give teasers, and their articles stand on pages.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from config.settings import find_shipped_file
from workers.demo.corpus import load_corpus
from workers.demo.feeds import Reply, list_replies
from workers.demo.server import DemoServer

WEEK = Path(__file__).resolve().parent.parent / "data" / "week"
WAVES_PER_DAY = 6
TEASERS = frozenset({"lenta", "dala"})
# What the demo's outlets publish that is too old for any digest, when first seen.
STALE = 1
# One answer of a megabyte, and one article, that took minutes to read with the patterns of old.
HOSTILE_ANSWER = b"<html>" + b"<title" * 166_000
POISON = f"Сөз {'!' * 49_900}а"


@dataclass(frozen=True)
class Wave:
    """
    What appears at one moment.

    ``number`` from 0, ``articles`` of the week, the demo's poll that is served then.
    """

    number: int
    moment: datetime
    poll: int
    articles: tuple[dict[str, Any], ...] = ()


def _week() -> list[dict[str, Any]]:
    tables = [
        table
        for path in sorted(WEEK.glob("*.toml"))
        for table in tomllib.loads(path.read_text())["article"]
    ]
    return sorted(tables, key=lambda table: (table["published"], table["key"]))


class World(DemoServer):
    """The server; use as a context manager."""

    def __init__(self, waves: int | None = None, most: int | None = None) -> None:
        """
        Set the world up.

        Args:
            waves: How many there are, all at one editorial moment, the last evening; None for some
                waves a day, each at the evening of its own.
            most: Articles beside the demo's, at most; None for the whole week.
        """
        self.corpus = load_corpus(find_shipped_file("demo"))
        self._articles = _week()[:most]
        self.waves = self._waves() if waves is None else self._waves_at_once(waves)
        self._wave = self.waves[0]
        self._is_hostile = False
        self._poisons: list[dict[str, Any]] = []
        super().__init__(self.corpus, poll=1)

    def _waves(self) -> list[Wave]:
        """The demo's two polls, then a few waves for each day of the week."""
        waves = [
            Wave(number, moment, number + 1) for number, moment in enumerate(self.corpus.polls)
        ]
        for day in sorted({table["published"].date() for table in self._articles}):
            of_day = [table for table in self._articles if table["published"].date() == day]
            size = -(-len(of_day) // WAVES_PER_DAY)
            for start in range(0, len(of_day), size):
                part = tuple(of_day[start : start + size])
                # Workers are told the editorial time once a day, so it is the evening of the day.
                moment = part[0]["published"].replace(hour=23, minute=30)
                waves.append(Wave(len(waves), moment, len(self.corpus.polls), part))
        return waves

    def _waves_at_once(self, number: int) -> list[Wave]:
        moment = self._articles[-1]["published"].replace(hour=23, minute=30)
        waves = [Wave(0, moment, 1), Wave(1, moment, 2)]
        parts = number - len(waves)
        bounds = [part * len(self._articles) // parts for part in range(parts + 1)]
        for start, end in pairwise(bounds):
            waves.append(Wave(len(waves), moment, 2, tuple(self._articles[start:end])))
        return waves

    @property
    def end(self) -> datetime:
        """Noon after the last day: all digests are closed."""
        return self.waves[-1].moment.replace(hour=12, minute=0) + timedelta(days=1)

    def show(self, number: int) -> Wave:
        """Serve everything up to a wave; the stranger gives a harmless answer again."""
        self._wave = self.waves[number]
        self._is_hostile = False
        self.poll = self._wave.poll
        return self._wave

    def turn_hostile(self) -> None:
        """Let one outlet answer with what is meant to take minutes, until the next wave."""
        self._is_hostile = True
        self.poll = self._poll

    def poison(self) -> None:
        """Let one outlet publish an article that is meant to take minutes."""
        number = len(self._poisons) + 1
        table = {
            "outlet": "poison",
            "key": f"poison-{number}",
            "title": f"Ақтауда {number}-мектеп ашылды",
            "lead": POISON,
            "body": [],
            "published": self._wave.moment - timedelta(hours=2),
        }
        self._poisons.append(table)
        self.poll = self._poll

    @property
    def poll(self) -> int:
        """The demo's poll being served."""
        return self._poll

    @poll.setter
    def poll(self, number: int) -> None:
        self._poll = number
        replies = dict(list_replies(self.corpus, number, self.base_url))
        for outlet in self._outlets():
            items = [table for table in self._published() if table["outlet"] == outlet]
            replies[f"/week/{outlet}.xml"] = self._feed(outlet, items)
            if outlet in TEASERS:
                replies |= {f"/week/{outlet}/{table['key']}": _page(table) for table in items}
        replies["/week/poison.xml"] = self._feed("poison", self._poisons)
        hostile = Reply(200, HOSTILE_ANSWER, {"Content-Type": "text/html"})
        replies["/week/hostile.xml"] = hostile if self._is_hostile else self._feed("hostile", [])
        self._server.replies = replies

    def _all(self) -> list[dict[str, Any]]:
        return [*self._published(), *self._poisons]

    def _outlets(self) -> list[str]:
        return sorted({table["outlet"] for table in self._articles})

    def _published(self) -> list[dict[str, Any]]:
        return [table for wave in self.waves[: self._wave.number + 1] for table in wave.articles]

    def _feed(self, outlet: str, tables: list[dict[str, Any]]) -> Reply:
        items = "".join(self._item(table) for table in reversed(tables))
        home = f"https://{outlet}.example/"
        body = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>{outlet}</title><link>{home}</link><description>{outlet}</description>{items}</channel></rss>"
        ).encode()
        tag = hashlib.blake2b(body, digest_size=8).hexdigest()
        return Reply(
            200, body, {"Content-Type": "application/rss+xml", "ETag": f'"{tag}"'}, packable=True
        )

    def catalog_toml(self) -> str:
        """The catalogue: the demo's, and an outlet for each of the week's feeds."""
        lines = [super().catalog_toml()]
        for outlet in self._outlets():
            languages = sorted(
                {table["language"] for table in self._articles if table["outlet"] == outlet}
            )
            lines.append(self._entry(outlet, languages, full_text=outlet in TEASERS))
        lines += [self._entry(outlet, ["kk"]) for outlet in ("hostile", "poison")]
        return "\n".join(lines)

    def _entry(self, outlet: str, languages: list[str], *, full_text: bool = False) -> str:
        return (
            f'[[outlet]]\nid = "week-{outlet}"\nname = "week-{outlet}"\nhome = '
            f'"https://{outlet}.example/"\n'
            f'[[outlet.source]]\nid = "week-{outlet}"\nurl = '
            f'"{self.base_url}/week/{outlet}.xml"\n'
            f'languages = {languages}\nevery = "30m"\n'.replace("'", '"')
            + "full_text = true\n" * full_text
        )

    def _link(self, table: dict[str, Any]) -> str:
        """Where an article stands: on this server, if its page is to be read."""
        outlet, key = table["outlet"], table["key"]
        here = f"{self.base_url}/week/{outlet}/{key}"
        return here if outlet in TEASERS else f"https://{outlet}.example/{key}"

    def _item(self, table: dict[str, Any]) -> str:
        parts = (table["lead"], *(() if table["outlet"] in TEASERS else table["body"]))
        text = "".join(f"<p>{escape(part)}</p>" for part in parts)
        return (
            f"<item><title>{escape(table['title'])}</title><link>{self._link(table)}</link>"
            f'<guid isPermaLink="false">{table["key"]}</guid>'
            f"<pubDate>{format_datetime(table['published'])}</pubDate>"
            f"<description>{escape(text)}</description></item>"
        )

    # The independent count

    def count(self) -> Counter[str]:
        """Count the articles of each outlet so far, by the outlet's id, those too old included."""
        counts: Counter[str] = Counter(f"week-{table['outlet']}" for table in self._all())
        keys = {
            (self.corpus.outlet_of(source.id).id, article.key)
            for source in self.corpus.sources.values()
            for poll in range(1, self._wave.poll + 1)
            if poll not in source.unavailable
            for article in self.corpus.items(source.id, poll)
        }
        counts.update(outlet for outlet, _ in keys)
        return counts

    def count_teasers(self) -> int:
        """Count the articles whose pages are to be read."""
        return sum(table["outlet"] in TEASERS for table in self._published())

    def links(self) -> Counter[str]:
        """Links of the week's articles published so far: each is one article."""
        return Counter(self._link(table) for table in self._all())


def _page(table: dict[str, Any]) -> Reply:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in (table["lead"], *table["body"]))
    title = escape(table["title"])
    body = (
        f"<html><head><title>{title}</title></head><body><nav><a href='/'>Басты бет</a></nav>"
        f"<article><h1>{title}</h1>{paragraphs}</article><footer>2025</footer></body></html>"
    )
    return Reply(200, body.encode(), {"Content-Type": "text/html; charset=utf-8"})
