"""
What an adapter's package says of itself, beside what every package says.

In ``metadata.json``, whose ``type`` is ``adapter``:

    "adapter": {
        "base_sha256": "a5fd...",       the file that the adapter was trained on
        "scale": 0.5,                   of the product of its matrices: alpha through rank
        "languages": {"kk": "Kazakh", "ru": "Russian"},     as the prompts call them
        "drafted": ["kk"],              languages whose prompt holds a draft, where one can be had
        "built": {"4.8.5": "f3b1..."},  hash of the built model, by the CTranslate2 that wrote it
        "probe": {"prompt": "...", "answer": "...", "loss": 0.61}       mean, nats a token
    }
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from aggregator.errors import PackageError

__all__ = ["AdapterFacts", "Probe", "read_facts"]

_KEYS: Final[dict[str, type | tuple[type, ...]]] = {
    "base_sha256": str,
    "scale": (int, float),
    "languages": dict,
    "drafted": list,
    "built": dict,
    "probe": dict,
}
_PROBE_KEYS: Final[dict[str, type | tuple[type, ...]]] = {
    "prompt": str,
    "answer": str,
    "loss": (int, float),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """
    A prompt whose answer the right model finds likely.

    Attributes:
        prompt: As the model reads it, without the token of the beginning.
        answer: What follows.
        loss: Mean of the negative log-probabilities of the answer's tokens, in nats.
    """

    prompt: str
    answer: str
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterFacts:
    """
    See the module.

    Attributes:
        base_sha256: 64 hex digits.
        scale: Above 0.
        languages: Pairs of a language's code and its name in prompts.
        drafted: Codes of languages.
        built: Pairs of a version of CTranslate2 and a hash in hex.
    """

    base_sha256: str
    scale: float
    languages: tuple[tuple[str, str], ...]
    drafted: tuple[str, ...]
    built: tuple[tuple[str, str], ...]
    probe: Probe

    def find_language_name(self, code: str) -> str:
        """Return what prompts call a language; raises KeyError for one that is not read."""
        return dict(self.languages)[code]


def read_facts(value: Any, subject: str) -> AdapterFacts:
    """
    Read the table.

    Args:
        value: What stands under ``adapter``.
        subject: What to call the package in errors.

    Raises:
        PackageError: It is not of the form; names the key and what was expected.
    """
    table = _check_table(value, _KEYS, "adapter", subject)
    probe = _check_table(table["probe"], _PROBE_KEYS, "adapter.probe", subject)
    texts = (*table["languages"].items(), *table["built"].items(), *enumerate(table["drafted"]))
    for key, text in texts:
        if not isinstance(text, str):
            raise PackageError(subject, f"metadata.json: adapter: {key!r} is {text!r}, not text")
    if table["scale"] <= 0:
        raise PackageError(
            subject, f"metadata.json: adapter.scale is {table['scale']!r}, expected more than 0"
        )
    return AdapterFacts(
        base_sha256=table["base_sha256"],
        scale=float(table["scale"]),
        languages=tuple(table["languages"].items()),
        drafted=tuple(table["drafted"]),
        built=tuple(table["built"].items()),
        probe=Probe(**probe),
    )


def _check_table(
    value: Any,
    keys: dict[str, type | tuple[type, ...]],
    where: str,
    subject: str,
) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys):
        expected = f"expected a table of {', '.join(keys)}"
        raise PackageError(subject, f"metadata.json: {where} is {value!r:.200}, {expected}")
    for key, kind in keys.items():
        if not isinstance(value[key], kind) or isinstance(value[key], bool):
            raise PackageError(subject, f"metadata.json: {where}.{key} is {value[key]!r:.200}")
    return value
