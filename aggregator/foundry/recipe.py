"""
A recipe: what a package is made from and how, as one TOML file.

    name = "translate-kk_en"
    version = "1.0"
    ...
    [training]
    minutes = 90
    [[set]]
    file = "kaznu_titles.kk-en.tsv.xz"
    language = "kk"
    passes = 2.0

Every key has a meaning here or is refused: a misspelt key that is passed over costs hours of
training.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from aggregator.errors import FoundryError
from aggregator.languages import KAZAKH, RUSSIAN
from aggregator.toml.document import TomlError, read_toml_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "ParallelSet",
    "Recipe",
    "TextSet",
    "Training",
    "build_record",
    "read_recipe",
    "read_tables",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSet:
    """
    One file of parallel text, or one part of it.

    Attributes:
        file: Within the folder of corpora, xz or plain; ``source<TAB>English`` a line, or, with
            ``language`` and ``kind`` before these two, four columns.
        language: Code of the source.
        kind: Of a file with four columns, the kind wanted; empty for all.
        passes: How often a pair is seen in one round; 0.25 is a new quarter each round.
        hold_last: So many last lines are kept for evaluation and never trained on.
        restore: The text was lower-cased and tokenised: give case and spacing back.
        licence: As its owners say.
        origin: Who they are.
    """

    file: str
    language: str
    kind: str = ""
    passes: float = 1.0
    hold_last: int = 0
    restore: bool = False
    licence: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelSet(TextSet):
    """
    Text for a package.

    Attributes:
        least_likeness: Pairs that the encoder finds less alike are dropped as misaligned; 0 to look
            at none.
    """

    least_likeness: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """
    How to train.

    Attributes:
        device: ``cpu`` or ``cuda``.
        threads: Of torch, on a CPU.
        minutes: To train in all, resumed runs together; the learning rate falls to nothing by then.
        batch_tokens: English tokens a step, padding included.
        decoder_layers: Of the new decoder.
        decoder_width: Of its feed-forward layers.
        tuned_layers: So many of the encoder's last layers learn too; those below keep what they
            know.
        rate: Highest learning rate of the decoder.
        encoder_rate: Highest learning rate of the encoder's tuned layers.
        warmup_steps: Steps until the highest rate.
        smoothing: Share of each label given to all pieces alike, 0 to 1.
        dropout: Share of activations dropped.
        max_pieces: Longer sentences are left out.
        target_pieces: Size of the English vocabulary.
        focus: Share of the time, at its end, in which only ``focus_languages`` are trained on.
        focus_languages: Languages of the last part, see ``focus``.
        cache_gib: Memory for what the frozen layers gave, so that a pair costs them once.
        compile: Let torch compile the step: a minute at the start, half the time after it.
        seed: Of everything random.
    """

    device: str = "cpu"
    threads: int = 2
    minutes: float = 90.0
    batch_tokens: int = 2_500
    decoder_layers: int = 3
    decoder_width: int = 1_024
    tuned_layers: int = 3
    rate: float = 1.5e-3
    encoder_rate: float = 2e-4
    warmup_steps: int = 300
    smoothing: float = 0.1
    dropout: float = 0.1
    max_pieces: int = 60
    target_pieces: int = 8_000
    focus: float = 0.3
    focus_languages: tuple[str, ...] = (KAZAKH.value, RUSSIAN.value)
    cache_gib: float = 6.0
    compile: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """
    What a package is made from, and how.

    Attributes:
        name: Of the package, as Argos codes it, e.g. ``translate-kk_en``.
        version: Of the package, e.g. ``1.0``.
        reads: Languages it translates from, the one of its metadata first.
        licence: Of the package.
        sets: Files of parallel text.
        english: Files of English alone, for the vocabulary and for the case of words.
        texts: Files of the languages read, for the vocabulary of the source and for the case of
            words.
        evaluation: Files whose sentences must not be trained on, one sentence a line.
        training: How long and how fast it learns.
    """

    name: str
    version: str
    reads: tuple[str, ...]
    licence: str
    sets: tuple[ParallelSet, ...]
    english: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    training: Training = field(default_factory=Training)


def read_recipe(path: Path) -> Recipe:
    """
    Read a recipe.

    Raises:
        FoundryError: It cannot be read, or a key of it is unknown, missing or of the wrong type;
            says which.
    """
    table, sets = read_tables(path)
    parts = tuple(
        build_record(ParallelSet, one, f"{path}: set[{number}]") for number, one in enumerate(sets)
    )
    training = build_record(Training, table.pop("training", {}), f"{path}: training")
    return build_record(
        Recipe,
        {
            **table,
            "sets": parts,
            "training": training,
        },
        str(path),
    )


def read_tables(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """
    Read a recipe's file.

    Returns:
        All of it but its sets, and what stands for each of these.

    Raises:
        FoundryError: It cannot be read, or has no sets.
    """
    try:
        table = read_toml_file(path)
    except (OSError, TomlError) as e:
        raise FoundryError(str(path), f"cannot be read: {e}") from e
    sets = table.pop("set", [])
    if not isinstance(sets, list) or not sets:
        raise FoundryError(str(path), "has no [[set]], expected at least one")
    return table, sets


def build_record(kind: type[Any], table: Any, where: str) -> Any:
    """
    Make a dataclass of a table, each value of the type that stands in the class.

    A key that is a word of Python's own has a line below it in the class: ``from_``.

    Raises:
        FoundryError: A key is unknown, missing or of the wrong type; says which, and where.
    """
    if not isinstance(table, dict):
        raise FoundryError(where, f"found {table!r}, expected a table")
    known = {one.name.rstrip("_"): one for one in fields(kind)}
    if unknown := sorted(set(table) - set(known)):
        raise FoundryError(
            where, f"unknown key {unknown[0]!r}, expected some of {', '.join(sorted(known))}"
        )
    for name, one in known.items():
        if name not in table and one.default is MISSING and one.default_factory is MISSING:
            raise FoundryError(where, f"has no {name!r}, expected {one.type}")
    return kind(
        **{
            known[name].name: _check_value(value, str(known[name].type), f"{where}: {name}")
            for name, value in table.items()
        }
    )


def _check_value(value: Any, kind: str, where: str) -> Any:
    if kind == "tuple[str, ...]":
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise FoundryError(where, f"{value!r}, expected a list of texts")
    plain: Any = {
        "str": str,
        "int": int,
        "float": (int, float),
        "bool": bool,
    }.get(kind)
    if plain is not None and (
        not isinstance(value, plain) or (kind != "bool" and isinstance(value, bool))
    ):
        raise FoundryError(where, f"{value!r}, expected {kind}")
    return float(value) if kind == "float" else value
