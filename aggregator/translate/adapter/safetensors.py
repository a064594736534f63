"""
The safetensors format, read and written without torch.

Eight bytes of length (little-endian), so many bytes of JSON, then the numbers of all tensors. The
JSON has an entry for each tensor, ``{"dtype", "shape", "data_offsets"}``, offsets counted from the
end of the JSON, and ``__metadata__``, texts by name. A file comes from elsewhere, so nothing in it
is believed: every tensor must lie within the file, and none on another.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_metadata", "read_safetensors", "write_safetensors"]

_LENGTH_BYTES: Final = 8
_MAX_HEADER_BYTES: Final = 100_000_000  # as the format's own library has it
_METADATA: Final = "__metadata__"
_BRAIN: Final = "BF16"
# How the numbers of each type lie in a file.
_STORED: Final[dict[str, np.dtype[Any]]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    _BRAIN: np.dtype("<u2"),
}
_NAMES: Final = {
    np.dtype("float32"): "F32",
    np.dtype("float16"): "F16",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A tensor in a file; its bytes begin at ``start``, counted from the end of the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """
    Read all tensors of a file, in the order in which their numbers lie there.

    Returns:
        Arrays of float32 or float16 that may be written to; bfloat16, which numpy lacks, becomes
        float32 without loss.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not of the form, or has tensors of another type; says which file, what was
            found and what was expected.
    """
    data = bytearray(path.read_bytes())
    header, begin = _split_header(path, data)
    size = len(data) - begin
    entries = _read_entries(path, header, size)
    return {entry.name: _read_array(data, begin, entry) for entry in entries}


def read_metadata(path: Path) -> dict[str, str]:
    """
    Read what a file says of itself, texts by name; empty if it says nothing.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not of the form.
    """
    data = bytearray(path.read_bytes())
    header, _ = _split_header(path, data)
    metadata = header.get(_METADATA, {})
    if not isinstance(metadata, dict):
        found = f"{_METADATA} is {metadata!r}"
        raise _make_error(path, found, "texts by name")
    for name, text in metadata.items():
        if not isinstance(text, str):
            found = f"{_METADATA}: {name} is no text"
            raise _make_error(path, found, "texts by name")
    return metadata


def write_safetensors(
    path: Path,
    tensors: Mapping[str, NDArray[Any]],
    metadata: Mapping[str, str],
) -> None:
    """
    Write tensors beside a file, then put them in its place: whole, or not at all.

    The same tensors and metadata are the same bytes, in whichever order they come.

    Raises:
        OSError: The file cannot be written.
        ValueError: A tensor is neither of float32 nor of float16.
    """
    header: dict[str, Any] = {}
    if metadata:
        header[_METADATA] = dict(sorted(metadata.items()))

    # The larger numbers first, so that each lies at a multiple of its size.
    def rank(name: str) -> tuple[int, str]:
        array = tensors[name]
        return -array.itemsize, name

    chunks: list[bytes] = []
    offset = 0
    for name in sorted(tensors, key=rank):
        array = tensors[name]
        dtype = _NAMES.get(array.dtype)
        if dtype is None:
            raise _make_error(path, f"{name} of {array.dtype}", "float32 or float16")
        layout = _STORED[dtype]
        chunk = array.astype(layout).tobytes()
        end = offset + len(chunk)
        header[name] = {
            "dtype": dtype,
            "shape": list(array.shape),
            "data_offsets": [offset, end],
        }
        offset = end
        chunks.append(chunk)
    written = json.dumps(header, ensure_ascii=False, separators=(",", ":"))
    text = written.encode()
    padding = -len(text) % _LENGTH_BYTES
    text += b" " * padding
    length = len(text).to_bytes(_LENGTH_BYTES, "little")
    _replace(path, [length, text, *chunks])


def _replace(path: Path, chunks: list[bytes]) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _make_error(path: Path, found: str, expected: str) -> ValueError:
    return ValueError(f"{path}: {found}, expected {expected}")


def _split_header(path: Path, data: bytearray) -> tuple[dict[str, Any], int]:
    """Return the header, and where the numbers begin."""
    length = int.from_bytes(data[:_LENGTH_BYTES], "little")
    begin = _LENGTH_BYTES + length
    is_cut = len(data) < _LENGTH_BYTES or begin > len(data)
    if is_cut or length > _MAX_HEADER_BYTES:
        raise _make_error(
            path,
            f"{len(data)} bytes, of them {length} of header",
            "safetensors: a header that ends within the file",
        )
    try:
        text = data[_LENGTH_BYTES:begin].decode("utf-8")
        header = json.loads(text, object_pairs_hook=_refuse_twins)
    # So deep a nesting that Python gives up is no header either.
    except (ValueError, RecursionError) as error:
        found = f"a header that is no JSON ({error})"
        raise _make_error(path, found, "safetensors") from error
    if not isinstance(header, dict):
        found = f"a header of {type(header).__name__}"
        raise _make_error(path, found, "tensors by name")
    return header, begin


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a name stands twice")
    return table


def _read_entries(path: Path, header: dict[str, Any], size: int) -> list[_Entry]:
    """Return the tensors in the order of their bytes, which they fill without a gap."""
    entries = []
    for name, value in header.items():
        if name == _METADATA:
            continue
        entry = _read_entry(path, name, value)
        entries.append(entry)
    entries.sort(key=lambda entry: (entry.start, entry.end))
    reached = 0
    for entry in entries:
        if entry.start != reached:
            raise _make_error(path, f"{entry.name} at {entry.start}", f"it at {reached}")
        reached = entry.end
    if reached != size:
        found = f"{size} bytes of numbers"
        raise _make_error(path, found, f"{reached} as the header says")
    return entries


def _read_entry(path: Path, name: str, value: Any) -> _Entry:
    match value:
        case {
            "dtype": str(dtype),
            "shape": list(shape),
            "data_offsets": [start, end],
        }:
            pass
        case _:
            raise _make_error(path, f"{name} is {value!r}", "dtype, shape and data_offsets")
    if dtype not in _STORED:
        raise _make_error(path, f"{name} of {dtype}", f"one of {', '.join(_STORED)}")
    numbers = (*shape, start, end)
    if not all(map(_is_count, numbers)):
        found = f"{name} is {value!r}"
        raise _make_error(path, found, "whole numbers that are not negative")
    # Python's own numbers: a product of hostile ones must not overflow.
    needed = _STORED[dtype].itemsize
    for side in shape:
        needed *= side
    size = end - start
    if size != needed:
        found = f"{name} of {size} bytes"
        raise _make_error(path, found, f"{needed} by its shape {shape}")
    return _Entry(name, dtype, tuple(shape), start, end)


def _is_count(number: Any) -> bool:
    if isinstance(number, bool):
        return False
    return isinstance(number, int) and number >= 0


def _read_array(data: bytearray, begin: int, entry: _Entry) -> NDArray[Any]:
    stored = _STORED[entry.dtype]
    size = entry.end - entry.start
    count = size // stored.itemsize
    first = begin + entry.start
    array: NDArray[Any] = np.frombuffer(data, stored, count, first)
    if entry.dtype == _BRAIN:
        # bfloat16 is the upper half of float32.
        bits = array.astype(np.uint32) << 16
        array = bits.view(np.float32)
    return array.reshape(entry.shape)
