"""
The public page of a Telegram channel, ``https://t.me/s/NAME``: its last twenty posts or so, no account needed.

Theory. A post has no headline: its first sentence is one. What follows it is the text, and the post's own address the
link. A post of pictures alone tells nothing and is left out, as are Telegram's own notices. Forwarded posts are this
channel's to tell, and name whom they are from. Telegram marks edited posts and does not say when: the changed words
are what makes an update.

The page of a channel without posts has its history, empty. A channel that shows no public page, or none of that name,
is answered by the card of the channel or person instead (after a redirect to ``t.me/NAME``). Asked too often, Telegram
says that it found no posts, in the place of posts; that is told apart in a note, as the poll itself was answered.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.dates import parse_date
from aggregator.kinds.items import MAX_ITEMS, escaped, outermost
from aggregator.models import Feed, FeedItem
from aggregator.text.links import web_link
from aggregator.text.sentences import split_sentences
from aggregator.text.tree import inner_text, read_tree
from aggregator.text.typography import one_line, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from lxml.etree import _Element

    from aggregator.models import FetchResult, Source
    from aggregator.sources.tables import Table

__all__ = ["TelegramKind"]

_ADDRESS = re.compile(r"https://t\.me/s/[A-Za-z][A-Za-z0-9_]{3,31}/?")
_POST = re.compile(r"[A-Za-z0-9_]{4,32}/\d{1,12}")
# A first sentence that is longer makes no headline; its beginning does.
_TITLE_CHARS = 160
# Posts have 4,096 characters at most; of a page that says otherwise no more is cut into sentences, which took 23 s.
_FIRST_CHARS = 4096
# A post has one text, that of the post it answers, and one for each picture of an album at most.
_MOST_TEXTS = 30
# Emoji, bullets and flags before the first word.
_ORNAMENT = re.compile(r"^[^\w«“„\"'(#]+")
_PICTURES = (
    "photo_wrap", "video_player", "video_wrap", "roundvideo_player", "document_wrap", "sticker_wrap", "voice_player",
    "poll", "location_wrap", "grouped_wrap", "audio",
)  # fmt: skip


class TelegramKind:
    """See ``kind.SourceKind``."""

    name = "telegram"
    no_pages = "its posts are the whole text"

    def wanted_address(self, url: str) -> str:
        """Return what is expected unless it is a channel's public page."""
        return "" if _ADDRESS.fullmatch(url) else "the address of a channel's public page, https://t.me/s/NAME"

    def check(self, options: Table) -> Mapping[str, Any]:
        """Read the one option: whether posts forwarded from elsewhere are taken."""
        return {"forwarded": options.flag("forwarded", default=True)}

    def parse(self, result: FetchResult, source: Source, *, default_zone: tzinfo) -> Feed:
        """Read the page of a channel, at most its newest posts."""
        root, note = read_tree(result.body, result.headers.get("content-type", ""))
        if root is None:
            raise ParseError(result.url, "an empty page")
        found = outermost([post for post in _all(root, "tgme_widget_message") if "data-post" in post.attrib])
        posts = found[-MAX_ITEMS:]
        notes = [note, *([] if posts else _without_posts(root, result.url))]
        told = [post for post in posts if "service_message" not in _classes(post)]
        items = [_item(post, default_zone) for post in told]
        _judge(result.url, told, items)
        wanted = source.options.get("forwarded", True)
        taken = [
            item
            for post, item in zip(told, items, strict=True)
            if item.title and (wanted or not _has(post, "tgme_widget_message_forwarded_from"))
        ]
        notes += _counts(told, items, taken)
        title = next((inner_text(node) for node in _all(root, "tgme_channel_info_header_title")), "")
        # The newest stands last on the page, and first in feeds.
        return Feed(
            title=one_line(title, _TITLE_CHARS),
            language="",
            items=tuple(reversed(taken)),
            notes=tuple(note for note in notes if note),
        )


def _classes(node: _Element) -> list[str]:
    return (node.get("class") or "").split()


