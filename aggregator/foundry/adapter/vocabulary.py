"""
The base's tokenizer, cut down to what our texts need.

Of 262,144 pieces Kazakh, Russian and English use less than a third; the embeddings of the others
are two thirds of the model. Cutting must not change how a text is cut into pieces: the model knows
a text by the pieces that it was trained with.

The theory. Byte-pair merging begins with letters and joins, again and again, the two neighbours
whose joint piece has the best score, the leftmost of equals; nothing is taken apart again. So the
steps inside a piece of the result depend on the piece alone, and are those that the piece takes
when it is cut by itself. A tokenizer that keeps the pieces of a text and every piece that is made
on the way to them chooses the same join at each step: those dropped were never the best. A text
with a piece that was dropped comes out as smaller ones, or, letter by letter, as bytes: nothing
becomes unknown.

Pieces that the maker defined (tags of HTML, turns of a talk) are matched before any merging. None
is kept but the newlines that part a prompt, so no text can forge another.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from aggregator.foundry.vocabulary import parse_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "NEWLINES",
    "BasePieces",
    "count_pieces",
    "list_joins",
    "make_full",
    "prune_pieces",
]

NEWLINES: Final = ("\n", "\n\n")
# Types of pieces in SentencePiece's own format.
_NORMAL: Final = 1
_UNKNOWN: Final = 2
_DEFINED: Final = 4
_BYTE: Final = 6
_BPE: Final = 2  # its number for the kind of model
_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePieces:
    """
    The pieces of a base's tokenizer, each at the place of its row in the embeddings.

    Attributes:
        pieces: As SentencePiece writes them, but for blanks in pieces that its maker defined.
        scores: Of merging: the higher the earlier.
        types: SentencePiece's numbers for the types of pieces.
        unk: Places of the four that stand for no text, here and below.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    types: tuple[int, ...]
    unk: int
    bos: int
    eos: int
    pad: int


def make_full(base: BasePieces) -> bytes:
    """Return the base's whole tokenizer as a SentencePiece model, serialised; ids are its rows."""
    model: Any = getattr(sentencepiece_model_pb2, "ModelProto")()  # noqa: B009  (made at run time, so mypy knows nothing of it)
    trainer = model.trainer_spec
    trainer.model_type = _BPE
    trainer.byte_fallback = True
    trainer.unk_id = base.unk
    trainer.bos_id = base.bos
    trainer.eos_id = base.eos
    trainer.pad_id = base.pad
    trainer.unk_piece = base.pieces[base.unk]
    trainer.bos_piece = base.pieces[base.bos]
    trainer.eos_piece = base.pieces[base.eos]
    trainer.pad_piece = base.pieces[base.pad]
    trainer.vocab_size = len(base.pieces)
    normaliser = model.normalizer_spec
    normaliser.name = "identity"
    normaliser.add_dummy_prefix = False
    normaliser.remove_extra_whitespaces = False
    normaliser.escape_whitespaces = True
    rows = zip(base.pieces, base.scores, base.types, strict=True)
    for number, (piece, score, kind) in enumerate(rows):
        added = model.pieces.add()
        # GGUF has blanks where SentencePiece has its sign for them.
        added.piece = piece.replace(" ", "▁") if kind == _DEFINED else piece
        added.score = score
        added.type = _UNKNOWN if number == base.unk else kind
    return bytes(model.SerializeToString())


def count_pieces(full: bytes, texts: Sequence[str]) -> Counter[int]:
    """Return how often a tokenizer's pieces stand in texts, by their ids."""
    tokenizer = sentencepiece.SentencePieceProcessor(model_proto=full)
    counts: Counter[int] = Counter()
    for start in range(0, len(texts), _AT_ONCE):
        portion = tokenizer.encode(texts[start : start + _AT_ONCE])
        counts.update(chain.from_iterable(portion))
    return counts


def prune_pieces(
    full: bytes,
    counts: Mapping[int, int],
    *,
    least: int,
) -> tuple[bytes, NDArray[np.int32]]:
    """
    Cut a tokenizer down to the pieces that texts use.

    Args:
        full: As ``make_full`` returns it.
        counts: As ``count_pieces`` does, for the texts and the fixed parts of prompts.
        least: A piece used less often is dropped, unless another is made of it.

    Returns:
        The smaller tokenizer, serialised, and the old id of each of its pieces, ascending.
    """
    model = parse_model(full)
    used = [number for number, count in counts.items() if count >= least]
    wanted = _list_wanted(model, used)
    special = model.trainer_spec
    keep = {special.pad_id, special.eos_id, special.bos_id, special.unk_id}
    for number, one in enumerate(model.pieces):
        if one.type == _BYTE or one.piece in (wanted if one.type == _NORMAL else NEWLINES):
            keep.add(number)
    kept = sorted(keep)
    return _select(full, kept), np.array(kept, np.int32)


def _list_wanted(model: Any, used: Iterable[int]) -> set[str]:
    """Return the pieces that are made on the way to those used, these and their letters too."""
    scores = {one.piece: one.score for one in model.pieces if one.type == _NORMAL}
    wanted: set[str] = set()
    for number in used:
        piece = model.pieces[number].piece
        if piece in scores:
            # Its letters: what is left of a word that holds it and was dropped.
            wanted.update([piece], piece, list_joins(piece, scores))
    return wanted


def list_joins(piece: str, scores: Mapping[str, float]) -> list[str]:
    """
    Return what byte-pair merging makes on the way from letters to a piece, in its order.

    The piece itself is the last, if merging comes to it.

    Args:
        scores: Of all pieces that may be made, the highest made first.
    """
    symbols = list(piece)
    joins: list[str] = []
    while join := _find_best(symbols, scores):
        at, joined = join
        symbols[at : at + 2] = [joined]
        joins.append(joined)
    return joins


def _find_best(symbols: Sequence[str], scores: Mapping[str, float]) -> tuple[int, str] | None:
    """Return the place of the best two neighbours and what they make; the leftmost of equals."""
    best: tuple[int, str] | None = None
    highest = -np.inf
    for at, (left, right) in enumerate(pairwise(symbols)):
        score = scores.get(left + right)
        if score is not None and score > highest:
            highest = score
            best = at, left + right
    return best


def _select(full: bytes, keep: Sequence[int]) -> bytes:
    """Return a tokenizer with only some of its pieces, in their order."""
    model = parse_model(full)
    smaller = parse_model(full)
    del smaller.pieces[:]
    for number in keep:
        smaller.pieces.add().CopyFrom(model.pieces[number])
    special = model.trainer_spec
    places = {old: new for new, old in enumerate(keep)}
    smaller.trainer_spec.pad_id = places[special.pad_id]
    smaller.trainer_spec.eos_id = places[special.eos_id]
    smaller.trainer_spec.bos_id = places[special.bos_id]
    smaller.trainer_spec.unk_id = places[special.unk_id]
    smaller.trainer_spec.vocab_size = len(smaller.pieces)
    return bytes(smaller.SerializeToString())
