"""
Translation against FLORES (sib200), lines beside the project or where TILSHI_SHARED says, and the
demo's headlines against their human English: sacrebleu's chrF and BLEU of each package that ships,
and of the files named. No guards.

    ./run bench quality [LINES] [PACKAGE ...]
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

from aggregator.translate.adapter.place import leave_out_baseless
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause, EngineOptions, TranslationModel
from aggregator.translate.packages.installed import Package, open_packages
from aggregator.translate.polish import prepare
from aggregator.translate.routes import plan_drafts
from config.settings import find_shipped_file

SHARED = Path(os.environ.get("TILSHI_SHARED") or Path(__file__).resolve().parents[3] / "shared")
FLORES = SHARED / "eval" / "flores_sib200"


def main(arguments: Sequence[str]) -> None:
    lines = int(arguments[0]) if arguments else 200
    places = [find_shipped_file("packages"), *map(Path, arguments[1:])]
    sys.stdout.write("| package | set | lines | chrF | BLEU |\n|---|---|--:|--:|--:|\n")
    with tempfile.TemporaryDirectory() as name:
        packages, _ = leave_out_baseless(open_packages(places, Path(name)), None)
        for label, language, model in list_models(packages):
            for title, sources, references in list_sets(language, lines):
                chrf, bleu = score(model, language, sources, references)
                sys.stdout.write(
                    f"| {label} | {title} | {len(sources)} | {chrf:.1f} | {bleu:.1f} |\n"
                )
                sys.stdout.flush()


def list_models(packages: Sequence[Package]) -> Iterator[tuple[str, str, TranslationModel]]:
    """Yield name, language and model; an adapter's with the drafts that it would be shown."""
    for package in packages:
        drafts = plan_drafts(packages, {package.source: package})
        drafters = {
            language: make_model(drafted, EngineOptions()) for language, drafted in drafts.items()
        }
        yield package.label, package.source, make_model(package, EngineOptions(), drafters=drafters)


def list_sets(language: str, lines: int) -> Iterator[tuple[str, list[str], list[str]]]:
    if FLORES.is_dir():
        yield f"FLORES {language}-en", read_flores(language)[:lines], read_flores("en")[:lines]
    from tests.benchmarks.translate import segments

    wanted, gold = segments()
    heads = [one for one in wanted if one.text in gold and one.language == language]
    sources = [prepare(one.text, one.kind) for one in heads]
    yield f"the demo's headlines, {language}", sources, [gold[one.text] for one in heads]


def read_flores(language: str) -> list[str]:
    return (FLORES / f"test.{language}").read_text(encoding="utf-8").splitlines()


def score(
    model: TranslationModel, language: str, sources: Sequence[str], references: Sequence[str]
) -> tuple[float, float]:
    clauses = [Clause(source, language) for source in sources]
    raw = model.translate(clauses)
    made = [raw[clause].text for clause in clauses]
    wanted = [list(references)]
    return CHRF().corpus_score(made, wanted).score, BLEU().corpus_score(made, wanted).score
