"""Words of a stranger who means to steer a terminal, and what is left of them."""

import unicodedata

__all__ = ["HOSTILE", "HOSTILE_LINE", "list_unseen"]

HOSTILE_LINE = "Қазақ\x1b]0;owned\x07\x1b[31m\x9b2J\x1b]8;;http://evil.example\x1b\\\u202ecod.exe\u2066\u200b\x7f[bold]"
"""On one line."""

HOSTILE = f"{HOSTILE_LINE}\r\x08\u2028"
"""With what begins lines."""

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def list_unseen(text: str) -> set[str]:
    """Characters of a text that a terminal obeys or hides, but for line breaks and tabs."""
    return {
        ascii(letter)
        for letter in text
        if letter not in "\n\t" and unicodedata.category(letter) in _UNSEEN
    }
