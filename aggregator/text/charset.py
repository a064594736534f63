"""
Bytes to text, when headers, declarations and bytes disagree.

Theory. UTF-8 proves itself: Russian in windows-1251 or koi8-r is not valid UTF-8 by accident, as
every lead byte would have to be followed by the right number of bytes from 0x80 to 0xBF, which are
no letters there. So valid UTF-8 is UTF-8 whatever is declared. Otherwise the declared encodings are
tried, with the Cyrillic ones beside them, and the text is judged by its letters: the wrong one of
windows-1251 and koi8-r swaps capitals and small letters, latin-1 gives no Cyrillic at all. A
declared encoding wins unless another one reads much better. A few broken bytes in UTF-8 are teasers
cut in the middle of a letter, and cost those letters only.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["decode", "describe_binary", "is_binary"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
# Python's codecs that are charsets of the web by their canonical names; others are asked for by
# attackers only ("unicode_escape", "idna", which takes the square of its input) or are no charsets
# ("zip").
_CHARSET = re.compile(
    r"cp\d+|iso8859-\d+|koi8-[rtu]|mac-\w+|kz1048|ptcp154|gb\w+|big5\w*|euc_\w+|shift_jis\w*|utf-8"
)
_CYRILLIC = ("cp1251", "koi8-r", "iso8859-5", "cp866")
_DECLARED = re.compile(rb"<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{2,40})[\"']")
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 2000
# Judged by its letters is the first part of the bytes beyond ASCII.
_SAMPLE_BYTES = 50_000
# Letters beyond ASCII that stand alone are curly quotes and accents in a western text, not words.
_WORD_BYTES = 3
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")

# The ten most frequent letters of Russian, 65 of 100 (Russian National Corpus); Kazakh shares most
# of them.
_COMMON = frozenset("оеаинтсрвлОЕАИНТСРВЛ")
# A capital behind a small letter: in the wrong encoding of windows-1251 and koi8-r every sentence
# begins with one.
_CRACK = re.compile("[а-я][А-Я]")
# Another encoding must read this much better than a declared one.
_CLEARLY = 1.3
# Share of broken pieces among those beyond ASCII up to which bytes count as UTF-8 with wounds.
_WOUNDS = 0.2
# Bytes that no text has: of random ones a tenth, of UTF-16 without a mark half.
_NO_TEXT = bytes({*range(32), 127} - {9, 10, 12, 13})
_JUDGED_BYTES = 1000
_BINARY_SHARE = 0.02
_SHOWN_BYTES = 4
_FORMATS = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture or a sound"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)


def is_binary(body: bytes) -> bool:
    """Say whether bytes are no text in any charset of the web, by their first thousand."""
    if any(body.startswith(mark) for mark, _ in _BOMS):
        return False
    beginning = body[:_JUDGED_BYTES]
    without = beginning.translate(None, _NO_TEXT)
    return len(beginning) - len(without) > _BINARY_SHARE * len(beginning)


def describe_binary(body: bytes) -> str:
    """Say what bytes are that cannot be shown, for an account; empty of a text."""
    known = [name for mark, name in _FORMATS if body.startswith(mark)]
    if not known and not is_binary(body):
        return ""
    name = known[0] if known else "binary data"
    return f"{name} of {len(body):,} bytes, beginning {body[:_SHOWN_BYTES].hex(' ')}"


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """
    Decode a feed or a page.

    Args:
        body: As fetched, decompressed.
        content_type: The header, which may name a charset.

    Returns:
        The text, without a byte order mark, and a note, which is empty if bytes and declarations
        agree.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            text = body.decode(name, "replace")
            return text.lstrip("\ufeff"), ""
    claims = _read_claims(body, content_type)
    text, name = _decode_best(body, list(claims.values()))
    notes = []
    if not body.isascii():
        notes += _note_claims(claims, name)
    broken = text.count("\ufffd") if name == "utf-8" else 0
    if broken:
        notes.append(f"charset: {broken} broken characters")
    return text, "; ".join(notes)


def _read_claims(body: bytes, content_type: str) -> dict[str, str]:
    """Return the encodings that are claimed, by what claims them."""
    head = body[:_HEAD_BYTES]
    claims = {
        "header": _find_codec(_HEADER.search(content_type)),
        "declaration": _find_codec(_DECLARED.search(head)),
    }
    return {source: name for source, name in claims.items() if name}


def _note_claims(claims: Mapping[str, str], name: str) -> list[str]:
    wrong = []
    for source, claim in claims.items():
        if claim != name:
            wrong.append(f"{source} says {_write_name(claim)}")
    if not wrong:
        return []
    return [f"charset: {', '.join(wrong)}, bytes are {_write_name(name)}"]


def _find_codec(match: re.Match[str] | re.Match[bytes] | None) -> str:
    """Return a charset by the name of Python's codec; empty if it is none of the web's."""
    if not match:
        return ""
    written = match[1]
    name = written.decode() if isinstance(written, bytes) else written
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return ""
    if known == "iso8859-1":
        return "cp1252"  # as browsers read it (WHATWG Encoding, 4.2)
    return known if _CHARSET.fullmatch(known) else ""


def _decode_best(body: bytes, claims: list[str]) -> tuple[str, str]:
    """Return the text in the encoding in which it reads best, and the encoding."""
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        name = _choose_encoding(body, claims)
    return body.decode(name, "replace"), name


def _choose_encoding(body: bytes, claims: list[str]) -> str:
    """Return the encoding of bytes that are not whole UTF-8."""
    others = [claim for claim in claims if claim != "utf-8"]
    runs = _BEYOND_ASCII.findall(body)
    longest = max(map(len, runs))
    if longest < _WORD_BYTES:
        return others[0] if others else "cp1252"
    sample = b" ".join(runs)[:_SAMPLE_BYTES]
    lenient = sample.decode("utf-8", "replace")
    if lenient.count("\ufffd") <= _WOUNDS * len(lenient):
        return "utf-8"
    return _choose_by_letters(sample, claims)


def _choose_by_letters(sample: bytes, claims: list[str]) -> str:
    """
    Return the encoding in which a sample reads best.

    A claimed one unless another is clearly better.
    """
    candidates = (*claims, *_CYRILLIC)
    scores = {name: _score(sample, name) for name in candidates}
    best = max(scores, key=scores.__getitem__)
    highest = scores[best]
    for name in claims:
        if name != "utf-8" and scores[name] * _CLEARLY >= highest:
            return name
    return best if highest > 0 else "cp1252"


def _score(sample: bytes, name: str) -> float:
    """Return the share of common letters less what is broken, 0 to 1: how well a name fits."""
    text = sample.decode(name, "replace")
    common = sum(letter in _COMMON for letter in text)
    cracks = _CRACK.findall(text)
    broken = text.count("\ufffd") + len(cracks)
    return max(0.0, common - broken) / len(text)


def _write_name(name: str) -> str:
    written = re.sub(r"^cp(125\d)$", r"windows-\1", name)
    return written.replace("iso8859", "iso-8859")
