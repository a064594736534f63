"""
Search: what 360 queries find among the demo's and the week's stories, and how long it takes among
10,000.

The queries (``search_queries.tsv``) are words in Russian, Kazakh in both alphabets and English, in
any form, names in any script, several words, words with one wrong letter, and words that no story
has. A story should come if it has a form of every word: in the English or the original of its
headline or lead, or in another report's headline. Two thirds of them were
used to tune by; the others were tried once tuning had ended. Precision and recall are over all
stories of all queries together.

Time is of the archive's search with its page of twenty hits, marked; processor time of this
process. ``--show`` lists what was missed and what came too much.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aggregator.names.glossary import read_glossary
from aggregator.search.story_index import SearchFilter
from aggregator.web.archive import Archive
from config.settings import find_shipped_file
from tests.support.searched import Query, load_queries, make_digests

DAILY = SearchFilter(edition="daily")
STORIES = 10_000
ALL = 1_000_000


def main(arguments: list[str]) -> None:
    queries = load_queries()
    digests, names = make_digests()
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "small.sqlite", glossary)
        for digest in digests:
            archive.put(digest)
        found = {query: search(archive, query, names) for query in queries}
        print("| | queries | recall | precision |\n|---|--:|--:|--:|")
        for title, half in (("to tune by", (1,)), ("the others", (2,)), ("all", (1, 2))):
            print_row(title, [query for query in queries if query.half in half], found)
        if "--show" in arguments:
            show_faults(queries, found)
        large = Archive(Path(folder) / "large.sqlite", glossary)
        measure_times(large, digests, queries, Path(folder) / "large.sqlite")


def search(archive: Archive, query: Query, names: dict[str, str]) -> set[str]:
    page = archive.search(query.words, DAILY, limit=ALL)
    return {names[hit.story.id] for hit in page.hits}


def measure(queries: list[Query], found: dict[Query, set[str]]) -> tuple[float, float]:
    """Return recall and precision."""
    right = sum(len(found[query] & query.stories) for query in queries)
    wanted = sum(len(query.stories) for query in queries)
    came = sum(len(found[query]) for query in queries)
    return right / wanted, right / came


def print_row(title: str, queries: list[Query], found: dict[Query, set[str]]) -> None:
    recall, precision = measure(queries, found)
    print(f"| {title} | {len(queries)} | {recall:.3f} | {precision:.3f} |")


def show_faults(queries: list[Query], found: dict[Query, set[str]]) -> None:
    for query in queries:
        missed = " ".join(sorted(query.stories - found[query]))
        extra = " ".join(sorted(found[query] - query.stories))
        if missed or extra:
            print(f"{query.half} {query.words}: missed [{missed}] too much [{extra}]")


def measure_times(archive: Archive, digests: list, queries: list[Query], path: Path) -> None:
    """Fill an archive with the same stories again and again, and time every query in it."""
    began = time.process_time()
    stories = [story for digest in digests for story in digest.stories]
    day = digests[-1].day
    put = 0
    while put < STORIES:
        part = tuple(replace(story, id=f"{put + n:016x}") for n, story in enumerate(stories))
        archive.put(replace(digests[-1], day=day, stories=part))
        put += len(part)
        day -= timedelta(days=1)
    filled = time.process_time() - began
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took: list[tuple[float, float]] = []
    for _ in range(2):
        took = []
        for query in queries:
            wall, used = time.perf_counter(), time.process_time()
            archive.search(query.words, DAILY)
            took.append((time.perf_counter() - wall, time.process_time() - used))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"\n{put:,} stories: {filled / put * 1000:.2f} ms of processor time each to put, "
        f"{path.stat().st_size / 1e6:.0f} MB on disk; searching takes {grown / 1024:.0f} MB more\n"
    )
    print("| ms a query | median | p95 | worst |\n|---|--:|--:|--:|")
    for title, place in (("wall", 0), ("processor", 1)):
        times = sorted(row[place] * 1000 for row in took)
        p95 = times[int(len(times) * 0.95)]
        print(f"| {title} | {times[len(times) // 2]:.1f} | {p95:.1f} | {times[-1]:.1f} |")
    slow = sorted(zip(took, queries, strict=True), key=lambda row: -row[0][1])[:5]
    sys.stdout.write(f"\nslowest: {', '.join(f'{q.words} {t[1] * 1000:.0f}' for t, q in slow)}\n")
