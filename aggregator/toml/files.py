"""Files that an owner wrote, read with every fault named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.errors import ConfigError, Fault
from aggregator.toml.document import TomlError, decode_text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_owner_text"]


def read_owner_text(path: Path, key: str, value: str = "") -> str:
    """
    Return a file's text, its line breaks and a byte order mark as they stand.

    Args:
        path: Of the file.
        key: What names it: a setting, an option, or what it is in brackets.
        value: What stands there, for faults.

    Raises:
        ConfigError: It cannot be read, or is no text in UTF-8; names the line.
    """
    try:
        return decode_text(path.read_bytes())
    except TomlError as error:
        expected = f"a file that can be read: {error.expected}"
        fault = Fault(str(path), error.line, key, error.value, expected)
        raise ConfigError((fault,)) from error
    except OSError as error:
        fault = Fault(str(path), None, key, value, f"a file that can be read ({error})")
        raise ConfigError((fault,)) from error
