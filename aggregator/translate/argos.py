"""
The only door to argostranslate.

Its ``settings`` read the environment and make folders in the home folder when they are imported, and a remote index may
be asked later. Here it is imported with every folder pointed into one of ours, and of it all, one class is taken: its
``Package``, which knows the layout of a package, its metadata and its tokenizers (SentencePiece, or BPE after Moses).
Installing, updating and translating stay outside: they trust archives, ask the network, and translate one text a call.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from aggregator.errors import PackageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["open_argos_package"]

_FOLDERS = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "ARGOS_PACKAGES_DIR")


def open_argos_package(folder: Path, scratch: Path) -> Any:
    """
    Return argostranslate's ``Package`` for an unpacked folder.

    Args:
        folder: With ``metadata.json``, ``model/`` and a tokenizer.
        scratch: Where argostranslate may make its folders.

    Raises:
        PackageError: It is not a package that argostranslate can read.
    """
    before = {name: os.environ.get(name) for name in _FOLDERS}
    os.environ.update(dict.fromkeys(_FOLDERS, str(scratch / "argos")))
    try:
        from argostranslate.package import Package  # noqa: PLC0415 -- see the module
    except ImportError as error:
        raise PackageError(folder.name, f"argostranslate cannot be imported: {error}") from error
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    try:
        package = Package(folder)
    except (OSError, ValueError, TypeError) as error:
        raise PackageError(folder.name, f"cannot be read: {error}") from error
    if not hasattr(package, "tokenizer"):
        raise PackageError(folder.name, "has no tokenizer: expected sentencepiece.model or bpe.model")
    return package
