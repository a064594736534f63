"""
The model that detects languages, made from a folder of plain text.

One file is a language, one line a text. A logistic regression over hashed runs of letters
(``text.grams``): 27 languages, of which four are ours and the others are there to be kept apart
from them. Trained on spans of one to twenty words, half of them three words or fewer, because
headlines are short and teasers shorter. Languages with more text are drawn more often, but far less
than in proportion; ours thrice as often as that.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import torch

from aggregator.languages import LANGUAGES
from aggregator.text.grams import BUCKETS, grams
from aggregator.text.likelihood import Likelihood

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["train_languages"]

_SPANS = (1, 2, 2, 2, 3, 4, 5, 8, 12, 20)
_BATCH = 512
_FIRST_RATE = 0.08
_LAST_RATE = 0.001
_BIAS_RATE = 0.01
_BY_SIZE = 0.35  # exponent of a language's lines in how often it is drawn
_OURS_MORE = 3.0


def train_languages(
    folder: Path,
    *,
    steps: int,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> bytes:
    """
    Train the model.

    Args:
        folder: Files named ``LANGUAGE.txt``, UTF-8.
        steps: Batches of 512 spans; the shipped one had 10,000, which take six minutes on one core.
        seed: Of everything drawn.
        say: Called with a line of progress every 500 steps.

    Returns:
        The model, packed; see ``text.likelihood``.
    """
    texts = {}
    for path in sorted(folder.glob("*.txt")):
        texts[path.stem] = path.read_text("utf-8").splitlines()
    languages = tuple(texts)
    chance = random.Random(seed)  # noqa: S311 -- draws samples, keeps no secret
    torch.manual_seed(seed)
    shares = [_find_share(name, lines) for name, lines in texts.items()]
    weights = torch.nn.EmbeddingBag(
        BUCKETS,
        len(languages),
        mode="mean",
        sparse=True,
    )
    torch.nn.init.zeros_(weights.weight)
    bias = torch.zeros(len(languages), requires_grad=True)
    parameters = list(weights.parameters())
    by_weight = torch.optim.SparseAdam(parameters, lr=_FIRST_RATE)
    by_bias = torch.optim.Adam([bias], lr=_BIAS_RATE)
    for step in range(steps):
        rate = _FIRST_RATE * (1 - step / steps) + _LAST_RATE
        for group in by_weight.param_groups:
            group["lr"] = rate
        ids, starts, right = _draw_batch(texts, shares, chance)
        scores = weights(ids, starts) + bias
        loss = torch.nn.functional.cross_entropy(scores, right)
        by_weight.zero_grad()
        by_bias.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        by_weight.step()
        by_bias.step()
        if step % 500 == 0:
            say(f"step {step} of {steps}, loss {loss.item():.3f}")
    trained_weights = weights.weight.detach().numpy()
    trained_bias = np.asarray(bias.detach().numpy())
    likelihood = Likelihood.of(languages, trained_weights, trained_bias)
    return likelihood.packed()


def _find_share(language: str, lines: Sequence[str]) -> float:
    """Return how often a language is drawn, against the others."""
    more = _OURS_MORE if language in LANGUAGES else 1.0
    return float(len(lines) ** _BY_SIZE * more)


def _draw_batch(
    texts: dict[str, list[str]],
    shares: Sequence[float],
    chance: random.Random,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the runs of all spans, where in them each span begins, and its language's number."""
    languages = list(texts.values())
    ids: list[int] = []
    starts = []
    right = []
    places = range(len(shares))
    for place in chance.choices(places, shares, k=_BATCH):
        line = chance.choice(languages[place])
        runs = grams(_draw_span(line, chance))
        if runs:
            starts.append(len(ids))
            right.append(place)
            ids += runs
    return torch.tensor(ids), torch.tensor(starts), torch.tensor(right)


def _draw_span(line: str, chance: random.Random) -> str:
    words = line.split()
    size = chance.choice(_SPANS)
    if len(words) <= size:
        return line
    start = chance.randrange(len(words) - size + 1)
    span = words[start : start + size]
    return " ".join(span)
