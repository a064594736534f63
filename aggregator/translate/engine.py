"""
``Translator`` over Argos packages: segments of all languages in, English or a reason out.

    segments -> package by language -> clauses -> model (each text once)
             -> joined, polished, names mended -> guards
             -> those that a guard stopped: once more, with other settings, every guess of the beam
                judged

One model stands in memory for each package folder, however many languages it reads. Constructing is
cheap: the models are loaded by ``load`` or by the first segment that needs them.
"""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from aggregator.errors import PackageError
from aggregator.languages import ENGLISH, LANGUAGES
from aggregator.models import Translation
from aggregator.models.flag import Flag, Reason
from aggregator.names.glossary import Glossary
from aggregator.names.mend import (
    find_doubled_names,
    find_missing_names,
    keep_names,
    romanise_names,
)
from aggregator.names.put import put_names
from aggregator.text.latin import to_cyrillic
from aggregator.text.sentences import split_sentences
from aggregator.text.typography import fit_line
from aggregator.translate.certain.line import list_certain
from aggregator.translate.clauses import cut_clauses
from aggregator.translate.guards import check, check_things
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause, EngineOptions, Guess
from aggregator.translate.polish import polish, prepare
from aggregator.translate.routes import plan_drafts, plan_routes

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from pathlib import Path

    from aggregator.models import Segment
    from aggregator.names.glossary import Name
    from aggregator.translate.model import RawTranslation, TranslationModel
    from aggregator.translate.packages.installed import Package

    _Owned = tuple[Path, Clause]  # the package folder whose model reads it

__all__ = ["ENGINE_VERSION", "ArgosTranslator"]

# Raised by whoever changes what comes out for the same package and settings: splitting, polishing,
# guards.
ENGINE_VERSION: Final = 7

log = logging.getLogger(__name__)

_LETTER = re.compile(r"[^\W\d_]")
_MAX_DETAIL_CHARS = 160


