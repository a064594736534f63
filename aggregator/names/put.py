"""
Names put into the source in English, for a model that copies what it can read.

Pure. A language model carries over a name in Latin letters that it would misspell, translate or
pass over in Cyrillic. Kazakh endings stay, behind a hyphen: they say what the name does in the
sentence, and its verbs need them. Russian ones go: the prepositions before them say the same. A
small translator without English of its own loses more names that way, so it is done for language
models alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aggregator.languages import KAZAKH
from aggregator.names.forms import find_ending, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.names.glossary import Name, NameMatch

__all__ = ["put_names"]

# What every model knows, and translates with its endings and as an adjective where it must.
_LEFT_ALONE: Final = frozenset({"country", "currency", "office"})


def put_names(text: str, matches: Iterable[NameMatch], language: str) -> str:
    """
    Return a text with its names in English.

    Args:
        text: Of one segment.
        matches: What ``Glossary.find`` found in it, in its order.
        language: Its code.
    """
    parts = []
    at = 0
    for match in matches:
        if match.name.kind in _LEFT_ALONE:
            continue
        ending = ""
        if language == KAZAKH:
            ending = _find_name_ending(text[match.start : match.end], match.name)
        parts += [text[at : match.start], match.name.english, f"-{ending}" if ending else ""]
        at = match.end
    return "".join([*parts, text[at:]])


def _find_name_ending(text: str, name: Name) -> str:
    """Return what follows the dictionary's form in a Kazakh text; empty if it is that form."""
    words = split_words(text)
    for form in name.list_forms(KAZAKH):
        parts = split_words(form)
        if len(parts) == len(words):
            ending = find_ending(words[-1][0], parts[-1][0])
            if ending is not None:
                return ending
    return ""
