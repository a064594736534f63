"""
A recipe for an adapter: what it is added to, what it learns from and how, as one TOML file.

    name = "english"
    version = "2"
    base = "gemma-3-270m"
    base_sha256 = "a5fd..."
    from = "english-1.lora.safetensors"
    ...
    [adapter]
    rank = 64
    [drafts]
    package = "starter-1.argosmodel"
    [training]
    minutes = 95
    [[set]]
    file = "kaznu_titles.kk-en.tsv.xz"
    language = "kk"
    drafts = true

Files are named relative to the folder of corpora. Every key has a meaning here or is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aggregator.errors import FoundryError
from aggregator.foundry.adapter.prompts import LANGUAGE_NAMES
from aggregator.foundry.recipe import TextSet, build_record, read_tables

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AdapterRecipe",
    "AdapterSet",
    "AdapterSize",
    "AdapterTraining",
    "DraftOptions",
    "NameOptions",
    "read_adapter_recipe",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSet(TextSet):
    """
    Text for an adapter.

    Attributes:
        drafts: Its pairs get drafts.
        aside: So many pairs, drawn by lot, are measured and never trained on; the same with every
            seed, so that a training that goes on from an adapter keeps them aside too.
        made_by: The program that wrote one of its sides, for the card; empty for people.
    """

    drafts: bool = False
    aside: int = 0
    made_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSize:
    """
    The form of an adapter: y = W x + (alpha / rank) B A x in every linear layer.

    Attributes:
        rank: Rows of A, columns of B; 1 or more.
        alpha: Weight of what is added, above 0.
    """

    rank: int = 64
    alpha: float = 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOptions:
    """
    What another model's translations are put into prompts.

    What it was trained on it translates far too well; sampled, its drafts are about as wrong as
    those of text that it never saw.

    Attributes:
        package: File of an Argos package; empty for no drafts at all.
        share: Of the times that a pair with a draft is seen, those in which the draft is shown, 0
            to 1.
        temperature: Of sampling, above 0; the higher the worse.
        choices: Each piece is drawn from so many likeliest, 1 or more.
    """

    package: str = ""
    share: float = 0.7
    temperature: float = 1.35
    choices: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOptions:
    """
    Which sources have their names put into English, as every source has in use.

    Attributes:
        glossary: File of names; empty for none at all.
        share: Of the pairs whose English has a name of the source as the glossary writes it, those
            whose source shows it so, 0 to 1.
    """

    glossary: str = ""
    share: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterTraining:
    """
    How to train.

    Attributes:
        device: ``cpu`` or ``cuda``.
        threads: Of torch, on a CPU.
        precision: Of the base's arithmetic: ``float32``, ``bfloat16``, or ``auto``: bfloat16 where
            the machine is faster with it. What learns is of float32 in any case.
        compile: Let torch compile what lies between the products: half a minute at the start, and a
            C++ compiler is needed.
        minutes: To train in all, resumed runs together; the learning rate falls to a tenth by then.
        rate: Highest learning rate.
        warmup_steps: Steps until the highest rate.
        step_tokens: Tokens of prompts and English that a step learns from, at least.
        batch_tokens: Tokens that are worked on at once, padding included, at most: memory depends
            on it.
        max_tokens: Pairs that have more with their prompt are left out; a draft that would make
            them so is.
        seed: Of everything random.
        start_share: Of what is exported, the share of the adapter that training went on from, 0 to
            1. Half of each is often better on unseen text than what was learnt last (Wortsman et
            al., Robust fine-tuning of zero-shot models, 2022).
    """

    device: str = "cpu"
    threads: int = 2
    precision: str = "auto"
    compile: bool = False
    minutes: float = 95.0
    rate: float = 6e-4
    warmup_steps: int = 25
    step_tokens: int = 3_900
    batch_tokens: int = 2_048
    max_tokens: int = 160
    seed: int = 1
    start_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterRecipe:
    """
    What an adapter is made from, and how.

    Attributes:
        name: Of the adapter, e.g. ``english``.
        version: Of the adapter, e.g. ``2``.
        reads: Languages it translates from.
        licence: Of the adapter, for its card.
        base: Name of the model that it is added to.
        base_sha256: Of that model's GGUF file.
        sets: Files of parallel text.
        english: Files of English alone, for the vocabulary and for the case of words.
        texts: Files of the languages read, likewise.
        evaluation: Files whose sentences must not be trained on, one sentence a line.
        from_: An adapter to go on from, ``from`` in the file; empty to begin anew.
        least_uses: A piece of the vocabulary that all texts use less often is dropped.
        adapter: Its form.
        drafts: What is shown beside sources.
        names: Which sources show their names in English.
        training: How long and how fast it learns.
    """

    name: str
    version: str
    reads: tuple[str, ...]
    licence: str
    base: str
    base_sha256: str
    sets: tuple[AdapterSet, ...]
    english: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    from_: str = ""
    least_uses: int = 2
    adapter: AdapterSize = field(default_factory=AdapterSize)
    drafts: DraftOptions = field(default_factory=DraftOptions)
    names: NameOptions = field(default_factory=NameOptions)
    training: AdapterTraining = field(default_factory=AdapterTraining)


_PRECISIONS = ("auto", "float32", "bfloat16")


def read_adapter_recipe(path: Path) -> AdapterRecipe:
    """
    Read a recipe.

    Raises:
        FoundryError: It cannot be read, or a key of it is unknown, missing, of the wrong type or
            out of range; says which.
    """
    table, sets = read_tables(path)
    parts = tuple(
        build_record(AdapterSet, one, f"{path}: set[{number}]") for number, one in enumerate(sets)
    )
    kinds = {
        "adapter": AdapterSize,
        "drafts": DraftOptions,
        "names": NameOptions,
        "training": AdapterTraining,
    }
    records = {
        name: build_record(kind, table.pop(name, {}), f"{path}: {name}")
        for name, kind in kinds.items()
    }
    recipe: AdapterRecipe = build_record(
        AdapterRecipe,
        {
            **table,
            "sets": parts,
            **records,
        },
        str(path),
    )
    _check_sets(recipe, path)
    _check_ranges(recipe, path)
    return recipe


def _check_sets(recipe: AdapterRecipe, path: Path) -> None:
    known = ", ".join(sorted(LANGUAGE_NAMES))
    for number, one in enumerate(recipe.sets):
        where = f"{path}: set[{number}]"
        _demand(one.language in LANGUAGE_NAMES, f"{where}: language", one.language, known)
        _demand(one.passes >= 0, f"{where}: passes", one.passes, "0 or more")
        _demand(one.hold_last >= 0, f"{where}: hold_last", one.hold_last, "0 or more")
        _demand(one.aside >= 0, f"{where}: aside", one.aside, "0 or more")
        has_package = bool(recipe.drafts.package) or not one.drafts
        _demand(has_package, f"{where}: drafts", one.drafts, "a package in [drafts] with it")


def _check_ranges(recipe: AdapterRecipe, path: Path) -> None:
    drafts = recipe.drafts
    how = recipe.training
    positive = {
        "least_uses": recipe.least_uses,
        "adapter: rank": recipe.adapter.rank,
        "adapter: alpha": recipe.adapter.alpha,
        "drafts: temperature": drafts.temperature,
        "drafts: choices": drafts.choices,
        "training: threads": how.threads,
        "training: minutes": how.minutes,
        "training: rate": how.rate,
        "training: warmup_steps": how.warmup_steps,
        "training: step_tokens": how.step_tokens,
        "training: batch_tokens": how.batch_tokens,
    }
    for name, value in positive.items():
        _demand(value > 0, f"{path}: {name}", value, "more than 0")
    shares = {
        "drafts: share": drafts.share,
        "names: share": recipe.names.share,
        "training: start_share": how.start_share,
    }
    for name, share in shares.items():
        _demand(0 <= share <= 1, f"{path}: {name}", share, "0 to 1")
    known = ", ".join(_PRECISIONS)
    _demand(how.precision in _PRECISIONS, f"{path}: training: precision", how.precision, known)
    fits = 0 < how.max_tokens <= how.batch_tokens
    _demand(fits, f"{path}: training: max_tokens", how.max_tokens, "1 to batch_tokens")


def _demand(holds: bool, where: str, value: Any, expected: str) -> None:
    if not holds:
        raise FoundryError(where, f"{value!r}, expected {expected}")
