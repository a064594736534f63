"""
Which elements of a feed are an item's own: by structure, namespace and depth.

feedparser goes by prefixes, by order and by what is open. It takes the title of a picture, the link
of an author or the caption of a photograph for the item's, wherever they come last; it knows no
full text of Yandex or Mail.ru. So what is plain (guid, link, dates, categories) is read here, and
so are texts that feedparser would give back as they are, which most are. For the others a feed is
written anew with nothing in it but those. Their types, encodings and markup stay as they are: those
feedparser reads well.

Rules. An item is the outermost ``item`` or ``entry`` in a namespace of feeds. Its own are elements
directly in it whose namespace and name are in the table below; what is nested in another element of
it (``source``, ``author``, ``image``, ``media:group``, galleries, related articles) never is. Where
several could be one field, the item's own namespace goes before Atom's, and that before Dublin
Core's; among equals, the first that has words. Full texts are kept all, as the longest is the
article's.

The link is the one that leads to a page (``rel`` absent or ``alternate``, ``type`` HTML or absent),
in a language of the source if links say theirs (``hreflang``). A guid is a link only where there is
no other and it reads as one.

Addresses are relative to ``xml:base``, else to where the feed came from (RFC 4287, 2).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from html.entities import entitydefs
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree
from lxml.etree import XPath, _Element

from aggregator.feeds.mend import MAX_ITEMS
from aggregator.feeds.namespaces import CORE, name_namespace, split_name
from aggregator.feeds.own_picture import find_picture
from aggregator.feeds.tree import is_item_name, is_within_item
from aggregator.urls.links import resolve_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["OwnFeed", "OwnItem", "read_own"]

_XML = "{http://www.w3.org/XML/1998/namespace}"
_SAYS_BASE = XPath("boolean(descendant-or-self::*/@xml:base)")
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

# Of each name that may repeat: feedparser compares each category with all before it, and nobody
# reads more.
_MAX_REPEATED = 50
# Of a type or a mode; nothing longer is one.
_MAX_VALUE_CHARS = 100

_Field = tuple[str, int]
# Field and rank, the smaller the more an item's own, by namespace and local name in lower case.
# "core" is the item's own namespace, or that of RSS, or none.
_FIELDS: dict[str, dict[str, _Field]] = {
    "core": {
        "title": ("title", 0),
        "link": ("link", 0),
        "guid": ("guid", 0),
        "id": ("guid", 1),
        "description": ("summary", 0),
        "summary": ("summary", 0),
        "abstract": ("summary", 0),
        "content": ("content", 0),
        "body": ("content", 0),
        "fullitem": ("content", 0),
        "pubdate": ("published", 0),
        "published": ("published", 0),
        "issued": ("published", 0),
        "updated": ("updated", 0),
        "modified": ("updated", 0),
        "lastbuilddate": ("updated", 0),
        "created": ("created", 0),
        "category": ("category", 0),
        "keywords": ("category", 0),
        "language": ("language", 0),
        "enclosure": ("picture", 1),
    },
    "atom": {
        "title": ("title", 1),
        "link": ("link", 1),
        "id": ("guid", 2),
        "summary": ("summary", 1),
        "content": ("content", 1),
        "published": ("published", 1),
        "updated": ("updated", 1),
        "category": ("category", 1),
    },
    "dc": {
        "title": ("title", 2),
        "description": ("summary", 2),
        "date": ("updated", 3),
        "subject": ("category", 2),
        "language": ("language", 1),
    },
    "dcterms": {
        "issued": ("published", 2),
        "created": ("created", 1),
        "modified": ("updated", 2),
    },
    "feedburner": {
        "origlink": ("origlink", 0),
    },
    "content": {
        "encoded": ("content", 0),
    },
    "xhtml": {
        "body": ("content", 0),
    },
    "turbo": {
        "content": ("content", 0),
    },
    "media": {
        "content": ("picture", 0),
        "group": ("picture", 0),
        "thumbnail": ("picture", 2),
    },
}
# Yandex's name for it, which Mail.ru, Rambler and outlets' own namespaces have taken over; no other
# element is called so.
_FULL_TEXTS = frozenset({"full-text", "fulltext"})
# feedparser mends text of another code page: where these are, or nothing but Latin letters.
_UNPLAIN = re.compile("[\x80-\x9f]")
_LATIN_1 = re.compile("[\x00-\xff]*+")
# Of markup feedparser writes a reference anew that has no end, or a name that HTML has not.
_REFERENCE = re.compile("&([A-Za-z][-.A-Za-z0-9]*+)(;?)")
# Types of text that is written as an element with elements in it.
_MARKUP_TYPES = frozenset(
    {
        "",
        "xhtml",
        "html",
        "text",
        "text/html",
        "application/xhtml+xml",
    }
)
_HTML_TYPES = frozenset({"html", "text/html"})
_PLAIN_TYPES = frozenset({"text", "plain", "text/plain"})
# Elements whose text is HTML where they do not say of which type it is.
_HTML_NAMES = frozenset({"description", "fullitem"})

_PAGE_TYPES = frozenset(
    {
        "html",
        "text/html",
        "xhtml",
        "application/xhtml+xml",
    }
)
_ALTERNATE = frozenset({"", "alternate", "http://www.iana.org/assignments/relation/alternate"})

_Found = dict[str, list[tuple[int, _Element]]]


class _Text(NamedTuple):
    """
    A text of an item or of a feed.

    Attributes:
        name: Of the element that feedparser is given it in.
        kind: The type it has there although it does not say so itself; empty for none.
    """

    name: str
    element: _Element
    kind: str = ""


class _Texts(NamedTuple):
    """
    The texts of an item.

    Attributes:
        contents: Full texts, in the feed's order, at most 50.
    """

    title: _Text | None
    summary: _Text | None
    contents: tuple[_Text, ...]


@dataclass(slots=True)
class _Names:
    """What elements are for, looked up once for each name in a feed."""

    own: str
    fields: dict[object, _Field | None] = field(default_factory=dict)

    def find_field(self, tag: object) -> _Field | None:
        if tag not in self.fields:
            self.fields[tag] = self._look_up(tag)
        return self.fields[tag]

    def _look_up(self, tag: object) -> _Field | None:
        address, local = split_name(tag)
        if local in _FULL_TEXTS:
            return "content", 0
        namespace = name_namespace(address)
        if namespace in {CORE, self.own}:
            namespace = "core"
        fields = _FIELDS.get(namespace, {})
        return fields.get(local)


@dataclass(frozen=True, slots=True)
class _Feed:
    """
    What all items of a feed have in common.

    Attributes:
        url: Where it came from.
        languages: Of the source, the most wanted first.
        pictures: The items' pictures are wanted.
        has_bases: It says what its addresses are relative to.
        names: By the address of the items' namespace.
    """

    url: str
    languages: tuple[str, ...]
    pictures: bool
    has_bases: bool
    names: dict[str, _Names] = field(default_factory=dict)

    def find_names(self, item: _Element) -> _Names:
        address, _ = split_name(item.tag)
        if address not in self.names:
            own = name_namespace(address)
            self.names[address] = _Names(own)
        return self.names[address]

    def resolve(self, element: _Element, address: str) -> str:
        own_base = element.base if self.has_bases else None
        base = own_base or self.url
        lines = address.splitlines()  # some break long addresses
        stripped = map(str.strip, lines)
        whole = "".join(stripped)
        return resolve_link(base, whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnItem:
    """
    What is plain in an item; empty where it has none.

    Attributes:
        guid: As written.
        link: Absolute address of the web.
        published: As written, as are the following.
        updated: May be the only date of an RSS item (``dc:date``).
        created: Of Atom 0.3.
        language: As its title or the item says, or what is around it.
        categories: In the feed's order, at most 50, each as written.
        title: As feedparser would give it, where that is as it stands; None if it is to read it.
        summary: Likewise; of an item without one, what feedparser takes for it, the first full
            text.
        contents: Likewise; None if one of them is to be read.
        picture: Absolute address of its lead picture.
    """

    guid: str
    link: str
    published: str
    updated: str
    created: str
    language: str
    categories: tuple[str, ...]
    title: str | None
    summary: str | None
    contents: tuple[str, ...] | None
    picture: str = ""

    @property
    def is_plain(self) -> bool:
        """Nothing of it is for feedparser to read."""
        texts = (self.title, self.summary, self.contents)
        return None not in texts


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFeed:
    """
    A feed and its items' own.

    Attributes:
        is_atom: And no RSS.
        title: Where it is plain; None if feedparser is to read it.
        language: Likewise.
        items: In the feed's order.
        texts: A feed as feedparser reads it, with all that is not plain: title and language of the
            feed, and of each item that is not plain its texts, in order. Empty if all is plain.
    """

    is_atom: bool
    title: str | None
    language: str | None
    items: tuple[OwnItem, ...]
    texts: str


def read_own(
    root: _Element,
    url: str,
    languages: Sequence[str] = (),
    *,
    pictures: bool = False,
) -> OwnFeed:
    """
    Read what is the items' own.

    Args:
        root: Of any feed.
        url: Where it came from.
        languages: Of the source, to choose among links that say theirs.
        pictures: Read the addresses of their pictures too.
    """
    has_bases = bool(_SAYS_BASE(root))
    feed = _Feed(
        url,
        tuple(languages),
        pictures=pictures,
        has_bases=has_bases,
    )
    is_atom = _is_called(root, "feed")
    name = "entry" if is_atom else "item"
    heads = [_choose_head(root, feed, of_feed) for of_feed in ("title", "language")]
    title, language = map(_read_plainly, heads)
    pieces = _write_unplain(heads, (title, language))
    items = []
    for element in _find_items(root):
        names = feed.find_names(element)
        own = _find_own(element, names)
        texts = _find_texts(own, is_atom=is_atom)
        item = _read_item(element, own, texts, feed)
        items.append(item)
        if not item.is_plain:
            pieces.append(f"<{name}>")
            pieces += _write_texts(texts, item)
            pieces.append(f"</{name}>")
    if pieces:
        opening = _open_root(root, is_atom=is_atom)
        closing = "</feed>" if is_atom else "</channel></rss>"
        pieces = [opening, *pieces, closing]
    if language == "":
        said = _find_language(root)
        language = said.replace("_", "-")
    return OwnFeed(
        is_atom=is_atom,
        title=title,
        language=language,
        items=tuple(items),
        texts="".join(pieces),
    )


def _is_called(element: _Element, local: str) -> bool:
    """Say whether an element has this name, in whatever namespace."""
    _, own_local = split_name(element.tag)
    return own_local == local


def _open_root(root: _Element, *, is_atom: bool) -> str:
    said = _find_language(root)
    language = _write_language(said)
    if not is_atom:
        return f'<rss version="2.0"{language}><channel>'
    address, _ = split_name(root.tag)
    version = _write_attribute("version", root.get("version"))
    namespace = escape(address)
    return f'<feed xmlns="{namespace}"{version}{language}>'


def _find_items(root: _Element) -> list[_Element]:
    """Return the outermost items; those where items belong, if there are such."""
    address, _ = split_name(root.tag)
    own = name_namespace(address)
    candidates = [element for element in root.iter("*") if _is_item(element, own)]
    outermost = [item for item in candidates if not is_within_item(item)]
    placed = [item for item in outermost if _is_place(item.getparent(), root)]
    items = placed or outermost
    return items[:MAX_ITEMS]


def _is_item(element: _Element, own: str) -> bool:
    if not is_item_name(element.tag):
        return False
    address, _ = split_name(element.tag)
    namespace = name_namespace(address)
    return namespace in {CORE, "atom", own}


def _is_place(element: _Element | None, root: _Element) -> bool:
    if element is None:
        return False
    return element is root or _is_called(element, "channel")


def _choose_head(root: _Element, feed: _Feed, name: str) -> _Text | None:
    """Return what a feed says of itself under a name of the table."""
    channels = [child for child in root if _is_called(child, "channel")]
    for place in (*channels, root):
        names = feed.find_names(place)
        own = _find_own(place, names)
        element = _choose(own[name])
        if element is not None:
            return _Text(name, element)
    return None


def _find_own(item: _Element, names: _Names) -> _Found:
    found: _Found = defaultdict(list)
    for child in item.iterchildren("*"):
        own = names.find_field(child.tag)
        if own is None:
            continue
        name, rank = own
        found[name].append((rank, child))
    return found


def _choose(candidates: Sequence[tuple[int, _Element]]) -> _Element | None:
    """Return the first that has words, of those most an item's own; None if none has."""
    if len(candidates) <= 1:
        alone = (element for _, element in candidates if _has_words(element))
        return next(alone, None)
    worded = [(rank, element) for rank, element in candidates if _has_words(element)]
    if not worded:
        return None
    best = min(worded, key=lambda candidate: candidate[0])
    return best[1]


