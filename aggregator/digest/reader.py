"""
A digest read in a terminal, story by story. Pure: a place and a key in, the next place out; a place in, lines out.

    space j n down   next story          o         original or English
    b k p up         previous story      u d       up and down in a text longer than the screen
    g G              first, last         q         leave
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from aggregator.digest.layout import lay_out
from aggregator.digest.terminal import canvas, one_liner
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
    from aggregator.models import ArticleRef, Correction, Digest, DigestStory

__all__ = ["Place", "screen", "settle", "step", "told"]

_NEXT = frozenset({" ", "j", "n", "\x1b[B", "\x1b[C", "\r"})
_BACK = frozenset({"b", "k", "p", "\x1b[A", "\x1b[D"})
_LEAVE = frozenset({"q", "Q", "\x03", "\x04", "\x1b"})
_SCROLL = {"d": 5, "u": -5}
_MORE = "   more: d"
_LEAST_WIDTH, _MOST_WIDTH = 30, 88


@dataclass(frozen=True, slots=True)
class Place:
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


def told(digest: Digest) -> tuple[tuple[str, DigestStory], ...]:
    """Return every story with the title of its section, in reading order."""
    layout = lay_out(digest)
    full = [(section.title, story) for section in layout.sections for story in section.stories]
    return (*full, *(("In brief", story) for story in layout.brief))


def step(place: Place, key: str, stories: int) -> Place:
    """Return where a key leads; an unknown key leads nowhere."""
    last = max(stories - 1, 0)
    if key in _LEAVE:
        return replace(place, left=True)
    if key in _NEXT:
        return Place(min(place.story + 1, last)) if place.story < last else place
    if key in _BACK:
        return Place(max(place.story - 1, 0))
    if key in ("g", "G"):
        return Place(0 if key == "g" else last)
    if key == "o":
        return replace(place, original=not place.original, line=0)
    return replace(place, line=max(0, place.line + _SCROLL.get(key, 0)))


def screen(digest: Digest, place: Place, *, width: int, height: int, color: bool) -> str:
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


def settle(digest: Digest, place: Place, *, width: int, height: int) -> Place:
    """Return a place no further down than its text reaches in a terminal of this size, so that "up" is at once seen."""
    lines, _ = _content(digest, place, width, color=False)
    return replace(place, line=min(place.line, _bottom(lines, height)))


def _content(digest: Digest, place: Place, width: int, *, color: bool) -> tuple[list[str], str]:
    """Return all lines of a place, and the line below them."""
    stories = told(digest)
    room = max(_LEAST_WIDTH, min(width, _MOST_WIDTH))
    head = f"{one_liner(digest.title)}: {day_title(digest)}"
    total = len(stories) + len(digest.corrections)
    if not total:
        lines = _drawn([Text(head, style="bold"), Text("Nothing was published on this day.")], room, color=color)
        return lines, "q leaves"
    if place.story >= len(stories):
        item = digest.corrections[place.story - len(stories)]
        parts = [Text(f"{head}, {place.story + 1} of {total}", style="dim"), Text(CORRECTED.upper(), style="bold cyan")]
        parts += _correction(digest, item, original=place.original)
        return _drawn(parts, room, color=color), _foot(place, room)
    section, story = stories[place.story]
    parts = [
        Text(f"{head}, {place.story + 1} of {total}", style="dim"),
        Text(section.upper(), style="bold cyan"),
    ]
    parts += _original(digest, story) if place.original else _english(digest, story)
    return _drawn(parts, room, color=color), _foot(place, room)


def _foot(place: Place, width: int) -> str:
    """Return the keys in as many words as one line has room for, "more" included."""
    other = "English" if place.original else "original"
    forms = (f"{other}: o   next: space   back: b   leave: q", f"{other} o, next space, leave q", f"{other} o, leave q")
    return next((form for form in forms if len(form) + len(_MORE) <= width), "q")


def _correction(digest: Digest, item: Correction, *, original: bool) -> list[Text]:
    now, before = (item.headline, item.lead), (item.told.headline, item.told.lead)
    lines = [[one_liner(part.original if original else part.text) for part in pair] for pair in (now, before)]
    parts = [Text(""), Text(lines[0][0], style="bold"), *(Text(line) for line in lines[0][1:] if line)]
    said = note_of(*now)
    parts += [Text(f"note: {said}", style="yellow")] if said and not original else []
    parts += [Text(""), Text(f"{told_as(item)}:", style="dim"), *(Text(line, style="dim") for line in lines[1] if line)]
    return [*parts, Text(""), _report(digest, item.article)]


def _english(digest: Digest, story: DigestStory) -> list[Text]:
    parts = [Text(""), Text(one_liner(story.headline.text), style="bold")]
    parts += [Text(one_liner(story.lead.text))] if story.lead.text else []
    said, about = note(story), topic(story)
    parts += [Text(f"note: {said}", style="yellow")] if said else []
    parts += [Text(about, style="dim")] if about else []
    return [*parts, Text(""), *_reports(digest, story)]


def _original(digest: Digest, story: DigestStory) -> list[Text]:
    best = story.best
    parts = [Text(""), Text(f"{readers_name(best.language)}, {one_liner(best.outlet)}", style="dim")]
    parts.append(Text(one_liner(best.title), style="bold"))
    parts += [Text(one_liner(paragraph)) for paragraph in best.text.split("\n") if paragraph.strip()]
    return [*parts, Text(""), *_reports(digest, story)]


def _reports(digest: Digest, story: DigestStory) -> list[Text]:
    return [_report(digest, ref) for ref in story.articles]


def _report(digest: Digest, ref: ArticleRef) -> Text:
    link = safe_link(ref.link)
    line = Text(one_liner(ref.outlet), style=f"cyan link {link}" if link else "cyan")
    rest = [moment(ref.published, digest), relation(ref)]
    line.append(f", {', '.join(word for word in rest if word)}", style="not link not underline dim")
    return line


def _drawn(parts: list[Text], width: int, *, color: bool) -> list[str]:
    console, out = canvas(width, color=color)
    for part in parts:
        console.print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def _page(lines: list[str], foot: str, first: int, height: int) -> str:
    room = max(1, height - 1)
    first = min(first, _bottom(lines, height))
    shown = lines[first : first + room]
    more = _MORE if first + room < len(lines) else ""
    return "\n".join([*shown, *[""] * (room - len(shown)), f"{foot}{more}"])


def _bottom(lines: list[str], height: int) -> int:
    """Return the first line on show at the end of a text."""
    return max(0, len(lines) - max(1, height - 1))
