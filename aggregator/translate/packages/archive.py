"""
A package file, checked and unpacked.

A package comes from a stranger: its names and sizes are claims, not facts. Checked before a byte is
written: one top folder; names from a closed list; no path tricks, links, devices, encryption or
names given twice; the sum of sizes. The sizes claimed are safe to judge by: ``zipfile`` never
yields more than a member claims, and checks its CRC. Unknown files are left in the archive: Argos
packages carry sentence splitters (``stanza/``, hundreds of megabytes), which we do not use.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["ArchiveLimits", "check_ratio", "hash_file", "pack", "unpack"]

# What argostranslate and CTranslate2 read of a package, and what an adapter's holds. Vocabularies
# are .txt in models converted before CTranslate2 3.0, .json since.
_WANTED = re.compile(
    r"metadata\.json|README\.md|LICENSE(\.txt|\.md)?|sentencepiece\.model|bpe\.model"
    r"|adapter\.safetensors|rows\.npy|GEMMA_TERMS\.txt|NOTICE\.txt"
    r"|model/(model\.bin|config\.json|(shared|source|target)_vocabulary\.(json|txt)|vmap\.txt)"
)
_TOP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# The same content gives the same file, and so the same hash.
_PACKED_DATE = (2026, 1, 1, 0, 0, 0)
_PLAIN_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)
_TEMPORARY = ".unpacking-"
# Other ways of packing ask for memory by a number in the file.
_SIMPLE_PACKING = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# Numbers of a network do not pack, and a vocabulary to a sixth; what packs so well is zeros.
_MOST_RATIO = 20
_SMALL_BYTES = 4 << 20
# Unpacking takes seconds; a temporary folder as old as this was left by a process that was killed.
_ABANDONED_S = 3600


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """
    How large a package may be.

    Attributes:
        max_files: Members of the archive. The largest Argos packages, with stanza inside, have some
            dozens.
        max_bytes: Of the files that we unpack, together. OPUS-MT "big" models in float32 are just
            over 900 MB.
    """

    max_files: int = 2_000
    max_bytes: int = 2_000_000_000


def hash_file(path: Path) -> str:
    """Return the hash of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack(
    file: Path,
    folder: Path,
    limits: ArchiveLimits,
) -> None:
    """
    Unpack a package file. Afterwards the folder stands complete or not at all, whatever dies when.

    Two processes may do this at once: each unpacks to a folder of its own, and the first to rename
    it wins.

    Args:
        file: The ``.argosmodel`` file.
        folder: To make; nothing is done if it exists. Its parent is made if need be.
        limits: A package that is over one of them is refused.

    Raises:
        PackageError: It is no archive, breaks a rule of this module, or is damaged; or the folder
            cannot be written.
    """
    if folder.is_dir():
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = _list_wanted(archive, file, limits)
            folder.parent.mkdir(parents=True, exist_ok=True)
            _place(archive, members, folder)
    # RuntimeError: it is packed in a way that is not known.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise PackageError(str(file), f"expected a whole zip archive, found: {error}") from error
    except OSError as error:
        raise PackageError(str(file), f"cannot be unpacked to {folder}: {error}") from error


def check_ratio(path: Path, members: Collection[zipfile.ZipInfo]) -> None:
    """
    Check that what an archive unpacks to is in proportion to what is packed.

    Raises:
        PackageError: It is not, or a member is packed in a way that is not taken.
    """
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if size > _SMALL_BYTES + _MOST_RATIO * packed:
        raise PackageError(
            str(path),
            f"unpacks to {size:,} bytes from {packed:,}: expected {_MOST_RATIO} times at most",
        )
    for member in members:
        if member.compress_type not in _SIMPLE_PACKING:
            raise PackageError(str(path), f"{member.filename!r} is packed in a way not taken")


def pack(
    folder: Path,
    file: Path,
    top: str,
) -> None:
    """
    Pack an unpacked package, its known files alone; the same content gives the same bytes.

    Args:
        folder: What to pack.
        file: To write, replaced as a whole.
        top: Name of the one folder inside.

    Raises:
        PackageError: A file cannot be read or written.
    """
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and _WANTED.fullmatch(name):
                    entry = zipfile.ZipInfo(f"{top}/{name}", _PACKED_DATE)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    entry.external_attr = 0o644 << 16
                    with path.open("rb") as plain, archive.open(entry, "w") as packed:
                        shutil.copyfileobj(plain, packed, 1 << 20)
        part.replace(file)
    except OSError as error:
        raise PackageError(str(folder), f"cannot be packed into {file}: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _list_wanted(
    archive: zipfile.ZipFile,
    file: Path,
    limits: ArchiveLimits,
) -> dict[str, zipfile.ZipInfo]:
    """Return the members to unpack by their names below the top folder."""
    members = archive.infolist()
    if len(members) > limits.max_files:
        raise PackageError(
            str(file), f"holds {len(members)} files, expected {limits.max_files} at most"
        )
    for member in members:
        _check_name(member, file)
    tops = {member.filename.split("/")[0] for member in members}
    if len(tops) != 1:
        few = ", ".join(sorted(tops)[:5]) or "nothing"
        raise PackageError(str(file), f"expected one top folder, found {few}")
    below = {member.filename.partition("/")[2]: member for member in members}
    if len(below) != len(members):
        raise PackageError(str(file), "names a file twice")
    wanted = {name: member for name, member in below.items() if _WANTED.fullmatch(name)}
    _check_size(wanted.values(), file, limits)
    return wanted


def _check_size(
    members: Collection[zipfile.ZipInfo],
    file: Path,
    limits: ArchiveLimits,
) -> None:
    size = sum(member.file_size for member in members)
    if size > limits.max_bytes:
        expected = f"expected {limits.max_bytes:,} at most"
        raise PackageError(str(file), f"unpacks to {size:,} bytes, {expected}")
    check_ratio(file, members)


def _check_name(member: zipfile.ZipInfo, file: Path) -> None:
    name = member.filename
    parts = name.removesuffix("/").split("/")
    if not _TOP.fullmatch(parts[0]) or {"", ".", ".."} & set(parts) or "\\" in name or "\0" in name:
        raise PackageError(
            str(file), f"holds the name {name!r}, expected plain names below one folder"
        )
    if stat.S_IFMT(member.external_attr >> 16) not in _PLAIN_TYPES:
        raise PackageError(str(file), f"{name!r} is a link or a device, expected a plain file")
    if member.flag_bits & 1:
        raise PackageError(str(file), f"{name!r} is encrypted")


def _place(
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    folder: Path,
) -> None:
    work = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=folder.parent))
    try:
        _remove_abandoned(work)
        for name, member in members.items():
            target = work / name
            target.parent.mkdir(exist_ok=True)
            with archive.open(member) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
                plain.flush()
                os.fsync(
                    plain.fileno()
                )  # a rename that survives a power cut must not name empty files
        # Who may read the folder that it lies in may read it.
        work.chmod(stat.S_IMODE(folder.parent.stat().st_mode) & 0o755)
        work.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was first, with the same bytes
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _remove_abandoned(work: Path) -> None:
    """
    Clear up after processes that were killed while they unpacked.

    Ages by the file system's own clock.
    """
    now = work.stat().st_mtime
    for other in work.parent.glob(f"{_TEMPORARY}*"):
        try:
            old = now - other.stat().st_mtime > _ABANDONED_S
        except FileNotFoundError:  # its owner finished just now
            continue
        if old:
            shutil.rmtree(other, ignore_errors=True)
