"""
Language of a text: how many are right, by language and length, beside py3langid.

lingua's test sets (500 sentences, word pairs and single words a language), the UDHR's even
paragraphs for languages it has no set for (the odd ones were trained on), Kazinform's sentences in
Latin letters; all read from ``TILSHI_SHARED``. Right means the tag of one of our languages, and for
any other "not recognised". py3langid is a peer if it is installed (`.venv/bin/pip install
py3langid`).
"""

from __future__ import annotations

import lzma
import re
import time
from collections.abc import Callable
from importlib.util import find_spec

from aggregator.languages import Language
from aggregator.text.language import detect_language, detect_segment
from tests.benchmarks.fitting import SHARED

FOLDER = SHARED / "langid"
_LINGUA = ("kk", "ru", "uk", "be", "bg", "mn", "az", "tr")
_UDHR = {"kir": "ky", "tat": "tt", "uzn_cyrl": "uz-Cyrl", "uzn_latn": "uz", "tgk": "tg"}
_LEAST_CHARS = 20
_NOT_TEXT = re.compile(r"^(#|-|URL:|GOLD|SAMPLE|\[)")


def sets() -> dict[str, tuple[str, list[str]]]:
    """Return lines by name, with the tag that is right."""
    texts = {}
    for kind in ("sentences", "word-pairs", "single-words"):
        for code in _LINGUA:
            lines = (FOLDER / "lingua" / f"{kind}.{code}.txt").read_text("utf-8").splitlines()
            right = code if code in ("kk", "ru") else Language.UNKNOWN.value
            texts[f"{kind}, {code}"] = (right, [line.strip() for line in lines if line.strip()])
    for name, code in _UDHR.items():
        lines = (FOLDER / "udhr" / f"{name}.txt").read_text("utf-8").splitlines()
        long = [line.strip() for line in lines if len(line.strip()) > _LEAST_CHARS]
        texts[f"paragraphs, {code}"] = (Language.UNKNOWN.value, long[1::2])
    latin = (FOLDER / "kk_latn" / "kazinform_qz_sentences_gold.txt").read_text("utf-8").splitlines()
    lines = [
        line.strip() for line in latin if len(line) > _LEAST_CHARS and not _NOT_TEXT.match(line)
    ]
    texts["sentences, kk-Latn"] = (Language.KAZAKH_LATIN.value, lines)
    return texts


def peer() -> Callable[[str], str]:
    import py3langid

    def tell(text: str) -> str:
        code = str(py3langid.classify(text)[0])
        return code if code in ("kk", "ru", "en") else Language.UNKNOWN.value

    return tell


def main(_: list[str]) -> None:
    if not FOLDER.is_dir():
        print(f"left out: {FOLDER} is not there")
        return
    tell = peer() if find_spec("py3langid") else None
    print("| text | number | right | py3langid |\n|---|--:|--:|--:|")
    spent, told = 0.0, 0
    for name, (right, lines) in sets().items():
        began = time.perf_counter()
        ours = sum(detect_language(line) == right for line in lines)
        spent, told = spent + time.perf_counter() - began, told + len(lines)
        # It has no tag for Kazakh in Latin letters.
        theirs = (
            "–"
            if tell is None or right == Language.KAZAKH_LATIN
            else f"{sum(tell(x) == right for x in lines) / len(lines):.1%}"
        )
        print(f"| {name} | {len(lines)} | {ours / len(lines):.1%} | {theirs} |")
    print(f"\n{told / spent:,.0f} texts a second, one thread")
    within()


def within() -> None:
    """Sentences as parts of a text: their own language and the other one around them."""
    print("\n| sentences in a text | number | right |\n|---|--:|--:|")
    for code in ("kk", "ru"):
        lines = (FOLDER / "lingua" / f"sentences.{code}.txt").read_text("utf-8").splitlines()
        for around in ("kk", "ru"):
            right = sum(detect_segment(line, around) == code for line in lines)
            print(f"| {code} in {around} | {len(lines)} | {right / len(lines):.1%} |")
    path = SHARED / "corpora" / "kaznerd.kk.txt.xz"
    if path.is_file():
        with lzma.open(path, "rt", encoding="utf-8") as file:
            real = [line.strip() for line in file if line.strip()]
        right = sum(detect_segment(line, "kk") == "kk" for line in real)
        print(f"| kk in kk, from Kazakh news (KazNERD) | {len(real)} | {right / len(real):.2%} |")
