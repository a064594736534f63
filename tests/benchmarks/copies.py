"""
Copies of a text: this sketch beside MinHash with LSH (datasketch) and SimHash, on the same texts in
one run.

Texts: the gold's (demo and week) and, where ``TILSHI_SHARED`` has them, 349 real articles in
Russian. Of each text of 40 words or more five copies are made as newsrooms make them: a corrected
one (one word in thirty changed), one with an agency's line before and another outlet's behind, the
first half, the first two sentences, one with two sentences left out. A pair is right if both are
made from one text. Peers' thresholds are the best of a grid on these very pairs; ours is the
shipped one. datasketch is used if installed (`.venv/bin/pip install datasketch`).
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from importlib.util import find_spec
from itertools import combinations

from aggregator.grouping.copies import SHARED_RUNS
from aggregator.grouping.postings import Postings
from aggregator.text.sketch import is_same_text, sketch
from tests.benchmarks.fitting import SHARED
from tests.benchmarks.stories import demo_gold
from tests.support.week import load_week

REAL = SHARED / "articles" / "tengrinews_ru_2024-04.jsonl"
_LEAST_WORDS = 40
_BITS = 64
Pairs = set[tuple[int, int]]
Method = Callable[[Sequence[str]], Pairs]


def texts() -> list[str]:
    week = load_week()
    bodies = [
        article.text
        for article in (*demo_gold()[0], *week.articles)
        if article.id not in week.copies
    ]
    if REAL.exists():
        bodies += [json.loads(line)["content"] for line in REAL.open(encoding="utf-8")]
    return [text for text in dict.fromkeys(bodies) if len(text.split()) >= _LEAST_WORDS]


def copies(text: str, chance: random.Random) -> list[str]:
    words, sentences = text.split(), re.split(r"(?<=[.!?])\s*", text)
    changed = [
        word[:-1] + "а" if chance.random() < 1 / 30 and len(word) > 4 else word for word in words
    ]
    left = list(sentences)
    for _ in range(min(2, len(left) - 1)):
        left.pop(chance.randrange(len(left)))
    return [
        " ".join(changed),
        (
            f"Редакция сообщает со ссылкой на агентство. {text} Подписывайтесь на наш канал и "
            "узнавайте новости первыми."
        ),
        " ".join(words[: len(words) // 2]),
        " ".join(sentences[:2]),
        " ".join(left),
    ]


def ours(every: Sequence[str]) -> Pairs:
    postings, sketches, pairs = Postings(), [], set()
    for at, text in enumerate(every):
        made = sketch(text)
        pairs |= {
            (other, at)
            for other in postings.find_sharing(made, SHARED_RUNS)
            if is_same_text(sketches[other], made)
        }
        postings.add(at, made)
        sketches.append(made)
    return pairs


def runs(text: str) -> list[bytes]:
    words = re.findall(r"\w+", text.casefold())
    return [" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)]


def minhash(threshold: float) -> Method:
    from datasketch import MinHash, MinHashLSH

    def method(every: Sequence[str]) -> Pairs:
        index, found = MinHashLSH(threshold=threshold, num_perm=128), set()
        for at, text in enumerate(every):
            made = MinHash(num_perm=128)
            made.update_batch(runs(text))
            found |= {(other, at) for other in index.query(made)}
            index.insert(at, made)
        return found

    return method


def simhash(distance: int) -> Method:
    """
    64 bits in bands, so that of texts at most ``distance`` bits apart all are found; M.

    Charikar, 2002.
    """
    bands = distance + 1
    edges = [_BITS * number // bands for number in range(bands + 1)]

    def method(every: Sequence[str]) -> Pairs:
        hashes: list[int] = []
        tables: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(bands)]
        found = set()
        for at, text in enumerate(every):
            counts = [0] * _BITS
            for run in runs(text):
                value = int.from_bytes(blake2b(run, digest_size=8).digest())
                for bit in range(_BITS):
                    counts[bit] += 1 if value >> bit & 1 else -1
            made = sum(1 << bit for bit, count in enumerate(counts) if count > 0)
            for band, table in enumerate(tables):
                part = made >> edges[band] & ((1 << edges[band + 1] - edges[band]) - 1)
                found |= {
                    (o, at) for o in table[part] if (hashes[o] ^ made).bit_count() <= distance
                }
                table[part].append(at)
            hashes.append(made)
        return found

    return method


def judged(pairs: Pairs, right: Pairs) -> tuple[float, float, float]:
    hits = len(pairs & right)
    precision, recall = hits / max(len(pairs), 1), hits / len(right)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def best(grid: Iterable[tuple[str, Method]], every: Sequence[str], right: Pairs) -> None:
    rows = []
    for name, method in grid:
        began = time.perf_counter()
        found = method(every)
        rate = len(every) / (time.perf_counter() - began)
        rows.append((judged(found, right), name, rate))
    (precision, recall, f1), name, rate = max(rows, key=lambda row: row[0][2])
    print(f"| {name} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {rate:,.0f} |", flush=True)


def main(_: list[str]) -> None:
    chance = random.Random(0)
    sources = [(number, text) for number, text in enumerate(texts())]
    labelled = [
        (number, copy) for number, text in sources for copy in (text, *copies(text, chance))
    ]
    chance.shuffle(labelled)
    every = [text for _, text in labelled]
    of: dict[int, list[int]] = defaultdict(list)
    for at, (number, _text) in enumerate(labelled):
        of[number].append(at)
    right = {pair for places in of.values() for pair in combinations(places, 2)}
    print(f"{len(sources)} texts, {len(every)} with their copies, {len(right)} pairs of one text\n")
    print("| method | precision | recall | F1 | texts a second |\n|---|--:|--:|--:|--:|")
    best([("this sketch (bottom-128, containment)", ours)], every, right)
    if find_spec("datasketch"):
        best(
            [(f"MinHash LSH, 128, at {t}", minhash(t)) for t in (0.2, 0.3, 0.4, 0.5, 0.6)],
            every,
            right,
        )
    best([(f"SimHash, {d} of 64 bits", simhash(d)) for d in (3, 6, 9, 12)], every, right)
