"""
How fast a package is on this machine, how much memory it takes, and how near its English comes.

Forty sentences and headlines of the project's own (``bench.tsv``), in a process of their own, so
that what it holds at its peak is the package's alone. As installed, greedy or beam, with the draft
of another package where the adapter is shown one; but neither guards nor glossary, so the score is
that of the model. Twenty short texts a language tell a package that works from one that does not,
and not which of two good ones is better.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import PackageError
from aggregator.models import SegmentKind
from aggregator.translate.chrf import score_chrf
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause
from aggregator.translate.polish import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from multiprocessing.connection import Connection

    from aggregator.translate.model import EngineOptions, TranslationModel
    from aggregator.translate.packages.installed import Package

__all__ = ["BenchFigures", "BenchJob", "BenchRow", "BenchSample", "bench_package", "read_samples"]


@dataclass(frozen=True, slots=True)
class BenchSample:
    """A text with what a person made of it."""

    language: str
    kind: SegmentKind
    text: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchJob:
    """
    What to measure.

    Attributes:
        sources: Languages to translate from, each one that the package reads.
        drafts: Packages whose English an adapter is shown, by language.
        base: The owner's file that an adapter's model was built from; None for the wheel's.
        rounds: How often all samples are translated, 1 or more.
    """

    package: Package
    sources: tuple[str, ...]
    drafts: Mapping[str, Package]
    options: EngineOptions
    base: Path | None = None
    rounds: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRow:
    """
    Figures of a language.

    Attributes:
        drafts: Label of the package that drafted; empty if none did.
        tokens: Of the sources, as the package cuts them.
        wall_s: Of the median round, by the clock.
        processor_s: Of the median round, of all cores together.
        chrf: 0 to 100.
    """

    language: str
    drafts: str
    segments: int
    tokens: int
    wall_s: float
    processor_s: float
    chrf: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchFigures:
    """
    What was measured.

    Attributes:
        label: Name and version of the package.
        load_s: Processor time of loading, with the libraries that it takes.
        peak_bytes: What the process held at its peak.
    """

    label: str
    load_s: float
    peak_bytes: int
    rows: tuple[BenchRow, ...]


def read_samples() -> list[BenchSample]:
    """Return the texts that come with the program."""
    file = resources.files("aggregator.translate.packages") / "bench.tsv"
    samples = []
    for line in file.read_text(encoding="utf-8").splitlines():
        language, kind, text, english = line.split("\t")
        samples.append(BenchSample(language, SegmentKind(kind), text, english))
    return samples


def bench_package(job: BenchJob, told: Callable[[int, int], None]) -> BenchFigures:
    """
    Measure a package in a process of its own.

    Args:
        told: Called with how many texts were translated, and of how many.

    Raises:
        PackageError: It cannot be loaded, or the process ended.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(job, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        return _listen(ours, job, told)
    finally:
        process.terminate()
        process.join()
        ours.close()


def _listen(
    ours: Connection,
    job: BenchJob,
    told: Callable[[int, int], None],
) -> BenchFigures:
    while True:
        try:
            heard = ours.recv()
        except EOFError as error:
            text = "the process that measured it ended; was there memory enough?"
            raise PackageError(job.package.label, text) from error
        match heard:
            case (int(done), int(total)):
                told(done, total)
            case PackageError() | BenchFigures():
                break
    if isinstance(heard, PackageError):
        raise heard
    return heard


def _measure(job: BenchJob, theirs: Connection) -> None:
    try:
        theirs.send(_translate_samples(job, lambda *told: theirs.send(told)))
    except PackageError as error:
        theirs.send(error)
    theirs.close()


def _translate_samples(job: BenchJob, told: Callable[[int, int], None]) -> BenchFigures:
    began = time.process_time()
    drafters = {code: make_model(drafted, job.options) for code, drafted in job.drafts.items()}
    model = make_model(job.package, job.options, base=job.base, drafters=drafters)
    model.load()
    load_s = time.process_time() - began
    chosen = {code: _choose_samples(code) for code in job.sources}
    total = job.rounds * sum(map(len, chosen.values()))
    done = 0
    rows = []
    for code, samples in chosen.items():
        clauses = [Clause(prepare(one.text, one.kind), code) for one in samples]
        rounds = []
        for _ in range(job.rounds):
            rounds.append(_time_round(model, clauses))
            done += len(clauses)
            told(done, total)
        drafted = job.drafts.get(code)
        made = [rounds[0].english[clause] for clause in clauses]
        rows.append(
            BenchRow(
                language=code,
                drafts=drafted.label if drafted is not None else "",
                segments=len(clauses),
                tokens=sum(model.count_tokens(clause.text) for clause in clauses),
                wall_s=statistics.median(one.wall_s for one in rounds),
                processor_s=statistics.median(one.processor_s for one in rounds),
                chrf=score_chrf(made, [one.english for one in samples]),
            )
        )
    return BenchFigures(
        label=job.package.label,
        load_s=load_s,
        peak_bytes=_read_peak(),
        rows=tuple(rows),
    )


def _choose_samples(code: str) -> list[BenchSample]:
    return [one for one in read_samples() if one.language == code]


@dataclass(frozen=True, slots=True)
class _Round:
    wall_s: float
    processor_s: float
    english: dict[Clause, str]


def _time_round(model: TranslationModel, clauses: Sequence[Clause]) -> _Round:
    wall, processor = time.perf_counter(), time.process_time()
    raw = model.translate(clauses)
    return _Round(
        time.perf_counter() - wall,
        time.process_time() - processor,
        {clause: answer.text for clause, answer in raw.items()},
    )


def _read_peak() -> int:
    """Return the most that this process held in memory, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        # Not getrusage: on Linux that begins with what the process that started this one held.
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
