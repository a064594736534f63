"""What ``tilshi packages bench`` measures of a package, and how its figures are shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aggregator.languages import ENGLISH
from aggregator.translate.kinds import make_model
from aggregator.translate.packages.bench import BenchJob, bench_package, read_samples
from aggregator.translate.routes import plan_drafts
from workers.cli.keeping import show_progress
from workers.cli.output import console, table

if TYPE_CHECKING:
    from aggregator.translate.packages.bench import BenchFigures, BenchRow
    from aggregator.translate.packages.installed import Package
    from workers.loaded_config import LoadedConfig

__all__ = ["bench_one", "print_figures", "write_figures"]

_NUMBERS = ("texts/s", "tokens/s", "CPU ms/text", "load CPU s", "peak MB", "chrF")


def bench_one(
    own: list[Package],
    installed: list[Package],
    loaded: LoadedConfig,
    rounds: int,
) -> BenchFigures:
    """
    Measure a package, with progress; an adapter's model is built before, if need be.

    Args:
        own: The package, once for each language that it reads.
        installed: All packages; one of them may draft for it.
        loaded: Settings.
        rounds: How often; the median round counts.
    """
    section = loaded.settings.translate
    package = own[0]
    with show_progress(f"building {package.label} (layers)", wanted=True) as told:
        make_model(package, section.options(), base=section.base, told=told).build()
    codes = {sample.language for sample in read_samples()}
    job = BenchJob(
        package=package,
        sources=tuple(one.source for one in own if one.source in codes),
        drafts=plan_drafts(installed, {one.source: one for one in own}),
        options=section.options(),
        base=section.base,
        rounds=rounds,
    )
    with show_progress(f"{package.label} (texts)", wanted=True) as told:
        return bench_package(job, told)


def write_figures(figures: BenchFigures) -> dict[str, object]:
    """Return a package's figures for JSON."""
    rows = [asdict(row) | _write_rates(row) for row in figures.rows]
    return {
        "package": figures.label,
        "load_s": figures.load_s,
        "peak_bytes": figures.peak_bytes,
        "languages": rows,
    }


def _write_rates(row: BenchRow) -> dict[str, float]:
    return {
        "segments_per_s": row.segments / row.wall_s,
        "tokens_per_s": row.tokens / row.wall_s,
    }


def print_figures(figures: list[BenchFigures]) -> None:
    """Print the figures of packages as a table, a row a language."""
    rows = []
    for one in figures:
        for row in one.rows:
            rates = _write_rates(row)
            rows.append(
                (
                    one.label,
                    f"{row.language} > {ENGLISH}",
                    row.drafts or "-",
                    f"{rates['segments_per_s']:.1f}",
                    f"{rates['tokens_per_s']:.0f}",
                    f"{1000 * row.processor_s / row.segments:.0f}",
                    f"{one.load_s:.1f}",
                    f"{one.peak_bytes / 1e6:.0f}",
                    f"{row.chrf:.1f}",
                )
            )
    columns = ("package", "reads", "drafts by", *_NUMBERS)
    console().print(table(columns, rows, right=_NUMBERS) if rows else "nothing can be measured")
