"""
Weights of a Marian release, looked at before anything loads them; pure but for reading.

An ``.npz`` says how large its arrays are, and how deep its network is; both are claims. A file of a
kilobyte may claim arrays of gigabytes, or a network of a billion layers, for each of which the
converter makes objects.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from numpy.lib import format as npy

from aggregator.errors import PackageError
from aggregator.translate.packages.archive import check_ratio
from aggregator.translate.packages.plain_yaml import read_plain_yaml

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_weights"]

_CONFIG = "special:model.yml.npy"
_MAX_CONFIG_BYTES = 100_000
_MAX_ARRAYS = 5_000
_MAX_SIDE = 2_000_000
# Bounds of what is known: 6 layers and 16 heads at most, in OPUS-MT's largest models.
_COUNTS = {"enc-depth": 64, "dec-depth": 64, "transformer-heads": 256}


def check_weights(path: Path) -> None:
    """
    Check that arrays are as large as they say, and the network no larger than any.

    Raises:
        PackageError: They are not; says what was found.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > _MAX_ARRAYS:
                raise PackageError(str(path), f"holds {len(members)} arrays: more than any model")
            check_ratio(path, members)
            for member in members:
                _check_array(archive, member, path)
            config = _read_config(archive, path)
    # RuntimeError: it is encrypted.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
        raise PackageError(str(path), f"cannot be read as weights: {error}") from error
    _check_counts(config, path)


def _check_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    with archive.open(member) as file:
        version = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, kind = read_header(file)
        head_bytes = file.tell()
    size = math.prod(shape) * kind.itemsize
    is_small = all(side <= _MAX_SIDE for side in shape)
    if kind.hasobject or not size or not is_small or head_bytes + size != member.file_size:
        raise PackageError(
            str(path),
            f"{member.filename!r} is an array of {kind} {shape}, {member.file_size:,} bytes: "
            "expected numbers, as many as its shape says",
        )


def _read_config(archive: zipfile.ZipFile, path: Path) -> Any:
    try:
        member = archive.getinfo(_CONFIG)
    except KeyError:
        raise PackageError(str(path), "has no special:model.yml, expected a Marian model") from None
    if member.file_size > _MAX_CONFIG_BYTES:
        found = f"a special:model.yml of {member.file_size:,} bytes"
        raise PackageError(str(path), f"has {found}, expected {_MAX_CONFIG_BYTES:,} at most")
    with archive.open(member) as file:
        text = npy.read_array(file, allow_pickle=False).tobytes()
    return read_plain_yaml(text[:-1].decode())


def _check_counts(config: Any, path: Path) -> None:
    if not isinstance(config, dict):
        raise PackageError(str(path), "has a special:model.yml that is no table of options")
    for key, most in _COUNTS.items():
        value = config.get(key)
        if type(value) is not int or not 1 <= value <= most:
            expected = f"expected a whole number from 1 to {most}"
            raise PackageError(str(path), f"special:model.yml: {key} = {value!r:.100}: {expected}")
