"""
Content-Encoding undone within a cap; no I/O.

The header is often wrong: it names a charset, or how the file came into a store (``aws-chunked``);
it says gzip of what is not packed, and nothing of what is. So the bytes decide. A coding that is
not known, or that the bytes are not of, is passed over where they are text; bytes that begin as
packed ones do are unpacked whatever the header says.

httpx could do this while streaming, but its decoders give all that one chunk unpacks to: 64 KiB of
gzip may be 66 MB, of brotli or zstd far more. Here every step has a bound on its output, so that a
bomb costs no more than the cap: measured for 50 MB of zeros under a cap of 15 MiB, 0.05 s and 15 to
17 MiB with each of the codings.
"""

from __future__ import annotations

import codecs
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it has no stubs
import zstandard

from aggregator.text.charset import is_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

__all__ = ["ACCEPT_ENCODING", "BadEncodingError", "IncompleteBodyError", "OversizeError", "unpack"]

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

# Bytes asked of a decoder at a time.
_STEP_BYTES = 64 * 1024
# zstandard bounds input only. Its densest block is 4 bytes for 128 KiB of repeats (RFC 8878,
# 3.1.1.2), so that 64 bytes give 2 MiB at most; measured: 10 ms for a feed of 14 MB.
_ZSTD_INPUT_BYTES = 64
# RFC 9659: over HTTP a zstd window is at most 8 MB.
_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024
# Members of one gzip body, frames of one zstd body. Each costs a copy of what is left, so that a
# body of empty members would cost the square of its size.
_MAX_MEMBERS = 64
# More layers than two are not seen outside of attacks.
_MAX_LAYERS = 2
_INCOMPLETE = "the compressed body ends too early"
# Tokens that servers send to say "as it is".
_PLAIN = frozenset({"", "identity", "none"})
_HEAD_BYTES = 100
_BLANK = b" \t\r\n"
_OPENERS = (b"<", b"{", b"[")
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# How packed bytes begin that are served as a file (feed.xml.gz), or packed twice.
_MAGIC = ((b"\x1f\x8b\x08", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))


class BadEncodingError(ValueError):
    """The body is not what its Content-Encoding says."""


class IncompleteBodyError(ValueError):
    """The compressed body ends too early."""


class OversizeError(ValueError):
    """The body unpacks to more than the cap."""


def unpack(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """
    Undo a Content-Encoding.

    Args:
        body: As it came over the wire.
        encoding: Value of the header; several codings are undone from the last to the first.
        max_bytes: Cap on what comes out of each layer.

    Raises:
        BadEncodingError: Too many codings, or bytes that are neither of the coding nor a text.
        IncompleteBodyError: The compressed stream has no end.
        OversizeError: More than ``max_bytes``.
    """
    parts = encoding.lower().split(",")
    names = [part.strip() for part in parts]
    layers = [name for name in names if name not in _PLAIN]
    if len(layers) > _MAX_LAYERS:
        raise BadEncodingError(f"{len(layers)} layers of Content-Encoding")
    for name in reversed(layers):
        if body:
            body = _undo(body, name, max_bytes)
    for _ in range(_MAX_LAYERS - len(layers)):
        name = _recognise(body)
        body = _undo(body, name, max_bytes) if name else body
    return body


def _undo(body: bytes, name: str, max_bytes: int) -> bytes:
    """Undo one coding; a text that is not of it is returned as it is."""
    decoder = _DECODERS.get(name)
    if decoder is None:
        if _is_text(body) or _recognise(body):
            return body
        raise BadEncodingError(f"unknown Content-Encoding {name[:40]!r}")
    try:
        return _collect(decoder(body), max_bytes)
    except (BadEncodingError, IncompleteBodyError):
        if _is_text(body):
            return body
        raise


def _is_text(body: bytes) -> bool:
    """Say whether bytes are markup or JSON: a few packed bytes could pass for plain words."""
    begins = body[:_HEAD_BYTES].lstrip(_BLANK)
    is_marked = begins[:1] in _OPENERS or begins.startswith(_BOMS)
    return is_marked and not is_binary(body)


def _recognise(body: bytes) -> str:
    """Return the coding that bytes show by how they begin; empty for none."""
    return next((name for magic, name in _MAGIC if body.startswith(magic)), "")


def _collect(pieces: Iterator[bytes], max_bytes: int) -> bytes:
    whole = bytearray()
    try:
        for piece in pieces:
            whole += piece
            if len(whole) > max_bytes:
                raise OversizeError(f"unpacks to more than {max_bytes:,} bytes")
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise BadEncodingError(str(error)) from error
    return bytes(whole)


def _read_gzip(body: bytes) -> Iterator[bytes]:
    # A gzip file may hold several members, one after another; some servers pad the last one with
    # zeros.
    for _ in range(_MAX_MEMBERS):
        if body[:2] != b"\x1f\x8b":
            break
        body = yield from _inflate(zlib.decompressobj(zlib.MAX_WBITS | 16), body)
    if body.strip(b"\0"):
        raise BadEncodingError("the bytes are not gzip")


def _read_deflate(body: bytes) -> Iterator[bytes]:
    # RFC 9110, 8.4.1.2: "deflate" is the zlib format, yet some senders leave out its wrapper.
    method = body[0] & 0x0F
    checksum = int.from_bytes(body[:2]) % 31
    is_wrapped = method == zlib.DEFLATED and checksum == 0
    window_bits = zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS
    yield from _inflate(zlib.decompressobj(window_bits), body)


def _inflate(decoder: zlib._Decompress, body: bytes) -> Generator[bytes, None, bytes]:
    for start in range(0, len(body), _STEP_BYTES):
        end = start + _STEP_BYTES
        piece = decoder.decompress(body[start:end], _STEP_BYTES)
        while piece:
            yield piece
            rest = decoder.unconsumed_tail
            piece = decoder.decompress(rest, _STEP_BYTES)
        if decoder.eof:
            return decoder.unused_data + body[end:]
    raise IncompleteBodyError(_INCOMPLETE)


def _read_brotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(body, output_buffer_limit=_STEP_BYTES)
    while piece:
        yield piece
        piece = decoder.process(b"", output_buffer_limit=_STEP_BYTES)
    if not decoder.is_finished():
        raise IncompleteBodyError(_INCOMPLETE)


def _read_zstd(body: bytes) -> Iterator[bytes]:
    for _ in range(_MAX_MEMBERS):
        if not body:
            return
        body = yield from _read_zstd_frame(body)
    raise BadEncodingError(f"more than {_MAX_MEMBERS} zstd frames")


def _read_zstd_frame(body: bytes) -> Generator[bytes, None, bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    decoder = decompressor.decompressobj()
    for start in range(0, len(body), _ZSTD_INPUT_BYTES):
        end = start + _ZSTD_INPUT_BYTES
        yield decoder.decompress(body[start:end])
        if decoder.eof:
            return decoder.unused_data + body[end:]
    raise IncompleteBodyError(_INCOMPLETE)


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _read_gzip,
    "x-gzip": _read_gzip,
    "deflate": _read_deflate,
    "br": _read_brotli,
    "zstd": _read_zstd,
}
