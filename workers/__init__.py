"""Tilshi at work: tasks, the command line, the private server and what keeps them running."""

from __future__ import annotations

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    """Find the version when it is asked for: what finds it takes longer than a health check may."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import version  # noqa: PLC0415

    return version("tilshi")
