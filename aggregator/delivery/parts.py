"""
A digest cut into messages of bounded length. Pure.

Requirement. A reader in a messenger gets whole stories: a message ends between stories, never
inside a sentence, let alone a character. A story that does not fit into a message of its own gives
up, in this order, the outlets that also have it, its note, the sentences of its lead from the last
on, and at the very end the tail of its headline, at a word.

Each message says which digest it is from and which part of how many, because messengers deliver in
any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Protocol

from aggregator.digest.words import (
    CORRECTED,
    ONLY_CERTAIN,
    also,
    changes,
    day_title,
    differing,
    earlier_day,
    line_of,
    mention_line,
    moment,
    note,
    nothing,
    others,
    outlet_in_full,
    safe_link,
    told_as,
    topic,
)
from aggregator.text.typography import fit_line, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from aggregator.models import Correction, Digest, DigestStory, StoryMention

__all__ = ["PLAIN", "TELEGRAM", "Markup", "StoryPage", "cut_messages", "find_no_page"]

# Space for "(999/999)" and blanks in a part's heading, so that numbering never makes a message too
# long.
_NUMBERING = 12
_HEADLINE_CHARS = 300
_EARLIER_CHARS = 160
_SHORTER_HEADLINES = (200, 100, 40, 10)


class StoryPage(Protocol):
    """Where stories can be read."""

    def __call__(self, edition: str, day: date, story: str) -> str:
        """Return the address of a story's page, empty if it has none."""


class Markup(Protocol):
    """How a messenger writes bold and links, and how it counts."""

    def write_words(self, text: str) -> str:
        """Plain words."""

    def write_bold(self, text: str) -> str:
        """Bold words."""

    def write_link(self, text: str, address: str) -> str:
        """Words that lead somewhere."""

    def measure_length(self, text: str) -> int:
        """Length as the messenger counts it."""


class _Plain:
    """No markup; counted in UTF-16 units, the strictest way there is."""

    def write_words(self, text: str) -> str:
        return text

    def write_bold(self, text: str) -> str:
        return text

    def write_link(self, text: str, address: str) -> str:
        return f"{text}: {address}"

    def measure_length(self, text: str) -> int:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Telegram(_Plain):
    """
    Telegram's HTML (core.telegram.org/bots/api#html-style): ``<``, ``>`` and ``&`` must be escaped.

    Its limit of 4096 counts UTF-16 units after the markup is taken away; counting the markup too is
    on the safe side.
    """

    def write_words(self, text: str) -> str:
        return escape(text, quote=False)

    def write_bold(self, text: str) -> str:
        return f"<b>{escape(text, quote=False)}</b>"

    def write_link(self, text: str, address: str) -> str:
        return f'<a href="{escape(address)}">{escape(text, quote=False)}</a>'


PLAIN: Markup = _Plain()
"""For messengers without markup."""

TELEGRAM: Markup = _Telegram()
"""For Telegram."""


def find_no_page(edition: str, day: date, story: str) -> str:
    """Say that a story has no page."""
    del edition, day, story
    return ""


