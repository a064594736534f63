"""
A ``Translator`` that asks its memory first.

So a retry, a corrected article, or a second copy of a text costs nothing.

What may be remembered is what would come out again: a translation, or the guards' refusal of one.
That no package was there, or that one failed, may be otherwise the next time. A name holds
everything that the outcome depends on: the package's file, the engine's settings, the glossary,
language, kind and text.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from aggregator.languages import ENGLISH
from aggregator.models.flag import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import Segment, Translation
    from aggregator.translate.engine import ArgosTranslator

__all__ = ["RememberingTranslator", "TranslationMemory"]


# What may be otherwise the next time.
_PASSING = frozenset({Reason.FAILED, Reason.NO_PACKAGE})


class TranslationMemory(Protocol):
    """Where translations are kept."""

    def recall(self, names: Sequence[str]) -> dict[str, Translation]:
        """Return what is known of these, by name."""

    def remember(self, made: Mapping[str, Translation]) -> None:
        """Keep translations by name."""


class RememberingTranslator:
    """``ArgosTranslator`` with a memory."""

    def __init__(
        self,
        translator: ArgosTranslator,
        memory: TranslationMemory,
    ) -> None:
        self._translator = translator
        self._memory = memory

    def warm(self) -> None:
        """Load the models now; one that is broken is logged, and again when it is needed."""
        self._translator.warm()

    def packages(self) -> dict[str, str]:
        """Return name and version of the package in use, by source language."""
        return self._translator.packages()

    def translate(self, segments: Sequence[Segment]) -> list[Translation]:
        """Translate into English what is not known; see ``ports.Translator``."""
        foreign = [segment for segment in segments if segment.language != ENGLISH]
        names = {segment: self._make_name(segment) for segment in foreign}
        distinct_names = list(dict.fromkeys(names.values()))
        known = self._memory.recall(distinct_names)
        distinct = dict.fromkeys(segments)
        missing = [segment for segment in distinct if names.get(segment) not in known]
        made = dict(zip(missing, self._translator.translate(missing), strict=True))
        self._remember(names, made)
        answers = []
        for segment in segments:
            answer = made.get(segment) or known[names[segment]]
            answers.append(replace(answer, source=segment.text))
        return answers

    def translate_anew(self, segments: Sequence[Segment]) -> list[Translation]:
        """Translate with the model itself, whatever is remembered; to prove that it works."""
        return self._translator.translate(segments)

    def _remember(
        self,
        names: Mapping[Segment, str],
        made: Mapping[Segment, Translation],
    ) -> None:
        lasting = {}
        for segment, translation in made.items():
            if segment in names and _is_lasting(translation):
                lasting[names[segment]] = translation
        self._memory.remember(lasting)

    def _make_name(self, segment: Segment) -> str:
        parts = (
            self._translator.fingerprint(segment.language),
            segment.kind,
            " ".join(segment.text.split()),
        )
        joined = "\0".join(parts)
        return blake2b(joined.encode(), digest_size=16).hexdigest()


def _is_lasting(made: Translation) -> bool:
    return not any(flag.reason in _PASSING for flag in made.flags)
