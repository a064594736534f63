"""
Argos packages: found, verified, unpacked, described.

What is taken from argostranslate and what is not. The format is its own (``metadata.json``,
``model/``, ``sentencepiece.model`` or ``bpe.model`` in one folder of a zip), and so is the
tokenizer (``translate.model``). Its ``package`` and ``settings`` modules are left alone: importing
``settings`` makes four folders in the home directory and reads the environment,
``install_from_path`` unpacks with ``extractall`` and checks no hash, and packages are found by one
global folder, so that no two sets of packages can live in one process. Reading five keys of JSON
ourselves costs less than holding that at bay.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import PackageError
from aggregator.translate.adapter.facts import AdapterFacts, read_facts
from aggregator.translate.packages.archive import ArchiveLimits, hash_file, unpack
from aggregator.translate.packages.known_hashes import recall_hash
from aggregator.translate.packages.registry import RegistryEntry, read_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "PACKAGE_SUFFIX",
    "Package",
    "describe_file",
    "describe_folder",
    "list_cautions",
    "list_package_files",
    "open_packages",
    "survey_packages",
]

PACKAGE_SUFFIX: Final = ".argosmodel"

_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_VERSION = re.compile(r"\d+(\.\d+)*[A-Za-z0-9.+-]{0,20}")
_TOKENIZERS = ("sentencepiece.model", "bpe.model")
_ADAPTER_FILES = ("adapter.safetensors", "sentencepiece.model", "rows.npy")
_KINDS = ("translate", "adapter")
_MAX_METADATA_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """
    One direction of an installed package.

    A model that reads two languages gives two of these, with one folder.

    Attributes:
        name: As Argos names packages, e.g. ``translate-kk_en``.
        version: As its metadata says, e.g. ``1.9``.
        source: Language it translates from, as Argos codes it.
        target: Language it translates to.
        folder: Where it lies unpacked.
        file: The package file, or the folder if it was found unpacked.
        native: The source is one that its own metadata name, not one that a registry adds.
        target_prefix: Token that some multilingual models want before each translation; mostly
            empty.
        source_prefix: Token wanted before each source, such as ``>>eng<<``, by OPUS-MT's models of
            several targets.
        sha256: Of the file it came from; empty if it was found unpacked.
        licence: As the registry says; may be empty.
        origin: As the registry says: who made it, from what; may be empty.
        caution: As the registry says: what readers should know of its English.
        least_confidence: As the registry says: a translation of which the model is less sure is not
            shown; below 0.
        sure_confidence: As the registry says: one of which it is less sure is shown as doubtful;
            below 0.
        adapter: Of a package that changes a language model, what its metadata say; None of one
            that holds a whole model.
    """

    name: str
    version: str
    source: str
    target: str
    folder: Path
    file: Path = Path()
    native: bool = True
    target_prefix: str = ""
    source_prefix: str = ""
    sha256: str = ""
    licence: str = ""
    origin: str = ""
    caution: str = ""
    least_confidence: float = float("-inf")
    sure_confidence: float = float("-inf")
    adapter: AdapterFacts | None = None

    @property
    def label(self) -> str:
        """Name and version, as readers see them."""
        return f"{self.name} {self.version}"


def list_cautions(packages: Iterable[Package]) -> dict[str, str]:
    """Return what readers should know of packages, by label."""
    return {package.label: package.caution for package in packages if package.caution}


def open_packages(
    places: Iterable[Path],
    into: Path,
    *,
    limits: ArchiveLimits | None = None,
) -> list[Package]:
    """
    Find packages and unpack those that are not yet unpacked.

    Args:
        places: Package files; unpacked package folders; or folders that hold any number of both. A
            place that does not exist is passed over unless it is named as a package file: most
            users have no packages of their own.
        into: Folder for what is unpacked, made if need be. A package lies there under its file's
            hash, so that a changed file is a new folder, and any number of processes may share it.
        limits: How large a package may be.

    Returns:
        In the order of places, then of names; one for each language that a package reads.

    Raises:
        PackageError: A package is broken, refused, or not the one that the registry lists.
    """
    packages, faults = survey_packages(places, into, limits=limits)
    if faults:
        raise faults[0]
    return packages


def survey_packages(
    places: Iterable[Path],
    into: Path,
    *,
    limits: ArchiveLimits | None = None,
    remembered: bool = False,
) -> tuple[list[Package], list[PackageError]]:
    """
    Find packages as ``open_packages`` does, but let none that is broken keep the others from use.

    Args:
        places: As there.
        into: As there.
        limits: As there.
        remembered: A file that has not changed since it was last hashed is not read again.

    Returns:
        The packages that are whole, and what is wrong with each of the others.
    """
    limits = limits or ArchiveLimits()
    packages: list[Package] = []
    faults: list[PackageError] = []
    for place in places:
        try:
            paths = list(_search_places([place]))
        except PackageError as error:
            faults.append(error)
            continue
        for path in paths:
            if any(path.resolve() == package.file.resolve() for package in packages):
                continue
            is_file = path.suffix == PACKAGE_SUFFIX
            try:
                if is_file:
                    packages += describe_file(path, into, limits, remembered=remembered)
                else:
                    packages += _describe(path, None)
            except PackageError as error:
                faults.append(error)
    return packages, faults


def list_package_files(places: Iterable[Path]) -> list[Path]:
    """
    Return the package files and unpacked packages at places, whole or not, each once.

    Raises:
        PackageError: A place is neither one of these nor a folder.
    """
    return list(_search_places(places))


def _is_unpacked(path: Path) -> bool:
    return (path / "metadata.json").is_file()


def _search_places(places: Iterable[Path]) -> Iterator[Path]:
    """Yield package files and unpacked package folders, each once."""
    seen: set[Path] = set()
    for place in places:
        for path in _list_candidates(place):
            if (real := path.resolve()) not in seen:
                seen.add(real)
                yield path


def _list_candidates(place: Path) -> list[Path]:
    """Return the packages at a place: itself, or those in it; none if there is no such place."""
    if _is_candidate(place):
        return [place]
    if place.is_dir():
        return [path for path in sorted(place.iterdir()) if _is_candidate(path)]
    if place.exists():
        raise PackageError(str(place), f"expected a {PACKAGE_SUFFIX} file or a folder")
    return []


def _is_candidate(path: Path) -> bool:
    return path.suffix == PACKAGE_SUFFIX or _is_unpacked(path)


def describe_file(
    path: Path,
    into: Path,
    limits: ArchiveLimits | None = None,
    *,
    remembered: bool = False,
) -> list[Package]:
    """
    Check a package file, unpack it if need be, and return what it is.

    There is one package for each language that it reads; ``remembered`` as in ``survey_packages``.

    Raises:
        PackageError: It is broken, refused, or not the one that the registry lists.
    """
    listed = read_registry(path.parent).get(path.name)
    try:
        sha256 = recall_hash(path, into) if remembered else hash_file(path)
    except OSError as error:
        raise PackageError(str(path), f"cannot be read: {error}") from error
    if listed is not None and sha256 != listed.sha256:
        raise PackageError(
            str(path), f"its SHA-256 is {sha256}, expected {listed.sha256} as registered"
        )
    # Half of the hash is plenty to keep files apart, and keeps the path short.
    folder = into / f"{path.stem}-{sha256[:32]}"
    unpack(path, folder, limits or ArchiveLimits())
    return [replace(package, sha256=sha256) for package in _describe(folder, listed, named=path)]


def describe_folder(folder: Path) -> list[Package]:
    """
    Return what an unpacked package is.

    Raises:
        PackageError: It is broken.
    """
    return _describe(folder, None)


def _describe(
    folder: Path,
    listed: RegistryEntry | None,
    named: Path | None = None,
) -> list[Package]:
    """Return what an unpacked folder is. ``named`` is what to call it in errors."""
    subject = str(named or folder)
    metadata = _read_metadata(folder / "metadata.json", subject)
    data = _check_metadata(metadata, subject)
    adapter = None
    if metadata.get("type") == "adapter":
        adapter = read_facts(metadata.get("adapter"), subject)
        _check_adapter_files(folder, subject)
    else:
        _check_files(folder, subject)
    source = data["from_code"]
    target = data["to_code"]
    listed = listed or RegistryEntry(file="", sha256="")
    one = Package(
        name=data["code"] or f"translate-{source}_{target}",
        version=data["package_version"],
        source=source,
        target=target,
        folder=folder,
        file=named or folder,
        target_prefix=data["target_prefix"],
        source_prefix=data["source_prefix"],
        licence=listed.licence,
        origin=listed.origin,
        caution=listed.caution,
        least_confidence=listed.least_confidence,
        sure_confidence=listed.sure_confidence,
        adapter=adapter,
    )
    known = _list_read(source, adapter)
    codes = tuple(dict.fromkeys(listed.reads or known))
    if adapter is not None and not set(codes) <= set(known):
        said = f"its registry says that it reads {', '.join(codes)}"
        raise PackageError(subject, f"{said}, expected some of {', '.join(known)}")
    return [
        replace(
            one,
            source=code,
            native=adapter is not None or code == source,
        )
        for code in codes
    ]


def _list_read(source: str, adapter: AdapterFacts | None) -> tuple[str, ...]:
    """Return the languages that a package reads by its own metadata."""
    if adapter is None:
        return (source,)
    return tuple(code for code, _ in adapter.languages)


def _check_metadata(data: dict[str, Any], subject: str) -> dict[str, str]:
    """Return what every package's metadata hold, all values checked; what is not given is empty."""
    if (kind := data.get("type", "translate")) not in _KINDS:
        expected = f"expected one of {', '.join(_KINDS)}"
        raise PackageError(subject, f"metadata.json: type is {kind!r}, {expected}")
    _check(
        subject,
        "from_code",
        data.get("from_code"),
        _CODE,
        "a language code such as kk",
    )
    _check(
        subject,
        "to_code",
        data.get("to_code"),
        _CODE,
        "a language code such as en",
    )
    _check(
        subject,
        "package_version",
        data.get("package_version"),
        _VERSION,
        "a version such as 1.9",
    )
    if data.get("code"):
        _check(
            subject,
            "code",
            data["code"],
            _NAME,
            "a name such as translate-kk_en",
        )
    for key in ("target_prefix", "source_prefix"):
        if not isinstance(prefix := data.get(key) or "", str):
            raise PackageError(subject, f"metadata.json: {key} is {prefix!r}, expected text")
    wanted = ("code", "from_code", "to_code", "package_version", "target_prefix", "source_prefix")
    return {key: data.get(key) or "" for key in wanted}


def _read_metadata(path: Path, subject: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_METADATA_BYTES:
            limit = f"{_MAX_METADATA_BYTES:,} bytes"
            raise PackageError(subject, f"metadata.json is larger than {limit}")
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise PackageError(subject, f"metadata.json cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise PackageError(subject, f"metadata.json: found {data!r}, expected an object")
    return data


def _check(
    subject: str,
    key: str,
    value: Any,
    pattern: re.Pattern[str],
    expected: str,
) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise PackageError(subject, f"metadata.json: {key} is {value!r}, expected {expected}")


def _check_files(folder: Path, subject: str) -> None:
    if not (folder / "model" / "model.bin").is_file():
        raise PackageError(subject, "has no model/model.bin, expected a CTranslate2 model")
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise PackageError(subject, f"has no tokenizer, expected {' or '.join(_TOKENIZERS)}")


def _check_adapter_files(folder: Path, subject: str) -> None:
    for name in _ADAPTER_FILES:
        if not (folder / name).is_file():
            raise PackageError(subject, f"has no {name}, expected {', '.join(_ADAPTER_FILES)}")
