"""
Second step: train. Stopped at any moment, it goes on from its last checkpoint.

    checkpoint.pt   weights, optimiser, minutes spent; replaced as a whole every few minutes
    log.jsonl       a line every half minute: minutes, step, loss, pieces a second; and one for
                    every measurement of the sentences kept aside, by language

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

from aggregator.embedding.packed import BOS, EOS, WIDTH
from aggregator.errors import FoundryError
from aggregator.foundry.batches import FrozenStates, TrainingExample, draw_round, pack
from aggregator.foundry.e5 import find_packed_file, read_e5
from aggregator.foundry.log import LOG, TrainingLog, TrainingProgress
from aggregator.foundry.model import Decoder, FrozenEncoder, Network, make_encoder_layers
from aggregator.foundry.prepare import TARGET_MODEL, TRAIN_KEEP, TRAIN_MODEL
from aggregator.foundry.rows import PAIRS, read_rows
from aggregator.foundry.warm import start_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from torch import Tensor

    from aggregator.foundry.batches import Batch
    from aggregator.foundry.e5 import E5
    from aggregator.foundry.recipe import Recipe, Training

__all__ = ["CHECKPOINT", "train"]

CHECKPOINT: Final = "checkpoint.pt"
# Pairs of each focus language that are only measured: so many, and no more than one in so many.
_ASIDE = 200
_ASIDE_SHARE = 10
_LOG_S = 30.0
_SAVE_S = 300.0
_MEASURE_S = 600.0


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
        recipe: Its sets, languages and training.
        work: Where ``prepare`` wrote.
        say: Called with a line of progress at a time.
        start: A package to begin from, where there is no checkpoint yet; None begins from nothing.
        clock: Seconds, from any start.

    Raises:
        FoundryError: A file of the step before is missing, or the checkpoint or package is of
            another recipe.
    """
    how = recipe.training
    torch.set_num_threads(how.threads)
    torch.manual_seed(how.seed)
    device = torch.device(how.device)
    e5 = read_e5(find_packed_file())
    frozen, network = build(e5, recipe, work, device)
    states = FrozenStates(frozen, how.cache_gib)
    run = _Run(how, network, states, work, say)
    if not run.resume() and start is not None:
        start_from(start, network, work)
    learn, aside = _read_examples(recipe, work)
    minutes = run.state.spent_s / 60
    say(
        f"{len(learn):,} pairs to learn from, {len(aside):,} to look at; "
        f"{minutes:.0f} minutes spent before"
    )
    run.train(learn, aside, recipe, clock)


def build(
    e5: E5,
    recipe: Recipe,
    work: Path,
    device: torch.device,
) -> tuple[FrozenEncoder, Network]:
    """Return the network, its weights those of e5 where there are any."""
    how = recipe.training
    kept = (work / TRAIN_KEEP).read_text(encoding="utf-8")
    keep = json.loads(kept)
    layers = make_encoder_layers(e5)
    below = len(layers) - how.tuned_layers
    decoder = Decoder(
        _make_first_words(e5, work),
        how.decoder_layers,
        how.decoder_width,
        how.dropout,
    )
    network = Network(layers[below:], decoder)
    frozen = FrozenEncoder(e5, keep, layers[:below], device)
    return frozen, network.to(device)


def _make_first_words(e5: E5, work: Path) -> Tensor:
    """
    Return first embeddings of English pieces, pieces x H.

    The mean of e5's own for the same letters, centred and scaled.
    """
    source = _load_pieces(work / "full.model")
    target = _load_pieces(work / TARGET_MODEL)
    words = torch.from_numpy(e5.tensor("emb.word", -1, WIDTH))
    spread = words.std()
    rows = []
    for number in range(target.get_piece_size()):
        ids: list[int] = []
        if not target.is_control(number):
            letters = target.id_to_piece(number).replace("▁", " ")
            ids = source.encode(letters.strip())
        row = words[ids].mean(0) if ids else torch.randn(WIDTH) * spread
        rows.append(row)
    table = torch.stack(rows)
    centred = table - table.mean(0)
    return centred / centred.std() * WIDTH**-0.5


