"""
Headlines put into capitals and read back, word by word: the gold week's, and lines of files.

    ./run bench capitals [FILE ...]      a headline a line, then if wanted a tab and its text
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.names.forms import split_words
from aggregator.text.capitals import OwnSpellings, restore_case
from tests.support.week import load_week

if TYPE_CHECKING:
    from collections.abc import Iterable


def main(arguments: list[str]) -> None:
    restore_case("ТАБЛИЦА")  # the table is read once
    heads = "headlines number words right names_lost abbreviations_lost capitals_added ms_each"
    print(f"| {' | '.join(heads.split())} |\n|---{'|--:' * 7}|".replace("_", " "))
    articles = load_week().articles
    for language in ("kk", "ru"):
        ours = [article for article in articles if article.language == language]
        report(f"gold, {language}", [(article.title, "") for article in ours])
        report(f"gold, {language}, with text", [(article.title, article.text) for article in ours])
    for name in arguments:
        lines = [line.partition("\t") for line in Path(name).read_text().splitlines()]
        report(Path(name).name, [(title, text) for title, _, text in lines])


def report(name: str, pairs: Iterable[tuple[str, str]]) -> None:
    kinds: Counter[str] = Counter()
    started = time.process_time()
    restored = [(title, restore_case(title.upper(), OwnSpellings(text))) for title, text in pairs]
    spent = time.process_time() - started
    for title, line in restored:
        for (word, *_), (back, *_) in zip(split_words(title), split_words(line), strict=True):
            kinds[judge(word, back)] += 1
    words = kinds.total()
    cells = [f"{kinds['right'] / words:.1%}", *(kinds[kind] for kind in ("name", "short", "many"))]
    shown = " | ".join(map(str, cells))
    print(f"| {name} | {len(restored)} | {words} | {shown} | {1000 * spent / len(restored):.2f} |")


def judge(word: str, back: str) -> str:
    if word == back:
        return "right"
    if word.isupper() and len(word) > 1:
        return "short"
    return "name" if back.islower() else "many"


if __name__ == "__main__":
    main([])
