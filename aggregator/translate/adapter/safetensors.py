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
_NAMES: Final = {np.dtype("float32"): "F32", np.dtype("float16"): "F16"}


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
    entries = _read_entries(path, header, len(data) - begin)
    return {entry.name: _read_array(data, begin, entry) for entry in entries}


def read_metadata(path: Path) -> dict[str, str]:
    """
    Read what a file says of itself, texts by name; empty if it says nothing.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not of the form.
    """
    header, _ = _split_header(path, bytearray(path.read_bytes()))
    metadata = header.get(_METADATA, {})
    if not isinstance(metadata, dict):
        raise _make_error(path, f"{_METADATA} is {metadata!r}", "texts by name")
    if wrong := [name for name, value in metadata.items() if not isinstance(value, str)]:
        raise _make_error(path, f"{_METADATA}: {wrong[0]} is no text", "texts by name")
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
    header: dict[str, Any] = {_METADATA: dict(sorted(metadata.items()))} if metadata else {}
    # The larger numbers first, so that each lies at a multiple of its size.
    names = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name))
    chunks: list[bytes] = []
    offset = 0
    for name in names:
        array = tensors[name]
        dtype = _NAMES.get(array.dtype)
        if dtype is None:
            raise _make_error(path, f"{name} of {array.dtype}", "float32 or float16")
        chunk = array.astype(_STORED[dtype]).tobytes()
        header[name] = {
            "dtype": dtype,
            "shape": list(array.shape),
            "data_offsets": [offset, offset + len(chunk)],
        }
        offset += len(chunk)
        chunks.append(chunk)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)
    _replace(path, [len(text).to_bytes(_LENGTH_BYTES, "little"), text, *chunks])


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
    if len(data) < _LENGTH_BYTES or length > _MAX_HEADER_BYTES or begin > len(data):
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
        raise _make_error(path, f"a header that is no JSON ({error})", "safetensors") from error
    if not isinstance(header, dict):
        raise _make_error(path, f"a header of {type(header).__name__}", "tensors by name")
    return header, begin


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a name stands twice")
    return table


def _read_entries(path: Path, header: dict[str, Any], size: int) -> list[_Entry]:
    """Return the tensors in the order of their bytes, which they fill without a gap."""
    entries = [
        _read_entry(path, name, value) for name, value in header.items() if name != _METADATA
    ]
    entries.sort(key=lambda entry: (entry.start, entry.end))
    reached = 0
    for entry in entries:
        if entry.start != reached:
            raise _make_error(path, f"{entry.name} at {entry.start}", f"it at {reached}")
        reached = entry.end
    if reached != size:
        raise _make_error(path, f"{size} bytes of numbers", f"{reached} as the header says")
    return entries


def _read_entry(path: Path, name: str, value: Any) -> _Entry:
    match value:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [start, end]}:
            pass
        case _:
            raise _make_error(path, f"{name} is {value!r}", "dtype, shape and data_offsets")
    if dtype not in _STORED:
        raise _make_error(path, f"{name} of {dtype}", f"one of {', '.join(_STORED)}")
    if not all(_is_count(number) for number in (*shape, start, end)):
        raise _make_error(path, f"{name} is {value!r}", "whole numbers that are not negative")
    # Python's own numbers: a product of hostile ones must not overflow.
    needed = _STORED[dtype].itemsize
    for side in shape:
        needed *= side
    if end - start != needed:
        raise _make_error(path, f"{name} of {end - start} bytes", f"{needed} by its shape {shape}")
    return _Entry(name, dtype, tuple(shape), start, end)


def _is_count(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0


def _read_array(data: bytearray, begin: int, entry: _Entry) -> NDArray[Any]:
    stored = _STORED[entry.dtype]
    count = (entry.end - entry.start) // stored.itemsize
    array: NDArray[Any] = np.frombuffer(data, stored, count, begin + entry.start)
    if entry.dtype == _BRAIN:
        # bfloat16 is the upper half of float32.
        array = (array.astype(np.uint32) << 16).view(np.float32)
    return array.reshape(entry.shape)
