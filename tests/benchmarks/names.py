"""
Names: how many come through translation, with nothing done, mended afterwards, put into the source,
and both.

On the demo's segments and the shipped package, before guards. A name of the glossary is lost if the
English does not speak of it at all; chrF (sacrebleu) is that of the headlines against their human
English.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from aggregator.models import SegmentKind
from aggregator.names.glossary import NameMatch, read_glossary
from aggregator.names.mend import find_missing_names, keep_names
from aggregator.translate.model import EngineOptions, PackageModel
from aggregator.translate.packages.installed import open_packages
from aggregator.translate.polish import polish, prepare
from config.settings import find_shipped_file


def substitute(text: str, matches: Sequence[NameMatch]) -> str:
    """Return a text with its names in English, their endings gone."""
    parts, at = [], 0
    for one in matches:
        parts += [text[at : one.start], one.name.english]
        at = one.end
    return "".join([*parts, text[at:]])


def main(_: list[str]) -> None:
    from tests.benchmarks.translate import chrf, segments

    wanted, gold = segments()
    glossary = read_glossary(find_shipped_file("glossary.toml"))
    matches = {segment: glossary.find(segment.text, segment.language) for segment in wanted}
    with tempfile.TemporaryDirectory() as folder:
        package = open_packages([find_shipped_file("packages")], into=Path(folder))[0]
        model = PackageModel(package, EngineOptions(threads=2))
        texts = {
            False: {one: prepare(one.text, one.kind) for one in wanted},
            True: {one: prepare(substitute(one.text, matches[one]), one.kind) for one in wanted},
        }
        raw = {put: model.translate(list(given.values())) for put, given in texts.items()}
    total = sum(map(len, matches.values()))
    print(f"{total} names in {len(wanted)} segments.\n")
    print("| | official form in the English | lost | chrF of headlines |\n|---|--:|--:|--:|")
    rows = {
        "nothing done": (False, False),
        "mended": (False, True),
        "in the source": (True, False),
        "both": (True, True),
    }
    for label, (put, mend) in rows.items():
        official = lost = 0
        heads = []
        for one in wanted:
            names = [name.name for name in matches[one]]
            english = polish(raw[put][texts[put][one]].text, one.text, one.kind)
            english = keep_names(english, names) if mend else english
            official += sum(name.english in english for name in names)
            lost += len(find_missing_names(english, names))
            if one.kind is SegmentKind.HEADLINE:
                heads.append((english, gold[one.text]))
        score = chrf([pair[0] for pair in heads], [pair[1] for pair in heads])
        print(f"| {label} | {official} | {lost} | {score} |")
