"""What ships with the program, read once a process: tests share it, as nobody changes it."""

from functools import cache

from aggregator.names.glossary import Glossary, read_glossary
from config.settings import find_shipped_file

__all__ = ["shipped_glossary"]


@cache
def shipped_glossary() -> Glossary:
    """Return the glossary."""
    return read_glossary(find_shipped_file("glossary.toml"))
