"""GGUF: the tensors that the library's own reader finds, or an error that says what is wrong."""

import struct

import numpy as np
import pytest
from gguf import GGUFReader, dequantize

from aggregator.errors import PackageError
from aggregator.translate.adapter.base import open_base
from aggregator.translate.adapter.gguf_file import read_gguf
from tests.support.tiny_base import write_tiny_base


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    file = tmp_path_factory.mktemp("base") / "tiny.gguf"
    write_tiny_base(file, [f"Астанада {number} мектеп ашылды" for number in range(300)])
    return file


def test_every_tensor_is_that_of_the_librarys_reader(tiny):
    ours, theirs = read_gguf(tiny), GGUFReader(tiny).tensors

    assert ours.keys() == {tensor.name for tensor in theirs}
    for tensor in theirs:
        found = ours[tensor.name]
        assert found.shape == tuple(tensor.shape.tolist()[::-1])
        expected = dequantize(tensor.data, tensor.tensor_type)
        assert np.array_equal(dequantize(found.data, found.packing), expected), tensor.name


def test_a_file_that_is_not_whole_is_refused_wherever_it_ends(tiny, tmp_path):
    whole, cut = tiny.read_bytes(), tmp_path / "cut.gguf"
    for share in (0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.99):
        cut.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(PackageError, match=r"cut\.gguf"):
            open_base(cut)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (struct.pack("<4sIQQ", b"GGUF", 1, 0, 0), "version 1, expected b'GGUF' 2 or 3"),
        (struct.pack(">4sIQQ", b"GGUF", 3, 0, 0), "expected b'GGUF' 2 or 3"),
        (struct.pack("<4sIQQQ", b"GGUF", 3, 0, 1 << 60, 1 << 60), "ends within its header"),
        (struct.pack("<4sIQQQ", b"GGUF", 3, 0, 9, (1 << 64) - 1), "ends within its header"),
        (struct.pack("<4sIQQQI", b"GGUF", 3, 0, 1, 0, 99), "a value of the kind 99"),
        (struct.pack("<4sIQQQI", b"GGUF", 3, 1, 0, 0, 1 << 30), "1073741824 dimensions"),
    ],
    ids=[
        "old",
        "other end first",
        "a name without end",
        "a name beyond all",
        "unknown kind",
        "dimensions",
    ],
)
def test_what_is_no_gguf_that_we_know_is_named(tmp_path, content, said):
    file = tmp_path / "base.gguf"
    file.write_bytes(content)

    with pytest.raises(PackageError, match=said):
        open_base(file)
