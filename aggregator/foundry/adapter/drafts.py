"""
Drafts: what a translation package makes of a source, to be shown in the prompt.

For training they are sampled, since the package has often seen the very sentence and would draft it
too well. For text that it never saw they are its likeliest, as in use.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ctranslate2
import sentencepiece

from aggregator.errors import FoundryError, PackageError
from aggregator.translate.packages.installed import describe_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aggregator.foundry.adapter.recipe import DraftOptions

__all__ = ["DraftWriter"]

_BATCH_TOKENS: Final = 2_048
_MAX_PIECES: Final = 120
_AT_ONCE: Final = 2_000


class DraftWriter:
    """
    A package that drafts.

    Args:
        file: Of the package.
        options: Of sampling.
        threads: To translate with.
        seed: Of sampling; the same texts, asked for in the same order, get the same drafts.

    Raises:
        FoundryError: The package is broken or missing.
    """

    def __init__(
        self,
        file: Path,
        options: DraftOptions,
        *,
        threads: int,
        seed: int,
    ) -> None:
        self._options = options
        self._seed = seed
        with tempfile.TemporaryDirectory() as name:
            try:
                package = describe_file(file, Path(name))[0]
                self._tokenizer = sentencepiece.SentencePieceProcessor(
                    model_file=str(package.folder / "sentencepiece.model")
                )
                self._translator: Any = ctranslate2.Translator(
                    str(package.folder / "model"), intra_threads=threads
                )
            except (PackageError, OSError, RuntimeError) as error:
                raise FoundryError(str(file), f"cannot draft: {error}") from error

    def sample(
        self,
        sources: Sequence[str],
        *,
        say: Callable[[str], None],
    ) -> list[str]:
        """
        Return a sampled draft for each source.

        Args:
            sources: Any.
            say: Called with a line of progress at a time.
        """
        ctranslate2.set_random_seed(self._seed)
        drafts: list[str] = []
        for start in range(0, len(sources), _AT_ONCE):
            drafts += self._translate(
                sources[start : start + _AT_ONCE],
                sampling_topk=self._options.choices,
                sampling_temperature=self._options.temperature,
            )
            say(f"{len(drafts):>8,} of {len(sources):,} drafts")
        return drafts

    def write(self, sources: Sequence[str]) -> list[str]:
        """Return the likeliest draft for each source."""
        return self._translate(sources)

    def _translate(self, sources: Sequence[str], **options: float) -> list[str]:
        results = self._translator.translate_batch(
            self._tokenizer.encode(list(sources), out_type=str),
            beam_size=1,
            max_input_length=0,  # the default drops what is past 1,024 tokens, without a word
            max_batch_size=_BATCH_TOKENS,
            batch_type="tokens",
            max_decoding_length=_MAX_PIECES,
            **options,
        )
        return [_join_pieces(result.hypotheses[0]) for result in results]


def _join_pieces(pieces: Sequence[str]) -> str:
    text = "".join(pieces).replace("▁", " ")
    return " ".join(text.split())
