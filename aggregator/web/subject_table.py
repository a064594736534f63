"""Who and what was in the news: the rows of the page that lists subjects. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aggregator.names.subjects import SubjectGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aggregator.names.subjects import Subject
    from aggregator.search.subject_index import SubjectCount

__all__ = ["GROUP_TITLES", "SubjectRow", "SubjectSection", "list_sections"]

GROUP_TITLES: Final = {
    SubjectGroup.PERSON: "People",
    SubjectGroup.PLACE: "Places",
    SubjectGroup.BODY: "Bodies and companies",
}
# The page stays below 100 kB; a week's news names fewer, but for the rarest of days.
_MOST_ROWS: Final = 100
_MOST_EARLIER: Final = 150


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A subject, with the stories that name it."""

    subject: Subject
    recent: int
    total: int


@dataclass(frozen=True, slots=True)
class SubjectSection:
    """
    The subjects of a group.

    Attributes:
        title: As readers know it.
        rows: Those that recent stories name, the most named first.
        earlier: Of the others those that were named last, the last first.
    """

    title: str
    rows: tuple[SubjectRow, ...]
    earlier: tuple[SubjectRow, ...]


def list_sections(
    subjects: Mapping[str, Subject], counts: Mapping[str, SubjectCount]
) -> tuple[SubjectSection, ...]:
    """Return the groups that have any subject which a story names."""
    by_group: dict[SubjectGroup, list[str]] = {group: [] for group in SubjectGroup}
    for subject_id in counts:
        if subject_id in subjects:
            by_group[subjects[subject_id].group].append(subject_id)
    sections = []
    for group, ids in by_group.items():
        ids.sort(key=lambda key: subjects[key].english)
        recent = [key for key in ids if counts[key].recent]
        before = [key for key in ids if not counts[key].recent]
        recent.sort(key=lambda key: (-counts[key].recent, -counts[key].total))
        before.sort(key=lambda key: counts[key].newest, reverse=True)
        rows = _make_rows(recent[:_MOST_ROWS], subjects, counts)
        earlier = _make_rows(before[:_MOST_EARLIER], subjects, counts)
        if ids:
            sections.append(SubjectSection(GROUP_TITLES[group], rows, earlier))
    return tuple(sections)


def _make_rows(
    ids: Iterable[str], subjects: Mapping[str, Subject], counts: Mapping[str, SubjectCount]
) -> tuple[SubjectRow, ...]:
    return tuple(SubjectRow(subjects[key], counts[key].recent, counts[key].total) for key in ids)
