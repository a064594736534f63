"""Glossaries read once a process: tests share them, as nobody changes one."""

from functools import cache
from pathlib import Path

from aggregator.names.glossary import Glossary, read_glossary
from config.settings import find_shipped_file

__all__ = ["read_glossary_once", "shipped_glossary"]


@cache
def read_glossary_once(file: Path) -> Glossary:
    """Return a glossary: reading one takes longer than some tests."""
    return read_glossary(file)


def shipped_glossary() -> Glossary:
    """Return the one that ships with the program."""
    return read_glossary_once(find_shipped_file("glossary.toml"))
