"""
The adapter's speed: the demo's segments through this engine's model, and through the same model in
its naive form: one text a call, greedy, all 262,144 pieces of the base.

Processor time of one thread, so that what else runs here matters little. Drafts are left out of
both, and so are guards: what is compared is the model.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from aggregator.translate.adapter.base import open_base
from aggregator.translate.adapter.build import Vocabulary, build_model
from aggregator.translate.adapter.ensure import assemble_wheel
from aggregator.translate.adapter.prompts import END_PIECES
from aggregator.translate.adapter.safetensors import read_safetensors
from aggregator.translate.kinds import make_model
from aggregator.translate.model import Clause, EngineOptions
from aggregator.translate.packages.installed import Package, open_packages
from aggregator.translate.polish import prepare
from config.settings import find_shipped_file


def main(arguments: Sequence[str]) -> None:
    from tests.benchmarks.translate import segments

    count = int(arguments[0]) if arguments else 200
    wanted, _ = segments()
    clauses = [Clause(prepare(one.text, one.kind), one.language) for one in wanted[:count]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packages = open_packages([find_shipped_file("packages")], folder / "unpacked")
        package = next(one for one in packages if one.adapter is not None)
        assert package.adapter is not None
        undrafted = replace(package, adapter=replace(package.adapter, drafted=()))
        model = make_model(undrafted, EngineOptions())
        began = time.process_time()
        model.build()
        built = time.process_time() - began
        model.load()
        began = time.process_time()
        model.translate(clauses)
        ours = len(clauses) / (time.process_time() - began)
        naive = measure_naive(package, folder, clauses)
    sys.stdout.write(
        f"{len(clauses)} segments; built in {built:.0f} s of processor time\n\n"
        "| | segments a second of processor time | ratio |\n|---|--:|--:|\n"
        f"| one text a call, whole vocabulary | {naive:.2f} | 1 |\n"
        f"| this engine's model | {ours:.2f} | {ours / naive:.1f} |\n"
    )


def measure_naive(package: Package, folder: Path, clauses: Sequence[Clause]) -> float:
    """Return segments a second of the model in its naive form."""
    from ctranslate2 import Generator
    from gguf import GGUFReader
    from sentencepiece import SentencePieceProcessor

    assert package.adapter is not None
    file = assemble_wheel(folder / "base.gguf", package.adapter.base_sha256)
    pieces = GGUFReader(file).fields["tokenizer.ggml.tokens"].contents()
    whole = Vocabulary(tuple(pieces), np.arange(len(pieces), dtype=np.int32))
    model = folder / "naive"
    model.mkdir()
    lora = read_safetensors(package.folder / "adapter.safetensors")
    build_model(open_base(file), lora, package.adapter.scale, whole, model, lambda *_: None)
    tokenizer = SentencePieceProcessor(model_file=str(package.folder / "sentencepiece.model"))
    generator = Generator(str(model), device="cpu", intra_threads=1)
    began = time.process_time()
    for clause in clauses:
        language = package.adapter.find_language_name(clause.language)
        asked = f"{language}: {clause.text}\nEnglish:"
        prompt = ["<bos>", *tokenizer.encode(asked, out_type=str)]
        generator.generate_batch(
            [prompt],
            max_length=len(prompt) + 16,
            end_token=list(END_PIECES),
            include_prompt_in_result=False,
        )
    return len(clauses) / (time.process_time() - began)
