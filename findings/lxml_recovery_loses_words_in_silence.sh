#!/usr/bin/env bash
# lxml with recover=True gives a tree of nearly anything, and raises nothing. What it could not read is gone from the
# words: an ampersand that nobody escaped takes the letters behind it along, and an end tag that nothing opened ends
# the element around it, so that an item loses what stands behind. The errors stand in parser.error_log alone.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "lxml==6.1.3"
"$folder/venv/bin/python" - <<'PY'
from lxml import etree


def read(item):
    parser = etree.XMLParser(recover=True, resolve_entities=False)
    root = etree.fromstring(f"<rss><channel><item>{item}</item></channel></rss>", parser)
    [read] = root.iter("item")
    return read.findtext("title"), read.findtext("link"), len(parser.error_log)


print("lxml", etree.__version__, "with libxml2", ".".join(map(str, etree.LIBXML_VERSION)))
for name, item in {
    "a bare ampersand": "<title>R&D grows</title><link>/1</link>",
    "a bare ampersand in an address": "<title>News</title><link>/news?a=1&b=2</link>",
    "an end tag too many": "<title>News</title></b><link>/1</link>",
}.items():
    title, link, errors = read(item)
    print(f"{name}: title {title!r}, link {link!r}; {errors} errors in the log, none raised")

assert read("<title>R&D grows</title><link>/1</link>")[0] == "R grows"
assert read("<title>News</title><link>/news?a=1&b=2</link>")[1] == "/news?a=1=2"
assert read("<title>News</title></b><link>/1</link>")[1] is None
PY
