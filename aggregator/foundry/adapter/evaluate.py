"""
Fourth step: how good an adapter is, by sacrebleu's chrF and BLEU.

Measured is the network in training, greedy, without guards; what is installed is packed into eight
bits (``packed`` measures that).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.decode import GreedyTranslator
from aggregator.foundry.adapter.drafts import DraftWriter
from aggregator.foundry.adapter.examples import read_vocabulary
from aggregator.foundry.adapter.precision import choose_precision
from aggregator.foundry.adapter.prepare import START
from aggregator.foundry.adapter.prompts import PromptEncoder
from aggregator.foundry.adapter.train import (
    ADAPTER_CHECKPOINT,
    build_adapted,
    load_adapter,
    read_checkpoint,
)
from aggregator.foundry.evaluate import EvaluationSet, score_english

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aggregator.foundry.adapter.labelled import LabelledSet
    from aggregator.foundry.adapter.network import AdaptedNetwork
    from aggregator.foundry.adapter.recipe import AdapterRecipe
    from aggregator.foundry.evaluate import EvaluationScore

__all__ = ["SCORED_NETWORK", "evaluate_adapter", "load_trained"]

SCORED_NETWORK: Final = (
    "Scored is the network in training, greedy, with neither guards nor glossary; what is "
    "installed is packed into eight bits."
)


def load_trained(recipe: AdapterRecipe, work: Path) -> AdaptedNetwork:
    """
    Return the network as it was last saved; as it began, if it was never trained.

    Raises:
        FoundryError: A file of an earlier step is missing or of another recipe.
    """
    device = torch.device(recipe.training.device)
    dtype = choose_precision(recipe.training.precision, device)
    network = build_adapted(recipe, work, read_vocabulary(work), dtype)
    path = work / ADAPTER_CHECKPOINT
    if not path.is_file():
        load_adapter(network, work / START)
        return network.to(device)
    try:
        network.load_state_dict(read_checkpoint(path)["adapter"])
    except RuntimeError as error:
        raise FoundryError(str(path), f"is of another recipe: {error}") from error
    return network.to(device)


def evaluate_adapter(
    recipe: AdapterRecipe,
    work: Path,
    tests: Sequence[LabelledSet],
    *,
    say: Callable[[str], None],
    package: Path | None = None,
) -> list[EvaluationScore]:
    """
    Translate sets and score the English; with a package, once more with its drafts.

    Args:
        recipe: What was trained.
        work: Holds the checkpoint.
        tests: One or more.
        say: Called with a line of progress at a time.
        package: Its drafts are shown; None for none.

    Raises:
        FoundryError: A file of an earlier step is missing, or the package is.
    """
    torch.set_num_threads(recipe.training.threads)
    vocabulary = read_vocabulary(work)
    translator = GreedyTranslator(load_trained(recipe, work), vocabulary.tokenizer)
    encoder = PromptEncoder(vocabulary.tokenizer)
    writer = None
    if package is not None:
        how = recipe.training
        writer = DraftWriter(package, recipe.drafts, threads=how.threads, seed=how.seed)
    scores: list[EvaluationScore] = []
    for one in tests:
        sources = encoder.encode_sources([(one.language, source) for source in one.test.sources])
        say(f"{one.test.name}: {len(sources):,} sentences")
        made = translator.translate([encoder.join(source, []) for source in sources])
        scores.append(score_english(one.test, made))
        if writer is not None:
            drafts = encoder.encode_english(writer.write(one.test.sources))
            pairs = zip(sources, drafts, strict=True)
            made = translator.translate([encoder.join(*pair) for pair in pairs])
            test = EvaluationSet(
                name=f"{one.test.name}, with drafts",
                sources=one.test.sources,
                references=one.test.references,
            )
            scores.append(score_english(test, made))
    return scores
