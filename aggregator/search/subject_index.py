"""
Which stories of the index name which subjects: a table beside that of the stories.

A row for each story and subject, since pages ask both ways: whose stories, and whom a story names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

__all__ = [
    "NAMING",
    "TABLES",
    "TABLE_NAMES",
    "SubjectCount",
    "clear",
    "count_subjects",
    "list_subjects_of",
    "put_subjects",
    "take_out",
]

TABLE_NAMES: Final = ("story_subject",)
TABLES: Final = """
CREATE TABLE IF NOT EXISTS story_subject (
    subject TEXT NOT NULL, number INTEGER NOT NULL, rank INTEGER NOT NULL,
    PRIMARY KEY (subject, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS story_subject_of ON story_subject (number);
"""
"""What makes the table where it is not there."""

NAMING: Final = "number IN (SELECT number FROM story_subject WHERE subject = ?)"
"""The condition that stories pass which name a subject."""


@dataclass(frozen=True, slots=True)
class SubjectCount:
    """
    How many stories name a subject.

    Attributes:
        total: Of all days.
        recent: Of the recent ones.
        newest: The last day that has one.
    """

    total: int
    recent: int
    newest: date


def put_subjects(
    connection: sqlite3.Connection, number: int | None, subjects: Iterable[str]
) -> None:
    """Note the subjects that a story names, in the order they come in."""
    rows = [(subject, number, rank) for rank, subject in enumerate(subjects)]
    connection.executemany("INSERT INTO story_subject VALUES (?, ?, ?)", rows)


def take_out(connection: sqlite3.Connection, numbers: Iterable[tuple[int]]) -> None:
    """Take the rows of some stories out."""
    connection.executemany("DELETE FROM story_subject WHERE number = ?", numbers)


def clear(connection: sqlite3.Connection) -> None:
    """Take all rows out."""
    connection.execute("DELETE FROM story_subject")


def list_subjects_of(
    connection: sqlite3.Connection, edition: str, day: date, story: str
) -> list[str]:
    """Return the ids of the subjects that a story of a day names, in the order they come in."""
    query = (
        "SELECT subject FROM story_subject JOIN story USING (number) "
        "WHERE edition = ? AND day = ? AND id = ? ORDER BY rank"
    )
    rows = connection.execute(query, (edition, day.isoformat(), story)).fetchall()
    return [subject for [subject] in rows]


def count_subjects(
    connection: sqlite3.Connection, edition: str, since: date
) -> dict[str, SubjectCount]:
    """
    Count the stories of an edition that name each subject, of those that any names.

    Args:
        since: First of the recent days.
    """
    query = (
        "SELECT subject, count(*), sum(day >= ?), max(day) FROM story_subject "
        "JOIN story USING (number) WHERE edition = ? GROUP BY subject"
    )
    rows = connection.execute(query, (since.isoformat(), edition)).fetchall()
    return {
        subject: SubjectCount(total, recent, date.fromisoformat(newest))
        for subject, total, recent, newest in rows
    }
