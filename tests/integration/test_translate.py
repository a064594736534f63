"""The package that ships, really translating."""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.models import Segment, SegmentKind
from aggregator.models.flag import Flag, Reason
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.model import EngineOptions
from aggregator.translate.packages.installed import open_packages

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "config" / "packages" / "starter-1.argosmodel"

HEADLINES = [
    "Астанада жаңадан екі көпір салынады",
    "Бішкекте түркі елдері жастарының форумы басталды",
    "Қызылорда облысында аудандық аурухана ашылды",
    "Жамбыл облысында күн электр станциясы іске қосылды",
    "Орталық Азия елдері су мәселесін талқылайды",
    "Қазақстанда өнеркәсіп өндірісі жеті айда 6,4 пайызға өсті",
    "Мектептерге жаңа оқулықтар жеткізілді",
]
RUSSIAN = [
    "Новый мост через Иртыш открыли в Семее",
    "Учёные Казахстана и Японии договорились о совместном спутнике",
    (
        "Сроки перехода государственных органов на новую систему рассмотрели на заседании в "
        "правительстве"
    ),
    "Цены на хлеб выросли",
]
SEGMENTS = [
    *(Segment(text=text, language="kk", kind=SegmentKind.HEADLINE) for text in HEADLINES),
    *(Segment(text=text, language="ru", kind=SegmentKind.HEADLINE) for text in RUSSIAN),
    *(Segment(text=f"{text}.", language="kk") for text in HEADLINES),
]


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return open_packages([SHIPPED], tmp_path_factory.mktemp("unpacked"))


@pytest.fixture(scope="module")
def translator(packages):
    made = ArgosTranslator(packages)
    made.load()
    return made


def test_the_shipped_package_reads_both_languages_with_one_model(packages, translator):
    assert translator.packages() == {"kk": "translate-kk_en 1.0", "ru": "translate-kk_en 1.0"}
    assert len({package.folder for package in packages}) == 1
    assert all(package.licence and package.origin and package.caution for package in packages)


def test_an_official_headline_comes_out_right(translator):
    [translation] = translator.translate(SEGMENTS[:1])

    assert translation.source == HEADLINES[0]
    assert translation.english == "2 bridges to be built in Astana"
    assert translation.package == "translate-kk_en 1.0"
    assert translation.flags == ()


def test_every_segment_has_its_answer_in_its_place(translator):
    answers = translator.translate(SEGMENTS)

    assert [answer.source for answer in answers] == [segment.text for segment in SEGMENTS]
    assert all((answer.english is None) == bool(answer.flags) for answer in answers)
    assert all((answer.english is None) == (not answer.package) for answer in answers)
    assert sum(answer.english is not None for answer in answers) >= 6


@pytest.mark.parametrize("seed", range(3))
def test_a_segment_is_translated_alike_in_any_company(translator, seed):
    alone = {segment: translator.translate([segment])[0] for segment in SEGMENTS}
    shuffled = [*SEGMENTS, *SEGMENTS[:4]]
    random.Random(seed).shuffle(shuffled)
    middle = len(shuffled) // 2

    answers = [*translator.translate(shuffled[:middle]), *translator.translate(shuffled[middle:])]

    assert answers == [alone[segment] for segment in shuffled]


def test_threads_change_nothing(packages, translator):
    other = ArgosTranslator(packages, EngineOptions(threads=2, batch_tokens=40))

    assert other.translate(SEGMENTS) == translator.translate(SEGMENTS)


def test_english_and_figures_pass_as_they_are(translator):
    segments = [
        Segment(text="Storm warning in force.", language="en"),
        Segment(text="2:1 (1:0)", language="ru"),
    ]

    assert [answer.english for answer in translator.translate(segments)] == [
        "Storm warning in force.",
        "2:1 (1:0)",
    ]
    assert all(not answer.package for answer in translator.translate(segments))


def test_kazakh_in_latin_letters_is_read_in_cyrillic_ones_and_shown_as_printed(translator):
    printed = "Tarazda jaña mektep aşyldy"
    latin, cyrillic = translator.translate(
        [
            Segment(text=printed, language="kk-Latn"),
            Segment(text="Таразда жаңа мектеп ашылды", language="kk"),
        ]
    )

    assert latin.english == cyrillic.english
    assert (latin.source, latin.flags, latin.package) == (printed, cyrillic.flags, cyrillic.package)
    assert translator.fingerprint("kk-Latn") != ArgosTranslator([]).fingerprint("kk-Latn")