def _has_words(element: _Element) -> bool:
    words = element.text or ""
    return bool(words.strip()) or len(element) > 0


def _read_words(element: _Element) -> str:
    """Return the words directly in an element."""
    before = element.text or ""
    after = [child.tail or "" for child in element]
    words = "".join([before, *after])
    return words.strip()


def _read_item(
    item: _Element,
    own: _Found,
    texts: _Texts,
    feed: _Feed,
) -> OwnItem:
    guid = _read_chosen(own, "guid")
    if not guid:
        about = item.get(_RDF_ABOUT, "")
        guid = about.strip()
    link = _find_link(own, feed)
    if not link:
        link = _read_guid_link(own, feed)
    contents = _read_all_plainly(texts.contents)
    summary = _read_plainly(texts.summary)
    if texts.summary is None:
        summary = None if contents is None else "".join(contents[:1])
    return OwnItem(
        guid=guid,
        link=link,
        published=_read_chosen(own, "published"),
        updated=_read_chosen(own, "updated"),
        created=_read_chosen(own, "created"),
        language=_read_item_language(item, own, texts.title),
        categories=_read_categories(own),
        title=_read_plainly(texts.title),
        summary=summary,
        contents=contents,
        picture=_find_picture(own, feed),
    )


def _find_picture(own: _Found, feed: _Feed) -> str:
    if not feed.pictures:
        return ""
    pictures = own["picture"]
    links = own["link"]
    return find_picture(pictures, links, feed.resolve)


