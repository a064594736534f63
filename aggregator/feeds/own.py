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

# Field and rank, the smaller the more an item's own, by namespace and local name in lower case.
# "core" is the item's own namespace, or that of RSS, or none.
_FIELDS: dict[tuple[str, str], tuple[str, int]] = {
    ("core", "title"): ("title", 0),
    ("core", "link"): ("link", 0),
    ("core", "guid"): ("guid", 0),
    ("core", "id"): ("guid", 1),
    ("core", "description"): ("summary", 0),
    ("core", "summary"): ("summary", 0),
    ("core", "abstract"): ("summary", 0),
    ("core", "content"): ("content", 0),
    ("core", "body"): ("content", 0),
    ("core", "fullitem"): ("content", 0),
    ("core", "pubdate"): ("published", 0),
    ("core", "published"): ("published", 0),
    ("core", "issued"): ("published", 0),
    ("core", "updated"): ("updated", 0),
    ("core", "modified"): ("updated", 0),
    ("core", "lastbuilddate"): ("updated", 0),
    ("core", "created"): ("created", 0),
    ("core", "category"): ("category", 0),
    ("core", "keywords"): ("category", 0),
    ("core", "language"): ("language", 0),
    ("atom", "title"): ("title", 1),
    ("atom", "link"): ("link", 1),
    ("atom", "id"): ("guid", 2),
    ("atom", "summary"): ("summary", 1),
    ("atom", "content"): ("content", 1),
    ("atom", "published"): ("published", 1),
    ("atom", "updated"): ("updated", 1),
    ("atom", "category"): ("category", 1),
    ("dc", "title"): ("title", 2),
    ("dc", "description"): ("summary", 2),
    ("dc", "date"): ("updated", 3),
    ("dc", "subject"): ("category", 2),
    ("dc", "language"): ("language", 1),
    ("dcterms", "issued"): ("published", 2),
    ("dcterms", "created"): ("created", 1),
    ("dcterms", "modified"): ("updated", 2),
    ("feedburner", "origlink"): ("origlink", 0),
    ("content", "encoded"): ("content", 0),
    ("xhtml", "body"): ("content", 0),
    ("turbo", "content"): ("content", 0),
    ("media", "content"): ("picture", 0),
    ("media", "group"): ("picture", 0),
    ("core", "enclosure"): ("picture", 1),
    ("media", "thumbnail"): ("picture", 2),
}
# Yandex's name for it, which Mail.ru, Rambler and outlets' own namespaces have taken over; no other
# element is called so.
_FULL_TEXTS = frozenset({"full-text", "fulltext"})
# feedparser mends text of another code page: where these are, or nothing but Latin letters.
_UNPLAIN = re.compile("[\x80-\x9f]")
_LATIN_1 = re.compile("[\x00-\xff]*+")
# Types of text that is written as an element with elements in it.
_MARKUP_TYPES = frozenset({"", "xhtml", "html", "text", "text/html", "application/xhtml+xml"})
_HTML_TYPES = frozenset({"html", "text/html"})
_PLAIN_TYPES = frozenset({"text", "plain", "text/plain"})
# Elements whose text is HTML where they do not say of which type it is.
_HTML_NAMES = frozenset({"description", "fullitem"})

_PAGE_TYPES = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})
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
    fields: dict[object, tuple[str, int] | None] = field(default_factory=dict)

    def find_field(self, tag: object) -> tuple[str, int] | None:
        if tag not in self.fields:
            self.fields[tag] = self._look_up(tag)
        return self.fields[tag]

    def _look_up(self, tag: object) -> tuple[str, int] | None:
        address, local = split_name(tag)
        if local in _FULL_TEXTS:
            return "content", 0
        namespace = name_namespace(address)
        if namespace in {CORE, self.own}:
            namespace = "core"
        return _FIELDS.get((namespace, local))


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
            self.names[address] = _Names(name_namespace(address))
        return self.names[address]

    def resolve(self, element: _Element, address: str) -> str:
        base = (element.base if self.has_bases else None) or self.url
        lines = address.splitlines()  # some break long addresses
        return resolve_link(base, "".join(map(str.strip, lines)))


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
        return self.title is not None and self.summary is not None and self.contents is not None


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
    feed = _Feed(url, tuple(languages), pictures=pictures, has_bases=has_bases)
    is_atom = split_name(root.tag)[1] == "feed"
    name = "entry" if is_atom else "item"
    heads = [_choose_head(root, feed, of_feed) for of_feed in ("title", "language")]
    title, language = map(_read_plainly, heads)
    pieces = _write_unplain(heads, (title, language))
    items = []
    for element in _find_items(root):
        own = _find_own(element, feed.find_names(element))
        texts = _find_texts(own, is_atom=is_atom)
        item = _read_item(element, own, texts, feed)
        items.append(item)
        if not item.is_plain:
            pieces += [f"<{name}>", *_write_texts(texts, item), f"</{name}>"]
    if pieces:
        pieces.insert(0, _open_root(root, is_atom=is_atom))
        pieces.append("</feed>" if is_atom else "</channel></rss>")
    if language == "":
        language = _find_language(root).replace("_", "-")
    return OwnFeed(
        is_atom=is_atom,
        title=title,
        language=language,
        items=tuple(items),
        texts="".join(pieces),
    )


