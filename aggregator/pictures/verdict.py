"""
What comes of a picture.

Apart from what makes it, so that who names the types loads no decoder of pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MadePicture", "UnfitPictureError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePicture:
    """
    A picture that was made anew.

    Attributes:
        width: In pixels.
        height: In pixels.
        body: WebP.
    """

    width: int
    height: int
    body: bytes


class UnfitPictureError(Exception):
    """No picture is made of these bytes; the text says why, for whoever traces an article."""
