"""``tilshi foundry``: make a translation package from parallel text, a resumable command a step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from aggregator.errors import FoundryError
from config.places import find_models_folder
from workers.cli.config import load_for_command
from workers.cli.foundry_adapter import adapter
from workers.cli.foundry_extra import RecipeFile, WorkFolder, print_line, require_extra
from workers.cli.output import complain

__all__ = ["foundry"]

foundry = typer.Typer(
    no_args_is_help=True,
    help="Make a translation package, or an adapter: prepare, train, export, evaluate. Needs the "
    "extra `tilshi[foundry]`.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_WORK = Path(".foundry")

foundry.add_typer(adapter, name="adapter")


@foundry.command()
def prepare(
    recipe: RecipeFile,
    corpora: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the recipe's files are.")],
    work: WorkFolder = _WORK,
) -> None:
    """
    Clean and align the parallel text, and make the vocabularies.

    Example: `tilshi foundry prepare recipe.toml --corpora ./corpora`
    """
    with require_extra():
        from aggregator.foundry.prepare import prepare as run  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.recipe import read_recipe  # noqa: PLC0415  (as above)
    run(read_recipe(recipe), corpora, work, say=print_line)


@foundry.command()
def train(
    recipe: RecipeFile,
    work: WorkFolder = _WORK,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Instead of the recipe's.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="cpu or cuda, instead of the recipe's.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option("--from", metavar="PACKAGE", help="Begin from a package of the same recipe."),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=1e-6,
            max=0.1,
            help="The decoder's; the encoder's changes in proportion.",
        ),
    ] = None,
) -> None:
    """
    Train until the recipe's minutes are spent.

    Stopped at any moment, it goes on from its last checkpoint.

    Example: `tilshi foundry train recipe.toml`
    """
    with require_extra():
        from aggregator.foundry.curves import draw_curves  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.recipe import read_recipe  # noqa: PLC0415  (as above)
        from aggregator.foundry.train import train as run  # noqa: PLC0415  (as above)
    wanted = read_recipe(recipe)
    how = wanted.training
    share = rate / how.rate if rate else 1.0
    how = replace(how, minutes=minutes or how.minutes, device=device or how.device)
    how = replace(how, rate=how.rate * share, encoder_rate=how.encoder_rate * share)
    run(
        replace(wanted, training=how),
        work,
        say=print_line,
        start=start,
    )
    print_line(f"drawn: {draw_curves(work)}")


@foundry.command()
def export(recipe: RecipeFile, work: WorkFolder = _WORK) -> None:
    """
    Write the trained network as an Argos package in eight bits, with its card.

    The card holds the figures of the last `evaluate` in the same work folder.

    Example: `tilshi foundry export recipe.toml`
    """
    with require_extra():
        from aggregator.foundry.card import write_card  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.export import export as run  # noqa: PLC0415  (as above)
        from aggregator.foundry.recipe import read_recipe  # noqa: PLC0415  (as above)
    wanted = read_recipe(recipe)
    scores = work / "scores.md"
    figures = scores.read_text(encoding="utf-8") if scores.is_file() else ""
    run(
        wanted,
        work,
        card=write_card(wanted, figures),
        say=print_line,
    )


@foundry.command()
def evaluate(
    context: typer.Context,
    package: Annotated[Path, typer.Argument(help="Package file.")],
    test: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=SOURCE,ENGLISH", help="A set: two files, or one with source<TAB>English."
        ),
    ],
    work: WorkFolder = _WORK,
) -> None:
    """
    Score a package with sacrebleu's chrF and BLEU, and keep the table for its card. Needs no torch.

    Example: `tilshi foundry evaluate p.argosmodel --test flores-kk=test.kk,test.en --test
    headlines=held.tsv`
    """
    with require_extra():
        from aggregator.foundry.evaluate import evaluate as run  # noqa: PLC0415  (the extra may be missing)
        from aggregator.foundry.evaluate import format_table, read_columns, read_sides  # noqa: PLC0415  (as above)
    from aggregator.translate.packages.installed import describe_file  # noqa: PLC0415  (with its kin)

    sets = []
    for definition in test:
        name, _, paths = definition.partition("=")
        match paths.split(","):
            case [path] if path:
                sets.append(read_columns(name, Path(path)))
            case [source, english]:
                sets.append(read_sides(name, Path(source), Path(english)))
            case _:
                raise FoundryError(
                    f"--test {definition}", "expected NAME=FILE or NAME=SOURCE,ENGLISH"
                )
    folder = find_models_folder(load_for_command(context).settings)
    described = describe_file(package, folder)
    scores = format_table(run(described[0], sets))
    try:
        work.mkdir(parents=True, exist_ok=True)
        (work / "scores.md").write_text(scores, encoding="utf-8")
    except OSError as error:
        complain(f"the table could not be kept: {error}")
    print_line(scores)
