"""
OPUS-MT and other Marian releases made into Argos packages.

A release is a folder or a zip with ``decoder.yml`` (which names the weights, ``*.npz``, and the
vocabularies, ``*.yml``), ``source.spm`` and ``target.spm``. CTranslate2 converts the network to
eight bits; its converter needs no torch and fetches nothing. Models that translate into several
languages want to be told which, by a first token of the source such as ``>>eng<<``; the package's
metadata then name it as ``source_prefix``, which our engine obeys.

A release is a stranger's: its files have bounds of their own (a list of names is no gigabyte), and
what it says of sizes is checked (``packages.weights``) before the converter believes it.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import PackageError
from aggregator.languages import ENGLISH, LANGUAGES, readers_name
from aggregator.translate.packages.archive import check_ratio, pack
from aggregator.translate.packages.installed import PACKAGE_SUFFIX
from aggregator.translate.packages.plain_yaml import read_plain_yaml
from aggregator.translate.packages.weights import check_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Release", "import_marian"]

# Languages that releases read and we do not name.
_NEIGHBOURS: Final = {
    "uk": "Ukrainian",
    "ky": "Kyrgyz",
    "uz": "Uzbek",
}
_WANTED = re.compile(r"(.*/)?([\w.+-]+\.(npz|yml|yaml|spm|vocab)|README\.md|LICENSE)")
_TARGET_TOKEN = re.compile(r">>[a-zA-Z_-]+<<")
_MAX_FILES: Final = 100
_MAX_BYTES: Final = 3_000_000_000
# The largest known: 250,000 tokens, a line each.
_MAX_VOCABULARY_BYTES: Final = 16_000_000
_MAX_TOKENIZER_BYTES: Final = 32_000_000
_MAX_DECODER_BYTES: Final = 100_000
_SHOWN_CHARS: Final = 200
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_VERSION = re.compile(r"\d+(\.\d+)*[A-Za-z0-9.+-]{0,20}")
# What the converter raises at a network that is not as it says. RuntimeError: also RecursionError.
_NOT_CONVERTED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """
    What the package shall say of itself.

    Attributes:
        source: Language it translates from, e.g. ``kk``.
        version: Of the package, e.g. ``1.0``.
        target_token: First token of every source, e.g. ``>>eng<<``; empty if the model wants none.
            None: found out from the vocabulary, where ``>>eng<<`` stands only if it is wanted.
        licence: Text for the package's card.
        origin: Likewise.
    """

    source: str
    version: str = "1.0"
    target_token: str | None = None
    licence: str = ""
    origin: str = ""


def import_marian(
    path: Path,
    into: Path,
    release: Release,
) -> Path:
    """
    Make a package of a release.

    Args:
        path: Its folder or zip.
        into: Folder for the package file.
        release: See there.

    Returns:
        The package file; it has not been tried yet (``PackageStore.install`` does).

    Raises:
        PackageError: A file is missing or not of the form, or CTranslate2 cannot convert the
            network; says which.
    """
    _check_named(release)
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".importing-", dir=into) as name:
            folder = path if path.is_dir() else _unzip(path, Path(name) / "release")
            return _convert(
                _find_root(folder),
                Path(name) / "package",
                into,
                release,
            )
    except OSError as error:
        raise PackageError(str(path), f"cannot be imported: {error}") from error


def _check_named(release: Release) -> None:
    """Check what becomes a part of the package's name."""
    if not _CODE.fullmatch(release.source):
        expected = "expected a language code such as kk"
        raise PackageError(release.source, f"is no language to translate from, {expected}")
    if not _VERSION.fullmatch(release.version):
        raise PackageError(release.version, "is no version, expected one such as 1.0")


