"""What an operator has decided about articles; the records stand in ``models``, as the store keeps them."""

from __future__ import annotations

from aggregator.models import Rulings, pair_of

__all__ = ["NONE", "Rulings", "pair_of"]

NONE = Rulings()
"""Nothing was decided."""
