"""
Pages of people and places: whose page each story stands on, beside what was read in it.

The demo's and the week's stories (``subjects.tsv``), whose people are all made up, so that they are
about places and bodies; and texts written for people (``subject_cases.tsv``): of one family name,
with streets and schools that are named after them. ``--show`` lists each difference.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.models import ArticleRef, Copy, DigestStory, Passage, Translation
from aggregator.names.glossary import read_glossary
from aggregator.search.mentions import Mentions
from config.settings import find_shipped_file
from tests.support.searched import make_digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Judged", "judge_all", "measure"]

FOLDER = Path(__file__).parent
CASES = {"1": "written for people, to tune by", "2": "the same, written after tuning"}


@dataclass(frozen=True, slots=True)
class Judged:
    """
    A story: where it is from, and the ids of subjects found and meant.

    Attributes:
        took_s: Processor time of finding them.
    """

    part: str
    story: str
    found: frozenset[str]
    meant: frozenset[str]
    took_s: float


def main(arguments: list[str]) -> None:
    judged = judge_all()
    print("| | stories | names | precision | recall | ms a story |\n|---|--:|--:|--:|--:|--:|")
    for part in dict.fromkeys(one.part for one in judged):
        rows = [one for one in judged if one.part == part]
        precision, recall = measure(rows)
        names = sum(len(one.meant) for one in rows)
        each_ms = sum(one.took_s for one in rows) / len(rows) * 1000
        print(
            f"| {part} | {len(rows)} | {names} | {precision:.3f} | {recall:.3f} | {each_ms:.2f} |"
        )
    if "--show" in arguments:
        for one in judged:
            missed = " ".join(sorted(one.meant - one.found))
            extra = " ".join(sorted(one.found - one.meant))
            if missed or extra:
                print(f"{one.story}: missed [{missed}] wrong [{extra}]")


def judge_all() -> list[Judged]:
    """Look for the subjects of all stories there are to measure by."""
    mentions = Mentions(read_glossary(find_shipped_file("glossary.toml")))
    judged = []
    for part, name, story, meant in (*_list_told(), *_list_cases()):
        began = time.process_time()
        found = frozenset(mentions.list_named(story))
        judged.append(Judged(part, name, found, meant, time.process_time() - began))
    return judged


def measure(judged: Iterable[Judged]) -> tuple[float, float]:
    """Return precision and recall over all names of some stories."""
    rows = list(judged)
    right = sum(len(one.found & one.meant) for one in rows)
    found = sum(len(one.found) for one in rows)
    return right / found, right / sum(len(one.meant) for one in rows)


def _read_rows(name: str) -> Iterator[list[str]]:
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def _list_told() -> Iterator[tuple[str, str, DigestStory, frozenset[str]]]:
    digests, names = make_digests()
    meant = {row[0]: frozenset(" ".join(row[1:]).split()) for row in _read_rows("subjects.tsv")}
    for digest in digests:
        for story in digest.stories:
            name = names[story.id]
            part = "the week" if name.startswith("w-") else "the demo"
            yield part, name, story, meant[name]


def _list_cases() -> Iterator[tuple[str, str, DigestStory, frozenset[str]]]:
    rows = enumerate(_read_rows("subject_cases.tsv"))
    for number, (half, language, headline, text, ids) in rows:
        lead = f"{text.split('. ')[0]}."
        ref = ArticleRef(
            article_id=f"{number:032x}",
            outlet_id="outlet-1",
            outlet="outlet-1",
            link="",
            language=language,
            title=headline,
            published=None,
            relation=Copy.BEST,
            text=text,
        )
        story = DigestStory(
            id=f"{number:016x}",
            headline=_quote(headline),
            lead=_quote(lead),
            articles=(ref,),
        )
        yield CASES[half], headline, story, frozenset(ids.split())


def _quote(text: str) -> Passage:
    return Passage(segments=(Translation(source=text, english=None, package=""),))
