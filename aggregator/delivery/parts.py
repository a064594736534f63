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
    also,
    day_title,
    moment,
    note,
    others,
    safe_link,
    told_as,
    topic,
)
from aggregator.text.typography import one_line, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aggregator.models import Correction, Digest, DigestStory

__all__ = ["PLAIN", "TELEGRAM", "Markup", "cut_messages"]

# Room for "(999/999)" and blanks in a part's heading, so that numbering never makes a message too
# long.
_NUMBERING = 12
_HEADLINE_CHARS = 300


class Markup(Protocol):
    """How a messenger writes bold and links, and how it counts."""

    def words(self, text: str) -> str:
        """Plain words."""

    def bold(self, text: str) -> str:
        """Bold words."""

    def link(self, text: str, address: str) -> str:
        """Words that lead somewhere."""

    def length(self, text: str) -> int:
        """Length as the messenger counts it."""


class _Plain:
    """No markup; counted in UTF-16 units, the strictest way there is."""

    def words(self, text: str) -> str:
        return text

    def bold(self, text: str) -> str:
        return text

    def link(self, text: str, address: str) -> str:
        return f"{text}: {address}"

    def length(self, text: str) -> int:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Telegram(_Plain):
    """
    Telegram's HTML (core.telegram.org/bots/api#html-style): ``<``, ``>`` and ``&`` must be escaped.

    Its limit of 4096 counts UTF-16 units after the markup is taken away; counting the markup too is
    on the safe side.
    """

    def words(self, text: str) -> str:
        return escape(text, quote=False)

    def bold(self, text: str) -> str:
        return f"<b>{escape(text, quote=False)}</b>"

    def link(self, text: str, address: str) -> str:
        return f'<a href="{escape(address)}">{escape(text, quote=False)}</a>'


PLAIN: Markup = _Plain()
"""For messengers without markup."""

TELEGRAM: Markup = _Telegram()
"""For Telegram."""


@dataclass(frozen=True, slots=True)
class _Cutter:
    digest: Digest
    markup: Markup
    limit: int

    def fits(self, text: str) -> bool:
        return self.markup.length(text) <= self.limit

    def choose(self, texts: Iterable[str]) -> str:
        """Return the first text that fits, empty if none does."""
        return next((text for text in texts if self.fits(text)), "")

    def versions(self, story: DigestStory) -> Iterator[str]:
        """
        Yield a story's text, each version shorter than the one before.

        The last is a headline cut short.
        """
        said = note(story)
        lead = [_clean(segment.english or segment.source) for segment in story.lead.segments]
        reports = f"{others(story)}: {also(story)}" if others(story) else ""
        yield self.text(story, lead, said, reports)
        for kept in range(len(lead), -1, -1):
            yield self.text(story, lead[:kept], said, "")
        for chars in (200, 100, 40, 10):
            yield self.text(story, [], "", "", headline_chars=chars)
        yield self.markup.bold(one_line(_clean(story.headline.text), 10))

    def text(
        self,
        story: DigestStory,
        lead: Sequence[str],
        said: str,
        reports: str,
        headline_chars: int = _HEADLINE_CHARS,
    ) -> str:
        markup = self.markup
        headline = one_line(_clean(story.headline.text), headline_chars)
        lines = [markup.bold(headline)]
        if lead:
            lines.append(markup.words(" ".join(lead)))
        if said:
            lines.append(markup.words(f"Note: {_clean(said)}"))
        about = [moment(story.best.published, self.digest), topic(story)]
        told = "".join(f", {part}" for part in about if part)
        lines.append(self._source(_clean(story.best.outlet), told, safe_link(story.best.link)))
        if reports:
            lines.append(markup.words(reports))
        return "\n".join(lines)

    def correction(self, item: Correction, chars: int) -> str:
        """Return what an outlet has changed: the new words, the ones that were told, and where to look."""
        markup = self.markup
        headline = one_line(_clean(item.headline.text), chars)
        lines = [markup.words(f"{CORRECTED}:"), markup.bold(headline)]
        if chars == _HEADLINE_CHARS and item.lead.text:
            lines.append(markup.words(_clean(item.lead.text)))
        before = one_line(_clean(item.told.headline.text), chars)
        lines.append(markup.words(f"{told_as(item)}: {before}"))
        outlet = one_line(_clean(item.article.outlet), chars)
        lines.append(self._source(outlet, "", safe_link(item.article.link)))
        return "\n".join(lines)

    def _source(
        self,
        outlet: str,
        told: str,
        address: str,
    ) -> str:
        if not address:
            return self.markup.words(f"{outlet}{told}")
        # Last in its line, so that what follows an address in plain text is never taken for part of
        # it.
        if self.markup is PLAIN:
            return f"{outlet}{told}\n{address}"
        return f"{self.markup.link(outlet, address)}{self.markup.words(told)}"


def _clean(text: str) -> str:
    return tidy(text).replace("\n", " ")


def cut_messages(
    digest: Digest,
    markup: Markup,
    *,
    limit: int,
    stories: int,
    address: str = "",
) -> tuple[str, ...]:
    """
    Cut a digest into messages.

    Args:
        digest: Which.
        markup: How to write and to count.
        limit: Of one message, as the markup counts; 200 or more.
        stories: At most so many are told; the last message says how many more there are.
        address: Where all of it can be read; empty if nowhere.

    Returns:
        At least one message, each at most ``limit`` long.
    """
    title = f"{one_line(_clean(digest.title), 60)}: {day_title(digest)}"
    room = limit - markup.length(markup.bold(title)) - _NUMBERING - 2
    cutter = _Cutter(digest, markup, room)
    last = _count_the_rest(digest, stories)
    if address:
        last = f"{last} {markup.link('All of it', address)}".strip()
    blocks = [*_list_blocks(cutter, stories), last]
    groups = _packed([block for block in blocks if block], markup, room)
    messages = []
    for number, group in enumerate(groups, start=1):
        head = title if len(groups) == 1 else f"{title} ({number}/{len(groups)})"
        messages.append("\n\n".join([markup.bold(head), *group]))
    return tuple(messages)


def _list_blocks(cutter: _Cutter, stories: int) -> list[str]:
    """
    Return what must not be cut apart, in order.

    An empty text is in the place of what fits in no form.
    """
    cautions = [cutter.markup.words(_clean(caution)) for caution in cutter.digest.cautions]
    blocks = [caution for caution in cautions if cutter.fits(caution)]
    blocks += [cutter.choose(cutter.versions(story)) for story in cutter.digest.stories[:stories]]
    for item in cutter.digest.corrections:
        forms = (cutter.correction(item, chars) for chars in (_HEADLINE_CHARS, 100, 40))
        blocks.append(cutter.choose(forms))
    return blocks


def _count_the_rest(digest: Digest, stories: int) -> str:
    """Say how many stories there are beyond those that are told."""
    left = len(digest.stories) - stories
    if left > 0:
        return f"And {left} more."
    return "" if digest.stories else "Nothing was published on this day."


def _packed(blocks: Sequence[str], markup: Markup, room: int) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    used = 0
    for block in blocks:
        size = markup.length(block) + 2
        if groups[-1] and used + size > room:
            groups.append([])
            used = 0
        groups[-1].append(block)
        used += size
    return groups
