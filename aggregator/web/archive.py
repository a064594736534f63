"""
Copies of digests in one SQLite file, for reading: by day, by story, by words.

The store is the truth; this is what the page reads from. So the page goes on with the last digest
it knew while the store is away, even through a restart of its own, and a reader's search never
costs the store anything.

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
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.errors import ArchiveError
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.text.latin import list_readings, to_cyrillic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from aggregator.models import Account, Digest, DigestStory

__all__ = ["Archive", "Hit", "HitPage", "StoryPlace"]

# 2: Kazakh in Latin letters is indexed in Cyrillic.
_FORMAT = 2
_TABLE_NAMES = ("digest", "story", "state", "correction")
_TABLES = """
CREATE TABLE IF NOT EXISTS digest (
    edition TEXT NOT NULL, day TEXT NOT NULL, revision INTEGER NOT NULL, closed INTEGER NOT NULL,
    size INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (edition, day)
);
CREATE TABLE IF NOT EXISTS state (changes INTEGER NOT NULL, reached TEXT NOT NULL);
INSERT INTO state SELECT 0, '' WHERE NOT EXISTS (SELECT 1 FROM state);
CREATE TABLE IF NOT EXISTS correction (
    edition TEXT NOT NULL, day TEXT NOT NULL, told TEXT NOT NULL, story TEXT NOT NULL,
    article TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS correction_of ON correction (edition, told);
CREATE VIRTUAL TABLE IF NOT EXISTS story USING fts5(
    english, original, reports, edition UNINDEXED, day UNINDEXED, id UNINDEXED,
    tokenize = "unicode61 remove_diacritics 0", prefix = '3 4'
);
"""
_READ_DIGEST = "SELECT body FROM digest WHERE edition = ? AND day = ?"
_COUNT_HITS = "SELECT count(*) FROM story WHERE story MATCH ? AND edition = ?"
_FIND_HITS = (
    "SELECT day, id FROM story WHERE story MATCH ? AND edition = ? "
    "ORDER BY day DESC, rank, id LIMIT ? OFFSET ?"
)
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_MOST_KEPT = 64
_BUSY_S = 30
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
class HitPage:
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


_NOTHING = HitPage((), 0)


@dataclass(frozen=True, slots=True)
class _Part:
    """Which part of an edition's hits is asked for."""

    edition: str
    offset: int
    limit: int


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

    Raises:
        ArchiveError: From every method, when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._kept: dict[tuple[str, date], tuple[bytes, Digest]] = {}
        with self._connect() as connection:
            [file_format] = connection.execute("PRAGMA user_version").fetchone()
            if file_format not in (0, _FORMAT):
                drops = [f"DROP TABLE IF EXISTS {name};" for name in _TABLE_NAMES]
                connection.executescript("".join(drops))
            connection.executescript(f"{_TABLES} PRAGMA user_version = {_FORMAT};")

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection, within a transaction."""
        try:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
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
            _put_stories(connection, digest, key)
            _put_corrections(connection, digest, key)
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
            text = zlib.decompress(body).decode()
            digest = read_digest(text)
            while len(self._kept) >= _MOST_KEPT:
                oldest = next(iter(self._kept))
                self._kept.pop(oldest, None)
            self._kept[key] = (body, digest)
        return digest

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

    def read_accounts(self, edition: str, days: tuple[date, ...]) -> dict[date, Account]:
        """Return the accounts of these days, as far as there are digests."""
        digests = {day: self.find_digest(edition, day) for day in days}
        return {day: digest.account for day, digest in digests.items() if digest}

    def search(
        self,
        words: str,
        *,
        edition: str,
        offset: int = 0,
        limit: int = 20,
    ) -> HitPage:
        """
        Find stories by words.

        Args:
            words: In any language; stories have all of them.
            edition: Id of the one that is searched.
            offset: Hits passed over.
            limit: Hits returned at most.
        """
        different = dict.fromkeys(_WORD.findall(words))
        wanted = list(different)[:_MOST_WORDS]
        if not wanted:
            return _NOTHING
        part = _Part(edition, offset, limit)
        attempts: tuple[Callable[[], HitPage], ...] = (
            lambda: self._search(map(_list_first_forms, wanted), part),
            lambda: self._search(map(_list_forms, wanted), part),
            lambda: self._search_loosely(wanted, _CUT, part),
            lambda: self._search_mended(wanted, part),
            lambda: self._search_loosely(wanted, _CUT_MORE, part),
        )
        for attempt in attempts:
            page = attempt()
            if page.total:
                return page
        return _NOTHING

    def _search_loosely(
        self,
        words: Sequence[str],
        share: float,
        part: _Part,
    ) -> HitPage:
        """Find stories by words cut to a share of their letters."""
        stems = [_list_cut_forms(word, share) for word in words]
        return replace(self._search(stems, part), loosened=True)

    def _search_mended(self, words: Sequence[str], part: _Part) -> HitPage:
        """Find stories by words of which those that nothing has are mended by one letter."""
        unknown = [word for word in words if not self._count(_list_forms(word), part.edition)]
        if not 1 <= len(unknown) <= _MOST_MENDED:
            return _NOTHING
        mended = {word: self._find_nearest(word, part.edition) for word in unknown}
        instead = [mended.get(word, word) for word in words]
        if not all(instead):
            return _NOTHING
        page = self._search(map(_list_forms, instead), part)
        return replace(page, instead=" ".join(instead))

    def _find_nearest(self, word: str, edition: str) -> str:
        """Return the form at most one letter away that most stories have; empty if none has any."""
        if not _SHORTEST_MENDED <= len(word) <= _LONGEST_MENDED:
            return ""
        counts = {}
        for form in _list_forms(word):
            for near in _vary_one_letter(form):
                counts[near] = self._count((near,), edition)
        best = max(counts, key=counts.__getitem__)
        return best if counts[best] else ""

    def _count(self, forms: Iterable[str], edition: str) -> int:
        """Return how many stories have one of these forms."""
        query = _write_query([forms])
        with self._connect() as connection:
            [count] = connection.execute(_COUNT_HITS, (query, edition)).fetchone()
        return int(count)

    def _search(self, words: Iterable[Iterable[str]], part: _Part) -> HitPage:
        """Find stories that have, of each word, one of its forms."""
        query = (_write_query(words), part.edition)
        with self._connect() as connection:
            [total] = connection.execute(_COUNT_HITS, query).fetchone()
            rows = connection.execute(_FIND_HITS, (*query, part.limit, part.offset)).fetchall()
        stories: dict[str, dict[str, DigestStory]] = {}
        hits = []
        for day, story_id in rows:
            if day not in stories:
                stories[day] = self._read_stories(part.edition, day)
            story = stories[day].get(story_id)
            if story:
                hits.append(Hit(part.edition, date.fromisoformat(day), story))
        return HitPage(tuple(hits), int(total))

    def _read_stories(self, edition: str, day: str) -> dict[str, DigestStory]:
        """Return the stories of a day by id; none if its digest has gone since it was found."""
        digest = self.find_digest(edition, date.fromisoformat(day))
        return {story.id: story for story in digest.stories} if digest else {}


def _put_stories(connection: sqlite3.Connection, digest: Digest, key: tuple[str, str]) -> None:
    connection.execute("DELETE FROM story WHERE edition = ? AND day = ?", key)
    rows = [(*_list_indexed(story), *key, story.id) for story in digest.stories]
    connection.executemany("INSERT INTO story VALUES (?, ?, ?, ?, ?, ?)", rows)


def _put_corrections(connection: sqlite3.Connection, digest: Digest, key: tuple[str, str]) -> None:
    connection.execute("DELETE FROM correction WHERE edition = ? AND day = ?", key)
    rows = []
    for item in digest.corrections:
        corrected = (item.told.day.isoformat(), item.told.story)
        rows.append((*key, *corrected, item.article.article_id))
    connection.executemany("INSERT INTO correction VALUES (?, ?, ?, ?, ?)", rows)


def _write_query(words: Iterable[Iterable[str]]) -> str:
    """Return the query for stories that have words with these beginnings, one of each word's."""
    groups = []
    for forms in words:
        beginnings = [f'"{form}"*' for form in forms]
        groups.append(f"({' OR '.join(beginnings)})")
    return " AND ".join(groups)


def _list_forms(word: str) -> tuple[str, ...]:
    forms = (word, *list_readings(word))
    return tuple(dict.fromkeys(map(str.casefold, forms)))


def _list_first_forms(word: str) -> tuple[str, ...]:
    """Return forms to try at first: of ``man`` not ``ман``, with which other Kazakh words begin."""
    return _list_forms(word) if _KAZAKH_LATIN.search(word) else (word.casefold(),)


def _list_cut_forms(word: str, share: float) -> list[str]:
    return [_cut(form, share) for form in _list_forms(word)]


def _cut(word: str, share: float) -> str:
    length = max(_SHORTEST_STEM, int(len(word) * share))
    return word[:length]


def _vary_one_letter(word: str) -> Iterator[str]:
    """Yield a word with one letter left out, added, put for another, or swapped with the next."""
    letters = _LATIN_LETTERS if word.isascii() else _CYRILLIC_LETTERS
    for place in range(len(word)):
        before = word[:place]
        here = word[place]
        after = word[place + 1 :]
        if after:
            yield before + after
            yield before + after[0] + here + after[1:]
        for letter in letters:
            if letter != here:
                yield before + letter + after
        for letter in letters:
            yield before + letter + here + after


def _list_indexed(story: DigestStory) -> tuple[str, str, str]:
    """Return what the index has of a story: its English, its original, its reports' headlines."""
    passages = (story.headline, story.lead)
    segments = chain.from_iterable(passage.segments for passage in passages)
    english = [segment.english for segment in segments if segment.english]
    original = [_write_in_cyrillic(passage.original) for passage in passages]
    reports = [_write_in_cyrillic(ref.title) for ref in story.articles]
    return ("\n".join(english), "\n".join(original), "\n".join(reports))


def _write_in_cyrillic(text: str) -> str:
    # Not in Latin letters too: ``mektep`` would then find these texts alone, and none that is in
    # Cyrillic.
    return to_cyrillic(text) if _KAZAKH_LATIN.search(text) else text
