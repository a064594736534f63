"""Feeds that attackers write, each a function of its size in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ANSWERS", "KINDS", "feed"]


def feed(item: str, before: str = "", channel: str = "") -> bytes:
    """Put the inside of an item into a feed."""
    start = f'<?xml version="1.0"?>{before}<rss version="2.0"><channel>{channel}'
    return f"{start}<item>{item}</item></channel></rss>".encode()


def _times(piece: str, size: int) -> str:
    return piece * (size // max(1, len(piece.encode())))


def _numbered(piece: str, size: int) -> str:
    return " ".join(piece.format(number) for number in range(size // (len(piece) + 8)))


def _laughs(size: int) -> bytes:
    lines = ['<!DOCTYPE rss [<!ENTITY l0 "лол">']
    lines += ['<!ENTITY l{} "{}">'.format(n, f"&l{n - 1};" * 10) for n in range(1, 20)]
    return feed(_times("<title>&l19;</title>", size), "".join(lines) + "]>")


def _quadratic(size: int) -> bytes:
    big = "A" * (size // 2)
    return feed(
        f"<title>{_times('&a;', size // 2)}</title>", f'<!DOCTYPE rss [<!ENTITY a "{big}">]>'
    )


def _outside(size: int) -> bytes:
    kinds = (
        '<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY % b SYSTEM "http://127.0.0.1/x.dtd">%b;'
    )
    return feed(
        f"<title>&a;</title><description>{'x' * size}</description>", f"<!DOCTYPE rss [{kinds}]>"
    )


def _nested(name: str) -> Callable[[int], bytes]:
    return lambda size: feed(_times(f"<{name}>", size // 2) + "x" + _times(f"</{name}>", size // 2))


def _html(piece: str, start: str = "", end: str = "") -> Callable[[int], bytes]:
    """Markup of an article, escaped by CDATA; 16 items share the size."""

    def made(size: int) -> bytes:
        markup = f"<![CDATA[{start}{_times(piece, size // 16)}{end}]]>"
        items = (
            f"<guid>{number}</guid><title>t</title><description>{markup}</description>"
            for number in range(16)
        )
        return feed("</item><item>".join(items))

    return made


def _raw(start: str, piece: str, end: str = "") -> Callable[[int], bytes]:
    return lambda size: (start + _times(piece, size) + end).encode()


_RSS = '<rss version="2.0"><channel>'
# As news feeds have them: a full text of some paragraphs, a picture with its caption, an author.
_NEWS_ITEM = (
    "<item><title>Қостанайда {0}-көпір ашылды</title><link>https://outlet.example/news/{0}</link>"
    '<guid isPermaLink="true">https://outlet.example/news/{0}</guid>'
    "<dc:creator><![CDATA[А. Тілші]]></dc:creator>"
    "<pubDate>Sun, 29 Nov 2026 05:00:00 +0500</pubDate>"
    "<category><![CDATA[Қоғам]]></category><category>Облыс</category>"
    "<description><![CDATA[<p>Көпір арқылы қозғалыс ашылды.</p>]]></description>"
    '<media:content url="https://outlet.example/p{0}.jpg" medium="image">'
    '<media:title type="html">Көпір</media:title></media:content>'
    "<content:encoded><![CDATA[{1}]]></content:encoded></item>"
)
_NEWS_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
)
_NEWS_ITEMS = 5000


def _news(entity: str = "") -> Callable[[int], bytes]:
    """Make an honest feed of 5,000 items, as far as the size allows."""

    def made(size: int) -> bytes:
        text = "<p>Әкімдік хабарлауынша, жаңа көпір пайдалануға берілді.</p>" * 6
        length = len(_NEWS_ITEM.format(_NEWS_ITEMS, text + entity).encode())
        numbers = range(min(_NEWS_ITEMS, size // length))
        items = "".join([_NEWS_ITEM.format(number, text) + entity for number in numbers])
        start = f'<rss version="2.0" {_NEWS_NAMESPACES}><channel><title>Т</title>'
        return f"{start}{items}</channel></rss>".encode()

    return made


KINDS: dict[str, Callable[[int], bytes]] = {
    # entities and declarations
    "billion laughs": _laughs,
    "quadratic blow-up": _quadratic,
    "outside entities": _outside,
    "open DOCTYPE": _raw("<!DOCTYPE rss [", "<!ENTITY a 'b'>"),
    "DOCTYPE in DOCTYPE": _raw("", "<!DOCTYPE [<", "<rss>"),
    "unknown entities": lambda size: feed(
        f"<title>t</title><description>{_times('&zzz;', size)}</description>"
    ),
    "bare ampersands": lambda size: feed(
        f"<title>t</title><description>{_times('&', size)}</description>"
    ),
    "character references": lambda size: feed(
        f"<title>t</title><description>{_times('&#1;&#x110000;', size)}</description>"
    ),
    # shape
    "nested elements": _nested("a"),
    "nested items": _nested("item"),
    "nested XHTML": lambda size: feed(
        '<content type="xhtml" '
        f'xmlns="http://www.w3.org/2005/Atom">{_times("<div>", size)}</content>'
    ),
    "many items": _raw(_RSS, "<item/>"),
    "many titled items": _raw(_RSS, "<item><title>a</title></item>", "</channel></rss>"),
    "many tags in an item": lambda size: feed(_times("<a/>", size)),
    "many categories": lambda size: feed(
        "<title>t</title>" + _times("<category>a</category>", size)
    ),
    "many links": lambda size: feed("<title>t</title>" + _times('<link href="http://a/"/>', size)),
    "many enclosures": lambda size: feed(
        "<title>t</title>" + _times('<enclosure url="http://a/" type="a/b"/>', size)
    ),
    "many contents": lambda size: feed(
        "<title>t</title>" + _times("<content:encoded>x</content:encoded>", size)
    ),
    "many dates": lambda size: feed("<title>t</title>" + _times("<pubDate>x</pubDate>", size)),
    "many authors": lambda size: feed("<title>t</title>" + _times("<author>a (b)</author>", size)),
    "unclosed tags": _raw(_RSS + "<item>", "<b>"),
    "ends without starts": _raw(_RSS + "<item>", "</b>"),
    "crossed tags": _raw(_RSS + "<item>", "<a><b></a></b>"),
    "many news": _news(),
    "many news to mend": _news("&nbsp;"),
    # as much as is taken of what is counted
    "tags enough": lambda size: feed("<title>t</title>" + "<a/>" * min(199_000, size // 4)),
    "links enough": lambda size: feed(
        "<title>t</title>" + '<link href="http://a/"/>' * min(199_000, size // 24)
    ),
    "dates enough": lambda size: feed(
        "<title>t</title>" + "<pubDate>12:</pubDate>" * min(99_000, size // 22)
    ),
    "contents enough": lambda size: feed(
        "<title>t</title>" + "<content>x</content>" * min(99_000, size // 20)
    ),
    "ampersands enough": lambda size: feed(f"<title>{'&' * min(399_000, size)}</title>"),
    "entities enough": lambda size: feed(
        f"<title>t</title><description>{'&quot;' * min(399_000, size // 6)}</description>"
    ),
    "items enough": lambda size: feed(
        "</item><item>".join([f"<title>{'x ' * 35}</title>"] * min(2000, size // 100))
    ),
    # sizes
    "one attribute": lambda size: feed(f'<title a="{"x" * size}">t</title>'),
    "many attributes": lambda size: feed("<title " + _numbered('a{0}="1"', size) + ">t</title>"),
    "many namespaces with ends of tags": lambda size: feed(
        "<title " + _numbered('xmlns:n{0}="u>{0}"', size) + ">t</title>"
    ),
    "many attributes with ends of tags": lambda size: feed(
        "<title " + _numbered('a{0}=">"', size) + ">t</title>"
    ),
    "many namespaces of items": lambda size: feed(
        "<title>t</title>" + _numbered('<n{0}:a xmlns:n{0}="u:{0}"/>', size)
    ),
    "nested galleries": lambda size: feed(
        "<title>t</title><gallery>" + _times("<item><title>a</title></item>", size) + "</gallery>"
    ),
    "items in other case": _raw(_RSS, "<Item><title>a</title></Item>", "</channel></rss>"),
    "markup in a title": lambda size: feed(
        "<title>" + _times("<b>x</b> ", min(size, 1_500_000)) + "</title>"
    ),
    "many namespaces": lambda size: feed(
        "<title " + _numbered('xmlns:n{0}="u:{0}"', size) + ">t</title>"
    ),
    "undeclared prefixes": lambda size: feed(_numbered("<n{0}:a/>", size)),
    "a name without end": lambda size: feed(f"<{'a' * size}/>"),
    "an attribute without end": _raw(_RSS + '<item a="', "x"),
    "quotes in a tag": _raw(_RSS + "<item a=", "\"'"),
    "less-than signs": _raw(_RSS + "<item>", "<"),
    "a comment without end": _raw(_RSS + "<item><!--", "-"),
    "open comments": _raw(_RSS + "<item>", "<!--"),
    "open CDATA": _raw(_RSS + "<item>", "<![CDATA["),
    "open instructions": _raw(_RSS + "<item>", "<?"),
    "one title": lambda size: feed(f"<title>{_times('Ә ', size)}</title>"),
    "one guid": lambda size: feed(f"<title>t</title><guid>{'x' * size}</guid>"),
    "one link": lambda size: feed(f"<title>t</title><link>http://a/{'x' * size}</link>"),
    "one date": lambda size: feed(f"<title>t</title><pubDate>{_times('12:', size)}</pubDate>"),
    "one date of words": lambda size: feed(
        f"<title>t</title><pubDate>{_times('мая ', size)}</pubDate>"
    ),
    "one language": lambda size: feed(
        "<title>t</title>", channel=f"<language>{'x' * size}</language>"
    ),
    "blanks before": _raw("", " ", _RSS),
    "no feed at all": _raw("", "<p>"),
    "an HTML page": _raw("<html><title>", "x", "</title></html>"),
    # charsets
    "UTF-16": lambda size: feed(f"<title>{'Ә' * (size // 4)}</title>").decode().encode("utf-16"),
    "UTF-7": lambda size: (
        b'<?xml version="1.0" encoding="utf-7"?>+ADw-rss+AD4-' + b"+ADw-" * (size // 5)
    ),
    "EBCDIC": lambda size: feed(f"<title>{'a' * size}</title>").decode().encode("cp037"),
    "idna declared": lambda size: b'<?xml version="1.0" encoding="idna"?><rss>' + b"\xe1" * size,
    "lone continuation bytes": lambda size: b"<rss><channel><item><title>" + b"\x80" * size,
    "nuls": lambda size: b"<rss>" + bytes(size),
    "accents": lambda size: feed(
        f"<title>t</title><description>а{_times(chr(0x301), size)}</description>"
    ),
    # HTML
    "HTML: nested div": _html("<div>"),
    "HTML: crossed": _html("<b><i><a href=x>", end="</b></i>"),
    "HTML: open comments": _html("<!--"),
    "HTML: open tags": _html("<a "),
    "HTML: quotes": _html('<a b="', end=">"),
    "HTML: open scripts": _html("<script>"),
    "HTML: scripts": _html("<script>x</script>"),
    "HTML: tables": _html("<table><tr><td>"),
    "HTML: formatting": _html("<p><b><i><u><s><em><font>"),
    "HTML: svg and math": _html("<svg><math><mi><svg><desc>"),
    "HTML: select": _html("<select><option>"),
    "HTML: templates": _html("<template>"),
    "HTML: entities": _html("&amp;amp;&lt;&#99999999;"),
    "HTML: escaped twice": _html("&lt;p&gt;&amp;nbsp;"),
    "HTML: one line": _html("а"),
    "HTML: lines": _html("<br>"),
    "HTML: read on": _html("подробнее "),
    "HTML: dots": _html("... "),
    "HTML: addresses": _html('<a href="http://a/b?c">x</a>'),
    "HTML: numbers": _html("1 000 000,5 "),
    "HTML: newlines": _html("\n"),
    "HTML: broken lines": _html("<br>\n а "),
    "HTML: marks": _html("!", "а"),
    "HTML: sentences": _html("А. "),
    "titles without end": _raw("<html>", "<title "),
    "declarations without end": _raw("", "<?xml "),
    "newlines before": _raw("", "\n", _RSS),
    "newlines between": _raw(_RSS, "\n", "<item><title>t</title></item></channel></rss>"),
}
"""Kinds by name; each gives a body of about the size asked for."""


_POST = (
    '<div class="tgme_widget_message" data-post="a_b_c/1"><div '
    'class="tgme_widget_message_text">Words. More.</div>'
)
_DATE = '<a class="tgme_widget_message_date"><time datetime="2025-08-20T10:00:00+00:00"></time></a>'
_ITEM = '<div><a href="/a">title</a><time datetime="2025-08-20"></time><p>words</p>'
_URL = (
    "<url><loc>https://outlet.example/1</loc><n:news "
    "xmlns:n='u'><n:title>a</n:title></n:news></url>"
)


def _keys(size: int) -> bytes:
    return ('{"data":[{' + _numbered('"k{0}":1,', size) + '"title":"a","id":1}]}').encode()


ANSWERS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "JSON: nested": ("json", _raw('{"data": ', "[")),
    "JSON: nested objects": ("json", _raw("", '{"data":')),
    "JSON: many items": ("json", _raw('{"data": [{}', ',{"title":"a"}', "]}")),
    "JSON: many keys": ("json", _keys),
    "JSON: one title": (
        "json",
        _raw('{"data":[{"id":1,"title":"', "а ", '","date":"2025-08-20"}]}'),
    ),
    "JSON: newlines": ("json", _raw('{"data":[', "\n", '{"title":"a","id":1}]}')),
    "JSON: many whole items": (
        "json",
        _raw('{"data": [{}', ',{"id":1,"title":"a","body":"b.\\n","date":"12:00"}', "]}"),
    ),
    "JSON: one text": ("json", _raw('{"data":[{"id":1,"title":"a","body":"', "!", '"}]}')),
    "JSON: lines of a text": ("json", _raw('{"data":[{"id":1,"title":"', "\\n", '"}]}')),
    "JSON: digits": ("json", _raw('{"data":[', "9", "]}")),
    "page: nested items": ("page", _raw("", _ITEM)),
    "page: many items": ("page", _raw("", _ITEM + "</div>")),
    "page: nested links": ("page", _raw("<div>", "<a href=/a><p>")),
    "page: many attributes": ("page", _raw("<div ", "a=b ", "><a href=/a>x</a></div>")),
    "page: open tags": ("page", _raw("<div>", "<a ")),
    "page: quotes": ("page", _raw("<div>", '<a href="')),
    "page: open scripts": ("page", _raw("<div>", "<script>")),
    "page: tables": ("page", _raw("<div>", "<table><tr><td>")),
    "page: entities": ("page", _raw("<div>", "&amp;amp;&#x110000;")),
    "page: newlines": ("page", _raw("<div><a href=/a>x</a>", "\n", "</div>")),
    "page: newlines before": ("page", _raw("", "\n", _ITEM + "</div>")),
    "page: many dates": ("page", _raw("", "<div><a href=/a>x</a><time>12:00</time></div>")),
    "page: marks": ("page", _raw("<div><a href=/a>", "!", "</a></div>")),
    "page: words": ("page", _raw("<div><a href=/a>", "слово ", "</a></div>")),
    "channel: nested posts": ("telegram", _raw("", _POST + _DATE)),
    "channel: many posts": ("telegram", _raw("", _POST + _DATE + "</div>")),
    "channel: one post": (
        "telegram",
        _raw(_POST + _DATE + '<div class="tgme_widget_message_text">', "слово. "),
    ),
    "channel: many classes": (
        "telegram",
        _raw('<div data-post="a_b_c/1" class="', "tgme_widget_message ", '">'),
    ),
    "sitemap: many": ("sitemap", _raw("<urlset>", _URL, "</urlset>")),
    "sitemap: newlines": ("sitemap", _raw("", "\n", "<urlset/>")),
    "sitemap: blanks and no sitemap": ("sitemap", _raw("", " ", "<a/>")),
    "sitemap: newlines in a title": (
        "sitemap",
        _raw(_URL.removesuffix("</n:title></n:news></url>").join(["<urlset>", ""]), "\n"),
    ),
    "sitemap: declarations": ("sitemap", _raw("", "<?xml ", "?><urlset/>")),
    "sitemap: index": (
        "sitemap",
        _raw("<sitemapindex>", "<sitemap><loc>http://a/</loc></sitemap>", "</sitemapindex>"),
    ),
    "sitemap: nested": ("sitemap", _raw("<urlset><url>", "<loc>")),
    "sitemap: one address": (
        "sitemap",
        _raw("<urlset><url><loc>http://a/", "x", "</loc></url></urlset>"),
    ),
    "sitemap: many in one": (
        "sitemap",
        _raw("<urlset><url>", "<loc>http://a/</loc>", "</url></urlset>"),
    ),
    "sitemap: attributes": (
        "sitemap",
        lambda size: ("<urlset " + _numbered('a{0}="1"', size) + "/>").encode(),
    ),
    "sitemap: namespaces": (
        "sitemap",
        lambda size: ("<urlset " + _numbered('xmlns:n{0}="u{0}"', size) + "/>").encode(),
    ),
}
"""What attackers answer where a source is no feed: its kind, and the answer by its size."""
