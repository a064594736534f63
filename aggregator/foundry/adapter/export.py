"""
Third step: the trained adapter as a folder to be passed on.

    adapter.safetensors   A and B of every layer, float16; its metadata name base, rank and alpha
    sentencepiece.model   the vocabulary
    rows.npy              for each of its pieces, the row of the base's embeddings
    README.md, NOTICE     what it is, and on which terms
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import numpy as np

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.card import NOTICE
from aggregator.foundry.adapter.prepare import ROWS, START, TOKENIZER
from aggregator.foundry.adapter.train import ADAPTER_CHECKPOINT, read_checkpoint
from aggregator.translate.adapter.safetensors import read_safetensors, write_safetensors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from aggregator.foundry.adapter.recipe import AdapterRecipe

__all__ = ["ADAPTER_FILE", "export_adapter", "make_adapter_name"]

ADAPTER_FILE: Final = "adapter.safetensors"


def make_adapter_name(recipe: AdapterRecipe) -> str:
    """Return the name of the adapter's folder."""
    return f"{recipe.name}-{recipe.version}"


def export_adapter(
    recipe: AdapterRecipe,
    work: Path,
    *,
    card: str,
    say: Callable[[str], None],
) -> Path:
    """
    Write the adapter into a folder of the work folder; the same checkpoint is the same bytes.

    Args:
        recipe: What was trained.
        work: Holds the checkpoint and the vocabulary.
        card: Text of its README.md.
        say: Called with a line of progress at a time.

    Raises:
        FoundryError: There is no checkpoint or vocabulary, or nothing that it went on from where
            the recipe wants a share of that, or the adapter is no longer of finite numbers.
    """
    path = work / ADAPTER_CHECKPOINT
    learnt = read_checkpoint(path)["adapter"]
    tensors = _mix_start(
        {name: tensor.numpy() for name, tensor in learnt.items()},
        work / START,
        recipe.training.start_share,
    )
    halves = {name: array.astype(np.float16) for name, array in tensors.items()}
    for name, array in halves.items():
        if not np.isfinite(array).all():
            raise FoundryError(str(path), f"{name} is not finite in float16; the training broke")
    folder = work / make_adapter_name(recipe)
    metadata = {
        "name": recipe.name,
        "version": recipe.version,
        "base": recipe.base,
        "base_sha256": recipe.base_sha256,
        "rank": str(recipe.adapter.rank),
        "alpha": f"{recipe.adapter.alpha:g}",
    }
    try:
        folder.mkdir(exist_ok=True)
        write_safetensors(folder / ADAPTER_FILE, halves, metadata)
        for name in (TOKENIZER, ROWS):
            shutil.copyfile(work / name, folder / name)
        (folder / "README.md").write_text(card, encoding="utf-8")
        (folder / "NOTICE").write_text(NOTICE, encoding="utf-8")
    except OSError as error:
        raise FoundryError(str(folder), f"cannot be written: {error}") from error
    size = (folder / ADAPTER_FILE).stat().st_size
    say(f"{size:,} bytes  {folder / ADAPTER_FILE}")
    return folder


def _mix_start(
    learnt: Mapping[str, NDArray[np.float32]],
    path: Path,
    share: float,
) -> dict[str, NDArray[np.float32]]:
    """Return what was learnt, mixed with the adapter of a file that it went on from."""
    if not share:
        return dict(learnt)
    try:
        start = read_safetensors(path)
    except (OSError, ValueError) as error:
        raise FoundryError(
            str(path),
            f"cannot be read, expected the recipe's `from`, since start_share is {share}: {error}",
        ) from error
    mixed = {}
    for name, array in learnt.items():
        before = start[name].astype(np.float32)
        mixed[name] = share * before + (1 - share) * array
    return mixed
