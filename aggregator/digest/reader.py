"""
A digest read in a terminal, story by story.

Pure: a place and a key in, the next place out; a place in, lines out.

    space j n down   next story          o         original or English
    b k p up         previous story      u d       up and down in a text longer than the screen
    g G              first, last         w         whole article in English, where it is there
                                         q         leave
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.text import Text

from aggregator.digest.layout import lay_out_digest
from aggregator.digest.terminal import make_canvas, write_one_line
from aggregator.digest.words import (
    CORRECTED,
    ONLY_CERTAIN,
    changes,
    day_title,
    differing,
    earlier_day,
    mention_line,
    moment,
    note,
    note_of,
    nothing,
    outlet,
    outlet_in_full,
    relation,
    safe_link,
    told_as,
    topic,
)
from aggregator.languages import readers_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.models import (
        ArticleRef,
        Correction,
        Digest,
        DigestStory,
        Passage,
        WholeArticle,
    )

    Wholes = Mapping[str, WholeArticle]

__all__ = [
    "NO_WHOLES",
    "ReadingPlace",
    "draw_screen",
    "list_stories",
    "resize_place",
    "settle_place",
    "step_place",
]

_NEXT = frozenset({" ", "j", "n", "\x1b[B", "\x1b[C", "\r"})
_BACK = frozenset({"b", "k", "p", "\x1b[A", "\x1b[D"})
_LEAVE = frozenset({"q", "Q", "\x03", "\x04", "\x1b"})
_ENDS = frozenset({"g", "G"})
_FORMS = frozenset({"o", "w"})
_SCROLL = {"d": 5, "u": -5}
_MORE = "   more: d"
_LEAST_WIDTH = 10
_MOST_WIDTH = 88
_BLANK = Text("")
NO_WHOLES: Wholes = MappingProxyType({})
"""No story has its whole article in English."""


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """
    Where a reader is.

    Attributes:
        story: Number of the story, from 0.
        original: The whole original is on show.
        whole: The whole article in English is on show, if it is there.
        line: First line on show.
        left: The reader has left.
    """

    story: int = 0
    original: bool = False
    whole: bool = False
    line: int = 0
    left: bool = False


def list_stories(digest: Digest) -> tuple[tuple[str, DigestStory], ...]:
    """Return every story with the title of its section, in reading order."""
    layout = lay_out_digest(digest)
    titled = []
    for section in layout.sections:
        titled += [(section.title, story) for story in section.stories]
    titled += [("In brief", story) for story in layout.brief]
    return tuple(titled)


def step_place(place: ReadingPlace, key: str, stories: int) -> ReadingPlace:
    """Return where a key leads; an unknown key leads nowhere."""
    last = max(stories - 1, 0)
    if key in _LEAVE:
        return replace(place, left=True)
    if key in _NEXT:
        return ReadingPlace(place.story + 1) if place.story < last else place
    if key in _BACK:
        return ReadingPlace(max(place.story - 1, 0))
    if key in _ENDS:
        return ReadingPlace(0 if key == "g" else last)
    if key in _FORMS:
        return _turn_form(place, key)
    line = place.line + _SCROLL.get(key, 0)
    return replace(place, line=max(0, line))


def _turn_form(place: ReadingPlace, key: str) -> ReadingPlace:
    """Show a story in another form, or in English in short again."""
    original = key == "o" and not place.original
    whole = key == "w" and not place.whole
    return replace(place, original=original, whole=whole, line=0)


def draw_screen(
    digest: Digest,
    place: ReadingPlace,
    *,
    width: int,
    height: int,
    color: bool,
    wholes: Wholes = NO_WHOLES,
) -> str:
    """
    Draw a place.

    Args:
        digest: Any, an empty one too.
        place: One of its stories or corrections.
        width: Columns of the terminal.
        height: Lines of the terminal.
        color: With colours and links.
        wholes: Whole articles in English, by story id.

    Returns:
        Exactly ``height`` lines, joined by newlines.
    """
    lines, foot = _draw_content(digest, place, width, wholes, color=color)
    return _cut_page(lines, foot, place.line, height)


def settle_place(
    digest: Digest,
    place: ReadingPlace,
    *,
    width: int,
    height: int,
    wholes: Wholes = NO_WHOLES,
) -> ReadingPlace:
    """
    Return a place no further down than its text reaches in a terminal of this size.

    So "up" is seen at once.
    """
    lines, _ = _draw_content(digest, place, width, wholes, color=False)
    bottom = _find_bottom(lines, height)
    return replace(place, line=min(place.line, bottom))


def resize_place(
    digest: Digest,
    place: ReadingPlace,
    *,
    old_width: int,
    width: int,
    height: int,
    wholes: Wholes = NO_WHOLES,
) -> ReadingPlace:
    """
    Return a place in a terminal of another size, where the same part of its text is on top.

    Args:
        old_width: Columns before.
        width: Columns now.
        height: Lines now.
        wholes: Whole articles in English, by story id.
    """
    before, _ = _draw_content(digest, place, old_width, wholes, color=False)
    now, _ = _draw_content(digest, place, width, wholes, color=False)
    line = round(place.line * len(now) / len(before))
    moved = replace(place, line=line)
    return settle_place(digest, moved, width=width, height=height, wholes=wholes)


def _draw_content(
    digest: Digest,
    place: ReadingPlace,
    width: int,
    wholes: Wholes,
    *,
    color: bool,
) -> tuple[list[str], str]:
    """Return all lines of a place, and the line below them."""
    columns = max(_LEAST_WIDTH, min(width, _MOST_WIDTH))
    stories = list_stories(digest)
    head = f"{write_one_line(digest.title)}: {day_title(digest)}"
    total = len(stories) + len(digest.corrections)
    if not total:
        parts = [Text(head, style="bold"), Text(nothing(digest))]
        return _draw_lines(parts, columns, color=color), "q leaves"
    parts = [Text(f"{head}, {_name_place(place.story, len(stories), digest)}", style="dim")]
    whole = None
    if place.story < len(stories):
        section, story = stories[place.story]
        parts.append(_make_heading(section))
        whole = wholes.get(story.id)
        parts += _make_story(digest, story, place, whole)
    else:
        correction = digest.corrections[place.story - len(stories)]
        parts.append(_make_heading(CORRECTED))
        parts += _make_correction(digest, correction, original=place.original)
    foot = _choose_foot(place, columns, has_whole=whole is not None)
    return _draw_lines(parts, columns, color=color), foot


def _name_place(number: int, stories: int, digest: Digest) -> str:
    """Say which story is looked at, or which correction: those stand behind the stories."""
    if number < stories:
        return f"{number + 1} of {stories}"
    return f"correction {number - stories + 1} of {len(digest.corrections)}"


def _make_heading(title: str) -> Text:
    return Text(title.upper(), style="bold cyan")


def _choose_foot(place: ReadingPlace, width: int, *, has_whole: bool) -> str:
    """Return the keys in as many words as one line has space for, "more" included."""
    other = "English" if place.original else "original"
    whole = "in short" if place.whole else "whole article"
    forms = (
        *([f"{other}: o   {whole}: w   next: space   back: b   leave: q"] if has_whole else []),
        *([f"{other} o, {whole} w, next space, leave q"] if has_whole else []),
        f"{other}: o   next: space   back: b   leave: q",
        f"{other} o, next space, leave q",
        f"{other} o, leave q",
    )
    most = width - len(_MORE)
    return next((form for form in forms if len(form) <= most), "q")


def _make_correction(
    digest: Digest,
    correction: Correction,
    *,
    original: bool,
) -> list[Text]:
    told = correction.told
    new = _list_lines(correction.headline, correction.lead, original=original)
    old = _list_lines(told.headline, told.lead, original=original)
    headline, *lead = new
    parts = [_BLANK, Text(headline, style="bold")]
    parts += map(Text, lead)
    if not original:
        parts += _make_note(note_of(correction.headline, correction.lead))
    said = changes(correction)
    if said:
        parts.append(Text(f"changed: {write_one_line(said)}"))
    parts += [_BLANK, Text(f"{told_as(correction)}:", style="dim")]
    parts += [Text(line, style="dim") for line in old if line]
    parts += [_BLANK, _make_report(digest, correction.article)]
    return parts


def _list_lines(
    headline: Passage,
    lead: Passage,
    *,
    original: bool,
) -> list[str]:
    """Return a headline, whatever it is, and a lead unless it is empty."""
    headline_text = headline.original if original else headline.text
    lead_text = lead.original if original else lead.text
    lines = [write_one_line(headline_text)]
    lead_line = write_one_line(lead_text)
    if lead_line:
        lines.append(lead_line)
    return lines


def _make_story(
    digest: Digest,
    story: DigestStory,
    place: ReadingPlace,
    whole: WholeArticle | None,
) -> list[Text]:
    parts = [_BLANK]
    if place.original:
        parts += _make_original(story.best)
    elif place.whole and whole is not None:
        parts += _make_whole(story, whole)
    else:
        parts += _make_english(story)
    parts.append(_BLANK)
    parts += [_make_report(digest, ref) for ref in story.articles]
    parts += _make_thread(digest, story)
    return parts


def _make_thread(digest: Digest, story: DigestStory) -> list[Text]:
    if not story.thread:
        return []
    parts = [_BLANK, Text("Earlier", style="bold")]
    for mention in story.thread:
        day = earlier_day(mention, digest)
        outlets = write_one_line(", ".join(mention.outlets))
        line = Text(f"{day}: {write_one_line(mention_line(mention))}")
        line.append(f" ({outlets})", style="dim")
        parts.append(line)
    return parts


def _make_english(story: DigestStory) -> list[Text]:
    headline = write_one_line(story.certain or story.headline.text)
    parts = [Text(headline, style="bold")]
    if story.certain:
        parts.append(Text(f"({ONLY_CERTAIN})", style="dim"))
        parts.append(Text(write_one_line(story.best.title), style="italic"))
    if story.lead.text:
        parts.append(Text(write_one_line(story.lead.text)))
    if story.certain_lead:
        parts.append(Text(f"{write_one_line(story.certain_lead)} ({ONLY_CERTAIN})", style="dim"))
    parts += _make_note(note(story))
    differ = differing(story)
    if differ:
        parts.append(Text(f"outlets differ: {write_one_line(differ)}"))
    about = topic(story)
    if about:
        parts.append(Text(about, style="dim"))
    return parts


def _make_whole(story: DigestStory, whole: WholeArticle) -> list[Text]:
    """Return all of an article in English; what has none stands in the original, marked."""
    parts = [Text(write_one_line(story.headline.text), style="bold")]
    for paragraph in whole.paragraphs:
        line = Text()
        for part in paragraph.segments:
            if part.english is None:
                line.append(f"[{write_one_line(part.source)}] ", style="yellow")
                continue
            line.append(f"{write_one_line(part.english)} ")
            if part.flags:
                line.append(f"({'; '.join(map(str, part.flags))}) ", style="yellow")
        parts.append(line)
    if whole.withheld:
        stand = "sentence stands" if whole.withheld == 1 else "sentences stand"
        parts += _make_note(f"{whole.withheld} {stand} in the original, in brackets")
    if whole.left_out:
        parts += _make_note("the article is longer; all of it is in the original")
    return parts


def _make_original(best: ArticleRef) -> list[Text]:
    told_by = write_one_line(outlet(best))
    parts = [
        Text(f"{readers_name(best.language)}, {told_by}", style="dim"),
        Text(write_one_line(best.title), style="bold"),
    ]
    paragraphs = [text for text in best.text.split("\n") if text.strip()]
    parts += [Text(write_one_line(paragraph)) for paragraph in paragraphs]
    return parts


def _make_note(words: str) -> list[Text]:
    return [Text(f"note: {words}", style="yellow")] if words else []


def _make_report(digest: Digest, ref: ArticleRef) -> Text:
    link = safe_link(ref.link)
    style = f"cyan link {link}" if link else "cyan"
    line = Text(write_one_line(outlet_in_full(ref)), style=style)
    words = [moment(ref.published, digest), relation(ref)]
    rest = ", ".join(filter(None, words))
    line.append(f", {rest}", style="not link not underline dim")
    return line


def _draw_lines(parts: list[Text], width: int, *, color: bool) -> list[str]:
    console, out = make_canvas(width, color=color)
    for part in parts:
        console.print(part)
    lines = out.getvalue().splitlines()
    return [line.rstrip() for line in lines]


def _cut_page(
    lines: list[str],
    foot: str,
    first: int,
    height: int,
) -> str:
    """Return as many lines as a terminal has, the last of them the foot."""
    text_height = max(1, height - 1)
    first = min(first, _find_bottom(lines, height))
    end = first + text_height
    shown = lines[first:end]
    blank = [""] * (text_height - len(shown))
    more = _MORE if end < len(lines) else ""
    return "\n".join([*shown, *blank, f"{foot}{more}"])


def _find_bottom(lines: list[str], height: int) -> int:
    """Return the first line on show at the end of a text."""
    text_height = max(1, height - 1)
    return max(0, len(lines) - text_height)
