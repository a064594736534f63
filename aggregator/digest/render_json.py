"""A digest as JSON, as programs get it; the form is that of ``aggregator.digest_json``."""

from __future__ import annotations

from aggregator.digest_json import FORMAT
from aggregator.digest_json import read_digest as from_json
from aggregator.digest_json import write_digest as render

__all__ = ["FORMAT", "from_json", "render"]
