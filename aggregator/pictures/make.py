"""
An outlet's picture to ours. Pure, but not safe with strangers' bytes: see ``process``.

Decoded to pixels and written anew, so that nothing of the file itself goes on: no place where it
was taken, no name of a camera or of a person, no colour profile, no second frame, no bytes behind
its end. The same bytes always make the same picture.

Only what a browser and a newspaper's site have in common is read: JPEG, PNG, WebP, GIF. Pillow
knows thirty-nine more, each with a decoder of its own that a stranger could aim at.
"""

from __future__ import annotations

import io
import struct
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from aggregator.pictures.verdict import MadePicture, UnfitPictureError

__all__ = ["MOST_BYTES", "MOST_PIXELS", "MOST_SIDE", "make_picture"]

MOST_SIDE = 960
"""Pixels of the longer side: twice the column of a story on a phone of double density."""
MOST_BYTES = 120_000
MOST_PIXELS = 40_000_000
"""Of what is decoded: a camera has 24 million, and 40 take 160 MB."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Smaller ones are icons and marks that count readers.
_LEAST_WIDTH = 200
_LEAST_HEIGHT = 100
_QUALITIES = (80, 70, 60, 50, 40, 30)
# What is too large at the lowest quality is noise, and is made smaller.
_SHRINK = 0.7
_METHOD = 4
_PAPER = (255, 255, 255)
# What Pillow's decoders raise at files that are cut or lie about themselves.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, OverflowError, struct.error)


def make_picture(body: bytes) -> MadePicture:
    """
    Make a picture anew.

    Args:
        body: A file as an outlet's server sent it.

    Raises:
        UnfitPictureError: It is none that could be shown.
    """
    frame = _read_frame(body)
    frame.thumbnail((MOST_SIDE, MOST_SIDE), Image.Resampling.LANCZOS)
    while True:
        for quality in _QUALITIES:
            written = _write_webp(frame, quality)
            if len(written) <= MOST_BYTES:
                return MadePicture(width=frame.width, height=frame.height, body=written)
        smaller = (int(frame.width * _SHRINK), int(frame.height * _SHRINK))
        frame.thumbnail(smaller, Image.Resampling.LANCZOS)


def _read_frame(body: bytes) -> Image.Image:
    """Return the first frame as it is to be looked at, in plain colours."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of sizes that are refused below.
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(body), formats=_FORMATS)
            _check_size(opened)
            opened.draft("RGB", (MOST_SIDE, MOST_SIDE))
            upright = ImageOps.exif_transpose(opened)
    except UnidentifiedImageError as error:
        raise UnfitPictureError("no JPEG, PNG, WebP or GIF") from error
    except Image.DecompressionBombError as error:
        raise UnfitPictureError(f"more than {MOST_PIXELS:,} pixels") from error
    except _BROKEN as error:
        raise UnfitPictureError(f"a broken file: {error}") from error
    return _flatten(upright)


def _check_size(opened: Image.Image) -> None:
    """Refuse by what a file says of itself, before a pixel is decoded."""
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise UnfitPictureError(f"{width} × {height}: more than {MOST_PIXELS:,} pixels")
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        raise UnfitPictureError(
            f"{width} × {height}: smaller than {_LEAST_WIDTH} × {_LEAST_HEIGHT}"
        )


def _flatten(image: Image.Image) -> Image.Image:
    """Return an image in three colours; what is transparent is put on white paper."""
    if not image.has_transparency_data:
        return _strip(image.convert("RGB"))
    clear = image.convert("RGBA")
    paper = Image.new("RGB", clear.size, _PAPER)
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def _strip(image: Image.Image) -> Image.Image:
    """Return an image with nothing but its pixels: Pillow carries notes of a file along."""
    image.info = {}
    return image


def _write_webp(image: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", quality=quality, method=_METHOD, exif=b"", icc_profile=b"", xmp=b"")
    return written.getvalue()
