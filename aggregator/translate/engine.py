"""
``Translator`` over Argos packages: segments of all languages in, English or a reason out.

    segments -> package by language -> clauses -> model (each text once) -> joined, polished -> guards

One model stands in memory for each package folder, however many languages it reads. Constructing is cheap: the models
are loaded by ``load`` or by the first segment that needs them.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

from aggregator.errors import PackageError
from aggregator.models import Language, Translation
from aggregator.text.sentences import split_sentences
from aggregator.text.typography import one_line
from aggregator.translate.clauses import cut_clauses
from aggregator.translate.guards import check
from aggregator.translate.model import EngineOptions, PackageModel, RawTranslation
from aggregator.translate.polish import polish, prepare
from aggregator.translate.routes import plan_routes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from aggregator.models import Segment
    from aggregator.translate.packages import Package

    _Clause = tuple[Path, str]  # the package folder whose model reads it, and its text

__all__ = ["FAILED", "NO_PACKAGE", "ArgosTranslator"]

# Flags besides those of ``guards``; each goes on with a language or a reason.
NO_PACKAGE: Final = "no package for"
FAILED: Final = "translation failed"

log = logging.getLogger(__name__)

_LETTER = re.compile(r"[^\W\d_]")
_MAX_REASON_CHARS = 160


class ArgosTranslator:
    """The offline ``Translator``. Not for use by two threads at once."""

    def __init__(self, packages: Iterable[Package], options: EngineOptions | None = None) -> None:
        """
        Choose packages; nothing is loaded yet.

        Args:
            packages: As ``open_packages`` found them; the best for each language is used.
            options: How to translate.
        """
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

    def packages(self) -> dict[str, str]:
        """Return name and version of the package in use, by source language."""
        return {language: package.label for language, package in self._routes.items()}

    def translate(self, segments: Sequence[Segment]) -> list[Translation]:
        """
        Translate into English; see ``ports.Translator``.

        The same segment gives the same translation in any company (``translate.model`` says how). A package that
        cannot be loaded is logged, and its segments come back in the original with the reason.
        """
        wanted = {
            segment: package
            for segment in dict.fromkeys(segments)
            if (package := self._package_for(segment)) is not None
        }
        broken = self._load_for(wanted.values())
        clauses = {
            segment: self._clauses(package, segment)
            for segment, package in wanted.items()
            if package.folder not in broken
        }
        raw = self._run(clauses)
        made = {
            segment: _untranslated(segment, f"{FAILED}: {broken[package.folder]}")
            if package.folder in broken
            else _judged(segment, package, [raw[clause] for clause in clauses[segment]])
            for segment, package in wanted.items()
        }
        return [made.get(segment) or _passed_over(segment) for segment in segments]

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
        folder, most = package.folder, self._options.max_tokens
        model = self._models[folder]
        text = prepare(segment.text, segment.kind)
        sentences = split_sentences(text, segment.language)
        pieces = (cut_clauses(sentence, lambda piece: model.count_tokens(piece) <= most) for sentence in sentences)
        return [(folder, piece) for cut in pieces for piece in cut]

    def _run(self, clauses: Mapping[Segment, list[_Clause]]) -> dict[_Clause, RawTranslation]:
        """Translate all clauses, model by model."""
        raw: dict[_Clause, RawTranslation] = {}
        wanted = [clause for pieces in clauses.values() for clause in pieces]
        for folder, model in self._models.items():
            texts = [text for owner, text in wanted if owner == folder]
            if texts:
                raw |= {(folder, text): result for text, result in model.translate(texts).items()}
        return raw


def _passed_over(segment: Segment) -> Translation:
    """Return what becomes of a segment that no model sees."""
    if segment.language == Language.ENGLISH or not _LETTER.search(segment.text):
        return Translation(source=segment.text, english=segment.text)
    return _untranslated(segment, f"{NO_PACKAGE} {segment.language}")


def _untranslated(segment: Segment, *flags: str) -> Translation:
    return Translation(source=segment.text, english=None, flags=flags)


def _judged(segment: Segment, package: Package, clauses: list[RawTranslation]) -> Translation:
    """Return a segment's translation from those of its clauses, if it stands up to the guards."""
    if failures := [clause.failure for clause in clauses if clause.failure]:
        return _untranslated(segment, f"{FAILED}: {one_line(failures[0], _MAX_REASON_CHARS)}")
    english = polish(" ".join(clause.text for clause in clauses), segment.text, segment.kind)
    if flags := check(segment.text, english, cut=any(clause.cut for clause in clauses)):
        return _untranslated(segment, *map(str, flags))
    return Translation(source=segment.text, english=english, package=package.label)
