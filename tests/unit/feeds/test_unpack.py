"""Content-Encoding undone: whole, within the cap, and never without end."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregator.feeds.unpack import BadEncodingError, IncompleteBodyError, OversizeError, unpack

TEXT = ("Қазақстан жаңалықтары. " * 3000).encode()
PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=4),
    "zstd": zstandard.compress,
}
every_coding = pytest.mark.parametrize("coding", PACKERS)


@every_coding
@given(body=st.binary(max_size=300))
def test_what_was_packed_comes_back(coding: str, body: bytes) -> None:
    assume(not body.startswith((b"\x1f\x8b", b"\x28\xb5")))  # taken for packed twice
    assert unpack(PACKERS[coding](body), coding.upper(), 1000) == body


@every_coding
def test_the_cap_is_exact(coding: str) -> None:
    packed = PACKERS[coding](TEXT)
    assert unpack(packed, coding, len(TEXT)) == TEXT
    with pytest.raises(OversizeError):
        unpack(packed, coding, len(TEXT) - 1)


@every_coding
@given(share=st.floats(min_value=0.05, max_value=0.95))
def test_a_cut_body_is_incomplete(coding: str, share: float) -> None:
    packed = PACKERS[coding](TEXT)
    with pytest.raises(IncompleteBodyError):
        unpack(packed[: max(4, int(len(packed) * share))], coding, len(TEXT))


@every_coding
def test_other_bytes_are_a_bad_encoding_unless_they_are_text(coding: str) -> None:
    noise = bytes(range(256)) * 2
    with pytest.raises(BadEncodingError):
        unpack(noise, coding, 1000)
    assert unpack(b"<rss><channel></channel></rss>", coding, 1000) == (
        b"<rss><channel></channel></rss>"
    )
    assert unpack("<rss/>".encode("utf-16"), coding, 1000) == "<rss/>".encode("utf-16")


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_packed_bytes_are_known_without_a_header(pack: Callable[[bytes], bytes]) -> None:
    assert unpack(pack(TEXT), "", len(TEXT)) == TEXT
    assert unpack(pack(pack(TEXT)), "", len(TEXT)) == TEXT
    assert unpack(gzip.compress(pack(TEXT)), "gzip", len(TEXT)) == TEXT
    with pytest.raises(OversizeError):
        unpack(pack(TEXT), "", len(TEXT) - 1)
    with pytest.raises(IncompleteBodyError):
        unpack(pack(TEXT)[:-9], "aws-chunked", len(TEXT))


@pytest.mark.parametrize(
    "encoding",
    [
        "",
        "identity",
        " None ",
        "utf-8",
        "UTF8",
        "windows-1251",
        "aws-chunked",
        "binary",
        "text/xml",
    ],
)
def test_what_is_not_packed_stays(encoding: str) -> None:
    assert unpack(b"<rss/>", encoding, 10) == b"<rss/>"


def test_an_empty_body_is_empty_whatever_is_said() -> None:
    assert unpack(b"", "gzip", 10) == b""


def test_raw_deflate_is_deflate_too() -> None:
    packer = zlib.compressobj(wbits=-15)
    assert unpack(packer.compress(TEXT) + packer.flush(), "deflate", len(TEXT)) == TEXT


def test_members_and_padding_of_gzip_are_read_as_one() -> None:
    assert unpack(gzip.compress(b"a") + gzip.compress(b"b") + bytes(5), "gzip", 10) == b"ab"
    assert unpack(zstandard.compress(b"a") + zstandard.compress(b"b"), "zstd", 10) == b"ab"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_without_number_are_refused(coding: str) -> None:
    with pytest.raises(BadEncodingError):
        unpack(PACKERS[coding](b"") * 1000, coding, 10)


@pytest.mark.parametrize("encoding", ["snappy", "gzip, gzip, gzip"])
def test_unknown_codings_and_too_many_layers_are_refused(encoding: str) -> None:
    with pytest.raises(BadEncodingError):
        unpack(bytes(range(20)), encoding, 100)
