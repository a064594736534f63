"""
Sentences of Kazakh, Russian and English news.

Requirement. A sentence cut in two becomes two pieces of nonsense in translation; two sentences left
in one cost the model some quality. So a boundary needs a reason, and in doubt there is none.

Theory. A boundary stands after ``.``, ``!``, ``?`` or ``…`` with the quotes and brackets that close
there, if the next word begins like a sentence: with a capital or a digit, whatever quotes or dash
stand before it. Against it speak

- an initial (``А. Б. Иванов``, ``Қ.К. Тоқаев``) and a number that opens a list (``1. Бюджет``);
- an abbreviation that is never last (``ул.``, ``им.``, ``тов.``);
- one that may be last (``г.``, ``ж.``, ``млн.``, ``т.б.``) when a digit or an acronym follows (``5
  млн. АҚШ доллары``) or the sentence has only just begun (``В 2024 г. Казахстан``);
- the dash that goes on after direct speech (``«Келдік!» – Министр осылай деді``);
- a bracket still open.

A newline is always a boundary. Where an outlet forgot the blank (``аяқталды.Министр``) there is one
as well.

Roads not taken. Punkt and its kin are trained for each language and know no Kazakh;
argostranslate's own splitter falls back to English rules for it.
"""

from __future__ import annotations

import re
from typing import Final

from aggregator.languages import LANGUAGES
from aggregator.text.typography import fit_line

__all__ = ["split_sentences", "take_sentences"]

# Of all languages: an outlet quotes in any of them.
_SMALL: Final = "".join(row.letters for row in LANGUAGES.values())
_CAPITAL: Final = _SMALL.upper()

# Runs of marks with what closes after them, then blanks; or one mark with no blank, between a word
# and a capital, where nothing closes. From the beginning of a run alone, or a text of marks would
# be gone through as many times as it has any; and a mark stands first, so that a search passes by
# all other letters at once.
_END = re.compile(
    rf"[.!?…](?:(?<![.!?…].)[.!?…]*+(?P<close>[»”\"'’)\]]*)\s+"
    rf"|(?<=[{_SMALL}]{{3}}.)(?=[{_CAPITAL}][{_SMALL}]+[\s,]))"
)
_BEGINS = re.compile(rf"(?P<dash>[-–—]\s*)?[«“„\"'(\[]*(?:[-–—]\s*)?(?P<first>[{_CAPITAL}\d])")
_ACRONYM = re.compile(rf"[«\"]?[{_CAPITAL}]{{2,}}")
_INITIALS = re.compile(rf"(?:[{_CAPITAL}][{_SMALL}]?\.[ -]?)*[{_CAPITAL}]|Дж|Ю|Я")
_LAST_WORD = re.compile(r"(?<![^\s«“„\"'(\[])[^\s«“„\"'(\[]++$")
_YEAR = re.compile(r"\d\s*г$", re.IGNORECASE)
_LIST_NUMBER = re.compile(r"[(\[]?\d{1,3}")

# A name or a number follows these, never a new sentence.
_NEVER_LAST: Final = frozenset(" ".join(row.never_last for row in LANGUAGES.values()).split())
# These may end a sentence.
_PERHAPS_LAST: Final = frozenset(" ".join(row.perhaps_last for row in LANGUAGES.values()).split())
# A sentence that ends with an abbreviation has at least so many words before it.
_FEW_WORDS = 4
# Where they are counted, and where the word before a full stop is looked for: a sentence of
# megabytes has as many full stops, and is not gone through for each.
_COUNTED_CHARS = 400
_WORD_CHARS = 60
# Of what comes after a lead, so much is read to see whether its last sentence ends there.
_AHEAD_CHARS = 200


def split_sentences(text: str, language: str = "") -> list[str]:
    """
    Split a text.

    Args:
        text: Plain; a newline always ends a sentence.
        language: Not asked: the rules of the three languages do not contradict each other.

    Returns:
        Sentences in order, none empty, no white space around them. Nothing but white space is lost
        between them.
    """
    del language
    sentences = []
    for line in text.splitlines():
        sentences += _split_line(line)
    return sentences


def take_sentences(
    text: str,
    language: str,
    *,
    count: int,
    max_chars: int,
) -> list[str]:
    """
    Return the first sentences of a text, for a lead.

    Args:
        text: Plain; a newline always ends a sentence.
        language: Of the text, a value of ``Language``.
        count: At most so many sentences.
        max_chars: At most so many characters together. Only whole sentences are given, except that
            a first one which is longer than this is cut at a word and ends with an ellipsis.
    """
    chosen: list[str] = []
    chars_left = max_chars
    for sentence in _split_beginning(text.lstrip(), language, max_chars + _AHEAD_CHARS)[:count]:
        if len(sentence) > chars_left:
            return chosen or [fit_line(sentence, max_chars)]
        chosen.append(sentence)
        chars_left -= len(sentence) + 1
    return chosen


def _split_beginning(text: str, language: str, chars: int) -> list[str]:
    """Return the sentences of a text's beginning; a later one that may be cut is left out."""
    sentences = split_sentences(text[:chars], language)
    is_cut = len(text) > chars and len(sentences) > 1
    return sentences[:-1] if is_cut else sentences


def _split_line(line: str) -> list[str]:
    pieces = []
    start = 0
    counted = 0
    open_brackets = 0
    for match in _END.finditer(line):
        stop = match.end() if match["close"] is None else match.end("close")
        open_brackets += line.count("(", counted, stop) - line.count(")", counted, stop)
        counted = stop
        if open_brackets <= 0 and _is_end(match, start):
            pieces.append(line[start:stop])
            start = stop
            open_brackets = 0
    pieces.append(line[start:])
    sentences = map(str.strip, pieces)
    return list(filter(None, sentences))


def _is_end(match: re.Match[str], start: int) -> bool:
    """Say whether a sentence that begins at ``start`` ends at these marks, outside of brackets."""
    begins = _BEGINS.match(match.string, match.end())
    if begins is None:
        return False
    close = match["close"] or ""
    marks = match[0].rstrip().removesuffix(close)
    if begins["dash"] and close and marks != ".":
        return False
    if marks != "." or close:
        return True
    is_number = begins["first"].isdigit()
    return _may_stop(match, start, digit=is_number)


def _may_stop(
    stop: re.Match[str],
    start: int,
    *,
    digit: bool,
) -> bool:
    """Say whether the word before a full stop may be the last of its sentence."""
    before = stop.string[max(start, stop.start() - _WORD_CHARS) : stop.start()]
    match = _LAST_WORD.search(before)
    word = match[0] if match else ""
    if _INITIALS.fullmatch(word):
        return False
    if _LIST_NUMBER.fullmatch(before.strip()):
        return False
    folded = word.casefold()
    if folded == "г" and not _YEAR.search(before):  # a town, not a year
        return False
    if folded in _NEVER_LAST:
        return False
    if folded in _PERHAPS_LAST:
        beginning = stop.string[start : min(start + _COUNTED_CHARS, stop.start())]
        is_acronym = _ACRONYM.match(stop.string, stop.end())
        return not digit and not is_acronym and len(beginning.split()) > _FEW_WORDS
    return True