def _all(node: _Element, name: str) -> Iterator[_Element]:
    return (found for found in node.iter() if name in _classes(found))


def _has(node: _Element, name: str) -> bool:
    return next(_all(node, name), None) is not None


def _without_posts(root: _Element, url: str) -> list[str]:
    """Say why there are no posts, or raise what that means."""
    if _has(root, "tme_no_messages_found"):
        return ["Telegram says that it found no posts; it says so too when it is asked too often"]
    history = next(_all(root, "tgme_channel_history"), None)
    if history is not None and not inner_text(history):
        return ["the channel has no posts"]
    if history is None and _has(root, "tgme_page_title"):
        raise ParseError(url, "a card instead of posts: the channel shows no public page, or there is no such channel")
    raise FormChangedError(url, "a page without a channel's posts (elements of class tgme_widget_message)")


def _judge(url: str, told: list[_Element], items: list[FeedItem]) -> None:
    if told and not any(item.published for item in items):
        raise FormChangedError(url, f"none of {len(told)} posts has a time (class tgme_widget_message_date)")
    mute = [item for post, item in zip(told, items, strict=True) if not item.title and not _pictured(post)]
    if mute and len(mute) == len(told):
        raise FormChangedError(url, f"none of {len(told)} posts has a text (class tgme_widget_message_text)")


def _pictured(post: _Element) -> bool:
    return any(
        name.removeprefix("tgme_widget_message_") in _PICTURES for node in post.iter() for name in _classes(node)
    )


def _item(post: _Element, default_zone: tzinfo) -> FeedItem:
    name = post.get("data-post", "")
    link = web_link("https://t.me/", f"https://t.me/{name}") if _POST.fullmatch(name) else ""
    title, text = _headline(tidy(_text(post)))
    stamps = (time.get("datetime", "") for node in _all(post, "tgme_widget_message_date") for time in node.iter("time"))
    forwarded = next((one_line(inner_text(node), 100) for node in _all(post, "tgme_widget_message_forwarded_from")), "")
    marks = (forwarded, "edited" if _edited(post) else "")
    return FeedItem(
        guid=link,
        link=link,
        title=escaped(title),
        content=escaped(text),
        published=next((date for stamp in stamps if (date := parse_date(stamp, default_zone))), None),
        categories=tuple(mark for mark in marks if mark),
    )


def _text(post: _Element) -> str:
    """Return the words of a post, not those of the post that it answers; the longest, as pictures carry some twice."""
    texts = [
        inner_text(node)
        for node in islice(_all(post, "tgme_widget_message_text"), _MOST_TEXTS)
        if not any("tgme_widget_message_reply" in _classes(above) for above in node.iterancestors())
    ]
    return max(texts, key=len, default="")


def _edited(post: _Element) -> bool:
    # The mark stands beside the time, in whatever language the page is.
    return any((node.text or "").strip() for node in _all(post, "tgme_widget_message_meta"))


def _headline(text: str) -> tuple[str, str]:
    """Return the first sentence and what follows; all of the text where the sentence is cut or all there is before."""
    first, _, rest = text.partition("\n")
    sentences = split_sentences(first[:_FIRST_CHARS])
    if not sentences:
        return "", ""
    title = _ORNAMENT.sub("", sentences[0]) or sentences[0]
    if len(title) > _TITLE_CHARS:
        return one_line(title, _TITLE_CHARS), text
    return title, "\n".join(part for part in (" ".join(sentences[1:]) + first[_FIRST_CHARS:], rest) if part)


def _counts(told: list[_Element], items: list[FeedItem], taken: list[FeedItem]) -> list[str]:
    bare = sum(not item.title for item in items)
    unwanted = len(items) - bare - len(taken)
    edited = sum(map(_edited, told))
    counts = ((bare, "without a text left out"), (unwanted, "forwarded left out"), (edited, "edited"))
    return [f"posts {what}: {count}" for count, what in counts if count]
