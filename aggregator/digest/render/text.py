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
    ONLY_CERTAIN,
    account,
    changes,
    day_title,
    differing,
    earlier,
    line_of,
    moment,
    note,
    note_of,
    nothing,
    outlet,
    outlet_in_full,
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


def render_text(
    digest: Digest,
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """
    Render a digest.

    Args:
        digest: Any, an empty one too.
        width: Columns, 40 or more.
        color: With the terminal's colours and clickable links.
    """
    screen, out = make_canvas(max(width, 40), color=color)
    _print_head(screen, digest)
    layout = lay_out_digest(digest)
    numbers = count(1)
    if not digest.stories:
        screen.print()
        screen.print(Text(nothing(digest)))
    for section in layout.sections:
        _print_heading(screen, section.title)
        for story in section.stories:
            screen.print()
            _print_story(screen, digest, story, next(numbers))
    if digest.corrections:
        _print_corrections(screen, digest)
    if layout.brief:
        _print_heading(screen, "In brief")
        for story in layout.brief:
            _print_unbroken(screen, _make_brief(story, next(numbers)))
    screen.print()
    screen.print(Text(account(digest), style="dim"))
    screen.print(Text(CAUTION, style="dim"))
    lines = out.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _print_head(screen: Console, digest: Digest) -> None:
    title = write_one_line(digest.title)
    screen.print(Text(f"{title}: {day_title(digest)}", style="bold"))
    screen.print(Text(state(digest), style="dim"))
    for caution in digest.cautions:
        screen.print(Text(caution, style="yellow"))


def _print_heading(screen: Console, title: str) -> None:
    screen.print()
    screen.print(Text(title.upper(), style="bold cyan"))


def _print_indented(screen: Console, text: str, style: str = "") -> None:
    screen.print(Padding(Text(text, style=style), _INDENT))


def _print_unbroken(screen: Console, line: Text) -> None:
    # A link is never broken or cut: the line may be wider than the screen.
    screen.print(line, soft_wrap=True, crop=False)


def _print_story(
    screen: Console,
    digest: Digest,
    story: DigestStory,
    number: int,
) -> None:
    best = story.best
    headline = write_one_line(story.certain or story.headline.text)
    head = Text(f"{number:2}. {headline}", style="bold")
    if story.certain:
        head.append(f"  ({ONLY_CERTAIN})", style="not bold dim")
    about = topic(story)
    if about:
        head.append(f"  [{about}]", style="not bold dim")
    screen.print(head)
    if story.lead.text:
        _print_indented(screen, write_one_line(story.lead.text))
    if story.certain_lead:
        line = f"{write_one_line(story.certain_lead)} ({ONLY_CERTAIN})"
        _print_indented(screen, line)
    if best.language != ENGLISH:
        title = write_one_line(best.title)
        _print_indented(screen, f"{readers_name(best.language)}: {title}", "italic")
    _print_note(screen, note(story))
    for ref in story.articles:
        _print_unbroken(screen, _make_report(digest, ref))
    differ = differing(story)
    if differ:
        _print_indented(screen, f"outlets differ: {write_one_line(differ)}")
    before = earlier(story, digest)
    if before:
        _print_indented(screen, f"earlier: {write_one_line(before)}")
    if story.earlier:
        names = dict.fromkeys(write_one_line(outlet(ref)) for ref in story.earlier)
        outlets = ", ".join(names)
        _print_indented(screen, f"told before by {outlets}", "dim")


def _print_note(screen: Console, words: str) -> None:
    if words:
        _print_indented(screen, f"note: {words}", "yellow")


def _print_corrections(screen: Console, digest: Digest) -> None:
    _print_heading(screen, CORRECTED)
    for correction in digest.corrections:
        screen.print()
        _print_correction(screen, digest, correction)
    left = uncorrected(digest)
    if left:
        _print_indented(screen, left, "dim")


def _print_correction(
    screen: Console,
    digest: Digest,
    correction: Correction,
) -> None:
    told = correction.told
    _print_indented(screen, write_one_line(correction.headline.text), "bold")
    if correction.lead.text:
        _print_indented(screen, write_one_line(correction.lead.text))
    _print_note(screen, note_of(correction.headline, correction.lead))
    said = changes(correction)
    if said:
        _print_indented(screen, f"changed: {write_one_line(said)}")
    passages = [part for part in (told.headline, told.lead) if part.text]
    before = " / ".join(write_one_line(part.text) for part in passages)
    _print_indented(screen, f"{told_as(correction)}: {before}", "dim")
    _print_unbroken(screen, _make_report(digest, correction.article))


def _make_brief(story: DigestStory, number: int) -> Text:
    headline = write_one_line(line_of(story))
    told_by = write_one_line(outlet(story.best))
    line = Text(f"{number:2}. {headline} ({told_by})")
    _append_link(line, story.best.link)
    return line


def _make_report(digest: Digest, ref: ArticleRef) -> Text:
    words = [write_one_line(outlet_in_full(ref)), moment(ref.published, digest), relation(ref)]
    indent = " " * _INDENT[-1]
    line = Text(indent + ", ".join(filter(None, words)))
    _append_link(line, ref.link)
    return line


def _append_link(line: Text, address: str) -> None:
    link = safe_link(address)
    if link:
        line.append("  ")
        line.append(link, style=f"dim link {link}")