def _find_texts(own: _Found, *, is_atom: bool) -> _Texts:
    summary = _choose(own["summary"])
    contents = [text for _, text in own["content"]]
    for rank, text in own["summary"]:
        # A second teaser of the same sort is the full text where a feed has no better place for it.
        if rank == 0 and text is not summary:
            contents.append(text)
    named = map(_name_content, contents[:_MAX_REPEATED])
    return _Texts(
        title=_name_title(own),
        summary=_name_summary(summary, is_atom=is_atom),
        contents=tuple(named),
    )


def _name_title(own: _Found) -> _Text | None:
    title = _choose(own["title"])
    if title is None:
        return None
    return _Text("title", title)


def _name_summary(element: _Element | None, *, is_atom: bool) -> _Text | None:
    if element is None:
        return None
    is_plain = is_atom and _is_called(element, "summary")
    name = "summary" if is_plain else "description"
    return _Text(name, element)


def _name_content(element: _Element) -> _Text:
    address, local = split_name(element.tag)
    namespace = name_namespace(address)
    if namespace in {CORE, "atom"} and local == "content":
        return _Text("content", element)
    if local == "body" and len(element):
        return _Text("content", element, "xhtml")
    return _Text("fullitem", element)


def _read_all_plainly(texts: Sequence[_Text]) -> tuple[str, ...] | None:
    """Return all of them; None if one is for feedparser to read."""
    plain = [words for words in map(_read_plainly, texts) if words is not None]
    if len(plain) < len(texts):
        return None
    return tuple(plain)


