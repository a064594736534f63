"""
Copies of digests in one SQLite file, for reading: by day, by story, by words.

The store is the truth; this is what the page reads from. So the page goes on with the last digest
it knew while the store is away, even through a restart of its own, and a reader's search never
costs the newsroom anything.

Search. SQLite's full-text index (FTS5) over headlines and leads, in English and in the original,
and the headlines of all reports. Kazakh and Russian bend words at their end, and the index knows no
stems, so each word of a query matches words that begin with it; a query that finds nothing is tried
again with its words cut by a third, then by half, which drops endings (``Токаевтың`` then finds
``Токаев``, ``мектептерге`` finds ``мектеп``). Between the two, one wrong letter a word is looked
for (``мкетеп`` finds ``мектеп``): the index is asked for each form one letter away, so it takes no
longer the more words there are. Kazakh in Latin letters is indexed in Cyrillic, and asked for in
Cyrillic too.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from aggregator.errors import ArchiveError
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.text.latin import readings, to_cyrillic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from aggregator.models import Account, Digest, DigestStory

__all__ = ["Archive", "Hit", "Page", "StoryPlace"]

# 2: Kazakh in Latin letters is indexed in Cyrillic.
_FORMAT = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS digest (
    edition TEXT NOT NULL, day TEXT NOT NULL, revision INTEGER NOT NULL, closed INTEGER NOT NULL, size INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (edition, day)
);
CREATE TABLE IF NOT EXISTS state (changes INTEGER NOT NULL, reached TEXT NOT NULL);
INSERT INTO state SELECT 0, '' WHERE NOT EXISTS (SELECT 1 FROM state);
CREATE TABLE IF NOT EXISTS correction (
    edition TEXT NOT NULL, day TEXT NOT NULL, told TEXT NOT NULL, story TEXT NOT NULL, article TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS correction_of ON correction (edition, told);
CREATE VIRTUAL TABLE IF NOT EXISTS story USING fts5(
    english, original, reports, edition UNINDEXED, day UNINDEXED, id UNINDEXED,
    tokenize = "unicode61 remove_diacritics 0", prefix = '3 4'
);
"""
_COUNT = "SELECT count(*) FROM story WHERE story MATCH ? AND edition = ?"
_FIND = (
    "SELECT day, id FROM story WHERE story MATCH ? AND edition = ? ORDER BY day DESC, rank, "
    "id LIMIT ? OFFSET ?"
)
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_MOST_KEPT = 64
# A word that is cut keeps at least so many letters; below that a prefix means nothing.
_SHORTEST_STEM = 4
_CUT = 2 / 3
_CUT_MORE = 1 / 2
# Letters that only Kazakh's Latin alphabets have, or a q that English would write with u.
_KAZAKH_LATIN = re.compile("[äğñöşūüáǵńóúýı]|q(?!u)", re.IGNORECASE)
_LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяёәғқңөұүһі"
# One wrong letter in a shorter word leaves too many words it could be; the others bound what a
# query may cost.
_SHORTEST_MENDED = 4
_LONGEST_MENDED = 20
_MOST_MENDED = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A story that a search found."""

    edition: str
    day: date
    story: DigestStory


@dataclass(frozen=True, slots=True)
class Page:
    """
    Part of what a search found.

    Attributes:
        hits: The newest day first, within it the best match first.
        total: How many there are in all.
        loosened: Nothing had the words as given; these have words that begin like them.
        instead: Nothing had the words as given; these have these words, each at most one letter
            away. Else empty.
    """

    hits: tuple[Hit, ...]
    total: int
    loosened: bool = False
    instead: str = ""


_NOTHING = Page((), 0)


@dataclass(frozen=True, slots=True)
class _Part:
    """Which part of an edition's hits is asked for."""

    edition: str
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class StoryPlace:
    """
    Where a later digest says that told words have changed.

    Attributes:
        day: Of that digest.
        article: Id of the article whose words they are.
    """

    day: date
    article: str


