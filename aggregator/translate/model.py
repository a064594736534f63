"""
One package's model in memory: texts in, raw English out.

A text gives the same whatever stands beside it.

Order and company must not matter, since a digest has to come out equal to the byte when workers die
and batches are made anew. They do matter in a padded batch: of 240 Kazakh and Russian segments in
random batches of 24, 8 came out different from one-by-one translation, the padding having moved the
order of floating-point sums. In batches whose texts all have the same number of tokens there is no
padding, and of 3 x 300 segments in random batches none differed, with one thread or two. That costs
nothing: 43 segments a second against 38 in padded batches.

From argostranslate come the tokenizers and the decoding options (beam 4, length penalty 0.2,
unknown tokens replaced from the source). Its ``translate`` module is not used: one text a call,
batches of 32 tokens.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from aggregator.errors import PackageError
from aggregator.translate.batches import cut_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aggregator.translate.packages.installed import Package

__all__ = ["Clause", "EngineOptions", "Guess", "PackageModel", "RawTranslation", "TranslationModel"]

log = logging.getLogger(__name__)

# Of a second try: so many tokens in a row come once at most. English repeats three now and then in
# one sentence.
_NO_REPEAT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """
    How to translate.

    Attributes:
        beam: Hypotheses kept at each step, 1 to 16. 4 is argostranslate's own choice.
        threads: Batches translated at the same time by each model, 1 or more.
        length_penalty: Above 0 favours longer English; 0.2 is argostranslate's own choice.
        batch_tokens: Source tokens in one batch, at most; only memory and speed depend on it.
        max_tokens: A longer segment is cut into clauses.
        max_word_tokens: A segment with a longer single word is no language; the positions of most
            models end at 512.
        max_chars: A longer segment is not translated at all: no sentence of any press is so long.
    """

    beam: int = 4
    threads: int = 1
    length_penalty: float = 0.2
    batch_tokens: int = 1024
    max_tokens: int = 100
    max_word_tokens: int = 200
    max_chars: int = 10_000


class Guess:
    """
    English of a model's, not yet judged.

    Attributes:
        text: Of one clause, or of several that were joined.
    """

    def __init__(self, text: str, weigh: Callable[[], float]) -> None:
        self.text = text
        self._weigh = weigh

    @cached_property
    def confidence(self) -> float:
        """
        How sure the model is of it: mean log-probability of a token, 0 at most.

        Found when it is first asked for: of a second try that may take half as long as the English.
        """
        return self._weigh()


@dataclass(frozen=True, slots=True)
class RawTranslation:
    """
    What a model made of one text.

    Attributes:
        guesses: The best first; one alone but for a second try, and none if it failed.
        cut: Decoding ran into its limit, so the end is missing.
        failure: Why there is none; empty if there is one.
    """

    guesses: tuple[Guess, ...] = ()
    cut: bool = False
    failure: str = ""

    @property
    def text(self) -> str:
        """The best guess's English; empty if it failed."""
        return self.guesses[0].text if self.guesses else ""


class Clause(NamedTuple):
    """
    What a model translates at once: a sentence, or a part of one that is too long.

    Attributes:
        language: Tag of the language to read it as.
    """

    text: str
    language: str


class TranslationModel(Protocol):
    """What the engine asks of a package's model, of whatever kind. Not for two threads at once."""

    def build(self) -> None:
        """
        Make on disk what is loaded, if it does not come with the package and is not there, whole.

        Raises:
            PackageError: It cannot be made.
        """

    def load(self) -> None:
        """
        Read the model into memory; does nothing the second time.

        Raises:
            PackageError: It cannot be read.
        """

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""

    def translate(
        self,
        clauses: Sequence[Clause],
        *,
        again: bool = False,
    ) -> dict[Clause, RawTranslation]:
        """
        Translate clauses, each once.

        Args:
            clauses: In any order.
            again: A second try, at clauses whose first did not pass: four tokens in a row may come
                but once, and all that the beam holds is returned, not the best alone.

        Returns:
            By clause. One that the engine cannot translate has a ``failure`` instead of English.
        """


class _Tokenizer(Protocol):
    """The part of ``argostranslate.tokenizer.Tokenizer`` that we use."""

    def encode(self, sentence: str) -> list[str]: ...

    def decode(self, tokens: list[str]) -> str: ...


