"""``tilshi packages bench``: a package measured in a process of its own."""

import json
from dataclasses import replace

import pytest

from aggregator.errors import PackageError
from aggregator.models import SegmentKind
from aggregator.translate.model import EngineOptions
from aggregator.translate.packages.bench import BenchJob, bench_package, read_samples
from aggregator.translate.packages.installed import open_packages
from tests.support.command import call_command
from tests.support.tiny_package import write_tiny_package


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_package(tmp_path_factory.mktemp("tiny"))


def test_the_samples_are_ten_of_each_kind_and_language():
    samples = read_samples()
    counts = [
        sum((one.language, one.kind) == (language, kind) for one in samples)
        for language in ("kk", "ru")
        for kind in (SegmentKind.HEADLINE, SegmentKind.SENTENCE)
    ]

    assert counts == [10, 10, 10, 10]
    assert len({one.text for one in samples}) == len({one.english for one in samples}) == 40


def test_a_package_is_measured_in_each_language_that_it_reads(tiny, tmp_path):
    environ = {"TILSHI_DATA_FOLDER": str(tmp_path), "TILSHI_TRANSLATE_PACKAGES": str(tiny)}

    told = call_command(
        "packages", "bench", "--rounds", "1", "--json", environ=environ, folder=tmp_path
    )

    [figures] = json.loads(told.stdout)
    rows = figures["languages"]
    assert told.returncode == 0
    assert [(row["language"], row["segments"]) for row in rows] == [("kk", 20), ("ru", 20)]
    assert figures["peak_bytes"] > 20_000_000
    assert all(row["tokens"] > 100 and row["tokens_per_s"] > 0 for row in rows)
    assert all(row["processor_s"] > 0 for row in rows)


def test_progress_is_told_text_by_text_and_a_package_that_is_gone_is_an_error(tiny, tmp_path):
    package = open_packages([tiny], tmp_path)[0]
    job = BenchJob(
        package=package, sources=("ru",), drafts={}, options=EngineOptions(beam=1), rounds=2
    )
    told = []

    figures = bench_package(job, lambda *progress: told.append(progress))

    assert told == [(20, 40), (40, 40)]
    assert figures.label == package.label
    gone = replace(job, package=replace(package, folder=tmp_path / "gone"))
    with pytest.raises(PackageError, match="cannot be loaded"):
        bench_package(gone, lambda *_: None)
