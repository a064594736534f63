"""Safetensors: files of ours come back as they were, files of others too, broken ones are named."""

from __future__ import annotations

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.translate.adapter.safetensors import (
    read_metadata,
    read_safetensors,
    write_safetensors,
)

A = np.arange(6, dtype=np.float32).reshape(2, 3)
B = np.array([0.5, -2], dtype=np.float16)


def pack(header, numbers=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + numbers


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def test_tensors_and_metadata_come_back(tmp_path):
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {"b": B, "a": A, "none": A[:0]}, {"rank": "64", "тіл": "қазақша"})

    read = read_safetensors(path)

    assert {name: array.dtype for name, array in read.items()} == {
        "a": np.float32,
        "b": np.float16,
        "none": np.float32,
    }
    assert np.array_equal(read["a"], A)
    assert np.array_equal(read["b"], B)
    assert read["none"].shape == (0, 3)
    assert read_metadata(path) == {"rank": "64", "тіл": "қазақша"}
    assert [one.name for one in tmp_path.iterdir()] == ["a.safetensors"]
    read["a"][0, 0] = 7


def test_the_bytes_are_those_of_the_format(tmp_path):
    """Written by hand: length, JSON filled up to a multiple of eight, numbers."""
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {"b": B}, {"k": "v"})
    text = b'{"__metadata__":{"k":"v"},"b":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}'.ljust(
        80
    )

    assert path.read_bytes() == struct.pack("<Q", 80) + text + b"\x00\x38\x00\xc0"


def test_bfloat16_becomes_float32(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(pack({"a": entry("BF16", (1, 2))}, b"\x80\x3f\x20\xc0"))

    array = read_safetensors(path)["a"]

    assert array.dtype == np.float32
    assert array.tolist() == [[1.0, -2.5]]
    assert read_metadata(path) == {}


def test_order_does_not_change_the_bytes(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    write_safetensors(one, {"a": A, "b": B}, {"x": "1", "y": "2"})
    write_safetensors(two, {"b": B, "a": np.asfortranarray(A)}, {"y": "2", "x": "1"})

    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "0 bytes"),
        (b"PK\x03\x04" * 9, "a header that ends within the file"),
        (struct.pack("<Q", 2**63) + b"{}", "a header that ends within the file"),
        (pack({"a": entry()}, b"\0" * 4)[:40], "a header that ends within the file"),
        (pack(b"{"), "no JSON"),
        (pack(b"\xff\xff"), "no JSON"),
        (pack(b"[" * 100_000), "no JSON"),
        (pack(b'{"a":1,"a":1}'), "a name stands twice"),
        (pack([]), "a header of list"),
        (pack({"a": 1}), "a is 1, expected dtype, shape and data_offsets"),
        (pack({"a": {"dtype": "F32", "shape": [1]}}), "expected dtype, shape"),
        (pack({"a": entry("I64", (1,), (0, 8))}, b"\0" * 8), "a of I64, expected one of F32"),
        (pack({"a": entry(shape=(-1,))}, b"\0" * 4), "not negative"),
        (pack({"a": entry(shape=(1.0,))}, b"\0" * 4), "not negative"),
        (pack({"a": entry(shape=(True,))}, b"\0" * 4), "not negative"),
        (pack({"a": entry(shape=(2,))}, b"\0" * 4), "a of 4 bytes, expected 8"),
        (pack({"a": entry(shape=(2**32, 2**32))}, b"\0" * 4), "a of 4 bytes"),
        (pack({"a": entry()}), "0 bytes of numbers, expected 4"),
        (pack({"a": entry()}, b"\0" * 5), "5 bytes of numbers, expected 4"),
        (pack({"a": entry(), "b": entry()}, b"\0" * 4), "b at 0, expected it at 4"),
        (pack({"a": entry(offsets=(4, 8))}, b"\0" * 8), "a at 4, expected it at 0"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, data, says):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(data)

    with pytest.raises(ValueError, match=r"broken\.safetensors: ") as caught:
        read_safetensors(path)

    assert says in str(caught.value)


@pytest.mark.parametrize("metadata", [[], {"a": 1}])
def test_metadata_are_texts(tmp_path, metadata):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(pack({"__metadata__": metadata}))

    with pytest.raises(ValueError, match="expected texts by name"):
        read_metadata(path)


def test_other_numbers_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="a of float64, expected float32 or float16"):
        write_safetensors(tmp_path / "a", {"a": A.astype(np.float64)}, {})

    assert not list(tmp_path.iterdir())


@given(st.binary(max_size=200))
def test_no_bytes_make_it_stumble(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(data)

    with contextlib.suppress(ValueError):
        read_safetensors(path)
