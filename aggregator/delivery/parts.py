"""
A digest cut into messages of bounded length. Pure.

Requirement. A reader in a messenger gets whole stories: a message ends between stories, never inside a sentence, let
alone a character. A story that does not fit into a message of its own gives up, in this order, the outlets that also
have it, its note, the sentences of its lead from the last on, and at the very end the tail of its headline, at a word.

Each message says which digest it is from and which part of how many, because messengers deliver in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Protocol

from aggregator.digest.words import CORRECTED, also, day_title, moment, note, others, safe_link, told_as, topic
from aggregator.text.typography import one_line, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aggregator.models import Correction, Digest, DigestStory

__all__ = ["PLAIN", "TELEGRAM", "Dialect", "cut"]

# Room for "(999/999)" and blanks in a part's heading, so that numbering never makes a message too long.
_NUMBERING = 12
_HEADLINE_CHARS = 300


class Dialect(Protocol):
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

    Its limit of 4096 counts UTF-16 units after the markup is taken away; counting the markup too is on the safe side.
    """

    def words(self, text: str) -> str:
        return escape(text, quote=False)

    def bold(self, text: str) -> str:
        return f"<b>{escape(text, quote=False)}</b>"

    def link(self, text: str, address: str) -> str:
        return f'<a href="{escape(address)}">{escape(text, quote=False)}</a>'


PLAIN: Dialect = _Plain()
"""For messengers without markup."""

TELEGRAM: Dialect = _Telegram()
"""For Telegram."""


@dataclass(frozen=True, slots=True)
class _Cutter:
    digest: Digest
    dialect: Dialect
    limit: int

    def fits(self, text: str) -> bool:
        return self.dialect.length(text) <= self.limit

    def versions(self, story: DigestStory) -> Iterator[str]:
        """Yield a story's text, each version shorter than the one before; the last is a headline cut short."""
        said, lead = note(story), [_clean(segment.english or segment.source) for segment in story.lead.segments]
        reports = f"{others(story)}: {also(story)}" if others(story) else ""
        yield self.text(story, lead, said, reports)
        for kept in range(len(lead), -1, -1):
            yield self.text(story, lead[:kept], said, "")
        for chars in (200, 100, 40, 10):
            yield self.text(story, [], "", "", headline_chars=chars)
        yield self.dialect.bold(one_line(_clean(story.headline.text), 10))

    def text(
        self, story: DigestStory, lead: Sequence[str], said: str, reports: str, headline_chars: int = _HEADLINE_CHARS
    ) -> str:
        d, best = self.dialect, story.best
        about = topic(story)
        lines = [d.bold(one_line(_clean(story.headline.text), headline_chars))]
        lines += [d.words(" ".join(lead))] if lead else []
        lines += [d.words(f"Note: {_clean(said)}")] if said else []
        told = f", {moment(best.published, self.digest)}" + (f", {about}" if about else "")
        outlet, address = _clean(best.outlet), safe_link(best.link)
        # Last in its line, so that what follows an address in plain text is never taken for part of it.
        lines.append(d.words(f"{outlet}{told}") if not address else self._source(outlet, told, address))
        lines += [d.words(reports)] if reports else []
        return "\n".join(lines)

    def correction(self, item: Correction, chars: int) -> str:
        """Return what an outlet has changed: the new words, the ones that were told, and where to look."""
        d, ref = self.dialect, item.article
        head = d.bold(one_line(_clean(item.headline.text), chars))
        lines = [d.words(f"{CORRECTED}:"), head]
        if chars == _HEADLINE_CHARS and item.lead.text:
            lines.append(d.words(_clean(item.lead.text)))
        lines.append(d.words(f"{told_as(item)}: {one_line(_clean(item.told.headline.text), chars)}"))
        outlet, address = one_line(_clean(ref.outlet), chars), safe_link(ref.link)
        lines.append(self._source(outlet, "", address) if address else d.words(outlet))
        return "\n".join(lines)

    def _source(self, outlet: str, told: str, address: str) -> str:
        if self.dialect is PLAIN:
            return f"{outlet}{told}\n{address}"
        return f"{self.dialect.link(outlet, address)}{self.dialect.words(told)}"


def _corrections(cutter: _Cutter) -> list[str]:
    """Return what has changed since it was told, each with its heading; the first that fits of its forms."""
    blocks = []
    for item in cutter.digest.corrections:
        forms = (cutter.correction(item, chars) for chars in (_HEADLINE_CHARS, 100, 40))
        blocks.append(next((text for text in forms if cutter.fits(text)), ""))
    return blocks


def _clean(text: str) -> str:
    return tidy(text).replace("\n", " ")


def cut(digest: Digest, dialect: Dialect, *, limit: int, stories: int, address: str = "") -> tuple[str, ...]:
    """
    Cut a digest into messages.

    Args:
        digest: Which.
        dialect: How to write and to count.
        limit: Of one message, as the dialect counts; 200 or more.
        stories: At most so many are told; the last message says how many more there are.
        address: Where all of it can be read; empty if nowhere.

    Returns:
        At least one message, each at most ``limit`` long.
    """
    title = f"{one_line(_clean(digest.title), 60)}: {day_title(digest)}"
    room = limit - dialect.length(dialect.bold(title)) - _NUMBERING - 2
    cutter = _Cutter(digest, dialect, room)
    blocks = [dialect.words(_clean(caution)) for caution in digest.cautions]
    blocks = [block for block in blocks if cutter.fits(block)]
    for story in digest.stories[:stories]:
        blocks.append(next((text for text in cutter.versions(story) if cutter.fits(text)), ""))
    blocks += _corrections(cutter)
    left = len(digest.stories) - stories
    last = f"And {left} more." if left > 0 else "" if digest.stories else "Nothing was published on this day."
    if address:
        last = f"{last} {dialect.link('All of it', address)}".strip()
    groups = _packed([block for block in (*blocks, last) if block], dialect, room)
    total = len(groups)
    heads = [title if total == 1 else f"{title} ({number}/{total})" for number in range(1, total + 1)]
    return tuple("\n\n".join([dialect.bold(head), *group]) for head, group in zip(heads, groups, strict=True))


def _packed(blocks: Sequence[str], dialect: Dialect, room: int) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    used = 0
    for block in blocks:
        size = dialect.length(block) + 2
        if groups[-1] and used + size > room:
            groups.append([])
            used = 0
        groups[-1].append(block)
        used += size
    return groups
