"""
The public page of a Telegram channel, ``https://t.me/s/NAME``: its last twenty posts or so, no
account needed.

Theory. A post has no headline: its first sentence is one. What follows it is the text, and the
post's own address the link. A post of pictures alone tells nothing and is left out, as are
Telegram's own notices. Forwarded posts are this channel's to tell, and name whom they are from.
Telegram marks edited posts and does not say when: the changed words are what makes an update.

The page of a channel without posts has its history, empty. A channel that shows no public page, or
none of that name, is answered by the card of the channel or person instead (after a redirect to
``t.me/NAME``). Asked too often, Telegram says that it found no posts, in the place of posts; that
is told apart in a note, as the poll itself was answered.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.kinds.items import MAX_ITEMS, escape_text, keep_notes, keep_outermost
from aggregator.models import Feed, FeedItem
from aggregator.text.sentences import split_sentences
from aggregator.text.tree import inner_text, read_tree
from aggregator.text.typography import one_line, tidy
from aggregator.urls.links import web_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, tzinfo

    from lxml.etree import _Element

    from aggregator.models import FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["TelegramKind"]

_ADDRESS = re.compile(r"https://t\.me/s/[A-Za-z][A-Za-z0-9_]{3,31}/?")
_FORWARDED = "tgme_widget_message_forwarded_from"
_CARD = "a card instead of posts: the channel shows no public page, or there is no such channel"
_POST = re.compile(r"[A-Za-z0-9_]{4,32}/\d{1,12}")
# A first sentence that is longer makes no headline; its beginning does.
_TITLE_CHARS = 160
# Posts have 4,096 characters at most; of a page that says otherwise no more is cut into sentences,
# which took 23 s.
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
        return (
            ""
            if _ADDRESS.fullmatch(url)
            else "the address of a channel's public page, https://t.me/s/NAME"
        )

    def check(self, options: Table) -> Mapping[str, Any]:
        """Read the one option: whether posts forwarded from elsewhere are taken."""
        return {"forwarded": options.flag("forwarded", default=True)}

    def parse(
        self,
        result: FetchResult,
        source: Source,
        *,
        default_zone: tzinfo,
    ) -> Feed:
        """Read the page of a channel, at most its newest posts."""
        root, note = read_tree(result.body, result.headers.get("content-type", ""))
        if root is None:
            raise ParseError(result.url, "an empty page")
        posts = _find_posts(root)
        notes = [note]
        if not posts:
            notes.append(_explain_no_posts(root, result.url))
        told = [post for post in posts if "service_message" not in _classes(post)]
        items = [_make_item(post, default_zone) for post in told]
        _check_posts(result.url, told, items)
        taken = _take_items(told, items, forwarded=source.options.get("forwarded", True))
        notes += _count_posts(told, items, taken)
        header = next(_all(root, "tgme_channel_info_header_title"), None)
        title = "" if header is None else inner_text(header)
        # The newest stands last on the page, and first in feeds.
        return Feed(
            title=one_line(title, _TITLE_CHARS),
            language="",
            items=tuple(reversed(taken)),
            notes=keep_notes(notes),
        )


def _take_items(told: list[_Element], items: list[FeedItem], *, forwarded: bool) -> list[FeedItem]:
    """Return the items that tell something, those of forwarded posts only if they are wanted."""
    taken = []
    for post, item in zip(told, items, strict=True):
        if item.title and (forwarded or not _has(post, _FORWARDED)):
            taken.append(item)
    return taken


def _find_posts(root: _Element) -> list[_Element]:
    """Return the newest posts of the page, at most ``MAX_ITEMS``."""
    named = [post for post in _all(root, "tgme_widget_message") if "data-post" in post.attrib]
    return keep_outermost(named)[-MAX_ITEMS:]


def _classes(node: _Element) -> list[str]:
    return (node.get("class") or "").split()


def _all(node: _Element, name: str) -> Iterator[_Element]:
    return (found for found in node.iter() if name in _classes(found))


def _has(node: _Element, name: str) -> bool:
    return next(_all(node, name), None) is not None


def _explain_no_posts(root: _Element, url: str) -> str:
    """Say why there are no posts, or raise what that means."""
    if _has(root, "tme_no_messages_found"):
        return "Telegram says that it found no posts; it says so too when it is asked too often"
    history = next(_all(root, "tgme_channel_history"), None)
    if history is not None and not inner_text(history):
        return "the channel has no posts"
    if history is None and _has(root, "tgme_page_title"):
        raise ParseError(url, _CARD)
    said = "a page without a channel's posts (elements of class tgme_widget_message)"
    raise FormChangedError(url, said)


def _check_posts(url: str, told: list[_Element], items: list[FeedItem]) -> None:
    """Raise if no post has what posts have: a time, and a text unless it is a picture."""
    if not told:
        return
    if not any(item.published for item in items):
        said = f"none of {len(told)} posts has a time (class tgme_widget_message_date)"
        raise FormChangedError(url, said)
    pairs = zip(told, items, strict=True)
    if not any(item.title or _is_pictured(post) for post, item in pairs):
        said = f"none of {len(told)} posts has a text (class tgme_widget_message_text)"
        raise FormChangedError(url, said)


def _is_pictured(post: _Element) -> bool:
    names = (name for node in post.iter() for name in _classes(node))
    return any(name.removeprefix("tgme_widget_message_") in _PICTURES for name in names)


def _make_item(post: _Element, default_zone: tzinfo) -> FeedItem:
    name = post.get("data-post", "")
    link = web_link("https://t.me/", f"https://t.me/{name}") if _POST.fullmatch(name) else ""
    title, text = _split_headline(tidy(_find_text(post)))
    return FeedItem(
        guid=link,
        link=link,
        title=escape_text(title),
        content=escape_text(text),
        published=_find_date(post, default_zone),
        categories=_list_marks(post),
    )


def _find_date(post: _Element, default_zone: tzinfo) -> datetime | None:
    """Return the first date of a post that can be read."""
    for node in _all(post, "tgme_widget_message_date"):
        for time in node.iter("time"):
            if date := parse_date(time.get("datetime", ""), default_zone):
                return date
    return None


def _list_marks(post: _Element) -> tuple[str, ...]:
    """Return whom a post is from, if it is forwarded, and whether it was edited."""
    origin = next(_all(post, _FORWARDED), None)
    forwarded = "" if origin is None else one_line(inner_text(origin), 100)
    marks = (forwarded, "edited" if _is_edited(post) else "")
    return tuple(mark for mark in marks if mark)


def _find_text(post: _Element) -> str:
    """Return the words of a post: the longest, as pictures carry some twice."""
    texts = islice(_all(post, "tgme_widget_message_text"), _MOST_TEXTS)
    own = [inner_text(node) for node in texts if not _is_answered(node)]
    return max(own, key=len, default="")


def _is_answered(text: _Element) -> bool:
    """Say whether a text is of the post that this one answers."""
    return any("tgme_widget_message_reply" in _classes(above) for above in text.iterancestors())


def _is_edited(post: _Element) -> bool:
    # The mark stands beside the time, in whatever language the page is.
    return any((node.text or "").strip() for node in _all(post, "tgme_widget_message_meta"))


def _split_headline(text: str) -> tuple[str, str]:
    """
    Return the first sentence and the rest.

    The whole text as the rest where the sentence is cut.
    """
    first, _, below = text.partition("\n")
    sentences = split_sentences(first[:_FIRST_CHARS])
    if not sentences:
        return "", ""
    title = _ORNAMENT.sub("", sentences[0]) or sentences[0]
    if len(title) > _TITLE_CHARS:
        return one_line(title, _TITLE_CHARS), text
    beside = " ".join(sentences[1:]) + first[_FIRST_CHARS:]
    return title, "\n".join(part for part in (beside, below) if part)


def _count_posts(told: list[_Element], items: list[FeedItem], taken: list[FeedItem]) -> list[str]:
    bare = sum(not item.title for item in items)
    counts = {
        "without a text left out": bare,
        "forwarded left out": len(items) - bare - len(taken),
        "edited": sum(map(_is_edited, told)),
    }
    return [f"posts {what}: {count}" for what, count in counts.items() if count]
