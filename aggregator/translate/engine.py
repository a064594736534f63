"""
``Translator`` over Argos packages: segments of all languages in, English or a reason out.

    segments -> package by language -> clauses -> model (each text once) -> joined, polished, names mended -> guards
                -> those that a guard stopped: once more, with other settings, every guess of the beam judged

One model stands in memory for each package folder, however many languages it reads. Constructing is cheap: the models
are loaded by ``load`` or by the first segment that needs them.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aggregator.errors import PackageError
from aggregator.models import Language, Translation
from aggregator.names.glossary import Glossary
from aggregator.names.mend import keep_names, missing_names, romanise_names
from aggregator.text.latin import to_cyrillic
from aggregator.text.sentences import split_sentences
from aggregator.text.typography import one_line
from aggregator.translate.clauses import cut_clauses
from aggregator.translate.guards import check
from aggregator.translate.model import EngineOptions, PackageModel, RawTranslation
from aggregator.translate.polish import polish, prepare
from aggregator.translate.routes import plan_routes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from aggregator.models import Segment
    from aggregator.names.glossary import Name
    from aggregator.translate.packages import Package

    _Clause = tuple[Path, str]  # the package folder whose model reads it, and its text

__all__ = ["ENGINE_VERSION", "FAILED", "NO_PACKAGE", "NO_SENTENCE", "ArgosTranslator"]

# Flags besides those of ``guards``; each goes on with a language or a reason.
NO_PACKAGE: Final = "no package for"
FAILED: Final = "translation failed"
NO_SENTENCE: Final = "the original is no sentence that could be translated"

# Raised by whoever changes what comes out for the same package and settings: splitting, polishing, guards.
ENGINE_VERSION: Final = 2

log = logging.getLogger(__name__)

_LETTER = re.compile(r"[^\W\d_]")
_MAX_REASON_CHARS = 160


class ArgosTranslator:
    """The offline ``Translator``. Not for use by two threads at once."""

    def __init__(
        self, packages: Iterable[Package], options: EngineOptions | None = None, glossary: Glossary | None = None
    ) -> None:
        """
        Choose packages; nothing is loaded yet.

        Args:
            packages: As ``open_packages`` found them; the best for each language is used.
            options: How to translate.
            glossary: Names that must come out as it has them; none if not given.
        """
        self._glossary = glossary or Glossary(())
        self._options = options or EngineOptions()
        self._routes = plan_routes(packages)
        folders = {package.folder: package for package in self._routes.values()}
        self._models = {folder: PackageModel(package, self._options) for folder, package in folders.items()}

    def load(self) -> None:
        """
        Load all models now rather than with the first segment.

        Raises:
            PackageError: A package cannot be loaded.
        """
        for model in self._models.values():
            model.load()

    def warm(self) -> None:
        """Load all models that can be loaded; the others are logged."""
        self._load_for(self._routes.values())

    def packages(self) -> dict[str, str]:
        """Return name and version of the package in use, by source language."""
        return {language: package.label for language, package in self._routes.items()}

    def fingerprint(self, language: str) -> str:
        """Return text that changes whenever the English of a language may; the same in every process."""
        package = self._routes.get(self._read_as(language))
        made_by = package.sha256 or f"{package.label} {package.folder}" if package else ""
        made_by += f" {package.least_confidence}" if package else ""
        return f"{ENGINE_VERSION} {language} {made_by} {self._options} {self._glossary.fingerprint}"

    def translate(self, segments: Sequence[Segment]) -> list[Translation]:
        """
        Translate into English; see ``ports.Translator``.

        The same segment gives the same translation in any company (``translate.model`` says how). A package that
        cannot be loaded is logged, and its segments come back in the original with the reason.
        """
        readable = [self._readable(segment) for segment in segments]
        made = self._translate(dict.fromkeys(readable))
        return [
            replace(made.get(read) or _passed_over(read), source=segment.text)
            for segment, read in zip(segments, readable, strict=True)
        ]

    def _read_as(self, language: str) -> str:
        """Return the language that a package is asked for: none has read Kazakh in Latin letters."""
        other_script = language == Language.KAZAKH_LATIN and language not in self._routes
        return Language.KAZAKH.value if other_script and Language.KAZAKH in self._routes else language

    def _readable(self, segment: Segment) -> Segment:
        language = self._read_as(segment.language)
        if language == segment.language:
            return segment
        return replace(segment, text=to_cyrillic(segment.text), language=language)

    def _translate(self, segments: Iterable[Segment]) -> dict[Segment, Translation]:
        wanted = {segment: package for segment in segments if (package := self._package_for(segment)) is not None}
        broken = self._load_for(wanted.values())
        clauses = {
            segment: self._clauses(package, segment)
            for segment, package in wanted.items()
            if package.folder not in broken
        }
        made = {
            segment: _untranslated(segment, f"{FAILED}: {broken[package.folder]}")
            for segment, package in wanted.items()
            if package.folder in broken
        }
        hopeless = {segment for segment, pieces in clauses.items() if self._is_hopeless(pieces)}
        made |= {segment: _untranslated(segment, NO_SENTENCE) for segment in hopeless}
        clauses = {segment: pieces for segment, pieces in clauses.items() if segment not in hopeless}
        made |= self._judge(clauses, wanted, self._run(clauses))
        stopped = {segment: clauses[segment] for segment in clauses if _worth_a_second_try(made[segment])}
        better = self._judge(stopped, wanted, self._run(stopped, again=True))
        # What the first try said of itself is what readers are told when the second fails too.
        return made | {segment: found for segment, found in better.items() if found.english is not None}

    def _load_for(self, packages: Iterable[Package]) -> dict[Path, str]:
        """Load what is needed; returns why not, by folder."""
        broken: dict[Path, str] = {}
        for folder in {package.folder for package in packages}:
            try:
                self._models[folder].load()
            except PackageError as e:
                log.exception("package not loaded", extra={"folder": str(folder)})
                broken[folder] = one_line(str(e), _MAX_REASON_CHARS)
        return broken

    def _package_for(self, segment: Segment) -> Package | None:
        """Return the package to translate a segment, None if there is nothing to translate or none to do it."""
        if segment.language == Language.ENGLISH or not _LETTER.search(segment.text):
            return None
        return self._routes.get(segment.language)

    def _clauses(self, package: Package, segment: Segment) -> list[_Clause]:
        """Return the pieces that the model reads; none of a segment that is far too long."""
        if len(segment.text) > self._options.max_chars:
            return []
        folder, most = package.folder, self._options.max_tokens
        model = self._models[folder]
        text = prepare(segment.text, segment.kind)
        sentences = split_sentences(text, segment.language)
        pieces = (cut_clauses(sentence, lambda piece: model.count_tokens(piece) <= most) for sentence in sentences)
        return [(folder, piece) for cut in pieces for piece in cut]

    def _is_hopeless(self, pieces: Sequence[_Clause]) -> bool:
        """Tell whether a segment is too long, or a word of it that cannot be cut is."""
        if not pieces:
            return True
        most = self._options.max_word_tokens
        return any(" " not in text and self._models[folder].count_tokens(text) > most for folder, text in pieces)

    def _judge(
        self,
        clauses: Mapping[Segment, list[_Clause]],
        wanted: Mapping[Segment, Package],
        raw: Mapping[_Clause, RawTranslation],
    ) -> dict[Segment, Translation]:
        return {
            segment: _judged(segment, wanted[segment], [raw[clause] for clause in pieces], self._names(segment))
            for segment, pieces in clauses.items()
        }

    def _names(self, segment: Segment) -> list[Name]:
        return [found.name for found in self._glossary.find(segment.text, segment.language)]

    def _run(self, clauses: Mapping[Segment, list[_Clause]], *, again: bool = False) -> dict[_Clause, RawTranslation]:
        """Translate all clauses, model by model."""
        raw: dict[_Clause, RawTranslation] = {}
        wanted = [clause for pieces in clauses.values() for clause in pieces]
        for folder, model in self._models.items():
            texts = [text for owner, text in wanted if owner == folder]
            if texts:
                raw |= {(folder, text): result for text, result in model.translate(texts, again=again).items()}
        return raw


def _passed_over(segment: Segment) -> Translation:
    """Return what becomes of a segment that no model sees."""
    if segment.language == Language.ENGLISH or not _LETTER.search(segment.text):
        return Translation(source=segment.text, english=segment.text)
    return _untranslated(segment, f"{NO_PACKAGE} {segment.language}")


def _untranslated(segment: Segment, *flags: str) -> Translation:
    return Translation(source=segment.text, english=None, flags=flags)


def _judged(segment: Segment, package: Package, clauses: list[RawTranslation], names: list[Name]) -> Translation:
    """Return a segment's translation from those of its clauses, if it stands up to the guards."""
    if failures := [clause.failure for clause in clauses if clause.failure]:
        return _untranslated(segment, f"{FAILED}: {one_line(failures[0], _MAX_REASON_CHARS)}")
    cut = any(clause.cut for clause in clauses)
    flags: tuple[str, ...] = ()
    for words, confidence in _readings(clauses):
        english = keep_names(polish(words, segment.text, segment.kind), names)
        english = romanise_names(english, segment.language)
        found = check(
            segment.text,
            english,
            cut=cut,
            lost_names=bool(missing_names(english, names)),
            unsure=confidence < package.least_confidence,
        )
        if not found:
            return Translation(source=segment.text, english=english, package=package.label)
        flags = flags or tuple(map(str, found))
    return _untranslated(segment, *flags)


def _readings(clauses: list[RawTranslation]) -> Iterator[tuple[str, float]]:
    """Yield the segment as the best of each clause say it, then with one clause at a time in other words."""
    best = [(clause.text, clause.confidence) for clause in clauses]
    yield _joined(best)
    for place, clause in enumerate(clauses):
        for other in clause.others:
            yield _joined([*best[:place], other, *best[place + 1 :]])


def _joined(parts: list[tuple[str, float]]) -> tuple[str, float]:
    """A chain is as strong as its weakest link."""
    return " ".join(text for text, _ in parts), min(confidence for _, confidence in parts)


def _worth_a_second_try(made: Translation) -> bool:
    return made.english is None and not any(flag.startswith(FAILED) for flag in made.flags)
