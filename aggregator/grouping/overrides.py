"""
What an operator has decided about articles.

The records stand in ``models``, as the store keeps them.
"""

from __future__ import annotations

from aggregator.models import Overrides

__all__ = ["NONE"]

NONE = Overrides()
"""Nothing was decided."""
