"""
Whether what comes under a known name is the article that was known by it. Pure.

The theory stands in ``feeds.identity``; here is what speaks for one article or two, in the order in
which it is asked:

1. Titles that name different days ("курс на 28 ноября", "на 29 ноября") are two articles, unless
   the dates are equal, or close while the texts and their numbers are alike: then a day was mended.
2. Titles much alike are one article, unless half a day or more lies between their dates and their
   numbers, or their texts, are others: a column that keeps its place.
3. Titles unlike each other, texts much alike: one article with a new headline; with half a day
   between and other numbers in the text, two.
4. Neither alike: one article if date and link are equal, as an edit leaves them; else two.

Two items of one poll are asked more strictly: an outlet does not list two versions of one article,
and a date that many items of a feed share says nothing.

A link to a front page says nothing, and so does a text of less than three words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.languages import LANGUAGES
from aggregator.text.html import to_text
from aggregator.urls.canonical import canonicalize_url

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.models import FeedItem

__all__ = ["Comparison", "are_alike", "is_front_page"]

# Share of words in common (Jaccard) from which two titles count as versions of one. Corrections
# seen in replayed feeds change a word or two of eight to twelve; other items of one live blog share
# almost none.
_SAME_TITLE = 0.5
# Share of the shorter text's words that the other has too. A teaser is part of its text.
_SAME_TEXT = 0.5
_OTHER_TEXT = 0.3
_FEWEST_WORDS = 3
_FEWEST_NUMBERS = 2
# Of each title and each text; the beginning tells.
_TITLE_CHARS = 1000
_TEXT_CHARS = 4000
# An article is corrected within hours, a column comes back the next day.
_HALF_A_DAY = timedelta(hours=12)
_LAST_DAY_OF_MONTH = 31

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})(?:\.\d{2,4})?(?![\d.])")
_MONTHS = tuple(
    re.compile(
        "|".join([names[number].pattern for names in (row.months for row in LANGUAGES.values())])
    )
    for number in range(12)
)


def are_alike(title: str, other: str) -> bool:
    """Say whether two titles may be versions of one."""
    left = _list_words(title)
    right = _list_words(other)
    every = left | right
    if not every:
        return False
    share = len(left & right) / len(every)
    return share >= _SAME_TITLE


def _list_words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.casefold()))


def is_front_page(url: str) -> bool:
    """Say whether an address is that of a site and of no page in it."""
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query and not parts.fragment


@dataclass(frozen=True)
class Comparison:
    """
    A stored item and one that came under a name of it.

    Attributes:
        stored: As it came when its words were last stored.
        item: As it comes now.
    """

    stored: FeedItem
    item: FeedItem

    def is_same(self) -> bool:
        """Say whether they are one article, where the name itself is trusted."""
        if self._name_other_days:
            return self._has_mended_day()
        if self._have_like_titles:
            return not (self._is_a_day_apart and self._has_other_words)
        if self._have_like_texts:
            return not (self._is_a_day_apart and self._have_other_numbers)
        return self._is_rewritten()

    def is_surely_same(self) -> bool:
        """Say the same where the name is worth little: words must speak for one as well."""
        is_dated_alike = not self._gap
        has_like_words = self._have_like_texts or (self._have_like_titles and is_dated_alike)
        return has_like_words and self.is_same()

    def _has_mended_day(self) -> bool:
        if self._gap is None or self._is_a_day_apart:
            return False
        is_one_text = self._have_like_texts and not self._have_other_numbers
        return self._gap == timedelta(0) or is_one_text

    def is_listed_twice(self) -> bool:
        """Say whether two items of one poll, under one guid, are one article."""
        if self._gap:
            return False
        before, now = map(_list_words, self._titles)
        if before == now:
            return not self._have_other_texts
        is_one_page = self._has_same_link is not False
        return is_one_page and self._have_like_titles and self._have_like_texts

    def _is_rewritten(self) -> bool:
        """Say whether place and date show that an article was written anew."""
        return self._gap == timedelta(0) and self._has_same_link is True

    @cached_property
    def _gap(self) -> timedelta | None:
        """Time between their dates; None if one of them has none."""
        before = _find_date(self.stored)
        now = _find_date(self.item)
        return abs(now - before) if before and now else None

    @property
    def _is_a_day_apart(self) -> bool:
        return self._gap is not None and self._gap >= _HALF_A_DAY

    @cached_property
    def _has_same_link(self) -> bool | None:
        """Whether they have one page; None if a link of them says nothing."""
        before = canonicalize_url(self.stored.link)
        now = canonicalize_url(self.item.link)
        if not before or not now or is_front_page(before) or is_front_page(now):
            return None
        # Behind "#" stands a place of a page, or another article.
        if (
            before == now
            and urlsplit(self.stored.link).fragment != urlsplit(self.item.link).fragment
        ):
            return None
        return before == now

    @cached_property
    def _titles(self) -> tuple[str, str]:
        return to_text(self.stored.title[:_TITLE_CHARS]), to_text(self.item.title[:_TITLE_CHARS])

    @cached_property
    def _have_like_titles(self) -> bool:
        return are_alike(*self._titles)

    @cached_property
    def _name_other_days(self) -> bool:
        before, now = map(_find_days, self._titles)
        return bool(before) and bool(now) and before.isdisjoint(now)

    @cached_property
    def _texts(self) -> tuple[str, str]:
        return _read_text(self.stored), _read_text(self.item)

    @cached_property
    def _shared_words(self) -> float | None:
        """Share of words in common; None if one of the texts is too short to tell."""
        before, now = (frozenset(_WORD.findall(text)) for text in self._texts)
        fewest = min(len(before), len(now))
        if fewest < _FEWEST_WORDS:
            return None
        return len(before & now) / fewest

    @property
    def _have_like_texts(self) -> bool:
        return self._shared_words is not None and self._shared_words >= _SAME_TEXT

    @property
    def _have_other_texts(self) -> bool:
        return self._shared_words is not None and self._shared_words < _OTHER_TEXT

    @property
    def _have_other_numbers(self) -> bool:
        before, now = (frozenset(_NUMBER.findall(text)) for text in self._texts)
        fewest = min(len(before), len(now))
        return fewest >= _FEWEST_NUMBERS and 2 * len(before & now) < fewest

    @property
    def _has_other_words(self) -> bool:
        """Whether numbers of the titles, the texts, or their numbers are others."""
        before, now = (frozenset(_NUMBER.findall(title)) for title in self._titles)
        return before != now or self._have_other_texts or self._have_other_numbers


def _find_date(item: FeedItem) -> datetime | None:
    return item.published or item.updated


def _read_text(item: FeedItem) -> str:
    markup = f"{item.summary[:_TEXT_CHARS]} {item.content[:_TEXT_CHARS]}"
    return to_text(markup).casefold()


def _find_days(title: str) -> frozenset[tuple[int, int]]:
    """Return the days that a title names, as day and month."""
    days = {(int(day), int(month)) for day, month in _DOTTED.findall(title)}
    tokens = _TOKEN.findall(title.casefold())
    for place, token in enumerate(tokens):
        if token.isdigit() and 1 <= int(token[:4]) <= _LAST_DAY_OF_MONTH:
            # "28 ноября" and "28-го ноября"
            months = filter(None, map(_find_month, tokens[place + 1 : place + 3]))
            days |= {(int(token), month) for month in months}
    return frozenset(days)


def _find_month(word: str) -> int | None:
    matches = (number for number, names in enumerate(_MONTHS, start=1) if names.match(word))
    return next(matches, None)
