"""
The public page of a Telegram channel, ``https://t.me/s/NAME``: its last twenty posts or so.

No account is needed.

Theory. A post has no headline: its first sentence that tells something is one (``feeds.headline``).
What follows it is the text, and the post's own address the link. A post that is but an address is
told by the card that Telegram shows of it. A post of pictures alone says nothing and is left out,
as are Telegram's own notices. Forwarded posts are this channel's news too, and name whom they are
from. Telegram marks edited posts and does not say when: the changed words are what makes an update.

The page of a channel without posts has its history, empty. A channel that shows no public page, or
none of that name, is answered by the card of the channel or person instead (after a redirect to
``t.me/NAME``). Asked too often, Telegram says that it found no posts, in the place of posts; that
is said in a note, as the poll itself was answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.errors import FormChangedError, ParseError
from aggregator.feeds.dates import parse_date
from aggregator.feeds.headline import TELLING_WORDS, find_headline
from aggregator.feeds.kinds.items import MAX_ITEMS, escape_text, keep_notes, keep_outermost
from aggregator.models import Feed, FeedItem
from aggregator.text.tree import read_inner_text, read_tree
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, tzinfo

    from lxml.etree import _Element

    from aggregator.models import FetchResult, Source
    from aggregator.toml.tables import Table

__all__ = ["TelegramKind"]

_ADDRESS = re.compile(r"https://t\.me/s/[A-Za-z][A-Za-z0-9_]{3,31}/?")
_FORWARDED = "tgme_widget_message_forwarded_from"
_REPLY = "tgme_widget_message_reply"
_SERVICE = "service_message"
_CARD = "a card instead of posts: the channel shows no public page, or there is no such channel"
_POST = re.compile(r"[A-Za-z0-9_]{4,32}/\d{1,12}")
# A first sentence that is longer makes no headline; its beginning does.
_TITLE_CHARS = 160
# A post has one text, that of the post it answers, and one for each picture of an album at most.
_MOST_TEXTS = 30
_PICTURES = frozenset(
    {
        "photo_wrap",
        "video_player",
        "video_wrap",
        "roundvideo_player",
        "document_wrap",
        "sticker_wrap",
        "voice_player",
        "poll",
        "location_wrap",
        "grouped_wrap",
        "audio",
    }
)


class TelegramKind:
    """See ``kind.SourceKind``."""

    name = "telegram"
    no_pages = "its posts are the whole text"

    def wanted_address(self, url: str) -> str:
        """Return what is expected unless it is a channel's public page."""
        if _ADDRESS.fullmatch(url):
            return ""
        return "the address of a channel's public page, https://t.me/s/NAME"

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
        url = result.url
        content_type = result.headers.get("content-type", "")
        root, note = read_tree(result.body, content_type)
        if root is None:
            raise ParseError(url, "an empty page")
        everything = _find_posts(root)
        notes = [note]
        if not everything:
            notes.append(_explain_no_posts(root, url))
        nodes = [node for node in everything if _SERVICE not in _list_classes(node)]
        posts = [_Post(node, _make_item(node, default_zone)) for node in nodes]
        _check_posts(url, posts)
        is_forwarded_wanted = source.options.get("forwarded", True)
        taken = [post.item for post in posts if post.is_wanted(forwarded=is_forwarded_wanted)]
        notes += _count_posts(posts, len(taken))
        header = _find_first(root, "tgme_channel_info_header_title")
        title = "" if header is None else read_inner_text(header)
        # The newest stands last on the page, and first in feeds.
        taken.reverse()
        return Feed(
            title=fit_line(title, _TITLE_CHARS),
            language="",
            items=tuple(taken),
            notes=keep_notes(notes),
        )


@dataclass(frozen=True, slots=True)
class _Post:
    """
    One post of a channel, not one of Telegram's own notices.

    Attributes:
        node: Its element on the page.
        item: What was read in it; without a title if it has no text.
    """

    node: _Element
    item: FeedItem

    def is_wanted(self, *, forwarded: bool) -> bool:
        """Say whether it is taken: it has a text, and is not forwarded unless those are wanted."""
        if not self.item.title:
            return False
        return forwarded or not _has(self.node, _FORWARDED)


def _find_posts(root: _Element) -> list[_Element]:
    """Return the newest posts of the page, at most ``MAX_ITEMS``, Telegram's notices too."""
    nodes = _find_all(root, "tgme_widget_message")
    named = [node for node in nodes if "data-post" in node.attrib]
    posts = keep_outermost(named)
    return posts[-MAX_ITEMS:]


def _list_classes(node: _Element) -> list[str]:
    names = node.get("class") or ""
    return names.split()


def _find_all(node: _Element, name: str) -> Iterator[_Element]:
    return (below for below in node.iter() if name in _list_classes(below))