@pytest.mark.parametrize("language", ["und", "uz"])
def test_a_language_without_a_package_stays_in_the_original_and_says_so(translator, language):
    [answer] = translator.translate(
        [Segment(text="Taraz qalasynda mūrajai aşyldy", language=language)]
    )

    assert answer.english is None
    assert answer.flags == (Flag(Reason.NO_PACKAGE, language=language),)


def test_no_package_at_all_is_no_error():
    [answer] = ArgosTranslator([]).translate([Segment(text="Көпір ашылды", language="kk")])

    assert answer.flags == (Flag(Reason.NO_PACKAGE, language="kk"),)


def test_a_long_segment_is_translated_to_its_end(packages):
    """Cut into clauses, each reaches the model whole: a segment gives what its clauses give."""
    whole = "Астанада жаңа мектеп ашылды, Бішкекте жастар форумы басталды"
    short = ArgosTranslator(packages, EngineOptions(max_tokens=8))
    first, second = (
        short.translate([Segment(text=text, language="kk")])[0].english
        for text in ("Астанада жаңа мектеп ашылды,", "Бішкекте жастар форумы басталды")
    )

    assert short.translate([Segment(text=whole, language="kk")])[0].english == f"{first} {second}"


def test_a_translation_that_fails_a_guard_gives_its_reason(translator):
    text = "Жетісу облысында алма жинау басталды"
    [answer] = translator.translate([Segment(text=text, language="kk", kind=SegmentKind.HEADLINE)])

    assert answer.english is None
    assert answer.flags
    assert {*answer.flags} <= {Flag(reason) for reason in Reason}


def test_a_broken_model_leaves_the_original_with_the_reason(packages, tmp_path, caplog):
    folder = tmp_path / "broken"
    shutil.copytree(packages[0].folder, folder)
    (folder / "model" / "model.bin").write_bytes(b"not a model")
    [answer] = ArgosTranslator(open_packages([folder], tmp_path)).translate(SEGMENTS[:1])

    assert answer.english is None
    assert answer.flags[0].reason is Reason.FAILED
    assert answer.flags[0].detail.startswith("translation package translate-kk_en 1.0")
    assert "package not loaded" in caplog.text


def test_odd_texts_are_answered_too(translator):
    texts = ["\n", "«»", "ааааааа" * 60, "Көпір " * 150, "🙂 көпір", "\u0301", "а"]
    answers = translator.translate([Segment(text=text, language="kk") for text in texts])

    assert len(answers) == len(texts)


def test_nothing_is_imported_read_or_written_before_it_is_needed(tmp_path):
    """
    A process that never translates pays nothing.

    One that does leaves the home directory alone.
    """
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from aggregator.models import Segment
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.packages.installed import open_packages
into = Path({str(tmp_path / "unpacked")!r})
made = ArgosTranslator(open_packages([Path({str(SHIPPED)!r})], into))
assert not {{"ctranslate2", "argostranslate", "sentencepiece"}} & set(sys.modules)
assert made.translate([Segment(text="Астанада көпір салынады", language="kk")])
assert "argostranslate.settings" not in sys.modules
"""
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-c", script], check=True, env={"HOME": str(home), "PATH": ""})

    assert list(home.rglob("*")) == []


HOSTILE = {
    "a word of 100,000 letters": "қ" * 100_000,
    "a word of 9,000 letters": "мемлекет" * 1_125,
    "emoji": "😀🎉" * 400,
    "mixed scripts": "Астана Astana 阿斯塔纳 אסטנה अस्ताना " * 20,
    "control characters": "Аста\x00на\x07да \x1b[31mмектеп\x1b[0m \u202eашылды\u202c",
    "marks upon marks": "А" + "\u0301" * 3_000 + " мектеп",
    "5,000 sentences": "Мектеп ашылды. " * 5_000,
    "600 sentences": "Мектеп ашылды. " * 600,
    "blanks": " \t\n" * 2_000 + "а",
    "one letter": "а",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.timeout(120)
def test_absurd_text_costs_little_and_ends_in_english_or_a_reason(translator, text):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    [made, beside] = translator.translate([Segment(text=text, language="kk"), SEGMENTS[0]])

    assert made.english is not None or made.flags
    assert not any(flag.reason is Reason.FAILED for flag in made.flags)
    assert beside == translator.translate([SEGMENTS[0]])[0]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # KiB
