"""The translation package that most tests use: small, in the tree, loaded in half a second."""

import atexit
import shutil
import tempfile
from functools import cache

from config.settings import find_shipped_file

__all__ = ["STARTER", "share_models_folder"]

STARTER = find_shipped_file("packages") / "starter-1.argosmodel"


@cache
def share_models_folder() -> str:
    """Return where this process unpacks packages, once for all tests that do not look there."""
    folder = tempfile.mkdtemp(prefix="tilshi-models-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
