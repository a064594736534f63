"""
The package store: the folder of packages that an operator installed, and what can be done with it.

    NAME-VERSION.argosmodel         the package as it came
    NAME-VERSION.argosmodel.toml    what is known of it: hash, licence, origin, caution, languages
                                    (``registry``)

A package is checked before it is given its name: hash, archive, metadata, languages, and that its
model translates a line. The note is written first, so that no package ever stands here without its
hash.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aggregator.errors import PackageError
from aggregator.languages import ENGLISH, LANGUAGES
from aggregator.translate.adapter.check import PartCondition, check_base, check_model
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause, EngineOptions
from aggregator.translate.packages.archive import hash_file, pack
from aggregator.translate.packages.installed import PACKAGE_SUFFIX, describe_file, describe_folder
from aggregator.translate.packages.registry import RegistryEntry, read_registry, write_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.translate.adapter.check import PartCheck
    from aggregator.translate.packages.installed import Package

__all__ = ["PackageCheck", "PackageState", "PackageStore", "find_package"]

# For the smoke translation of a language that the table does not hold.
_ANY_LINE: Final = "Astana 2025"


class PackageState(StrEnum):
    """
    What a package is good for.

    An adapter that is not built yet is built when first needed; one that is left out cannot be.
    """

    WHOLE = "whole"
    NOT_BUILT = "not built yet"
    LEFT_OUT = "left out"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCheck:
    """
    What came of looking at an installed package.

    Attributes:
        file: Which.
        package: What it is; None if it is broken.
        fault: What is wrong; empty if nothing is.
        line: What it made of the smoke test's line; empty if it was not asked, as an adapter is
            not whose model is not built yet.
        parts: Of an adapter, what it needs beside its file: base and built model.
    """

    file: Path
    package: Package | None
    fault: str = ""
    line: str = ""
    parts: tuple[PartCheck, ...] = ()

    @property
    def state(self) -> PackageState:
        """What to think of it."""
        states = {part.part: part.state for part in self.parts}
        if self.fault:
            return PackageState.BROKEN
        if states.get("model") is PartCondition.MISSING:
            lacks_base = states["base"] is PartCondition.MISSING
            return PackageState.LEFT_OUT if lacks_base else PackageState.NOT_BUILT
        return PackageState.WHOLE


class PackageStore:
    """The folder. Any number of processes may use one at once."""

    def __init__(
        self,
        folder: Path,
        unpacked: Path,
        base: Path | None = None,
    ) -> None:
        """
        Point at it; nothing is made yet.

        Args:
            folder: Of package files.
            unpacked: Of what is unpacked of them, shared with whoever translates.
            base: What adapters' models are built from, in place of the pinned wheel.
        """
        self._base = base
        self.folder = folder
        self.unpacked = unpacked

    def install(
        self,
        path: Path,
        known: RegistryEntry | None = None,
        *,
        wanted: Sequence[str] = (),
    ) -> list[Package]:
        """
        Put a package file, or an unpacked package, into the store.

        Args:
            path: File or folder; left where it is.
            known: What is known of it beforehand; its hash, if any, must be the file's.
            wanted: Languages that it must read, and no others; empty for any.

        Returns:
            One for each language that it reads.

        Raises:
            PackageError: It is broken, refused, not what was asked for, or cannot be written.
        """
        known = known or RegistryEntry(file="", sha256="")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".installing-", dir=self.folder) as name:
                return self._place(
                    path,
                    Path(name),
                    known,
                    wanted,
                )
        except OSError as error:
            raise PackageError(str(path), f"cannot be put into {self.folder}: {error}") from error

    def _place(
        self,
        path: Path,
        work: Path,
        known: RegistryEntry,
        wanted: Sequence[str],
    ) -> list[Package]:
        copy = work / f"package{PACKAGE_SUFFIX}"
        _copy_package(path, copy)
        sha256 = hash_file(copy)
        known = replace(
            _add_registered(path, known, sha256),
            file=copy.name,
            sha256=sha256,
        )
        write_note(copy.with_name(f"{copy.name}.toml"), known)
        try:
            packages = describe_file(copy, work / "unpacked")
        except PackageError as error:
            raise PackageError(str(path), error.detail) from error
        _check_languages(path, packages, wanted)
        _translate_line(packages[0], self._base)
        return self._keep(copy, packages)

    def _keep(
        self,
        copy: Path,
        packages: Sequence[Package],
    ) -> list[Package]:
        first = packages[0]
        target = self.folder / f"{first.name}-{first.version.replace('.', '_')}{PACKAGE_SUFFIX}"
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        # The note before the package: readers look up the note of a package that they see.
        copy.with_name(f"{copy.name}.toml").replace(target.with_name(f"{target.name}.toml"))
        copy.replace(target)
        return describe_file(target, self.unpacked)

    def files(self) -> list[Path]:
        """Return the package files, by name."""
        return sorted(self.folder.glob(f"*{PACKAGE_SUFFIX}"))

    def find(self, name: str) -> Path:
        """
        Return the file that a user means by a name.

        The name is the file's, with or without its suffix, or the package's.

        Raises:
            PackageError: None or several are meant; says which there are.
        """
        return find_package(name, self.files(), str(self.folder))

    def remove(self, name: str) -> Path:
        """
        Take a package out of the store, and what was unpacked of it.

        A process that has it loaded keeps it until it ends.

        Raises:
            PackageError: There is none of that name, or it cannot be removed.
        """
        file = self.find(name)
        try:
            folder = self.unpacked / f"{file.stem}-{hash_file(file)[:32]}"
            file.unlink()
            file.with_name(f"{file.name}.toml").unlink(missing_ok=True)
        except OSError as error:
            raise PackageError(str(file), f"cannot be removed: {error}") from error
        shutil.rmtree(folder, ignore_errors=True)
        return file

    def verify(
        self,
        file: Path,
        *,
        translate: bool = True,
    ) -> PackageCheck:
        """
        Check that a package is what it was when it was installed, and translates.

        Its unpacked copy is compared too (an unpacked folder has none); of an adapter, also the
        base and the built model. Nothing is built: an adapter whose model is not there is not asked
        to translate.
        """
        parts: tuple[PartCheck, ...] = ()
        line = ""
        try:
            package = self._describe(file)
            parts = self._check_parts(package)
            _refuse_broken(parts)
            if translate and all(_can_translate(part) for part in parts):
                line = _translate_line(package, self._base)
        except PackageError as error:
            return PackageCheck(
                file=file,
                package=None,
                fault=str(error),
                parts=parts,
            )
        return PackageCheck(
            file=file,
            package=package,
            line=line,
            parts=parts,
        )

    def _describe(self, file: Path) -> Package:
        """Return what a file or an unpacked folder is; a file's copy is compared with it."""
        if file.is_dir():
            return describe_folder(file)[0]
        package = describe_file(file, self.unpacked)[0]
        self._compare(file, package)
        return package

    def _check_parts(self, package: Package) -> tuple[PartCheck, ...]:
        if package.adapter is None:
            return ()
        base = check_base(package.adapter, self._base)
        model = check_model(package.folder, package.adapter, self._base)
        return (base, model)

    def _compare(
        self,
        file: Path,
        package: Package,
    ) -> None:
        """Compare the unpacked copy with a fresh one."""
        with tempfile.TemporaryDirectory(prefix=".verifying-", dir=self.unpacked) as name:
            fresh = describe_file(file, Path(name))[0].folder
            for path in sorted(fresh.rglob("*")):
                copy = package.folder / path.relative_to(fresh)
                if not path.is_file():
                    continue
                if not copy.is_file() or hash_file(copy) != hash_file(path):
                    shutil.rmtree(package.folder, ignore_errors=True)
                    remedy = "the copy was removed and is made anew when next used"
                    raise PackageError(str(copy), f"was damaged on disk; {remedy}")


