"""
Last step: an adapter's folder as a package that ``tilshi packages install`` takes.

The model is built once here, as every machine that uses the package will build it, to write down
what must come out: its hash, by the CTranslate2 that wrote it, and its loss on a probe, for bases
in other forms and for other versions.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aggregator.errors import FoundryError
from aggregator.languages import ENGLISH, LANGUAGES
from aggregator.translate.adapter.base import open_base
from aggregator.translate.adapter.build import build_model
from aggregator.translate.adapter.ensure import measure_probe, read_vocabulary
from aggregator.translate.adapter.facts import AdapterFacts, Probe
from aggregator.translate.adapter.safetensors import read_metadata, read_safetensors
from aggregator.translate.packages.archive import hash_file, pack
from aggregator.translate.packages.installed import PACKAGE_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["package_adapter"]

_WEIGHTS: Final = "adapter.safetensors"
_SAID: Final = ("name", "version", "base_sha256", "alpha", "rank")
_TERMS: Final = ("GEMMA_TERMS.txt", "NOTICE.txt")
# Ours, and on no list of sentences to learn from.
_PROBE: Final = (
    "Russian: В Алматы открыли новую станцию метро\nEnglish:",
    " A new metro station opened in Almaty",
)


def package_adapter(
    folder: Path,
    base: Path,
    *,
    reads: Sequence[str],
    drafted: Sequence[str],
    terms: Path,
    told: Callable[[int, int], None],
) -> Path:
    """
    Write ``NAME-VERSION.argosmodel`` beside an exported adapter.

    Args:
        folder: As ``export_adapter`` wrote it.
        base: The file that the adapter was trained on; its hash is checked.
        reads: Codes of the languages it translates from, the first its native one.
        drafted: Of these, those that do better with a draft; by ``evaluate``.
        terms: Folder of Gemma's terms and the notice, which go into the package.
        told: Called with the layers built, and how many there are.

    Raises:
        FoundryError: The folder is not an exported adapter's, or the base is another.
    """
    unknown = [code for code in (*reads, *drafted) if code not in LANGUAGES]
    if unknown or not reads:
        known = ", ".join(map(str, LANGUAGES))
        raise FoundryError(f"--read {' '.join(unknown)}".rstrip(), f"expected some of {known}")
    folder = folder.resolve()
    said = _read_said(folder / _WEIGHTS)
    found = _hash_base(base)
    if found != said.get("base_sha256"):
        expected = f"expected {said.get('base_sha256')}, which the adapter was trained on"
        raise FoundryError(str(base), f"its SHA-256 is {found}, {expected}")
    facts = AdapterFacts(
        base_sha256=found,
        scale=float(said["alpha"]) / float(said["rank"]),
        languages=tuple((code, LANGUAGES[code].name) for code in reads),
        drafted=tuple(drafted),
        built=(),
        probe=Probe(*_PROBE, loss=0.0),
    )
    facts = _measure(folder, base, facts, told)
    metadata = {
        "type": "adapter",
        "code": said["name"],
        "package_version": said["version"],
        "from_code": reads[0],
        "to_code": str(ENGLISH),
        "adapter": _write_facts(facts),
    }
    text = json.dumps(metadata, ensure_ascii=False, indent=2)
    (folder / "metadata.json").write_text(f"{text}\n", encoding="utf-8")
    for name in _TERMS:
        shutil.copyfile(terms / name, folder / name)
    top = f"{said['name']}-{said['version']}"
    file = folder.with_name(f"{top}{PACKAGE_SUFFIX}")
    pack(folder, file, top)
    return file


def _read_said(weights: Path) -> dict[str, str]:
    """Return what an adapter says of itself; all that is asked of it is there."""
    try:
        said = read_metadata(weights)
        wanted = {key: said[key] for key in _SAID}
        float(said["alpha"]) / float(said["rank"])
    except (OSError, ValueError, KeyError, ZeroDivisionError) as error:
        expected = "expected an adapter as `foundry adapter export` writes it"
        raise FoundryError(str(weights), f"cannot be read, {expected}: {error}") from error
    return wanted


def _read_weights(weights: Path) -> dict[str, Any]:
    try:
        return read_safetensors(weights)
    except (OSError, ValueError) as error:
        raise FoundryError(str(weights), f"cannot be read: {error}") from error


def _hash_base(base: Path) -> str:
    try:
        return hash_file(base)
    except OSError as error:
        expected = "expected the model that the adapter was trained on"
        raise FoundryError(str(base), f"cannot be read, {expected}: {error}") from error


def _measure(
    folder: Path,
    base: Path,
    facts: AdapterFacts,
    told: Callable[[int, int], None],
) -> AdapterFacts:
    with tempfile.TemporaryDirectory() as name:
        model = Path(name)
        build_model(
            open_base(base),
            _read_weights(folder / _WEIGHTS),
            facts.scale,
            read_vocabulary(folder),
            model,
            told,
        )
        loss = measure_probe(model, folder, facts)
        built = (importlib.metadata.version("ctranslate2"), hash_file(model / "model.bin"))
    return replace(facts, built=(built,), probe=replace(facts.probe, loss=round(loss, 3)))


def _write_facts(facts: AdapterFacts) -> dict[str, Any]:
    """Return the table as ``read_facts`` reads it."""
    return {
        **asdict(facts),
        "languages": dict(facts.languages),
        "built": dict(facts.built),
    }
