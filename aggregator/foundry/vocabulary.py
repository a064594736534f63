"""
The two vocabularies of a package.

The source's is XLM-R's own pieces and scores, since the encoder knows no others, less those that
none of our texts use: of 250,002 pieces a tenth remains, and with them the package shrinks by three
quarters. The English one is new and small: the decoder has one output for each of its pieces, and
its last layer is a third of its work.
"""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from aggregator.embedding.packed import BOS, EOS, PAD, UNK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.foundry.e5 import E5

__all__ = [
    "TARGET_BOS",
    "TARGET_EOS",
    "TARGET_PAD",
    "TARGET_UNK",
    "make_full_source",
    "parse_model",
    "prune",
    "train_target",
]

TARGET_UNK: Final = 0
TARGET_BOS: Final = 1
TARGET_EOS: Final = 2
TARGET_PAD: Final = 3
_NORMALISATION: Final = "nmt_nfkc"  # what XLM-R's own tokenizer does
_NORMAL = 1
_CONTROL = 3
_UNKNOWN = 2  # types of pieces in SentencePiece's own format
_ALWAYS = "▁«»“”„—–…№₸"  # punctuation of our press that the texts at hand may lack
_SPECIAL = 4


def train_target(texts: Iterable[str], pieces: int) -> bytes:
    """
    Train an English unigram model; returns it serialised.

    Ids are ``TARGET_UNK`` and its kin, then the pieces.
    """
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=out,
        vocab_size=pieces,
        hard_vocab_limit=False,  # a small corpus may not have as many
        model_type="unigram",
        character_coverage=0.9999,
        unk_id=TARGET_UNK,
        bos_id=TARGET_BOS,
        eos_id=TARGET_EOS,
        pad_id=TARGET_PAD,
        normalization_rule_name=_NORMALISATION,
        minloglevel=2,
    )
    return out.getvalue()


def make_full_source(e5: E5, donor: bytes) -> bytes:
    """
    Return XLM-R's tokenizer, serialised. Its ids are those of the encoder's embeddings.

    Args:
        e5: Has the pieces.
        donor: Any trained model: the rules of normalisation are compiled into it, and cannot be had
            alone.
    """
    model = parse_model(donor)
    model.trainer_spec.unk_id = UNK
    model.trainer_spec.bos_id = BOS
    model.trainer_spec.eos_id = EOS
    model.trainer_spec.pad_id = PAD
    del model.pieces[:]
    pairs = zip(e5.pieces, e5.scores, strict=True)
    for number, (piece, score) in enumerate(pairs):
        added = model.pieces.add()
        added.piece = piece
        added.score = float(score)
        added.type = _choose_type(number)
    model.trainer_spec.vocab_size = len(model.pieces)
    return bytes(model.SerializeToString())


def _choose_type(number: int) -> int:
    """Return SentencePiece's number for the type of a piece of XLM-R's."""
    if number == UNK:
        return _UNKNOWN
    return _CONTROL if number < _SPECIAL else _NORMAL


def prune(
    full: bytes,
    texts: Iterable[str],
    *,
    least: int = 2,
) -> tuple[bytes, list[int]]:
    """
    Drop the pieces that texts do not use.

    Args:
        full: As ``make_full_source`` returns it.
        texts: Of the languages to read.
        least: A piece used less often is dropped, unless it is one letter of ours: nothing may
            become unknown.

    Returns:
        The smaller tokenizer, and the old id of each of its pieces.
    """
    tokenizer = sentencepiece.SentencePieceProcessor(model_proto=full)
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(tokenizer.encode(text))
    model = parse_model(full)
    keep = []
    for number, piece in enumerate(model.pieces):
        is_used = counts[number] >= least
        if number < _SPECIAL or is_used or _is_letter(piece.piece):
            keep.append(number)
    smaller = parse_model(full)
    del smaller.pieces[:]
    for number in keep:
        smaller.pieces.add().CopyFrom(model.pieces[number])
    smaller.trainer_spec.vocab_size = len(keep)
    return bytes(smaller.SerializeToString()), keep


def _is_letter(piece: str) -> bool:
    bare = piece.replace("▁", "")
    if len(bare) > 1:
        return False
    is_cyrillic = "\u0400" <= bare <= "\u04ff"
    return bare.isascii() or is_cyrillic or bare in _ALWAYS


def parse_model(data: bytes) -> Any:
    """Return a SentencePiece model, serialised, as the message that it is."""
    model: Any = getattr(sentencepiece_model_pb2, "ModelProto")()  # noqa: B009  (made at run time, so mypy knows nothing of it)
    model.ParseFromString(data)
    return model
