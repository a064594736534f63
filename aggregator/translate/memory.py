"""
A ``Translator`` that asks its memory first: a retry, a corrected article, or a second copy of a text costs nothing.

What may be remembered is what would come out again: a translation, or the guards' refusal of one. That no package was
there, or that one failed, may be otherwise the next time. A name holds everything that the outcome depends on: the
package's file, the engine's settings, the glossary, language, kind and text.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from aggregator.models import Language
from aggregator.translate.engine import FAILED, NO_PACKAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import Segment, Translation
    from aggregator.translate.engine import ArgosTranslator

__all__ = ["Memory", "RememberingTranslator"]


class Memory(Protocol):
    """Where translations are kept."""

    def recall(self, names: Sequence[str]) -> dict[str, Translation]:
        """Return what is known of these, by name."""

    def remember(self, made: Mapping[str, Translation]) -> None:
        """Keep translations by name."""


class RememberingTranslator:
    """``ArgosTranslator`` with a memory."""

    def __init__(self, translator: ArgosTranslator, memory: Memory) -> None:
        self._translator, self._memory = translator, memory

    def warm(self) -> None:
        """Load the models now; one that is broken is logged, and again when it is needed."""
        self._translator.warm()

    def packages(self) -> dict[str, str]:
        """Return name and version of the package in use, by source language."""
        return self._translator.packages()

    def translate(self, segments: Sequence[Segment]) -> list[Translation]:
        """Translate into English what is not known; see ``ports.Translator``."""
        names = {segment: self._name(segment) for segment in segments if segment.language != Language.ENGLISH}
        known = self._memory.recall(list(dict.fromkeys(names.values())))
        missing = [segment for segment in dict.fromkeys(segments) if names.get(segment) not in known]
        made = dict(zip(missing, self._translator.translate(missing), strict=True))
        self._memory.remember(
            {names[segment]: found for segment, found in made.items() if segment in names and _will_come_again(found)}
        )
        return [
            made[segment] if segment in made else replace(known[names[segment]], source=segment.text)
            for segment in segments
        ]

    def translate_anew(self, segments: Sequence[Segment]) -> list[Translation]:
        """Translate with the model itself, whatever is remembered; to prove that it works."""
        return self._translator.translate(segments)

    def _name(self, segment: Segment) -> str:
        parts = (self._translator.fingerprint(segment.language), segment.kind, " ".join(segment.text.split()))
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _will_come_again(made: Translation) -> bool:
    return not any(flag.startswith((FAILED, NO_PACKAGE)) for flag in made.flags)
