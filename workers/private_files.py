"""
The data folder's files, which are their owner's alone.

The data folder holds what was fetched, addresses of channels in logs, and the store itself. Older
versions left some of it as the system's umask had it, so it is mended when something starts that
runs for long; what is not ours to change is warned of.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["make_private_file", "make_private_folder", "mend_modes"]

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# What we make in a data folder. An owner may have put other things there, for others to read.
_OURS = ("archive.sqlite*", "logs", "packages", "store", "unpacked")


def mend_modes(folder: Path) -> list[str]:
    """
    Take from others what is ours in a data folder: folders get 0700, files 0600.

    Returns:
        A warning for each that cannot be changed.
    """
    warnings = []
    for path in _list_ours(folder):
        try:
            found = path.lstat()
            if not found.st_mode & _OTHERS or stat.S_ISLNK(found.st_mode):
                continue
            path.chmod(_FOLDER_MODE if stat.S_ISDIR(found.st_mode) else _FILE_MODE)
        except FileNotFoundError:  # somebody was done with it just now
            continue
        except OSError as error:
            mode = stat.S_IMODE(found.st_mode)
            warnings.append(f"{path} can be read or changed by others ({mode:04o}): {error}")
    return warnings


def _list_ours(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    yield folder
    for pattern in _OURS:
        for path in folder.glob(pattern):
            yield path
            if path.is_symlink() or not path.is_dir():
                continue
            for place, folders, files in os.walk(path):
                for name in (*folders, *files):
                    yield Path(place, name)


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there."""
    path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file unless it is there; whoever opens it later keeps its mode."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, _FILE_MODE))
