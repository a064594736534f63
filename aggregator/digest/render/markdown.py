"""A digest as Markdown (CommonMark), safe to paste where HTML and links are obeyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.digest.layout import lay_out_digest
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
from aggregator.text.typography import tidy

if TYPE_CHECKING:
    from aggregator.models import ArticleRef, Correction, Digest, DigestStory

__all__ = ["render_markdown"]

# Every ASCII punctuation character may be escaped (CommonMark 0.31, 2.4); these can begin or end
# something.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
# At the start of a line these begin a list, a heading or a quotation.
_OPENING = re.compile(r"^(\s*)(\d+)([.)])|^(\s*)([-=])")


def _plain(text: str) -> str:
    line = _SPECIAL.sub(r"\\\1", tidy(text).replace("\n", " "))
    return _OPENING.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", line)


def _target(link: str) -> str:
    return link.replace("(", "%28").replace(")", "%29")


def render_markdown(digest: Digest) -> str:
    """Render a digest."""
    blocks = [f"# {_plain(digest.title)}: {day_title(digest)}", f"*{state(digest)}*"]
    blocks += [f"**{_plain(caution)}**" for caution in digest.cautions]
    layout = lay_out_digest(digest)
    for section in layout.sections:
        blocks += [f"## {section.title}", *(_story(digest, story) for story in section.stories)]
    if digest.corrections:
        left = [uncorrected(digest)] if uncorrected(digest) else []
        blocks += [
            f"## {CORRECTED}",
            *(_correction(digest, item) for item in digest.corrections),
            *left,
        ]
    if layout.brief:
        blocks += ["## In brief", "\n".join(_brief(story) for story in layout.brief)]
    blocks += ["---", account(digest), f"*{CAUTION}*"]
    return "\n\n".join(blocks) + "\n"


def _story(digest: Digest, story: DigestStory) -> str:
    best = story.best
    blocks = [f"### {_plain(story.headline.text)}"]
    if about := topic(story):
        blocks.append(f"*{about}*")
    if story.lead.text:
        blocks.append(_plain(story.lead.text))
    if best.language != ENGLISH:
        blocks.append(f"> {readers_name(best.language)}: {_plain(best.title)}")
    if words := note(story):
        blocks.append(f"*Note: {_plain(words)}*")
    blocks.append("\n".join(_line(digest, ref) for ref in story.articles))
    return "\n\n".join(blocks)


def _correction(digest: Digest, item: Correction) -> str:
    blocks = [f"### {_plain(item.headline.text)}"]
    blocks += [_plain(item.lead.text)] if item.lead.text else []
    words = note_of(item.headline, item.lead)
    blocks += [f"*Note: {_plain(words)}*"] if words else []
    before = " / ".join(
        _plain(part.text) for part in (item.told.headline, item.told.lead) if part.text
    )
    return "\n\n".join([*blocks, f"> {told_as(item)}: {before}", _line(digest, item.article)])


def _brief(story: DigestStory) -> str:
    link = safe_link(story.best.link)
    name = _plain(story.best.outlet)
    return f"- {_plain(story.headline.text)}, {f'[{name}]({_target(link)})' if link else name}"


def _line(digest: Digest, ref: ArticleRef) -> str:
    link = safe_link(ref.link)
    name = _plain(ref.outlet)
    words = [
        f"[{name}]({_target(link)})" if link else name,
        moment(ref.published, digest),
        relation(ref),
    ]
    return f"- {', '.join(word for word in words if word)}"