class Archive:
    """
    Copies of digests. Safe to share between threads and processes.

    Args:
        path: Of the file; made if it is not there. A file of another format is made anew: all of it
            is copies.

    Raises:
        ArchiveError: From every method, when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._kept: dict[tuple[str, date], tuple[bytes, Digest]] = {}
        with self._connection() as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, _FORMAT):
                connection.executescript(
                    "".join(
                        f"DROP TABLE IF EXISTS {name};"
                        for name in ("digest", "story", "state", "correction")
                    )
                )
            connection.executescript(f"{_TABLES} PRAGMA user_version = {_FORMAT};")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                connection = self._local.connection = sqlite3.connect(self._path, timeout=30)
                connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError(str(self._path), str(error)) from error

    def put(self, digest: Digest) -> bool:
        """Keep a digest; returns whether it differs from the one kept."""
        body = write_digest(digest).encode()
        where = (digest.edition, digest.day.isoformat())
        query = "SELECT body FROM digest WHERE edition = ? AND day = ?"
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            found = connection.execute(query, where).fetchone()
            if found and zlib.decompress(found[0]) == body:
                return False
            size = len(digest.stories)
            row = (*where, digest.revision, digest.closed, size, zlib.compress(body, 6))
            connection.execute("INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?)", row)
            _put_stories(connection, digest, where)
            _put_corrections(connection, digest, where)
            connection.execute("UPDATE state SET changes = changes + 1")
        return True

    def version(self) -> int:
        """Return a number that grows with every change."""
        with self._connection() as connection:
            return int(connection.execute("SELECT changes FROM state").fetchone()[0])

    def reached(self) -> datetime | None:
        """Return when the store was last read; None if never."""
        with self._connection() as connection:
            found = connection.execute("SELECT reached FROM state").fetchone()[0]
        return datetime.fromisoformat(found) if found else None

    def note_reached(self, now: datetime) -> None:
        """Note that the store was read."""
        with self._connection() as connection:
            connection.execute("UPDATE state SET reached = ?", (now.isoformat(),))

    def days(self, edition: str) -> tuple[date, ...]:
        """Days of an edition, the newest first."""
        query = "SELECT day FROM digest WHERE edition = ? ORDER BY day DESC"
        with self._connection() as connection:
            return tuple(
                date.fromisoformat(row[0]) for row in connection.execute(query, (edition,))
            )

    def closed_days(self, edition: str) -> frozenset[date]:
        """Days of an edition whose digests will not change any more."""
        query = "SELECT day FROM digest WHERE edition = ? AND closed"
        with self._connection() as connection:
            return frozenset(
                date.fromisoformat(row[0]) for row in connection.execute(query, (edition,))
            )

    def digest(self, edition: str, day: date) -> Digest | None:
        """Return a digest, None if there is none."""
        query = "SELECT body FROM digest WHERE edition = ? AND day = ?"
        with self._connection() as connection:
            found = connection.execute(query, (edition, day.isoformat())).fetchone()
        return self._read(edition, day, found[0]) if found else None

    def _read(
        self,
        edition: str,
        day: date,
        body: bytes,
    ) -> Digest:
        # A search reads digests of many days, each page's chart those of a week; reading one takes
        # milliseconds.
        key = (edition, day)
        kept = self._kept.get(key)
        if kept is None or kept[0] != body:
            kept = (body, read_digest(zlib.decompress(body).decode()))
            while len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[key] = kept
        return kept[1]

    def corrected(self, edition: str, told: date) -> dict[str, StoryPlace]:
        """
        Return which stories of a day later digests correct, by id.

        The latest correction of each.
        """
        query = (
            "SELECT story, day, article FROM correction WHERE edition = ? AND told = ? ORDER "
            "BY day, article"
        )
        with self._connection() as connection:
            rows = connection.execute(query, (edition, told.isoformat())).fetchall()
        return {story: StoryPlace(date.fromisoformat(day), article) for story, day, article in rows}

    def accounts(self, edition: str, days: tuple[date, ...]) -> dict[date, Account]:
        """Return the accounts of these days, as far as there are digests."""
        found = {day: self.digest(edition, day) for day in days}
        return {day: digest.account for day, digest in found.items() if digest}

    def search(
        self,
        words: str,
        *,
        edition: str,
        offset: int = 0,
        limit: int = 20,
    ) -> Page:
        """
        Find stories by words.

        Args:
            words: In any language; stories have all of them.
            edition: Whose.
            offset: Hits passed over.
            limit: Hits returned at most.
        """
        asked = list(dict.fromkeys(_WORD.findall(words)))[:_MOST_WORDS]
        if not asked:
            return _NOTHING
        part = _Part(edition, offset, limit)
        tries: tuple[Callable[[], Page], ...] = (
            lambda: self._search([_first_forms(word) for word in asked], part),
            lambda: self._search([_forms(word) for word in asked], part),
            lambda: self._loosened(asked, _CUT, part),
            lambda: self._mended(asked, part),
            lambda: self._loosened(asked, _CUT_MORE, part),
        )
        for attempt in tries:
            found = attempt()
            if found.total:
                return found
        return _NOTHING

    def _loosened(
        self,
        asked: list[str],
        share: float,
        part: _Part,
    ) -> Page:
        loose = [_cut_forms(word, share) for word in asked]
        return replace(self._search(loose, part), loosened=True)

    def _mended(self, asked: list[str], part: _Part) -> Page:
        unknown = [word for word in asked if not self._count(_forms(word), part.edition)]
        if not 1 <= len(unknown) <= _MOST_MENDED:
            return _NOTHING
        mended = {word: self._nearest(word, part.edition) for word in unknown}
        words = [mended.get(word, word) for word in asked]
        if not all(words):
            return _NOTHING
        found = self._search([_forms(word) for word in words], part)
        return replace(found, instead=" ".join(words))

    def _nearest(self, word: str, edition: str) -> str:
        """Return the form at most one letter away that most stories have; empty if none has any."""
        if not _SHORTEST_MENDED <= len(word) <= _LONGEST_MENDED:
            return ""
        counts = {}
        for form in _forms(word):
            for near in _one_letter_away(form):
                counts[near] = self._count((near,), edition)
        best = max(counts, key=counts.__getitem__)
        return best if counts[best] else ""

    def _count(self, forms: Sequence[str], edition: str) -> int:
        with self._connection() as connection:
            return int(connection.execute(_COUNT, (_match([forms]), edition)).fetchone()[0])

    def _search(self, words: Sequence[Sequence[str]], part: _Part) -> Page:
        asked = (_match(words), part.edition)
        with self._connection() as connection:
            total = connection.execute(_COUNT, asked).fetchone()[0]
            rows = connection.execute(_FIND, (*asked, part.limit, part.offset)).fetchall()
        stories: dict[str, dict[str, DigestStory]] = {}
        hits = []
        for day, story_id in rows:
            if day not in stories:
                stories[day] = self._read_stories(part.edition, day)
            if story := stories[day].get(story_id):
                hits.append(Hit(part.edition, date.fromisoformat(day), story))
        return Page(tuple(hits), int(total))

    def _read_stories(self, edition: str, day: str) -> dict[str, DigestStory]:
        """Return the stories of a day by id; none if its digest has gone since it was found."""
        digest = self.digest(edition, date.fromisoformat(day))
        return {story.id: story for story in digest.stories} if digest else {}


def _put_stories(connection: sqlite3.Connection, digest: Digest, where: tuple[str, str]) -> None:
    connection.execute("DELETE FROM story WHERE edition = ? AND day = ?", where)
    rows = [(*_texts(story), *where, story.id) for story in digest.stories]
    connection.executemany("INSERT INTO story VALUES (?, ?, ?, ?, ?, ?)", rows)


def _put_corrections(
    connection: sqlite3.Connection, digest: Digest, where: tuple[str, str]
) -> None:
    connection.execute("DELETE FROM correction WHERE edition = ? AND day = ?", where)
    rows = []
    for item in digest.corrections:
        told = (item.told.day.isoformat(), item.told.story)
        rows.append((*where, *told, item.article.article_id))
    connection.executemany("INSERT INTO correction VALUES (?, ?, ?, ?, ?)", rows)


def _match(words: Sequence[Sequence[str]]) -> str:
    """Return the query for stories that have, of each word, one of its forms or a word that begins with one."""
    return " AND ".join("(" + " OR ".join(f'"{form}"*' for form in forms) + ")" for forms in words)


def _forms(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form.casefold() for form in (word, *readings(word))))


def _first_forms(word: str) -> tuple[str, ...]:
    """Return forms to try at first: of ``man`` not ``ман``, with which other Kazakh words begin."""
    return _forms(word) if _KAZAKH_LATIN.search(word) else (word.casefold(),)


def _cut_forms(word: str, share: float) -> list[str]:
    return [_cut(form, share) for form in _forms(word)]


def _cut(word: str, share: float) -> str:
    return word[: max(_SHORTEST_STEM, int(len(word) * share))]


def _one_letter_away(word: str) -> Iterator[str]:
    """Every form that one letter left out, added, put for another or swapped with the next makes of a word."""
    letters = _LATIN_LETTERS if word.isascii() else _CYRILLIC_LETTERS
    for place in range(len(word)):
        before = word[:place]
        here = word[place]
        after = word[place + 1 :]
        if after:
            yield before + after
            yield before + after[0] + here + after[1:]
        yield from (before + letter + after for letter in letters if letter != here)
        yield from (before + letter + here + after for letter in letters)


def _texts(story: DigestStory) -> tuple[str, str, str]:
    passages = (story.headline, story.lead)
    english = [
        segment.english for passage in passages for segment in passage.segments if segment.english
    ]
    original = [_in_cyrillic(passage.original) for passage in passages]
    return (
        "\n".join(english),
        "\n".join(original),
        "\n".join(_in_cyrillic(ref.title) for ref in story.articles),
    )


def _in_cyrillic(text: str) -> str:
    # Not in Latin letters too: ``mektep`` would then find these texts alone, and none that is in
    # Cyrillic.
    return to_cyrillic(text) if _KAZAKH_LATIN.search(text) else text
