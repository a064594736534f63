"""What was translated before is not translated again, and what may come out otherwise is."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.models import Segment, Translation
from aggregator.translate.engine import ArgosTranslator
from aggregator.translate.memory import RememberingTranslator
from aggregator.translate.model import EngineOptions
from aggregator.translate.packages.installed import open_packages

SHIPPED = Path(__file__).resolve().parents[2] / "config" / "packages" / "starter-1.argosmodel"
KAZAKH = Segment(text="Астанада жаңа мектеп ашылды.", language="kk")


class Notebook:
    """A memory in a dictionary, with what was asked of it."""

    def __init__(self):
        self.known, self.asked = {}, []

    def recall(self, names):
        self.asked.append(list(names))
        return {name: self.known[name] for name in names if name in self.known}

    def remember(self, made):
        self.known |= made


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return open_packages([SHIPPED], tmp_path_factory.mktemp("unpacked"))


def test_a_second_asking_is_answered_from_memory(packages):
    notebook = Notebook()
    first = RememberingTranslator(ArgosTranslator(packages), notebook).translate([KAZAKH, KAZAKH])
    [name] = notebook.known
    notebook.known[name] = Translation(source="other blanks", english="from memory", package="p")

    second = RememberingTranslator(ArgosTranslator(packages), notebook).translate([KAZAKH])

    assert first[0] == first[1]
    assert first[0].english
    assert second == [Translation(source=KAZAKH.text, english="from memory", package="p")]


def test_the_memory_of_one_setting_is_not_that_of_another(packages):
    notebook = Notebook()
    for beam in (1, 4):
        RememberingTranslator(
            ArgosTranslator(packages, EngineOptions(beam=beam)), notebook
        ).translate([KAZAKH])

    assert len(notebook.known) == 2


def test_that_there_was_no_package_is_not_remembered():
    notebook = Notebook()

    [made] = RememberingTranslator(ArgosTranslator([]), notebook).translate([KAZAKH])

    assert made.english is None
    assert notebook.known == {}


def test_english_is_not_asked_for(packages):
    notebook = Notebook()
    text = Segment(text="Plain English", language="en")

    [made] = RememberingTranslator(ArgosTranslator(packages), notebook).translate([text])

    assert made.english == text.text
    assert notebook.asked == [[]]
