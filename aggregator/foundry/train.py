"""
Second step: train. Stopped at any moment, it goes on from its last checkpoint.

    checkpoint.pt   weights, optimiser, minutes spent; replaced as a whole every few minutes
    log.jsonl       a line every half minute: minutes, step, loss, pieces a second; and one for every look at the
                    sentences kept aside, by language

The clock is training time: the learning rate rises over the first steps and falls to nothing at
``minutes``, however often the run was stopped. In the last ``focus`` of it only the languages that
the package reads are seen.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import sentencepiece
import torch

from aggregator.errors import FoundryError
from aggregator.foundry.batches import FrozenStates, TrainingExample, pack, rounds
from aggregator.foundry.e5 import BOS, EOS, WIDTH, packed_file, read_e5
from aggregator.foundry.model import Decoder, FrozenEncoder, Network, encoder_layers
from aggregator.foundry.prepare import PAIRS, TARGET_MODEL, TRAIN_KEEP, TRAIN_MODEL
from aggregator.foundry.warm import start_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from torch import Tensor

    from aggregator.foundry.batches import Batch
    from aggregator.foundry.e5 import E5
    from aggregator.foundry.recipe import Recipe, Training

__all__ = ["CHECKPOINT", "LOG", "train"]

CHECKPOINT: Final = "checkpoint.pt"
LOG: Final = "log.jsonl"
# Pairs of each focus language that are only looked at: so many, and no more than one in so many.
_ASIDE = 200
_ASIDE_SHARE = 10
_LOG_S = 30.0
_SAVE_S = 300.0
_LOOK_S = 600.0


@dataclass
class _State:
    """What a checkpoint brings back besides weights."""

    step: int = 0
    spent_s: float = 0.0


def train(
    recipe: Recipe,
    work: Path,
    *,
    say: Callable[[str], None],
    start: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """
    Train until the recipe's minutes are spent.

    Args:
        recipe: What and how.
        work: Where ``prepare`` wrote.
        say: Told of progress, a line at a time.
        start: A package to begin from, where there is no checkpoint yet; None begins from nothing.
        clock: Seconds.

    Raises:
        FoundryError: A file of the step before is missing, or the checkpoint or package is of
            another recipe.
    """
    how = recipe.training
    torch.set_num_threads(how.threads)
    torch.manual_seed(how.seed)
    device = torch.device(how.device)
    e5 = read_e5(packed_file())
    frozen, network = build(e5, recipe, work, device)
    run = _Run(how, network, FrozenStates(frozen, how.cache_gib), work, say)
    if not run.resume() and start is not None:
        start_from(start, network, work)
    learn, aside = _examples(recipe, work)
    minutes = run.state.spent_s / 60
    say(
        f"{len(learn):,} pairs to learn from, {len(aside):,} to look at; {minutes:.0f} minutes "
        "spent before"
    )
    run.go(learn, aside, recipe, clock)


def build(
    e5: E5,
    recipe: Recipe,
    work: Path,
    device: torch.device,
) -> tuple[FrozenEncoder, Network]:
    """Return the network, its weights those of e5 where there are any."""
    how = recipe.training
    keep = json.loads((work / TRAIN_KEEP).read_text(encoding="utf-8"))
    layers = encoder_layers(e5)
    below = len(layers) - how.tuned_layers
    decoder = Decoder(_first_words(e5, work), how.decoder_layers, how.decoder_width, how.dropout)
    network = Network(layers[below:], decoder).to(device)
    return FrozenEncoder(e5, keep, layers[:below], device), network


def _first_words(e5: E5, work: Path) -> Tensor:
    """Return first embeddings of English pieces: the mean of e5's own for the same letters, centred and scaled."""
    source = sentencepiece.SentencePieceProcessor(model_file=str(work / "full.model"))
    target = sentencepiece.SentencePieceProcessor(model_file=str(work / TARGET_MODEL))
    words = torch.from_numpy(e5.tensor("emb.word", -1, WIDTH))
    rows = []
    for number in range(target.get_piece_size()):
        piece = target.id_to_piece(number)
        ids = (
            source.encode(piece.replace("▁", " ").strip()) if not target.is_control(number) else []
        )
        rows.append(words[ids].mean(0) if ids else torch.randn(WIDTH) * words.std())
    table = torch.stack(rows)
    table = table - table.mean(0)
    return table / table.std() * WIDTH**-0.5


