"""A digest for terminals and pipes."""

from __future__ import annotations

from io import StringIO
from itertools import count
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from aggregator.digest.layout import lay_out
from aggregator.digest.words import (
    CAUTION,
    account,
    day_title,
    language,
    moment,
    note,
    relation,
    safe_link,
    state,
    topic,
)
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from aggregator.models import ArticleRef, Digest, DigestStory

__all__ = ["render"]

_INDENT = (0, 0, 0, 4)


def render(digest: Digest, *, width: int = 80, color: bool = False) -> str:
    """
    Render a digest.

    Args:
        digest: Which.
        width: Columns, 40 or more.
        color: With the terminal's colours and clickable links.
    """
    out = StringIO()
    screen = Console(
        file=out,
        width=max(width, 40),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
    )
    screen.print(Text(f"{_clean(digest.title)}: {day_title(digest)}", style="bold"))
    screen.print(Text(state(digest), style="dim"))
    for caution in digest.cautions:
        screen.print(Text(caution, style="yellow"))
    layout, numbers = lay_out(digest), count(1)
    for section in layout.sections:
        _heading(screen, section.title)
        for story in section.stories:
            screen.print()
            _story(screen, digest, story, next(numbers))
    if layout.brief:
        _heading(screen, "In brief")
        for story in layout.brief:
            screen.print(_brief(story, next(numbers)), soft_wrap=True, crop=False)
    screen.print()
    screen.print(Text(account(digest), style="dim"))
    screen.print(Text(CAUTION, style="dim"))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _clean(text: str) -> str:
    # What an outlet wrote goes to a terminal: control characters would steer it.
    return tidy(text).replace("\n", " ")


def _heading(screen: Console, title: str) -> None:
    screen.print()
    screen.print(Text(title.upper(), style="bold cyan"))


def _story(screen: Console, digest: Digest, story: DigestStory, number: int) -> None:
    best = story.best
    head = Text(f"{number:2}. {_clean(story.headline.text)}", style="bold")
    if about := topic(story):
        head.append(f"  [{about}]", style="not bold dim")
    screen.print(head)
    if story.lead.text:
        screen.print(Padding(Text(_clean(story.lead.text)), _INDENT))
    if best.language != "en":
        screen.print(Padding(Text(f"{language(best.language)}: {_clean(best.title)}", style="italic"), _INDENT))
    if words := note(story):
        screen.print(Padding(Text(f"note: {words}", style="yellow"), _INDENT))
    for ref in story.articles:
        # A link is never broken or cut: the line may be wider than the screen.
        screen.print(_line(digest, ref), soft_wrap=True, crop=False)
    if story.earlier:
        outlets = ", ".join(dict.fromkeys(_clean(ref.outlet) for ref in story.earlier))
        screen.print(Padding(Text(f"earlier: {outlets}", style="dim"), _INDENT))


def _brief(story: DigestStory, number: int) -> Text:
    best = story.best
    line = Text(f"{number:2}. {_clean(story.headline.text)} ({_clean(best.outlet)})")
    if link := safe_link(best.link):
        line.append("  ")
        line.append(link, style=f"dim link {link}")
    return line


def _line(digest: Digest, ref: ArticleRef) -> Text:
    words = [_clean(ref.outlet), moment(ref.published, digest), relation(ref)]
    line = Text(" " * _INDENT[-1] + ", ".join(word for word in words if word))
    if link := safe_link(ref.link):
        line.append("  ")
        line.append(link, style=f"dim link {link}")
    return line
