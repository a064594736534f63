"""
Copies of digests in one SQLite file, for reading: by day, by story, by words.

The store is the truth; this is what the page reads from. So the page goes on with the last digest
it knew while the store is away, even through a restart of its own, and a reader's search never
costs the store anything.

Search: ``search.story_index``, whose tables are in the same file. If the glossary has changed since
they were filled, they are filled anew from the copies.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import zlib
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from aggregator.digest.mentions import mention_story
from aggregator.errors import ArchiveError, SchemaError
from aggregator.models import Picture, PictureSize
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.models.whole_form import pack_whole, unpack_whole
from aggregator.names.glossary import Glossary
from aggregator.search import story_index, subject_index
from aggregator.search.hits import HitPage, show_found
from aggregator.search.mentions import Mentions
from aggregator.search.names import NameKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from aggregator.models import (
        Account,
        Digest,
        StoryMention,
        WholeArticle,
    )
    from aggregator.search.story_index import SearchFilter
    from aggregator.search.subject_index import SubjectCount

__all__ = ["MOST_LATER", "Archive", "StoryPlace"]

MOST_LATER = 12
"""Later stories that a story's page names."""

# 3: Stories are indexed by stems and names.
_FORMAT = 3
# Another number has all stories indexed anew from the copies: 2 knows the subjects they name,
# 3 every reading of a word.
_INDEXED = 3
_TABLE_NAMES = (
    "digest",
    "state",
    "correction",
    "thread",
    "whole",
    "whole_waiting",
    "picture",
    *story_index.TABLE_NAMES,
)
_TABLES = """
CREATE TABLE IF NOT EXISTS digest (
    edition TEXT NOT NULL, day TEXT NOT NULL, revision INTEGER NOT NULL, closed INTEGER NOT NULL,
    size INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (edition, day)
);
CREATE TABLE IF NOT EXISTS state (
    changes INTEGER NOT NULL, reached TEXT NOT NULL, glossary TEXT NOT NULL
);
INSERT INTO state SELECT 0, '', '' WHERE NOT EXISTS (SELECT 1 FROM state);
CREATE TABLE IF NOT EXISTS correction (
    edition TEXT NOT NULL, day TEXT NOT NULL, told TEXT NOT NULL, story TEXT NOT NULL,
    article TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS correction_of ON correction (edition, told);
CREATE TABLE IF NOT EXISTS whole (
    id TEXT NOT NULL PRIMARY KEY, finished TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS whole_finished ON whole (finished);
CREATE TABLE IF NOT EXISTS whole_waiting (id TEXT NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS picture (
    article TEXT NOT NULL PRIMARY KEY, outlet TEXT NOT NULL, made TEXT NOT NULL, name TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS picture_made ON picture (made);
CREATE TABLE IF NOT EXISTS thread (
    edition TEXT NOT NULL, day TEXT NOT NULL, story TEXT NOT NULL, told TEXT NOT NULL,
    told_story TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS thread_of ON thread (edition, told, told_story);
"""
_READ_DIGEST = "SELECT body FROM digest WHERE edition = ? AND day = ?"
_MOST_KEPT = 64
_BUSY_S = 30
# Eighteen months, if every story of every day had a picture of 60 kB; digests are kept for longer.
_MOST_PICTURE_BYTES = 1 << 30
# Below what any SQLite takes.
_IDS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class StoryPlace:
    """
    Where a later digest says that printed words have changed.

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
        glossary: Names that searches find in every script, and that have pages.
        searched: Stories will be looked for by words; a site of files needs no such index.
        most_picture_bytes: Of all pictures.

    Raises:
        ArchiveError: From every method, when the file cannot be read or written.
    """

    def __init__(
        self,
        path: Path,
        glossary: Glossary | None = None,
        *,
        searched: bool = True,
        most_picture_bytes: int = _MOST_PICTURE_BYTES,
    ) -> None:
        self._path = path
        self._most_picture_bytes = most_picture_bytes
        known = glossary or Glossary(())
        self._names = NameKeys(known if searched else Glossary(()))
        self._keyed_by = self._names if searched else None
        self._mentions = Mentions(known)
        self._local = threading.local()
        self._kept: dict[tuple[str, date], tuple[bytes, Digest]] = {}
        with self._connect() as connection:
            [file_format] = connection.execute("PRAGMA user_version").fetchone()
            if file_format not in (0, _FORMAT):
                drops = [f"DROP TABLE IF EXISTS {name};" for name in _TABLE_NAMES]
                connection.executescript("".join(drops))
            connection.executescript(
                f"{_TABLES} {story_index.TABLES} PRAGMA user_version = {_FORMAT};"
            )
        # By what a story is found, and which names it says.
        by_words = "" if searched else ".unsearched"
        fingerprint = f"{glossary.fingerprint}.{_INDEXED}{by_words}" if glossary else ""
        self._index_anew(fingerprint)

    def _index_anew(self, fingerprint: str) -> None:
        """Index all stories by the names of a glossary unless they are."""
        with self._connect() as connection:
            [indexed_by] = connection.execute("SELECT glossary FROM state").fetchone()
            if indexed_by == fingerprint:
                return
            connection.execute("BEGIN IMMEDIATE")
            story_index.clear(connection)
            rows = connection.execute("SELECT edition, day, body FROM digest").fetchall()
            for edition, day, body in rows:
                digest = self._read_copy(edition, day, body)
                story_index.put_stories(
                    connection,
                    digest,
                    self._keyed_by,
                    self._mentions,
                )
            connection.execute(
                "UPDATE state SET glossary = ?, changes = changes + ?", (fingerprint, bool(rows))
            )

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection, within a transaction."""
        try:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # The owner's alone; what SQLite puts beside it gets the same mode.
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
                connection = sqlite3.connect(self._path, timeout=_BUSY_S)
                connection.execute("PRAGMA journal_mode = WAL")
                self._local.connection = connection
            with connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError(str(self._path), str(error)) from error

    def put(self, digest: Digest) -> bool:
        """Keep a digest; returns whether it differs from the one kept."""
        body = write_digest(digest).encode()
        key = (digest.edition, digest.day.isoformat())
        with self._connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            kept = connection.execute(_READ_DIGEST, key).fetchone()
            if kept and zlib.decompress(kept[0]) == body:
                return False
            size = len(digest.stories)
            packed = zlib.compress(body, 6)
            row = (*key, digest.revision, digest.closed, size, packed)
            connection.execute("INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?)", row)
            story_index.put_stories(
                connection,
                digest,
                self._keyed_by,
                self._mentions,
            )
            _put_corrections(connection, digest, key)
            _put_threads(connection, digest, key)
            connection.execute("UPDATE state SET changes = changes + 1")
        return True

    def read_version(self) -> int:
        """Return a number that grows with every change."""
        with self._connect() as connection:
            [changes] = connection.execute("SELECT changes FROM state").fetchone()
        return int(changes)

    def read_last_reached(self) -> datetime | None:
        """Return when the store was last read; None if never."""
        with self._connect() as connection:
            [moment] = connection.execute("SELECT reached FROM state").fetchone()
        return datetime.fromisoformat(moment) if moment else None

    def note_reached(self, now: datetime) -> None:
        """Note that the store was read."""
        with self._connect() as connection:
            connection.execute("UPDATE state SET reached = ?", (now.isoformat(),))

    def list_days(self, edition: str) -> tuple[date, ...]:
        """Return the days of an edition, the newest first."""
        query = "SELECT day FROM digest WHERE edition = ? ORDER BY day DESC"
        with self._connect() as connection:
            rows = connection.execute(query, (edition,)).fetchall()
        return tuple(date.fromisoformat(day) for [day] in rows)

    def list_closed_days(self, edition: str) -> frozenset[date]:
        """Return the days of an edition whose digests will not change any more."""
        query = "SELECT day FROM digest WHERE edition = ? AND closed"
        with self._connect() as connection:
            rows = connection.execute(query, (edition,)).fetchall()
        return frozenset(date.fromisoformat(day) for [day] in rows)

    def find_digest(self, edition: str, day: date) -> Digest | None:
        """Return a digest, None if there is none."""
        with self._connect() as connection:
            row = connection.execute(_READ_DIGEST, (edition, day.isoformat())).fetchone()
        return self._unpack(edition, day, row[0]) if row else None

    def _unpack(
        self,
        edition: str,
        day: date,
        body: bytes,
    ) -> Digest:
        # A search reads digests of many days, each page's chart those of a week; reading one takes
        # milliseconds.
        key = (edition, day)
        kept_body, digest = self._kept.get(key, (b"", None))
        if digest is None or kept_body != body:
            digest = self._read_copy(edition, day, body)
            while len(self._kept) >= _MOST_KEPT:
                oldest = next(iter(self._kept))
                self._kept.pop(oldest, None)
            self._kept[key] = (body, digest)
        return digest

    def _read_copy(
        self,
        edition: str,
        day: date | str,
        body: bytes,
    ) -> Digest:
        try:
            return read_digest(zlib.decompress(body).decode())
        except (zlib.error, ValueError, SchemaError) as error:
            raise ArchiveError(str(self._path), f"{edition} {day}: {error}") from error

    def find_corrected(self, edition: str, printed: date) -> dict[str, StoryPlace]:
        """
        Find the stories of a day that later digests correct.

        Returns:
            Where the latest correction of each stands, by story id.
        """
        query = (
            "SELECT story, day, article FROM correction "
            "WHERE edition = ? AND told = ? ORDER BY day, article"
        )
        with self._connect() as connection:
            rows = connection.execute(query, (edition, printed.isoformat())).fetchall()
        places = {}
        for story, day, article in rows:
            places[story] = StoryPlace(date.fromisoformat(day), article)
        return places

    def find_later(self, edition: str, day: date) -> dict[str, tuple[StoryMention, ...]]:
        """
        Find what later digests say goes on with the stories of a day.

        A digest that is closed never changes, so its stories learn of them from here.

        Returns:
            The oldest first, by story id; at most ``MOST_LATER`` of each.
        """
        query = (
            "SELECT told_story, day, story FROM thread "
            "WHERE edition = ? AND told = ? ORDER BY day, story"
        )
        with self._connect() as connection:
            rows = connection.execute(query, (edition, day.isoformat())).fetchall()
        later: dict[str, list[StoryMention]] = defaultdict(list)
        for told_story, later_day, story_id in rows:
            if len(later.get(told_story, ())) < MOST_LATER:
                digest = self.find_digest(edition, date.fromisoformat(later_day))
                if digest is not None:
                    later[told_story] += _mention(digest, story_id)
        return {story_id: tuple(mentions) for story_id, mentions in later.items()}

    def read_accounts(self, edition: str, days: tuple[date, ...]) -> dict[date, Account]:
        """Return the accounts of these days, as far as there are digests."""
        digests = {day: self.find_digest(edition, day) for day in days}
        return {day: digest.account for day, digest in digests.items() if digest}

    def put_whole(self, whole: WholeArticle, finished: datetime) -> None:
        """Keep a whole article that was finished at a moment."""
        row = (whole.id, finished.isoformat(), pack_whole(whole))
        with self._connect() as connection:
            connection.execute("INSERT OR REPLACE INTO whole VALUES (?, ?, ?)", row)
            connection.execute("DELETE FROM whole_waiting WHERE id = ?", (whole.id,))
            connection.execute("UPDATE state SET changes = changes + 1")

    def find_last_whole(self) -> datetime | None:
        """Return when the newest whole article kept was finished; None if none is kept."""
        with self._connect() as connection:
            [finished] = connection.execute("SELECT max(finished) FROM whole").fetchone()
        return datetime.fromisoformat(finished) if finished else None

    def find_whole_times(self, ids: Iterable[str]) -> dict[str, datetime]:
        """Return when those of these whole articles that are kept were finished, by id."""
        rows = self._find_among("SELECT id, finished FROM whole WHERE id IN", ids)
        return {whole_id: datetime.fromisoformat(finished) for whole_id, finished in rows}

    def _find_among(self, query: str, ids: Iterable[str]) -> list[tuple[Any, ...]]:
        """Return the rows that a query finds among ids, which stand at its end."""
        wanted = list(ids)
        rows: list[tuple[Any, ...]] = []
        with self._connect() as connection:
            for start in range(0, len(wanted), _IDS_A_QUERY):
                some = wanted[start : start + _IDS_A_QUERY]
                marks = ",".join("?" * len(some))
                rows += connection.execute(f"{query} ({marks})", some).fetchall()
        return rows

    def find_whole(self, whole_id: str) -> WholeArticle | None:
        """Return a whole article, None if it is not there."""
        query = "SELECT body FROM whole WHERE id = ?"
        with self._connect() as connection:
            row = connection.execute(query, (whole_id,)).fetchone()
        try:
            return unpack_whole(row[0], f"whole {whole_id}") if row else None
        except SchemaError as error:
            raise ArchiveError(str(self._path), str(error)) from error

    def set_wholes_waiting(self, ids: Iterable[str]) -> None:
        """Note which whole articles wait to be made, and no others."""
        wanted = set(ids)
        if wanted == self.list_wholes_waiting():
            return
        with self._connect() as connection:
            connection.execute("DELETE FROM whole_waiting")
            rows = [(whole_id,) for whole_id in wanted]
            connection.executemany("INSERT INTO whole_waiting VALUES (?)", rows)
            connection.execute("UPDATE state SET changes = changes + 1")

    def add_whole_waiting(self, whole_id: str) -> None:
        """Note that a whole article waits too."""
        with self._connect() as connection:
            connection.execute("INSERT OR IGNORE INTO whole_waiting VALUES (?)", (whole_id,))
            connection.execute("UPDATE state SET changes = changes + 1")

    def list_wholes_waiting(self) -> set[str]:
        """Return the ids of whole articles that wait to be made."""
        with self._connect() as connection:
            rows = connection.execute("SELECT id FROM whole_waiting").fetchall()
        return {whole_id for [whole_id] in rows}

    def put_picture(self, picture: Picture, made: datetime) -> None:
        """Keep a picture that was made at a moment; the oldest go when all are too large."""
        size = picture.size
        row = (
            picture.article_id,
            picture.outlet_id,
            made.isoformat(),
            size.name,
            size.width,
            size.height,
            len(picture.body),
            picture.body,
        )
        with self._connect() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row
            )
            _drop_pictures(connection, self._most_picture_bytes)
            connection.execute("UPDATE state SET changes = changes + 1")

    def find_last_picture(self) -> datetime | None:
        """Return when the newest picture kept was made; None if none is kept."""
        with self._connect() as connection:
            [made] = connection.execute("SELECT max(made) FROM picture").fetchone()
        return datetime.fromisoformat(made) if made else None

    def find_picture_times(self, ids: Iterable[str]) -> dict[str, datetime]:
        """Return when those of these articles' pictures that are kept were made."""
        rows = self._find_among("SELECT article, made FROM picture WHERE article IN", ids)
        return {article_id: datetime.fromisoformat(made) for article_id, made in rows}

    def find_picture_sizes(self, ids: Iterable[str]) -> dict[str, PictureSize]:
        """Return the names and sizes of these articles' pictures, as far as they are kept."""
        query = "SELECT article, name, width, height FROM picture WHERE article IN"
        return {
            article_id: PictureSize(name=name, width=width, height=height)
            for article_id, name, width, height in self._find_among(query, ids)
        }

    def list_pictures(self) -> list[tuple[str, str]]:
        """Return the name of each picture, and the id of its outlet."""
        with self._connect() as connection:
            return connection.execute("SELECT name, outlet FROM picture ORDER BY name").fetchall()

    def find_picture(self, article_id: str) -> Picture | None:
        """Return an article's picture, None if it is not there."""
        query = "SELECT outlet, width, height, body FROM picture WHERE article = ?"
        with self._connect() as connection:
            row = connection.execute(query, (article_id,)).fetchone()
        if row is None:
            return None
        outlet_id, width, height, body = row
        return Picture(
            article_id=article_id,
            outlet_id=outlet_id,
            width=width,
            height=height,
            body=body,
        )

    def search(
        self,
        words: str,
        wanted: SearchFilter,
        *,
        offset: int = 0,
        limit: int = 20,
    ) -> HitPage:
        """
        Find stories by words; see ``story_index.find_stories``.

        Args:
            words: In any language; stories have all of them.
            wanted: Which stories are searched.
            offset: Hits passed over.
            limit: Hits returned at most.
        """
        with self._connect() as connection:
            found = story_index.find_stories(
                connection,
                words,
                wanted,
                self._names,
                offset=offset,
                limit=limit,
            )
        return show_found(found, wanted.edition, self._names)

    def count_passing(self, wanted: SearchFilter) -> int:
        """Return how many stories a filter lets pass."""
        with self._connect() as connection:
            return story_index.count_passing(connection, wanted)

    def list_places(self, wanted: SearchFilter) -> frozenset[tuple[date, str]]:
        """Return day and id of each story that a filter lets pass."""
        with self._connect() as connection:
            return story_index.list_places(connection, wanted)

    def list_subjects_of(
        self,
        edition: str,
        day: date,
        story: str,
    ) -> list[str]:
        """Return the ids of the subjects that a story names, in the order they come in."""
        with self._connect() as connection:
            return subject_index.list_subjects_of(
                connection,
                edition,
                day,
                story,
            )

    def count_subjects(self, edition: str, since: date) -> dict[str, SubjectCount]:
        """Count the stories that name each subject, of those that any of an edition names."""
        with self._connect() as connection:
            return subject_index.count_subjects(connection, edition, since)


