"""A tiny base: all that a GGUF of Gemma 3 has but knowledge, made in a moment. Needs gguf."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import numpy as np
import sentencepiece

from aggregator.foundry.adapter.vocabulary import BasePieces
from aggregator.foundry.vocabulary import parse_model

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["read_tiny_pieces", "train_tiny_tokenizer", "write_tiny_base"]

BLOCKS, WIDTH, INNER, HEADS, HEAD_WIDTH, WINDOW = 2, 64, 96, 2, 32, 512


def train_tiny_tokenizer(lines: Iterable[str]) -> bytes:
    """Return a tokenizer of the base's kind, by SentencePiece's own hand."""
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=out,
        vocab_size=480,
        hard_vocab_limit=False,
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        user_defined_symbols=["\n", "\n\n", "<b>", "▁▁"],
        pad_id=0,
        eos_id=1,
        bos_id=2,
        unk_id=3,
        pad_piece="<pad>",
        bos_piece="<bos>",
        eos_piece="<eos>",
        minloglevel=2,
    )
    return out.getvalue()


def read_tiny_pieces(tokenizer: bytes) -> BasePieces:
    """Return a tokenizer's pieces as a GGUF has them."""
    rows = list(parse_model(tokenizer).pieces)
    return BasePieces(
        pieces=tuple("  " if row.piece == "▁▁" else row.piece for row in rows),
        scores=tuple(row.score for row in rows),
        # GGUF calls Gemma's <unk> a control piece.
        types=tuple(3 if row.piece == "<unk>" else row.type for row in rows),
        unk=3,
        bos=2,
        eos=1,
        pad=0,
    )


def write_tiny_base(path: Path, lines: Iterable[str]) -> str:
    """Write a base of random weights whose pieces are those of lines; returns its SHA-256."""
    import gguf

    pieces = read_tiny_pieces(train_tiny_tokenizer(lines))
    writer = gguf.GGUFWriter(path, "gemma3")
    writer.add_block_count(BLOCKS)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD_WIDTH)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_sliding_window(WINDOW)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(list(pieces.pieces))
    writer.add_token_scores(list(pieces.scores))
    writer.add_token_types(list(pieces.types))
    writer.add_bos_token_id(pieces.bos)
    writer.add_eos_token_id(pieces.eos)
    writer.add_unk_token_id(pieces.unk)
    writer.add_pad_token_id(pieces.pad)
    _add_tensors(writer, len(pieces.pieces))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _add_tensors(writer, count: int) -> None:
    import gguf

    chance = np.random.default_rng(1)
    shapes = {
        "attn_q": (HEADS * HEAD_WIDTH, WIDTH),
        "attn_k": (HEAD_WIDTH, WIDTH),
        "attn_v": (HEAD_WIDTH, WIDTH),
        "attn_output": (WIDTH, HEADS * HEAD_WIDTH),
        "ffn_gate": (INNER, WIDTH),
        "ffn_up": (INNER, WIDTH),
        "ffn_down": (WIDTH, INNER),
    }
    norms = dict.fromkeys(
        ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"), WIDTH
    ) | dict.fromkeys(("attn_q_norm", "attn_k_norm"), HEAD_WIDTH)
    packed = gguf.GGMLQuantizationType.Q8_0

    def add(name, shape):
        weight = chance.standard_normal(shape, dtype=np.float32) * shape[-1] ** -0.5
        writer.add_tensor(name, gguf.quantize(weight, packed), raw_dtype=packed)

    add("token_embd.weight", (count, WIDTH))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for block in range(BLOCKS):
        for name, shape in shapes.items():
            add(f"blk.{block}.{name}.weight", shape)
        for name, width in norms.items():
            writer.add_tensor(f"blk.{block}.{name}.weight", np.ones(width, np.float32))
