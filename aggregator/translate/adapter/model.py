"""
An adapter's model in memory: clauses in, raw English out.

The same promises as ``translate.model`` gives: a clause gives the same whatever stands beside it,
and one that fails does not fail the rest. Prompts of one length go into one batch, for two reasons:
nothing is padded, and CTranslate2 reads prompts of unequal length only as far together as the
shortest goes, then word by word.

How sure the model is of its English: the mean log-probability of its five least likely tokens. What
is wrong in a sentence is mostly a word or two, and the mean over all tokens drowns them: on 426
pairs labelled by reading, the five tell misleading English from the rest with an AUC of 0.80, the
mean with 0.75, the least alone with 0.77 (``./run bench guards``).
"""

from __future__ import annotations

import atexit
import logging
import math
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import PackageError
from aggregator.translate.adapter.ensure import ensure_built, mend_built
from aggregator.translate.adapter.prompts import END_PIECES, make_prompt
from aggregator.translate.batches import cut_batches
from aggregator.translate.model import Clause, Guess, RawTranslation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from aggregator.translate.adapter.facts import AdapterFacts
    from aggregator.translate.adapter.prompts import PieceTokenizer
    from aggregator.translate.model import EngineOptions, TranslationModel
    from aggregator.translate.packages.installed import Package

    _Prompt = list[str]

__all__ = ["AdapterModel"]

log = logging.getLogger(__name__)

# Beyond it a text is cut into clauses in any case; what is left is one word without end.
_MAX_PROMPT: Final = 1_024
# Of a second try: so many pieces in a row come once at most.
_NO_REPEAT: Final = 4
_LEAST_LIKELY: Final = 5
# Read at once by each thread. A score for each of 82 thousand pieces stands in memory for each
# token read, so this holds the peak of a process with one thread under 600 MB; another takes
# 250 more.
_MOST_TOKENS: Final = 640
# Of a second try, which looks at the scores of each twice.
_MOST_SEARCHED: Final = 320
_LEAST_BEAM: Final = 4


