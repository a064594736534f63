"""
Whole articles: processor time of a sentence by how many go together, how long digest work waits at
most, how much is shown, and what the store keeps of one.

The demo's texts, joined by language into articles of forty sentences, as its own are short. Models
as `tilshi demo` left them in the folder that is named, or made anew.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from aggregator.digest.whole import plan_whole_article
from aggregator.models import WholeArticle
from aggregator.models.whole_form import pack_whole
from aggregator.names.glossary import read_glossary
from aggregator.pipeline.whole import make_segments
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.packages.installed import open_packages
from config.settings import find_shipped_file
from tests.support.builders import digest
from workers.demo.corpus import load_corpus

_SENTENCES = 40
_ARTICLES = 2
_PIECES = (1, 4, 8, 16)
_MOST_CHARS = 1_000_000


def main(arguments: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        unpacked = Path(arguments[0]) if arguments else Path(name)
        packages = open_packages([find_shipped_file("packages")], unpacked)
        glossary = read_glossary(find_shipped_file("glossary.toml"))
        translator = ArgosTranslator(packages, glossary=glossary)
        translator.load()
        rows = [measure(translator, size) for size in _PIECES]
    sys.stdout.write(
        "| sentences a piece | processor s a sentence | longest piece, processor s | shown |\n"
        "|--:|--:|--:|--:|\n"
    )
    sys.stdout.writelines(rows)
    sys.stdout.write(describe_sizes(translator))


def join_articles(language: str) -> Iterator[WholeArticle]:
    """Articles of ``_SENTENCES`` sentences, of the demo's texts."""
    corpus = load_corpus(find_shipped_file("demo"))
    texts = [
        "\n".join((item.lead, *item.body))
        for item in corpus.articles
        if item.body and corpus.sources[item.source_id].languages[0] == language
    ]
    ref = replace(digest(1).stories[0].best, language=language, text="\n".join(texts))
    sentences = [part.source for part in plan_whole_article(ref, chars=_MOST_CHARS).sentences]
    for number in range(_ARTICLES):
        part = sentences[number * _SENTENCES : (number + 1) * _SENTENCES]
        yield plan_whole_article(replace(ref, text="\n".join(part)), chars=_MOST_CHARS)


def translate_whole(
    translator: ArgosTranslator, whole: WholeArticle, size: int
) -> tuple[WholeArticle, list[float]]:
    """Return it finished, and the processor time of each piece."""
    spent = []
    while not whole.finished:
        segments = make_segments(whole, whole.list_next(size))
        began = time.process_time()
        made = translator.translate(segments)
        spent.append(time.process_time() - began)
        whole = whole.add(made)
    return whole, spent


def measure(translator: ArgosTranslator, size: int) -> str:
    spent: list[float] = []
    parts = 0
    shown = 0
    for language in ("kk", "ru"):
        for article in join_articles(language):
            whole, seconds = translate_whole(translator, article, size)
            spent += seconds
            parts += whole.size
            shown += sum(part.english is not None for part in whole.sentences)
    return f"| {size} | {sum(spent) / parts:.2f} | {max(spent):.1f} | {shown / parts:.0%} |\n"


def describe_sizes(translator: ArgosTranslator) -> str:
    [whole, *_] = join_articles("ru")
    whole, _ = translate_whole(translator, whole, _SENTENCES)
    text = "\n".join(part.source for part in whole.sentences).encode()
    packed = len(pack_whole(whole))
    return f"\n{whole.size} sentences, {len(text)} bytes of text: {packed} bytes kept\n"