def _open_root(root: _Element, *, is_atom: bool) -> str:
    language = _write_language(_find_language(root))
    if not is_atom:
        return f'<rss version="2.0"{language}><channel>'
    address, _ = split_name(root.tag)
    version = _write_attribute("version", root.get("version"))
    return f'<feed xmlns="{escape(address)}"{version}{language}>'


def _find_items(root: _Element) -> list[_Element]:
    """Return the outermost items; those where items belong, if there are such."""
    own = name_namespace(split_name(root.tag)[0])
    candidates = [element for element in root.iter("*") if _is_item(element, own)]
    outermost = [item for item in candidates if not is_within_item(item)]
    placed = [item for item in outermost if _is_place(item.getparent(), root)]
    return (placed or outermost)[:MAX_ITEMS]


def _is_item(element: _Element, own: str) -> bool:
    if not is_item_name(element.tag):
        return False
    return name_namespace(split_name(element.tag)[0]) in {CORE, "atom", own}


def _is_place(element: _Element | None, root: _Element) -> bool:
    return element is root or (element is not None and split_name(element.tag)[1] == "channel")


def _choose_head(root: _Element, feed: _Feed, name: str) -> _Text | None:
    """Return what a feed says of itself under a name of the table."""
    channels = [child for child in root if split_name(child.tag)[1] == "channel"]
    for place in (*channels, root):
        element = _choose(_find_own(place, feed.find_names(place))[name])
        if element is not None:
            return _Text(name, element)
    return None


def _find_own(item: _Element, names: _Names) -> _Found:
    found: _Found = defaultdict(list)
    for child in item.iterchildren("*"):
        own = names.find_field(child.tag)
        if own is not None:
            name, rank = own
            found[name].append((rank, child))
    return found


def _choose(candidates: Sequence[tuple[int, _Element]]) -> _Element | None:
    """Return the first that has words, of those most an item's own; None if none has."""
    if len(candidates) <= 1:
        return next((element for _, element in candidates if _has_words(element)), None)
    worded = [(rank, element) for rank, element in candidates if _has_words(element)]
    if not worded:
        return None
    best = min(worded, key=lambda candidate: candidate[0])
    return best[1]


def _has_words(element: _Element) -> bool:
    return bool(element.text and element.text.strip()) or len(element) > 0


def _read_words(element: _Element) -> str:
    """Return the words directly in an element."""
    after = [child.tail or "" for child in element]
    return "".join([element.text or "", *after]).strip()


def _read_item(item: _Element, own: _Found, texts: _Texts, feed: _Feed) -> OwnItem:
    guid = _choose(own["guid"])
    contents = _read_all_plainly(texts.contents)
    summary = _read_plainly(texts.summary)
    if texts.summary is None:
        summary = None if contents is None else "".join(contents[:1])
    return OwnItem(
        guid=_read_chosen(own, "guid") or item.get(_RDF_ABOUT, "").strip(),
        link=_find_link(own, feed) or _read_guid_link(guid, feed),
        published=_read_chosen(own, "published"),
        updated=_read_chosen(own, "updated"),
        created=_read_chosen(own, "created"),
        language=_read_item_language(item, own, texts.title),
        categories=_read_categories(own),
        title=_read_plainly(texts.title),
        summary=summary,
        contents=contents,
        picture=find_picture(own["picture"], own["link"], feed.resolve) if feed.pictures else "",
    )


def _find_texts(own: _Found, *, is_atom: bool) -> _Texts:
    title = _choose(own["title"])
    summary = _choose(own["summary"])
    # A second teaser of the same sort is the full text where a feed has no better place for it.
    others = [(rank, text) for rank, text in own["summary"] if rank == 0 and text is not summary]
    contents = [_name_content(text) for _, text in (own["content"] + others)[:_MAX_REPEATED]]
    return _Texts(
        title=None if title is None else _Text("title", title),
        summary=None if summary is None else _name_summary(summary, is_atom=is_atom),
        contents=tuple(contents),
    )


def _name_summary(element: _Element, *, is_atom: bool) -> _Text:
    is_plain = is_atom and split_name(element.tag)[1] == "summary"
    return _Text("summary" if is_plain else "description", element)


def _name_content(element: _Element) -> _Text:
    address, local = split_name(element.tag)
    if name_namespace(address) in {CORE, "atom"} and local == "content":
        return _Text("content", element)
    if local == "body" and len(element):
        return _Text("content", element, "xhtml")
    return _Text("fullitem", element)


def _read_all_plainly(texts: Sequence[_Text]) -> tuple[str, ...] | None:
    """Return all of them; None if one is for feedparser to read."""
    plain = [words for words in map(_read_plainly, texts) if words is not None]
    return tuple(plain) if len(plain) == len(texts) else None


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
    is_markup = kind in _HTML_TYPES or (not kind and text.name in _HTML_NAMES)
    is_known = is_markup or not kind or kind in _PLAIN_TYPES
    if not is_known or text.kind or len(element) or element.get("mode"):
        return None
    words = (element.text or "").strip()
    if "<" in words and not is_markup:
        return None
    is_same = not _UNPLAIN.search(words) and (words.isascii() or not _LATIN_1.fullmatch(words))
    return words if is_same else None