def _refuse_broken(parts: Sequence[PartCheck]) -> None:
    for part in parts:
        if part.state is PartCondition.BROKEN:
            raise PackageError(part.place, part.says)


def _can_translate(part: PartCheck) -> bool:
    """Say whether a part does not stand in the way; the base is needed for building alone."""
    return part.part == "base" or part.state is PartCondition.WHOLE


def find_package(
    name: str,
    files: Sequence[Path],
    where: str,
) -> Path:
    """
    Return the file, or unpacked folder, that a user means by a name.

    Args:
        name: The file's, with or without its suffix, or the package's.
        files: To choose from.
        where: They stand, for the error.

    Raises:
        PackageError: None or several are meant; says which there are.
    """
    meant = [file for file in files if name in {file.name, file.stem}]
    if not meant:
        meant = [file for file in files if file.stem.rpartition("-")[0] == name]
    if len(meant) == 1:
        return meant[0]
    fault = "is several" if meant else "is not installed"
    raise PackageError(name, f"{fault}; in {where}: {_list_names(meant or files)}")


def _copy_package(path: Path, copy: Path) -> None:
    """Copy a package file, or pack a folder into one."""
    if path.is_dir():
        described = describe_folder(path)[0]
        pack(path, copy, f"{described.name}-{described.version.replace('.', '_')}")
    elif path.is_file():
        shutil.copyfile(path, copy)
    else:
        expected = f"expected a {PACKAGE_SUFFIX} file or a folder"
        raise PackageError(str(path), f"does not exist, {expected}")


def _add_registered(
    path: Path,
    known: RegistryEntry,
    sha256: str,
) -> RegistryEntry:
    """
    Return what is known of a package with what a registry beside it says more.

    Checks its hash against both.
    """
    if known.sha256 and sha256 != known.sha256:
        raise PackageError(str(path), f"its SHA-256 is {sha256}, expected {known.sha256}")
    listed = read_registry(path.parent).get(path.name)
    if listed is None:
        return known
    said = {key: value for key, value in asdict(known).items() if value and value != float("-inf")}
    joined = replace(listed, **said)
    if sha256 != joined.sha256:
        expected = f"expected {joined.sha256} as registered beside it"
        raise PackageError(str(path), f"its SHA-256 is {sha256}, {expected}")
    return joined


def _list_names(files: Sequence[Path]) -> str:
    return ", ".join(file.stem for file in files) or "nothing"


def _check_languages(
    path: Path,
    packages: Sequence[Package],
    wanted: Sequence[str],
) -> None:
    reads = sorted(package.source for package in packages)
    expected = sorted(wanted)
    if expected and reads != expected:
        listed = f"{', '.join(reads)}, expected {', '.join(expected)}"
        raise PackageError(str(path), f"translates from {listed}")
    target = packages[0].target
    if target != ENGLISH:
        raise PackageError(str(path), f"translates into {target}, expected {ENGLISH}")


def _translate_line(package: Package, base: Path | None) -> str:
    """Return what a package makes of a line; raises PackageError if that is nothing."""
    row = LANGUAGES.get(package.source)
    line = row.sample if row is not None else _ANY_LINE
    clause = Clause(line, package.source)
    raw = make_model(package, EngineOptions(), base=base).translate([clause])[clause]
    if not raw.text:
        failure = raw.failure or "empty"
        raise PackageError(package.label, f"made nothing of {line!r}: {failure}")
    return raw.text
