"""
A network written down in the form that ONNX Runtime reads, without the ``onnx`` package.

That form is a message of Protocol Buffers: fields, each a number and a value. Only what our network
needs is here: nodes with numbers as attributes, constants, inputs and outputs of floats or bytes.
Numbers of fields, types and versions are from ``onnx.proto3`` of the ONNX specification, version
1.16 (https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto3).
"""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MICROSOFT", "Graph"]

MICROSOFT: Final = "com.microsoft"
"""Domain of the operators that ONNX Runtime adds to the standard's."""

_FORMAT = 10
_OPERATORS = 21  # version of the standard's
_TYPES = {
    "float32": 1,
    "uint8": 2,
    "int8": 3,
    "int64": 7,
}
_OF_FLOAT = 1  # kinds of attributes
_OF_INT = 2
_SEVEN = 0x7F


class Graph:
    """
    A network in the making.

    Args:
        name: For messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._fields: list[bytes] = []

    def add_node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        *,
        domain: str = "",
        **attributes: float,
    ) -> str:
        """Add a step; returns the name of its output."""
        fields = [_write_field(1, name) for name in inputs]
        fields += [
            _write_field(2, output),
            _write_field(3, output),
            _write_field(4, operator),
        ]
        for name, value in attributes.items():
            fields.append(_write_attribute(name, value))
        fields.append(_write_field(7, domain))
        node = b"".join(fields)
        self._fields.append(_write_field(1, node))
        return output

    def add_constant(self, name: str, values: NDArray[np.generic]) -> str:
        """Add an array of a type that we know; returns its name."""
        kind = _TYPES[str(values.dtype)]
        fields = [_write_field(1, length) for length in values.shape]
        fields += [
            _write_field(2, kind),
            _write_field(8, name),
            _write_field(9, values.tobytes()),
        ]
        constant = b"".join(fields)
        self._fields.append(_write_field(5, constant))
        return name

    def add_input(
        self,
        name: str,
        dtype: str,
        *shape: int | str,
    ) -> str:
        """Add what is given at each run; a length that differs has a name instead of a number."""
        given = _write_value(name, dtype, shape)
        self._fields.append(_write_field(11, given))
        return name

    def add_output(
        self,
        name: str,
        dtype: str,
        *shape: int | str,
    ) -> None:
        """Add what is wanted of each run."""
        wanted = _write_value(name, dtype, shape)
        self._fields.append(_write_field(12, wanted))

    def write_model(self, file: IO[bytes]) -> None:
        """Write the model, as ``onnxruntime.InferenceSession`` takes it."""
        fields = [_write_field(2, self._name), *self._fields]
        standard = _write_field(1, "") + _write_field(2, _OPERATORS)
        added = _write_field(1, MICROSOFT) + _write_field(2, 1)
        file.write(_write_field(1, _FORMAT))
        file.write(_write_field(8, standard))
        file.write(_write_field(8, added))
        # Field by field, so that the weights are not held twice.
        length = sum(map(len, fields))
        file.write(_write_key(7, 2))
        file.write(_write_number(length))
        file.writelines(fields)


def _write_attribute(name: str, value: float) -> bytes:
    fields = _write_field(1, name)
    if isinstance(value, int):
        fields += _write_field(3, value)
        fields += _write_field(20, _OF_INT)
    else:
        fields += _write_key(2, 5)
        fields += struct.pack("<f", value)
        fields += _write_field(20, _OF_FLOAT)
    return _write_field(5, fields)


def _write_value(name: str, dtype: str, shape: Sequence[int | str]) -> bytes:
    lengths = []
    for length in shape:
        number = 2 if isinstance(length, str) else 1
        written = _write_field(number, length)
        lengths.append(_write_field(1, written))
    tensor = _write_field(1, _TYPES[dtype])
    tensor += _write_field(2, b"".join(lengths))
    kind = _write_field(1, tensor)
    return _write_field(1, name) + _write_field(2, kind)


def _write_field(number: int, value: int | str | bytes) -> bytes:
    """Return a field: a whole number, or bytes behind their length."""
    if isinstance(value, int):
        return _write_key(number, 0) + _write_number(value)
    data = value.encode() if isinstance(value, str) else value
    length = _write_number(len(data))
    return _write_key(number, 2) + length + data


def _write_key(number: int, kind: int) -> bytes:
    return _write_number(number << 3 | kind)


def _write_number(value: int) -> bytes:
    """Return a number in sevens of bits, the lowest first; one below zero as its complement."""
    value &= (1 << 64) - 1
    sevens = bytearray()
    while value > _SEVEN:
        lowest = value & _SEVEN
        sevens.append(lowest | (_SEVEN + 1))
        value >>= 7
    sevens.append(value)
    return bytes(sevens)