def _read_chosen(own: _Found, name: str) -> str:
    chosen = _choose(own[name])
    return _read_words(chosen) if chosen is not None else ""


def _read_item_language(item: _Element, own: _Found, title: _Text | None) -> str:
    said = _read_chosen(own, "language")
    own_language = _get_language(title.element) if title is not None else ""
    return own_language or said or _find_language(item)


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
    pieces = _write_unplain((texts.title, texts.summary), (item.title, item.summary))
    if item.contents is None:
        pieces += map(_write_text, texts.contents)
    return pieces


def _write_unplain(texts: Iterable[_Text | None], plain: Iterable[str | None]) -> list[str]:
    pairs = zip(texts, plain, strict=True)
    return [_write_text(text) for text, words in pairs if text is not None and words is None]


def _write_text(text: _Text) -> str:
    """Write an element with words; what is nested in it is its markup."""
    name = text.name
    element = text.element
    kind = text.kind or element.get("type", "")
    mode = _write_attribute("mode", element.get("mode"))
    inner = _write_words(element.text or "")
    if len(element):
        if kind.lower() not in _MARKUP_TYPES:
            return ""  # a document of another sort, not words
        mode = ""
        is_html = kind.lower() in _HTML_TYPES or (not kind and name in _HTML_NAMES)
        kind = "html" if is_html else "xhtml"
        inner = _write_inner(element, is_html=is_html)
    language = _write_language(_get_language(element))
    attributes = f"{_write_attribute('type', kind)}{mode}{language}"
    return f"<{name}{attributes}>{inner}</{name}>"


def _write_inner(element: _Element, *, is_html: bool) -> str:
    """Write text and elements within an element; text of HTML is markup already."""
    if not is_html:
        children = [etree.tostring(child, encoding="unicode") for child in element]
        return "".join([escape(element.text or "", quote=False), *children])
    if len(element) == 1 and split_name(element[0].tag)[1] == "div":
        element = element[0]  # a wrapper, put around markup that is escaped
    pieces = [element.text or ""]
    for child in element:
        pieces += [etree.tostring(child, encoding="unicode", with_tail=False), child.tail or ""]
    return _write_words("".join(pieces))


def _write_words(words: str) -> str:
    """Write words so that expat hands them on in one piece: it cuts text at every reference."""
    if "&" not in words and "<" not in words and ">" not in words:
        return words
    within = words.replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{within}]]>"


def _write_attribute(name: str, value: str | None) -> str:
    return f' {name}="{escape(value)}"' if value and len(value) <= _MAX_VALUE_CHARS else ""


def _write_language(language: str) -> str:
    return _write_attribute("xml:lang", language)


def _read_categories(own: _Found) -> tuple[str, ...]:
    categories = []
    for _, element in own["category"][:_MAX_REPEATED]:
        words = element.get("label") or element.get("term") or _read_words(element)
        categories.append(words.strip())
    return tuple(filter(None, categories))


def _find_link(own: _Found, feed: _Feed) -> str:
    """Return the absolute address of an item's page; empty if no link leads to one."""
    for _, element in own["origlink"]:
        address = feed.resolve(element, _read_words(element))
        if address:
            return address
    candidates = []
    for rank, element in own["link"][:_MAX_REPEATED]:
        if element.get("rel", "").lower() in _ALTERNATE:
            written = element.get("href") or _read_words(element)
            candidates.append((_rank_link(element, feed.languages), rank, element, written))
    candidates.sort(key=lambda candidate: candidate[:2])
    addresses = (feed.resolve(element, written) for *_, element, written in candidates)
    return next(filter(None, addresses), "")


def _rank_link(element: _Element, languages: tuple[str, ...]) -> tuple[bool, int, bool]:
    """Return how far a link is from a page in a language of the source; less is better."""
    kind = element.get("type", "").lower().partition(";")[0].strip()
    hreflang = element.get("hreflang", "").lower().partition("-")[0]
    if not hreflang:
        distance = len(languages)
    elif hreflang in languages:
        distance = languages.index(hreflang)
    else:
        distance = len(languages) + 1
    # A link of RSS stands for a page and says no more.
    is_implicit = not kind and element.get("href") is not None
    return (bool(kind) and kind not in _PAGE_TYPES, distance, is_implicit)


def _read_guid_link(guid: _Element | None, feed: _Feed) -> str:
    """Return a guid as the address it is; empty if it is but a name."""
    if guid is None:
        return ""
    words = _read_words(guid)
    permalink = [value for name, value in guid.items() if name.lower() == "ispermalink"]
    is_address = words.lower().startswith(("http://", "https://", "/"))
    if "true" in permalink:
        is_address = "/" in words  # some say so of a number
    elif permalink:
        is_address = False
    return feed.resolve(guid, words) if is_address else ""
