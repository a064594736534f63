"""Charsets: the bytes are believed more than what is said of them."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.charset import decode, describe_binary

RUSSIAN = (
    "Правительство утвердило программу развития дорог. В Астане обсудили бюджет будущего года."
)
KAZAKH = "Үкімет жолдарды дамыту бағдарламасын бекітті. Астанада келер жылдың бюджеті талқыланды."
CAPITALS = "ПРЕЗИДЕНТ ПОДПИСАЛ ЗАКОН О ГОСУДАРСТВЕННОМ БЮДЖЕТЕ НА СЛЕДУЮЩИЙ ГОД"
CYRILLIC = ["windows-1251", "koi8-r", "iso-8859-5", "cp866"]


def page(declared: str, text: str = RUSSIAN) -> str:
    return f'<?xml version="1.0" encoding="{declared}"?><rss>{text}</rss>'


@pytest.mark.parametrize("charset", [*CYRILLIC, "utf-8"])
def test_what_is_declared_and_true_needs_no_note(charset: str) -> None:
    assert decode(page(charset).encode(charset)) == (page(charset), "")


@pytest.mark.parametrize("text", [RUSSIAN, CAPITALS], ids=["sentences", "capitals"])
@pytest.mark.parametrize("header", ["", "text/xml; charset=utf-8", 'text/xml; charset="KOI8-R"'])
@pytest.mark.parametrize(
    "declared", ["utf-8", "windows-1251", "koi8-r", "iso-8859-1", "windows-1252", "no-such"]
)
@pytest.mark.parametrize("real", ["windows-1251", "koi8-r", "utf-8"])
def test_lies_are_seen_through(real: str, declared: str, header: str, text: str) -> None:
    decoded, note = decode(page(declared, text).encode(real), header)
    assert decoded == page(declared, text)
    lies = {
        claim
        for claim in (declared, header.partition("=")[2].strip('"').lower())
        if claim not in {"", real}
    }
    assert bool(note) == bool(lies - {"no-such"})


def test_a_lie_is_noted_in_words() -> None:
    note = decode(page("utf-8").encode("windows-1251"), "text/xml; charset=utf-8")[1]
    assert note == "charset: header says utf-8, declaration says utf-8, bytes are windows-1251"


@pytest.mark.parametrize(
    "charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_wide_encodings_and_byte_order_marks(charset: str) -> None:
    assert decode(page("utf-16", KAZAKH).encode(charset)) == (page("utf-16", KAZAKH), "")


def test_kazakh_has_a_single_byte_encoding_of_its_own() -> None:
    assert decode(page("kz-1048", KAZAKH).encode("kz1048"))[0] == page("kz-1048", KAZAKH)


def test_a_letter_cut_in_half_costs_that_letter_only() -> None:
    text, note = decode(KAZAKH.encode().removesuffix("ы.".encode()) + "ы".encode()[:1])
    assert text == KAZAKH.removesuffix("ы.") + "\ufffd"
    assert note == "charset: 1 broken characters"


def test_curly_quotes_of_a_western_page_are_no_cyrillic() -> None:
    assert decode(b'<?xml version="1.0" encoding="iso-8859-1"?>It\x92s caf\xe9')[0].endswith(
        "It’s café"
    )


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "unicode_escape", "zip", "hex", "undefined", "rot13", "utf-7"]
)
def test_codecs_that_are_no_charsets_are_not_used(name: str) -> None:
    body = page(name).encode("windows-1251")
    assert decode(body, f"text/xml; charset={name}")[0] == page(name)


@given(st.binary(max_size=200))
def test_any_bytes_are_some_text(body: bytes) -> None:
    assert isinstance(decode(body)[0], str)


@given(st.text(max_size=100))
def test_utf_8_is_always_utf_8(text: str) -> None:
    body = text.encode("utf-8", "ignore")
    if not body.startswith((codecs.BOM_UTF8, b"<\0?\0", b"\0<\0?", b"\0\0\xfe\xff")):
        assert decode(body, "text/xml; charset=windows-1251")[0] == body.decode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\x1f\x8b\x08\x00" + bytes(range(200)), "gzip of 204 bytes, beginning 1f 8b 08 00"),
        (b"%PDF-1.7", "a PDF of 8 bytes, beginning 25 50 44 46"),
        (bytes(range(256)), "binary data of 256 bytes, beginning 00 01 02 03"),
        ("<rss/>".encode("utf-16"), ""),
        ("Қазақстан".encode("cp1251", "replace"), ""),
        ("Казахстан".encode("koi8-r"), ""),
        (b"", ""),
    ],
)
def test_what_is_no_text_is_described_and_not_shown(body, said):
    assert describe_binary(body) == said
