"""Tilshi at work: tasks, the command line, the private server and what keeps them running."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("tilshi")
