"""The translation package that most tests use: small, in the tree, loaded in half a second."""

from config.settings import find_shipped_file

__all__ = ["STARTER"]

STARTER = find_shipped_file("packages") / "starter-1.argosmodel"
