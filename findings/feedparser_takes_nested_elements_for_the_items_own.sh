#!/usr/bin/env bash
# feedparser 6 keeps one flat dictionary an item and goes by what is open. In a valid feed, the link of an author or of a
# picture within an item becomes the item's link; the caption of a photograph, under any prefix of Media RSS, becomes its
# text; `yandex:full-text` with an attribute is lost. Who reads news by it must first take out what is not the item's own.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "feedparser==6.0.14"
"$folder/venv/bin/python" - <<'PY'
import io

import feedparser

OWN = "<title>Own</title><link>https://own.example/1</link>"
NAMESPACES = 'xmlns:m="http://search.yahoo.com/mrss/" xmlns:yandex="http://news.yandex.ru"'


def read(inside):
    feed = f'<rss version="2.0" {NAMESPACES}><channel><item>{OWN}{inside}</item></channel></rss>'
    parsed = feedparser.parse(io.BytesIO(feed.encode()))
    assert not parsed.bozo, "the feed is valid"
    return parsed.entries[0]


author = read("<author><name>A</name><link>https://own.example/authors/7</link></author>")
caption = read("<m:content><m:description>Photo: the press office</m:description></m:content>")
text = read('<yandex:full-text kind="all">The whole article.</yandex:full-text>')

print("feedparser", feedparser.__version__)
print("link of an item with an author's link in it:", author.link)
print("text of an item with a photograph's caption:", caption.summary)
print("full text of Yandex with an attribute:", text["yandex_full-text"])
assert author.link == "https://own.example/authors/7"
assert caption.summary == "Photo: the press office"
assert "The whole article." not in str(text)
PY