def _read_plainly(text: _Text | None) -> str | None:
    """
    Return a text that feedparser would give back as it stands; None where it may not.

    An element costs it a tenth of a millisecond, and of most feeds it would change nothing. Markup
    it leaves alone in an element for markup; in others it asks whether it looks like such. No text
    at all is empty.
    """
    if text is None:
        return ""
    element = text.element
    kind = element.get("type", "").lower()
    is_markup = _is_html(kind, text.name)
    is_known = is_markup or not kind or kind in _PLAIN_TYPES
    if not is_known or text.kind or len(element) or element.get("mode"):
        return None
    words = (element.text or "").strip()
    return words if _stays_same(words, is_markup=is_markup) else None


def _is_html(kind: str, name: str) -> bool:
    """Say whether a text is HTML by its type, in small letters, or by the name of its element."""
    if kind:
        return kind in _HTML_TYPES
    return name in _HTML_NAMES


def _stays_same(words: str, *, is_markup: bool) -> bool:
    """Say whether feedparser would give words back as they stand."""
    if "<" in words and not is_markup:
        return False
    if _UNPLAIN.search(words):
        return False
    if is_markup and not _has_whole_references(words):
        return False
    return words.isascii() or not _LATIN_1.fullmatch(words)


def _has_whole_references(words: str) -> bool:
    references = _REFERENCE.findall(words)
    return all(end and name in entitydefs for name, end in references)


def _read_chosen(own: _Found, name: str) -> str:
    chosen = _choose(own[name])
    return _read_words(chosen) if chosen is not None else ""


def _read_item_language(item: _Element, own: _Found, title: _Text | None) -> str:
    if title is not None:
        of_title = _get_language(title.element)
        if of_title:
            return of_title
    said = _read_chosen(own, "language")
    return said or _find_language(item)


def _get_language(element: _Element) -> str:
    return element.get(f"{_XML}lang") or element.get("lang") or ""


def _find_language(element: _Element) -> str:
    """Return what an element, or the closest around it, says of its language; empty if nothing."""
    for place in (element, *element.iterancestors()):
        language = _get_language(place)
        if language:
            return language
    return ""


def _write_texts(texts: _Texts, item: OwnItem) -> list[str]:
    """Write those that are for feedparser to read."""
    heads = (texts.title, texts.summary)
    plain = (item.title, item.summary)
    pieces = _write_unplain(heads, plain)
    if item.contents is None:
        pieces += map(_write_text, texts.contents)
    return pieces


