"""
Translation: this engine beside argostranslate, on the package that ships, in one run.

Both translate the demo's headlines and first sentences, Kazakh and Russian, beam 4, one thread. argostranslate is
called as its users call it, one text a call, with texts left whole in place of its own splitter, which would ask the
network for a model; guards are counted on our side, where they run.
"""

import os
import resource
import tempfile
import time
from pathlib import Path

from aggregator.models import Segment, SegmentKind
from aggregator.text.sentences import first_sentences
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.model import EngineOptions
from aggregator.translate.packages import open_packages
from config.settings import shipped
from tests.support.demo import demo_articles
from workers.demo.corpus import load_corpus
from workers.demo.gold import load_gold


def segments() -> list[Segment]:
    corpus = load_corpus(shipped("demo"))
    articles, _ = demo_articles(corpus, load_gold(shipped("demo") / "gold.toml", corpus))
    found = []
    for article in articles:
        if article.language in ("kk", "ru"):
            found.append(Segment(text=article.title, language=article.language, kind=SegmentKind.HEADLINE))
            lead = first_sentences(article.lead, article.language, count=1, max_chars=400)
            found += [Segment(text=text, language=article.language) for text in lead]
    return found


class Whole:
    """A splitter for argostranslate that leaves texts whole: each is one sentence here."""

    def split_sentences(self, text: str) -> list[str]:
        return [text]


def peer(folder: Path, texts: list[str]) -> float:
    os.environ.update(dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(folder / "argos")))
    os.environ |= {"ARGOS_PACKAGES_DIR": str(folder / "installed"), "ARGOS_INTRA_THREADS": "1"}
    from argostranslate import package, translate

    package.install_from_path(shipped("packages") / "starter-0.argosmodel")
    found = translate.get_translation_from_codes("kk", "en")
    found.underlying.sentencizer = Whole()
    found.translate(texts[0])
    began = time.perf_counter()
    for text in texts:
        found.translate(text)
    return time.perf_counter() - began


def main(_: list[str]) -> None:
    wanted = segments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        engine = ArgosTranslator(open_packages([shipped("packages")], into=folder), EngineOptions(beam=4, threads=1))
        engine.translate(wanted[:1])
        cold = time.perf_counter() - began
        began = time.perf_counter()
        made = engine.translate(wanted)
        ours = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        theirs = peer(folder, [segment.text for segment in wanted])
    shown = sum(item.english is not None for item in made)
    heads = [item for item, segment in zip(made, wanted, strict=True) if segment.kind is SegmentKind.HEADLINE]
    print("| | segments a second | ratio |\n|---|--:|--:|")
    print(f"| argostranslate, one text a call | {len(wanted) / theirs:.1f} | 1.0 |")
    print(f"| this engine, one batch | {len(wanted) / ours:.1f} | {theirs / ours:.1f} |")
    print(f"\n{len(wanted)} segments; cold start with unpacking {cold:.1f} s; memory at most {memory:.0f} MB.")
    print(f"Guards let {shown} pass; of {len(heads)} headlines {sum(item.english is not None for item in heads)}.")
