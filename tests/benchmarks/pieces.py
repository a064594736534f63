"""
Texts cut into pieces three ways: by Hugging Face's tokenizer, by the whole SentencePiece model made
of a base's GGUF, and by what ``foundry adapter prepare`` left of it.

    ./run bench pieces --base gemma.gguf --tokenizer tokenizer.json --work .foundry/adapter FILE...

A text is a column of a line. Needs gguf, and tokenizers, which the project does not have.
"""

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import sentencepiece

from aggregator.foundry.adapter.base import open_base
from aggregator.foundry.adapter.prepare import ROWS, TOKENIZER
from aggregator.foundry.adapter.vocabulary import make_full
from aggregator.foundry.corpora import read_lines

AT_ONCE = 5_000


def read_texts(path: Path) -> Iterator[str]:
    for line in read_lines(path):
        yield from line.split("\t")


def main(arguments: list[str]) -> None:
    """Print a row for each file."""
    import tokenizers

    parser = argparse.ArgumentParser(prog="bench pieces")
    parser.add_argument("files", nargs="+", type=Path)
    for name in ("base", "tokenizer", "work"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    options = parser.parse_args(arguments)
    theirs = tokenizers.Tokenizer.from_file(str(options.tokenizer))
    digest = hashlib.sha256(options.base.read_bytes()).hexdigest()
    pieces = open_base(options.base, digest).read_pieces()
    whole = sentencepiece.SentencePieceProcessor(model_proto=make_full(pieces))
    pruned = sentencepiece.SentencePieceProcessor(model_file=str(options.work / TOKENIZER))
    rows = np.load(options.work / ROWS)
    kept = set(rows.tolist())
    print(
        "| file | texts | whole as Hugging Face | all pieces kept | of these cut as by the whole |"
    )
    print("|---|--:|--:|--:|--:|")
    for path in options.files:
        counts: Counter[str] = Counter()
        texts = read_texts(path)
        while portion := list(islice(texts, AT_ONCE)):
            encoded = theirs.encode_batch(portion, add_special_tokens=False)
            answers = zip(encoded, whole.encode(portion), pruned.encode(portion), strict=True)
            for their, ours, smaller in answers:
                is_kept = kept.issuperset(ours)
                counts["texts"] += 1
                counts["alike"] += their.ids == ours
                counts["kept"] += is_kept
                counts["same"] += is_kept and rows[smaller].tolist() == ours
                counts["unknown"] += pruned.unk_id() in smaller
        print(
            f"| {path.name} | {counts['texts']:,} | {counts['alike']:,} | {counts['kept']:,} "
            f"| {counts['same']:,} |"
        )
        if counts["unknown"]:
            print(f"{counts['unknown']:,} texts have unknown pieces")
