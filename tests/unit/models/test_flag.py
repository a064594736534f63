"""Flags: values inside, and on disk the lines that were always there."""

import pytest

from aggregator.models import Passage, Translation
from aggregator.models.digest_json import read_digest, write_digest
from aggregator.models.flag import Flag, Reason
from aggregator.store.codec import decode, encode
from tests.support.builders import digest

# As versions before flags were values stored them.
STORED = {
    "no package for ru": Flag(Reason.NO_PACKAGE, language="ru"),
    "no package for kk-Latn": Flag(Reason.NO_PACKAGE, language="kk-Latn"),
    "translation failed: its model cannot be loaded: 2 of 3": Flag(
        Reason.FAILED, detail="its model cannot be loaded: 2 of 3"
    ),
    "translation failed several times": Flag(Reason.GIVEN_UP),
    "not translated in time": Flag(Reason.NOT_IN_TIME),
    "the original is no sentence that could be translated": Flag(Reason.NO_SENTENCE),
    "numbers differ from the original": Flag(Reason.NUMBERS),
    "the outlet gave no headline; this is the beginning of its text": Flag(Reason.NO_HEADLINE),
    "this article could not be read in full": Flag(Reason.UNREADABLE),
}
STRANGE = [
    "",
    "loop",
    "no package for",
    "no package for ",
    "translation failed: ",
    "translation failed:",
    "another reason",
    "Numbers differ from the original",
]


@pytest.mark.parametrize(("line", "flag"), STORED.items())
def test_a_stored_line_is_read_as_a_value_and_written_as_the_same_line(line, flag):
    assert Flag.parse(line) == flag
    assert str(flag) == line


@pytest.mark.parametrize("line", [*STRANGE, *Reason])
def test_any_line_comes_back_as_it_was(line):
    assert str(Flag.parse(line)) == line


@pytest.mark.parametrize("line", STRANGE[1:])
def test_a_line_of_another_version_is_kept_whole_as_detail(line):
    if line != "no package for ":
        assert Flag.parse(line) == Flag(Reason.OTHER, detail=line)


# What came after flags; nothing where there is nothing to say.
NEWER = b',"certain":""}'


def test_a_translation_is_stored_with_the_bytes_of_before():
    stored = (
        b'{"source":"\xd0\xb0","english":null,"package":"",'
        b'"flags":["no package for ru","translation failed: out of memory","loop"]}'
    )

    read = decode(Translation, stored, "k")

    assert [flag.reason for flag in read.flags] == [Reason.NO_PACKAGE, Reason.FAILED, Reason.OTHER]
    assert encode(Translation, read) == stored.removesuffix(b"}") + NEWER


def test_a_translation_without_flags_is_stored_with_the_bytes_of_before():
    stored = b'{"source":"a","english":"b","package":"p 1","flags":[]}'

    again = encode(Translation, decode(Translation, stored, "k"))
    assert again == stored.removesuffix(b"}") + NEWER


def test_a_passage_names_each_flag_once():
    twice = Translation(source="а", english=None, flags=(Flag(Reason.LOOP), Flag(Reason.CUT)))

    assert Passage(segments=(twice, twice)).flags == (Flag(Reason.LOOP), Flag(Reason.CUT))


def test_a_digest_of_before_reads_back_and_renders_alike():
    plain = write_digest(digest(1))
    stored = plain.replace('"flags": []', '"flags": [\n        "no package for ru"\n       ]')
    assert stored != plain

    read = read_digest(stored)

    assert read.stories[0].headline.flags == (Flag(Reason.NO_PACKAGE, language="ru"),)
    assert read_digest(write_digest(read)) == read
    assert '"no package for ru"' in write_digest(read)