class PackageModel:
    """A package's model and tokenizer, loaded on first use. Not for use by two threads at once."""

    def __init__(
        self,
        package: Package,
        options: EngineOptions,
    ) -> None:
        self._package = package
        self._options = options
        self._loaded: tuple[Any, _Tokenizer] | None = None

    def build(self) -> None:
        """See ``TranslationModel``: the package holds the model as it is loaded."""

    def load(self) -> None:
        """
        Read the model into memory; does nothing the second time.

        Raises:
            PackageError: CTranslate2 or the tokenizer cannot read what the package holds.
        """
        self._get_parts()

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""
        return len(self._tokenize(self._get_parts()[1], text))

    def translate(
        self,
        clauses: Sequence[Clause],
        *,
        again: bool = False,
    ) -> dict[Clause, RawTranslation]:
        """Translate clauses, each once; see ``TranslationModel``. The language does not matter."""
        model, tokenizer = self._get_parts()
        tokens = {
            clause: self._tokenize(tokenizer, clause.text) for clause in dict.fromkeys(clauses)
        }
        running = []
        for batch in cut_batches(tokens, self._options.batch_tokens):
            pieces = [tokens[clause] for clause in batch]
            running.append((batch, pieces, self._start(model, pieces, again)))
        answers: dict[Clause, RawTranslation] = {}
        for batch, pieces, results in running:
            finished = self._make_raw(
                model,
                tokenizer,
                results,
                pieces,
                again,
            )
            answers.update(zip(batch, finished, strict=True))
        return answers

    def _tokenize(
        self,
        tokenizer: _Tokenizer,
        text: str,
    ) -> list[str]:
        prefix = self._package.source_prefix
        pieces = tokenizer.encode(text)
        return [prefix, *pieces] if prefix else pieces

    def _get_parts(self) -> tuple[Any, _Tokenizer]:
        if self._loaded is None:
            self._loaded = _load(self._package, self._options)
        return self._loaded

    def _find_limit(self, tokens: list[str]) -> int:
        """
        Return how many English tokens a text may have.

        News runs to 1.3 times its source; a loop runs on.
        """
        return 2 * len(tokens) + 16

    def _start(
        self,
        model: Any,
        batch: list[list[str]],
        again: bool,
    ) -> list[Any]:
        prefix = self._package.target_prefix
        handles: list[Any] = model.translate_batch(
            batch,
            target_prefix=[[prefix]] * len(batch) if prefix else None,
            max_batch_size=0,
            max_input_length=0,  # the default drops what is past 1,024 tokens, without a word
            beam_size=self._options.beam,
            length_penalty=self._options.length_penalty,
            return_scores=True,
            num_hypotheses=self._options.beam if again else 1,
            no_repeat_ngram_size=_NO_REPEAT if again else 0,
            replace_unknowns=True,
            max_decoding_length=self._find_limit(batch[0]),
            asynchronous=True,
        )
        return handles

    def _make_raw(
        self,
        model: Any,
        tokenizer: _Tokenizer,
        results: list[Any],
        batch: list[list[str]],
        again: bool,
    ) -> Iterator[RawTranslation]:
        """
        Yield a batch's outcomes.

        When it fails, each text is tried alone, so that one cannot fail the rest.
        """
        for result, tokens in zip(results, batch, strict=True):
            try:
                yield self._read(result.result(), tokenizer, tokens)
            except (RuntimeError, ValueError) as error:
                if len(batch) == 1:
                    extra = {"package": self._package.label}
                    log.warning(
                        "segment not translated",
                        exc_info=True,
                        extra=extra,
                    )
                    yield RawTranslation(failure=str(error) or type(error).__name__)
                else:
                    alone = self._start(model, [tokens], again)
                    yield from self._make_raw(
                        model,
                        tokenizer,
                        alone,
                        [tokens],
                        again,
                    )

    def _read(
        self,
        result: Any,
        tokenizer: _Tokenizer,
        tokens: list[str],
    ) -> RawTranslation:
        guesses = []
        for score, pieces in zip(result.scores, result.hypotheses, strict=True):
            text = self._join_text(tokenizer, pieces)
            guesses.append(Guess(text, partial(self._find_confidence, score, pieces)))
        cut = len(result.hypotheses[0]) >= self._find_limit(tokens)
        return RawTranslation(tuple(guesses), cut)

    def _find_confidence(
        self,
        score: float,
        pieces: list[str],
    ) -> float:
        """
        Return the mean.

        CTranslate2 has divided the sum by the length to the power of its penalty.
        """
        length = len(pieces) + 1  # one is the end's
        return float(score * length ** (self._options.length_penalty - 1))

    def _join_text(
        self,
        tokenizer: _Tokenizer,
        pieces: list[str],
    ) -> str:
        text = tokenizer.decode(pieces)
        text = text.removeprefix(self._package.target_prefix)
        return " ".join(text.split())


def _load(package: Package, options: EngineOptions) -> tuple[Any, _Tokenizer]:
    # Both libraries cost a second and 60 MB to import: paid by the process that translates, after
    # its fork.
    from argostranslate.tokenizer import BPETokenizer, SentencePieceTokenizer  # noqa: PLC0415  (see above)
    from ctranslate2 import Translator  # noqa: PLC0415  (see above)

    pieces = package.folder / "sentencepiece.model"
    try:
        model = Translator(
            str(package.folder / "model"),
            device="cpu",
            inter_threads=options.threads,
            intra_threads=1,
        )
        tokenizer: _Tokenizer = (
            SentencePieceTokenizer(pieces)
            if pieces.is_file()
            else BPETokenizer(package.folder / "bpe.model", package.source, package.target)
        )
        tokenizer.encode("a")  # the tokenizers load on first use
    except (RuntimeError, ValueError, OSError) as error:
        raise PackageError(package.label, f"{package.folder}: cannot be loaded: {error}") from error
    return model, tokenizer
