"""
An outlet's picture of a story, as our own pages show it.

See ``models`` for what holds of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

__all__ = ["Picture", "PictureSize"]

_HASH_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSize:
    """
    A picture without its bytes: what a page needs to lead to it.

    Attributes:
        name: Of its file: the article's id, a hyphen, and 16 hex digits of a hash of the bytes, so
            that a name never has other bytes.
        width: In pixels.
        height: In pixels.
    """

    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """
    A picture, made anew from an outlet's; always WebP, and nothing but the pixels of one frame.

    Attributes:
        article_id: Of the article whose lead picture it is; 32 hex digits.
        outlet_id: Of the outlet, whose leave it is shown by.
        width: In pixels.
        height: In pixels.
    """

    article_id: str
    outlet_id: str
    width: int
    height: int
    body: bytes

    @property
    def name(self) -> str:
        """See ``PictureSize.name``."""
        return f"{self.article_id}-{blake2b(self.body, digest_size=_HASH_BYTES).hexdigest()}"

    @property
    def size(self) -> PictureSize:
        """All but the bytes."""
        return PictureSize(name=self.name, width=self.width, height=self.height)
