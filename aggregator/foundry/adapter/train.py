"""
Second step: train. Killed at any moment, it goes on from its last checkpoint.

    checkpoint.pt   adapter, optimiser, steps and minutes; replaced as a whole every few minutes
    log.jsonl       a line every half minute: minutes, step, loss, pieces a second and tokens so
                    far; and one for every measurement of the pairs that are only looked at

The loss is that of the English alone. The clock is training time: the learning rate rises over the
first steps and falls, as a cosine, to a tenth at ``minutes``, however often the run was stopped.
Which pairs a step learns from depends on the recipe and the step alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import pickle
import time
import zipfile
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import torch
import torch.nn.functional as F  # noqa: N812  (as everybody calls it)

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.base import open_base
from aggregator.foundry.adapter.batches import draw_steps, make_batch, pack_pairs
from aggregator.foundry.adapter.examples import read_training_text, read_vocabulary
from aggregator.foundry.adapter.network import AdaptedNetwork
from aggregator.foundry.adapter.precision import choose_precision
from aggregator.foundry.adapter.prepare import BASE, DRAFTS, START, TOKENIZER, WRITTEN
from aggregator.foundry.log import LOG, TrainingLog, TrainingProgress
from aggregator.foundry.rows import PAIRS
from aggregator.translate.adapter.safetensors import read_safetensors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from torch import Tensor

    from aggregator.foundry.adapter.batches import PromptBatch, ShownPair
    from aggregator.foundry.adapter.examples import AdapterVocabulary, TrainingText
    from aggregator.foundry.adapter.recipe import AdapterRecipe

__all__ = [
    "ADAPTER_CHECKPOINT",
    "build_adapted",
    "load_adapter",
    "read_checkpoint",
    "train_adapter",
]

ADAPTER_CHECKPOINT: Final = "checkpoint.pt"
_LOG_S: Final = 30.0
_SAVE_S: Final = 300.0
_MEASURE_S: Final = 480.0
_LEAST_RATE: Final = 0.1
_MAX_NORM: Final = 1.0


@dataclass
class _Spent:
    """What a checkpoint brings back besides tensors."""

    step: int = 0
    spent_s: float = 0.0
    tokens: int = 0


def train_adapter(
    recipe: AdapterRecipe,
    work: Path,
    *,
    say: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """
    Train until the recipe's minutes are spent.

    Args:
        recipe: Its sets, adapter and training.
        work: Where ``prepare`` wrote.
        say: Called with a line of progress at a time.
        clock: Seconds, from any start.

    Raises:
        FoundryError: A file of the step before is missing, or the checkpoint, or the adapter to go
            on from, is of another recipe.
    """
    how = recipe.training
    torch.set_num_threads(how.threads)
    torch.manual_seed(how.seed)
    device = torch.device(how.device)
    dtype = choose_precision(how.precision, device)
    vocabulary = read_vocabulary(work)
    text = read_training_text(recipe, work, vocabulary)
    network = build_adapted(recipe, work, vocabulary, dtype, compiled=how.compile).to(device)
    run = _Run(recipe, network, vocabulary, work, say)
    if not run.resume():
        load_adapter(network, work / START)
    say(
        f"{len(text.learn):,} pairs to learn from in {dtype}; "
        f"{run.spent.spent_s / 60:.0f} minutes spent before"
    )
    run.train(text, clock)


def build_adapted(
    recipe: AdapterRecipe,
    work: Path,
    vocabulary: AdapterVocabulary,
    dtype: torch.dtype,
    *,
    compiled: bool = False,
) -> AdaptedNetwork:
    """
    Return the base with an adapter that adds nothing yet, on the CPU.

    Raises:
        FoundryError: The work folder has no base, or another.
    """
    base = open_base(work / BASE, recipe.base_sha256)
    weights = base.read_weights(vocabulary.base_rows)
    # Numbers that lie unpacked in the file are mapped from it, and must not be written to.
    tensors = {name: torch.tensor(weight) for name, weight in weights.items()}
    shape = base.read_shape()
    return AdaptedNetwork(tensors, shape, recipe.adapter, dtype, compiled=compiled)


def load_adapter(network: AdaptedNetwork, path: Path) -> None:
    """
    Give a network the adapter of a file; does nothing if there is none.

    Raises:
        FoundryError: The file is broken, or its tensors have other names or shapes.
    """
    if not path.is_file():
        return
    try:
        tensors = read_safetensors(path)
        network.load_state_dict({name: torch.tensor(array) for name, array in tensors.items()})
    except (OSError, ValueError, RuntimeError) as error:
        raise FoundryError(str(path), f"is no adapter of this recipe: {error}") from error


class _Run:
    """One run of training: optimiser, clock, checkpoints, log."""

    def __init__(
        self,
        recipe: AdapterRecipe,
        network: AdaptedNetwork,
        vocabulary: AdapterVocabulary,
        work: Path,
        say: Callable[[str], None],
    ) -> None:
        self.recipe = recipe
        self.how = recipe.training
        self.network = network
        self.device = network.embeddings.device
        self.work = work
        self.log = TrainingLog(work / LOG, say)
        self.spent = _Spent()
        self.end = vocabulary.tokenizer.eos_id()
        written = torch.tensor(vocabulary.written, dtype=torch.long)
        self.rows = torch.full((len(vocabulary.base_rows),), -1)
        self.rows[written] = torch.arange(len(written))
        self.outputs = network.embeddings[written.to(self.device)].to(network.dtype)
        self.order = _hash_order(recipe, work)
        self.optimiser = torch.optim.AdamW(
            network.parameters(),
            lr=self.how.rate,
            betas=(0.9, 0.98),
            weight_decay=0.0,
            fused=True,
        )

    def resume(self) -> bool:
        """Go on from the checkpoint; False if there is none."""
        path = self.work / ADAPTER_CHECKPOINT
        if not path.is_file():
            self.log.cut(-1)
            return False
        saved = read_checkpoint(path)
        if saved["order"] != self.order:
            raise FoundryError(
                str(path), "is of another recipe or other text; remove it to begin anew"
            )
        self.network.load_state_dict(saved["adapter"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.spent = _Spent(**saved["spent"])
        self.log.cut(self.spent.step)
        return True

    def train(self, text: TrainingText, clock: Callable[[], float]) -> None:
        """Learn until the minutes are spent; log, measure and save every so often."""
        budget_s = self.how.minutes * 60
        before = self.spent.spent_s
        begun = clock()
        progress = TrainingProgress(before)
        saved = before
        measured = before
        if not self.spent.step:
            self._measure(text)
        steps = draw_steps(text.learn, self.recipe)
        for step in islice(steps, self.spent.step, None):
            if self.spent.spent_s >= budget_s:
                break
            batches = [make_batch(pairs, self.rows, self.end) for pairs in step]
            loss = self._learn(batches)
            tokens = sum(batch.tokens for batch in batches)
            progress.add(loss, tokens)
            self.spent.step += 1
            self.spent.tokens += tokens
            self.spent.spent_s = before + clock() - begun
            spent = self.spent.spent_s
            if spent - progress.since >= _LOG_S:
                self._log(**progress.summarise(spent), tokens=self.spent.tokens)
                progress = TrainingProgress(spent)
            if spent - measured >= _MEASURE_S:
                self._measure(text)
                measured = spent
            if spent - saved >= _SAVE_S:
                self._save()
                saved = spent
        self._measure(text)
        self._save()

    def _find_rate(self) -> float:
        """Return the learning rate: it rises with the steps and falls with the time."""
        done = min(1.0, self.spent.spent_s / (self.how.minutes * 60))
        fall = (1 + math.cos(math.pi * done)) / 2
        warmth = min(1.0, (self.spent.step + 1) / self.how.warmup_steps)
        return self.how.rate * warmth * (_LEAST_RATE + (1 - _LEAST_RATE) * fall)

    def _learn(self, batches: Sequence[PromptBatch]) -> float:
        """Take one step; returns the loss of a piece of English before it."""
        rate = self._find_rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        pieces = sum(len(batch.targets) for batch in batches)
        total = 0.0
        for batch in batches:
            loss = self._sum_loss(batch) / pieces
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _MAX_NORM)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return total

    def _sum_loss(self, batch: PromptBatch) -> Tensor:
        """Return the sum of the losses of a batch's English."""
        states = self.network(batch.ids.to(self.device)).flatten(0, 1)
        chosen = states[batch.places.to(self.device)].to(self.outputs.dtype)
        scores = F.linear(chosen, self.outputs).float()
        return F.cross_entropy(scores, batch.targets.to(self.device), reduction="sum")

    @torch.no_grad()
    def _measure(self, text: TrainingText) -> None:
        """Log the loss of what is only looked at."""
        losses = {
            f"aside_{name}": self._find_mean_loss(pairs) for name, pairs in text.measured.items()
        }
        self._log(**losses)

    def _find_mean_loss(self, pairs: Sequence[ShownPair]) -> float:
        total = 0.0
        pieces = 0
        for portion in pack_pairs(pairs, self.how.batch_tokens):
            batch = make_batch(portion, self.rows, self.end)
            total += float(self._sum_loss(batch))
            pieces += len(batch.targets)
        return total / pieces

    def _log(self, **values: float) -> None:
        self.log.write(self.spent.spent_s, self.spent.step, values)

    def _save(self) -> None:
        """Write the checkpoint beside the old one, then put it in its place."""
        path = self.work / ADAPTER_CHECKPOINT
        part = path.with_suffix(".part")
        saved = {
            "adapter": self.network.read_adapter(),
            "optimiser": self.optimiser.state_dict(),
            "spent": asdict(self.spent),
            "order": self.order,
        }
        with part.open("wb") as file:
            torch.save(saved, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """
    Read a checkpoint, onto the CPU.

    Raises:
        FoundryError: There is none, or it is no checkpoint of an adapter.
    """
    # Of bytes that are no archive torch makes what it can, and fails in any way.
    if path.is_file() and not zipfile.is_zipfile(path):
        raise FoundryError(str(path), "is no archive, expected what `adapter train` writes")
    try:
        saved: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except (OSError, RuntimeError, pickle.UnpicklingError) as error:
        raise FoundryError(
            str(path), f"cannot be used, expected what `adapter train` writes: {error}"
        ) from error
    if not isinstance(saved, dict) or "adapter" not in saved:
        raise FoundryError(str(path), "is another file, expected what `adapter train` writes")
    return saved


def _hash_order(recipe: AdapterRecipe, work: Path) -> str:
    """
    Return what all steps depend on besides time, as a hash.

    How long, how fast and on which machine may change between two runs of a training.
    """
    how = recipe.training
    numbers = [how.step_tokens, how.batch_tokens, how.max_tokens, how.seed]
    passes = [[one.passes, one.aside] for one in recipe.sets]
    size = asdict(recipe.adapter)
    keys = [recipe.base_sha256, size, recipe.drafts.share, numbers, passes]
    digest = hashlib.sha256(json.dumps(keys).encode())
    for name in (PAIRS, DRAFTS, TOKENIZER, WRITTEN):
        digest.update(hashlib.sha256((work / name).read_bytes()).digest())
    return digest.hexdigest()