class AdapterModel:
    """See ``translate.model.TranslationModel``. Built and loaded on first use."""

    def __init__(
        self,
        package: Package,
        facts: AdapterFacts,
        options: EngineOptions,
        *,
        base: Path | None = None,
        drafters: Mapping[str, TranslationModel] | None = None,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        """
        Point at it.

        Args:
            base: A file of the owner's to build from, in place of the wheel's.
            drafters: Models whose English the prompt holds, by language.
            told: Called while the model is built.
        """
        self._package = package
        self._facts = facts
        self._options = options
        self._base = base
        self._drafters = dict(drafters or {})
        self._told = told or _tell_nobody
        self._prompts: dict[Clause, _Prompt] = {}

    def build(self) -> None:
        """See ``translate.model.TranslationModel``."""
        mend_built(
            self._package.folder,
            self._facts,
            self._base,
            self._told,
        )

    def load(self) -> None:
        """
        Build the model if need be and read it into memory; does nothing the second time.

        Raises:
            PackageError: It cannot be built, or CTranslate2 cannot read it.
        """
        for drafter in self._drafters.values():
            drafter.load()
        _ = self._generator
        self._tokenizer.encode("a", out_type=str)

    def count_tokens(self, text: str) -> int:
        """Return how many pieces a text has."""
        pieces = self._tokenizer.encode(text, out_type=str)
        return len(pieces)

    def translate(
        self,
        clauses: Sequence[Clause],
        *,
        again: bool = False,
    ) -> dict[Clause, RawTranslation]:
        """Translate clauses, each once; see ``translate.model.TranslationModel``."""
        distinct = dict.fromkeys(clauses)
        prompts = self._find_prompts(distinct, again)
        # A beam reads each prompt as often as it is wide.
        most_tokens = _MOST_SEARCHED // self._beam if again else _MOST_TOKENS
        batches = list(cut_batches(prompts, most_tokens))

        def run(batch: list[Clause]) -> list[RawTranslation]:
            asked = [prompts[clause] for clause in batch]
            return self._run(asked, again=again)

        _ = self._generator  # made before threads could make two
        with ThreadPoolExecutor(self._options.threads) as pool:
            made = list(pool.map(run, batches))
        answers: dict[Clause, RawTranslation] = {}
        for batch, outcomes in zip(batches, made, strict=True):
            answers.update(zip(batch, outcomes, strict=True))
        return answers

    @property
    def _beam(self) -> int:
        return max(_LEAST_BEAM, self._options.beam)

    @cached_property
    def _generator(self) -> Any:
        # A second and 60 MB to import: paid by the process that translates, after its fork.
        from ctranslate2 import Generator  # noqa: PLC0415  (see above)

        place = ensure_built(
            self._package.folder,
            self._facts,
            self._base,
            self._told,
        )
        try:
            generator = Generator(
                str(place),
                device="cpu",
                inter_threads=self._options.threads,
                intra_threads=1,
            )
        except (RuntimeError, ValueError) as error:
            detail = f"{place}: cannot be loaded: {error}"
            raise PackageError(self._package.label, detail) from error
        # A generator that was given a callback ends the interpreter with an abort unless it lets go
        # of its model before.
        atexit.register(generator.unload_model)
        return generator

    @cached_property
    def _tokenizer(self) -> PieceTokenizer:
        from sentencepiece import SentencePieceProcessor  # noqa: PLC0415  (as above)

        file = self._package.folder / "sentencepiece.model"
        try:
            tokenizer: PieceTokenizer = SentencePieceProcessor(model_file=str(file))
        except (RuntimeError, OSError) as error:
            detail = f"{file}: cannot be read: {error}"
            raise PackageError(self._package.label, detail) from error
        return tokenizer

    def _find_prompts(
        self,
        clauses: Mapping[Clause, None],
        again: bool,
    ) -> dict[Clause, _Prompt]:
        """Return what is asked; a second try asks what the first did, as drafts take time."""
        known = self._prompts if again else {}
        missing = [clause for clause in clauses if clause not in known]
        made = self._make_prompts(missing)
        self._prompts = {**known, **made}
        return {clause: self._prompts[clause] for clause in clauses}

    def _make_prompts(self, clauses: Sequence[Clause]) -> dict[Clause, _Prompt]:
        drafts = self._make_drafts(clauses)
        prompts = {}
        for clause in clauses:
            name = self._facts.find_language_name(clause.language)
            draft = drafts.get(clause, "")
            prompts[clause] = make_prompt(
                self._tokenizer,
                name,
                clause.text,
                draft,
            )
        return prompts

    def _make_drafts(self, clauses: Sequence[Clause]) -> dict[Clause, str]:
        """Return another model's English, where the adapter was found to do better with it."""
        drafts: dict[Clause, str] = {}
        for language, drafter in self._drafters.items():
            wanted = [clause for clause in clauses if clause.language == language]
            drafted = drafter.translate(wanted)
            for clause, raw in drafted.items():
                drafts[clause] = raw.text
        return drafts

    def _run(self, prompts: list[_Prompt], *, again: bool) -> list[RawTranslation]:
        """Translate a batch; when it fails, each alone, so that one cannot fail the rest."""
        length = len(prompts[0])
        if length > _MAX_PROMPT:
            failure = f"a prompt of {length:,} pieces, expected {_MAX_PROMPT:,} at most"
            return [RawTranslation(failure=failure) for _ in prompts]
        try:
            if again:
                return self._search(prompts)
            return self._follow(prompts)
        except (RuntimeError, ValueError) as error:
            if len(prompts) > 1:
                return [self._run([prompt], again=again)[0] for prompt in prompts]
            extra = {"package": self._package.label}
            log.warning("segment not translated", exc_info=True, extra=extra)
            reason = str(error) or type(error).__name__
            return [RawTranslation(failure=reason)]

    def _follow(self, prompts: list[_Prompt]) -> list[RawTranslation]:
        """Take the likeliest token at each step."""
        likely: dict[int, list[float]] = defaultdict(list)

        def note(step: Any) -> bool:
            likely[step.batch_id].append(step.log_prob)
            return False

        results = self._generate(
            prompts,
            beam_size=1,
            return_scores=True,
            callback=note,
        )
        limit = _find_limit(prompts[0])
        made = []
        for number, result in enumerate(results):
            pieces = result.sequences[0]
            text = self._join_text(pieces)
            confidence = partial(_judge_tokens, likely[number])
            guess = Guess(text, confidence)
            cut = len(pieces) >= limit
            made.append(RawTranslation((guess,), cut=cut))
        return made

    def _search(self, prompts: list[_Prompt]) -> list[RawTranslation]:
        """Return all that a beam holds, the best first."""
        results = self._generate(
            prompts,
            beam_size=self._beam,
            num_hypotheses=self._beam,
            no_repeat_ngram_size=_NO_REPEAT,
        )
        limit = _find_limit(prompts[0])
        made = []
        for prompt, result in zip(prompts, results, strict=True):
            held = result.sequences
            guesses = [self._make_guess(prompt, pieces) for pieces in held]
            cut = len(held[0]) >= limit
            made.append(RawTranslation(tuple(guesses), cut=cut))
        return made

    def _generate(self, prompts: list[_Prompt], **how: Any) -> list[Any]:
        results: list[Any] = self._generator.generate_batch(
            prompts,
            max_batch_size=0,
            max_length=_find_limit(prompts[0]),
            # On, it would count the prompt into the length and the score.
            include_prompt_in_result=False,
            end_token=list(END_PIECES),
            **how,
        )
        return results

    def _make_guess(self, prompt: _Prompt, pieces: list[str]) -> Guess:
        text = self._join_text(pieces)
        confidence = partial(self._weigh, prompt, pieces)
        return Guess(text, confidence)

    def _weigh(self, prompt: _Prompt, pieces: list[str]) -> float:
        """Return how sure the model is of a guess. One a call: lengths differ."""
        whole = [*prompt, *pieces, END_PIECES[0]]
        try:
            [result] = self._generator.score_batch([whole])
        except (RuntimeError, ValueError):
            extra = {"package": self._package.label}
            log.warning("guess not weighed", exc_info=True, extra=extra)
            return -math.inf
        # The first token is given, so the scores begin with the second.
        first = len(prompt) - 1
        return _judge_tokens(result.log_probs[first:])

    def _join_text(self, pieces: list[str]) -> str:
        words = self._tokenizer.decode(pieces).split()
        return " ".join(words)


def _judge_tokens(likely: Sequence[float]) -> float:
    least = sorted(likely)[:_LEAST_LIKELY]
    if not least:
        return 0.0
    return sum(least) / len(least)


def _find_limit(prompt: Sequence[str]) -> int:
    """Return how many English pieces a prompt may have: Kazakh takes more than English does."""
    return len(prompt) + 16


def _tell_nobody(done: int, total: int) -> None:
    progress = {"done": done, "total": total}
    log.debug("building the model", extra=progress)