def _unzip(path: Path, folder: Path) -> Path:
    """Unpack what a release needs, flat."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = (one for one in archive.infolist() if not one.is_dir())
            members = [one for one in files if _WANTED.fullmatch(one.filename)]
            _check_members(path, members)
            folder.mkdir()
            for one in members:
                # Only the last part of the name is used, so no name can lead out of the folder.
                with (
                    archive.open(one) as packed,
                    (folder / Path(one.filename).name).open("wb") as plain,
                ):
                    shutil.copyfileobj(packed, plain, 1 << 20)
    # RuntimeError: it is encrypted, or packed in a way that is not known.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise PackageError(
            str(path), f"expected a folder or a whole zip, found: {error}"
        ) from error
    return folder


def _check_members(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    size = sum(one.file_size for one in members)
    if len(members) > _MAX_FILES or size > _MAX_BYTES:
        contents = f"{len(members)} files, {size:,} bytes"
        raise PackageError(str(path), f"holds {contents}: more than any release")
    if any(stat.S_ISLNK(one.external_attr >> 16) for one in members):
        raise PackageError(str(path), "holds a link, expected plain files")
    names = {Path(one.filename).name for one in members}
    if len(names) != len(members):
        raise PackageError(str(path), "names a file twice")
    check_ratio(path, members)


def _find_root(folder: Path) -> Path:
    """Return the folder that holds ``decoder.yml``: the one given or the only one below it."""
    below = sorted(folder.glob("*/decoder.yml"))
    files = [file for file in (folder / "decoder.yml", *below) if file.is_file()]
    if len(files) != 1:
        raise PackageError(str(folder), f"has {len(files)} decoder.yml, expected one")
    return files[0].parent


def _convert(
    folder: Path,
    work: Path,
    into: Path,
    release: Release,
) -> Path:
    model, vocabularies = _find_named_files(folder)
    tokenizer = _find_file(folder, "source.spm", _MAX_TOKENIZER_BYTES)
    check_weights(model)
    token = _choose_target_token(vocabularies[0], release)
    # The converter costs a second to import, and workers never need it.
    from ctranslate2.converters import MarianConverter  # noqa: PLC0415  (see above)

    work.mkdir()
    try:
        MarianConverter(str(model), [str(one) for one in vocabularies]).convert(
            str(work / "model"),
            quantization="int8",
            force=True,
        )
    except _NOT_CONVERTED as error:
        why = str(error)[:_SHOWN_CHARS] or type(error).__name__
        raise PackageError(str(model), f"CTranslate2 cannot convert it: {why}") from error
    shutil.copyfile(tokenizer, work / "sentencepiece.model")
    _describe(work, release, token)
    made = (
        into / f"translate-{release.source}_en-{release.version.replace('.', '_')}{PACKAGE_SUFFIX}"
    )
    pack(work, made, made.stem)
    return made


def _find_named_files(folder: Path) -> tuple[Path, list[Path]]:
    """Return weights and vocabularies as ``decoder.yml`` names them, all within the folder."""
    path = _find_file(folder, "decoder.yml", _MAX_DECODER_BYTES)
    try:
        data = read_plain_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PackageError(str(path), str(error)) from error
    models: Any = data.get("models") if isinstance(data, dict) else None
    vocabularies: Any = data.get("vocabs") if isinstance(data, dict) else None
    if not _is_texts(models) or not _is_texts(vocabularies) or len(models) != 1:
        raise PackageError(
            str(path),
            "expected `models` with one name and `vocabs` with names, found "
            f"{models!r:.{_SHOWN_CHARS}}, {vocabularies!r:.{_SHOWN_CHARS}}",
        )
    if len(vocabularies) > _MAX_FILES:
        raise PackageError(str(path), f"names {len(vocabularies)} vocabularies, expected two")
    found = [_find_file(folder, name, _MAX_VOCABULARY_BYTES) for name in vocabularies]
    return _find_file(folder, models[0], _MAX_BYTES), found


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _find_file(folder: Path, name: str, max_bytes: int) -> Path:
    path = folder / Path(name).name
    if not path.is_file():
        there = ", ".join(sorted(one.name for one in folder.iterdir()))
        raise PackageError(
            str(folder), f"has no {path.name}, expected it beside decoder.yml; there are: {there}"
        )
    size = path.stat().st_size
    if size > max_bytes:
        raise PackageError(str(path), f"has {size:,} bytes, expected {max_bytes:,} at most")
    return path


def _choose_target_token(vocabulary: Path, release: Release) -> str:
    tokens = set(_read_tokens(vocabulary))
    if release.target_token is not None:
        if release.target_token and release.target_token not in tokens:
            near = (
                ", ".join(sorted(token for token in tokens if _TARGET_TOKEN.fullmatch(token))[:20])
                or "none of the kind"
            )
            raise PackageError(
                str(vocabulary), f"does not know {release.target_token}; it knows {near}"
            )
        return release.target_token
    wanted = f">>{LANGUAGES[ENGLISH].iso_639_3}<<"
    return wanted if wanted in tokens else ""


def _read_tokens(vocabulary: Path) -> list[str]:
    from ctranslate2.converters.marian import load_vocab  # noqa: PLC0415  (as above)

    try:
        tokens: list[str] = load_vocab(str(vocabulary))
    except (OSError, ValueError, LookupError, OverflowError) as error:
        why = str(error)[:_SHOWN_CHARS]
        raise PackageError(
            str(vocabulary), f"expected a vocabulary, `token: number` a line: {why}"
        ) from error
    return tokens


def _describe(
    work: Path,
    release: Release,
    token: str,
) -> None:
    metadata = {
        "package_version": release.version,
        "argos_version": "1.9",
        "from_code": release.source,
        "from_name": _NEIGHBOURS.get(release.source) or readers_name(release.source),
        "to_code": ENGLISH,
        "to_name": readers_name(ENGLISH),
        "type": "translate",
        "source_prefix": token,
    }
    (work / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
    card = f"""# {metadata["from_name"]} to English

Made from a Marian release by `tilshi packages import`: CTranslate2, eight bits.

- origin: {release.origin or "not said"}
- licence: {release.licence or "not said"}
- first token of every source: {token or "none"}
"""
    (work / "README.md").write_text(card, encoding="utf-8")
