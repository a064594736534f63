"""
Headers of mail with letters beyond ASCII, folded here: encoded words of RFC 2047.

The standard library loses the blank at a fold where it parts two encoded words at it (From of
Kazakh titles of 40 letters on Python 3.11 and 3.12; ``findings/email_loses_blanks_at_folds.sh``):
blanks between encoded words are no blanks (RFC 2047, 6.2), so they must stand within. Here the
whole text is encoded, its blanks too, and cut between letters, never within one.
"""

from __future__ import annotations

from base64 import b64encode
from email.policy import EmailPolicy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.headerregistry import Address

__all__ = ["MAIL_POLICY"]

# An encoded word has 75 characters at most, its line 76 (RFC 2047, 2): 39 bytes become 52, the
# marks around them are 12, and the longest name here, "Subject: ", 9.
_WORD_BYTES = 39
_FOLD = "\r\n "


class _MailPolicy(EmailPolicy):
    """The policy of SMTP, but for headers that are not ASCII."""

    def fold(self, name: str, value: Any) -> str:
        """Return a header with its line breaks."""
        if str(value).isascii():
            return str(super().fold(name, value))
        addresses = getattr(value, "addresses", None)
        if addresses is None:
            return f"{name}: {_encode(str(value))}\r\n"
        written = map(_write_address, addresses)
        return f"{name}: {f',{_FOLD}'.join(written)}\r\n"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header with its line breaks, as it goes out."""
        if str(value).isascii():
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


MAIL_POLICY = _MailPolicy(linesep="\r\n", max_line_length=78)
"""What messages are made and written with: lines end in CR LF, headers are ASCII."""


def _write_address(address: Address) -> str:
    name = address.display_name
    if name.isascii():
        return str(address)
    return f"{_encode(name)}{_FOLD}<{address.addr_spec}>"


def _encode(text: str) -> str:
    """Return a text as encoded words, one a line."""
    words = [f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _cut(text)]
    return _FOLD.join(words)


def _cut(text: str) -> Iterator[bytes]:
    """Give the bytes of a text in pieces that end with a letter."""
    piece = b""
    for letter in text:
        encoded = letter.encode()
        if len(piece) + len(encoded) > _WORD_BYTES:
            yield piece
            piece = b""
        piece += encoded
    yield piece
