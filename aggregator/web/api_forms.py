"""
What the API gives, as OpenAPI describes it.

Names of fields are those of ``models``; texts of a headline or lead come both ways, as readers see
them and in the original. A field is never taken away within a version; new ones may come.
"""

from datetime import date, datetime

from pydantic import BaseModel, Field

from aggregator.models import Topic
from aggregator.names.subjects import SubjectGroup

__all__ = [
    "ClaimOut",
    "CorrectionOut",
    "DifferenceOut",
    "DigestOut",
    "Digests",
    "EditionOut",
    "MentionOut",
    "Missing",
    "NameOut",
    "Names",
    "ReportOut",
    "SearchOut",
    "SentenceOut",
    "Stories",
    "StoryOut",
    "WholeOut",
]


class Missing(BaseModel):
    """There is no such edition, digest or story; says which, and what there is."""

    detail: str


class EditionOut(BaseModel):
    """A named digest."""

    id: str
    title: str
    days: int = Field(description="How many days have a digest")
    newest: date | None = Field(description="The newest of them")


class ReportOut(BaseModel):
    """An article of a story."""

    outlet: str = Field(description="The outlet's own name")
    outlet_en: str = Field(description="Its name in English, where that is another; else empty")
    outlet_id: str
    official: bool
    link: str
    language: str
    title: str
    title_en: str = Field(
        description="The title in English, of a report that does not lead; empty if there is none"
    )
    published: datetime | None
    relation: str = Field(description="best, same text or same event")


class CorrectionOut(BaseModel):
    """Words that an outlet changed after a digest that told them had closed."""

    day: date = Field(description="Day of the digest that told them")
    story: str = Field(description="Id of the story there")
    headline: str
    headline_original: str
    headline_before: str
    headline_original_before: str
    lead: str
    lead_original: str
    lead_before: str
    lead_original_before: str
    note: str = Field(
        description="What a reader should know about the new English; empty if nothing"
    )
    packages: list[str]
    report: ReportOut


class ClaimOut(BaseModel):
    """What one outlet says where others say something else."""

    outlet: str
    language: str = Field(description="Of the words, BCP 47")
    published: datetime | None
    value: str = Field(description="A number, or what became of somebody, in English")
    words: str = Field(description="The outlet's own sentence")


class DifferenceOut(BaseModel):
    """Where outlets differ about an event."""

    what: str = Field(description="What is counted; empty where the values say it")
    claims: list[ClaimOut]


class MentionOut(BaseModel):
    """A story of another day that is of the same thread."""

    day: date
    story: str = Field(description="Id of the story in the digest of that day")
    headline: str = Field(description="English where there is English, else the original")
    language: str = Field(description="Of the headline, BCP 47")
    certain: str = Field(
        description="Names and numbers in English of a headline that has none; else empty"
    )
    outlets: list[str]
    page: str = Field(description="Address of its page")


class DigestOut(BaseModel):
    """A digest without its stories."""

    edition: str
    day: date
    title: str
    zone: str = Field(description="IANA name of the zone whose day it is")
    closed: bool = Field(description="It will not change any more")
    revision: int
    composed: datetime
    stories: int
    articles: int
    languages: dict[str, int] = Field(description="Articles by language, BCP 47")
    corrections: list[CorrectionOut] = Field(
        description="What outlets changed in words that earlier digests told"
    )
    page: str = Field(description="Address of its page")


class StoryOut(BaseModel):
    """A story as a digest tells it."""

    id: str
    edition: str
    day: date
    topic: Topic
    headline: str = Field(description="English where there is English, else the original")
    headline_original: str
    certain: str = Field(
        description="Names and numbers in English of a headline that has none; may be empty"
    )
    lead: str
    lead_original: str
    translated: bool = Field(description="Headline and lead are English throughout")
    note: str = Field(description="What a reader should know about the English; empty if nothing")
    packages: list[str] = Field(description="Translation packages that made the English")
    followed: list[str] = Field(description="Keywords of the edition found in it")
    reports: list[ReportOut] = Field(
        description="Of this day, the one the story is told from first"
    )
    earlier: list[ReportOut] = Field(description="Of earlier days")
    names: list[str] = Field(
        description="Ids of the people, places and bodies that its headline, lead or reports name"
    )
    thread: list[MentionOut] = Field(
        description="Stories of earlier days that it goes on with, the newest first"
    )
    differences: list[DifferenceOut] = Field(description="Where its outlets differ")
    page: str = Field(description="Address of its page")


class SentenceOut(BaseModel):
    """A sentence of a whole article."""

    english: str | None = Field(description="None where no translation can be shown")
    original: str
    flags: list[str] = Field(description="Why not, or what to be careful about")


class WholeOut(BaseModel):
    """The whole article that a story is told from, in English beside the original."""

    article: str
    language: str
    packages: list[str] = Field(description="Translation packages that made the English")
    paragraphs: list[list[SentenceOut]]
    left_out: int = Field(description="Characters at its end that are not put into English")


class NameOut(BaseModel):
    """A person, a place or a body that stories name."""

    id: str
    group: SubjectGroup
    name: str = Field(description="In English")
    kazakh: str = Field(description="Empty if there is none")
    russian: str = Field(description="Empty if there is none")
    recent: int = Field(description="Stories of the days asked for that name it")
    stories: int = Field(description="Stories of all days that name it")
    newest: date = Field(description="The last day that has one")
    page: str = Field(description="Address of its page")


class Names(BaseModel):
    """A page of names."""

    total: int
    offset: int
    items: list[NameOut]


class Digests(BaseModel):
    """A page of digests."""

    total: int
    offset: int
    items: list[DigestOut]


class Stories(BaseModel):
    """A page of stories."""

    total: int
    offset: int
    items: list[StoryOut]


class SearchOut(Stories):
    """A page of what a search found."""

    loosened: bool = Field(
        description="Nothing had a form of each word; these stories have words that begin like them"
    )
    instead: str = Field(
        description="Nothing had a form of each word; these stories have these, one letter away"
    )
