"""
A digest read in a terminal, story by story. Pure: a place and a key in, the next place out; a place
in, lines out.

    space j n down   next story          o         original or English
    b k p up         previous story      u d       up and down in a text longer than the screen
    g G              first, last         q         leave
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from aggregator.digest.layout import lay_out_digest
from aggregator.digest.terminal import make_canvas, write_one_line
from aggregator.digest.words import (
    CORRECTED,
    day_title,
    moment,
    note,
    note_of,
    relation,
    safe_link,
    told_as,
    topic,
)
from aggregator.languages import readers_name

if TYPE_CHECKING:
    from aggregator.models import ArticleRef, Correction, Digest, DigestStory, Passage

__all__ = ["ReadingPlace", "draw_screen", "list_stories", "settle_place", "step_place"]

_NEXT = frozenset({" ", "j", "n", "\x1b[B", "\x1b[C", "\r"})
_BACK = frozenset({"b", "k", "p", "\x1b[A", "\x1b[D"})
_LEAVE = frozenset({"q", "Q", "\x03", "\x04", "\x1b"})
_SCROLL = {"d": 5, "u": -5}
_MORE = "   more: d"
_LEAST_WIDTH = 30
_MOST_WIDTH = 88


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """
    Where a reader is.

    Attributes:
        story: Number of the story, from 0.
        original: The whole original is on show.
        line: First line on show.
        left: The reader has left.
    """

    story: int = 0
    original: bool = False
    line: int = 0
    left: bool = False


def list_stories(digest: Digest) -> tuple[tuple[str, DigestStory], ...]:
    """Return every story with the title of its section, in reading order."""
    layout = lay_out_digest(digest)
    full = [(section.title, story) for section in layout.sections for story in section.stories]
    return (*full, *(("In brief", story) for story in layout.brief))


def step_place(place: ReadingPlace, key: str, stories: int) -> ReadingPlace:
    """Return where a key leads; an unknown key leads nowhere."""
    if key in _LEAVE:
        return replace(place, left=True)
    if key in _NEXT:
        return ReadingPlace(place.story + 1) if place.story < stories - 1 else place
    if key in _BACK:
        return ReadingPlace(max(place.story - 1, 0))
    if key in ("g", "G"):
        return ReadingPlace(0 if key == "g" else max(stories - 1, 0))
    if key == "o":
        return replace(place, original=not place.original, line=0)
    return replace(place, line=max(0, place.line + _SCROLL.get(key, 0)))


def draw_screen(
    digest: Digest,
    place: ReadingPlace,
    *,
    width: int,
    height: int,
    color: bool,
) -> str:
    """
    Draw a place.

    Args:
        digest: Which.
        place: Where.
        width: Columns of the terminal.
        height: Its lines.
        color: With colours and links.

    Returns:
        Exactly ``height`` lines, joined by newlines.
    """
    lines, foot = _content(digest, place, width, color=color)
    return _page(lines, foot, place.line, height)


def settle_place(
    digest: Digest,
    place: ReadingPlace,
    *,
    width: int,
    height: int,
) -> ReadingPlace:
    """Return a place no further down than its text reaches in a terminal of this size, so that "up" is at once seen."""
    lines, _ = _content(digest, place, width, color=False)
    return replace(place, line=min(place.line, _bottom(lines, height)))


def _content(
    digest: Digest,
    place: ReadingPlace,
    width: int,
    *,
    color: bool,
) -> tuple[list[str], str]:
    """Return all lines of a place, and the line below them."""
    stories = list_stories(digest)
    room = max(_LEAST_WIDTH, min(width, _MOST_WIDTH))
    head = f"{write_one_line(digest.title)}: {day_title(digest)}"
    total = len(stories) + len(digest.corrections)
    if not total:
        parts = [Text(head, style="bold"), Text("Nothing was published on this day.")]
        return _drawn(parts, room, color=color), "q leaves"
    parts = [Text(f"{head}, {place.story + 1} of {total}", style="dim")]
    if place.story < len(stories):
        section, story = stories[place.story]
        parts.append(_heading(section))
        parts += _original(digest, story) if place.original else _english(digest, story)
    else:
        item = digest.corrections[place.story - len(stories)]
        parts.append(_heading(CORRECTED))
        parts += _correction(digest, item, original=place.original)
    return _drawn(parts, room, color=color), _foot(place, room)


def _heading(title: str) -> Text:
    return Text(title.upper(), style="bold cyan")


def _foot(place: ReadingPlace, width: int) -> str:
    """Return the keys in as many words as one line has room for, "more" included."""
    other = "English" if place.original else "original"
    forms = (
        f"{other}: o   next: space   back: b   leave: q",
        f"{other} o, next space, leave q",
        f"{other} o, leave q",
    )
    return next((form for form in forms if len(form) + len(_MORE) <= width), "q")


def _correction(digest: Digest, item: Correction, *, original: bool) -> list[Text]:
    headline, *lead = _list_lines((item.headline, item.lead), original=original)
    parts = [Text(""), Text(headline, style="bold"), *map(Text, lead)]
    said = "" if original else note_of(item.headline, item.lead)
    if said:
        parts.append(Text(f"note: {said}", style="yellow"))
    parts += [Text(""), Text(f"{told_as(item)}:", style="dim")]
    for line in _list_lines((item.told.headline, item.told.lead), original=original):
        if line:
            parts.append(Text(line, style="dim"))
    return [*parts, Text(""), _report(digest, item.article)]


def _list_lines(passages: tuple[Passage, Passage], *, original: bool) -> list[str]:
    """Return a headline, whatever it is, and a lead unless it is empty."""
    headline, lead = (part.original if original else part.text for part in passages)
    lines = [write_one_line(headline)]
    if lead := write_one_line(lead):
        lines.append(lead)
    return lines


def _english(digest: Digest, story: DigestStory) -> list[Text]:
    parts = [Text(""), Text(write_one_line(story.headline.text), style="bold")]
    if story.lead.text:
        parts.append(Text(write_one_line(story.lead.text)))
    if said := note(story):
        parts.append(Text(f"note: {said}", style="yellow"))
    if about := topic(story):
        parts.append(Text(about, style="dim"))
    return [*parts, Text(""), *_reports(digest, story)]


def _original(digest: Digest, story: DigestStory) -> list[Text]:
    best = story.best
    parts = [
        Text(""),
        Text(f"{readers_name(best.language)}, {write_one_line(best.outlet)}", style="dim"),
    ]
    parts.append(Text(write_one_line(best.title), style="bold"))
    parts += [
        Text(write_one_line(paragraph)) for paragraph in best.text.split("\n") if paragraph.strip()
    ]
    return [*parts, Text(""), *_reports(digest, story)]


def _reports(digest: Digest, story: DigestStory) -> list[Text]:
    return [_report(digest, ref) for ref in story.articles]


def _report(digest: Digest, ref: ArticleRef) -> Text:
    link = safe_link(ref.link)
    line = Text(write_one_line(ref.outlet), style=f"cyan link {link}" if link else "cyan")
    rest = [moment(ref.published, digest), relation(ref)]
    line.append(f", {', '.join(word for word in rest if word)}", style="not link not underline dim")
    return line


def _drawn(parts: list[Text], width: int, *, color: bool) -> list[str]:
    console, out = make_canvas(width, color=color)
    for part in parts:
        console.print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def _page(
    lines: list[str],
    foot: str,
    first: int,
    height: int,
) -> str:
    room = max(1, height - 1)
    first = min(first, _bottom(lines, height))
    shown = lines[first : first + room]
    more = _MORE if first + room < len(lines) else ""
    return "\n".join([*shown, *[""] * (room - len(shown)), f"{foot}{more}"])


def _bottom(lines: list[str], height: int) -> int:
    """Return the first line on show at the end of a text."""
    return max(0, len(lines) - max(1, height - 1))