def _find_first(node: _Element, name: str) -> _Element | None:
    return next(_find_all(node, name), None)


def _has(node: _Element, name: str) -> bool:
    return _find_first(node, name) is not None


def _explain_no_posts(root: _Element, url: str) -> str:
    """Say why there are no posts, or raise what that means."""
    if _has(root, "tme_no_messages_found"):
        return "Telegram says that it found no posts; it says so too when it is asked too often"
    history = _find_first(root, "tgme_channel_history")
    if history is not None and not read_inner_text(history):
        return "the channel has no posts"
    if history is None and _has(root, "tgme_page_title"):
        raise ParseError(url, _CARD)
    said = "a page without a channel's posts (elements of class tgme_widget_message)"
    raise FormChangedError(url, said)


def _check_posts(url: str, posts: list[_Post]) -> None:
    """Raise if no post has what posts have: a time, and a text unless it is a picture."""
    if not posts:
        return
    if not any(post.item.published for post in posts):
        said = f"none of {len(posts)} posts has a time (class tgme_widget_message_date)"
        raise FormChangedError(url, said)
    if not any(post.item.title or _is_pictured(post.node) for post in posts):
        said = f"none of {len(posts)} posts has a text (class tgme_widget_message_text)"
        raise FormChangedError(url, said)


def _is_pictured(post: _Element) -> bool:
    for node in post.iter():
        names = [name.removeprefix("tgme_widget_message_") for name in _list_classes(node)]
        if not _PICTURES.isdisjoint(names):
            return True
    return False


def _make_item(post: _Element, default_zone: tzinfo) -> FeedItem:
    name = post.get("data-post", "")
    link = resolve_link("https://t.me/", f"https://t.me/{name}") if _POST.fullmatch(name) else ""
    title, text = _write_post(post)
    return FeedItem(
        guid=link,
        link=link,
        title=escape_text(title),
        content=escape_text(text),
        published=_find_date(post, default_zone),
        categories=_list_marks(post),
    )


def _write_post(post: _Element) -> tuple[str, str]:
    """
    Return headline and text of a post.

    The whole text under a headline that is cut; the card of what is linked where the post says
    nothing itself.
    """
    words = tidy(_find_text(post))
    found = find_headline(words)
    card = _read_part(post, "link_preview_title")
    if card and found.telling < TELLING_WORDS:
        return fit_line(card, _TITLE_CHARS), _read_part(post, "link_preview_description")
    title = found.title or fit_line(words, _TITLE_CHARS)
    if len(title) > _TITLE_CHARS:
        return fit_line(title, _TITLE_CHARS), f"{title}\n{found.rest}".strip()
    return title, found.rest if found.title else ""


def _read_part(post: _Element, name: str) -> str:
    """Return the words of a post's first element of a class, tidy; empty if it has none."""
    node = _find_first(post, name)
    return "" if node is None else tidy(read_inner_text(node))


def _find_date(post: _Element, default_zone: tzinfo) -> datetime | None:
    """Return the first date of a post that can be read."""
    for node in _find_all(post, "tgme_widget_message_date"):
        for time in node.iter("time"):
            written = time.get("datetime", "")
            date = parse_date(written, default_zone)
            if date:
                return date
    return None


def _list_marks(post: _Element) -> tuple[str, ...]:
    """Return whom a post is from, if it is forwarded, and whether it was edited."""
    marks = []
    origin = _find_first(post, _FORWARDED)
    if origin is not None:
        marks.append(fit_line(read_inner_text(origin), 100))
    if _is_edited(post):
        marks.append("edited")
    return tuple(filter(None, marks))


def _find_text(post: _Element) -> str:
    """Return the words of a post: the longest, as pictures carry some twice."""
    nodes = islice(_find_all(post, "tgme_widget_message_text"), _MOST_TEXTS)
    texts = [read_inner_text(node) for node in nodes if not _is_answered(node)]
    return max(texts, key=len, default="")


def _is_answered(text: _Element) -> bool:
    """Say whether a text is of the post that this one answers."""
    return any(_REPLY in _list_classes(above) for above in text.iterancestors())


def _is_edited(post: _Element) -> bool:
    # The mark stands beside the time, in whatever language the page is.
    marks = [node.text or "" for node in _find_all(post, "tgme_widget_message_meta")]
    return any(map(str.strip, marks))


def _count_posts(posts: list[_Post], taken: int) -> list[str]:
    with_text = sum(bool(post.item.title) for post in posts)
    edited = sum(_is_edited(post.node) for post in posts)
    counts = {
        "without a text left out": len(posts) - with_text,
        "forwarded left out": with_text - taken,
        "edited": edited,
    }
    return [f"posts {what}: {count}" for what, count in counts.items() if count]