def _write_unplain(texts: Iterable[_Text | None], plain: Iterable[str | None]) -> list[str]:
    pieces = []
    for text, words in zip(texts, plain, strict=True):
        if text is not None and words is None:
            pieces.append(_write_text(text))
    return pieces


def _write_text(text: _Text) -> str:
    """Write an element with words; what is nested in it is its markup."""
    name = text.name
    element = text.element
    kind = text.kind or element.get("type", "")
    mode = _write_attribute("mode", element.get("mode"))
    words = element.text or ""
    inner = _write_words(words)
    if len(element):
        if kind.lower() not in _MARKUP_TYPES:
            return ""  # a document of another sort, not words
        mode = ""
        is_html = _is_html(kind.lower(), name)
        kind = "html" if is_html else "xhtml"
        inner = _write_inner(element, is_html=is_html)
    said = _get_language(element)
    language = _write_language(said)
    type_of_text = _write_attribute("type", kind)
    return f"<{name}{type_of_text}{mode}{language}>{inner}</{name}>"


def _write_inner(element: _Element, *, is_html: bool) -> str:
    """Write text and elements within an element; text of HTML is markup already."""
    if not is_html:
        children = [etree.tostring(child, encoding="unicode") for child in element]
        words = escape(element.text or "", quote=False)
        return "".join([words, *children])
    if len(element) == 1 and _is_called(element[0], "div"):
        element = element[0]  # a wrapper, put around markup that is escaped
    pieces = [element.text or ""]
    for child in element:
        markup = etree.tostring(child, encoding="unicode", with_tail=False)
        after = child.tail or ""
        pieces += [markup, after]
    whole = "".join(pieces)
    return _write_words(whole)


def _write_words(words: str) -> str:
    """Write words so that expat hands them on in one piece: it cuts text at every reference."""
    if "&" not in words and "<" not in words and ">" not in words:
        return words
    within = words.replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{within}]]>"


def _write_attribute(name: str, value: str | None) -> str:
    if not value or len(value) > _MAX_VALUE_CHARS:
        return ""
    escaped = escape(value)
    return f' {name}="{escaped}"'


def _write_language(language: str) -> str:
    return _write_attribute("xml:lang", language)


def _read_categories(own: _Found) -> tuple[str, ...]:
    categories = []
    kept = own["category"][:_MAX_REPEATED]
    for _, element in kept:
        words = element.get("label") or element.get("term") or _read_words(element)
        categories.append(words.strip())
    return tuple(filter(None, categories))


def _find_link(own: _Found, feed: _Feed) -> str:
    """Return the absolute address of an item's page; empty if no link leads to one."""
    for _, element in own["origlink"]:
        words = _read_words(element)
        address = feed.resolve(element, words)
        if address:
            return address
    candidates = []
    links = own["link"][:_MAX_REPEATED]
    for rank, element in links:
        relation = element.get("rel", "").lower()
        if relation not in _ALTERNATE:
            continue
        written = element.get("href") or _read_words(element)
        distance = _rank_link(element, feed.languages)
        candidates.append((distance, rank, element, written))
    candidates.sort(key=lambda candidate: candidate[:2])
    addresses = (feed.resolve(element, written) for *_, element, written in candidates)
    return next(filter(None, addresses), "")


def _rank_link(element: _Element, languages: tuple[str, ...]) -> tuple[bool, int, bool]:
    """Return how far a link is from a page in a language of the source; less is better."""
    media_type = element.get("type", "").lower()
    kind, _, _ = media_type.partition(";")
    kind = kind.strip()
    locale = element.get("hreflang", "").lower()
    hreflang, _, _ = locale.partition("-")
    if not hreflang:
        distance = len(languages)
    elif hreflang in languages:
        distance = languages.index(hreflang)
    else:
        distance = len(languages) + 1
    # A link of RSS stands for a page and says no more.
    is_implicit = not kind and element.get("href") is not None
    is_no_page = bool(kind) and kind not in _PAGE_TYPES
    return is_no_page, distance, is_implicit


def _read_guid_link(own: _Found, feed: _Feed) -> str:
    """Return a guid as the address it is; empty if it is but a name."""
    guid = _choose(own["guid"])
    if guid is None:
        return ""
    words = _read_words(guid)
    permalink = [value for name, value in guid.items() if name.lower() == "ispermalink"]
    low = words.lower()
    is_address = low.startswith(("http://", "https://", "/"))
    if "true" in permalink:
        is_address = "/" in words  # some say so of a number
    elif permalink:
        is_address = False
    if not is_address:
        return ""
    return feed.resolve(guid, words)