def _load_pieces(path: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def _read_examples(
    recipe: Recipe,
    work: Path,
) -> tuple[list[TrainingExample], list[TrainingExample]]:
    """Return the pairs to learn from and those only measured, in the order that the seed gives."""
    rows = read_rows(work / PAIRS)
    chance = random.Random(recipe.training.seed)  # noqa: S311  (no secret)
    chance.shuffle(rows)
    counts = Counter(row[1] for row in rows)
    wanted = {}
    for language in recipe.training.focus_languages:
        share = counts[language] // _ASIDE_SHARE
        wanted[language] = min(_ASIDE, share)
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


def _encode_rows(
    rows: list[list[str]],
    recipe: Recipe,
    work: Path,
) -> Iterator[TrainingExample]:
    """Yield the pairs whose sides are neither empty nor too long, as pieces."""
    source_pieces = _load_pieces(work / TRAIN_MODEL)
    target_pieces = _load_pieces(work / TARGET_MODEL)
    sources = source_pieces.encode([row[2] for row in rows])
    targets = target_pieces.encode([row[3] for row in rows])
    fitting = range(1, recipe.training.max_pieces + 1)
    for row, source, english in zip(rows, sources, targets, strict=True):
        part, language, *_ = row
        if len(source) in fitting and len(english) in fitting:
            yield TrainingExample(
                source=[BOS, *source, EOS],
                english=english,
                language=language,
                part=int(part),
            )


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
        self.work = work
        self.log = TrainingLog(work / LOG, say)
        self.state = _State()
        decoder = list(network.decoder.parameters())
        encoder = list(network.tuned.parameters())
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decoder, "peak": how.rate},
                {"params": encoder, "peak": how.encoder_rate},
            ],
            lr=how.rate,
            betas=(0.9, 0.98),
            weight_decay=0.01,
        )
        self.step: Any = torch.compile(network, dynamic=True) if how.compile else network

    def resume(self) -> bool:
        """Go on from the checkpoint; False if there is none."""
        path = self.work / CHECKPOINT
        if not path.is_file():
            return False
        try:
            saved = torch.load(path, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.optimiser.load_state_dict(saved["optimiser"])
        except (RuntimeError, ValueError, KeyError) as error:
            raise FoundryError(
                str(path), f"is of another recipe; remove it to begin anew ({error})"
            ) from error
        self.state = _State(**saved["state"])
        return True

    def train(
        self,
        learn: list[TrainingExample],
        aside: list[TrainingExample],
        recipe: Recipe,
        clock: Callable[[], float],
    ) -> None:
        """Learn until the minutes are spent; log, measure and save every so often."""
        budget_s = self.how.minutes * 60
        before = self.state.spent_s
        begun = clock()
        progress = TrainingProgress(before)
        saved = before
        measured = before
        self.network.train()
        for batch in self._draw_batches(learn, recipe, budget_s):
            if self.state.spent_s >= budget_s:
                break
            loss = self._learn(batch, budget_s)
            progress.add(loss, batch.pieces)
            self.state.step += 1
            self.state.spent_s = before + clock() - begun
            spent = self.state.spent_s
            if spent - progress.since >= _LOG_S:
                self._log(**progress.summarise(spent))
                progress = TrainingProgress(spent)
            if spent - measured >= _MEASURE_S:
                self._measure(aside)
                measured = spent
            if spent - saved >= _SAVE_S:
                self._save()
                saved = spent
        self._measure(aside)
        self._save()

    def _draw_batches(
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
            narrow = self._is_narrow(budget_s)
            batches = draw_round(
                learn,
                recipe,
                self.how.batch_tokens,
                chance,
                narrow=narrow,
            )
            for batch in batches:
                yield batch
                if self._is_narrow(budget_s) != narrow:
                    break

    def _is_narrow(self, budget_s: float) -> bool:
        """Say whether only the languages that the package reads are seen by now."""
        return self.state.spent_s > budget_s * (1 - self.how.focus)

    def _find_rate(self, budget_s: float) -> float:
        """Return the share of the peak rate: it rises with the steps and falls with the time."""
        left = max(0.0, 1 - self.state.spent_s / budget_s)
        warmth = (self.state.step + 1) / self.how.warmup_steps
        return min(1.0, warmth) * max(0.01, left)

    def _learn(self, batch: Batch, budget_s: float) -> float:
        """Take one step; returns the loss before it."""
        rate = self._find_rate(budget_s)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * rate
        loss = self._find_loss(batch, self.how.smoothing)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return float(loss.detach())

    def _find_loss(self, batch: Batch, smoothing: float) -> Tensor:
        device = self.states.device
        states, mask = self.states.encode(batch)
        before = batch.before.to(device)
        after = batch.after.to(device)
        with torch.autocast(device.type, torch.bfloat16):
            loss: Tensor = self.step(
                states,
                mask,
                before,
                after,
                smoothing,
            )
        return loss

    @torch.no_grad()
    def _measure(self, aside: list[TrainingExample]) -> None:
        """Log the loss, without smoothing, of the pairs kept aside, by language."""
        self.network.eval()
        losses: dict[str, float] = {}
        for language in self.how.focus_languages:
            examples = [example for example in aside if example.language == language]
            losses[f"aside_{language}"] = self._find_mean_loss(examples)
        self.network.train()
        self._log(**losses)

    def _find_mean_loss(self, examples: list[TrainingExample]) -> float:
        """Return the loss a piece; 0 of no examples."""
        total = 0.0
        pieces = 0
        for batch in pack(examples, self.how.batch_tokens):
            loss = self._find_loss(batch, 0.0)
            total += float(loss) * batch.pieces
            pieces += batch.pieces
        return total / max(1, pieces)

    def _log(self, **values: float) -> None:
        self.log.write(self.state.spent_s, self.state.step, values)

    def _save(self) -> None:
        """Write the checkpoint beside the old one, then put it in its place."""
        path = self.work / CHECKPOINT
        part = path.with_suffix(".part")
        saved = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "state": asdict(self.state),
        }
        torch.save(saved, part)
        part.replace(path)
