"""A digest as Markdown (CommonMark), safe to paste where HTML and links are obeyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.digest.layout import lay_out_digest
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
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.models import ArticleRef, Correction, Digest, DigestStory

__all__ = ["render_markdown"]

# Every ASCII punctuation character may be escaped (CommonMark 0.31, 2.4); these can begin or end
# something.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
# At the start of a line these begin a list, a heading or a quotation.
_OPENING = re.compile(r"^(\s*)(\d+)([.)])|^(\s*)([-=])")


def _escape(text: str) -> str:
    """Return a text of an outlet's as one line in which nothing is Markdown."""
    line = tidy(text).replace("\n", " ")
    escaped = _SPECIAL.sub(r"\\\1", line)
    return _OPENING.sub(_escape_opening, escaped)


def _escape_opening(match: re.Match[str]) -> str:
    if match[2]:
        return f"{match[1]}{match[2]}\\{match[3]}"
    return f"{match[4]}\\{match[5]}"


def _write_link(name: str, address: str) -> str:
    """Return an outlet's name, with the link if it may be followed."""
    link = safe_link(address)
    words = _escape(name)
    if not link:
        return words
    target = link.replace("(", "%28").replace(")", "%29")
    return f"[{words}]({target})"


def render_markdown(digest: Digest) -> str:
    """Render a digest."""
    blocks = [f"# {_escape(digest.title)}: {day_title(digest)}", f"*{state(digest)}*"]
    blocks += [f"**{_escape(caution)}**" for caution in digest.cautions]
    blocks.append(nothing(digest))
    layout = lay_out_digest(digest)
    for section in layout.sections:
        blocks.append(f"## {section.title}")
        blocks += [_write_story(digest, story) for story in section.stories]
    if digest.corrections:
        blocks.append(f"## {CORRECTED}")
        blocks += [_write_correction(digest, item) for item in digest.corrections]
        blocks.append(uncorrected(digest))
    if layout.brief:
        blocks.append("## In brief")
        blocks.append("\n".join(map(_write_brief, layout.brief)))
    blocks += ["---", account(digest), f"*{CAUTION}*"]
    return _join_blocks(blocks) + "\n"


def _join_blocks(blocks: Iterable[str]) -> str:
    """Return the blocks that are not empty with a blank line between them."""
    return "\n\n".join(filter(None, blocks))


def _write_story(digest: Digest, story: DigestStory) -> str:
    best = story.best
    blocks = [f"### {_escape(story.certain or story.headline.text)}"]
    if story.certain:
        blocks.append(f"*({ONLY_CERTAIN})*")
    about = topic(story)
    if about:
        blocks.append(f"*{about}*")
    blocks.append(_escape(story.lead.text))
    if story.certain_lead:
        blocks.append(f"{_escape(story.certain_lead)} *({ONLY_CERTAIN})*")
    if best.language != ENGLISH:
        blocks.append(f"> {readers_name(best.language)}: {_escape(best.title)}")
    blocks.append(_write_note(note(story)))
    differ = differing(story)
    if differ:
        blocks.append(f"Outlets differ: {_escape(differ)}")
    before = earlier(story, digest)
    if before:
        blocks.append(f"Earlier: {_escape(before)}")
    reports = [_write_report(digest, ref) for ref in story.articles]
    blocks.append("\n".join(reports))
    return _join_blocks(blocks)


def _write_note(words: str) -> str:
    return f"*Note: {_escape(words)}*" if words else ""


def _write_correction(digest: Digest, correction: Correction) -> str:
    told = correction.told
    passages = [part for part in (told.headline, told.lead) if part.text]
    before = " / ".join(_escape(part.text) for part in passages)
    blocks = [
        f"### {_escape(correction.headline.text)}",
        _escape(correction.lead.text),
        _write_note(note_of(correction.headline, correction.lead)),
        _write_changes(correction),
        f"> {told_as(correction)}: {before}",
        _write_report(digest, correction.article),
    ]
    return _join_blocks(blocks)


def _write_changes(correction: Correction) -> str:
    said = changes(correction)
    return f"Changed: {_escape(said)}" if said else ""


def _write_brief(story: DigestStory) -> str:
    told_by = _write_link(outlet(story.best), story.best.link)
    return f"- {_escape(line_of(story))}, {told_by}"


def _write_report(digest: Digest, ref: ArticleRef) -> str:
    words = [
        _write_link(outlet_in_full(ref), ref.link),
        moment(ref.published, digest),
        relation(ref),
    ]
    return f"- {', '.join(filter(None, words))}"
