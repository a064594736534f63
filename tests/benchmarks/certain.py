"""
Names and numbers of withheld headlines: how much of what they say is right, and how many say
something.

``certain.tsv`` holds headlines of our own with all that may be said of each. The sources of
``guards_english.tsv`` are counted too; what they give was read, and stands in docs/benchmarks.md.
"""

import time
from pathlib import Path

from aggregator.names.glossary import read_glossary
from aggregator.translate.certain.line import SEPARATOR, list_certain
from config.settings import find_shipped_file
from tests.benchmarks.guards import read_labelled

HEADLINES = Path(__file__).with_name("certain.tsv")


def read_headlines() -> list[tuple[str, str, list[str]]]:
    """Language, headline, and what may be said of it."""
    rows = []
    for line in HEADLINES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, headline, right = line.split("\t")
            rows.append((language, headline, right.split(" | ")))
    return rows


def split_line(line: str) -> list[str]:
    """The parts of a line; small letters, since a line begins with a capital."""
    return line.lower().split(SEPARATOR) if line else []


def main(_: list[str]) -> None:
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    said = right = 0
    rows = read_headlines()
    empty = 0
    for language, headline, wanted in rows:
        line = list_certain(headline, language, glossary)
        pieces = split_line(line)
        empty += not pieces
        said += len(pieces)
        right += sum(piece in split_line(SEPARATOR.join(wanted)) for piece in pieces)
    print(
        f"{len(rows)} headlines of our own: {said} words and numbers said, {right} of them right; "
    )
    print(f"{empty} headlines say nothing.\n")
    sources = {(pair.language, pair.source, pair.kind) for pair in read_labelled()}
    print("| real texts | | something is said | pieces a line |\n|---|--:|--:|--:|")
    began = time.process_time()
    for language in ("kk", "ru"):
        for kind in ("headline", "sentence"):
            texts = [text for tag, text, sort in sources if (tag, sort) == (language, kind)]
            lines = [list_certain(text, language, glossary) for text in texts]
            told = [line for line in lines if line]
            pieces = sum(len(line.split(SEPARATOR)) for line in told) / len(told)
            share = len(told) / len(texts)
            print(f"| {language}, {kind}s | {len(texts)} | {share:.0%} | {pieces:.1f} |")
    spent = 1000 * (time.process_time() - began) / len(sources)
    print(f"\n{spent:.1f} ms of processor time a text.")
