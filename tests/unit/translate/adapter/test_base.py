"""Bases: of the right shapes under both forms' names, or refused by name."""

import numpy as np
import pytest

from aggregator.errors import PackageError
from aggregator.translate.adapter.base import open_base
from aggregator.translate.adapter.safetensors import write_safetensors


def test_a_file_that_is_no_model_is_refused(tmp_path):
    file = tmp_path / "base.gguf"
    file.write_bytes(b"no model at all, and longer than any header could be")

    with pytest.raises(PackageError, match=r"base\.gguf.*expected a \.gguf or \.safetensors"):
        open_base(file)


def test_a_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(PackageError, match="cannot be read"):
        open_base(tmp_path / "none.gguf")


def test_another_model_is_refused_by_the_tensor_that_differs(tmp_path):
    file = tmp_path / "model.safetensors"
    write_safetensors(file, {"model.embed_tokens.weight": np.zeros((8, 4), np.float16)}, {})

    with pytest.raises(PackageError, match=r"token_embd\.weight has the shape \(8, 4\), expected"):
        open_base(file)


def test_a_model_that_lacks_a_tensor_is_refused_by_its_name(tmp_path):
    file = tmp_path / "model.safetensors"
    write_safetensors(file, {"model.norm.weight": np.zeros(640, np.float16)}, {})

    with pytest.raises(PackageError, match=r"has no tensor token_embd\.weight, expected Gemma"):
        open_base(file)
