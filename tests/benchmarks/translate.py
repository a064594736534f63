"""
Translation: this engine beside argostranslate and beside CTranslate2 alone, on one package, in one
run.

The texts are the demo's headlines and the sentences of its leads and texts, Kazakh and Russian,
beam 4. argostranslate is called as its users call it: one text a call, its own settings, with texts
left whole in place of its own splitter, which would ask the network for a model. CTranslate2 alone
is given the same pieces sorted by length in padded batches: what nobody can beat without another
model. chrF (sacrebleu) is that of the demo's headlines against their human English, before any
guard.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from aggregator.models import Segment, SegmentKind
from aggregator.names.glossary import read_glossary
from aggregator.text.sentences import split_sentences
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.model import Clause, EngineOptions, PackageModel
from aggregator.translate.packages.installed import Package, open_packages
from aggregator.translate.polish import prepare
from config.settings import find_shipped_file
from tests.support.demo import demo_articles
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold

THREADS = 2


def segments() -> tuple[list[Segment], dict[str, str]]:
    """Return what to translate, and the human English of headlines."""
    corpus = load_corpus(find_shipped_file("demo"))
    gold = load_gold(find_shipped_file("demo") / "gold.toml", corpus)
    articles, _ = demo_articles(corpus, gold)
    wanted: list[Segment] = []
    for article in articles:
        if article.language in ("kk", "ru"):
            wanted.append(
                Segment(text=article.title, language=article.language, kind=SegmentKind.HEADLINE)
            )
            texts = [article.lead, article.text]
            wanted += [
                Segment(text=sentence, language=article.language)
                for text in texts
                for sentence in split_sentences(text, article.language)
            ]
    keys = [item.key for item in corpus.articles if item.published.year == corpus.polls[0].year]
    english = {
        article.title: gold.headlines[key] for article, key in zip(articles, keys, strict=True)
    }
    return list(dict.fromkeys(wanted)), english


class Whole:
    """A splitter for argostranslate that leaves texts whole: each is one sentence here."""

    def split_sentences(self, text: str) -> list[str]:
        return [text]


def peer(folder: Path, file: Path, texts: list[str]) -> tuple[float, list[str]]:
    os.environ.update(
        dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(folder / "argos"))
    )
    os.environ |= {"ARGOS_PACKAGES_DIR": str(folder / "installed")}
    from argostranslate import package, translate

    package.install_from_path(file)
    translation = translate.get_translation_from_codes("kk", "en")
    translation.underlying.sentencizer = Whole()
    translation.translate(texts[0])
    began = time.perf_counter()
    made = [translation.translate(text) for text in texts]
    return time.perf_counter() - began, made


def perfect(package: Package, texts: list[str]) -> float:
    """Return the seconds that CTranslate2 needs for these texts, sorted, in padded batches."""
    model, tokenizer = PackageModel(package, EngineOptions(threads=THREADS))._get_parts()
    pieces = sorted((tokenizer.encode(text) for text in texts), key=len)
    options = {
        "beam_size": 4,
        "length_penalty": 0.2,
        "max_batch_size": 1024,
        "batch_type": "tokens",
    }
    model.translate_batch(pieces[:8], **options)
    began = time.perf_counter()
    model.translate_batch(pieces, replace_unknowns=True, **options)
    return time.perf_counter() - began


def chrf(made: list[str], wanted: list[str]) -> str:
    from sacrebleu.metrics.chrf import CHRF

    return f"{CHRF().corpus_score(made, [wanted]).score:.1f}"


def main(_: list[str]) -> None:
    wanted, gold = segments()
    heads = [
        segment
        for segment in wanted
        if segment.kind is SegmentKind.HEADLINE and segment.text in gold
    ]
    best = [gold[segment.text] for segment in heads]
    file = find_shipped_file("packages") / "starter-1.argosmodel"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        glossary = read_glossary(find_shipped_file("glossary.toml"))
        began = time.perf_counter()
        packages = open_packages([file], into=folder)
        engine = ArgosTranslator(packages, EngineOptions(threads=THREADS), glossary)
        engine.translate(wanted[:1])
        cold = time.perf_counter() - began
        began = time.perf_counter()
        made = engine.translate(wanted)
        ours = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        texts = [prepare(segment.text, segment.kind) for segment in wanted]
        raw = PackageModel(packages[0], EngineOptions(threads=THREADS))
        raw.load()
        began = time.perf_counter()
        clauses = [
            Clause(text, segment.language) for text, segment in zip(texts, wanted, strict=True)
        ]
        plain = {clause.text: answer for clause, answer in raw.translate(clauses).items()}
        engine_only = time.perf_counter() - began
        limit = perfect(packages[0], texts)
        theirs, peers = peer(folder, file, texts)
    english = dict(zip(texts, peers, strict=True))
    same = sum(plain[text].text == " ".join(english[text].split()) for text in texts)
    head_texts = [prepare(segment.text, segment.kind) for segment in heads]
    rows = [
        (
            "argostranslate, one text a call",
            theirs,
            chrf([english[text] for text in head_texts], best),
        ),
        (
            "this engine's model alone",
            engine_only,
            chrf([plain[text].text for text in head_texts], best),
        ),
        ("this engine: second tries, names, guards", ours, ""),
        ("CTranslate2 alone, sorted, padded batches", limit, ""),
    ]
    sys.stdout.write("| | segments a second | ratio | chrF of headlines |\n|---|--:|--:|--:|\n")
    for label, seconds, score in rows:
        sys.stdout.write(
            f"| {label} | {len(wanted) / seconds:.1f} | {theirs / seconds:.1f} | {score} |\n"
        )
    shown = [item for item, segment in zip(made, wanted, strict=True) if item.english is not None]
    heads_made = [item for item, segment in zip(made, wanted, strict=True) if segment in heads]
    heads_shown = [
        (item.english, gold[item.source]) for item in heads_made if item.english is not None
    ]
    print(
        f"\n{len(wanted)} segments, {THREADS} threads; {same / len(texts):.0%} equal "
        "argostranslate's to the letter."
    )
    print(f"Cold start with unpacking {cold:.1f} s; memory at most {memory:.0f} MB.")
    print(
        f"Guards let {len(shown)} of {len(made)} pass; of {len(heads_made)} headlines "
        f"{len(heads_shown)},"
    )
    print(
        "whose chrF is "
        f"{chrf([pair[0] for pair in heads_shown], [pair[1] for pair in heads_shown])}."
    )
