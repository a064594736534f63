"""A digest for terminals and pipes."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from aggregator.digest.layout import lay_out_digest
from aggregator.digest.terminal import make_canvas, write_one_line
from aggregator.digest.words import (
    CAUTION,
    CORRECTED,
    account,
    day_title,
    moment,
    note,
    note_of,
    relation,
    safe_link,
    state,
    told_as,
    topic,
    uncorrected,
)
from aggregator.languages import ENGLISH, readers_name

if TYPE_CHECKING:
    from rich.console import Console

    from aggregator.models import ArticleRef, Correction, Digest, DigestStory

__all__ = ["render_text"]

_INDENT = (0, 0, 0, 4)


def render_text(digest: Digest, *, width: int = 80, color: bool = False) -> str:
    """
    Render a digest.

    Args:
        digest: Which.
        width: Columns, 40 or more.
        color: With the terminal's colours and clickable links.
    """
    screen, out = make_canvas(max(width, 40), color=color)
    screen.print(Text(f"{write_one_line(digest.title)}: {day_title(digest)}", style="bold"))
    screen.print(Text(state(digest), style="dim"))
    for caution in digest.cautions:
        screen.print(Text(caution, style="yellow"))
    layout = lay_out_digest(digest)
    numbers = count(1)
    for section in layout.sections:
        _heading(screen, section.title)
        for story in section.stories:
            screen.print()
            _story(screen, digest, story, next(numbers))
    if digest.corrections:
        _heading(screen, CORRECTED)
        for item in digest.corrections:
            screen.print()
            _correction(screen, digest, item)
        if left := uncorrected(digest):
            screen.print(Padding(Text(left, style="dim"), _INDENT))
    if layout.brief:
        _heading(screen, "In brief")
        for story in layout.brief:
            screen.print(_brief(story, next(numbers)), soft_wrap=True, crop=False)
    screen.print()
    screen.print(Text(account(digest), style="dim"))
    screen.print(Text(CAUTION, style="dim"))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _heading(screen: Console, title: str) -> None:
    screen.print()
    screen.print(Text(title.upper(), style="bold cyan"))


def _story(
    screen: Console,
    digest: Digest,
    story: DigestStory,
    number: int,
) -> None:
    best = story.best
    head = Text(f"{number:2}. {write_one_line(story.headline.text)}", style="bold")
    if about := topic(story):
        head.append(f"  [{about}]", style="not bold dim")
    screen.print(head)
    if story.lead.text:
        screen.print(Padding(Text(write_one_line(story.lead.text)), _INDENT))
    if best.language != ENGLISH:
        screen.print(
            Padding(
                Text(
                    f"{readers_name(best.language)}: {write_one_line(best.title)}", style="italic"
                ),
                _INDENT,
            )
        )
    if words := note(story):
        screen.print(Padding(Text(f"note: {words}", style="yellow"), _INDENT))
    for ref in story.articles:
        # A link is never broken or cut: the line may be wider than the screen.
        screen.print(_line(digest, ref), soft_wrap=True, crop=False)
    if story.earlier:
        outlets = ", ".join(dict.fromkeys(write_one_line(ref.outlet) for ref in story.earlier))
        screen.print(Padding(Text(f"earlier: {outlets}", style="dim"), _INDENT))


def _correction(screen: Console, digest: Digest, item: Correction) -> None:
    screen.print(Padding(Text(write_one_line(item.headline.text), style="bold"), _INDENT))
    if item.lead.text:
        screen.print(Padding(Text(write_one_line(item.lead.text)), _INDENT))
    if words := note_of(item.headline, item.lead):
        screen.print(Padding(Text(f"note: {words}", style="yellow"), _INDENT))
    before = " / ".join(
        write_one_line(part.text) for part in (item.told.headline, item.told.lead) if part.text
    )
    screen.print(Padding(Text(f"{told_as(item)}: {before}", style="dim"), _INDENT))
    screen.print(_line(digest, item.article), soft_wrap=True, crop=False)


def _brief(story: DigestStory, number: int) -> Text:
    best = story.best
    line = Text(
        f"{number:2}. {write_one_line(story.headline.text)} ({write_one_line(best.outlet)})"
    )
    if link := safe_link(best.link):
        line.append("  ")
        line.append(link, style=f"dim link {link}")
    return line


def _line(digest: Digest, ref: ArticleRef) -> Text:
    words = [write_one_line(ref.outlet), moment(ref.published, digest), relation(ref)]
    line = Text(" " * _INDENT[-1] + ", ".join(word for word in words if word))
    if link := safe_link(ref.link):
        line.append("  ")
        line.append(link, style=f"dim link {link}")
    return line