def _mention(digest: Digest, story_id: str) -> list[StoryMention]:
    return [mention_story(digest, story) for story in digest.stories if story.id == story_id]


def _drop_pictures(connection: sqlite3.Connection, most_bytes: int) -> None:
    """Drop the oldest pictures until the others are no more than so many bytes."""
    [total] = connection.execute("SELECT sum(bytes) FROM picture").fetchone()
    while total > most_bytes:
        oldest = "SELECT article, bytes FROM picture ORDER BY made, article LIMIT 1"
        article_id, size = connection.execute(oldest).fetchone()
        connection.execute("DELETE FROM picture WHERE article = ?", (article_id,))
        total -= size


def _put_threads(connection: sqlite3.Connection, digest: Digest, key: tuple[str, str]) -> None:
    connection.execute("DELETE FROM thread WHERE edition = ? AND day = ?", key)
    rows = []
    for story in digest.stories:
        told = [(mention.day.isoformat(), mention.story) for mention in story.thread]
        rows += [(*key, story.id, *where) for where in told]
    connection.executemany("INSERT INTO thread VALUES (?, ?, ?, ?, ?)", rows)


def _put_corrections(connection: sqlite3.Connection, digest: Digest, key: tuple[str, str]) -> None:
    connection.execute("DELETE FROM correction WHERE edition = ? AND day = ?", key)
    rows = []
    for item in digest.corrections:
        corrected = (item.told.day.isoformat(), item.told.story)
        rows.append((*key, *corrected, item.article.article_id))
    connection.executemany("INSERT INTO correction VALUES (?, ?, ?, ?, ?)", rows)