class ArgosTranslator:
    """The offline ``Translator``. Not for use by two threads at once."""

    def __init__(
        self,
        packages: Iterable[Package],
        options: EngineOptions | None = None,
        glossary: Glossary | None = None,
        *,
        base: Path | None = None,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        """
        Choose packages; nothing is loaded yet.

        Args:
            packages: As ``open_packages`` found them; the best for each language is used.
            options: How to translate.
            glossary: Names that must come out as it has them; none if not given.
            base: The owner's file of the language model that adapters change; the pinned wheel's
                if not given.
            told: Called while an adapter's model is built, with the layers done and how many there
                are.
        """
        self._glossary = glossary or Glossary(())
        self._options = options or EngineOptions()
        self._base = base
        self._told = told
        packages = list(packages)
        self._routes = plan_routes(packages)
        self._drafts = plan_drafts(packages, self._routes)
        self._models: dict[Path, TranslationModel] = {}
        for package in self._routes.values():
            if package.folder not in self._models:
                self._models[package.folder] = self._make_model(package)

    def _make_model(self, package: Package) -> TranslationModel:
        # A package that drafts several languages stands in memory once.
        models: dict[Path, TranslationModel] = {}
        drafters = {}
        for language, drafted in self._drafts.items():
            if self._routes[language].folder != package.folder:
                continue
            if drafted.folder not in models:
                models[drafted.folder] = make_model(drafted, self._options)
            drafters[language] = models[drafted.folder]
        return make_model(
            package,
            self._options,
            base=self._base,
            drafters=drafters,
            told=self._told,
        )

    def build(self) -> None:
        """
        Make on disk what adapters are loaded from, where it is not there or broken.

        Half a minute each.

        Raises:
            PackageError: One cannot be built.
        """
        for model in self._models.values():
            model.build()

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
        """
        Return text that changes whenever the English of a language may.

        The same in every process.
        """
        read_as = self._read_as(language)
        package = self._routes.get(read_as)
        made_by = ""
        if package is not None:
            file = package.sha256 or f"{package.label} {package.folder}"
            made_by = f"{file} {package.least_confidence} {package.sure_confidence}"
        draft = self._drafts.get(read_as)
        if draft is not None:
            draft_file = draft.sha256 or draft.folder
            made_by = f"{made_by} {draft_file}"
        glossary = self._glossary.fingerprint
        return f"{ENGINE_VERSION} {language} {made_by} {self._options} {glossary}"

    def translate(self, segments: Sequence[Segment]) -> list[Translation]:
        """
        Translate into English; see ``ports.Translator``.

        The same segment gives the same translation in any company (``translate.model`` says how). A
        package that cannot be loaded is logged, and its segments come back in the original with the
        reason.
        """
        readable = [self._make_readable(segment) for segment in segments]
        made = self._translate_each(dict.fromkeys(readable))
        answers = []
        for segment, read in zip(segments, readable, strict=True):
            answer = made.get(read) or _pass_over(read)
            certain = ""
            if answer.english is None:
                certain = list_certain(segment.text, segment.language, self._glossary)
            answers.append(replace(answer, source=segment.text, certain=certain))
        return answers

    def _read_as(self, language: str) -> str:
        """Return the language to ask a package for: none has read Kazakh in Latin letters."""
        row = LANGUAGES.get(language)
        if row is None or row.read_as is None:
            return language
        if language in self._routes or row.read_as not in self._routes:
            return language
        return row.read_as.value

    def _make_readable(self, segment: Segment) -> Segment:
        language = self._read_as(segment.language)
        if language == segment.language:
            return segment
        return replace(
            segment,
            text=to_cyrillic(segment.text),
            language=language,
        )

    def _translate_each(self, segments: Iterable[Segment]) -> dict[Segment, Translation]:
        """Translate the segments that a package reads; the others are left out."""
        packages = self._choose_packages(segments)
        broken = self._load_for(packages.values())
        made: dict[Segment, Translation] = {}
        clauses: dict[Segment, list[_Owned]] = {}
        for segment, package in packages.items():
            if package.folder in broken:
                failed = Flag(Reason.FAILED, detail=broken[package.folder])
                made[segment] = _withhold(segment, failed)
                continue
            pieces = self._cut_clauses(package, segment)
            if self._is_hopeless(pieces):
                made[segment] = _withhold(segment, Flag(Reason.NO_SENTENCE))
            else:
                clauses[segment] = pieces
        raw = self._run_models(clauses)
        made |= self._judge_all(clauses, packages, raw)
        stopped: dict[Segment, list[_Owned]] = {}
        for segment, pieces in clauses.items():
            package = packages[segment]
            if _is_worth_a_second_try(made[segment], package):
                stopped[segment] = pieces
        others = self._run_models(stopped, again=True)
        again = self._judge_all(stopped, packages, others, again=True)
        # What the first try said of itself is what readers see when the second fails too.
        for segment, translation in again.items():
            if translation.english is not None:
                made[segment] = translation
        return made

    def _choose_packages(self, segments: Iterable[Segment]) -> dict[Segment, Package]:
        """Return the package for each segment that has something to translate and one to do it."""
        chosen: dict[Segment, Package] = {}
        for segment in segments:
            package = self._routes.get(segment.language)
            if package is not None and not _needs_no_translation(segment):
                chosen[segment] = package
        return chosen

    def _load_for(self, packages: Iterable[Package]) -> dict[Path, str]:
        """Load what is needed; returns why not, by folder."""
        broken: dict[Path, str] = {}
        folders = {package.folder for package in packages}
        for folder in folders:
            try:
                self._models[folder].load()
            except PackageError as error:
                log.exception("package not loaded", extra={"folder": str(folder)})
                broken[folder] = fit_line(str(error), _MAX_DETAIL_CHARS)
        return broken

    def _cut_clauses(
        self,
        package: Package,
        segment: Segment,
    ) -> list[_Owned]:
        """Return the pieces that the model reads; none of a segment that is far too long."""
        if len(segment.text) > self._options.max_chars:
            return []
        model = self._models[package.folder]

        def fits(piece: str) -> bool:
            return model.count_tokens(piece) <= self._options.max_tokens

        clauses: list[_Owned] = []
        text = prepare(segment.text, segment.kind)
        for sentence in split_sentences(text, segment.language):
            named = self._put_names(package, sentence, segment.language)
            for piece in cut_clauses(named, fits):
                clause = Clause(piece, segment.language)
                clauses.append((package.folder, clause))
        return clauses

    def _put_names(self, package: Package, sentence: str, language: str) -> str:
        """Return a sentence with its names in English, for a model that copies them."""
        if package.adapter is None:
            return sentence
        places = self._glossary.find(sentence, language)
        return put_names(sentence, places, language)

    def _is_hopeless(self, pieces: Sequence[_Owned]) -> bool:
        """Say whether a segment is too long, or a word of it that cannot be cut is."""
        if not pieces:
            return True
        for folder, clause in pieces:
            if " " in clause.text:
                continue
            tokens = self._models[folder].count_tokens(clause.text)
            if tokens > self._options.max_word_tokens:
                return True
        return False

    def _judge_all(
        self,
        clauses: Mapping[Segment, list[_Owned]],
        packages: Mapping[Segment, Package],
        raw: Mapping[_Owned, RawTranslation],
        *,
        again: bool = False,
    ) -> dict[Segment, Translation]:
        def judge(segment: Segment) -> Translation:
            answers = [raw[clause] for clause in clauses[segment]]
            names = self._find_names(segment)
            return _judge_one(
                segment,
                packages[segment],
                answers,
                names,
                again=again,
            )

        # Side by side, as the model may be asked how sure it is.
        with ThreadPoolExecutor(self._options.threads) as pool:
            judged = pool.map(judge, clauses)
            return dict(zip(clauses, judged, strict=True))

    def _find_names(self, segment: Segment) -> list[Name]:
        places = self._glossary.find(segment.text, segment.language)
        return [place.name for place in places]

    def _run_models(
        self,
        clauses: Mapping[Segment, list[_Owned]],
        *,
        again: bool = False,
    ) -> dict[_Owned, RawTranslation]:
        """Translate all clauses, model by model."""
        raw: dict[_Owned, RawTranslation] = {}
        wanted = list(chain.from_iterable(clauses.values()))
        for folder, model in self._models.items():
            own = [clause for owner, clause in wanted if owner == folder]
            if not own:
                continue
            answers = model.translate(own, again=again)
            for clause, answer in answers.items():
                raw[folder, clause] = answer
        return raw


def _pass_over(segment: Segment) -> Translation:
    """Return what becomes of a segment that no model sees."""
    if _needs_no_translation(segment):
        return Translation(source=segment.text, english=segment.text)
    no_package = Flag(Reason.NO_PACKAGE, language=str(segment.language))
    return _withhold(segment, no_package)


def _needs_no_translation(segment: Segment) -> bool:
    return segment.language == ENGLISH or not _LETTER.search(segment.text)


def _withhold(segment: Segment, *flags: Flag) -> Translation:
    return Translation(
        source=segment.text,
        english=None,
        flags=flags,
    )


def _judge_one(
    segment: Segment,
    package: Package,
    clauses: list[RawTranslation],
    names: list[Name],
    *,
    again: bool,
) -> Translation:
    """
    Return a segment's translation from those of its clauses, if it stands up to the guards.

    Args:
        again: It is a second try, whose flags nobody reads.
    """
    failures = (clause.failure for clause in clauses if clause.failure)
    failure = next(failures, "")
    if failure:
        detail = fit_line(failure, _MAX_DETAIL_CHARS)
        return _withhold(segment, Flag(Reason.FAILED, detail=detail))
    cut = any(clause.cut for clause in clauses)
    first_flags: tuple[Flag, ...] = ()
    for guess in _list_readings(clauses):
        english = polish(guess.text, segment.text, segment.kind)
        english = keep_names(english, names)
        english = romanise_names(english, segment.language)
        # How sure the model is of other words takes time to find, and mends nothing that is wrong.
        if again and _judge_words(segment, english, names, cut=cut):
            continue
        doubts = _list_doubts(guess.confidence, package)
        reasons = _judge_words(
            segment,
            english,
            names,
            cut=cut,
            unsure=guess.confidence < package.least_confidence,
            doubtful=bool(doubts),
        )
        if not reasons:
            return Translation(
                source=segment.text,
                english=english,
                package=package.label,
                flags=doubts,
            )
        if not first_flags:
            first_flags = tuple(map(Flag, dict.fromkeys(reasons)))
    return _withhold(segment, *first_flags)


def _judge_words(
    segment: Segment,
    english: str,
    names: list[Name],
    *,
    cut: bool,
    unsure: bool = False,
    doubtful: bool = False,
) -> tuple[Reason, ...]:
    """Return what is wrong; a model that is not sure only adds to it."""
    lost_names = find_missing_names(english, names)
    doubled_names = find_doubled_names(english, names)
    reasons = check(
        segment.text,
        english,
        cut=cut,
        lost_names=bool(lost_names),
        doubled_names=bool(doubled_names),
        unsure=unsure,
    )
    return reasons + check_things(
        segment.text,
        english,
        segment.language,
        doubtful=doubtful,
    )


def _list_doubts(confidence: float, package: Package) -> tuple[Flag, ...]:
    if confidence < package.sure_confidence:
        return (Flag(Reason.DOUBTFUL),)
    return ()


def _list_readings(clauses: list[RawTranslation]) -> Iterator[Guess]:
    """Yield the best of each clause, then one clause at a time in other words."""
    best = [clause.guesses[0] for clause in clauses]
    yield _join_guesses(best)
    for place, clause in enumerate(clauses):
        before = best[:place]
        after = best[place + 1 :]
        for other in clause.guesses[1:]:
            yield _join_guesses([*before, other, *after])


def _join_guesses(parts: list[Guess]) -> Guess:
    """Return the words of all parts, as sure as the least sure of them."""
    text = " ".join(part.text for part in parts)
    return Guess(text, lambda: min(part.confidence for part in parts))


def _is_worth_a_second_try(made: Translation, package: Package) -> bool:
    """
    Say whether other words may pass.

    An adapter's model that is unsure of its likeliest words is no surer of others.
    """
    reasons = {flag.reason for flag in made.flags}
    if made.english is not None or Reason.FAILED in reasons:
        return False
    return package.adapter is None or Reason.UNSURE not in reasons
