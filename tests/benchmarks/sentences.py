"""
Sentence splitting beside its peers, on the hard cases that the tests hold.

Peers are those of pysbd, razdel and sentencex that are installed (`.venv/bin/pip install pysbd
razdel sentencex`). Our splitter was written until it passed these cases, so they say what the peers
lack, not how good ours is on other text.
"""

import re
from collections.abc import Callable
from importlib.util import find_spec

from aggregator.text.sentences import split_sentences
from tests.unit.text.test_sentences import (
    test_a_line_is_cut_where_a_sentence_ends_and_nowhere_else as test,
)

Splitter = Callable[[str, str], list[str]]


def splitters() -> dict[str, Splitter]:
    by_name: dict[str, Splitter] = {"this engine": lambda text, _: split_sentences(text, "")}
    if find_spec("pysbd"):
        import pysbd

        by_name["pysbd"] = lambda text, language: pysbd.Segmenter(
            language=language, clean=False
        ).segment(text)
    if find_spec("razdel"):
        import razdel

        by_name["razdel"] = lambda text, _: [one.text for one in razdel.sentenize(text)]
    if find_spec("sentencex"):
        import sentencex

        by_name["sentencex"] = lambda text, language: list(sentencex.segment(language, text))
    return by_name


def language_of(text: str) -> str:
    return "en" if text.isascii() else "kk" if re.search("[әғқңөұүһі]", text.lower()) else "ru"


def main(_: list[str]) -> None:
    cases: list[list[str]] = [case.values[0] for case in test.pytestmark[0].args[1]]
    print("| splitter | right, of Kazakh | of Russian | of English |\n|---|--:|--:|--:|")
    for name, split in splitters().items():
        cells = []
        for language in ("kk", "ru", "en"):
            texts = [
                (" ".join(case), case) for case in cases if language_of(" ".join(case)) == language
            ]
            right = sum(
                [p.strip() for p in split(text, language) if p.strip()] == case
                for text, case in texts
            )
            cells.append(f"{right} of {len(texts)}")
        print(f"| {name} | {' | '.join(cells)} |")