@dataclass(frozen=True, slots=True)
class _Cutter:
    digest: Digest
    markup: Markup
    limit: int
    story_page: StoryPage

    def fits(self, text: str) -> bool:
        return self.markup.measure_length(text) <= self.limit

    def choose_first(self, texts: Iterable[str]) -> str:
        """Return the first text that fits, empty if none does."""
        return next((text for text in texts if self.fits(text)), "")

    def list_versions(self, story: DigestStory) -> Iterator[str]:
        """
        Yield a story's text, each version shorter than the one before.

        The last is a headline cut short.
        """
        remark = note(story)
        segments = story.lead.segments
        lead = [_clean_text(segment.english or segment.source) for segment in segments]
        heading = others(story)
        reports = f"{heading}: {also(story)}" if heading else ""
        yield self.write_story(story, lead, remark, reports)
        for kept in range(len(lead), -1, -1):
            yield self.write_story(story, lead[:kept], remark, "")
        for chars in _SHORTER_HEADLINES:
            yield self.write_story(story, [], "", "", headline_chars=chars)
        headline = fit_line(_clean_text(line_of(story)), 10)
        yield self.markup.write_bold(headline)

    def write_story(
        self,
        story: DigestStory,
        lead: Sequence[str],
        remark: str,
        reports: str,
        headline_chars: int = _HEADLINE_CHARS,
    ) -> str:
        markup = self.markup
        headline = fit_line(_clean_text(story.certain or story.headline.text), headline_chars)
        lines = [markup.write_bold(headline)]
        if story.certain:
            title = fit_line(_clean_text(story.best.title), headline_chars)
            lines.append(markup.write_words(f"({ONLY_CERTAIN}) {title}"))
        if lead:
            words = " ".join(lead)
            lines.append(markup.write_words(words))
        if remark:
            lines.append(markup.write_words(f"Note: {_clean_text(remark)}"))
        outlet = _clean_text(outlet_in_full(story.best))
        details = [moment(story.best.published, self.digest), topic(story)]
        about = "".join(f", {detail}" for detail in details if detail)
        link = safe_link(story.best.link)
        lines.append(self._write_source(outlet, about, link))
        if reports:
            lines.append(markup.write_words(reports))
        if lead and story.differences:
            lines.append(markup.write_words(f"Outlets differ: {_clean_text(differing(story))}"))
        if lead and story.thread:
            lines.append(self.write_earlier(story.thread[0]))
        return "\n".join(lines)

    def write_earlier(self, mention: StoryMention) -> str:
        """Return the line that says what a story goes on with, with a link if it has a page."""
        day = earlier_day(mention, self.digest)
        headline = fit_line(_clean_text(mention_line(mention)), _EARLIER_CHARS)
        address = self.story_page(self.digest.edition, mention.day, mention.story)
        if not address:
            return self.markup.write_words(f"Earlier: {day}, {headline}")
        if self.markup is PLAIN:
            return f"Earlier: {day}, {headline}\n{address}"
        before = self.markup.write_words(f"Earlier: {day}, ")
        return f"{before}{self.markup.write_link(headline, address)}"

    def write_correction(self, item: Correction, chars: int) -> str:
        """Return what an outlet has changed: the new words, those printed before, and a link."""
        markup = self.markup
        headline = fit_line(_clean_text(item.headline.text), chars)
        before = fit_line(_clean_text(item.told.headline.text), chars)
        outlet = fit_line(_clean_text(outlet_in_full(item.article)), chars)
        link = safe_link(item.article.link)
        lines = [
            markup.write_words(f"{CORRECTED}:"),
            markup.write_bold(headline),
        ]
        if chars == _HEADLINE_CHARS and item.lead.text:
            lead = _clean_text(item.lead.text)
            lines.append(markup.write_words(lead))
        said = fit_line(_clean_text(changes(item)), chars)
        if said:
            lines.append(markup.write_words(f"Changed: {said}"))
        lines += [
            markup.write_words(f"{told_as(item)}: {before}"),
            self._write_source(outlet, "", link),
        ]
        return "\n".join(lines)

    def _write_source(
        self,
        outlet: str,
        about: str,
        address: str,
    ) -> str:
        if not address:
            return self.markup.write_words(f"{outlet}{about}")
        # Last in its line, so that what follows an address in plain text is never taken for part of
        # it.
        if self.markup is PLAIN:
            return f"{outlet}{about}\n{address}"
        link = self.markup.write_link(outlet, address)
        return f"{link}{self.markup.write_words(about)}"


def _clean_text(text: str) -> str:
    return tidy(text).replace("\n", " ")


def cut_messages(
    digest: Digest,
    markup: Markup,
    *,
    limit: int,
    stories: int,
    address: str = "",
    story_page: StoryPage = find_no_page,
) -> tuple[str, ...]:
    """
    Cut a digest into messages.

    Args:
        limit: Of one message, as the markup counts; 200 or more.
        stories: At most so many are sent; the last message says how many more there are.
        address: Where all of it can be read; empty if nowhere.
        story_page: Where a story of an earlier day can be read.

    Returns:
        At least one message, each at most ``limit`` long.
    """
    title = f"{fit_line(_clean_text(digest.title), 60)}: {day_title(digest)}"
    space = limit - markup.measure_length(markup.write_bold(title)) - _NUMBERING - 2
    cutter = _Cutter(digest, markup, space, story_page)
    last = _count_the_rest(digest, stories)
    if address:
        link = markup.write_link("All of it", address)
        last = f"{last} {link}".strip()
    blocks = [*_list_blocks(cutter, stories), last]
    groups = _pack_blocks(list(filter(None, blocks)), markup, space)
    messages = []
    for number, group in enumerate(groups, start=1):
        head = title if len(groups) == 1 else f"{title} ({number}/{len(groups)})"
        messages.append("\n\n".join([markup.write_bold(head), *group]))
    return tuple(messages)


def _list_blocks(cutter: _Cutter, stories: int) -> list[str]:
    """
    Return what must not be cut apart, in order.

    An empty text is in the place of what fits in no form.
    """
    cautions = [
        cutter.markup.write_words(_clean_text(caution)) for caution in cutter.digest.cautions
    ]
    blocks = [caution for caution in cautions if cutter.fits(caution)]
    for story in cutter.digest.stories[:stories]:
        versions = cutter.list_versions(story)
        blocks.append(cutter.choose_first(versions))
    for item in cutter.digest.corrections:
        forms = [cutter.write_correction(item, chars) for chars in (_HEADLINE_CHARS, 100, 40)]
        blocks.append(cutter.choose_first(forms))
    return blocks


def _count_the_rest(digest: Digest, stories: int) -> str:
    """Say how many stories there are beyond those that are sent."""
    left = len(digest.stories) - stories
    if left > 0:
        return f"And {left} more."
    return nothing(digest)


def _pack_blocks(blocks: Sequence[str], markup: Markup, space: int) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    used = 0
    for block in blocks:
        size = markup.measure_length(block) + 2
        if groups[-1] and used + size > space:
            groups.append([])
            used = 0
        groups[-1].append(block)
        used += size
    return groups
