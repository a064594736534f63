"""
CLEAN and LANGUAGE: an item as a feed gave it becomes an article. Pure.

The lead is what a story is written from: the outlet's own teaser where it wrote one, else the first
paragraph. Feeds cut teasers from the text by length, so one that ends in an ellipsis gives way to
the paragraph it was cut from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.languages import UNKNOWN
from aggregator.models import Article
from aggregator.models.flag import Flag, Reason
from aggregator.text.boilerplate import drop_boilerplate
from aggregator.text.capitals import OwnSpellings, restore_case
from aggregator.text.html import to_safe_html
from aggregator.text.language import detect_language
from aggregator.text.plain import read_plain
from aggregator.text.sketch import sketch
from aggregator.text.typography import fit_line, tidy
from aggregator.urls.canonical import canonicalize_url

if TYPE_CHECKING:
    from aggregator.models import RawArticle

__all__ = ["clean", "clean_least"]

_TITLE_CHARS = 500
_BORROWED_TITLE_CHARS = 120
# Enough to detect a language; the tail of a long text is often tags, credits and other languages.
_LANGUAGE_CHARS = 2000
# A feed's whole article is rarely over 20,000 characters; what is, is a list or a mistake, and all
# of it is stored.
_TEXT_CHARS = 50_000
# "Read on" in the languages of the press, as content systems put it after teasers.
_READ_ON_WORDS = (
    "читать далее",
    "читать полностью",
    "подробнее",
    "толығырақ",
    "жалғасын оқу",
    "read more",
    "continue reading",
)
_READ_ON = re.compile(
    rf"(?<!\s)\s*(?:{'|'.join(_READ_ON_WORDS)})(?: оқу)?"
    r"(?:\s*(?:на сайте|здесь|по ссылке|сайтта|сілтемеде|мына жерде))?+(?:\s*:)?+"
    r"(?:\s*(?:https?://\S{1,300}|[a-z0-9-]{1,63}\.[a-z]{2,20}(?:/\S{0,300})?))?"
    r"(?:\s*(?:\.{3}|…|→|»|>>|👇|⬇️))?+\s*$",
    re.IGNORECASE,
)
_COMPARED_CHARS = 60
_CUT_SHORT = re.compile(r"(?:\.{3}|…|\[…\]|\[\.\.\.\])\s*$")


def clean(raw: RawArticle, languages: tuple[str, ...] = ()) -> Article:
    """
    Make an article of an item.

    Args:
        raw: As the poll stored it.
        languages: That its source is known to publish in.

    Returns:
        The article without its embedding.
    """
    item = raw.item
    plain = read_plain(item)
    own = OwnSpellings(f"{plain.summary}\n{plain.content}"[:_TEXT_CHARS])
    summary = _restore_lines(_drop_read_on(plain.summary), own)
    content = _restore_lines(_drop_read_on(plain.content), own)
    title = restore_case(fit_line(plain.title, _TITLE_CHARS), own)
    flags: tuple[Flag, ...] = ()
    if not title:
        title = fit_line(summary or content, _BORROWED_TITLE_CHARS)
        flags = (Flag(Reason.NO_HEADLINE),)
    lead = _choose_lead(title, summary, content)
    text = _join_text(lead, summary, content)
    declared = (item.language,) if item.language else ()
    beginning = f"{title}\n{text}"[:_LANGUAGE_CHARS]
    return Article(
        id=raw.id,
        source_id=raw.source_id,
        outlet_id=raw.outlet_id,
        url=canonicalize_url(item.address or item.link),
        link=item.link,
        title=title,
        lead=lead,
        text=text,
        html=to_safe_html(item.content or item.summary, item.link),
        language=detect_language(beginning, languages or declared),
        published=item.published or item.updated,
        first_seen=raw.first_seen,
        day=raw.day,
        revision=raw.edits + 1,
        sketch=sketch(text),
        flags=flags,
    )


def clean_least(raw: RawArticle) -> Article:
    """
    Make an article of an item that ``clean`` could not get through: its headline and its link.

    For items that ended a worker several times. Nothing is dropped: the reader gets the headline,
    with a flag that says so.
    """
    title = fit_line(tidy(raw.item.title), _TITLE_CHARS) or raw.item.link or raw.id
    return Article(
        id=raw.id,
        source_id=raw.source_id,
        outlet_id=raw.outlet_id,
        url="",
        link=raw.item.link,
        title=title,
        lead="",
        text="",
        html="",
        language=UNKNOWN,
        published=raw.item.published or raw.item.updated,
        first_seen=raw.first_seen,
        day=raw.day,
        revision=raw.edits + 1,
        flags=(Flag(Reason.UNREADABLE),),
    )


def _drop_read_on(text: str) -> str:
    text = text[:_TEXT_CHARS]
    paragraphs = text.split("\n")
    folded = text.casefold()
    # Most texts have none of it, and a pattern that begins anywhere is slow to say so.
    if any(words in folded for words in _READ_ON_WORDS):
        paragraphs = [_READ_ON.sub("", line) for line in paragraphs]
    kept = "\n".join(filter(str.strip, paragraphs))
    return drop_boilerplate(kept)


def _restore_lines(text: str, own: OwnSpellings) -> str:
    """Return a text whose paragraphs in capitals have their usual case."""
    lines = [restore_case(line, own) if line.isupper() else line for line in text.split("\n")]
    return "\n".join(lines)


def _choose_lead(
    title: str,
    summary: str,
    content: str,
) -> str:
    paragraphs = [line for line in content.split("\n") if line and line != title]
    teaser = summary.replace("\n", " ")
    if teaser in ("", title):
        return paragraphs[0] if paragraphs else ""
    if _CUT_SHORT.search(teaser):
        return _find_uncut(teaser, paragraphs) or teaser
    return teaser


def _find_uncut(teaser: str, paragraphs: list[str]) -> str:
    """Return the paragraph that a teaser was cut from; empty if it is not there."""
    whole = _CUT_SHORT.sub("", teaser).strip()
    start = whole[:_COMPARED_CHARS]
    if not start:
        return ""
    uncut = [line for line in paragraphs if line.startswith(start)]
    return uncut[0] if uncut else ""


def _join_text(
    lead: str,
    summary: str,
    content: str,
) -> str:
    """Return all the text there is, beginning with the lead, nothing twice."""
    if not content:
        return summary
    if lead and lead not in content.replace("\n", " "):
        return f"{lead}\n{content}"
    return content
