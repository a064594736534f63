"""The model of a package, of whichever kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.translate.adapter.model import AdapterModel
from aggregator.translate.model import PackageModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from aggregator.translate.model import EngineOptions, TranslationModel
    from aggregator.translate.packages.installed import Package

__all__ = ["make_model"]


def make_model(
    package: Package,
    options: EngineOptions,
    *,
    base: Path | None = None,
    drafters: Mapping[str, TranslationModel] | None = None,
    told: Callable[[int, int], None] | None = None,
) -> TranslationModel:
    """
    Return a package's model, not yet loaded.

    Args:
        base: What an adapter's model is built from, in place of the pinned wheel.
        drafters: Models whose English an adapter is shown, by language.
        told: Called while an adapter's model is built, with the layers done and how many there are.
    """
    if package.adapter is None:
        return PackageModel(package, options)
    return AdapterModel(
        package,
        package.adapter,
        options,
        base=base,
        drafters=drafters,
        told=told,
    )