def _examples(recipe: Recipe, work: Path) -> tuple[list[TrainingExample], list[TrainingExample]]:
    """Return the pairs to learn from and those only looked at, in the order that the seed gives."""
    rows = _read_rows(work / PAIRS)
    random.Random(recipe.training.seed).shuffle(rows)  # noqa: S311  (no secret)
    counts = Counter(row[1] for row in rows)
    wanted = {
        language: min(_ASIDE, counts[language] // _ASIDE_SHARE)
        for language in recipe.training.focus_languages
    }
    aside: dict[str, list[TrainingExample]] = {language: [] for language in wanted}
    learn: list[TrainingExample] = []
    for example in _encode_rows(rows, recipe, work):
        waiting = aside.get(example.language, [])
        # Dictionary entries and menus say little about how sentences are translated.
        whole = recipe.sets[example.part].passes >= 1
        if whole and len(waiting) < wanted.get(example.language, 0):
            waiting.append(example)
        else:
            learn.append(example)
    return learn, list(chain.from_iterable(aside.values()))


def _read_rows(path: Path) -> list[list[str]]:
    try:
        return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise FoundryError(
            str(path), f"cannot be read, expected what `prepare` writes: {error}"
        ) from error


def _encode_rows(rows: list[list[str]], recipe: Recipe, work: Path) -> Iterator[TrainingExample]:
    """Yield the pairs whose sides are neither empty nor too long, as pieces."""
    source = sentencepiece.SentencePieceProcessor(model_file=str(work / TRAIN_MODEL))
    target = sentencepiece.SentencePieceProcessor(model_file=str(work / TARGET_MODEL))
    sources = source.encode([row[2] for row in rows])
    targets = target.encode([row[3] for row in rows])
    fitting = range(1, recipe.training.max_pieces + 1)
    for row, ids, english in zip(rows, sources, targets, strict=True):
        if len(ids) in fitting and len(english) in fitting:
            yield TrainingExample([BOS, *ids, EOS], english, row[1], int(row[0]))


class _Run:
    """One run of training: optimiser, clock, checkpoints, log."""

    def __init__(
        self,
        how: Training,
        network: Network,
        states: FrozenStates,
        work: Path,
        say: Callable[[str], None],
    ) -> None:
        self.how = how
        self.network = network
        self.states = states
        self.queues = work
        self.say = say
        self.state = _State()
        groups = [
            {"params": list(network.decoder.parameters()), "peak": how.rate},
            {"params": list(network.tuned.parameters()), "peak": how.encoder_rate},
        ]
        self.optimiser = torch.optim.AdamW(
            groups,
            lr=how.rate,
            betas=(0.9, 0.98),
            weight_decay=0.01,
        )
        self.step: Any = torch.compile(network, dynamic=True) if how.compile else network

    def resume(self) -> bool:
        path = self.queues / CHECKPOINT
        if not path.is_file():
            return False
        try:
            saved = torch.load(path, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.optimiser.load_state_dict(saved["optimiser"])
        except (RuntimeError, ValueError, KeyError) as e:
            raise FoundryError(
                str(path), f"is of another recipe; remove it to begin anew ({e})"
            ) from e
        self.state = _State(**saved["state"])
        return True

    def go(
        self,
        learn: list[TrainingExample],
        aside: list[TrainingExample],
        recipe: Recipe,
        clock: Callable[[], float],
    ) -> None:
        budget_s = self.how.minutes * 60
        before = self.state.spent_s
        begun = clock()
        logged = saved = looked = self.state.spent_s
        losses: list[float] = []
        pieces = 0
        self.network.train()
        for batch in self._batches(learn, recipe, budget_s):
            if self.state.spent_s >= budget_s:
                break
            losses.append(self._learn(batch, budget_s))
            pieces += batch.pieces
            self.state.step += 1
            self.state.spent_s = before + clock() - begun
            if self.state.spent_s - logged >= _LOG_S:
                self._log(
                    loss=sum(losses) / len(losses),
                    pieces_per_s=pieces / (self.state.spent_s - logged),
                )
                logged = self.state.spent_s
                losses = []
                pieces = 0
            if self.state.spent_s - looked >= _LOOK_S:
                self._look(aside)
                looked = self.state.spent_s
            if self.state.spent_s - saved >= _SAVE_S:
                self._save()
                saved = self.state.spent_s
        self._look(aside)
        self._save()

    def _batches(
        self,
        learn: list[TrainingExample],
        recipe: Recipe,
        budget_s: float,
    ) -> Iterator[Batch]:
        """
        Yield batches for ever.

        Which languages are in a round is decided as it begins, and when the focus does.
        """
        chance = random.Random(self.how.seed + self.state.step)  # noqa: S311  (no secret)
        while True:
            narrow = self._narrow(budget_s)
            for batch in rounds(learn, recipe, self.how.batch_tokens, chance, narrow=narrow):
                yield batch
                if self._narrow(budget_s) != narrow:
                    break

    def _narrow(self, budget_s: float) -> bool:
        return self.state.spent_s > budget_s * (1 - self.how.focus)

    def _rate(self, budget_s: float) -> float:
        left = max(0.0, 1 - self.state.spent_s / budget_s)
        return min(1.0, (self.state.step + 1) / self.how.warmup_steps) * max(0.01, left)

    def _learn(self, batch: Batch, budget_s: float) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * self._rate(budget_s)
        loss = self._loss(batch, self.how.smoothing)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return float(loss.detach())

    def _loss(self, batch: Batch, smoothing: float) -> Tensor:
        device = self.states.device
        states, mask = self.states.of(batch)
        with torch.autocast(device.type, torch.bfloat16):
            loss: Tensor = self.step(
                states, mask, batch.before.to(device), batch.after.to(device), smoothing
            )
        return loss

    @torch.no_grad()
    def _look(self, aside: list[TrainingExample]) -> None:
        """Log the loss, without smoothing, of the pairs kept aside, by language."""
        self.network.eval()
        found: dict[str, float] = {}
        for language in self.how.focus_languages:
            examples = [example for example in aside if example.language == language]
            batches = list(pack(examples, self.how.batch_tokens))
            total = sum(float(self._loss(batch, 0.0)) * batch.pieces for batch in batches)
            found[language] = total / max(1, sum(batch.pieces for batch in batches))
        self.network.train()
        self._log(**{f"aside_{language}": loss for language, loss in found.items()})

    def _log(self, **values: float) -> None:
        line = {"minutes": round(self.state.spent_s / 60, 2), "step": self.state.step}
        line |= {name: round(value, 3) for name, value in values.items()}
        with (self.queues / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.say("  ".join(f"{name} {value}" for name, value in line.items()))

    def _save(self) -> None:
        """Write the checkpoint beside the old one, then put it in its place."""
        path = self.queues / CHECKPOINT
        part = path.with_suffix(".part")
        saved = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "state": asdict(self.state),
        }
        torch.save(saved, part)
        part.replace(path)
