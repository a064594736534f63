"""
The command ``tilshi``.

Exit codes: 0 done; 1 something failed that is not the user's fault (the store is away, a private server does not
start); 2 wrong usage, settings or sources; 3 no source could be polled; 4 not finished in time; 130 interrupted.
"""

from __future__ import annotations

import sys

from aggregator.errors import ConfigError, TilshiError

# Imported for what they add to the application.
from workers.cli import (  # noqa: F401 -- `run` is in `passes`
    check,
    deliver,
    demo,
    digest,
    foundry,
    keep,
    packages,
    passes,
    read,
    serve,
    show,
    source,
    source_check,
    source_files,
    source_preview,
    source_record,
    status,
    steer,
    web,
    why,
)
from workers.cli.app import Exit, app
from workers.cli.output import complain
from workers.onepass import NotFinishedError

__all__ = ["main"]


def main() -> None:
    """Run the command; errors of ours become a message and an exit code, never a traceback."""
    try:
        app(standalone_mode=True)
    except ConfigError as error:
        complain("\n".join((f"{len(error.faults)} wrong in settings or sources:", *map(str, error.faults))))
        sys.exit(Exit.USAGE)
    except NotFinishedError as error:
        complain(str(error))
        sys.exit(Exit.NOT_FINISHED)
    except TilshiError as error:
        complain(str(error))
        sys.exit(Exit.FAILED)
