"""
An index of the stories of digests, in tables of an SQLite file that somebody else opens.

Stories are found by the keys of their words (``keys``): of their headline and lead in English and
in the original, and of the headlines of all their reports. SQLite's full-text index (FTS5) holds
the keys, each kind in a column of its own; a plain table holds what filters look at, and each story
as a search shows it, so that no whole digest is read to show one of its stories. A third has the
people, places and bodies that each story names (``mentions``).

A search is tried in turn, until something is found:

1. by the keys of the words as they were typed;
2. with Kazakh in Latin letters read as Kazakh, whatever else it may be;
3. by words that begin so (``казахст``), which the page says;
4. with a word that nothing has put right by one letter, which the page says too. A word that is put
   there is one that stories have, whole; in a short word the first letter stays, since people
   rarely mistype it.

The last two are for what is no word yet, or was mistyped. A word that the table of spellings
(``text.capitals``) knows is neither: where no story has снег, nothing is shown, and no нег.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from aggregator.languages import ENGLISH
from aggregator.models.digest_json import read_story, write_story
from aggregator.search import subject_index
from aggregator.search.keys import (
    Asked,
    AskedWord,
    Column,
    Key,
    key_text,
    read_asked,
)
from aggregator.search.marks import SoughtWord
from aggregator.text.capitals import is_usual
from aggregator.text.latin import list_readings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from aggregator.models import Digest, DigestStory, Topic
    from aggregator.search.mentions import Mentions
    from aggregator.search.names import NameKeys

__all__ = [
    "TABLES",
    "TABLE_NAMES",
    "FoundStories",
    "FoundStory",
    "SearchFilter",
    "clear",
    "count_passing",
    "find_stories",
    "list_places",
    "put_stories",
]

TABLE_NAMES = ("story", "story_key", "story_word", *subject_index.TABLE_NAMES)
"""Tables of the index; any may be dropped while it is made anew."""

TABLES = f"""
{subject_index.TABLES}
CREATE TABLE IF NOT EXISTS story (
    number INTEGER PRIMARY KEY, edition TEXT NOT NULL, day TEXT NOT NULL, id TEXT NOT NULL,
    place INTEGER NOT NULL, topic TEXT NOT NULL, outlets TEXT NOT NULL, languages TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS story_passing ON story (
    edition, day DESC, place, topic, outlets, languages
);
CREATE VIRTUAL TABLE IF NOT EXISTS story_key USING fts5(
    english, russian, kazakh, name, form,
    tokenize = "unicode61 remove_diacritics 0", prefix = '3 4', detail = column
);
CREATE VIRTUAL TABLE IF NOT EXISTS story_word USING fts5vocab(story_key, 'col');
"""
"""What makes the tables where they are not there."""

# A form is indexed beside its stem, so it counts for nothing.
_RANK: Final = "bm25(story_key, 1, 1, 1, 1, 0)"
# Crossed, so that SQLite asks the full-text index once, not for each story that passes a filter.
_JOINED: Final = "story_key CROSS JOIN story ON story.number = story_key.rowid"
_LATIN_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC_LETTERS: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяёәғқңөұүһі"
# Shorter beginnings are of too many words.
_SHORTEST_BEGINNING: Final = 3
# No table here knows English words, and the short ones are near each other (snow, show).
_SHORTEST_MENDED_LATIN: Final = 5
# One wrong letter in a shorter word leaves too many words it could be; the others bound what a
# query may cost.
_SHORTEST_MENDED: Final = 4
_LONGEST_MENDED: Final = 20
_MOST_MENDED: Final = 2
_FIRST_LETTER_STAYS: Final = 5
_MOST_VALUES: Final = 900
_RUN = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """
    Which stories are searched.

    Attributes:
        edition: Id.
        since: First day; None for no first.
        until: Last day; None for no last.
        outlet: Id of one that has a report in the story; empty for any.
        topic: What it is about; None for anything.
        language: BCP 47 tag of one of its reports; empty for any.
        subject: Id of one that it names (``search.mentions``); empty for any.
    """

    edition: str
    since: date | None = None
    until: date | None = None
    outlet: str = ""
    topic: Topic | None = None
    language: str = ""
    subject: str = ""

    @property
    def is_open(self) -> bool:
        """It lets every story of its edition pass."""
        return self == SearchFilter(edition=self.edition)


@dataclass(frozen=True, slots=True)
class FoundStory:
    """A story, without the texts of its articles."""

    day: date
    story: DigestStory


@dataclass(frozen=True, slots=True)
class FoundStories:
    """
    Part of what was found.

    Attributes:
        stories: The newest day first, within it the best match first.
        total: How many there are in all.
        sought: How each word that was asked for was looked for.
        loosened: Nothing had the words as given; these have words that begin like them.
        instead: Nothing had the words as given; these have these. Else empty.
    """

    stories: tuple[FoundStory, ...] = ()
    total: int = 0
    sought: tuple[SoughtWord, ...] = ()
    loosened: bool = False
    instead: str = ""


@dataclass(frozen=True, slots=True)
class _Search:
    """What a search works with."""

    connection: sqlite3.Connection
    names: NameKeys
    wanted: SearchFilter
    offset: int
    limit: int


def put_stories(
    connection: sqlite3.Connection,
    digest: Digest,
    names: NameKeys | None,
    mentions: Mentions,
) -> None:
    """
    Put the stories of a digest in the place of those it had before.

    Those that are as they were stay, since keys take milliseconds; ``clear`` comes first where they
    would be others.

    Args:
        names: For the keys of words; None if nobody will search by words.
        mentions: Says which subjects a story names.
    """
    day = digest.day.isoformat()
    query = "SELECT id, body, number FROM story WHERE edition = ? AND day = ?"
    rows = connection.execute(query, (digest.edition, day))
    kept = {(story_id, body): number for story_id, body, number in rows}
    for place, story in enumerate(digest.stories):
        body = _pack(story)
        number = kept.pop((story.id, body), None)
        if number is not None:
            connection.execute("UPDATE story SET place = ? WHERE number = ?", (place, number))
            continue
        home = (digest.edition, day, story.id, place)
        number = _put_story(connection, home, story, body, names)
        named = mentions.list_named(story)
        subject_index.put_subjects(connection, number, named)
    gone = [(number,) for number in kept.values()]
    connection.executemany("DELETE FROM story_key WHERE rowid = ?", gone)
    subject_index.take_out(connection, gone)
    connection.executemany("DELETE FROM story WHERE number = ?", gone)


def clear(connection: sqlite3.Connection) -> None:
    """Take all stories out."""
    connection.execute("DELETE FROM story_key")
    subject_index.clear(connection)
    connection.execute("DELETE FROM story")


def _put_story(
    connection: sqlite3.Connection,
    home: tuple[str, str, str, int],
    story: DigestStory,
    body: bytes,
    names: NameKeys | None,
) -> int | None:
    """Put a story; returns its number."""
    outlets, languages = _list_facets(story)
    row = (
        *home,
        story.topic,
        outlets,
        languages,
        body,
    )
    cursor = connection.execute("INSERT INTO story VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    number = cursor.lastrowid
    if names is not None:
        columns = _list_columns(story, names)
        connection.execute(
            "INSERT INTO story_key (rowid, english, russian, kazakh, name, form)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (number, *columns),
        )
    return number


def _list_facets(story: DigestStory) -> tuple[str, str]:
    """Return the outlets and languages of a story, each between blanks."""
    outlets = [ref.outlet_id for ref in story.articles]
    languages = [ref.language for ref in story.articles]
    return _join_facets(outlets), _join_facets(languages)


def _join_facets(facets: Iterable[str]) -> str:
    """Return facets once each, all of them between blanks."""
    distinct = dict.fromkeys(facets)
    joined = " ".join(distinct)
    return f" {joined} "


def _pack(story: DigestStory) -> bytes:
    articles = [replace(ref, text="") for ref in story.articles]
    earlier = [replace(ref, text="") for ref in story.earlier]
    bare = replace(
        story,
        articles=tuple(articles),
        earlier=tuple(earlier),
    )
    written = write_story(bare)
    return zlib.compress(written)


def _unpack(body: bytes) -> DigestStory:
    written = zlib.decompress(body)
    return read_story(written)


def _list_columns(story: DigestStory, names: NameKeys) -> list[str]:
    """Return the keys of a story, those of each column in one text."""
    keys: dict[Key, None] = {}
    for text, language in _list_texts(story):
        for word in key_text(text, language, names):
            keys.update(dict.fromkeys(word.keys))
    columns = []
    for column in Column:
        texts = [key.text for key in keys if key.column is column]
        columns.append(" ".join(texts))
    return columns


def _list_texts(story: DigestStory) -> Iterator[tuple[str, str]]:
    """Yield what a story is found by, with its language."""
    language = story.best.language
    for segment in chain(story.headline.segments, story.lead.segments):
        yield segment.source, language
        if segment.english is not None:
            yield segment.english, ENGLISH
        elif segment.certain:
            yield segment.certain, ENGLISH
    for ref in story.articles:
        yield ref.title, ref.language
        if ref.headline.translated:
            yield ref.headline.text, ENGLISH


def find_stories(
    connection: sqlite3.Connection,
    words: str,
    wanted: SearchFilter,
    names: NameKeys,
    *,
    offset: int,
    limit: int,
) -> FoundStories:
    """
    Find stories by words.

    Args:
        words: In any language; stories have all of them. Without any, a filter alone finds all that
            pass it, and an open one nothing.
        offset: Stories passed over.
        limit: Stories returned at most.
    """
    search = _Search(
        connection,
        names,
        wanted,
        offset,
        limit,
    )
    asked = read_asked(words, names)
    if not asked.words:
        return FoundStories() if wanted.is_open else _list_passing(search)
    wider = asked.widen()
    attempts = (
        _look_for(asked),
        _look_for(wider),
        _look_for_beginnings(wider),
    )
    for query, sought in dict.fromkeys(attempts):
        found = _find(search, query, sought)
        if found.total:
            is_loosened = any(word.beginning for word in sought)
            return replace(found, loosened=is_loosened)
    return _find_mended(search, wider)


def _look_for(asked: Asked) -> tuple[str, tuple[SoughtWord, ...]]:
    """Return the query for stories that have all words, and how each is looked for."""
    sought = [SoughtWord(frozenset(word.keys)) for word in asked.words]
    return _write_query(asked, sought), _add_wholes(asked, sought)


def _look_for_beginnings(asked: Asked) -> tuple[str, tuple[SoughtWord, ...]]:
    sought = []
    for word in asked.words:
        low = word.typed.casefold()
        is_beginning = len(low) >= _SHORTEST_BEGINNING and not is_usual(low)
        beginning = low if is_beginning else ""
        keys = frozenset(word.keys)
        sought.append(SoughtWord(keys, beginning))
    return _write_query(asked, sought), _add_wholes(asked, sought)


def _add_wholes(asked: Asked, sought: Sequence[SoughtWord]) -> tuple[SoughtWord, ...]:
    """Return the words with the keys of the names that they are part of, for marking."""
    marked = list(sought)
    for start, end, key in asked.wholes:
        for number in range(start, end):
            word = marked[number]
            keys = word.keys | {key}
            marked[number] = replace(word, keys=keys)
    return tuple(marked)


def _write_query(asked: Asked, sought: Sequence[SoughtWord]) -> str:
    """Return the query of the full-text index."""
    groups = list(map(_write_word, sought))
    pieces = []
    number = 0
    by_end = sorted(asked.wholes, key=lambda whole: whole[1])
    # The longest of the names that begin at a word.
    wholes = {start: (end, key) for start, end, key in by_end}
    while number < len(groups):
        end, key = wholes.get(number, (number + 1, None))
        together = " AND ".join(groups[number:end])
        piece = f"({together})"
        if key:
            whole = _write_key(key)
            piece = f"({whole} OR {piece})"
        pieces.append(piece)
        number = end
    return " AND ".join(pieces)


def _write_word(word: SoughtWord) -> str:
    in_order = sorted(word.keys, key=lambda key: (key.column, key.text))
    keys = list(map(_write_key, in_order))
    if word.beginning:
        keys.append(f'{Column.FORM} : "{word.beginning}"*')
    any_key = " OR ".join(keys)
    return f"({any_key})"


def _write_key(key: Key) -> str:
    return f'{key.column} : "{key.text}"'


def _write_filter(wanted: SearchFilter) -> tuple[str, list[str]]:
    """Return the condition that stories pass, and its values."""
    conditions = {
        "edition = ?": wanted.edition,
        "day >= ?": wanted.since.isoformat() if wanted.since else "",
        "day <= ?": wanted.until.isoformat() if wanted.until else "",
        "topic = ?": wanted.topic.value if wanted.topic else "",
        "instr(outlets, ?)": f" {wanted.outlet} " if wanted.outlet else "",
        "instr(languages, ?)": f" {wanted.language} " if wanted.language else "",
        subject_index.NAMING: wanted.subject,
    }
    set_ones = {condition: value for condition, value in conditions.items() if value}
    return " AND ".join(set_ones), list(set_ones.values())


def _list_passing(search: _Search) -> FoundStories:
    """Return the stories that pass a filter."""
    total = count_passing(search.connection, search.wanted)
    condition, values = _write_filter(search.wanted)
    select = (
        f"SELECT day, body FROM story WHERE {condition} ORDER BY day DESC, place LIMIT ? OFFSET ?"
    )
    bounds = (search.limit, search.offset)
    passing = search.connection.execute(select, (*values, *bounds))
    rows = passing.fetchall()
    return FoundStories(_read_rows(rows), total)


def count_passing(connection: sqlite3.Connection, wanted: SearchFilter) -> int:
    """Return how many stories pass a filter."""
    condition, values = _write_filter(wanted)
    count = f"SELECT count(*) FROM story WHERE {condition}"
    [total] = connection.execute(count, values).fetchone()
    return int(total)


def list_places(
    connection: sqlite3.Connection,
    wanted: SearchFilter,
) -> frozenset[tuple[date, str]]:
    """Return day and id of each story that a filter lets pass."""
    condition, values = _write_filter(wanted)
    select = f"SELECT day, id FROM story WHERE {condition}"
    rows = connection.execute(select, values).fetchall()
    places = [(date.fromisoformat(day), story_id) for day, story_id in rows]
    return frozenset(places)


def _find(search: _Search, query: str, sought: tuple[SoughtWord, ...]) -> FoundStories:
    condition, values = _write_filter(search.wanted)
    count = f"SELECT count(*) FROM {_JOINED} WHERE story_key MATCH ? AND {condition}"
    [total] = search.connection.execute(count, (query, *values)).fetchone()
    if not total:
        return FoundStories()
    # Numbers first: sorting would carry the bodies of all that were found.
    select = (
        f"SELECT number FROM {_JOINED} WHERE story_key MATCH ? AND {condition} "
        f"ORDER BY day DESC, {_RANK}, id LIMIT ? OFFSET ?"
    )
    bounds = (search.limit, search.offset)
    numbers = search.connection.execute(select, (query, *values, *bounds)).fetchall()
    body = "SELECT day, body FROM story WHERE number = ?"
    rows = [search.connection.execute(body, number).fetchone() for number in numbers]
    return FoundStories(_read_rows(rows), int(total), sought)


def _read_rows(rows: Iterable[tuple[str, bytes]]) -> tuple[FoundStory, ...]:
    stories = []
    for written_day, body in rows:
        day = date.fromisoformat(written_day)
        story = _unpack(body)
        stories.append(FoundStory(day, story))
    return tuple(stories)


def _find_mended(search: _Search, asked: Asked) -> FoundStories:
    """Find stories by words of which those that nothing has are mended by one letter."""
    keys = chain.from_iterable(word.keys for word in asked.words)
    known = _count_keys(search.connection, keys).keys()
    unknown = [word for word in asked.words if known.isdisjoint(word.keys)]
    if not 1 <= len(unknown) <= _MOST_MENDED:
        return FoundStories()
    mended = {word: _find_nearest(search.connection, word) for word in unknown}
    instead = [mended.get(word, word.typed) for word in asked.words]
    if not all(instead):
        return FoundStories()
    text = " ".join(instead)
    asked_instead = read_asked(text, search.names)
    query, sought = _look_for(asked_instead.widen())
    found = _find(search, query, sought)
    return replace(found, instead=text)


def _count_keys(
    connection: sqlite3.Connection,
    keys: Iterable[Key],
) -> dict[Key, int]:
    """Return how many stories have each of some keys, of those that any has."""
    wanted = set(keys)
    texts = list({key.text for key in wanted})
    counts = {}
    for start in range(0, len(texts), _MOST_VALUES):
        part = texts[start : start + _MOST_VALUES]
        places = ", ".join("?" * len(part))
        query = f"SELECT col, term, doc FROM story_word WHERE term IN ({places})"
        for column, text, stories in connection.execute(query, part):
            key = Key(Column(column), text)
            if key in wanted:
                counts[key] = int(stories)
    return counts


def _find_nearest(connection: sqlite3.Connection, word: AskedWord) -> str:
    """Return the word at most one mistake away that most stories have; empty if none has any."""
    low = word.typed.casefold()
    shortest = _SHORTEST_MENDED_LATIN if low.isascii() else _SHORTEST_MENDED
    is_mended = shortest <= len(low) <= _LONGEST_MENDED
    if not is_mended or is_usual(low):
        return ""
    written = _write_near(word, low)
    counts = _count_keys(connection, written)
    best = max(
        counts,
        key=lambda key: (key.column is Column.FORM, counts[key]),
        default=None,
    )
    return written[best] if best else ""


def _write_near(word: AskedWord, low: str) -> dict[Key, str]:
    """Return what is one mistake away from a word, by the keys that it would be found by."""
    written: dict[Key, str] = {}
    readings = map(str.casefold, list_readings(word.typed))
    for form in dict.fromkeys((low, *readings)):
        for near in _vary(form):
            near_key = Key(Column.FORM, near)
            written.setdefault(near_key, near)
    for key in word.keys:
        if key.column is Column.FORM or not low.startswith(key.text):
            continue
        # The ending that was typed, behind the stem as it should have been.
        ending = low.removeprefix(key.text)
        for near in _vary(key.text):
            near_key = Key(key.column, near)
            written.setdefault(near_key, near + ending)
    return written


def _vary(word: str) -> Iterator[str]:
    """Yield a word with one mistake put right; in a short one the first letter stays."""
    first = word[: int(len(word) <= _FIRST_LETTER_STAYS)]
    yield _RUN.sub(r"\1", word)
    for near in _vary_one_letter(word):
        if len(near) >= _SHORTEST_BEGINNING and near.startswith(first):
            yield near


def _vary_one_letter(word: str) -> Iterator[str]:
    """Yield a word with one letter left out, added, put for another, or swapped with the next."""
    letters = _LATIN_LETTERS if word.isascii() else _CYRILLIC_LETTERS
    for place in range(len(word)):
        before = word[:place]
        here = word[place]
        after = word[place + 1 :]
        yield before + after
        if after:
            yield before + after[0] + here + after[1:]
        for letter in letters:
            yield before + letter + after
            yield before + letter + here + after
    for letter in letters:
        yield word + letter
