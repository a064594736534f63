"""A tiny Marian release with random weights: every file that one has, none of the knowledge."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import sentencepiece
import yaml

TEXTS = [
    "Астанада жаңа мектеп ашылды",
    "Алматыда көпір салынды",
    "a new school opened in Astana",
] * 40
WIDTH, INNER = 16, 32


def write_release(folder: Path, *, target_token: str = ">>eng<<", layers: int = 1) -> Path:
    """Write a release; a ``target_token`` of '' makes a model of one target."""
    folder.mkdir(parents=True)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS),
        model_writer=model,
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model.getvalue())
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    known = [pieces.id_to_piece(number) for number in range(3, pieces.get_piece_size())]
    tokens = ["</s>", "<unk>", *known, *([target_token] if target_token else [])]
    lines = [f'"{token}": {number}\n' for number, token in enumerate(tokens)]
    (folder / "opus.vocab.yml").write_text("".join(lines), encoding="utf-8")
    decoder = {
        "models": ["opus.npz"],
        "vocabs": ["opus.vocab.yml", "opus.vocab.yml"],
        "beam-size": 6,
        "normalize": 1,
    }
    (folder / "decoder.yml").write_text(yaml.safe_dump(decoder))
    np.savez(folder / "opus.npz", **_weights(len(tokens), layers))
    return folder


def _weights(vocabulary: int, layers: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(1)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return chance.normal(0, 0.3, (rows, columns)).astype(np.float32)

    config = {
        "type": "transformer",
        "transformer-ffn-activation": "relu",
        "transformer-preprocess": "",
        "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d",
        "transformer-decoder-autoreg": "self-attention",
        "transformer-no-projection": False,
        "transformer-guided-alignment-layer": "last",
        "transformer-heads": 2,
        "enc-depth": layers,
        "dec-depth": layers,
    }
    text = yaml.safe_dump(config).encode() + b"\0"
    tensors = {
        "special:model.yml": np.frombuffer(text, np.int8),
        "Wemb": matrix(vocabulary, WIDTH),
        "decoder_ff_logit_out_b": np.zeros((1, vocabulary), np.float32),
    }
    for side, parts in (("encoder", ("self",)), ("decoder", ("self", "context"))):
        for layer in range(1, layers + 1):
            scope = f"{side}_l{layer}"
            for part in parts:
                for projection in "qkvo":
                    tensors[f"{scope}_{part}_W{projection}"] = matrix(WIDTH, WIDTH)
                    tensors[f"{scope}_{part}_b{projection}"] = np.zeros((1, WIDTH), np.float32)
                tensors |= _norm(f"{scope}_{part}_Wo")
            tensors |= {
                f"{scope}_ffn_W1": matrix(WIDTH, INNER),
                f"{scope}_ffn_W2": matrix(INNER, WIDTH),
            }
            tensors |= {
                f"{scope}_ffn_b1": np.zeros((1, INNER)),
                f"{scope}_ffn_b2": np.zeros((1, WIDTH)),
            }
            tensors |= _norm(f"{scope}_ffn_ffn")
    return tensors


def _norm(scope: str) -> dict[str, np.ndarray]:
    return {
        f"{scope}_ln_scale": np.ones((1, WIDTH), np.float32),
        f"{scope}_ln_bias": np.zeros((1, WIDTH), np.float32),
    }
